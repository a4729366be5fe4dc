//! The life of a task: documented fields, honest progress, restarts, callbacks, money.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lastframe_media::probe;
use lastframe_rehearsal::{Options, Rehearsal};
use serde_json::{Value, json};

use crate::{Stage, body, item, ledger, of_model, small, url_of, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_from_submit_to_file() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let params = with(small("A paper boat"), json!({ "return_last_frame": true }));
    let first: Value = stage.submit_with(&body(params)).await.unwrap().json().await.unwrap();
    let id = first["id"].as_str().unwrap();
    assert!(matches!(first["status"].as_str(), Some("queued" | "in_progress")), "{first}");
    let reply = stage.end_of(id).await;
    assert_eq!(reply["status"], "completed", "{reply}");
    assert_eq!(reply["progress"], 1.0);
    let video = item(&reply, "video").unwrap();
    assert_eq!(video["format"], "mp4");
    assert_eq!((video["resolution"].as_str(), video["ratio"].as_str()), (Some("480p"), Some("16:9")));
    assert_eq!(video["fps"], 24, "a number unless strings are asked for");
    let bytes = stage.fetch(url_of(&reply, "video")).await;
    assert_eq!(video["size"], bytes.len());
    let file = folder.path().join("got.mp4");
    std::fs::write(&file, &bytes).unwrap();
    let facts = probe(&file).unwrap();
    assert_eq!((facts.width, facts.height, facts.frames), (864, 480, 29));
    let place = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"), "playback can start before the end is there");
    let lines = ledger(folder.path());
    assert_eq!(lines.len(), 1, "one line for one accepted submit");
    assert_eq!(lines[0]["id"], id);
    assert_eq!(lines[0]["sha256"].as_str().map(str::len), Some(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_follows_the_documented_formula() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    // 864 · 480 · 48 frames / 1024 = 19,440 tokens; at 1.8 USD a million: 0.034992.
    let params = json!({ "content": [{ "type": "text", "text": "moon" }], "resolution": "480p", "duration": 2 });
    let id = stage.submit(params.clone()).await;
    let usage = stage.end_of(&id).await["usage"].clone();
    assert_eq!(
        usage,
        json!({ "cost": "0.0350", "discount": 1.0, "input_tokens": 0, "output_tokens": 19440, "total_tokens": 19440,
                "generated_videos": 1 })
    );
    let id = stage.submit(with(params, json!({ "service_tier": "flex" }))).await;
    let usage = stage.end_of(&id).await["usage"].clone();
    assert_eq!(usage["cost"], "0.0175", "flex is half");
    assert_eq!(usage["total_tokens"], 19440);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_strings_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { speed: 1000.0, numbers_as_strings: true, ..Options::in_folder(folder.path()) };
    let stage = Stage::with(options).await;
    let id = stage.submit(small("sea")).await;
    let reply = stage.end_of(&id).await;
    let video = item(&reply, "video").unwrap();
    assert!(video["duration"].is_string() && video["size"].is_string() && video["fps"] == "24", "{video}");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_the_share_of_rendered_frames_and_the_pace_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with(Options { speed: 3.0, ..Options::in_folder(folder.path()) }).await;
    let began = Instant::now();
    let id = stage.submit(small("aurora")).await;
    let mut seen = Vec::new();
    loop {
        let reply = stage.poll(&id).await;
        seen.push(reply["progress"].as_f64().unwrap());
        if reply["status"] == "completed" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    assert!(began.elapsed() >= Duration::from_millis(1900), "5.8 s / 3, not {:?}", began.elapsed());
    assert!(seen.is_sorted(), "progress never goes back: {seen:?}");
    let between = seen.iter().filter(|progress| **progress > 0.0 && **progress < 1.0).count();
    assert!(between >= 5, "progress was seen on its way: {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_goes_on_after_a_restart_and_the_key_stays() {
    let folder = tempfile::tempdir().unwrap();
    let slow = Options { speed: 0.5, ..Options::in_folder(folder.path()) };
    let stage = Stage::with(slow).await;
    let key = secrecy::ExposeSecret::expose_secret(&stage.service.key()).to_owned();
    let id = stage.submit(small("lighthouse")).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_ne!(stage.poll(&id).await["status"], "completed", "it is stopped in the middle");
    stage.service.shutdown().await;
    let stage = Stage::quick(folder.path()).await;
    assert_eq!(secrecy::ExposeSecret::expose_secret(&stage.service.key()), key, "the same key after a restart");
    let reply = stage.end_of(&id).await;
    assert_eq!(reply["status"], "completed", "{reply}");
    assert_eq!(ledger(folder.path()).len(), 1, "nothing was submitted twice");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "the key is its owner's");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_caller_hung_up_while_it_was_accepted_is_rendered_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let written = || {
        let files = std::fs::read_dir(folder.path().join("tasks")).unwrap();
        files
            .filter(|file| file.as_ref().is_ok_and(|file| file.path().extension().is_some_and(|end| end == "json")))
            .count()
    };
    for tasks in 1..=8 {
        let request = body(small("lighthouse"));
        tokio::select! {
            // The service writes a task before its ledger: a caller that goes here has no reply yet.
            () = async { while written() < tasks { tokio::task::yield_now().await } } => {}
            _ = stage.submit_with(&request) => {}
        }
    }
    let began = std::time::Instant::now();
    while ledger(folder.path()).len() < 8 {
        assert!(began.elapsed() < Duration::from_secs(20), "each was accepted: {:?}", ledger(folder.path()));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for accepted in ledger(folder.path()) {
        let reply = stage.end_of(accepted["id"].as_str().unwrap()).await;
        assert_eq!(reply["status"], "completed", "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callback_is_told_once_on_this_computer() {
    let folder = tempfile::tempdir().unwrap();
    let told: Arc<Mutex<Vec<Value>>> = Arc::default();
    let note = Arc::clone(&told);
    let receiver = axum::Router::new().route(
        "/done",
        axum::routing::post(move |axum::Json(body): axum::Json<Value>| {
            note.lock().unwrap().push(body);
            async {}
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/done", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, receiver).await });
    let stage = Stage::quick(folder.path()).await;
    let id = stage.submit(with(small("dunes"), json!({ "callback_url": url }))).await;
    stage.end_of(&id).await;
    let began = Instant::now();
    while told.lock().unwrap().is_empty() && began.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 1, "told once");
    assert_eq!((told[0]["id"].as_str(), told[0]["status"].as_str()), (Some(id.as_str()), Some("completed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_length_of_seconds_is_an_allowed_frame_count() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let params = json!({ "content": [{ "type": "text", "text": "moon" }], "resolution": "480p", "ratio": "9:16",
                         "duration": 4 });
    let reply = stage.submit_with(&of_model("spark_dance_v1_5_pro", params)).await.unwrap();
    let reply: Value = reply.json().await.unwrap();
    let reply = stage.end_of(reply["id"].as_str().unwrap()).await;
    assert_eq!(item(&reply, "video").unwrap()["duration"], 4);
    assert!(item(&reply, "image").is_none(), "no last frame unless asked for");
    let file = folder.path().join("got.mp4");
    std::fs::write(&file, stage.fetch(url_of(&reply, "video")).await).unwrap();
    let facts = probe(&file).unwrap();
    assert_eq!((facts.width, facts.height, facts.frames), (480, 864, 97), "4 s → 96 → 97 frames");
}

#[tokio::test]
async fn a_taken_port_and_a_bad_speed_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = Rehearsal::start(Options { port, ..Options::in_folder(folder.path()) }).await.err().unwrap();
    assert!(refused.to_string().contains(&port.to_string()), "{refused}");
    let refused = Rehearsal::start(Options { speed: 0.0, ..Options::in_folder(folder.path()) }).await;
    assert!(refused.is_err(), "a clip would never end");
}
