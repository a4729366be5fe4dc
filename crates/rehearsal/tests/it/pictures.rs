//! What the clips show: repeatable, moving, starting and ending where they are told to.

use image::RgbImage;
use lastframe_media::{decode_picture, encode_png, frame_at, last_frame};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Stage, data_url, of_model, psnr, small, url_of, with};

/// Renders a clip; its file, its hash, and the last-frame PNG.
async fn clip(
    stage: &Stage,
    folder: &std::path::Path,
    model: &str,
    params: Value,
) -> (std::path::PathBuf, Vec<u8>, RgbImage) {
    let params = with(params, json!({ "return_last_frame": true }));
    let reply: Value = stage.submit_with(&of_model(model, params)).await.unwrap().json().await.unwrap();
    let id = reply["id"].as_str().unwrap_or_else(|| panic!("refused: {reply}"));
    let reply = stage.end_of(id).await;
    let bytes = stage.fetch(url_of(&reply, "video")).await;
    let png = stage.fetch(url_of(&reply, "image")).await;
    let path = folder.join(format!("{id}.mp4"));
    std::fs::write(&path, &bytes).unwrap();
    (path, Sha256::digest(&bytes).to_vec(), decode_picture(&png).unwrap())
}

const T2V: &str = "spark_dance_v1_0_lite_t2v";
const I2V: &str = "spark_dance_v1_0_lite_i2v";

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_clip_and_another_seed_another() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let rainy = small("A paper boat drifts down a rainy street");
    let (path, hash, png) = clip(&stage, folder.path(), T2V, rainy.clone()).await;
    let (_, again, _) = clip(&stage, folder.path(), T2V, rainy.clone()).await;
    assert!(hash == again, "byte for byte the same");
    let (other, _, _) = clip(&stage, folder.path(), T2V, with(rainy, json!({ "seed": 6 }))).await;
    assert!(psnr(&last_frame(&other).unwrap(), &last_frame(&path).unwrap()) < 25.0, "another seed looks different");
    let quality = psnr(&last_frame(&path).unwrap(), &png);
    assert!(quality >= 35.0, "the PNG is the last frame: {quality:.1} dB");
    let moved = psnr(&frame_at(&path, 0).unwrap(), &frame_at(&path, 28).unwrap());
    assert!(moved < 35.0, "it moves: {moved:.1} dB between first and last frame");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_starts_from_the_first_frame_and_arrives_at_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let (_, _, dusk) = clip(&stage, folder.path(), T2V, small("The sea at dusk")).await;
    let (_, _, snow) = clip(&stage, folder.path(), T2V, small("A snowy forest")).await;
    let frame = |role: &str, picture: &RgbImage| {
        let url = data_url(&encode_png(picture).unwrap());
        json!({ "type": "image_url", "image_url": { "url": url }, "role": role })
    };
    let params = with(
        small(""),
        json!({ "content": [{ "type": "text", "text": "the moon rises" }, frame("first_frame", &dusk), frame("last_frame", &snow)] }),
    );
    let (path, _, png) = clip(&stage, folder.path(), I2V, params).await;
    let start = psnr(&frame_at(&path, 0).unwrap(), &dusk);
    assert!(start >= 35.0, "it starts from the given frame: {start:.1} dB");
    let end = psnr(&last_frame(&path).unwrap(), &snow);
    assert!(end >= 35.0, "it arrives at the given frame: {end:.1} dB");
    assert_eq!(png, snow, "the PNG is that frame, uncompressed");
    let middle = frame_at(&path, 14).unwrap();
    assert!(psnr(&middle, &dusk) < 25.0 && psnr(&middle, &snow) < 25.0, "between them it goes somewhere");

    // Only a first frame: the clip leaves it for the scene of its own words.
    let params = with(
        small(""),
        json!({ "content": [{ "type": "text", "text": "a snowy forest" }, frame("first_frame", &dusk)] }),
    );
    let (path, _, _) = clip(&stage, folder.path(), I2V, params).await;
    assert!(psnr(&frame_at(&path, 0).unwrap(), &dusk) >= 35.0, "the cut cannot be seen");
    assert!(psnr(&last_frame(&path).unwrap(), &dusk) < 20.0, "the continuation can");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_is_on_the_video_and_not_on_the_png() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let (plain, _, plain_png) = clip(&stage, folder.path(), T2V, small("moon")).await;
    let (marked, _, marked_png) =
        clip(&stage, folder.path(), T2V, with(small("moon"), json!({ "watermark": true }))).await;
    assert_eq!(plain_png, marked_png, "the last frame bears no mark");
    let corner = |picture: RgbImage| image::imageops::crop_imm(&picture, 800, 430, 64, 50).to_image();
    let (a, b) = (last_frame(&plain).unwrap(), last_frame(&marked).unwrap());
    assert!(psnr(&corner(a.clone()), &corner(b.clone())) < 28.0, "the mark can be seen in its corner");
    let rest = |picture: &RgbImage| image::imageops::crop_imm(picture, 0, 0, 700, 400).to_image();
    assert!(psnr(&rest(&a), &rest(&b)) > 38.0, "and nowhere else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fixed_camera_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let moved = |path: &std::path::Path| {
        // The moon: nothing above the haze lives, so what changes there is the camera.
        let sky = |index| image::imageops::crop_imm(&frame_at(path, index).unwrap(), 0, 0, 864, 180).to_image();
        psnr(&sky(0), &sky(28))
    };
    let (free, _, _) = clip(&stage, folder.path(), T2V, small("the full moon")).await;
    let (fixed, _, _) =
        clip(&stage, folder.path(), T2V, with(small("the full moon"), json!({ "camera_fixed": true }))).await;
    let (free, fixed) = (moved(&free), moved(&fixed));
    assert!(fixed > 38.0, "fixed: {fixed:.1} dB");
    assert!(free < fixed - 6.0, "free {free:.1} dB, fixed {fixed:.1} dB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_another_shape_is_cut_to_fill_and_adaptive_follows_it() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let tall = RgbImage::from_fn(400, 800, |x, y| image::Rgb([(x / 2) as u8, (y / 4) as u8, 90]));
    let url = data_url(&encode_png(&tall).unwrap());
    let content = json!([{ "type": "image_url", "image_url": { "url": url }, "role": "first_frame" }]);
    for (ratio, size) in [("16:9", (864, 480)), ("adaptive", (480, 864))] {
        let params = with(small(""), json!({ "content": content, "ratio": ratio }));
        let (path, _, _) = clip(&stage, folder.path(), I2V, params).await;
        let first = frame_at(&path, 0).unwrap();
        assert_eq!(first.dimensions(), size, "{ratio}");
        let wanted = lastframe_media::fill(&tall, size.0, size.1).unwrap();
        assert!(psnr(&first, &wanted) >= 35.0, "{ratio}: scaled to fill");
    }
}
