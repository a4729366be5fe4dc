//! What each failure means, decided in one place.
//!
//! The service has no idempotency key and no list of tasks, so that the one question that matters about a submit is
//! whether it can have been accepted. `NotSent` is said only of what provably never left this computer; everything that
//! is neither an acceptance nor a documented refusal is `Unknown`, and the person decides.

use std::time::Duration;

use lastframe_model::{Failure, FailureCode, ServiceCode, TaskId};
use reqwest::StatusCode;
use serde_json::Value;

use crate::masked::{KEPT_CHARACTERS, Mask, cut};
use crate::task::{Task, TaskStatus};
use crate::wire::{Reason, Reply, StatusWord};

/// How a submit ended without a task. All texts are masked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubmitError {
    /// The name could not be resolved, or no connection (or no TLS session) came about: the body never left.
    #[error("{message}")]
    NotSent {
        /// What happened.
        message: String,
    },
    /// 401: the key is missing or wrong. Nothing was accepted.
    #[error("{message}")]
    KeyRefused {
        /// The service's words.
        message: String,
    },
    /// 403: balance too low, or no permission. Nothing was accepted.
    #[error("{}", .failure.message)]
    BalanceOrPermission {
        /// Ready for the job's row.
        failure: Failure,
    },
    /// 429: too many requests. Nothing was accepted.
    #[error("{message}")]
    RateLimited {
        /// How long the service asks to wait, if it says so.
        retry_after: Option<Duration>,
        /// The service's words.
        message: String,
    },
    /// Any other refusal: a 4xx, or a reply without a task that carries a documented code of a refused value.
    #[error("{}", .failure.message)]
    Refused {
        /// Ready for the job's row.
        failure: Failure,
    },
    /// It may or may not have been accepted: never send it again unasked.
    #[error("{message}")]
    Unknown {
        /// What happened.
        message: String,
        /// What arrived, masked and cut to 4,000 characters.
        reply: Option<String>,
    },
}

/// Why a poll brought no news. Polling again is always safe. All texts are masked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// The service could not be reached, or went silent.
    #[error("{message}")]
    Offline {
        /// What happened.
        message: String,
    },
    /// 401.
    #[error("{message}")]
    KeyRefused {
        /// The service's words.
        message: String,
    },
    /// 429.
    #[error("{message}")]
    RateLimited {
        /// How long the service asks to wait, if it says so.
        retry_after: Option<Duration>,
        /// The service's words.
        message: String,
    },
    /// 404 or 410 in the service's own words: it does not know the task.
    #[error("{message}")]
    Gone {
        /// The service's words.
        message: String,
    },
    /// Anything else: 5xx, another server's page, an unreadable reply. Poll again.
    #[error("{message}")]
    Trouble {
        /// What happened.
        message: String,
    },
}

/// Why a key could not be found good. All texts are masked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// 401: the service does not accept the key.
    #[error("{message}")]
    KeyRefused {
        /// The service's words.
        message: String,
    },
    /// The service could not be reached.
    #[error("{message}")]
    Offline {
        /// What happened.
        message: String,
    },
    /// Something answered, but not as the service does.
    #[error("{message}")]
    Trouble {
        /// What happened.
        message: String,
    },
}

/// An exchange that brought no readable answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// No connection came about.
    BeforeSending(String),
    /// The connection stood: what was sent may have arrived.
    AfterSending(String),
}

impl Lost {
    /// What an error of the transport says. Connections are never reused (see `client`), therefore a connect error
    /// is one of this very exchange: nothing of it was sent.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        let cause = root_cause(error);
        if error.is_connect() {
            let what = if error.is_dns() { "its name could not be resolved" } else { "no connection could be made" };
            Self::BeforeSending(format!("The service cannot be reached: {what} ({cause})."))
        } else if error.is_timeout() {
            Self::AfterSending("The service did not answer in time.".to_owned())
        } else {
            Self::AfterSending(format!("The connection to the service was lost ({cause})."))
        }
    }

    fn message(self) -> String {
        match self {
            Self::BeforeSending(message) | Self::AfterSending(message) => message,
        }
    }
}

/// The innermost reason of an error, which names neither URL nor header.
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cut(&cause.to_string(), 200)
}

/// An answer of the service, or of whatever stands at its address.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    /// From `Retry-After`.
    pub retry_after: Option<Duration>,
    /// As received, not masked.
    pub body: String,
}

impl Answer {
    fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}

/// An answer read once, with what every classification asks of it.
struct Read<'a> {
    answer: &'a Answer,
    mask: Mask<'a>,
    json: Option<Value>,
    reply: Option<Reply>,
    reason: Reason,
}

impl<'a> Read<'a> {
    fn of(answer: &'a Answer, mask: Mask<'a>) -> Self {
        let json = answer.json();
        let reply = json.as_ref().and_then(Reply::of);
        let mut reason = reply.as_ref().map(Reply::reason).unwrap_or_default();
        reason.message = reason.message.map(|words| mask.words(&words));
        reason.code = reason.code.map(|code| mask.words(&code));
        Self { answer, mask, json, reply, reason }
    }

    fn kept(&self) -> String {
        self.mask.reply(&self.answer.body, self.json.as_ref())
    }

    /// The service's words, or its code's meaning, or ours, with the HTTP status.
    fn message(&self, ours: &str) -> String {
        let status = self.answer.status.as_u16();
        let meaning = self.reason.documented().map(ServiceCode::meaning);
        match (self.reason.message.as_deref(), meaning) {
            (Some(words), _) => format!("{ours} ({status}): {words}"),
            (None, Some(meaning)) => format!("{ours} ({status}): {meaning}"),
            (None, None) => format!("{ours} ({status})."),
        }
    }

    fn failure(&self, code: FailureCode, message: String) -> Failure {
        let documented = self.reason.documented();
        Failure {
            code: match documented.and_then(ServiceCode::field) {
                Some(_) if code == FailureCode::Refused => FailureCode::InvalidRequest,
                _ => code,
            },
            message,
            service_code: self.reason.code.clone(),
            field: documented.and_then(ServiceCode::field),
            reply: Some(cut(&self.kept(), KEPT_CHARACTERS)),
        }
    }

    fn refused_value(&self) -> bool {
        self.reason.documented().is_some_and(|code| code.field().is_some() || code == ServiceCode::TaskCreation)
    }
}

/// What the reply to a submit means.
pub(crate) fn submit(outcome: Result<Answer, Lost>, mask: Mask<'_>) -> Result<Task, SubmitError> {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(Lost::BeforeSending(message)) => return Err(SubmitError::NotSent { message }),
        Err(Lost::AfterSending(message)) => return Err(SubmitError::Unknown { message, reply: None }),
    };
    let read = Read::of(&answer, mask);
    let unknown = |message: String| {
        let reply = Some(cut(&read.kept(), KEPT_CHARACTERS)).filter(|reply| !reply.is_empty());
        Err(SubmitError::Unknown { message, reply })
    };
    match answer.status.as_u16() {
        200..=299 => match read.reply.as_ref().and_then(Reply::id) {
            // An id is kept, logged and shown; the key is none of these.
            Some(id) if mask.is_in(id.as_str()) => {
                unknown("The service answered with the key for a task id.".to_owned())
            }
            Some(id) => Ok(task(&read, id)),
            None if read.refused_value() => {
                let message = read.message("The service refused the request");
                Err(SubmitError::Refused { failure: read.failure(FailureCode::Refused, message) })
            }
            None => unknown(read.message("The service answered without a task id")),
        },
        401 => Err(SubmitError::KeyRefused { message: read.message("The service does not accept the key") }),
        403 => {
            let message = read.message("The balance is too low, or the key has no permission");
            Err(SubmitError::BalanceOrPermission { failure: read.failure(FailureCode::BalanceOrPermission, message) })
        }
        429 => Err(SubmitError::RateLimited {
            retry_after: answer.retry_after,
            message: read.message("The service asks to slow down"),
        }),
        // A gateway gave up waiting: what stands behind it may have the request.
        408 | 499 => unknown(read.message("The service did not answer in time")),
        300..=399 => unknown(read.message("The service address redirects elsewhere; check it in Settings")),
        400..=499 => {
            let message = read.message("The service refused the request");
            Err(SubmitError::Refused { failure: read.failure(FailureCode::Refused, message) })
        }
        _ if read.refused_value() => {
            let message = read.message("The service refused the request");
            Err(SubmitError::Refused { failure: read.failure(FailureCode::Refused, message) })
        }
        _ => unknown(read.message("The service answered with an error")),
    }
}

/// What the reply to a poll of `id` means.
pub(crate) fn poll(outcome: Result<Answer, Lost>, id: &TaskId, mask: Mask<'_>) -> Result<Task, PollError> {
    let answer = outcome.map_err(|lost| PollError::Offline { message: lost.message() })?;
    let read = Read::of(&answer, mask);
    match answer.status.as_u16() {
        200..=299 => match &read.reply {
            // An error on its own is trouble with the question; a task has an id or a status.
            Some(reply) if reply.id().is_some() || reply.status() != StatusWord::None => Ok(task(&read, id.clone())),
            Some(reply) if reply.has_error() => {
                Err(PollError::Trouble { message: read.message("The service could not say how the task stands") })
            }
            _ => Err(PollError::Trouble { message: read.message("The service's answer cannot be read") }),
        },
        401 => Err(PollError::KeyRefused { message: read.message("The service does not accept the key") }),
        429 => Err(PollError::RateLimited {
            retry_after: answer.retry_after,
            message: read.message("The service asks to slow down"),
        }),
        // Some proxy's HTML page must not end a job that was paid for.
        404 | 410 if read.reply.is_some() || answer.body.trim().is_empty() => {
            Err(PollError::Gone { message: read.message("The service does not know the task") })
        }
        _ => Err(PollError::Trouble { message: read.message("The service answered with an error") }),
    }
}

/// What the reply to a poll of a task that cannot exist says about the key.
pub(crate) fn check(outcome: Result<Answer, Lost>, mask: Mask<'_>) -> Result<(), CheckError> {
    let answer = outcome.map_err(|lost| CheckError::Offline { message: lost.message() })?;
    let read = Read::of(&answer, mask);
    let documented = read.reply.as_ref().is_some_and(Reply::is_documented);
    match answer.status.as_u16() {
        401 => Err(CheckError::KeyRefused { message: read.message("The service does not accept the key") }),
        429 => Err(CheckError::Trouble { message: read.message("The service asks to slow down; check again later") }),
        // Whoever says that a task is unknown has let the key pass.
        404 if answer.body.trim().is_empty() => Ok(()),
        200..=299 | 400..=499 if documented => Ok(()),
        200..=499 => Err(CheckError::Trouble {
            message: read.message("What answers at the service address is not the video service"),
        }),
        _ => Err(CheckError::Trouble { message: read.message("The service answered with an error") }),
    }
}

fn task(read: &Read<'_>, id: TaskId) -> Task {
    let empty = Reply::default();
    let reply = read.reply.as_ref().unwrap_or(&empty);
    let word = reply.status();
    let video = reply.video();
    let (status, failure) = match word {
        StatusWord::Known(TaskStatus::Failed, word) => (TaskStatus::Failed, Some(task_failure(read, word))),
        StatusWord::None if reply.has_error() => (TaskStatus::Failed, Some(task_failure(read, "failed"))),
        StatusWord::Known(TaskStatus::Completed, _) if video.is_none() => (TaskStatus::Failed, Some(no_video(read))),
        StatusWord::Known(status, _) => (status, None),
        StatusWord::None | StatusWord::Unknown(_) => (TaskStatus::InProgress, None),
    };
    Task {
        id,
        status,
        progress: reply.progress(),
        video,
        video_bytes: reply.video_bytes(),
        last_frame: reply.last_frame(),
        billed: reply.billed(),
        failure,
        reply: read.kept(),
    }
}

fn task_failure(read: &Read<'_>, word: &str) -> Failure {
    let meaning = read.reason.documented().map(ServiceCode::meaning);
    let said = read.reason.message.as_deref().or(meaning);
    let (code, ours) = match word {
        "expired" => (FailureCode::Expired, "The task expired before it was finished"),
        "cancelled" | "canceled" => (FailureCode::TaskFailed, "The service cancelled the task"),
        _ => (FailureCode::TaskFailed, "The task failed at the service"),
    };
    let mut failure = read.failure(code, said.map_or_else(|| format!("{ours}."), |said| format!("{ours}: {said}")));
    if code == FailureCode::TaskFailed && failure.field.is_some() {
        failure.code = FailureCode::InvalidRequest;
    }
    failure
}

fn no_video(read: &Read<'_>) -> Failure {
    let message = "The task completed, but its reply holds no video.".to_owned();
    Failure {
        service_code: Some(ServiceCode::ResultParsing.digits().to_owned()),
        field: None,
        ..read.failure(FailureCode::NoVideo, message)
    }
}

/// How many bytes the video has, by a reply that was kept ([`Task::reply`]).
#[must_use]
pub fn video_bytes(kept: &str) -> Option<u64> {
    Reply::of(&serde_json::from_str(kept).ok()?)?.video_bytes()
}

/// The status word of an answer, if it is none of the documented ones, and harmless to log.
pub(crate) fn new_status_word(answer: &Answer, mask: Mask<'_>) -> Option<String> {
    match Reply::of(&answer.json()?)?.status() {
        StatusWord::Unknown(word) => (!mask.is_in(&word)).then(|| cut(&word, 40)),
        StatusWord::None | StatusWord::Known(..) => None,
    }
}
