//! Replies of the service, to a submit, a poll and a check of the key. The first byte picks the HTTP status; the rest is
//! the body.
//!
//! Whatever arrives: no panic, no task out of a refusal, nothing half said, and the key and the signatures of links in
//! nothing that is shown, kept or logged.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/provider/src/classify.rs"]
mod classify;
#[path = "../../crates/provider/src/link.rs"]
mod link;
#[path = "../../crates/provider/src/masked.rs"]
mod masked;
#[path = "../../crates/provider/src/task.rs"]
mod task;
#[path = "../../crates/provider/src/wire.rs"]
mod wire;

use classify::Answer;
use lastframe_model::TaskId;
use libfuzzer_sys::fuzz_target;
use masked::Mask;
use reqwest::StatusCode;
use secrecy::SecretString;
use task::{Task, TaskStatus};

const KEY: &str = "sk-canary-0123456789";
const STATUSES: [u16; 16] = [200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 408, 410, 422, 429, 500, 503];

fn check(task: &Task) {
    assert_eq!(task.status == TaskStatus::Failed, task.failure.is_some(), "a failure says why, nothing else does");
    assert!(task.status != TaskStatus::Completed || task.video.is_some(), "completed means a video");
    assert!(task.progress.is_none_or(|share| (0.0..=1.0).contains(&share)));
    assert!(task.billed.tokens.is_none_or(|tokens| tokens.is_finite() && tokens >= 0.0));
    // A link may hold it: whether it is followed is decided where its host is known.
    let shown = format!("{:?}{}", task.failure, task.reply);
    assert!(!shown.contains(KEY), "the key in a task: {shown}");
}

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let status = STATUSES[usize::from(first % 16)];
    let answer = || Answer {
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: None,
        body: String::from_utf8_lossy(body).into_owned(),
    };
    let key = SecretString::from(KEY);
    let mask = Mask::new(&key);
    match classify::submit(Ok(answer()), mask) {
        Ok(task) => {
            assert!((200..300).contains(&status), "a task out of a {status}");
            check(&task);
        }
        Err(error) => assert!(!format!("{error:?}").contains(KEY), "the key in {error:?}"),
    }
    match classify::poll(Ok(answer()), &TaskId::new("task"), mask) {
        Ok(task) => {
            assert!((200..300).contains(&status), "news out of a {status}");
            check(&task);
        }
        Err(error) => assert!(!format!("{error:?}").contains(KEY), "the key in {error:?}"),
    }
    if let Err(error) = classify::check(Ok(answer()), mask) {
        assert!(!format!("{error:?}").contains(KEY), "the key in {error:?}");
    }
    let _ = classify::new_status_word(&answer(), mask);
});
