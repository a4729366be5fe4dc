//! How the practice service can be told to misbehave, so that whoever uses it can be tested against
//! bad days. Knows what can go wrong, not how a task is made.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lastframe_model::ServiceCode;

/// What goes wrong with one submit.
#[derive(Clone, Debug, PartialEq)]
pub enum SubmitFault {
    /// The task is accepted, written down and rendered, but the connection closes without a reply.
    LoseReply,
    /// Refused with this status before anything is written down, e.g. 500 or 503.
    Status(u16),
    /// The task is accepted, but the reply is this status: the client cannot know.
    StatusAfterAccepting(u16),
    /// 429, with `Retry-After` in seconds when given.
    RateLimited(Option<u64>),
    /// 403: balance too low.
    NoBalance,
    /// 200 with a page of HTML.
    Html,
    /// 200 with a task reply without an id.
    NoId,
    /// The reply comes after this time.
    Slow(Duration),
    /// Accepted as usual; the task misbehaves later.
    Task(TaskFault),
}

/// What goes wrong with a task that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskFault {
    /// It fails with this code half way.
    Fail(ServiceCode),
    /// It completes without a video in its reply.
    NoVideo,
    /// It completes without a last frame although one was asked for.
    NoLastFrame,
    /// While it is in progress its status is this word.
    StatusWord(String),
    /// It says that it has expired.
    Expire,
}

/// What goes wrong with one poll.
#[derive(Clone, Debug, PartialEq)]
pub enum PollFault {
    /// Answered with this status, e.g. 500.
    Status(u16),
    /// 429, with `Retry-After` in seconds when given.
    RateLimited(Option<u64>),
    /// 200 with a page of HTML.
    Html,
    /// 404, as if the task had never been.
    Gone,
    /// The connection closes without a reply.
    LoseReply,
}

/// What goes wrong with one download.
#[derive(Clone, Debug, PartialEq)]
pub enum DownloadFault {
    /// 403, as if the link had expired.
    Expired,
    /// Answered with this status.
    Status(u16),
    /// The connection closes after this many bytes of the body.
    CutAfter(u64),
    /// The body comes at about this many bytes a second.
    Slow(u64),
    /// 200 with a page of HTML.
    Html,
    /// `Range` is ignored: the whole file with 200.
    IgnoreRange,
}

/// Faults waiting to happen. Each queue is used up in order, one fault a call; calls beyond it go well.
/// Clones share the queues, so that a test keeps one and adds to it while the service runs.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Queues>>);

#[derive(Debug, Default)]
struct Queues {
    submits: VecDeque<Option<SubmitFault>>,
    polls: VecDeque<Option<PollFault>>,
    downloads: VecDeque<Option<DownloadFault>>,
}

impl Faults {
    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next submit goes wrong like this, after those already waiting. `None`: it goes well.
    pub fn submit(&self, fault: impl Into<Option<SubmitFault>>) {
        self.queues().submits.push_back(fault.into());
    }

    /// The next poll goes wrong like this, after those already waiting. `None`: it goes well.
    pub fn poll(&self, fault: impl Into<Option<PollFault>>) {
        self.queues().polls.push_back(fault.into());
    }

    /// The next download goes wrong like this, after those already waiting. `None`: it goes well.
    pub fn download(&self, fault: impl Into<Option<DownloadFault>>) {
        self.queues().downloads.push_back(fault.into());
    }

    /// Everything goes well from now on.
    pub fn clear(&self) {
        *self.queues() = Queues::default();
    }

    pub(crate) fn next_submit(&self) -> Option<SubmitFault> {
        self.queues().submits.pop_front().flatten()
    }

    pub(crate) fn next_poll(&self) -> Option<PollFault> {
        self.queues().polls.pop_front().flatten()
    }

    pub(crate) fn next_download(&self) -> Option<DownloadFault> {
        self.queues().downloads.pop_front().flatten()
    }
}
