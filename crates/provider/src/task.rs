//! What the service says about a task, in our own words.

use lastframe_model::{Billed, Failure, TaskId};

use crate::link::Link;

/// Where a task stands at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Waiting or being made; also every status word that is not known.
    InProgress,
    /// Done: `video` is set.
    Completed,
    /// Ended without a video: `failure` is set. Also `completed` without a video URL (003004096).
    Failed,
}

/// One reply about a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The service's id.
    pub id: TaskId,
    /// Where it stands.
    pub status: TaskStatus,
    /// 0 – 1; `None` when the service does not say.
    pub progress: Option<f64>,
    /// The video; always set when `status` is `Completed`.
    pub video: Option<Link>,
    /// Bytes of the video, if the service says so.
    pub video_bytes: Option<u64>,
    /// The last frame as a picture, if the service made one.
    pub last_frame: Option<Link>,
    /// What the service says it billed.
    pub billed: Billed,
    /// Why it failed; always set when `status` is `Failed`.
    pub failure: Option<Failure>,
    /// The whole reply as received, unknown fields included; the queries of its URLs are masked.
    pub reply: String,
}
