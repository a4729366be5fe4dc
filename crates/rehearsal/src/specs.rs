//! The model list and the machine-readable parameters of each model, in the documented envelope, so
//! that a client that builds its form from them can run against this service unchanged.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lastframe_model::check::{EXPIRES_AFTER, PROMPT_MAX};
use lastframe_model::length::FRAMES;
use lastframe_model::{ImageMode, ModelId, ModelSpec, Ratio, Resolution, ServiceTier};
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
    let found: Vec<&ModelSpec> = shared.catalogue.models.iter().filter(wanted).collect();
    let page_size = filter.page_size.unwrap_or(20).clamp(1, 100);
    let page = filter.page.unwrap_or(1).max(1);
    let models: Vec<Value> =
        found.iter().skip((page - 1).saturating_mul(page_size)).take(page_size).map(|model| summary(model)).collect();
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
    let ratios: Vec<&str> = Ratio::ALL
        .iter()
        .filter(|ratio| model.adaptive_ratio || **ratio != Ratio::Adaptive)
        .map(|r| r.word())
        .collect();
    let resolutions: Vec<&str> = Resolution::ALL.iter().map(|resolution| resolution.word()).collect();
    let tiers: Vec<&str> = ServiceTier::ALL.iter().map(|tier| tier.word()).collect();
    let mut all = vec![
        content(model),
        parameter("resolution", "string", "Resolution.", &json!({ "enum": resolutions, "default": "720p" })),
        parameter("ratio", "string", "Aspect ratio.", &json!({ "enum": ratios, "default": "16:9" })),
        parameter(
            "duration",
            "integer",
            "Seconds.",
            &json!({ "min": model.min_seconds, "max": model.max_seconds, "default": 5 }),
        ),
    ];
    if model.exact_frames {
        let limits = json!({ "min": FRAMES.start(), "max": FRAMES.end() });
        all.push(parameter("frames", "integer", "Exact frames, 25 + 4n; wins over duration.", &limits));
    }
    let seeds = json!({ "min": -1, "max": u32::MAX, "default": -1 });
    let expiry = json!({ "min": EXPIRES_AFTER.start(), "max": EXPIRES_AFTER.end(), "default": 172_800 });
    all.extend([
        parameter("seed", "integer", "The same seed gives the same clip; -1 picks one.", &seeds),
        switch("camera_fixed", "The camera stands still."),
        switch("watermark", "A mark in the corner."),
        switch("return_last_frame", "Also return the last frame as a PNG."),
        parameter(
            "service_tier",
            "string",
            "Online, or offline: cheaper and slower.",
            &json!({ "enum": tiers, "default": "default" }),
        ),
        parameter("execution_expires_after", "integer", "Seconds after which the task is given up.", &expiry),
        parameter("callback_url", "string", "Told when the task ends.", &json!({})),
    ]);
    if model.audio {
        all.push(switch("generate_audio", "Make sound. Rehearsal clips are silent."));
    }
    if model.draft {
        all.push(switch("draft", "A quick, rough version."));
    }
    all
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
        children.push(child("image_url", "object", false, json!({}), url));
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
    use lastframe_model::Catalogue;

    use super::*;

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
