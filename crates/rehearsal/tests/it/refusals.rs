//! Everything that is refused, with the documented codes, and before anything is written down.

use serde_json::{Value, json};

use crate::{Stage, body, data_url, ledger, of_model, small, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_needed_for_submits_and_polls() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let url = stage.url("/model/v1/generation");
    for request in [
        stage.client.post(&url).json(&body(small("sea"))),
        stage.client.post(&url).json(&body(small("sea"))).bearer_auth("wrong"),
        stage.client.post(&url).json(&body(small("sea"))).header("Authorization", "Basic x"),
        stage.client.get(format!("{url}/task/x")),
    ] {
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), 401);
        let reply: Value = reply.json().await.unwrap();
        assert!(reply["error"]["message"].is_string(), "{reply}");
    }
    assert_eq!(stage.poll_response("no-such-task").await.unwrap().status(), 404, "the key is right, the task is not");
    assert!(ledger(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_names_for_this_computer_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let url = stage.url("/api/v1/skill/models");
    for (host, status) in [("evil.example", 421), ("127.0.0.1.evil.example:80", 421), ("localhost:1", 200)] {
        let reply = stage.client.get(&url).header("Host", host).send().await.unwrap();
        assert_eq!(reply.status(), status, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_code() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let t2v = |more: Value| body(with(small("sea"), more));
    let content = |items: Value| t2v(json!({ "content": items }));
    let mut picture = Vec::new();
    let pixels = image::RgbImage::new(400, 400);
    pixels.write_to(&mut std::io::Cursor::new(&mut picture), image::ImageFormat::Png).unwrap();
    let frame = |role: &str, url: &str| json!({ "type": "image_url", "image_url": { "url": url }, "role": role });
    let png = data_url(&picture);
    let cases = [
        (json!({ "model": "spark_dance_v1_0_lite_t2v" }), "003004001"),
        (body(json!({ "resolution": "480p" })), "003004001"),
        (content(json!([])), "003004001"),
        (content(json!("text")), "003004002"),
        (content(json!([{ "type": "audio" }])), "003004002"),
        (content(json!([{ "text": "x" }])), "003004009"),
        (content(json!([{ "type": "text" }])), "003004010"),
        (content(json!([{ "type": "text", "text": "  " }])), "003004010"),
        (t2v(json!({ "resolution": "4k" })), "003004003"),
        (t2v(json!({ "resolution": 720 })), "003004003"),
        (t2v(json!({ "ratio": "2:1" })), "003004004"),
        (t2v(json!({ "ratio": "adaptive" })), "003004004"),
        (t2v(json!({ "frames": null, "duration": 13 })), "003004005"),
        (t2v(json!({ "frames": null, "duration": "5" })), "003004005"),
        (t2v(json!({ "frames": 30 })), "003004006"),
        (t2v(json!({ "seed": -2 })), "003004007"),
        (t2v(json!({ "seed": 4_294_967_296_u64 })), "003004007"),
        (t2v(json!({ "camera_fixed": "yes" })), "003004008"),
        (t2v(json!({ "generate_audio": true })), "003004008"),
        (t2v(json!({ "execution_expires_after": 60 })), "003004099"),
        (t2v(json!({ "callback_url": "file:///etc/passwd" })), "003004099"),
        (t2v(json!({ "service_tier": "gold" })), "003004099"),
        (of_model("nobody", small("sea")), "003004099"),
        (content(json!([frame("first_frame", &png)])), "003004002"),
        (of_model("spark_dance_v1_0_lite_i2v", json!({ "content": [frame("last_frame", &png)] })), "003004002"),
        (
            of_model(
                "spark_dance_v1_0_lite_i2v",
                json!({ "content": [frame("first_frame", "data:image/png;base64,AAAA")] }),
            ),
            "003004002",
        ),
        (
            of_model(
                "spark_dance_v1_0_lite_i2v",
                json!({ "content": [frame("first_frame", &png.replace("png", "PNG"))] }),
            ),
            "003004002",
        ),
        (
            of_model(
                "spark_dance_v1_0_lite_i2v",
                json!({ "content": [frame("first_frame", "http://169.254.169.254/x")] }),
            ),
            "003004002",
        ),
    ];
    for (body, code) in cases {
        let reply = stage.submit_with(&body).await.unwrap();
        let status = reply.status();
        let reply: Value = reply.json().await.unwrap();
        assert_eq!((status.as_u16(), reply["error"]["code"].as_str()), (400, Some(code)), "{reply}");
        assert!(!reply["error"]["message"].as_str().unwrap().is_empty());
    }
    assert!(ledger(folder.path()).is_empty(), "nothing that is refused is written down");
}
