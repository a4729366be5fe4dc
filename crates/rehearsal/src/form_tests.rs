//! Whatever a form over any sound spec can produce, this service accepts, and what it then has is what was asked for.

#![expect(clippy::needless_pass_by_value, reason = "constraints are written in place with `json!`")]

use std::collections::BTreeMap;

use lastframe_model::check::problems;
use lastframe_model::{
    Catalogue, Continuation, ExtraKind, ExtraValue, ImageFormat, ImageId, ImageMode, ImageRef, Length, ModelId,
    ModelSpec, Ratio, Request, Resolution, ServiceTier, live,
};
use lastframe_provider::Payload;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{specs, validate};

const BASE: &str = "http://127.0.0.1:1";

fn parameter(name: &str, kind: &str, required: bool, constraints: Value) -> Value {
    json!({ "name": name, "type": kind, "required": required, "constraints": constraints })
}

/// A parameter that nobody has heard of.
fn further(number: usize) -> impl Strategy<Value = Value> {
    let name = format!("p{number}");
    (0..6, any::<bool>(), -50..50_i32, 0..60_i32, any::<bool>()).prop_map(move |(kind, required, min, more, usual)| {
        let max = min + more;
        let (kind, mut constraints) = match kind {
            0 => ("string", json!({ "enum": ["a", "b c", "字"], "default": "b c" })),
            1 => ("integer", json!({ "min": min, "max": max, "default": max })),
            2 => ("number", json!({ "min": min, "default": f64::from(min) + 0.5 })),
            3 => ("boolean", json!({ "default": true })),
            4 => ("string", json!({ "min_length": 1, "max_length": 1 + more, "default": "x" })),
            _ => ("integer", json!({ "enum": [min, max + 1], "default": min })),
        };
        if !usual {
            constraints.as_object_mut().unwrap().remove("default");
        }
        parameter(&name, kind, required, constraints)
    })
}

/// Any part of the words, at least one.
fn some(words: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(words, 1..=words.len())
}

fn spec() -> impl Strategy<Value = Value> {
    let usual = proptest::collection::vec(any::<bool>(), 13);
    let roles = some(&["first_frame", "last_frame", "reference_image", "style_image"]);
    let sizes = some(&["480p", "720p", "1080p", "1440p"]);
    let shapes = some(&["16:9", "1:1", "9:16", "2:1", "adaptive"]);
    let lengths = (1..20_u32, 0..20_u32, any::<bool>(), 20..400_u32, 0..200_u32);
    let extra: Vec<_> = (0..4).map(further).collect();
    (usual, roles, sizes, shapes, lengths, 1..1_000_u32, 1..7_u32, any::<bool>(), extra).prop_map(
        |(has, roles, sizes, shapes, (least, more, only, frames, span), prompt, items, needed, extra)| {
            let duration = if only {
                json!({ "enum": [least, least + more + 1] })
            } else {
                json!({ "min": least, "max": least + more })
            };
            let usual = [
                parameter("resolution", "string", false, json!({ "enum": sizes })),
                parameter("ratio", "string", false, json!({ "enum": shapes })),
                parameter("duration", "integer", true, duration),
                parameter("frames", "integer", false, json!({ "min": frames, "max": frames + span })),
                parameter("seed", "integer", false, json!({ "min": -1, "max": prompt })),
                parameter("camera_fixed", "boolean", false, json!({})),
                parameter("watermark", "boolean", true, json!({})),
                parameter("return_last_frame", "bool", false, json!({})),
                parameter("service_tier", "string", false, json!({ "enum": ["default", "flex"] })),
                parameter("execution_expires_after", "integer", false, json!({})),
                parameter("callback_url", "string", false, json!({})),
                parameter("generate_audio", "boolean", false, json!({})),
                parameter("draft", "boolean", false, json!({})),
            ];
            let mut children = vec![
                parameter("type", "string", true, json!({ "enum": ["text", "image_url"] })),
                parameter("text", "string", needed, json!({ "max_length": prompt })),
            ];
            if has[0] {
                children.push(parameter("image_url", "object", false, json!({})));
                children.push(parameter("role", "string", false, json!({ "enum": roles })));
            }
            let mut content = parameter("content", "array[object]", true, json!({ "max_items": items }));
            content["children"] = json!(children);
            let usual = usual.into_iter().zip(&has).filter_map(|(one, has)| has.then_some(one));
            let parameters: Vec<Value> = std::iter::once(content).chain(usual).chain(extra).collect();
            json!({ "model_id": "any", "name": "Any", "type": "video", "parameters": parameters })
        },
    )
}

/// What a person may have set before, whatever the model: the form makes it fit.
fn set() -> impl Strategy<Value = Request> {
    let chosen = (
        0..Resolution::ALL.len(),
        0..Ratio::ALL.len(),
        prop_oneof![(0..40_u32).prop_map(Length::Seconds), (0..400_u32).prop_map(Length::Frames)],
        proptest::option::of(any::<u32>()),
    );
    (chosen, any::<[bool; 7]>(), 0..5_usize).prop_map(|((size, shape, length, seed), on, pictures)| {
        let picture =
            || ImageRef { id: ImageId::new("0"), format: ImageFormat::Png, width: 400, height: 400, bytes: 1.0 };
        Request {
            model: ModelId::new("any"),
            prompt: "A boat".into(),
            first_frame: (pictures == 1 || pictures == 2).then(picture),
            last_frame: (pictures == 2).then(picture),
            reference_images: (3..=pictures).map(|_| picture()).collect(),
            resolution: Resolution::ALL[size],
            ratio: Ratio::ALL[shape],
            length,
            seed,
            camera_fixed: on[0],
            watermark: on[1],
            return_last_frame: on[2],
            service_tier: if on[3] { ServiceTier::Flex } else { ServiceTier::Default },
            callback_url: on[4].then(|| "https://example.com/hook".to_owned()),
            generate_audio: on[5],
            draft: on[6],
            ..Request::default()
        }
    })
}

/// A value that the control of a parameter can give.
fn typed(kind: &ExtraKind, pick: u32) -> ExtraValue {
    match kind {
        ExtraKind::Switch => ExtraValue::Switch(pick.is_multiple_of(2)),
        ExtraKind::Text { min_length, max_length } => {
            ExtraValue::Text("字".repeat(min_length.saturating_add(pick % 3).min(*max_length) as usize))
        }
        ExtraKind::Choice { options } => options[pick as usize % options.len()].clone(),
        ExtraKind::Integer { min, max } => {
            let end = if pick.is_multiple_of(2) { min.or(*max) } else { max.or(*min) };
            ExtraValue::Number(end.unwrap_or_else(|| f64::from(pick)))
        }
        ExtraKind::Number { min, max } => ExtraValue::Number(
            min.map_or_else(|| max.unwrap_or(0.25), |min| max.map_or(min + 0.25, |max| min.midpoint(max))),
        ),
    }
}

fn filled(model: &ModelSpec, mut request: Request, pick: u32) -> Request {
    request.prompt.truncate(model.max_prompt as usize);
    let given =
        model.extra.iter().zip(0..).filter(|(parameter, number)| {
            (parameter.required && parameter.default.is_none()) || (pick >> number) % 2 == 1
        });
    let extra: BTreeMap<String, ExtraValue> =
        given.map(|(parameter, number)| (parameter.name.clone(), typed(&parameter.kind, pick >> number))).collect();
    request.extra = extra;
    request
}

fn png() -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(400, 400, image::Rgb([9, 9, 9]));
    lastframe_media::encode_png(&picture).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_a_form_over_any_spec_can_produce_is_accepted(spec in spec(), set in set(), pick in any::<u32>()) {
        let summary = live::Summary { id: "any".into(), description: String::new() };
        // Some of these specs have no room for anything; they are refused, and make no form.
        let Ok(model) = live::read(&spec, &summary, BASE) else { return Ok(()) };
        let catalogue = Catalogue::with_live([model.clone()]);
        let request = filled(&model, Continuation::fit(set, &catalogue).request, pick);
        let left: Vec<_> = problems(&request, &catalogue).into_iter().filter(|problem| !problem.warning).collect();
        if !model.takes(request.mode()) {
            prop_assert_eq!(request.mode(), ImageMode::Text, "a picture that is needed is all that fitting cannot give");
            return Ok(());
        }
        prop_assert_eq!(left, vec![], "{:?}", &spec);

        let png = png();
        let payload = Payload::new(&request, &catalogue, |_| Ok(png.clone())).unwrap();
        let sent: Value = serde_json::from_slice(payload.body()).unwrap();
        let names = specs::names(&model);
        for name in sent["input"][0]["params"].as_object().unwrap().keys() {
            prop_assert!(names.contains(name), "{} is not in the spec", name);
        }
        let accepted = validate::read(payload.body(), &catalogue);
        prop_assert!(accepted.is_ok(), "{:?}: {}", accepted.err(), sent);
        let accepted = accepted.map(|accepted| accepted.request).ok().unwrap();
        prop_assert_eq!(&accepted.prompt, &request.prompt);
        for (name, value) in &request.extra {
            prop_assert_eq!(accepted.extra.get(name), Some(value), "{}", name);
        }
        if model.has_length() {
            prop_assert_eq!(accepted.length, request.length);
        }
        if !model.resolutions.is_empty() {
            prop_assert_eq!(accepted.resolution, request.resolution);
        }
        if !model.ratios.is_empty() {
            prop_assert_eq!(accepted.ratio, request.ratio);
        }
        prop_assert_eq!(accepted.watermark, request.watermark);
        prop_assert_eq!(accepted.mode(), request.mode());
    }
}
