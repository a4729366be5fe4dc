//! Results over HTTP: ranges, tags, links that expire.

use std::time::Duration;

use lastframe_rehearsal::Options;
use serde_json::json;

use crate::{Stage, small, url_of, with};

#[tokio::test(flavor = "multi_thread")]
async fn ranges_resume_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let id = stage.submit(with(small("moon"), json!({ "return_last_frame": true }))).await;
    let reply = stage.end_of(&id).await;
    let url = url_of(&reply, "video");
    let whole = stage.fetch(url).await;
    let get = |range: &str| stage.client.get(url).header("Range", range);

    let head = stage.client.head(url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], whole.len().to_string().as_str());
    assert_eq!(head.headers()["accept-ranges"], "bytes");
    assert_eq!(head.headers()["content-type"], "video/mp4");
    let tag = head.headers()["etag"].to_str().unwrap().to_owned();

    let part = get("bytes=100-299").header("If-Range", &tag).send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes 100-299/{}", whole.len()).as_str());
    assert_eq!(part.bytes().await.unwrap(), whole[100..300]);

    let rest = get(&format!("bytes={}-", whole.len() - 7)).send().await.unwrap();
    assert_eq!(rest.bytes().await.unwrap(), whole[whole.len() - 7..]);

    let other = get("bytes=100-").header("If-Range", "\"another\"").send().await.unwrap();
    assert_eq!(other.status(), 200, "another file: the whole of it");
    assert_eq!(other.bytes().await.unwrap(), whole);

    let outside = get(&format!("bytes={}-", whole.len())).send().await.unwrap();
    assert_eq!(outside.status(), 416);
    assert_eq!(outside.headers()["content-range"], format!("bytes */{}", whole.len()).as_str());

    let same = stage.client.get(url).header("If-None-Match", &tag).send().await.unwrap();
    assert_eq!(same.status(), 304);

    let png = stage.fetch(url_of(&reply, "image")).await;
    assert_eq!(lastframe_media::picture_facts(&png).unwrap().width, 864, "the last frame has the video's size");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_expire_and_polling_gives_fresh_ones() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        Options { speed: 1000.0, link_lifetime: Duration::from_millis(1500), ..Options::in_folder(folder.path()) };
    let stage = Stage::with(options).await;
    let id = stage.submit(small("sea")).await;
    let reply = stage.end_of(&id).await;
    let url = url_of(&reply, "video").to_owned();
    stage.fetch(&url).await;
    let altered = url.replace("nonce=", "nonce=0");
    assert_eq!(stage.client.get(altered).send().await.unwrap().status(), 403, "a made-up link");
    tokio::time::sleep(Duration::from_millis(1600)).await;
    assert_eq!(stage.client.get(&url).send().await.unwrap().status(), 403, "an expired link");
    let again = stage.poll(&id).await;
    assert_ne!(url_of(&again, "video"), url);
    stage.fetch(url_of(&again, "video")).await;
}
