//! The model list and the machine-readable parameters of each model, in the documented envelope, so
//! that a client that builds its form from them can run against this service unchanged.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lastframe_model::check::{EXPIRES_AFTER, PROMPT_MAX};
use lastframe_model::{Catalogue, ImageMode, ModelId, ModelSpec, Ratio, ServiceTier, live};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::Shared;

/// What a list may be narrowed by.
#[derive(Deserialize)]
pub(crate) struct Filter {
    page: Option<usize>,
    page_size: Option<usize>,
    #[serde(rename = "type")]
    kind: Option<String>,
    keywords: Option<String>,
}

fn envelope(data: &Value) -> Response {
    Json(json!({ "data": data, "status": { "code": 200, "message": "" } })).into_response()
}

/// `GET /api/v1/skill/models`
pub(crate) async fn list(State(shared): State<Arc<Shared>>, Query(filter): Query<Filter>) -> Response {
    let keywords = filter.keywords.unwrap_or_default().to_lowercase();
    let wanted = |model: &&ModelSpec| {
        let text = format!("{} {}", model.id, model.full_name).to_lowercase();
        filter.kind.as_deref().is_none_or(|kind| kind.is_empty() || kind == "video")
            && keywords.split_whitespace().all(|word| text.contains(word))
    };
    // Further specs are listed whatever is in them: that is what they are for.
    let usual = Catalogue::built_in().models;
    let usual = usual.iter().filter(|model| further(&shared, model.id.as_str()).is_none());
    let found: Vec<Value> = usual.filter(wanted).map(summary).chain(shared.further.iter().map(listed)).collect();
    let page_size = filter.page_size.unwrap_or(20).clamp(1, 100);
    let page = filter.page.unwrap_or(1).max(1);
    let models: Vec<&Value> = found.iter().skip((page - 1).saturating_mul(page_size)).take(page_size).collect();
    envelope(&json!({
        "models": models,
        "total": found.len(),
        "page": page,
        "page_size": page_size,
        "total_pages": found.len().div_ceil(page_size),
    }))
}

/// `GET /api/v1/skill/models/{id}/spec`
pub(crate) async fn spec(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    if let Some(spec) = further(&shared, &id) {
        return envelope(spec);
    }
    let Some(model) = shared.catalogue.get(&ModelId::new(id)) else {
        let body = json!({ "data": null, "status": { "code": 404, "message": "No model has this id." } });
        return (StatusCode::NOT_FOUND, Json(body)).into_response();
    };
    envelope(&json!({
        "model_id": model.id,
        "name": model.full_name,
        "vendor": "Lastframe rehearsal",
        "type": "video",
        "api": {
            "endpoint": format!("{}/model/v1/generation", shared.address),
            "method": "POST",
            "headers": { "Authorization": "Bearer KEY", "Content-Type": "application/json" },
        },
        "parameters": parameters(model),
    }))
}

/// The further specs, with this service's address in them.
pub(crate) fn at(models: &[Value], address: &str) -> Vec<Value> {
    let mut specs = models.to_vec();
    for spec in &mut specs {
        if let Some(Value::String(endpoint)) = spec.pointer_mut("/api/endpoint") {
            *endpoint = endpoint.replace("{base}", address);
        }
    }
    specs
}

/// What can be generated with.
pub(crate) fn catalogue(further: &[Value], address: &str) -> Catalogue {
    let read = |spec: &Value| {
        let summary = live::Summary { id: word(spec, "model_id").to_owned(), description: String::new() };
        live::read(spec, &summary, address).ok()
    };
    Catalogue::with_live(further.iter().filter_map(read))
}

fn word<'a>(spec: &'a Value, key: &str) -> &'a str {
    spec.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn further<'a>(shared: &'a Shared, id: &str) -> Option<&'a Value> {
    shared.further.iter().find(|spec| word(spec, "model_id") == id)
}

/// A further spec in the list, as it calls itself.
fn listed(spec: &Value) -> Value {
    let usual = |key: &str, otherwise: Value| spec.get(key).cloned().unwrap_or(otherwise);
    json!({
        "id": usual("model_id", Value::Null),
        "name": usual("name", Value::Null),
        "type": "video",
        "description": usual("description", json!("")),
        "input_modalities": ["text", "image"],
        "output_modalities": ["video"],
    })
}

/// The names of everything that a model takes in `params`.
pub(crate) fn names(model: &ModelSpec) -> Vec<String> {
    let usual = parameters(model).into_iter().filter_map(|one| one["name"].as_str().map(str::to_owned));
    usual.chain(model.extra.iter().map(|one| one.name.clone())).collect()
}

fn summary(model: &ModelSpec) -> Value {
    let pictures = model.modes.iter().any(|mode| *mode != ImageMode::Text);
    let text = model.takes(ImageMode::Text) || pictures;
    let inputs: Vec<&str> = [("text", text), ("image", pictures)].iter().filter(|one| one.1).map(|one| one.0).collect();
    json!({
        "id": model.id,
        "name": model.full_name,
        "type": "video",
        "description": "Practice: renders on this computer, costs nothing.",
        "input_modalities": inputs,
        "output_modalities": ["video"],
    })
}

/// One parameter of a spec.
fn parameter(name: &str, kind: &str, description: &str, constraints: &Value) -> Value {
    json!({
        "name": name,
        "path": format!("input[0].params.{name}"),
        "type": kind,
        "required": false,
        "description": description,
        "constraints": constraints,
        "children": [],
    })
}

fn switch(name: &str, description: &str) -> Value {
    parameter(name, "boolean", description, &json!({ "default": false }))
}

fn parameters(model: &ModelSpec) -> Vec<Value> {
    let has = &model.switches;
    let adaptive = Some(Ratio::Adaptive).filter(|_| model.adaptive_ratio);
    let ratios: Vec<&str> = model.ratios.iter().copied().chain(adaptive).map(Ratio::word).collect();
    let resolutions: Vec<&str> = model.resolutions.iter().map(|resolution| resolution.word()).collect();
    let tiers: Vec<&str> = ServiceTier::ALL.iter().map(|tier| tier.word()).collect();
    let seeds = json!({ "min": -1, "max": model.max_seed, "default": -1 });
    let expiry = json!({ "min": EXPIRES_AFTER.start(), "max": EXPIRES_AFTER.end(), "default": 172_800 });
    let seconds = 5.clamp(model.min_seconds, model.max_seconds);
    let seconds = json!({ "min": model.min_seconds, "max": model.max_seconds, "default": seconds });
    let frames = json!({ "min": model.min_frames, "max": model.max_frames });
    let size = json!({ "enum": resolutions, "default": model.usual_resolution.word() });
    let shape = json!({ "enum": ratios, "default": model.usual_ratio.word() });
    let tier = json!({ "enum": tiers, "default": "default" });
    [
        (true, content(model)),
        (!model.resolutions.is_empty(), parameter("resolution", "string", "Resolution.", &size)),
        (!model.ratios.is_empty(), parameter("ratio", "string", "Aspect ratio.", &shape)),
        (model.whole_seconds, parameter("duration", "integer", "Seconds.", &seconds)),
        (model.exact_frames, parameter("frames", "integer", "Exact frames, 25 + 4n; wins over duration.", &frames)),
        (has.seed, parameter("seed", "integer", "The same seed gives the same clip; -1 picks one.", &seeds)),
        (has.camera_fixed, switch("camera_fixed", "The camera stands still.")),
        (has.watermark, switch("watermark", "A mark in the corner.")),
        (has.return_last_frame, switch("return_last_frame", "Also return the last frame as a PNG.")),
        (has.service_tier, parameter("service_tier", "string", "Online, or offline: cheaper and slower.", &tier)),
        (
            has.expires_after,
            parameter("execution_expires_after", "integer", "Seconds after which the task is given up.", &expiry),
        ),
        (has.callback_url, parameter("callback_url", "string", "Told when the task ends.", &json!({}))),
        (model.audio, switch("generate_audio", "Make sound. Rehearsal clips are silent.")),
        (model.draft, switch("draft", "A quick, rough version.")),
    ]
    .into_iter()
    .filter_map(|(has, parameter)| has.then_some(parameter))
    .collect()
}

fn content(model: &ModelSpec) -> Value {
    let mut roles = Vec::new();
    for (mode, role) in [
        (ImageMode::FirstFrame, "first_frame"),
        (ImageMode::FirstLastFrame, "last_frame"),
        (ImageMode::Reference, "reference_image"),
    ] {
        if model.takes(mode) {
            roles.push(role);
        }
    }
    let kinds = if roles.is_empty() { json!(["text"]) } else { json!(["text", "image_url"]) };
    let child = |name: &str, kind: &str, required: bool, constraints: Value, children: Value| {
        json!({
            "name": name,
            "path": format!("input[0].params.content[].{name}"),
            "type": kind,
            "required": required,
            "description": "",
            "constraints": constraints,
            "children": children,
        })
    };
    let mut children = vec![
        child("type", "string", true, json!({ "enum": kinds }), json!([])),
        child("text", "string", false, json!({ "max_length": PROMPT_MAX }), json!([])),
    ];
    if !roles.is_empty() {
        let url = json!([{
            "name": "url", "path": "input[0].params.content[].image_url.url", "type": "string", "required": true,
            "description": "data:image/png;base64,…", "constraints": {}, "children": [],
        }]);
        children.push(child("image_url", "object", !model.takes(ImageMode::Text), json!({}), url));
        children.push(child("role", "string", false, json!({ "enum": roles }), json!([])));
    }
    json!({
        "name": "content",
        "path": "input[0].params.content",
        "type": "array[object]",
        "required": true,
        "description": "The prompt and the pictures.",
        "constraints": { "max_items": 6 },
        "example": [{ "type": "text", "text": "A paper boat drifts down a rainy street" }],
        "children": children,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the service says about a model is what the program knows about it: the two cannot drift apart.
    #[test]
    fn the_spec_of_a_usual_model_reads_as_the_built_in_one() {
        let base = "http://127.0.0.1:1";
        for model in Catalogue::built_in().models {
            let spec = json!({
                "model_id": model.id, "name": model.full_name, "type": "video",
                "api": { "endpoint": format!("{base}/model/v1/generation"), "method": "POST" },
                "parameters": parameters(&model),
            });
            let summary = live::Summary { id: model.id.to_string(), description: String::new() };
            let read = live::read(&spec, &summary, base).unwrap();
            assert_eq!(read.modes, model.modes, "{}", model.id);
            assert_eq!(Catalogue::with_live([read]), Catalogue::built_in(), "{}: nothing changed", model.id);
        }
    }

    #[test]
    fn every_model_says_exactly_what_it_takes() {
        for model in Catalogue::built_in().models {
            let names: Vec<String> =
                parameters(&model).iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
            assert_eq!(names.iter().any(|name| name == "frames"), model.exact_frames, "{}", model.id);
            assert_eq!(names.iter().any(|name| name == "generate_audio"), model.audio, "{}", model.id);
            assert_eq!(names[0], "content", "{}", model.id);
            assert!(names.len() >= 11, "{} has every parameter of the reference", model.id);
        }
    }
}
