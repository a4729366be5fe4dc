//! What a spec may say and what it may not.

#![expect(clippy::needless_pass_by_value, reason = "constraints are written in place with `json!`")]
#![expect(clippy::too_many_lines, reason = "one table of everything that is refused")]

use serde_json::{Value, json};

use super::SpecProblem as P;
use super::{SpecProblem, Summary, read};
use crate::catalogue::{Catalogue, ImageMode, LITE_T2V, ModelSpec, Origin};
use crate::check::{ProblemCode, problems};
use crate::continuation::{Adjustment, Continuation};
use crate::error::Field;
use crate::extra::{ExtraKind, ExtraValue};
use crate::ids::ModelId;
use crate::length::Length;
use crate::request::{Ratio, Request, Resolution};

const BASE: &str = "https://service.example";

fn parameter(name: &str, kind: &str, constraints: Value) -> Value {
    json!({
        "name": name, "path": format!("input[0].params.{name}"), "type": kind, "required": false,
        "description": "It does something.", "constraints": constraints, "children": [],
    })
}

fn content() -> Value {
    json!({
        "name": "content", "path": "input[0].params.content", "type": "array[object]", "required": true,
        "constraints": { "max_items": 3 },
        "children": [
            { "name": "type", "type": "string", "constraints": { "enum": ["text", "image_url"] } },
            { "name": "text", "type": "string", "constraints": { "max_length": 800 } },
            { "name": "image_url", "type": "object", "children": [{ "name": "url", "type": "string" }] },
            { "name": "role", "type": "string", "constraints": { "enum": ["first_frame", "last_frame"] } },
        ],
    })
}

/// A model that nobody has heard of, with one parameter of each kind.
fn unknown() -> Value {
    json!({
        "model_id": "aurora_v2", "name": "Aurora 2", "vendor": "Somebody", "type": "video",
        "api": { "endpoint": format!("{BASE}/model/v1/generation"), "method": "POST", "headers": {} },
        "parameters": [
            content(),
            parameter("resolution", "string", json!({ "enum": ["720p", "1080p", "1440p"], "default": "1080p" })),
            parameter("ratio", "string", json!({ "enum": ["16:9", "9:16", "2:1", "adaptive"] })),
            parameter("duration", "integer", json!({ "enum": [5, 10], "default": 5 })),
            parameter("seed", "integer", json!({ "min": -1, "max": 2_147_483_647 })),
            parameter("watermark", "boolean", json!({ "default": false })),
            parameter("motion_strength", "number", json!({ "min": 0, "max": 1, "default": 0.5 })),
            parameter("steps", "int", json!({ "min": 1, "max": 50 })),
            parameter("style", "string", json!({ "enum": ["film", "anime"], "default": "film" })),
            parameter("fps", "integer", json!({ "enum": [24, 30] })),
            parameter("negative_prompt", "string", json!({ "max_length": 100 })),
            parameter("loop_video", "bool", json!({})),
            parameter("camera_path", "array[object]", json!({})),
        ],
    })
}

fn summary(spec: &Value) -> Summary {
    Summary { id: spec["model_id"].as_str().unwrap_or_default().into(), description: "Northern\nlights.".into() }
}

fn model(spec: &Value) -> ModelSpec {
    read(spec, &summary(spec), BASE).unwrap()
}

fn catalogue() -> Catalogue {
    Catalogue::with_live([model(&unknown())])
}

fn request() -> Request {
    Request {
        model: ModelId::new("aurora_v2"),
        prompt: "A boat".into(),
        resolution: Resolution::P1080,
        ..Request::default()
    }
}

#[test]
fn an_unknown_model_gets_a_form() {
    let model = model(&unknown());
    assert_eq!(model.origin, Origin::New);
    assert_eq!(model.description.as_deref(), Some("Northern lights."), "one line");
    assert_eq!(model.modes, [ImageMode::Text, ImageMode::FirstFrame, ImageMode::FirstLastFrame]);
    assert_eq!(model.resolutions, [Resolution::P720, Resolution::P1080]);
    assert_eq!(model.usual_resolution, Resolution::P1080);
    assert_eq!((model.ratios.as_slice(), model.adaptive_ratio), ([Ratio::R16x9, Ratio::R9x16].as_slice(), true));
    assert_eq!((model.min_seconds, model.max_seconds, model.seconds_only.as_slice()), (5, 10, [5, 10].as_slice()));
    assert_eq!((model.max_prompt, model.max_seed), (800, 2_147_483_647));
    assert!(model.switches.watermark && !model.switches.camera_fixed && !model.exact_frames);
    let names: Vec<&str> = model.extra.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["motion_strength", "steps", "style", "fps", "negative_prompt", "loop_video"]);
    assert_eq!(model.extra[3].kind, ExtraKind::Choice { options: vec![24.0.into_value(), 30.0.into_value()] });
    assert_eq!(model.left_out, ["resolution 1440p", "ratio 2:1", "camera_path"], "said, not hidden");
    assert_eq!(problems(&request(), &catalogue()), []);
}

trait IntoValue {
    fn into_value(self) -> ExtraValue;
}

impl IntoValue for f64 {
    fn into_value(self) -> ExtraValue {
        ExtraValue::Number(self)
    }
}

#[test]
fn its_limits_are_checked_at_their_fields() {
    let of = |request: Request| {
        let found = problems(&request, &catalogue());
        found.into_iter().map(|one| (one.field, one.code, one.parameter)).collect::<Vec<_>>()
    };
    let extra = |name: &str, value: ExtraValue| Request { extra: [(name.into(), value)].into(), ..request() };
    let at = |name: &str, code| vec![(Field::Extra, code, Some(name.to_owned()))];
    for (request, expected) in [
        (
            Request { resolution: Resolution::P480, ..request() },
            vec![(Field::Resolution, ProblemCode::ResolutionNotTaken, None)],
        ),
        (Request { ratio: Ratio::R4x3, ..request() }, vec![(Field::Ratio, ProblemCode::RatioNotTaken, None)]),
        (Request { length: Length::Seconds(7), ..request() }, vec![(Field::Length, ProblemCode::SecondsRange, None)]),
        (Request { length: Length::Seconds(10), ..request() }, vec![]),
        (Request { length: Length::Frames(57), ..request() }, vec![(Field::Length, ProblemCode::FramesNotTaken, None)]),
        (Request { seed: Some(u32::MAX), ..request() }, vec![(Field::Seed, ProblemCode::SeedRange, None)]),
        (Request { camera_fixed: true, ..request() }, vec![(Field::CameraFixed, ProblemCode::CameraNotTaken, None)]),
        (
            Request { service_tier: crate::ServiceTier::Flex, ..request() },
            vec![(Field::ServiceTier, ProblemCode::TierNotTaken, None)],
        ),
        (Request { prompt: "x".repeat(801), ..request() }, vec![(Field::Prompt, ProblemCode::PromptTooLong, None)]),
        (extra("steps", ExtraValue::Number(51.0)), at("steps", ProblemCode::ExtraRange)),
        (extra("steps", ExtraValue::Number(50.0)), vec![]),
        (extra("style", ExtraValue::Text("noir".into())), at("style", ProblemCode::ExtraChoice)),
        (extra("loop_video", ExtraValue::Number(1.0)), at("loop_video", ProblemCode::ExtraType)),
        (extra("negative_prompt", ExtraValue::Text("x".repeat(101))), at("negative_prompt", ProblemCode::ExtraLength)),
        (extra("nothing", ExtraValue::Switch(true)), at("nothing", ProblemCode::ExtraUnknown)),
    ] {
        assert_eq!(of(request.clone()), expected, "{request:?}");
    }
}

#[test]
fn a_parameter_that_is_needed_is_missed() {
    let mut spec = unknown();
    spec["parameters"][7]["required"] = true.into();
    let catalogue = Catalogue::with_live([model(&spec)]);
    let found = problems(&request(), &catalogue);
    assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [ProblemCode::ExtraMissing]);
    assert_eq!(found[0].parameter.as_deref(), Some("steps"));
}

#[test]
fn moving_to_another_model_drops_what_it_does_not_have_and_says_so() {
    let extra = [("steps".to_owned(), ExtraValue::Number(9.0))].into();
    let from = Request { extra, watermark: true, length: Length::Seconds(10), ..request() };
    let there = Continuation::fit(Request { model: ModelId::new(LITE_T2V), ..from.clone() }, &catalogue());
    assert_eq!(there.adjustments, [Adjustment::ExtraDropped { names: vec!["steps".into()] }]);
    assert!(there.request.extra.is_empty());
    let back =
        Request { service_tier: crate::ServiceTier::Flex, camera_fixed: true, length: Length::Seconds(8), ..from };
    let back = Continuation::fit(Request { resolution: Resolution::P480, ratio: Ratio::R1x1, ..back }, &catalogue());
    assert_eq!(problems(&back.request, &catalogue()), [], "whatever is fitted is accepted");
    assert_eq!(back.request.extra.len(), 1, "what the model has is kept");
    assert_eq!(back.request.length, Length::Seconds(10));
    assert!(back.adjustments.contains(&Adjustment::NotTaken { fields: vec![Field::CameraFixed, Field::ServiceTier] }));
}

#[test]
fn a_size_that_nobody_knows_is_a_choice_of_words() {
    let mut spec = unknown();
    spec["parameters"][1]["constraints"] = json!({ "enum": ["1440p", "2160p"], "default": "1440p" });
    spec["parameters"][2]["constraints"] = json!({ "enum": ["2:1"] });
    let model = model(&spec);
    assert!(model.resolutions.is_empty() && model.ratios.is_empty(), "they are not ours to say");
    assert!(matches!(&model.extra("resolution").unwrap().kind, ExtraKind::Choice { options } if options.len() == 2));
    assert!(model.extra("ratio").is_some());
}

#[test]
fn a_spec_of_a_built_in_model_changes_limits_only() {
    let mut spec = unknown();
    spec["model_id"] = LITE_T2V.into();
    spec["name"] = "Something else".into();
    let catalogue = Catalogue::with_live([model(&spec)]);
    assert_eq!(catalogue.models.len(), 5);
    let changed = catalogue.get(&ModelId::new(LITE_T2V)).unwrap();
    assert_eq!(changed.origin, Origin::Changed);
    assert_eq!((changed.max_seconds, changed.resolutions.len()), (10, 2));
    assert_eq!(
        (changed.full_name.as_str(), changed.modes.as_slice()),
        ("Spark Dance 1.0 Lite t2v", [ImageMode::Text].as_slice())
    );
    assert!(changed.extra.is_empty() && changed.description.is_none());
}

/// One change of the sound spec above, and why the whole of it is refused.
#[test]
fn a_hostile_or_nonsensical_spec_is_refused_whole() {
    type Change = Box<dyn Fn(&mut Value)>;
    let set = |path: &str, value: Value| -> Change {
        let path = path.to_owned();
        Box::new(move |spec: &mut Value| {
            let (parent, key) = path.rsplit_once('/').unwrap();
            let parent = spec.pointer_mut(parent).unwrap();
            match parent {
                Value::Array(list) => list[key.parse::<usize>().unwrap()] = value.clone(),
                parent => parent[key] = value.clone(),
            }
        })
    };
    let add = |one: Value| -> Change {
        Box::new(move |spec: &mut Value| spec["parameters"].as_array_mut().unwrap().push(one.clone()))
    };
    let with = |kind: &str, constraints: Value| add(parameter("added", kind, constraints));
    let deep = |levels: usize| {
        (0..levels).fold(json!([]), |inner, _| json!([{ "name": "a", "type": "object", "children": inner }]))
    };
    let table: Vec<(&str, P, Change)> = vec![
        ("not an object", P::Shape, Box::new(|spec| *spec = json!([]))),
        ("null", P::Shape, Box::new(|spec| *spec = Value::Null)),
        ("another model", P::Model, set("/model_id", json!("other"))),
        ("an id that is a path", P::Model, set("/model_id", json!("../spec"))),
        ("an id that is a number", P::Shape, set("/model_id", json!(7))),
        ("no video", P::NotVideo, set("/type", json!("image"))),
        ("no type", P::NotVideo, set("/type", Value::Null)),
        ("another host", P::Endpoint, set("/api/endpoint", json!("https://evil.example/model/v1/generation"))),
        ("another port", P::Endpoint, set("/api/endpoint", json!("https://service.example:8443/model/v1/generation"))),
        ("another path", P::Endpoint, set("/api/endpoint", json!("https://service.example/steal"))),
        ("plain http", P::Endpoint, set("/api/endpoint", json!("http://service.example/model/v1/generation"))),
        ("a login", P::Endpoint, set("/api/endpoint", json!("https://a@service.example/model/v1/generation"))),
        ("a relative path up", P::Endpoint, set("/api/endpoint", json!("/model/v1/../../steal"))),
        ("another method", P::Endpoint, set("/api/method", json!("DELETE"))),
        ("an api that is a list", P::Shape, set("/api", json!([]))),
        ("a name too long", P::Text, set("/name", json!("x".repeat(81)))),
        ("a name that turns around", P::Text, set("/name", json!("Aurora \u{202e}4k"))),
        ("a name with a bell", P::Text, set("/name", json!("Aurora\u{7}"))),
        ("a name without width", P::Text, set("/name", json!("Au\u{200b}rora"))),
        ("a vendor in tags", P::Text, set("/vendor", json!("x\u{e0041}"))),
        ("no parameters", P::Shape, set("/parameters", json!({}))),
        ("a parameter that is a text", P::Shape, set("/parameters/1", json!("resolution"))),
        ("no content", P::Needs, set("/parameters/0", parameter("added", "string", json!({})))),
        ("content as text", P::Collision, set("/parameters/0", parameter("content", "string", json!({})))),
        ("content without room", P::Limits, set("/parameters/0/constraints/max_items", json!(0))),
        (
            "content without text",
            P::Needs,
            set(
                "/parameters/0/children",
                json!([
                    { "name": "type", "type": "string", "constraints": { "enum": ["image_url"] } },
                ]),
            ),
        ),
        ("roles as numbers", P::Choices, set("/parameters/0/children/3/type", json!("integer"))),
        (
            "content that needs more",
            P::Needs,
            set(
                "/parameters/0/children/3",
                json!(
                    { "name": "consent", "type": "string", "required": true }
                ),
            ),
        ),
        ("resolution as a number", P::Collision, set("/parameters/1", parameter("resolution", "integer", json!({})))),
        ("a resolution in words", P::Choices, set("/parameters/1/constraints", json!({ "enum": ["720p", "huge"] }))),
        ("a ratio in words", P::Choices, set("/parameters/2/constraints", json!({ "enum": ["wide"] }))),
        ("duration as text", P::Collision, set("/parameters/3", parameter("duration", "string", json!({})))),
        ("negative lengths", P::Limits, set("/parameters/3/constraints", json!({ "min": -5, "max": 10 }))),
        ("endless lengths", P::Limits, set("/parameters/3/constraints", json!({ "min": 2, "max": 1_000_000 }))),
        ("a switch as text", P::Collision, set("/parameters/5", parameter("watermark", "string", json!({})))),
        ("a switch of one position", P::Choices, set("/parameters/5/constraints", json!({ "enum": [true] }))),
        ("min over max", P::Limits, with("integer", json!({ "min": 9, "max": 1 }))),
        ("min as text", P::Shape, with("integer", json!({ "min": "1" }))),
        ("a fraction of a whole number", P::Limits, with("integer", json!({ "min": 0.5 }))),
        ("beyond whole numbers", P::Limits, with("integer", json!({ "max": 1e300 }))),
        ("a default outside", P::Default, with("integer", json!({ "min": 1, "max": 9, "default": 10 }))),
        ("a default of another type", P::Default, with("integer", json!({ "default": "5" }))),
        ("a default that is no choice", P::Default, with("string", json!({ "enum": ["a"], "default": "b" }))),
        ("a choice of nothing", P::Choices, with("string", json!({ "enum": [] }))),
        ("mixed choices", P::Choices, with("string", json!({ "enum": ["a", 1] }))),
        ("a choice twice", P::Duplicate, with("string", json!({ "enum": ["a", "a"] }))),
        ("a hidden choice", P::Text, with("string", json!({ "enum": ["a\u{200d}b"] }))),
        ("a choice with a line break", P::Text, with("string", json!({ "enum": ["a\nb"] }))),
        ("too many choices", P::TooMuch, with("integer", json!({ "enum": (0..101).collect::<Vec<_>>() }))),
        ("lengths that contradict", P::Limits, with("string", json!({ "min_length": 9, "max_length": 1 }))),
        ("a negative length", P::Limits, with("string", json!({ "max_length": -1 }))),
        ("constraints as a list", P::Shape, with("string", json!([]))),
        ("a type of its own", P::Shape, with("file", json!({}))),
        (
            "a long description",
            P::Text,
            Box::new(|spec| spec["parameters"][6]["description"] = "x".repeat(1_001).into()),
        ),
        ("required perhaps", P::Shape, Box::new(|spec| spec["parameters"][6]["required"] = "yes".into())),
        ("a list that is needed", P::Needs, Box::new(|spec| spec["parameters"][12]["required"] = true.into())),
        (
            "a callback that is needed",
            P::Needs,
            add(json!({ "name": "callback_url", "type": "string", "required": true })),
        ),
        ("a name in capitals", P::Name, add(parameter("Added", "string", json!({})))),
        ("a name of a prototype", P::Name, add(parameter("__proto__", "string", json!({})))),
        ("a name with a blank", P::Name, add(parameter("a b", "string", json!({})))),
        ("a name too long for one", P::Name, add(parameter(&"a".repeat(65), "string", json!({})))),
        ("a name twice", P::Duplicate, add(parameter("style", "string", json!({})))),
        (
            "a path elsewhere",
            P::Shape,
            add(json!({ "name": "added", "type": "string", "path": "headers.authorization" })),
        ),
        ("nested too deeply", P::TooMuch, add(json!({ "name": "added", "type": "object", "children": deep(5) }))),
        (
            "too many parameters",
            P::TooMuch,
            Box::new(|spec| {
                let list = spec["parameters"].as_array_mut().unwrap();
                list.extend((0..100).map(|n| parameter(&format!("p{n}"), "string", json!({}))));
            }),
        ),
    ];
    assert!(table.len() >= 30);
    for (what, problem, change) in table {
        let mut spec = unknown();
        change(&mut spec);
        let asked = Summary { id: "aurora_v2".into(), description: String::new() };
        let refused = read(&spec, &asked, BASE).map(|model| format!("{model:?}"));
        let error = refused.expect_err(what);
        assert_eq!(error.problem, problem, "{what}: {error}");
        let hides =
            |letter: char| letter.is_control() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
        assert!(!error.message.chars().any(hides) && error.message.len() < 300, "{what}: {}", error.message);
    }
    let long = Summary { id: "aurora_v2".into(), description: "x".repeat(2_000) };
    assert_eq!(read(&unknown(), &long, BASE).unwrap_err().problem, SpecProblem::Text);
}
