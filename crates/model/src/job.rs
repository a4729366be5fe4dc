//! One paid attempt at a request, from "queued" to its end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::Estimate;
use crate::error::Field;
use crate::ids::{ClipId, JobId, TaskId};
use crate::request::Request;

/// Which service a job belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Provider {
    /// The practice service in this app: no key, no money.
    Rehearsal,
    /// A hosted service, by its base address.
    Service {
        /// E.g. `https://cloud.vtrix.ai`, without a trailing slash.
        address: String,
    },
    /// A file that was brought in: who made it is not known to this library. Its job was never sent and is owed nothing.
    Imported,
}

impl Provider {
    /// Whether costs are pretended.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        matches!(self, Self::Rehearsal)
    }

    /// Whether this library paid for what it made: neither a rehearsal nor a file that was brought in.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        matches!(self, Self::Service { .. })
    }
}

/// Where a job stands. It moves only by compare-and-set in the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Written down, not yet sent.
    Queued,
    /// The intent is committed; the POST may be on its way.
    Submitting,
    /// The service has it; `task_id` is set.
    Running,
    /// The task completed; its video is being fetched.
    Downloading,
    /// The clip is in the library.
    Done,
    /// It ended without a clip; `failure` says why.
    Failed,
    /// The reply to the submit was lost: it may or may not have been accepted. The person decides.
    Unknown,
    /// The person stopped following it. The service cannot cancel and may still bill it.
    Canceled,
}

impl JobState {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Submitting,
        Self::Running,
        Self::Downloading,
        Self::Done,
        Self::Failed,
        Self::Unknown,
        Self::Canceled,
    ];

    /// The word used in the database and in `data-state`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Running => "running",
            Self::Downloading => "downloading",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Canceled => "canceled",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the engine still has something to do for it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Submitting | Self::Running | Self::Downloading)
    }

    /// Whether a job may move from `self` to `next`. The library refuses every other move.
    ///
    /// `Unknown` leaves only by the person's word: adopted (running), not sent (failed), dismissed
    /// (canceled). Nothing ever returns to `Queued` but a submit that provably never left.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        use JobState::{Canceled, Done, Downloading, Failed, Queued, Running, Submitting, Unknown};
        matches!(
            (self, next),
            (Queued, Submitting | Canceled | Failed)
                | (Submitting, Queued | Running | Failed | Unknown)
                | (Running, Downloading | Failed | Canceled)
                | (Downloading, Running | Done | Failed | Canceled)
                | (Unknown, Running | Failed | Canceled)
                | (Failed, Running | Canceled)
        )
    }
}

/// Why a job ended without a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The service refused a value; `field` says which.
    InvalidRequest,
    /// 401: the key is missing or wrong.
    KeyRefused,
    /// 403: balance too low, or no permission.
    BalanceOrPermission,
    /// Any other refusal of the submit.
    Refused,
    /// The task failed at the service; not billed.
    TaskFailed,
    /// The task expired before it was finished.
    Expired,
    /// The task completed but its reply had no video (003004096).
    NoVideo,
    /// The service no longer knows the task.
    TaskGone,
    /// The person said that it was not sent.
    NotSent,
    /// A picture of the request is no longer in the library.
    ImageMissing,
}

/// How a job failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Failure {
    /// What it means.
    pub code: FailureCode,
    /// The service's own reason, or ours, in English; masked.
    pub message: String,
    /// The service's nine-digit code, if it gave one.
    pub service_code: Option<String>,
    /// The field it belongs to.
    pub field: Option<Field>,
    /// The reply as received, masked and cut to 4,000 characters.
    pub reply: Option<String>,
}

/// Why an open job is not moving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// No key for its service.
    NoKey,
    /// The practice service does not run.
    NoRehearsal,
    /// The key was refused; it waits for another one.
    KeyRefused,
    /// The service cannot be reached.
    Offline,
    /// 429: too many requests.
    RateLimited,
    /// The service answers with errors.
    ServiceTrouble,
    /// The disk is full.
    DiskFull,
    /// The clips folder cannot be written.
    FolderGone,
    /// What arrived was not a whole video; it is fetched again.
    BadDownload,
}

/// A wait, shown on the job's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Wait {
    /// Why.
    pub reason: WaitReason,
    /// Details in English; masked.
    pub message: String,
    /// What the service replied, masked and cut to 4,000 characters, if it replied at all.
    #[serde(default)]
    pub reply: Option<String>,
}

impl Wait {
    /// A wait without a reply.
    pub fn new(reason: WaitReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), reply: None }
    }
}

/// What the person says about a job whose submit has an unknown outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// It was accepted under this task id, which is looked up and adopted.
    Task {
        /// The service's id.
        id: TaskId,
    },
    /// It was not sent: nothing is owed.
    NotSent,
}

/// A job as the window and the command line see it: always the whole snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What was asked for, the seed made concrete.
    pub request: Request,
    /// The service it goes to.
    pub provider: Provider,
    /// Where it stands.
    pub state: JobState,
    /// The service's id, once known.
    pub task_id: Option<TaskId>,
    /// 0 – 1 of the task, or of the download while downloading; `None` when the service does not say.
    pub progress: Option<f64>,
    /// What it was expected to cost when the button was pressed.
    pub estimate: Estimate,
    /// Why it ended without a clip.
    pub failure: Option<Failure>,
    /// Why it is not moving.
    pub wait: Option<Wait>,
    /// The clip it became.
    pub clip: Option<ClipId>,
    /// When the button was pressed.
    pub created_at: Timestamp,
    /// When the submit was sent.
    pub submitted_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Whether the person has put its card away (failed, unknown and canceled jobs).
    pub dismissed: bool,
    /// Where it stands in the queue: lower goes first. Only meaningful against other queued jobs.
    pub position: f64,
    /// Counts the changes of the row. A snapshot with a lower number than one already seen is old.
    pub revision: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for state in JobState::ALL {
            assert_eq!(JobState::from_word(state.word()), Some(state));
            let json = serde_json::to_string(&state).unwrap();
            assert_eq!(json, format!("\"{}\"", state.word()), "the database and the window use one word");
        }
    }

    #[test]
    fn nothing_leads_back_to_a_second_submit() {
        let after_sending = [
            JobState::Running,
            JobState::Downloading,
            JobState::Done,
            JobState::Failed,
            JobState::Unknown,
            JobState::Canceled,
        ];
        for state in after_sending {
            assert!(!state.may_become(JobState::Queued), "{state:?} → queued would pay twice");
            assert!(!state.may_become(JobState::Submitting), "{state:?} → submitting would pay twice");
        }
    }
}
