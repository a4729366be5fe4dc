//! Submit and poll, as the reference documents them.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use lastframe_model::ServiceCode;
use serde_json::json;

use crate::connection::Scissors;
use crate::faults::{PollFault, SubmitFault};
use crate::server::Shared;
use crate::task::{self, Task};
use crate::validate;
use crate::{files, runner};

/// An error reply of the documented shape.
pub(crate) fn error(status: StatusCode, code: Option<ServiceCode>, message: &str) -> Response {
    let mut body = json!({ "error": { "message": message } });
    if let Some(code) = code {
        body["error"]["code"] = json!(code.digits());
    }
    (status, Json(body)).into_response()
}

fn numbered(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    error(status, None, "The service is unwell, as it was told to be.")
}

fn rate_limited(retry_after: Option<u64>) -> Response {
    let mut reply = error(StatusCode::TOO_MANY_REQUESTS, None, "Too many requests.");
    if let Some(seconds) = retry_after {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

fn html() -> Response {
    Html("<!doctype html><title>Gateway</title><p>Please sign in to the network.").into_response()
}

fn broken_json() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], r#"{"id": "re", "status":"#).into_response()
}

/// The first half of a reply, of whose length the whole was promised.
fn cut_reply(reply: &serde_json::Value) -> Response {
    let whole = reply.to_string();
    let half = whole.len() as u64 / 2;
    let head =
        [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_LENGTH, whole.len().to_string())];
    let whole = futures_util::stream::iter([Ok(Bytes::from(whole))]);
    (head, Body::from_stream(files::cut(whole, half))).into_response()
}

impl Shared {
    pub(crate) fn reply(&self, task: &Task) -> serde_json::Value {
        let now = Timestamp::now().as_millisecond();
        task.reply(self.options.numbers_as_strings, |file| format!("{}{}", self.address, self.links.sign(file, now)))
    }
}

/// `POST /model/v1/generation`
pub(crate) async fn submit(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    body: Bytes,
) -> Response {
    let fault = shared.options.faults.next_submit();
    match &fault {
        Some(SubmitFault::Status(status)) => return numbered(*status),
        Some(SubmitFault::RateLimited(after)) => return rate_limited(*after),
        Some(SubmitFault::NoBalance) => return error(StatusCode::FORBIDDEN, None, "The balance is too low."),
        Some(SubmitFault::Html) => return html(),
        _ => {}
    }
    let task_fault = if let Some(SubmitFault::Task(fault)) = &fault { Some(fault.clone()) } else { None };
    let accepting = Arc::clone(&shared);
    let accepted = tokio::task::spawn_blocking(move || accept(&accepting, &body, task_fault)).await;
    let task = match accepted {
        Ok(Ok(task)) => task,
        Ok(Err(refused)) => return *refused,
        Err(failed) => {
            tracing::error!(%failed, "a submit to the practice service failed");
            return error(StatusCode::INTERNAL_SERVER_ERROR, Some(ServiceCode::TaskCreation), "The task was not made.");
        }
    };
    let mut reply = shared.reply(&task);
    match fault {
        Some(SubmitFault::LoseReply) => scissors.cut(),
        Some(SubmitFault::Reset) => scissors.reset(),
        Some(SubmitFault::Silence) => std::future::pending().await,
        Some(SubmitFault::CutReply) => return cut_reply(&reply),
        Some(SubmitFault::BrokenJson) => return broken_json(),
        Some(SubmitFault::StatusAfterAccepting(status)) => return numbered(status),
        Some(SubmitFault::NoId) => {
            reply.as_object_mut().map(|reply| reply.remove("id"));
        }
        Some(SubmitFault::Slow(time)) => tokio::time::sleep(time).await,
        _ => {}
    }
    Json(reply).into_response()
}

/// Validates a submit, writes it down and begins with it. Blocks: pictures are hashed and files synced. All of it is
/// done here, and not in [`submit`], because that one ends at once when its caller hangs up: a task that was accepted
/// would then never be rendered.
fn accept(shared: &Arc<Shared>, body: &[u8], fault: Option<crate::TaskFault>) -> Result<Task, Box<Response>> {
    let accepted = validate::read(body, &shared.catalogue)
        .map_err(|refusal| Box::new(error(StatusCode::BAD_REQUEST, Some(refusal.code), &refusal.message)))?;
    let mut request = accepted.request;
    request.seed.get_or_insert_with(rand::random);
    let task = Task {
        id: format!("re{}", hex::encode(rand::random::<[u8; 9]>())),
        created_at: Timestamp::now().as_second(),
        request,
        state: task::State::Queued,
        ended_at: None,
        progress: 0.0,
        failure: None,
        video: None,
        last_frame: None,
        fault,
    };
    let written = accepted
        .pictures
        .iter()
        .try_for_each(|(id, bytes)| shared.store.keep_picture(id, bytes))
        .and_then(|()| shared.store.accept(task.clone(), body));
    match written {
        Ok(()) => {
            runner::start(shared, task.id.clone());
            Ok(task)
        }
        Err(cause) => {
            tracing::error!(%cause, "the practice service cannot write its folder");
            Err(Box::new(error(StatusCode::INTERNAL_SERVER_ERROR, Some(ServiceCode::TaskCreation), &cause.to_string())))
        }
    }
}

/// `GET /model/v1/generation/task/{id}`
pub(crate) async fn poll(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path(id): Path<String>,
) -> Response {
    match shared.options.faults.next_poll() {
        Some(PollFault::Status(status)) => return numbered(status),
        Some(PollFault::RateLimited(after)) => return rate_limited(after),
        Some(PollFault::Html) => return html(),
        Some(PollFault::Gone) => return error(StatusCode::NOT_FOUND, None, "No task has this id."),
        Some(PollFault::LoseReply) => scissors.cut(),
        Some(PollFault::Silence) => std::future::pending().await,
        Some(PollFault::BrokenJson) => return broken_json(),
        None => {}
    }
    match shared.store.task(&id) {
        Some(task) => Json(shared.reply(&task)).into_response(),
        None => error(StatusCode::NOT_FOUND, None, "No task has this id."),
    }
}
