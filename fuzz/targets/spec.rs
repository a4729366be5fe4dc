//! Model specs, as the spec service sends them.
//!
//! Whatever arrives: no panic; what is believed has limits that something satisfies, and no text that could mislead.
#![no_main]

use lastframe_model::live::{Summary, is_model_id, plain_line, read};
use lastframe_model::{Catalogue, Continuation, ExtraKind, ModelId, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(spec) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    let id = spec.get("model_id").and_then(serde_json::Value::as_str).unwrap_or("aurora_v2").to_owned();
    let description = spec.get("description").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let Ok(model) = read(&spec, &Summary { id: id.clone(), description }, "https://service.example") else { return };
    assert!(is_model_id(model.id.as_str()));
    assert!(!model.modes.is_empty(), "a form without a way to fill it");
    assert!(model.min_seconds <= model.max_seconds && model.min_frames <= model.max_frames);
    assert!(plain_line("name", &model.full_name, 100).is_ok_and(|line| line == model.full_name));
    for parameter in &model.extra {
        assert!(parameter.default.as_ref().is_none_or(|value| parameter.refusal(value).is_none()), "{parameter:?}");
        if let ExtraKind::Choice { options } = &parameter.kind {
            assert!(!options.is_empty() && options.iter().all(|option| parameter.refusal(option).is_none()));
        }
    }
    let catalogue = Catalogue::with_live([model]);
    let request = Request { model: ModelId::new(id), ..Request::default() };
    let fitted = Continuation::fit(request, &catalogue).request;
    assert_eq!(Continuation::fit(fitted.clone(), &catalogue).request, fitted, "fitting what fits changes nothing");
});
