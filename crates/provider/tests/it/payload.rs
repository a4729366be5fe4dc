//! The body of a submit, field by field.

use std::io;

use lastframe_model::catalogue::{LITE_I2V, PRO_1_5};
use lastframe_model::{
    Catalogue, ImageFormat, ImageId, ImageRef, Length, ModelId, Ratio, Request, Resolution, ServiceTier,
};
use lastframe_provider::{Payload, PayloadError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn picture(id: &str, format: ImageFormat) -> ImageRef {
    ImageRef { id: ImageId::new(id), format, width: 800, height: 600, bytes: 3.0 }
}

fn body(request: &Request) -> Value {
    let payload =
        Payload::new(request, &Catalogue::built_in(), |picture| Ok(picture.id.as_str().as_bytes().to_vec())).unwrap();
    assert_eq!(payload.sha256(), hex::encode(Sha256::digest(payload.body())), "the hash is of the bytes that are sent");
    serde_json::from_slice(payload.body()).unwrap()
}

fn params(request: &Request) -> Value {
    body(request)["input"][0]["params"].clone()
}

#[test]
fn text_to_video_as_documented() {
    let request = Request { prompt: "A boat".into(), seed: Some(4_294_967_295), ..Request::default() };
    assert_eq!(
        body(&request),
        json!({ "model": "spark_dance_v1_0_lite_t2v", "input": [{ "params": {
            "content": [{ "type": "text", "text": "A boat" }],
            "resolution": "720p", "ratio": "16:9", "duration": 5, "seed": 4_294_967_295_u32,
            "camera_fixed": false, "watermark": false, "return_last_frame": true,
            "service_tier": "default", "execution_expires_after": 172_800,
        } }] })
    );
}

#[test]
fn every_parameter_is_sent() {
    let request = Request {
        prompt: "A boat".into(),
        resolution: Resolution::P1080,
        ratio: Ratio::R21x9,
        length: Length::Frames(57),
        seed: None,
        camera_fixed: true,
        watermark: true,
        return_last_frame: false,
        service_tier: ServiceTier::Flex,
        expires_after: 3_600,
        callback_url: Some("https://example.com/hook".into()),
        ..Request::default()
    };
    let sent = params(&request);
    assert_eq!(sent["frames"], 57);
    assert_eq!(sent.get("duration"), None, "never both: frames would win silently");
    assert_eq!(sent["seed"], -1, "no seed asks for a random one");
    for (name, value) in [
        ("resolution", json!("1080p")),
        ("ratio", json!("21:9")),
        ("camera_fixed", json!(true)),
        ("watermark", json!(true)),
        ("return_last_frame", json!(false)),
        ("service_tier", json!("flex")),
        ("execution_expires_after", json!(3_600)),
        ("callback_url", json!("https://example.com/hook")),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
    assert_eq!(sent.get("generate_audio"), None, "this model does not know sound");
    assert_eq!(sent.get("draft"), None);
}

#[test]
fn sound_and_drafts_only_where_they_exist() {
    let request = Request { model: ModelId::new(PRO_1_5), prompt: "A boat".into(), ..Request::default() };
    let sent = params(&request);
    assert_eq!(
        (&sent["generate_audio"], &sent["draft"]),
        (&json!(false), &json!(false)),
        "silence is said, not implied"
    );
    let sent = params(&Request { generate_audio: true, draft: true, ..request });
    assert_eq!((&sent["generate_audio"], &sent["draft"]), (&json!(true), &json!(true)));
}

#[test]
fn pictures_with_their_roles_and_lower_case_formats() {
    let request = Request {
        model: ModelId::new(LITE_I2V),
        first_frame: Some(picture("first", ImageFormat::Jpeg)),
        last_frame: Some(picture("last", ImageFormat::Png)),
        ..Request::default()
    };
    assert_eq!(
        params(&request)["content"],
        json!([
            { "type": "image_url", "image_url": { "url": "data:image/jpeg;base64,Zmlyc3Q=" }, "role": "first_frame" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,bGFzdA==" }, "role": "last_frame" },
        ]),
        "no empty text beside a picture"
    );
    for (format, name) in
        [(ImageFormat::Webp, "webp"), (ImageFormat::Bmp, "bmp"), (ImageFormat::Tiff, "tiff"), (ImageFormat::Gif, "gif")]
    {
        let request = Request {
            model: ModelId::new(LITE_I2V),
            prompt: "like this".into(),
            reference_images: vec![picture("a", format), picture("b", ImageFormat::Png)],
            ..Request::default()
        };
        let sent = params(&request);
        assert_eq!(sent["content"][0], json!({ "type": "text", "text": "like this" }), "the text comes first");
        let url = sent["content"][1]["image_url"]["url"].as_str().unwrap().to_owned();
        assert!(url.starts_with(&format!("data:image/{name};base64,")), "{url}");
        assert_eq!(sent["content"][2]["role"], "reference_image");
        assert_eq!(sent.get("camera_fixed"), None, "reference images know no fixed camera");
    }
}

#[test]
fn a_picture_that_is_gone_is_named() {
    let request = Request { first_frame: Some(picture("gone", ImageFormat::Png)), ..Request::default() };
    let error = Payload::new(&request, &Catalogue::built_in(), |_| Err(io::ErrorKind::NotFound.into())).unwrap_err();
    assert!(matches!(&error, PayloadError::Image { id, .. } if id.as_str() == "gone"), "{error:?}");
}

#[test]
fn the_same_request_has_the_same_hash_and_no_content_in_debug() {
    let request = Request { prompt: "a private prompt".into(), seed: Some(1), ..Request::default() };
    let payload = || Payload::new(&request, &Catalogue::built_in(), |_| Ok(Vec::new())).unwrap();
    assert_eq!(payload().sha256(), payload().sha256(), "the intent row must match what is sent");
    assert!(!format!("{:?}", payload()).contains("private"), "{:?}", payload());
}
