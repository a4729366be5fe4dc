//! The body of a submit: made once, so that the bytes that are hashed and written down are the bytes that are sent.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use lastframe_model::{Catalogue, ImageId, ImageMode, ImageRef, Length, ModelSpec, Request, Switches};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Why a body could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// A picture of the request could not be read.
    #[error("a picture of the request could not be read: {source}")]
    Image {
        /// Which picture.
        id: ImageId,
        /// Why.
        source: io::Error,
    },
    /// The body could not be written as JSON.
    #[error("the request could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The bytes of a submit and their hash. Cheap to clone.
#[derive(Clone)]
pub struct Payload {
    body: Bytes,
    sha256: String,
}

impl Payload {
    /// The body for a request, with the parameters that its model has according to the catalogue and no others; a
    /// model that is in none gets the documented ones. `load` yields the bytes of each of its pictures, in the order in which they are sent.
    pub fn new(
        request: &Request,
        catalogue: &Catalogue,
        load: impl Fn(&ImageRef) -> Result<Vec<u8>, io::Error>,
    ) -> Result<Self, PayloadError> {
        let model = catalogue.get(&request.model);
        let document = json!({ "model": request.model, "input": [{ "params": parameters(request, model, load)? }] });
        let body = serde_json::to_vec(&document)?;
        let sha256 = hex::encode(Sha256::digest(&body));
        Ok(Self { body: Bytes::from(body), sha256 })
    }

    /// SHA-256 of the body, 64 lower-case hex digits: written down with the intent before anything is sent.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The bytes that are sent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn bytes(&self) -> Bytes {
        self.body.clone()
    }
}

// The body holds whole pictures and the prompt: neither belongs in a log.
impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload").field("bytes", &self.body.len()).field("sha256", &self.sha256).finish()
    }
}

fn parameters(
    request: &Request,
    model: Option<&ModelSpec>,
    load: impl Fn(&ImageRef) -> Result<Vec<u8>, io::Error>,
) -> Result<Map<String, Value>, PayloadError> {
    let has = model.map_or(Switches::ALL, |model| model.switches);
    let mut params = Map::new();
    let mut set = |name: &str, value: Value| params.insert(name.to_owned(), value);
    set("content", Value::Array(content(request, load)?));
    if model.is_none_or(|model| !model.resolutions.is_empty()) {
        set("resolution", request.resolution.word().into());
    }
    if model.is_none_or(|model| !model.ratios.is_empty()) {
        set("ratio", request.ratio.word().into());
    }
    // One of the two, never both: `frames` would win silently over `duration`.
    match request.length {
        Length::Seconds(seconds) if model.is_none_or(|model| model.whole_seconds) => {
            set("duration", seconds.into());
        }
        Length::Frames(frames) if model.is_none_or(|model| model.exact_frames) => {
            set("frames", frames.into());
        }
        Length::Seconds(_) | Length::Frames(_) => {}
    }
    if has.seed {
        set("seed", request.seed.map_or(-1, i64::from).into());
    }
    // With reference images some models have no such switch at all.
    if has.camera_fixed && (request.camera_fixed || request.mode() != ImageMode::Reference) {
        set("camera_fixed", request.camera_fixed.into());
    }
    if has.watermark {
        set("watermark", request.watermark.into());
    }
    if has.return_last_frame {
        set("return_last_frame", request.return_last_frame.into());
    }
    if has.service_tier {
        set("service_tier", request.service_tier.word().into());
    }
    if has.expires_after {
        set("execution_expires_after", request.expires_after.into());
    }
    if let Some(url) = request.callback_url.as_ref().filter(|_| has.callback_url) {
        set("callback_url", url.as_str().into());
    }
    // Models without sound or drafts do not know the fields.
    if model.map_or(request.generate_audio, |model| model.audio) {
        set("generate_audio", request.generate_audio.into());
    }
    if model.map_or(request.draft, |model| model.draft) {
        set("draft", request.draft.into());
    }
    match model {
        Some(model) => {
            for parameter in &model.extra {
                // What is needed is said, even where the service would take the same.
                let usual = parameter.default.as_ref().filter(|_| parameter.required);
                if let Some(value) = request.extra.get(&parameter.name).or(usual) {
                    set(&parameter.name, value.json());
                }
            }
        }
        None => {
            for (name, value) in &request.extra {
                set(name, value.json());
            }
        }
    }
    Ok(params)
}

fn content(
    request: &Request,
    load: impl Fn(&ImageRef) -> Result<Vec<u8>, io::Error>,
) -> Result<Vec<Value>, PayloadError> {
    let mut items = Vec::new();
    if !request.prompt.trim().is_empty() {
        items.push(json!({ "type": "text", "text": request.prompt }));
    }
    let first = request.first_frame.iter().map(|picture| ("first_frame", picture));
    let last = request.last_frame.iter().map(|picture| ("last_frame", picture));
    let references = request.reference_images.iter().map(|picture| ("reference_image", picture));
    for (role, picture) in first.chain(last).chain(references) {
        let bytes = load(picture).map_err(|source| PayloadError::Image { id: picture.id.clone(), source })?;
        let mut url = format!("data:image/{};base64,", picture.format.name());
        STANDARD.encode_string(&bytes, &mut url);
        items.push(json!({ "type": "image_url", "image_url": { "url": url }, "role": role }));
    }
    Ok(items)
}
