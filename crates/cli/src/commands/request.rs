//! From what was typed to a request, checked before anything is sent or written.

use lastframe_engine::Engine;
use lastframe_model::catalogue::LITE_I2V;
use lastframe_model::{
    Background, Catalogue, Check, Continuation, ExtraValue, Field, Framing, ImageMode, ImageRef, Length, ModelId,
    ProblemCode, Request, framing_offers,
};

use crate::arguments::Generate;
use crate::commands::pictures::Picture;
use crate::failure::CliError;
use crate::output::Output;
use crate::place::{self, Place};

/// A request and the pictures that are not yet in the library.
pub struct Wanted {
    pub request: Request,
    first: Option<Picture>,
    last: Option<Picture>,
    references: Vec<Picture>,
}

impl Wanted {
    /// Reads pictures and the clip that is continued, and lets every flag win over what that clip had.
    pub fn read(typed: &Generate, place: &Place, output: Output) -> Result<Self, CliError> {
        let (library, catalogue) = (&place.library()?, place.catalogue());
        let picture = |path: &Option<_>, field| -> Result<Option<Picture>, CliError> {
            path.as_deref().map(|path: &std::path::Path| Picture::read(path, field)).transpose()
        };
        let (mut request, first) = match &typed.from {
            Some(start) => {
                let clip = place::clip(library, &start.clip)?;
                let number = start.frame.filter(|number| number.saturating_add(1) != clip.media.frames);
                let first = match number {
                    None => Picture::last_frame(library, &clip)?,
                    Some(number) => Picture::frame(library, &clip, number)?,
                };
                (Continuation::of(&clip, number, first.facts.clone(), &catalogue).request, Some(first))
            }
            None => (Request::default(), picture(&typed.first_frame, Field::FirstFrame)?),
        };
        let mut first = first;
        let mut last = picture(&typed.last_frame, Field::LastFrame)?;
        let mut references: Vec<Picture> =
            typed.reference.iter().map(|path| Picture::read(path, Field::ReferenceImages)).collect::<Result<_, _>>()?;
        apply(typed, &mut request);
        let mut give = |first: &Option<Picture>, last: &Option<Picture>, references: &[Picture]| {
            request.first_frame = first.as_ref().map(|picture| picture.facts.clone());
            request.last_frame = last.as_ref().map(|picture| picture.facts.clone());
            request.reference_images = references.iter().map(|picture| picture.facts.clone()).collect();
            framing_offers(&request)
        };
        let offers = give(&first, &last, &references);
        if let Some(framing) = framing(typed) {
            if let Some(picture) = &mut first {
                picture.framed(Field::FirstFrame, 0, &offers, framing)?;
            }
            if let Some(picture) = &mut last {
                picture.framed(Field::LastFrame, 0, &offers, framing)?;
            }
            for (index, picture) in references.iter_mut().enumerate() {
                picture.framed(Field::ReferenceImages, index, &offers, framing)?;
            }
            give(&first, &last, &references);
        }
        if typed.model.is_none() {
            fitting_model(&mut request, &catalogue, output);
        }
        extras(typed, &mut request, &catalogue)?;
        Ok(Self { request, first, last, references })
    }

    /// What is wrong with it and what it costs. Warnings are said; a refusal is an error at the flag it belongs to.
    pub fn check(&self, typed: &Generate, place: &Place, output: Output) -> Result<Check, CliError> {
        let check = Check::of(&self.request, typed.count, &place.catalogue(), &place.settings.prices);
        if let Some(problem) = check.refusal() {
            let flag = (problem.field == Field::Length && typed.frames.is_some()).then_some("frames");
            let mut message = problem.message.clone();
            if matches!(problem.code, ProblemCode::ImageSide | ProblemCode::ImageAspect | ProblemCode::ImageBytes) {
                message.push_str(" With --crop or --fit it is brought into the clip's shape and size.");
            }
            return Err(CliError::Invalid { field: problem.field, flag, message });
        }
        for problem in &check.problems {
            output.say(&format!("--{}: {}", problem.field.flag(), problem.message));
        }
        Ok(check)
    }

    /// The request with its pictures kept in the library.
    pub async fn keep(self, engine: &Engine) -> Result<Request, CliError> {
        let mut request = self.request;
        if let Some(picture) = self.first {
            request.first_frame = Some(keep(engine, picture).await?);
        }
        if let Some(picture) = self.last {
            request.last_frame = Some(keep(engine, picture).await?);
        }
        request.reference_images.clear();
        for picture in self.references {
            request.reference_images.push(keep(engine, picture).await?);
        }
        Ok(request)
    }
}

async fn keep(engine: &Engine, picture: Picture) -> Result<ImageRef, CliError> {
    Ok(engine.keep_image(picture.bytes).await?)
}

/// How pictures are to be brought into the clip's shape, if they are.
fn framing(typed: &Generate) -> Option<Framing> {
    let fit = || typed.fit.then_some(Framing::Fit { background: Background::Edge });
    typed.crop.then_some(Framing::Crop { x: 0.5, y: 0.5 }).or_else(fit)
}

fn apply(typed: &Generate, request: &mut Request) {
    fn set<T: Clone>(field: &mut T, typed: Option<&T>) {
        if let Some(value) = typed {
            *field = value.clone();
        }
    }
    set(&mut request.prompt, typed.prompt.as_ref());
    set(&mut request.model, typed.model.as_ref().map(ModelId::new).as_ref());
    set(&mut request.resolution, typed.resolution.as_ref());
    set(&mut request.ratio, typed.ratio.as_ref());
    let length = typed.duration.map(Length::of_seconds).or(typed.frames.map(Length::Frames));
    set(&mut request.length, length.as_ref());
    // −1 asks for a new one, which is what no seed means.
    if let Some(seed) = typed.seed {
        request.seed = u32::try_from(seed).ok();
    }
    request.camera_fixed |= typed.camera_fixed;
    request.watermark |= typed.watermark;
    set(&mut request.return_last_frame, typed.return_last_frame.as_ref());
    set(&mut request.service_tier, typed.service_tier.as_ref());
    set(&mut request.expires_after, typed.expires_after.as_ref());
    if typed.callback_url.is_some() {
        request.callback_url.clone_from(&typed.callback_url);
    }
    request.generate_audio |= typed.audio;
    request.draft |= typed.draft;
}

/// The parameters that only the model's spec knows. Which values they take is checked with everything else.
fn extras(typed: &Generate, request: &mut Request, catalogue: &Catalogue) -> Result<(), CliError> {
    let refused = |message: String| CliError::Invalid { field: Field::Extra, flag: None, message };
    for param in &typed.param {
        let Some((name, text)) = param.split_once('=') else {
            return Err(refused(format!("“{param}” is not NAME=VALUE.")));
        };
        let known = catalogue.get(&request.model).and_then(|model| model.extra(name));
        // What the model does not know is refused by the one check that everything passes.
        let value = known.map_or_else(
            || Ok(ExtraValue::Text(text.to_owned())),
            |parameter| {
                parameter.parse(text).ok_or_else(|| {
                    let words = parameter.refusal(&ExtraValue::Text(text.to_owned()));
                    refused(words.map_or_else(|| format!("{name} cannot be {text}."), |(_, message)| message))
                })
            },
        )?;
        request.extra.insert(name.to_owned(), value);
    }
    Ok(())
}

/// Moves to a model that takes the pictures, if none was asked for; everything else stays as it was typed.
fn fitting_model(request: &mut Request, catalogue: &Catalogue, output: Output) {
    let mode = request.mode();
    let takes = catalogue.get(&request.model).is_some_and(|model| model.takes(mode));
    if mode != ImageMode::Text && !takes {
        request.model = ModelId::new(LITE_I2V);
        output.say(&format!("Model: {LITE_I2V}, which takes these pictures."));
    }
}
