//! Submit, poll and the check of a key, each reply of the contract through a real socket.

use std::time::Duration;

use lastframe_model::{FailureCode, Field, Request, TaskId};
use lastframe_provider::{Bounds, CheckError, DownloadError, Link, Payload, PollError, SubmitError, TaskStatus};

use crate::server::{KEY, Script, Server, answer, header, json};

pub fn payload() -> Payload {
    let request = Request { prompt: "A boat".into(), seed: Some(7), ..Request::default() };
    Payload::new(&request, &lastframe_model::Catalogue::built_in(), |_| Ok(Vec::new())).unwrap()
}

const DOCUMENTED: &str = r#"{
  "id": "d758n65e878c73cmdg20", "model": "spark_dance_v1_0_lite_t2v", "created_at": 1763800000,
  "status": "completed", "progress": 1.0,
  "output": [{"content": [
    {"type": "video", "url": "https://cdn.example/output.mp4?sig=topsecret", "size": 1834221, "jobId": "cgt-1",
     "duration": 5, "format": "mp4", "resolution": "720p", "ratio": "16:9", "fps": 24},
    {"type": "image", "url": "https://cdn.example/last_frame.png?sig=topsecret", "format": "png"}]}],
  "usage": {"cost": "0.1853", "discount": 1.0, "input_tokens": 0, "output_tokens": 102960,
            "total_tokens": 102960, "generated_videos": 1},
  "metadata": {"from": "the future"}
}"#;

#[tokio::test]
async fn a_submit_sends_the_documented_call_and_reads_the_id() {
    let server = Server::start([json("200 OK", r#"{"id":"t1","status":"in_progress","progress":0}"#)]).await;
    let payload = payload();
    let task = server.client().submit(&payload).await.unwrap();
    assert_eq!((task.id.as_str(), task.status, task.progress), ("t1", TaskStatus::InProgress, Some(0.0)));
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "a submit is one request");
    assert!(requests[0].starts_with("POST /model/v1/generation HTTP/1.1\r\n"), "{}", requests[0]);
    assert_eq!(header(&requests[0], "authorization"), Some(format!("Bearer {KEY}")));
    assert_eq!(header(&requests[0], "content-type").as_deref(), Some("application/json"));
    let body = requests[0].split_once("\r\n\r\n").unwrap().1;
    assert_eq!(body.as_bytes(), payload.body(), "what was hashed is what is sent");
}

#[tokio::test]
async fn a_base_path_and_a_strange_task_id_stay_in_their_places() {
    let server = Server::start([json("200 OK", r#"{"id":"x","status":"queued"}"#)]).await;
    let client = crate::server::client(&format!("{}/api/", server.address));
    client.submit(&payload()).await.unwrap();
    client.poll(&TaskId::new("a/../b?c#d e")).await.unwrap();
    let requests = server.requests();
    assert!(requests[0].starts_with("POST /api/model/v1/generation HTTP/1.1"), "{}", requests[0]);
    assert!(
        requests[1].starts_with("GET /api/model/v1/generation/task/a%2F..%2Fb%3Fc%23d%20e HTTP/1.1"),
        "an id is one segment of the path: {}",
        requests[1]
    );
}

#[tokio::test]
async fn the_documented_reply_is_read_whole() {
    let server = Server::start([json("200 OK", DOCUMENTED)]).await;
    let task = server.client().poll(&TaskId::new("d758n65e878c73cmdg20")).await.unwrap();
    assert_eq!((task.status, task.progress), (TaskStatus::Completed, Some(1.0)));
    assert_eq!(task.video.unwrap().to_string(), "https://cdn.example/output.mp4?…");
    assert_eq!(task.last_frame.unwrap().to_string(), "https://cdn.example/last_frame.png?…");
    assert_eq!(task.billed.cost.unwrap().to_string(), "0.1853");
    assert_eq!(task.failure, None);
    assert!(task.reply.contains(r#""from":"the future""#), "unknown fields are kept: {}", task.reply);
    assert!(task.reply.contains(r#""jobId":"cgt-1""#), "{}", task.reply);
    assert!(!task.reply.contains("topsecret"), "signatures are not: {}", task.reply);
}

#[tokio::test]
async fn every_way_a_submit_is_refused() {
    let table = [
        ("401 Unauthorized", r#"{"message":"invalid api key"}"#, "key"),
        ("401 Unauthorized", "<html>401</html>", "key"),
        ("403 Forbidden", r#"{"error":"insufficient balance"}"#, "balance"),
        ("429 Too Many Requests", r#"{"error":{"code":429,"message":"slow down"}}"#, "rate"),
        ("400 Bad Request", r#"{"error":{"code":"003004005","message":"duration"}}"#, "refused"),
        ("400 Bad Request", "not json", "refused"),
        ("404 Not Found", r#"{"message":"no such model"}"#, "refused"),
        ("413 Payload Too Large", "", "refused"),
        ("422 Unprocessable Entity", r#"{"error":"no"}"#, "refused"),
        ("200 OK", r#"{"error":{"code":3004003,"message":"resolution"}}"#, "refused"),
        ("500 Internal Server Error", r#"{"error":{"code":3004003}}"#, "refused"),
        ("500 Internal Server Error", r#"{"error":{"code":"003004099"}}"#, "refused"),
        ("500 Internal Server Error", r#"{"error":{"code":"003004095"}}"#, "unknown"),
        ("500 Internal Server Error", r#"{"error":{"code":"003004097"}}"#, "unknown"),
        ("502 Bad Gateway", "<html>bad gateway</html>", "unknown"),
        ("503 Service Unavailable", "", "unknown"),
        ("504 Gateway Timeout", "", "unknown"),
        ("408 Request Timeout", "", "unknown"),
        ("200 OK", "", "unknown"),
        ("200 OK", "<html>hello</html>", "unknown"),
        ("200 OK", "{}", "unknown"),
        ("200 OK", r#"{"id":"","status":"in_progress"}"#, "unknown"),
        ("200 OK", r#"{"id":"t1","sta"#, "unknown"),
        ("200 OK", r#"{"error":"something"}"#, "unknown"),
        ("307 Temporary Redirect", "", "unknown"),
    ];
    for (status, body, meaning) in table {
        let server = Server::start([json(status, body)]).await;
        let error = server.client().submit(&payload()).await.unwrap_err();
        let found = match &error {
            SubmitError::NotSent { .. } => "not sent",
            SubmitError::KeyRefused { .. } => "key",
            SubmitError::BalanceOrPermission { .. } => "balance",
            SubmitError::RateLimited { .. } => "rate",
            SubmitError::Refused { .. } => "refused",
            SubmitError::Unknown { .. } => "unknown",
        };
        assert_eq!(found, meaning, "{status} {body}: {error}");
        assert_eq!(server.requests().len(), 1, "{status} {body}: nothing is ever sent twice");
        assert!(!error.to_string().contains(KEY), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_field_and_keeps_the_reply() {
    let body = r#"{"error":{"code":3004005,"error_message":"duration must be 2-12"},"trace":"x"}"#;
    let server = Server::start([json("400 Bad Request", body)]).await;
    let SubmitError::Refused { failure } = server.client().submit(&payload()).await.unwrap_err() else {
        panic!("a 400 is a refusal");
    };
    assert_eq!(failure.code, FailureCode::InvalidRequest);
    assert_eq!(failure.field, Some(Field::Length));
    assert_eq!(failure.service_code.as_deref(), Some("003004005"));
    assert!(failure.message.contains("duration must be 2-12"), "{}", failure.message);
    assert_eq!(failure.reply.as_deref(), Some(body));
}

#[tokio::test]
async fn long_replies_and_echoed_keys_do_not_get_into_a_failure() {
    let body = format!(r#"{{"error":"key {KEY} {}"}}"#, "字".repeat(6_000));
    let server = Server::start([json("403 Forbidden", &body)]).await;
    let error = server.client().submit(&payload()).await.unwrap_err();
    let SubmitError::BalanceOrPermission { failure } = &error else { panic!("{error}") };
    assert_eq!(failure.code, FailureCode::BalanceOrPermission);
    assert!(!format!("{error:?} {error}").contains(KEY), "the service's own words may hold the key: {error}");
    assert_eq!(failure.reply.as_ref().unwrap().chars().count(), 4_001, "4,000 characters and the ellipsis");
    assert!(failure.message.chars().count() < 700, "a message is no page");
}

#[tokio::test]
async fn a_wait_that_the_service_asks_for_is_passed_on() {
    let script = Script::Send(answer("429 Too Many Requests", &[("Retry-After", "7")], "{}"));
    let server = Server::start([script]).await;
    let wait = Some(Duration::from_secs(7));
    let error = server.client().submit(&payload()).await.unwrap_err();
    assert!(matches!(error, SubmitError::RateLimited { retry_after, .. } if retry_after == wait), "{error:?}");
    let error = server.client().poll(&TaskId::new("t")).await.unwrap_err();
    assert!(matches!(error, PollError::RateLimited { retry_after, .. } if retry_after == wait), "{error:?}");
}

#[tokio::test]
async fn every_way_a_poll_brings_no_news() {
    let table = [
        ("401 Unauthorized", "{}", "key"),
        ("403 Forbidden", r#"{"message":"no"}"#, "trouble"),
        ("404 Not Found", r#"{"message":"task not found"}"#, "gone"),
        ("404 Not Found", "", "gone"),
        ("410 Gone", r#"{"error":"gone"}"#, "gone"),
        ("404 Not Found", "<html>some proxy</html>", "trouble"),
        ("500 Internal Server Error", "{}", "trouble"),
        ("502 Bad Gateway", "<html>", "trouble"),
        ("200 OK", "<html>hotel wifi</html>", "trouble"),
        ("200 OK", "", "trouble"),
        ("200 OK", "[]", "trouble"),
        ("200 OK", "{}", "trouble"),
        ("200 OK", r#"{"error":{"code":"003004098"}}"#, "trouble"),
        ("302 Found", "", "trouble"),
    ];
    for (status, body, meaning) in table {
        let server = Server::start([json(status, body)]).await;
        let error = server.client().poll(&TaskId::new("t")).await.unwrap_err();
        let found = match &error {
            PollError::Offline { .. } => "offline",
            PollError::KeyRefused { .. } => "key",
            PollError::RateLimited { .. } => "rate",
            PollError::Gone { .. } => "gone",
            PollError::Trouble { .. } => "trouble",
        };
        assert_eq!(found, meaning, "{status} {body}: {error}");
        assert_eq!(server.requests().len(), 1, "{status} {body}: whoever calls decides when to ask again");
    }
}

#[tokio::test]
async fn how_tasks_end() {
    let table = [
        (r#"{"id":"t","status":"failed","error":"no luck"}"#, FailureCode::TaskFailed, "no luck", None, None),
        (r#"{"id":"t","status":"failed"}"#, FailureCode::TaskFailed, "failed at the service", None, None),
        (
            r#"{"id":"t","status":"failed","error":{"code":3004095,"error_message":"boom"}}"#,
            FailureCode::TaskFailed,
            "boom",
            Some("003004095"),
            None,
        ),
        (
            r#"{"id":"t","status":"failed","error":{"code":"003004095"}}"#,
            FailureCode::TaskFailed,
            "internal generation error",
            Some("003004095"),
            None,
        ),
        (
            r#"{"id":"t","status":"failed","error":{"code":"3004002","message":"face found"}}"#,
            FailureCode::InvalidRequest,
            "face found",
            Some("003004002"),
            Some(Field::Prompt),
        ),
        (r#"{"id":"t","status":"expired"}"#, FailureCode::Expired, "expired", None, None),
        (r#"{"id":"t","status":"cancelled"}"#, FailureCode::TaskFailed, "cancelled", None, None),
        (r#"{"id":"t","error":{"message":"boom"}}"#, FailureCode::TaskFailed, "boom", None, None),
        (r#"{"id":"t","status":"completed"}"#, FailureCode::NoVideo, "no video", Some("003004096"), None),
        (
            r#"{"id":"t","status":"succeeded","output":[{"content":[{"type":"video","url":""}]}]}"#,
            FailureCode::NoVideo,
            "no video",
            Some("003004096"),
            None,
        ),
    ];
    for (body, code, words, service_code, field) in table {
        let server = Server::start([json("200 OK", body)]).await;
        let task = server.client().poll(&TaskId::new("t")).await.unwrap();
        assert_eq!(task.status, TaskStatus::Failed, "{body}");
        let failure = task.failure.unwrap();
        assert_eq!((failure.code, failure.field), (code, field), "{body}");
        assert_eq!(failure.service_code.as_deref(), service_code, "{body}");
        assert!(failure.message.contains(words), "{body}: {}", failure.message);
    }
}

#[tokio::test]
async fn a_status_word_from_the_future_is_still_in_progress() {
    let server = Server::start([json("200 OK", r#"{"id":"t","status":"dreaming","progress":40}"#)]).await;
    let task = server.client().poll(&TaskId::new("t")).await.unwrap();
    assert_eq!((task.status, task.progress), (TaskStatus::InProgress, Some(0.4)));
}

#[tokio::test]
async fn what_a_check_of_the_key_says() {
    let table = [
        ("401 Unauthorized", r#"{"message":"bad key"}"#, "refused"),
        ("401 Unauthorized", "", "refused"),
        ("403 Forbidden", r#"{"error":"insufficient balance"}"#, "accepted"),
        ("404 Not Found", r#"{"error":{"code":"003004098","message":"not found"}}"#, "accepted"),
        ("404 Not Found", "", "accepted"),
        ("400 Bad Request", r#"{"message":"bad id"}"#, "accepted"),
        ("200 OK", r#"{"id":"x","status":"failed"}"#, "accepted"),
        ("200 OK", "<html>a web site</html>", "trouble"),
        ("404 Not Found", "<html>a web site</html>", "trouble"),
        ("403 Forbidden", "<html>a wall</html>", "trouble"),
        ("301 Moved Permanently", "", "trouble"),
        ("429 Too Many Requests", "{}", "trouble"),
        ("500 Internal Server Error", r#"{"message":"boom"}"#, "trouble"),
    ];
    for (status, body, meaning) in table {
        let server = Server::start([json(status, body)]).await;
        let found = match server.client().check_key().await {
            Ok(()) => "accepted",
            Err(CheckError::KeyRefused { .. }) => "refused",
            Err(CheckError::Offline { .. }) => "offline",
            Err(CheckError::Trouble { .. }) => "trouble",
        };
        assert_eq!(found, meaning, "{status} {body}");
        let request = &server.requests()[0];
        assert!(request.starts_with("GET /model/v1/generation/task/"), "a check makes nothing: {request}");
    }
}

#[tokio::test]
async fn a_link_that_would_carry_the_key_to_another_host_is_not_followed() {
    let server = Server::start([]).await;
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { most: 1000, said: None, spare: 0 };
    // `localhost` is this computer too, and not the service's own host.
    let port = server.address.rsplit(':').next().unwrap();
    for link in [format!("http://localhost:{port}/{KEY}/a.mp4"), format!("http://localhost:{port}/a.mp4?k={KEY}")] {
        let link = Link::parse(&link).unwrap();
        let error =
            server.client().download(&link, &folder.path().join("a.part"), bounds, |_, _| ()).await.unwrap_err();
        assert!(matches!(error, DownloadError::Forbidden { .. }), "{error}");
    }
    assert!(server.requests().is_empty(), "nothing was sent");
}
