//! Every row of the contract's table of tolerances.

use lastframe_model::{Billed, ServiceCode};
use serde_json::{Value, json};

use super::*;

fn reply(json: &Value) -> Reply {
    Reply::of(json).unwrap()
}

fn shown(link: Option<Link>) -> Option<String> {
    link.map(|link| link.url().to_string())
}

fn with_content(content: &Value) -> Reply {
    reply(&json!({ "output": [{ "content": content }] }))
}

#[test]
fn status_words() {
    for word in ["in_progress", "pending", "queued", "processing", "running", " Running "] {
        let read = reply(&json!({ "status": word })).status();
        assert!(matches!(read, StatusWord::Known(TaskStatus::InProgress, _)), "{word}: {read:?}");
    }
    for word in ["completed", "succeeded", "COMPLETED"] {
        let read = reply(&json!({ "status": word })).status();
        assert!(matches!(read, StatusWord::Known(TaskStatus::Completed, _)), "{word}: {read:?}");
    }
    for word in ["failed", "cancelled", "canceled", "expired"] {
        let read = reply(&json!({ "status": word })).status();
        assert!(matches!(read, StatusWord::Known(TaskStatus::Failed, _)), "{word}: {read:?}");
    }
    assert_eq!(reply(&json!({ "status": "rendering" })).status(), StatusWord::Unknown("rendering".into()));
    assert_eq!(reply(&json!({ "status": 3 })).status(), StatusWord::None, "a status is a word");
    assert_eq!(reply(&json!({})).status(), StatusWord::None);
}

#[test]
fn progress_is_a_share_whatever_the_scale() {
    for (sent, share) in [
        (json!(0), Some(0.0)),
        (json!(0.25), Some(0.25)),
        (json!(1.0), Some(1.0)),
        (json!(42), Some(0.42)),
        (json!(100), Some(1.0)),
        (json!("37"), Some(0.37)),
        (json!("0.5"), Some(0.5)),
        (json!("80%"), Some(0.8)),
        (json!(250), Some(1.0)),
        (json!(-3), Some(0.0)),
        (json!("NaN"), None),
        (json!("half"), None),
        (json!(null), None),
        (json!([1]), None),
    ] {
        assert_eq!(reply(&json!({ "progress": sent })).progress(), share, "{sent}");
    }
    assert_eq!(reply(&json!({})).progress(), None, "absent means that the service does not say");
}

#[test]
fn the_size_of_the_video_is_believed_where_it_is_one() {
    for (sent, bytes) in [
        (json!(1_834_221), Some(1_834_221)),
        (json!("1834221"), Some(1_834_221)),
        (json!(1_834_221.0), Some(1_834_221)),
        (json!(0), None),
        (json!(-5), None),
        (json!(1.5), None),
        (json!(1e300), None),
        (json!("large"), None),
        (json!(null), None),
    ] {
        let item = json!({ "type": "video", "url": "https://cdn.example/v.mp4", "size": sent });
        assert_eq!(with_content(&json!([item])).video_bytes(), bytes, "{sent}");
    }
}

#[test]
fn a_video_by_any_of_its_types() {
    let url = "https://cdn.example/v.mp4?sig=1";
    for item in [
        json!({ "type": "video", "url": url }),
        json!({ "type": "video_url", "url": url }),
        json!({ "type": "video_url", "video_url": { "url": url } }),
        json!({ "type": "video_url", "video_url": url }),
        json!({ "type": "Video", "url": url, "duration": "5", "size": "1", "fps": "24", "new": [{}] }),
        json!({ "type": "video", "url": url, "duration": {}, "size": null, "fps": [] }),
    ] {
        assert_eq!(shown(with_content(&json!([item])).video()).as_deref(), Some(url), "{item}");
    }
    assert_eq!(with_content(&json!([{ "type": "video", "url": "" }])).video(), None);
    assert_eq!(with_content(&json!([{ "type": "video", "url": "file:///etc/passwd" }])).video(), None);
    assert_eq!(with_content(&json!([{ "type": "image", "url": url }])).video(), None, "a picture is no video");
    let lone = reply(&json!({ "output": { "content": { "type": "video", "url": url } } }));
    assert_eq!(shown(lone.video()).as_deref(), Some(url), "one thing without its list");
}

#[test]
fn a_last_frame_wherever_it_stands() {
    let url = "https://cdn.example/f.png?sig=1";
    let video = json!({ "type": "video", "url": "https://cdn.example/v.mp4" });
    for kind in ["image", "image_url", "last_frame"] {
        let read = with_content(&json!([video, { "type": kind, "url": url }]));
        assert_eq!(shown(read.last_frame()).as_deref(), Some(url), "{kind}");
    }
    let beside = json!({ "type": "video", "url": "https://cdn.example/v.mp4", "last_frame_url": url });
    assert_eq!(shown(with_content(&json!([beside])).last_frame()).as_deref(), Some(url), "beside the video's url");
    let outer = reply(&json!({ "output": [{ "content": [video], "last_frame_url": url }] }));
    assert_eq!(shown(outer.last_frame()).as_deref(), Some(url), "beside the content");
    let top = reply(&json!({ "output": [{ "content": [video] }], "last_frame_url": url }));
    assert_eq!(shown(top.last_frame()).as_deref(), Some(url), "beside the output");
    assert_eq!(with_content(&json!([video])).last_frame(), None);
    let both =
        with_content(&json!([{ "type": "image", "url": "https://x/other.png" }, { "type": "last_frame", "url": url }]));
    assert_eq!(shown(both.last_frame()).as_deref(), Some(url), "the one that says what it is wins");
}

#[test]
fn usage_as_strings_or_numbers() {
    let billed = |usage: Value| reply(&json!({ "usage": usage })).billed();
    let documented = billed(json!({
        "cost": "0.1853", "discount": 1.0, "input_tokens": 0, "output_tokens": 102_960, "total_tokens": 102_960,
        "generated_videos": 1, "quantity": 1, "unit_price": "1.8", "extra_info": {}
    }));
    assert_eq!(documented.cost.map(|cost| cost.to_string()).as_deref(), Some("0.1853"));
    assert_eq!(documented.discount.map(|share| share.amount().normalize().to_string()).as_deref(), Some("1"));
    assert_eq!(documented.tokens, Some(102_960.0));
    let numbers = billed(json!({ "cost": 0.1853, "discount": "0.5", "output_tokens": "102960" }));
    assert_eq!(numbers.cost.map(|cost| cost.to_string()).as_deref(), Some("0.1853"), "the very digits that were sent");
    assert_eq!(numbers.discount.map(|share| share.to_string()).as_deref(), Some("0.5"));
    assert_eq!(numbers.tokens, Some(102_960.0), "total tokens may be absent");
    for nothing in [json!(null), json!({}), json!("x"), json!({ "cost": "free", "discount": {}, "total_tokens": -1 })] {
        assert_eq!(billed(nothing.clone()), Billed::default(), "{nothing}");
    }
}

#[test]
fn reasons_in_every_shape() {
    let table = [
        (json!({ "error": "it broke" }), None, Some("it broke")),
        (
            json!({ "error": { "code": "003004005", "error_message": "bad duration" } }),
            Some("003004005"),
            Some("bad duration"),
        ),
        (
            json!({ "error": { "code": "003004005", "message": "bad duration" } }),
            Some("003004005"),
            Some("bad duration"),
        ),
        (json!({ "error": { "code": 3_004_005, "message": "m" } }), Some("003004005"), Some("m")),
        (json!({ "error": { "code": "3004005" } }), Some("003004005"), None),
        (json!({ "error": { "code": 42, "message": "m" } }), Some("000000042"), Some("m")),
        (json!({ "error": { "code": "Overloaded", "message": "m" } }), Some("Overloaded"), Some("m")),
        (json!({ "error": 3_004_095 }), Some("003004095"), None),
        (json!({ "error": "003004003: resolution" }), Some("003004003"), Some("003004003: resolution")),
        (json!({ "message": "no balance" }), None, Some("no balance")),
        (json!({ "code": 3_004_007, "message": "seed" }), Some("003004007"), Some("seed")),
        (json!({ "code": 400, "message": "only the HTTP status again" }), None, Some("only the HTTP status again")),
        (json!({ "error": {}, "message": "m" }), None, Some("m")),
        (json!({ "error": null }), None, None),
        (json!({ "error": "  " }), None, None),
        (json!({ "error": [1] }), None, None),
    ];
    for (json, code, message) in table {
        let reason = reply(&json).reason();
        assert_eq!((reason.code.as_deref(), reason.message.as_deref()), (code, message), "{json}");
    }
    for (code, digits, _) in ServiceCode::ALL {
        let number: u64 = digits.parse().unwrap();
        let reason = reply(&json!({ "error": { "code": number } })).reason();
        assert_eq!(reason.documented(), Some(code), "{digits} with its zeros lost");
    }
}

#[test]
fn ids_are_words_or_numbers() {
    let id = |json: Value| reply(&json).id().map(|id| id.to_string());
    assert_eq!(id(json!({ "id": "d758" })).as_deref(), Some("d758"));
    assert_eq!(id(json!({ "id": 758 })).as_deref(), Some("758"));
    for none in [json!({}), json!({ "id": "" }), json!({ "id": " " }), json!({ "id": null }), json!({ "id": {} })] {
        assert_eq!(id(none.clone()), None, "{none}");
    }
}

#[test]
fn a_field_of_any_shape_never_spoils_the_others() {
    let shapes = [json!(null), json!(true), json!(1), json!("x"), json!([]), json!([[1], {}]), json!({ "a": 1 })];
    let names =
        ["id", "status", "progress", "output", "usage", "error", "code", "message", "error_message", "last_frame_url"];
    for name in names {
        for shape in &shapes {
            let mut json = json!({ "model": "m", "metadata": {}, "created_at": "yesterday" });
            json[name] = shape.clone();
            let read = reply(&json);
            // None of these may panic; what they say is checked above.
            let _ = (read.id(), read.status(), read.progress(), read.video(), read.last_frame(), read.billed());
            let _ = (read.reason(), read.has_error(), read.is_documented());
        }
    }
    for other in [json!(null), json!([]), json!("text"), json!(3)] {
        assert!(Reply::of(&other).is_none(), "{other} is no reply");
    }
}
