//! Reads the raw JSON of a submit into a request, or says with the documented code why not.
//!
//! The shape of the JSON is judged here; the rules (ranges, which model takes what) are those of
//! `lastframe_model`, so that the form and this service cannot disagree. Knows no HTTP but the status.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lastframe_model::check::problems;
use lastframe_model::{
    Catalogue, ExtraValue, ImageId, ImageRef, Length, ModelId, ModelSpec, Origin, Problem, ProblemCode, Request,
    ServiceCode, live,
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::specs;

/// Why a submit was refused.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub code: ServiceCode,
    pub message: String,
}

impl Refusal {
    fn new(code: ServiceCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// An accepted request and the bytes of its pictures.
pub(crate) struct Accepted {
    pub request: Request,
    pub pictures: Vec<(ImageId, Vec<u8>)>,
}

/// Reads the body of a submit.
pub(crate) fn read(body: &[u8], catalogue: &Catalogue) -> Result<Accepted, Refusal> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(ServiceCode::InvalidContent, format!("The body is not JSON: {error}.")))?;
    let model = body
        .get("model")
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::new(ServiceCode::TaskCreation, "model is required."))?;
    let input = body.get("input").and_then(Value::as_array);
    let params = input
        .and_then(|input| input.first())
        .and_then(|first| first.get("params"))
        .and_then(Value::as_object)
        .ok_or_else(|| Refusal::new(ServiceCode::MissingContent, "input[0].params is required."))?;
    if input.is_some_and(|input| input.len() > 1) {
        return Err(Refusal::new(ServiceCode::InvalidContent, "input holds exactly one item."));
    }
    let mut accepted =
        Accepted { request: Request { model: ModelId::new(model), ..Request::default() }, pictures: Vec::new() };
    accepted.request.return_last_frame = false;
    let spec = catalogue.get(&accepted.request.model);
    if let Some(spec) = spec {
        let names = specs::names(spec);
        // Of a usual model, what other models have is refused further down, with its documented code.
        let told_later =
            |name: &str| spec.origin != Origin::New && matches!(name, "frames" | "generate_audio" | "draft");
        if let Some(unknown) = params.keys().find(|name| !names.contains(name) && !told_later(name)) {
            let message = format!("{} has no parameter {}.", spec.id, live::shown(unknown));
            return Err(Refusal::new(ServiceCode::InvalidContent, message));
        }
        read_extras(params, spec, &mut accepted.request)?;
    }
    read_params(params, spec, &mut accepted.request)?;
    read_content(params.get("content"), &mut accepted)?;
    match problems(&accepted.request, catalogue).into_iter().find(|problem| !problem.warning) {
        None => Ok(accepted),
        Some(problem) => Err(Refusal::new(code_of(&problem), problem.message)),
    }
}

/// The documented code nearest to a problem.
fn code_of(problem: &Problem) -> ServiceCode {
    match problem.code {
        ProblemCode::PromptMissing => ServiceCode::MissingText,
        ProblemCode::ResolutionNotTaken => ServiceCode::InvalidResolution,
        ProblemCode::RatioNotTaken => ServiceCode::InvalidRatio,
        ProblemCode::SecondsRange | ProblemCode::SecondsNotTaken => ServiceCode::InvalidDuration,
        ProblemCode::FramesRange | ProblemCode::FramesNotTaken => ServiceCode::InvalidFrames,
        ProblemCode::SeedRange => ServiceCode::InvalidSeed,
        ProblemCode::WatermarkNotTaken => ServiceCode::InvalidBoolean,
        ProblemCode::CameraNotTaken | ProblemCode::AudioNotTaken | ProblemCode::DraftNotTaken => {
            ServiceCode::InvalidBoolean
        }
        ProblemCode::ModelUnknown | ProblemCode::ExpiryRange | ProblemCode::CallbackNotHttp => {
            ServiceCode::TaskCreation
        }
        _ => ServiceCode::InvalidContent,
    }
}

/// The parameters that only this model's spec knows.
fn read_extras(params: &Map<String, Value>, spec: &ModelSpec, request: &mut Request) -> Result<(), Refusal> {
    for parameter in &spec.extra {
        let Some(value) = params.get(&parameter.name) else {
            if parameter.required {
                let message = format!("{} is required.", parameter.name);
                return Err(Refusal::new(ServiceCode::InvalidContent, message));
            }
            continue;
        };
        let message = || format!("{} is of another type.", parameter.name);
        let value = ExtraValue::of_json(value).ok_or_else(|| Refusal::new(ServiceCode::InvalidContent, message()))?;
        request.extra.insert(parameter.name.clone(), value);
    }
    Ok(())
}

fn read_params(params: &Map<String, Value>, spec: Option<&ModelSpec>, request: &mut Request) -> Result<(), Refusal> {
    if let Some(spec) = spec {
        // What is not said is the model's own default.
        request.length = spec.nearest_length(request.length);
        (request.resolution, request.ratio) = (spec.usual_resolution, spec.usual_ratio);
    }
    let own = |name: &str| spec.is_some_and(|spec| spec.extra(name).is_some());
    if !own("resolution")
        && let Some(word) = text(params, "resolution", ServiceCode::InvalidResolution)?
    {
        request.resolution = word.parse().map_err(|error: lastframe_model::request::UnknownWord| {
            Refusal::new(ServiceCode::InvalidResolution, error.to_string())
        })?;
    }
    if !own("ratio")
        && let Some(word) = text(params, "ratio", ServiceCode::InvalidRatio)?
    {
        request.ratio = word.parse().map_err(|error: lastframe_model::request::UnknownWord| {
            Refusal::new(ServiceCode::InvalidRatio, error.to_string())
        })?;
    }
    if let Some(word) = text(params, "service_tier", ServiceCode::TaskCreation)? {
        request.service_tier = word.parse().map_err(|error: lastframe_model::request::UnknownWord| {
            Refusal::new(ServiceCode::TaskCreation, error.to_string())
        })?;
    }
    let whole = |name: &str, code: ServiceCode| match params.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            value.as_i64().map(Some).ok_or_else(|| Refusal::new(code, format!("{name} must be an integer.")))
        }
    };
    // `frames` wins over `duration`, as the reference says.
    if let Some(frames) = whole("frames", ServiceCode::InvalidFrames)? {
        request.length = Length::Frames(u32::try_from(frames).unwrap_or(0));
    } else if let Some(seconds) = whole("duration", ServiceCode::InvalidDuration)? {
        request.length = Length::Seconds(u32::try_from(seconds).unwrap_or(0));
    }
    match whole("seed", ServiceCode::InvalidSeed)? {
        None | Some(-1) => {}
        Some(seed) => {
            let message = "seed is between -1 and 4294967295.";
            request.seed = Some(u32::try_from(seed).map_err(|_| Refusal::new(ServiceCode::InvalidSeed, message))?);
        }
    }
    if let Some(seconds) = whole("execution_expires_after", ServiceCode::TaskCreation)? {
        request.expires_after = u32::try_from(seconds).unwrap_or(0);
    }
    request.callback_url = text(params, "callback_url", ServiceCode::TaskCreation)?.map(str::to_owned);
    for (name, switch) in [
        ("camera_fixed", &mut request.camera_fixed),
        ("watermark", &mut request.watermark),
        ("return_last_frame", &mut request.return_last_frame),
        ("generate_audio", &mut request.generate_audio),
        ("draft", &mut request.draft),
    ] {
        match params.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Bool(on)) => *switch = *on,
            Some(_) => {
                return Err(Refusal::new(ServiceCode::InvalidBoolean, format!("{name} must be true or false.")));
            }
        }
    }
    Ok(())
}

fn text<'a>(params: &'a Map<String, Value>, name: &str, code: ServiceCode) -> Result<Option<&'a str>, Refusal> {
    match params.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) => Ok(Some(word)),
        Some(_) => Err(Refusal::new(code, format!("{name} must be a string."))),
    }
}

fn read_content(content: Option<&Value>, accepted: &mut Accepted) -> Result<(), Refusal> {
    let invalid = |message: &str| Refusal::new(ServiceCode::InvalidContent, message);
    let items = match content {
        None | Some(Value::Null) => return Err(Refusal::new(ServiceCode::MissingContent, "content is required.")),
        Some(Value::Array(items)) if items.is_empty() => {
            return Err(Refusal::new(ServiceCode::MissingContent, "content has no items."));
        }
        Some(Value::Array(items)) => items,
        Some(_) => return Err(invalid("content must be an array.")),
    };
    for item in items {
        let item = item.as_object().ok_or_else(|| invalid("an item of content must be an object."))?;
        let kind = item
            .get("type")
            .ok_or_else(|| Refusal::new(ServiceCode::MissingContentType, "an item of content has no type."))?;
        match kind.as_str() {
            Some("text") => {
                let text = item
                    .get("text")
                    .ok_or_else(|| Refusal::new(ServiceCode::MissingText, "a text item has no text."))?;
                let text = text.as_str().ok_or_else(|| invalid("text must be a string."))?;
                if !accepted.request.prompt.is_empty() {
                    return Err(invalid("content holds at most one text item."));
                }
                text.clone_into(&mut accepted.request.prompt);
            }
            Some("image_url") => {
                let url = item.get("image_url").and_then(|image| image.get("url")).and_then(Value::as_str);
                let (picture, bytes) = read_picture(url.ok_or_else(|| invalid("image_url.url is required."))?)?;
                let request = &mut accepted.request;
                let taken = match item.get("role").map(Value::as_str) {
                    None | Some(Some("first_frame")) => request.first_frame.replace(picture.clone()),
                    Some(Some("last_frame")) => request.last_frame.replace(picture.clone()),
                    Some(Some("reference_image")) => {
                        request.reference_images.push(picture.clone());
                        None
                    }
                    Some(_) => return Err(invalid("role is first_frame, last_frame or reference_image.")),
                };
                if taken.is_some() {
                    return Err(invalid("each of first_frame and last_frame stands at most once."));
                }
                accepted.pictures.push((picture.id, bytes));
            }
            _ => return Err(invalid("type is text or image_url.")),
        }
    }
    Ok(())
}

/// A picture in a data URL. Others are refused: this service never fetches anything.
fn read_picture(url: &str) -> Result<(ImageRef, Vec<u8>), Refusal> {
    let invalid = |message: String| Refusal::new(ServiceCode::InvalidContent, message);
    let Some((head, data)) = url.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,")) else {
        return Err(invalid("The practice service takes pictures as data:image/…;base64,… only.".to_owned()));
    };
    if head.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(invalid("The format in a data URL is written in lower case.".to_owned()));
    }
    let bytes = STANDARD.decode(data).map_err(|error| invalid(format!("The picture is not base64: {error}.")))?;
    let facts = lastframe_media::picture_facts(&bytes).map_err(|error| invalid(error.to_string()))?;
    if facts.format.name() != head && !(facts.format.name() == "jpeg" && head == "jpg") {
        return Err(invalid(format!("The data URL says {head}, the picture is {}.", facts.format.name())));
    }
    #[expect(clippy::cast_precision_loss, reason = "a body of 64 MB at most")]
    let size = bytes.len() as f64;
    let id = ImageId::new(hex::encode(Sha256::digest(&bytes)));
    let picture = ImageRef { id, format: facts.format, width: facts.width, height: facts.height, bytes: size };
    Ok((picture, bytes))
}
