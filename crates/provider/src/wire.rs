//! The service's JSON, read as forgivingly as its contract asks: a field of the wrong shape is an absent field, an
//! unknown field is nobody's problem. Nothing here decides what a reply means for a job; that is `classify`.

use lastframe_model::{Billed, ServiceCode, TaskId, Usd};
use serde::Deserialize;
use serde_json::Value;

use crate::link::Link;
use crate::task::TaskStatus;

/// A reply of the service: of a task, or of an error. Every field is raw, since several have more than one shape.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reply {
    id: Value,
    status: Value,
    progress: Value,
    output: Value,
    usage: Value,
    error: Value,
    code: Value,
    message: Value,
    error_message: Value,
    last_frame_url: Value,
}

/// The service's own reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reason {
    /// Nine digits where the service sent a number; another word as it came.
    pub code: Option<String>,
    /// Its words.
    pub message: Option<String>,
}

impl Reason {
    /// The documented meaning of its code.
    pub(crate) fn documented(&self) -> Option<ServiceCode> {
        ServiceCode::from_digits(self.code.as_deref()?)
    }
}

/// What a status word says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StatusWord {
    /// Absent.
    None,
    /// One of the documented words; `expired` and `cancelled` are told apart from other failures.
    Known(TaskStatus, &'static str),
    /// A word from the future.
    Unknown(String),
}

/// Every status word of the contract, and the one-l spelling of `cancelled`.
const STATUS_WORDS: [(&str, TaskStatus); 11] = [
    ("in_progress", TaskStatus::InProgress),
    ("pending", TaskStatus::InProgress),
    ("queued", TaskStatus::InProgress),
    ("processing", TaskStatus::InProgress),
    ("running", TaskStatus::InProgress),
    ("completed", TaskStatus::Completed),
    ("succeeded", TaskStatus::Completed),
    ("failed", TaskStatus::Failed),
    ("cancelled", TaskStatus::Failed),
    ("canceled", TaskStatus::Failed),
    ("expired", TaskStatus::Failed),
];

impl Reply {
    /// The reply in this JSON; `None` unless it is an object.
    pub(crate) fn of(json: &Value) -> Option<Self> {
        if !json.is_object() {
            return None;
        }
        Self::deserialize(json).ok()
    }

    /// The task's id, a string or a number.
    pub(crate) fn id(&self) -> Option<TaskId> {
        text(&self.id).map(TaskId::new)
    }

    pub(crate) fn status(&self) -> StatusWord {
        let Some(word) = self.status.as_str().map(|word| word.trim().to_ascii_lowercase()) else {
            return StatusWord::None;
        };
        match STATUS_WORDS.iter().find(|row| row.0 == word) {
            Some((word, status)) => StatusWord::Known(*status, word),
            None => StatusWord::Unknown(word),
        }
    }

    /// 0 – 1, from 0 – 1 or 0 – 100.
    pub(crate) fn progress(&self) -> Option<f64> {
        let progress = number(&self.progress)?;
        let share = if progress > 1.0 { progress / 100.0 } else { progress };
        Some(share.clamp(0.0, 1.0))
    }

    /// The first video of the output.
    pub(crate) fn video(&self) -> Option<Link> {
        self.video_item().and_then(item_url)
    }

    /// How many bytes that video has.
    pub(crate) fn video_bytes(&self) -> Option<u64> {
        let bytes = number(&self.video_item()?["size"])?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in this range")]
        (bytes.fract() == 0.0 && (1.0..9e15).contains(&bytes)).then_some(bytes as u64)
    }

    fn video_item(&self) -> Option<&Value> {
        self.contents().find(|item| is_type(item, &["video", "video_url"]))
    }

    /// The last frame: an image beside the video, or a `last_frame_url` at any level.
    pub(crate) fn last_frame(&self) -> Option<Link> {
        let image = |kinds: &'static [&'static str]| {
            self.contents().filter(move |item| is_type(item, kinds)).find_map(item_url)
        };
        image(&["last_frame"])
            .or_else(|| image(&["image", "image_url"]))
            .or_else(|| self.contents().find_map(|item| link(&item["last_frame_url"])))
            .or_else(|| self.outputs().find_map(|output| link(&output["last_frame_url"])))
            .or_else(|| link(&self.last_frame_url))
    }

    /// What the service says it billed.
    pub(crate) fn billed(&self) -> Billed {
        let tokens = ["total_tokens", "output_tokens"].into_iter().find_map(|name| number(&self.usage[name]));
        Billed {
            cost: amount(&self.usage["cost"]),
            discount: amount(&self.usage["discount"]),
            tokens: tokens.filter(|tokens| *tokens >= 0.0),
        }
    }

    /// The reason in `error`, or beside it in `message`, `error_message` and `code`.
    pub(crate) fn reason(&self) -> Reason {
        let mut reason = match &self.error {
            Value::Object(error) => {
                let field = |name: &str| error.get(name).and_then(text);
                Reason {
                    code: error.get("code").and_then(code),
                    message: field("error_message").or_else(|| field("message")),
                }
            }
            Value::String(words) => Reason { code: leading_code(words), message: text(&self.error) },
            Value::Number(_) => Reason { code: code(&self.error), message: None },
            _ => Reason::default(),
        };
        // A bare top-level `code` is often only the HTTP status again: it counts if it is a documented one.
        reason.code = reason.code.or_else(|| code(&self.code).filter(|code| ServiceCode::from_digits(code).is_some()));
        reason.message = reason.message.or_else(|| text(&self.message)).or_else(|| text(&self.error_message));
        reason
    }

    /// Whether `error` says anything.
    pub(crate) fn has_error(&self) -> bool {
        match &self.error {
            Value::Object(error) => !error.is_empty(),
            Value::String(words) => !words.trim().is_empty(),
            Value::Number(_) => true,
            _ => false,
        }
    }

    /// Whether this is anything of the documented contract at all, rather than some other server's JSON.
    pub(crate) fn is_documented(&self) -> bool {
        self.has_error() || text(&self.message).is_some() || self.id().is_some() || self.status.is_string()
    }

    fn outputs(&self) -> impl Iterator<Item = &Value> {
        one_or_many(&self.output)
    }

    fn contents(&self) -> impl Iterator<Item = &Value> {
        self.outputs().flat_map(|output| one_or_many(&output["content"]))
    }
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

fn is_type(item: &Value, kinds: &[&str]) -> bool {
    item["type"].as_str().is_some_and(|kind| kinds.contains(&kind.trim().to_ascii_lowercase().as_str()))
}

/// The item's `url`, or the one under its own type's name, as content items of a request have it.
fn item_url(item: &Value) -> Option<Link> {
    let nested =
        ["video_url", "image_url"].into_iter().find_map(|name| link(&item[name]).or_else(|| link(&item[name]["url"])));
    link(&item["url"]).or(nested)
}

fn link(value: &Value) -> Option<Link> {
    Link::parse(value.as_str()?)
}

/// A text that says something, from a string or a number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A finite number, from a number or a numeric string.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().trim_end_matches('%').parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// An amount, from a number or a numeric string, with the very digits that were sent.
fn amount(value: &Value) -> Option<Usd> {
    text(value)?.parse().ok()
}

/// An error code: nine digits where it is a number, since leading zeros are lost on the way.
fn code(value: &Value) -> Option<String> {
    let code = text(value)?;
    let numeric = code.bytes().all(|byte| byte.is_ascii_digit());
    Some(if numeric { format!("{code:0>9}") } else { code })
}

/// A documented code at the start of an error that is one string, such as `003004005: invalid duration`.
fn leading_code(words: &str) -> Option<String> {
    let digits: String = words.trim_start().chars().take_while(char::is_ascii_digit).collect();
    (digits.len() >= 7).then(|| ServiceCode::from_digits(&digits)).flatten().map(|code| code.digits().to_owned())
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
