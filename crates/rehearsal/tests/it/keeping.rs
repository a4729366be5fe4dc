//! What is kept on disk, and for how long.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::{Stage, body, data_url, ledger, of_model, small, with};

const DAY: u64 = 24 * 3600;

/// Makes a file as if it had been written so many days ago.
fn age(file: &Path, days: u64) {
    let then = SystemTime::now() - Duration::from_secs(days * DAY);
    File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
}

/// Makes a task as if it had ended, or been submitted, so many days ago.
fn age_task(folder: &Path, id: &str, field: &str, days: i64) {
    let file = folder.join("tasks").join(format!("{id}.json"));
    let mut task: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    task[field] = json!(task["created_at"].as_i64().unwrap() - days * 24 * 3600);
    fs::write(&file, task.to_string()).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn picture(shade: u8) -> Vec<u8> {
    lastframe_media::encode_png(&image::RgbImage::from_pixel(400, 400, image::Rgb([shade, 40, 80]))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_forgets_what_ended_days_ago_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let stage = Stage::quick(folder).await;
    let from = |shade| {
        let first =
            json!({ "type": "image_url", "role": "first_frame", "image_url": { "url": data_url(&picture(shade)) } });
        let params = with(small("sea"), json!({ "content": [first], "ratio": "1:1", "return_last_frame": true }));
        of_model("spark_dance_v1_0_lite_i2v", params)
    };
    let mut ids = Vec::new();
    for shade in [10, 20] {
        let reply: Value = stage.submit_with(&from(shade)).await.unwrap().json().await.unwrap();
        ids.push(reply["id"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned());
        stage.end_of(&ids[ids.len() - 1]).await;
    }
    stage.service.shutdown().await;
    let (old, new) = (&ids[0], &ids[1]);
    age_task(folder, old, "ended_at", 4);
    // Submitted long ago and ended just now: its links still work.
    age_task(folder, new, "created_at", 9);
    for file in names(&folder.join("pictures")) {
        age(&folder.join("pictures").join(file), 4);
    }
    // Submitted long ago and still open: it is not forgotten, however old.
    let text = fs::read_to_string(folder.join("tasks").join(format!("{new}.json"))).unwrap();
    let mut open: Value = serde_json::from_str(&text).unwrap();
    (open["id"], open["state"], open["ended_at"]) = (json!("reopen"), json!("queued"), Value::Null);
    fs::write(folder.join("tasks/reopen.json"), open.to_string()).unwrap();
    for (stray, days) in [("rex.mp4", 4), ("rey.mp4", 1), ("rez.0a.part", 1)] {
        fs::write(folder.join("results").join(stray), b"x").unwrap();
        age(&folder.join("results").join(stray), days);
    }
    let pictures = names(&folder.join("pictures")).len();
    assert_eq!(pictures, 2, "one for each task");

    let stage = Stage::with(lastframe_rehearsal::Options::in_folder(folder)).await;
    assert_eq!(stage.poll_response(old).await.unwrap().status(), 404, "it ended four days ago");
    assert_eq!(stage.poll(new).await["status"], "completed");
    assert_ne!(stage.poll_response("reopen").await.unwrap().status(), 404, "open tasks stay");
    stage.service.shutdown().await;
    let kept: Vec<String> =
        names(&folder.join("results")).into_iter().filter(|name| !name.starts_with("reopen")).collect();
    assert_eq!(kept, [format!("{new}.mp4"), format!("{new}.png"), "rey.mp4".to_owned()]);
    assert_eq!(names(&folder.join("pictures")).len(), 1, "the picture of the old task is shown nowhere");
    assert_eq!(ledger(folder).len(), 2, "the ledger keeps its lines");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_became_long_keeps_its_newer_half() {
    let folder = tempfile::tempdir().unwrap();
    let line = |number: u32| format!("{}\n", json!({ "at": number, "id": format!("re{number:0>80}") }));
    let text: String = (0..12_000).map(line).collect();
    fs::write(folder.path().join("ledger.jsonl"), &text).unwrap();
    let stage = Stage::quick(folder.path()).await;
    let lines = ledger(folder.path());
    assert_eq!((lines.len(), &lines[0]["at"]), (6_000, &json!(6_000)));
    stage.submit_with(&body(small("sea"))).await.unwrap();
    assert_eq!(ledger(folder.path()).len(), 6_001, "and goes on");
    stage.service.shutdown().await;
    let stage = Stage::quick(folder.path()).await;
    assert_eq!(ledger(folder.path()).len(), 6_001, "one that is short is left alone");
    stage.service.shutdown().await;
}
