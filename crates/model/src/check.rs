//! Validation of a request: every documented limit, said at the field it belongs to.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::catalogue::{Catalogue, ImageMode, ModelSpec};
use crate::cost::{Estimate, PixelSize, PriceTable, RatioSize};
use crate::error::Field;
use crate::framing::{FramingOffer, framing_offers};
use crate::image::{self, ImageRef};
use crate::length::Length;
use crate::request::{Ratio, Request, Resolution, ServiceTier};

/// Prompts longer than this are taken, with a warning (service-api: recommended).
pub const PROMPT_RECOMMENDED: usize = 500;
/// Prompts longer than this are refused.
pub const PROMPT_MAX: usize = PROMPT_CHARACTERS as usize;
/// The same, as a limit of a model.
pub const PROMPT_CHARACTERS: u32 = 20_000;
/// Seconds that a task may live: 1 hour – 3 days.
pub const EXPIRES_AFTER: std::ops::RangeInclusive<u32> = 3_600..=259_200;
/// How many jobs one click may make.
pub const COUNT: std::ops::RangeInclusive<u32> = 1..=8;

/// What is wrong, for the window to put into the person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// A prompt is needed.
    PromptMissing,
    /// Over 500 characters: a warning.
    PromptLong,
    /// Over 20,000 characters.
    PromptTooLong,
    /// The model is not in the catalogue.
    ModelUnknown,
    /// The model does not take what is given, or needs what is not.
    ModeNotTaken,
    /// A last frame without a first.
    LastWithoutFirst,
    /// Reference images beside first or last frame.
    ReferenceWithFrames,
    /// More than four reference images.
    TooManyReferences,
    /// A side outside 300 – 6000 px.
    ImageSide,
    /// Width / height outside 0.4 – 2.5.
    ImageAspect,
    /// 30 MB or more.
    ImageBytes,
    /// The resolution cannot be had in this mode.
    ResolutionNotTaken,
    /// `adaptive` without a picture, or with a model that has none.
    RatioNotTaken,
    /// Seconds outside the model's range.
    SecondsRange,
    /// Frames not 25 + 4n within 29 – 289.
    FramesRange,
    /// The model has no exact frames.
    FramesNotTaken,
    /// A fixed camera cannot be had in this mode.
    CameraNotTaken,
    /// Expiry outside 3,600 – 259,200 s.
    ExpiryRange,
    /// Not an http(s) URL.
    CallbackNotHttp,
    /// The model has no sound.
    AudioNotTaken,
    /// The model has no draft mode.
    DraftNotTaken,
    /// Count outside 1 – 8.
    CountRange,
    /// A cell of a list could not be understood.
    CellUnread,
    /// The model takes exact frames, not seconds.
    SecondsNotTaken,
    /// The seed is larger than the model takes.
    SeedRange,
    /// The model has no watermark.
    WatermarkNotTaken,
    /// The model has no flex tier.
    TierNotTaken,
    /// The model tells no callback.
    CallbackNotTaken,
    /// The model has no parameter of that name.
    ExtraUnknown,
    /// The model needs a parameter that is not given.
    ExtraMissing,
    /// The value of a parameter is of another type.
    ExtraType,
    /// The value of a parameter is outside its range.
    ExtraRange,
    /// The value of a parameter is none of its choices.
    ExtraChoice,
    /// The text of a parameter is too short or too long.
    ExtraLength,
    /// A shot after the first brings a picture: it begins with the frame that the one before it ends on.
    ShotPicture,
    /// A storyboard without a shot, or with too many.
    ShotsRange,
}

impl ProblemCode {
    /// Whether the request may still be sent.
    #[must_use]
    pub fn is_warning(self) -> bool {
        matches!(self, Self::PromptLong)
    }
}

/// One thing wrong with a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Problem {
    /// Where.
    pub field: Field,
    /// What.
    pub code: ProblemCode,
    /// In English, with the documented range.
    pub message: String,
    /// Whether the request may still be sent.
    pub warning: bool,
    /// At [`Field::Extra`]: which parameter.
    pub parameter: Option<String>,
}

impl Problem {
    pub(crate) fn new(field: Field, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into(), warning: code.is_warning(), parameter: None }
    }

    fn of_extra(name: &str, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { parameter: Some(name.to_owned()), ..Self::new(Field::Extra, code, message) }
    }
}

/// What the form shows about a draft: what is wrong with it, and what it would cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Check {
    /// Empty when the request may be sent and nothing stands out.
    pub problems: Vec<Problem>,
    /// The estimate for one clip.
    pub estimate: Estimate,
    /// The estimated cost of all of them; `None` for a model without a price.
    pub total: Option<crate::cost::Usd>,
    /// The pixel size of each ratio at the request's resolution.
    pub sizes: Vec<RatioSize>,
    /// The pictures that had better be cropped or fitted first.
    pub framings: Vec<FramingOffer>,
}

impl Check {
    /// Checks `count` clips of a request against a catalogue and a price table.
    #[must_use]
    pub fn of(request: &Request, count: u32, catalogue: &Catalogue, prices: &PriceTable) -> Self {
        let mut problems = problems(request, catalogue);
        if !COUNT.contains(&count) {
            problems.push(Problem::new(Field::Count, ProblemCode::CountRange, "Make 1 to 8 clips at once."));
        }
        let estimate = prices.estimate(request);
        let total = estimate.cost.map(|cost| (0..count).map(|_| cost).sum());
        let sizes = PixelSize::of_ratios(request);
        Self { problems, estimate, total, sizes, framings: framing_offers(request) }
    }

    /// The first problem that forbids sending.
    #[must_use]
    pub fn refusal(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| !problem.warning)
    }
}

impl Request {
    /// What pictures this request brings.
    #[must_use]
    pub fn mode(&self) -> ImageMode {
        if !self.reference_images.is_empty() {
            ImageMode::Reference
        } else if self.last_frame.is_some() {
            ImageMode::FirstLastFrame
        } else if self.first_frame.is_some() {
            ImageMode::FirstFrame
        } else {
            ImageMode::Text
        }
    }
}

/// Everything wrong with a request, in the order of the form.
#[must_use]
pub fn problems(request: &Request, catalogue: &Catalogue) -> Vec<Problem> {
    let mut found = Vec::new();
    // A model that takes none says so itself.
    let most = catalogue.get(&request.model).map_or(4, |model| model.max_references).max(1);
    frames(request, most, &mut found);
    prompt(request, catalogue.get(&request.model), &mut found);
    if let Some(model) = catalogue.get(&request.model) {
        model_fit(request, model, &mut found);
        extras(request, model, &mut found);
    } else {
        let message = format!("No model is called {}.", request.model);
        found.push(Problem::new(Field::Model, ProblemCode::ModelUnknown, message));
    }
    if !EXPIRES_AFTER.contains(&request.expires_after) {
        let message = "Expiry is between 3,600 seconds (1 hour) and 259,200 seconds (3 days).";
        found.push(Problem::new(Field::ExpiresAfter, ProblemCode::ExpiryRange, message));
    }
    if request.callback_url.as_deref().is_some_and(|url| !is_http(url)) {
        let message = "The callback must be an http or https URL.";
        found.push(Problem::new(Field::CallbackUrl, ProblemCode::CallbackNotHttp, message));
    }
    found
}

fn is_http(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn prompt(request: &Request, model: Option<&ModelSpec>, found: &mut Vec<Problem>) {
    let length = request.prompt.chars().count();
    let most = model.map_or(PROMPT_CHARACTERS, |model| model.max_prompt);
    if request.prompt.trim().is_empty() && request.mode() == ImageMode::Text {
        let message = "Describe the shot: without a picture, a prompt is needed.";
        found.push(Problem::new(Field::Prompt, ProblemCode::PromptMissing, message));
    } else if let Some(model) = model.filter(|model| model.prompt_required && request.prompt.trim().is_empty()) {
        let message = format!("{} needs a prompt beside a picture, too.", model.full_name);
        found.push(Problem::new(Field::Prompt, ProblemCode::PromptMissing, message));
    } else if u32::try_from(length).is_ok_and(|length| length > most) || length > PROMPT_MAX {
        let message = if most == PROMPT_CHARACTERS {
            "A prompt has at most 20,000 characters.".to_owned()
        } else {
            format!("A prompt for this model has at most {most} characters.")
        };
        found.push(Problem::new(Field::Prompt, ProblemCode::PromptTooLong, message));
    } else if length > PROMPT_RECOMMENDED {
        let message = "The service recommends at most 500 characters; what stands after that may be ignored.";
        found.push(Problem::new(Field::Prompt, ProblemCode::PromptLong, message));
    }
}

fn frames(request: &Request, most_references: u32, found: &mut Vec<Problem>) {
    for (field, picture) in [(Field::FirstFrame, &request.first_frame), (Field::LastFrame, &request.last_frame)] {
        if let Some(picture) = picture {
            found.extend(image_problem(field, picture));
        }
    }
    for picture in &request.reference_images {
        found.extend(image_problem(Field::ReferenceImages, picture));
    }
    if request.last_frame.is_some() && request.first_frame.is_none() {
        let message = "A last frame needs a first frame.";
        found.push(Problem::new(Field::FirstFrame, ProblemCode::LastWithoutFirst, message));
    }
    if !request.reference_images.is_empty() && (request.first_frame.is_some() || request.last_frame.is_some()) {
        let message = "Reference images cannot be combined with a first or last frame.";
        found.push(Problem::new(Field::ReferenceImages, ProblemCode::ReferenceWithFrames, message));
    }
    let most = most_references.min(4);
    if u32::try_from(request.reference_images.len()).is_ok_and(|number| number > most) {
        let message = format!("At most {most} reference image{}.", if most == 1 { "" } else { "s" });
        found.push(Problem::new(Field::ReferenceImages, ProblemCode::TooManyReferences, message));
    }
}

/// What the service would refuse about a picture. The limits are strict: 300 px is too small.
#[must_use]
pub fn image_problem(field: Field, picture: &ImageRef) -> Option<Problem> {
    let (width, height) = (picture.width, picture.height);
    let (smallest, largest) = image::SIDE;
    let side = |side: u32| side > smallest && side < largest;
    let aspect = f64::from(width) / f64::from(height.max(1));
    if !side(width) || !side(height) {
        let message = format!("The picture is {width} × {height} px; each side must be between 300 and 6000 px.");
        return Some(Problem::new(field, ProblemCode::ImageSide, message));
    }
    if aspect <= image::ASPECT.0 || aspect >= image::ASPECT.1 {
        let message = format!("The picture is {aspect:.2} : 1; width / height must be between 0.4 and 2.5.");
        return Some(Problem::new(field, ProblemCode::ImageAspect, message));
    }
    if picture.bytes >= image::MAX_BYTES {
        let message = format!("The picture has {:.1} MB; it must be under 30 MB.", picture.bytes / 1_048_576.0);
        return Some(Problem::new(field, ProblemCode::ImageBytes, message));
    }
    None
}

fn model_fit(request: &Request, model: &ModelSpec, found: &mut Vec<Problem>) {
    let mode = request.mode();
    let mut refuse = |field, code, message: String| found.push(Problem::new(field, code, message));
    if !model.takes(mode) {
        let (field, what) = match mode {
            ImageMode::Text => (Field::FirstFrame, "needs a picture"),
            ImageMode::FirstFrame => (Field::FirstFrame, "takes no first frame"),
            ImageMode::FirstLastFrame => (Field::LastFrame, "takes no last frame"),
            ImageMode::Reference => (Field::ReferenceImages, "takes no reference images"),
        };
        refuse(field, ProblemCode::ModeNotTaken, format!("{} {what}.", model.full_name));
    }
    let reference = mode == ImageMode::Reference && model.plain_reference;
    if reference && request.resolution == Resolution::P1080 {
        let message = "With reference images the resolution is 480p or 720p.".to_owned();
        refuse(Field::Resolution, ProblemCode::ResolutionNotTaken, message);
    } else if !model.resolutions.is_empty() && !model.resolutions.contains(&request.resolution) {
        let words: Vec<&str> = model.resolutions.iter().map(|one| one.word()).collect();
        let message = format!("{} makes {}.", model.full_name, words.join(", "));
        refuse(Field::Resolution, ProblemCode::ResolutionNotTaken, message);
    }
    let words = || model.ratios.iter().map(|one| one.word()).collect::<Vec<_>>().join(", ");
    if request.ratio == Ratio::Adaptive && (mode == ImageMode::Text || !model.adaptive_ratio) {
        let choose = if model.ratios.is_empty() { "another one".to_owned() } else { words() };
        let message = format!("The adaptive ratio follows a picture; without one choose {choose}.");
        refuse(Field::Ratio, ProblemCode::RatioNotTaken, message);
    } else if request.ratio != Ratio::Adaptive && !model.ratios.is_empty() && !model.ratios.contains(&request.ratio) {
        refuse(Field::Ratio, ProblemCode::RatioNotTaken, format!("{} makes {}.", model.full_name, words()));
    }
    if model.has_length() && !model.makes(request.length) {
        let (code, message) = length(request.length, model);
        refuse(Field::Length, code, message);
    }
    let switches = &model.switches;
    if reference && request.camera_fixed {
        let message = "With reference images the camera cannot be fixed.".to_owned();
        refuse(Field::CameraFixed, ProblemCode::CameraNotTaken, message);
    } else if request.camera_fixed && !switches.camera_fixed {
        let message = format!("{} cannot keep the camera still.", model.full_name);
        refuse(Field::CameraFixed, ProblemCode::CameraNotTaken, message);
    }
    if switches.seed && request.seed.is_some_and(|seed| seed > model.max_seed) {
        let message = format!("{} takes seeds up to {}.", model.full_name, model.max_seed);
        refuse(Field::Seed, ProblemCode::SeedRange, message);
    }
    if request.watermark && !switches.watermark {
        refuse(Field::Watermark, ProblemCode::WatermarkNotTaken, format!("{} draws no mark.", model.full_name));
    }
    if request.service_tier == ServiceTier::Flex && !switches.service_tier {
        refuse(Field::ServiceTier, ProblemCode::TierNotTaken, format!("{} has no flex tier.", model.full_name));
    }
    if request.callback_url.is_some() && !switches.callback_url {
        refuse(Field::CallbackUrl, ProblemCode::CallbackNotTaken, format!("{} tells no callback.", model.full_name));
    }
    if request.generate_audio && !model.audio {
        refuse(Field::GenerateAudio, ProblemCode::AudioNotTaken, format!("{} makes no sound.", model.full_name));
    }
    if request.draft && !model.draft {
        refuse(Field::Draft, ProblemCode::DraftNotTaken, format!("{} has no draft mode.", model.full_name));
    }
}

/// Why a model does not make this length.
fn length(length: Length, model: &ModelSpec) -> (ProblemCode, String) {
    let name = &model.full_name;
    match length {
        Length::Seconds(_) if !model.whole_seconds => {
            (ProblemCode::SecondsNotTaken, format!("{name} takes exact frames, not seconds."))
        }
        Length::Seconds(_) if !model.seconds_only.is_empty() => {
            let only: Vec<String> = model.seconds_only.iter().map(ToString::to_string).collect();
            (ProblemCode::SecondsRange, format!("{name} makes {} seconds.", only.join(" or ")))
        }
        Length::Seconds(_) => {
            (ProblemCode::SecondsRange, format!("{name} makes {} to {} seconds.", model.min_seconds, model.max_seconds))
        }
        Length::Frames(_) if !model.exact_frames => {
            (ProblemCode::FramesNotTaken, format!("{name} takes whole seconds, not exact frames."))
        }
        Length::Frames(_) => {
            (ProblemCode::FramesRange, format!("Frames are 25 + 4n from {} to {}.", model.min_frames, model.max_frames))
        }
    }
}

/// The parameters that only the model's own spec knows.
fn extras(request: &Request, model: &ModelSpec, found: &mut Vec<Problem>) {
    for parameter in &model.extra {
        match request.extra.get(&parameter.name) {
            Some(value) => found.extend(
                parameter.refusal(value).map(|(code, message)| Problem::of_extra(&parameter.name, code, message)),
            ),
            None if parameter.required && parameter.default.is_none() => {
                let message = format!("{} needs {}.", model.full_name, parameter.name);
                found.push(Problem::of_extra(&parameter.name, ProblemCode::ExtraMissing, message));
            }
            None => {}
        }
    }
    for name in request.extra.keys().filter(|name| model.extra(name).is_none()) {
        let message = format!("{} has no parameter of the name {}.", model.full_name, crate::live::shown(name));
        found.push(Problem::of_extra(name, ProblemCode::ExtraUnknown, message));
    }
}

#[cfg(test)]
#[path = "check_table_tests.rs"]
mod table_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{LITE_I2V, LITE_T2V, PRO_1_5, PRO_FAST};
    use crate::ids::{ImageId, ModelId};
    use crate::image::ImageFormat;

    fn picture(width: u32, height: u32) -> ImageRef {
        ImageRef { id: ImageId::new("0"), format: ImageFormat::Png, width, height, bytes: 1000.0 }
    }

    fn request(model: &str) -> Request {
        Request { model: ModelId::new(model), prompt: "A boat".into(), ..Request::default() }
    }

    fn codes(request: &Request) -> Vec<ProblemCode> {
        problems(request, &Catalogue::built_in()).into_iter().map(|p| p.code).collect()
    }

    #[test]
    fn the_defaults_with_a_prompt_are_accepted() {
        assert_eq!(codes(&request(LITE_T2V)), []);
    }

    #[test]
    fn a_prompt_is_needed_only_without_a_picture() {
        assert_eq!(codes(&Request { prompt: " ".into(), ..request(LITE_T2V) }), [ProblemCode::PromptMissing]);
        let beside = Request { prompt: String::new(), first_frame: Some(picture(800, 600)), ..request(LITE_I2V) };
        assert_eq!(codes(&beside), [], "the text is optional beside a picture");
    }

    #[test]
    fn long_prompts_warn_and_absurd_ones_are_refused() {
        let of = |n: usize| Request { prompt: "字".repeat(n), ..request(LITE_T2V) };
        assert_eq!(codes(&of(500)), [], "characters are counted, not bytes");
        assert_eq!(codes(&of(501)), [ProblemCode::PromptLong]);
        assert_eq!(codes(&of(20_001)), [ProblemCode::PromptTooLong]);
        let check = Check::of(&of(501), 1, &Catalogue::built_in(), &PriceTable::default());
        assert_eq!(check.refusal(), None, "a warning does not forbid sending");
    }

    #[test]
    fn exactly_the_modes_of_the_reference_are_taken() {
        let first = |model: &str| Request { first_frame: Some(picture(800, 600)), ..request(model) };
        let both = |model: &str| Request { last_frame: Some(picture(800, 600)), ..first(model) };
        let refs = |model: &str| Request { reference_images: vec![picture(800, 600); 4], ..request(model) };
        // text, first, first + last, reference
        let table = [
            (LITE_T2V, [true, false, false, false]),
            (LITE_I2V, [false, true, true, true]),
            (crate::catalogue::PRO, [true, true, true, false]),
            (PRO_FAST, [true, true, false, false]),
            (PRO_1_5, [true, true, true, false]),
        ];
        for (model, taken) in table {
            let asked = [request(model), first(model), both(model), refs(model)];
            assert_eq!(asked.map(|r| codes(&r).is_empty()), taken, "{model}");
        }
    }

    #[test]
    fn reference_images_exclude_1080p_a_fixed_camera_and_frames() {
        let refs = Request { reference_images: vec![picture(800, 600)], ..request(LITE_I2V) };
        assert_eq!(
            codes(&Request { resolution: Resolution::P1080, ..refs.clone() }),
            [ProblemCode::ResolutionNotTaken]
        );
        assert_eq!(codes(&Request { camera_fixed: true, ..refs.clone() }), [ProblemCode::CameraNotTaken]);
        assert_eq!(
            codes(&Request { first_frame: Some(picture(800, 600)), ..refs.clone() }),
            [ProblemCode::ReferenceWithFrames]
        );
        assert_eq!(
            codes(&Request { reference_images: vec![picture(800, 600); 5], ..refs }),
            [ProblemCode::TooManyReferences]
        );
    }

    #[test]
    fn picture_limits_are_strict() {
        let at = |width, height| image_problem(Field::FirstFrame, &picture(width, height)).map(|p| p.code);
        assert_eq!(at(301, 301), None);
        assert_eq!(at(300, 301), Some(ProblemCode::ImageSide));
        assert_eq!(at(5999, 5999), None);
        assert_eq!(at(6000, 5999), Some(ProblemCode::ImageSide));
        assert_eq!(at(1000, 400), Some(ProblemCode::ImageAspect), "2.5 itself is outside");
        assert_eq!(at(400, 1000), Some(ProblemCode::ImageAspect), "0.4 itself is outside");
        let heavy = ImageRef { bytes: image::MAX_BYTES, ..picture(800, 600) };
        assert_eq!(image_problem(Field::FirstFrame, &heavy).map(|p| p.code), Some(ProblemCode::ImageBytes));
    }

    #[test]
    fn lengths_follow_the_model() {
        let of = |model, length| codes(&Request { length, ..request(model) });
        for (seconds, ok) in [(1, false), (2, true), (12, true), (13, false)] {
            assert_eq!(of(LITE_T2V, Length::Seconds(seconds)).is_empty(), ok, "{seconds} s");
        }
        assert_eq!(of(PRO_1_5, Length::Seconds(3)), [ProblemCode::SecondsRange]);
        assert_eq!(of(PRO_1_5, Length::Frames(57)), [ProblemCode::FramesNotTaken]);
        assert_eq!(of(LITE_T2V, Length::Frames(58)), [ProblemCode::FramesRange]);
        assert_eq!(of(LITE_T2V, Length::Frames(57)), []);
    }

    #[test]
    fn other_limits() {
        let base = request(LITE_T2V);
        assert_eq!(codes(&Request { ratio: Ratio::Adaptive, ..base.clone() }), [ProblemCode::RatioNotTaken]);
        assert_eq!(codes(&Request { expires_after: 3599, ..base.clone() }), [ProblemCode::ExpiryRange]);
        assert_eq!(
            codes(&Request { callback_url: Some("file:///etc".into()), ..base.clone() }),
            [ProblemCode::CallbackNotHttp]
        );
        assert_eq!(
            codes(&Request { generate_audio: true, draft: true, ..base.clone() }),
            [ProblemCode::AudioNotTaken, ProblemCode::DraftNotTaken]
        );
        assert_eq!(codes(&Request { model: ModelId::new("x"), ..base.clone() }), [ProblemCode::ModelUnknown]);
        let many = Check::of(&base, 9, &Catalogue::built_in(), &PriceTable::default());
        assert_eq!(many.refusal().map(|p| p.code), Some(ProblemCode::CountRange));
        let three = Check::of(&base, 3, &Catalogue::built_in(), &PriceTable::default());
        assert_eq!(three.total.map(|t| t.to_string()).as_deref(), Some("0.5559"), "3 × 0.1853");
    }
}
