//! How the practice service can be told to misbehave, so that whoever uses it can be tested against
//! bad days. Knows what can go wrong, not how a task is made.
//!
//! A test in the same process holds [`Faults`] and adds to them. Any other program writes a JSON file that the
//! service was told of ([`Faults::follow`]) and looks at before each call:
//!
//! ```json
//! {
//!   "submits": [null, "lose_reply", { "status": 503 }, { "slow": 2.5 }],
//!   "polls": ["html"],
//!   "downloads": [{ "cut_after": 1000 }],
//!   "always": { "submit": { "slow": 0.2 }, "download": { "slow": 200000 } }
//! }
//! ```

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use lastframe_model::ServiceCode;
use serde::{Deserialize, Deserializer};

/// What goes wrong with one submit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubmitFault {
    /// The task is accepted, written down and rendered, but the connection closes without a reply.
    LoseReply,
    /// The task is accepted, then the connection is reset.
    Reset,
    /// The task is accepted, and the connection stays open without a reply.
    Silence,
    /// The task is accepted, but the connection closes in the middle of the reply's body.
    CutReply,
    /// The task is accepted, but the reply is 200 with JSON that does not parse.
    BrokenJson,
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
    /// The reply comes after this time (in a file: seconds).
    Slow(#[serde(deserialize_with = "seconds")] Duration),
    /// Accepted as usual; the task misbehaves later.
    Task(TaskFault),
}

/// What goes wrong with a task that was accepted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskFault {
    /// It fails with this code half way (in a file: its nine digits).
    Fail(#[serde(deserialize_with = "service_code")] ServiceCode),
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
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// The connection stays open without a reply.
    Silence,
    /// 200 with JSON that does not parse.
    BrokenJson,
}

/// What goes wrong with one download.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// Nothing more comes after this many bytes of the body; the connection stays open.
    StallAfter(u64),
    /// A `Range` is answered with 206 and a `Content-Range` one byte further on than was asked.
    WrongRange,
    /// 200 with a body that never ends.
    Endless,
}

/// Faults waiting to happen. Each queue is used up in order, one fault a call; calls beyond it go as is said for
/// all calls, or well. Clones share the queues, so that a test keeps one and adds to it while the service runs.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    queues: Queues,
    file: Option<Followed>,
}

/// A file that says what goes wrong.
#[derive(Debug)]
struct Followed {
    path: PathBuf,
    /// When it was last changed and how long it was, as it was last read.
    seen: Option<(SystemTime, u64)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Queues {
    submits: VecDeque<Option<SubmitFault>>,
    polls: VecDeque<Option<PollFault>>,
    downloads: VecDeque<Option<DownloadFault>>,
    always: Always,
}

/// What goes wrong with every call for which no fault waits.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Always {
    submit: Option<SubmitFault>,
    poll: Option<PollFault>,
    download: Option<DownloadFault>,
}

impl Faults {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next submit goes wrong like this, after those already waiting. `None`: it goes well.
    pub fn submit(&self, fault: impl Into<Option<SubmitFault>>) {
        self.told().queues.submits.push_back(fault.into());
    }

    /// The next poll goes wrong like this, after those already waiting. `None`: it goes well.
    pub fn poll(&self, fault: impl Into<Option<PollFault>>) {
        self.told().queues.polls.push_back(fault.into());
    }

    /// The next download goes wrong like this, after those already waiting. `None`: it goes well.
    pub fn download(&self, fault: impl Into<Option<DownloadFault>>) {
        self.told().queues.downloads.push_back(fault.into());
    }

    /// Everything goes well from now on.
    pub fn clear(&self) {
        self.told().queues = Queues::default();
    }

    /// From now on a JSON file says what goes wrong, in place of what was said before; it is read again whenever
    /// it changes. A file that is not there says nothing, one that cannot be read as faults changes nothing.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, if it is there and cannot be read as faults.
    pub fn follow(&self, path: impl Into<PathBuf>) -> std::io::Result<()> {
        let path = path.into();
        let mut told = self.told();
        let mut file = Followed { path, seen: None };
        let read = file.changed();
        told.file = Some(file);
        if let Some(queues) = read {
            told.queues = queues?;
        }
        Ok(())
    }

    /// What is told now, after a look at the file if there is one.
    fn newest(&self) -> MutexGuard<'_, Told> {
        let mut told = self.told();
        match told.file.as_mut().and_then(Followed::changed) {
            Some(Ok(queues)) => told.queues = queues,
            Some(Err(error)) => tracing::warn!(%error, "the file of faults is left as it was"),
            None => {}
        }
        told
    }

    pub(crate) fn next_submit(&self) -> Option<SubmitFault> {
        let Queues { submits, always, .. } = &mut self.newest().queues;
        submits.pop_front().unwrap_or_else(|| always.submit.clone())
    }

    pub(crate) fn next_poll(&self) -> Option<PollFault> {
        let Queues { polls, always, .. } = &mut self.newest().queues;
        polls.pop_front().unwrap_or_else(|| always.poll.clone())
    }

    pub(crate) fn next_download(&self) -> Option<DownloadFault> {
        let Queues { downloads, always, .. } = &mut self.newest().queues;
        downloads.pop_front().unwrap_or_else(|| always.download.clone())
    }
}

impl Followed {
    /// What the file says, if it is another than it was at the last look.
    fn changed(&mut self) -> Option<std::io::Result<Queues>> {
        let facts = std::fs::metadata(&self.path).ok()?;
        let now = (facts.modified().ok()?, facts.len());
        if self.seen.replace(now) == Some(now) {
            return None;
        }
        Some(read(&self.path))
    }
}

fn read(path: &Path) -> std::io::Result<Queues> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn service_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ServiceCode, D::Error> {
    let digits = String::deserialize(deserializer)?;
    ServiceCode::from_digits(&digits).ok_or_else(|| serde::de::Error::custom(format!("{digits} is no service code")))
}
