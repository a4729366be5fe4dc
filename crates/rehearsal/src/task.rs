//! A task as it is kept: what was asked, where it stands, what came of it.

use lastframe_model::{PriceTable, Request, ServiceCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::TaskFault;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Queued,
    InProgress,
    Completed,
    Failed,
    Expired,
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Artifact {
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex; also its entity tag.
    pub sha256: String,
}

/// A task, as it is kept on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub id: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// What was asked, the seed made concrete.
    pub request: Request,
    pub state: State,
    /// When it ended, in seconds since 1970; not written by older versions.
    #[serde(default)]
    pub ended_at: Option<i64>,
    /// 0 – 1, the share of frames that are rendered.
    #[serde(skip)]
    pub progress: f64,
    /// Nine-digit code and words, when it failed.
    pub failure: Option<(String, String)>,
    pub video: Option<Artifact>,
    pub last_frame: Option<Artifact>,
    /// A fault that a test asked for; forgotten by a restart.
    #[serde(skip)]
    pub fault: Option<TaskFault>,
}

impl Task {
    /// Whether there is still something to do.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Queued | State::InProgress)
    }

    /// When it last got anywhere, in seconds since 1970.
    pub fn last_change(&self) -> i64 {
        self.ended_at.unwrap_or(self.created_at)
    }

    /// When an unfinished task is given up, in seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        self.created_at.saturating_add(i64::from(self.request.expires_after))
    }

    /// Marks it failed with a documented code.
    pub fn fail(&mut self, code: ServiceCode, message: &str) {
        self.state = State::Failed;
        self.failure = Some((code.digits().to_owned(), message.to_owned()));
    }

    /// The reply of the documented shape. `link` signs the path of a result file.
    pub fn reply(&self, numbers_as_strings: bool, link: impl Fn(&str) -> String) -> Value {
        let status = match (self.state, &self.fault) {
            (State::InProgress | State::Queued, Some(TaskFault::StatusWord(word))) => word,
            (State::Queued, _) => "queued",
            (State::InProgress, _) => "in_progress",
            (State::Completed, _) => "completed",
            (State::Failed, _) => "failed",
            (State::Expired, _) => "expired",
        };
        let mut reply = json!({
            "id": self.id,
            "model": self.request.model,
            "created_at": self.created_at,
            "status": status,
            "progress": if self.state == State::Completed { 1.0 } else { self.progress },
            "output": [],
            "metadata": {},
        });
        if let Some((code, message)) = &self.failure {
            reply["error"] = json!({ "code": code, "error_message": message });
        }
        if self.state == State::Completed {
            reply["output"] = json!([{ "content": self.content(numbers_as_strings, link) }]);
            reply["usage"] = self.usage(numbers_as_strings);
        }
        reply
    }

    fn content(&self, numbers_as_strings: bool, link: impl Fn(&str) -> String) -> Vec<Value> {
        let number = |value: f64| {
            if numbers_as_strings { Value::String(value.to_string()) } else { whole_or_not(value) }
        };
        let mut content = Vec::new();
        if let Some(video) = self.video.as_ref().filter(|_| self.fault != Some(TaskFault::NoVideo)) {
            #[expect(clippy::cast_precision_loss, reason = "a file of some megabytes")]
            let size = number(video.bytes as f64);
            content.push(json!({
                "type": "video",
                "url": link(&format!("{}/output.mp4", self.id)),
                "size": size,
                "jobId": format!("cgt-{}", self.id),
                "duration": number(self.request.length.seconds()),
                "format": "mp4",
                "resolution": self.request.resolution.word(),
                "ratio": self.request.ratio.word(),
                "fps": number(24.0),
                "seed": self.request.seed,
            }));
        }
        if self.last_frame.is_some() && self.fault != Some(TaskFault::NoLastFrame) {
            let url = link(&format!("{}/last_frame.png", self.id));
            content.push(json!({ "type": "image", "url": url, "format": "png" }));
        }
        content
    }

    /// What it cost by the documented formula: tokens × price, flex at its share.
    fn usage(&self, numbers_as_strings: bool) -> Value {
        let prices = PriceTable::default();
        let estimate = prices.estimate(&self.request);
        let discount = match self.request.service_tier {
            lastframe_model::ServiceTier::Default => 1.0,
            lastframe_model::ServiceTier::Flex => 0.5,
        };
        json!({
            "cost": estimate.cost.map(|cost| cost.to_string()),
            "discount": if numbers_as_strings { json!(discount.to_string()) } else { json!(discount) },
            "input_tokens": 0,
            "output_tokens": whole_or_not(estimate.tokens),
            "total_tokens": whole_or_not(estimate.tokens),
            "generated_videos": 1,
        })
    }
}

/// A JSON integer where the number is one, as the service writes `5` rather than `5.0`.
fn whole_or_not(value: f64) -> Value {
    if value.fract() == 0.0 && (0.0..9e15).contains(&value) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a small whole number"
        )]
        let whole = value as u64;
        json!(whole)
    } else {
        json!(value)
    }
}
