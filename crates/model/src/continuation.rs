//! "Continue from last frame": the next request, made from a clip.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::catalogue::{Catalogue, ImageMode, LITE_I2V, ModelSpec};
use crate::clip::Clip;
use crate::error::Field;
use crate::extra::ExtraValue;
use crate::ids::ModelId;
use crate::image::ImageRef;
use crate::length::Length;
use crate::request::{Ratio, Request, Resolution, ServiceTier};

/// Something that had to change when settings were carried over. The form says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Adjustment {
    /// Moved to a model that takes the pictures.
    Model {
        /// Before.
        from: ModelId,
        /// After.
        to: ModelId,
    },
    /// The last frame was dropped: the model takes none.
    LastFrameDropped,
    /// The reference images were dropped.
    ReferenceImagesDropped,
    /// The first frame was dropped.
    FirstFrameDropped,
    /// The length was moved into the model's range.
    Length {
        /// Before.
        from: Length,
        /// After.
        to: Length,
    },
    /// The ratio cannot be had here.
    Ratio {
        /// Before.
        from: Ratio,
        /// After.
        to: Ratio,
    },
    /// The resolution cannot be had here.
    Resolution,
    /// Sound was switched off: the model makes none.
    AudioOff,
    /// Draft was switched off.
    DraftOff,
    /// The fixed camera was switched off.
    CameraFixedOff,
    /// What the model does not have was switched off.
    NotTaken {
        /// What.
        fields: Vec<Field>,
    },
    /// Parameters that the model before had of its own were dropped.
    ExtraDropped {
        /// Their names.
        names: Vec<String>,
    },
}

/// A request to go on from, and what had to change for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Continuation {
    /// The draft: frame in the first slot, settings kept, prompt empty.
    pub request: Request,
    /// What had to change.
    pub adjustments: Vec<Adjustment>,
}

impl Continuation {
    /// The next request after `clip`, from a picture of its last frame, or of the one of that number.
    #[must_use]
    pub fn of(clip: &Clip, number: Option<u32>, frame: ImageRef, catalogue: &Catalogue) -> Self {
        let had_references = !clip.request.reference_images.is_empty();
        let request = Request {
            prompt: String::new(),
            first_frame: Some(frame),
            last_frame: None,
            reference_images: Vec::new(),
            seed: None,
            callback_url: None,
            continues: Some(clip.id.clone()),
            continues_frame: number,
            ..clip.request.clone()
        };
        let mut adjusted = Self::adjust(request, catalogue);
        if had_references {
            adjusted.adjustments.push(Adjustment::ReferenceImagesDropped);
        }
        adjusted
    }

    /// Moves a request to a model that takes its pictures, if its own does not.
    #[must_use]
    pub fn adjust(mut request: Request, catalogue: &Catalogue) -> Self {
        let mut adjustments = Vec::new();
        let mode = request.mode();
        if mode != ImageMode::Text && !catalogue.get(&request.model).is_some_and(|model| model.takes(mode)) {
            let to = ModelId::new(LITE_I2V);
            adjustments.push(Adjustment::Model { from: request.model.clone(), to: to.clone() });
            request.model = to;
        }
        let mut fitted = Self::fit(request, catalogue);
        adjustments.append(&mut fitted.adjustments);
        Self { request: fitted.request, adjustments }
    }

    /// Makes a request fit its model by dropping or moving what the model does not have.
    #[must_use]
    pub fn fit(mut request: Request, catalogue: &Catalogue) -> Self {
        let mut adjustments = Vec::new();
        if request.continues.is_none() {
            // Left behind by who took the clip away alone.
            request.continues_frame = None;
        }
        let Some(model) = catalogue.get(&request.model) else {
            return Self { request, adjustments };
        };
        if !request.reference_images.is_empty() && !model.takes(ImageMode::Reference) {
            request.reference_images.clear();
            adjustments.push(Adjustment::ReferenceImagesDropped);
        }
        if request.last_frame.is_some() && !model.takes(ImageMode::FirstLastFrame) {
            request.last_frame = None;
            adjustments.push(Adjustment::LastFrameDropped);
        }
        if request.first_frame.is_some() && !model.takes(ImageMode::FirstFrame) {
            request.first_frame = None;
            request.continue_nothing();
            adjustments.push(Adjustment::FirstFrameDropped);
        }
        let most = usize::try_from(model.max_references).unwrap_or(usize::MAX);
        if request.reference_images.len() > most && model.takes(ImageMode::Reference) {
            request.reference_images.truncate(most);
            adjustments.push(Adjustment::ReferenceImagesDropped);
        }
        let length = model.nearest_length(request.length);
        if length != request.length {
            adjustments.push(Adjustment::Length { from: request.length, to: length });
            request.length = length;
        }
        let mode = request.mode();
        let adaptive = request.ratio == Ratio::Adaptive;
        let ratio = if adaptive {
            mode != ImageMode::Text && model.adaptive_ratio
        } else {
            model.ratios.is_empty() || model.ratios.contains(&request.ratio)
        };
        if !ratio {
            adjustments.push(Adjustment::Ratio { from: request.ratio, to: model.usual_ratio });
            request.ratio = model.usual_ratio;
        }
        let plain = mode == ImageMode::Reference && model.plain_reference;
        if plain && request.resolution == Resolution::P1080 {
            request.resolution = Resolution::P720;
            adjustments.push(Adjustment::Resolution);
        }
        if !model.resolutions.is_empty() && !model.resolutions.contains(&request.resolution) {
            request.resolution = model.usual_resolution;
            adjustments.push(Adjustment::Resolution);
        }
        if request.camera_fixed && plain {
            request.camera_fixed = false;
            adjustments.push(Adjustment::CameraFixedOff);
        }
        if request.generate_audio && !model.audio {
            request.generate_audio = false;
            adjustments.push(Adjustment::AudioOff);
        }
        if request.draft && !model.draft {
            request.draft = false;
            adjustments.push(Adjustment::DraftOff);
        }
        let fields = drop_what_is_not_taken(&mut request, model);
        if !fields.is_empty() {
            adjustments.push(Adjustment::NotTaken { fields });
        }
        let fits = |name: &String, value: &ExtraValue| {
            model.extra(name).is_some_and(|parameter| parameter.refusal(value).is_none())
        };
        let (kept, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut request.extra).into_iter().partition(|(name, value)| fits(name, value));
        request.extra = kept;
        if !dropped.is_empty() {
            adjustments.push(Adjustment::ExtraDropped { names: dropped.into_keys().collect() });
        }
        Self { request, adjustments }
    }
}

/// Switches off what a model does not have at all; returns what was on.
fn drop_what_is_not_taken(request: &mut Request, model: &ModelSpec) -> Vec<Field> {
    let mut fields = Vec::new();
    let switches = &model.switches;
    if request.camera_fixed && !switches.camera_fixed {
        request.camera_fixed = false;
        fields.push(Field::CameraFixed);
    }
    if switches.seed && request.seed.is_some_and(|seed| seed > model.max_seed) {
        request.seed = None;
        fields.push(Field::Seed);
    }
    if request.watermark && !switches.watermark {
        request.watermark = false;
        fields.push(Field::Watermark);
    }
    if request.service_tier == ServiceTier::Flex && !switches.service_tier {
        request.service_tier = ServiceTier::Default;
        fields.push(Field::ServiceTier);
    }
    if request.callback_url.is_some() && !switches.callback_url {
        request.callback_url = None;
        fields.push(Field::CallbackUrl);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{LITE_T2V, PRO_1_5};
    use crate::check::problems;
    use crate::ids::ImageId;
    use crate::image::ImageFormat;

    fn picture() -> ImageRef {
        ImageRef { id: ImageId::new("0"), format: ImageFormat::Png, width: 1248, height: 704, bytes: 1.0 }
    }

    #[test]
    fn a_text_model_moves_to_one_that_takes_a_first_frame() {
        let request = Request { first_frame: Some(picture()), ..Request::default() };
        let adjusted = Continuation::adjust(request, &Catalogue::built_in());
        let moved = Adjustment::Model { from: ModelId::new(LITE_T2V), to: ModelId::new(LITE_I2V) };
        assert_eq!(adjusted.adjustments, [moved]);
        assert_eq!(problems(&adjusted.request, &Catalogue::built_in()), []);
    }

    #[test]
    fn whatever_is_fitted_is_accepted() {
        let catalogue = Catalogue::built_in();
        let pictures =
            [(None, None, 0), (Some(picture()), None, 0), (Some(picture()), Some(picture()), 0), (None, None, 2)];
        for model in &catalogue.models {
            for (first_frame, last_frame, references) in pictures.clone() {
                for length in [Length::Seconds(1), Length::Seconds(3), Length::Seconds(40), Length::Frames(29)] {
                    let request = Request {
                        model: model.id.clone(),
                        prompt: "A boat".into(),
                        first_frame: first_frame.clone(),
                        last_frame: last_frame.clone(),
                        reference_images: vec![picture(); references],
                        resolution: Resolution::P1080,
                        ratio: Ratio::Adaptive,
                        camera_fixed: true,
                        generate_audio: true,
                        draft: true,
                        length,
                        ..Request::default()
                    };
                    let fitted = Continuation::adjust(request, &catalogue).request;
                    let left = problems(&fitted, &catalogue);
                    // A picture-only model without a picture is the one thing that only the person can mend.
                    let left: Vec<_> = left
                        .iter()
                        .filter(|p| {
                            p.code != crate::check::ProblemCode::ModeNotTaken || fitted.mode() != ImageMode::Text
                        })
                        .collect();
                    assert!(left.is_empty(), "{} {length:?}: {left:?}", model.name);
                }
            }
        }
    }

    #[test]
    fn exact_frames_become_whole_seconds_where_there_are_none() {
        let request = Request { model: ModelId::new(PRO_1_5), length: Length::Frames(121), ..Request::default() };
        let fitted = Continuation::fit(request, &Catalogue::built_in());
        assert_eq!(fitted.request.length, Length::Seconds(5));
    }
}
