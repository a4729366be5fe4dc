//! From what was typed to a request, checked before anything is sent or written.

use lastframe_engine::Engine;
use lastframe_library::Library;
use lastframe_model::catalogue::LITE_I2V;
use lastframe_model::{Catalogue, Check, Continuation, Field, ImageMode, ImageRef, Length, ModelId, Request};

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
    pub fn read(typed: &Generate, library: &Library, output: Output) -> Result<Self, CliError> {
        let catalogue = Catalogue::built_in();
        let picture = |path: &Option<_>, field| -> Result<Option<Picture>, CliError> {
            path.as_deref().map(|path: &std::path::Path| Picture::read(path, field)).transpose()
        };
        let (mut request, first) = match &typed.from {
            Some(id) => {
                let clip = place::clip(library, id)?;
                let first = Picture::last_frame(library, &clip)?;
                (Continuation::of(&clip, first.facts.clone(), &catalogue).request, Some(first))
            }
            None => (Request::default(), picture(&typed.first_frame, Field::FirstFrame)?),
        };
        let last = picture(&typed.last_frame, Field::LastFrame)?;
        let references: Vec<Picture> =
            typed.reference.iter().map(|path| Picture::read(path, Field::ReferenceImages)).collect::<Result<_, _>>()?;
        request.first_frame = first.as_ref().map(|picture| picture.facts.clone());
        request.last_frame = last.as_ref().map(|picture| picture.facts.clone());
        request.reference_images = references.iter().map(|picture| picture.facts.clone()).collect();
        apply(typed, &mut request);
        if typed.model.is_none() {
            fitting_model(&mut request, &catalogue, output);
        }
        Ok(Self { request, first, last, references })
    }

    /// What is wrong with it and what it costs. Warnings are said; a refusal is an error at the flag it belongs to.
    pub fn check(&self, typed: &Generate, place: &Place, output: Output) -> Result<Check, CliError> {
        let check = Check::of(&self.request, typed.count, &Catalogue::built_in(), &place.settings.prices);
        if let Some(problem) = check.refusal() {
            let flag = (problem.field == Field::Length && typed.frames.is_some()).then_some("frames");
            return Err(CliError::Invalid { field: problem.field, flag, message: problem.message.clone() });
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
    let length = typed.duration.map(Length::Seconds).or(typed.frames.map(Length::Frames));
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

/// Moves to a model that takes the pictures, if none was asked for; everything else stays as it was typed.
fn fitting_model(request: &mut Request, catalogue: &Catalogue, output: Output) {
    let mode = request.mode();
    let takes = catalogue.get(&request.model).is_some_and(|model| model.takes(mode));
    if mode != ImageMode::Text && !takes {
        request.model = ModelId::new(LITE_I2V);
        output.say(&format!("Model: {LITE_I2V}, which takes these pictures."));
    }
}
