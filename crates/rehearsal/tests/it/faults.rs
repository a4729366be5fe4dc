//! Told to misbehave, the service misbehaves exactly so, and well again afterwards.

use std::time::{Duration, Instant};

use lastframe_model::ServiceCode;
use lastframe_rehearsal::{DownloadFault, PollFault, SubmitFault, TaskFault};
use serde_json::{Value, json};

use crate::{Stage, body, item, ledger, small, url_of, with};

#[tokio::test(flavor = "multi_thread")]
async fn submits_go_wrong_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let faults = stage.service.faults();
    let request = body(small("sea"));

    faults.submit(SubmitFault::LoseReply);
    let lost = stage.submit_with(&request).await;
    assert!(lost.is_err(), "the connection closes without a reply: {lost:?}");
    assert_eq!(ledger(folder.path()).len(), 1, "and yet it was accepted");

    faults.submit(SubmitFault::Status(503));
    assert_eq!(stage.submit_with(&request).await.unwrap().status(), 503);
    assert_eq!(ledger(folder.path()).len(), 1, "refused before it was written down");

    faults.submit(SubmitFault::StatusAfterAccepting(502));
    assert_eq!(stage.submit_with(&request).await.unwrap().status(), 502);
    assert_eq!(ledger(folder.path()).len(), 2, "accepted, though the reply says otherwise");

    faults.submit(SubmitFault::RateLimited(Some(7)));
    let limited = stage.submit_with(&request).await.unwrap();
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "7"));

    faults.submit(SubmitFault::NoBalance);
    assert_eq!(stage.submit_with(&request).await.unwrap().status(), 403);

    faults.submit(SubmitFault::Html);
    let html = stage.submit_with(&request).await.unwrap().text().await.unwrap();
    assert!(html.starts_with("<!doctype html>"), "{html}");

    faults.submit(SubmitFault::NoId);
    let no_id: Value = stage.submit_with(&request).await.unwrap().json().await.unwrap();
    assert!(no_id["id"].is_null() && no_id["status"].is_string(), "{no_id}");

    faults.submit(SubmitFault::Reset);
    let reset = stage.submit_with(&request).await.unwrap_err();
    assert!(format!("{reset:?}").contains("ConnectionReset"), "{reset:?}");
    faults.submit(SubmitFault::CutReply);
    let cut = stage.submit_with(&request).await.unwrap();
    assert!(cut.status() == 200 && cut.bytes().await.is_err(), "the body breaks off");
    faults.submit(SubmitFault::BrokenJson);
    let broken = stage.submit_with(&request).await.unwrap().text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&broken).is_err(), "{broken}");
    faults.submit(SubmitFault::Silence);
    let silent = tokio::time::timeout(Duration::from_secs(1), stage.submit_with(&request)).await;
    assert!(silent.is_err(), "no word in a second: {silent:?}");
    let noted = async {
        while ledger(folder.path()).len() < 7 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), noted).await.expect("all should be noted");
    assert_eq!(ledger(folder.path()).len(), 7, "all four were accepted, and the one without an id");

    faults.submit(None);
    faults.submit(SubmitFault::Status(500));
    assert_eq!(stage.submit_with(&request).await.unwrap().status(), 200, "one that goes well between two");
    assert_eq!(stage.submit_with(&request).await.unwrap().status(), 500);
    assert_eq!(stage.submit_with(&request).await.unwrap().status(), 200, "well again");
    stage.service.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_and_polls_go_wrong_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let faults = stage.service.faults();
    let asked = with(small("sea"), json!({ "return_last_frame": true }));

    faults.submit(SubmitFault::Task(TaskFault::Fail(ServiceCode::Generation)));
    let id = stage.submit(asked.clone()).await;
    let reply = stage.end_of(&id).await;
    assert_eq!((reply["status"].as_str(), reply["error"]["code"].as_str()), (Some("failed"), Some("003004095")));
    assert!(reply["usage"].is_null(), "only finished videos are billed");

    faults.submit(SubmitFault::Task(TaskFault::NoVideo));
    let id = stage.submit(asked.clone()).await;
    let reply = stage.end_of(&id).await;
    assert!(reply["status"] == "completed" && item(&reply, "video").is_none(), "{reply}");

    faults.submit(SubmitFault::Task(TaskFault::NoLastFrame));
    let id = stage.submit(asked.clone()).await;
    let reply = stage.end_of(&id).await;
    assert!(item(&reply, "video").is_some() && item(&reply, "image").is_none(), "{reply}");

    faults.submit(SubmitFault::Task(TaskFault::Expire));
    let id = stage.submit(asked.clone()).await;
    assert_eq!(stage.end_of(&id).await["status"], "expired");

    faults.submit(SubmitFault::Task(TaskFault::StatusWord("marinating".to_owned())));
    let reply: Value = stage.submit_with(&body(asked)).await.unwrap().json().await.unwrap();
    assert_eq!(reply["status"], "marinating");
    let id = reply["id"].as_str().unwrap();
    assert_eq!(stage.end_of(id).await["status"], "completed", "an odd word is not the end");

    faults.poll(PollFault::Status(500));
    faults.poll(PollFault::Gone);
    faults.poll(PollFault::RateLimited(None));
    faults.poll(PollFault::LoseReply);
    faults.poll(PollFault::Html);
    for status in [500, 404, 429] {
        assert_eq!(stage.poll_response(id).await.unwrap().status(), status);
    }
    assert!(stage.poll_response(id).await.is_err(), "no reply at all");
    assert!(stage.poll_response(id).await.unwrap().text().await.unwrap().contains("<title>"));
    faults.poll(PollFault::BrokenJson);
    faults.poll(PollFault::Silence);
    assert!(stage.poll_response(id).await.unwrap().json::<Value>().await.is_err());
    assert!(tokio::time::timeout(Duration::from_millis(500), stage.poll_response(id)).await.is_err(), "no word");
    assert_eq!(stage.poll(id).await["status"], "completed", "well again");
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_go_wrong_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let faults = stage.service.faults();
    let id = stage.submit(small("aurora")).await;
    let reply = stage.end_of(&id).await;
    let url = url_of(&reply, "video");
    let size = stage.fetch(url).await.len();

    faults.download(DownloadFault::CutAfter(1000));
    let mut cut = stage.client.get(url).send().await.unwrap();
    let mut got = 0;
    let broken = loop {
        match cut.chunk().await {
            Ok(Some(chunk)) => got += chunk.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && got == 1000, "broke: {broken}, after {got} bytes");

    faults.download(DownloadFault::Expired);
    assert_eq!(stage.client.get(url).send().await.unwrap().status(), 403);
    faults.download(DownloadFault::Html);
    assert!(stage.client.get(url).send().await.unwrap().text().await.unwrap().starts_with("<!doctype"));
    faults.download(DownloadFault::Status(502));
    assert_eq!(stage.client.get(url).send().await.unwrap().status(), 502);
    faults.download(DownloadFault::IgnoreRange);
    let whole = stage.client.get(url).header("Range", "bytes=5-").send().await.unwrap();
    assert_eq!(whole.status(), 200);
    assert_eq!(whole.bytes().await.unwrap().len(), size);

    faults.download(DownloadFault::WrongRange);
    let shifted = stage.client.get(url).header("Range", "bytes=5-").send().await.unwrap();
    assert!(shifted.headers()["content-range"].to_str().unwrap().starts_with("bytes 6-"), "{shifted:?}");
    faults.download(DownloadFault::StallAfter(1000));
    faults.download(DownloadFault::Endless);
    for least in [1000, size + 1] {
        let mut reply = stage.client.get(url).send().await.unwrap();
        let mut got = 0;
        while let Ok(Ok(Some(chunk))) = tokio::time::timeout(Duration::from_millis(500), reply.chunk()).await {
            got += chunk.len();
            if got > 4 * size {
                break;
            }
        }
        assert!(got >= least && (least > 1000 || got == 1000), "{got} bytes came");
    }

    let rate = u64::try_from(size).unwrap() * 2;
    faults.download(DownloadFault::Slow(rate));
    let began = Instant::now();
    stage.fetch(url).await;
    assert!(began.elapsed() >= Duration::from_millis(350), "half a second's worth took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_says_what_goes_wrong_and_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::quick(folder.path()).await;
    let (faults, file) = (stage.service.faults(), folder.path().join("faults.json"));
    faults.follow(&file).expect("a file that is not there yet says nothing");
    let request = body(small("sea"));
    let status = async || stage.submit_with(&request).await.unwrap().status().as_u16();
    assert_eq!(status().await, 200);
    let tell = |what: Value| std::fs::write(&file, what.to_string()).unwrap();
    tell(json!({ "submits": [{ "status": 503 }, null], "always": { "submit": { "rate_limited": 3 } } }));
    assert_eq!([status().await, status().await, status().await, status().await], [503, 200, 429, 429]);
    tell(
        json!({ "submits": ["html", { "slow": 0.3 }, { "task": { "fail": "003004095" } }], "downloads": ["endless"] }),
    );
    assert!(stage.submit_with(&request).await.unwrap().text().await.unwrap().starts_with("<!doctype"));
    let began = Instant::now();
    assert_eq!(status().await, 200);
    assert!(began.elapsed() >= Duration::from_millis(300), "it took {:?}", began.elapsed());
    let id = stage.submit(small("sea")).await;
    assert_eq!(stage.end_of(&id).await["error"]["code"], "003004095");
    tell(json!({ "submits": ["a typing error"] }));
    assert_eq!(status().await, 200, "what cannot be read changes nothing");
    assert!(
        faults.follow(&file).unwrap_err().to_string().contains("typing error"),
        "and is said to whoever names the file"
    );
    tell(json!({}));
    assert_eq!(status().await, 200);
}
