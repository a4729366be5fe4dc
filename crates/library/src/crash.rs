//! Points at which a test lets the program die: one between each two durable writes of a job.
//!
//! A point ends the process by `abort`: nothing is flushed and no destructor runs, as when the power fails. Only
//! a program's start can arm one ([`arm`]), and a release build has neither points nor a way to arm them.

#[cfg(debug_assertions)]
use std::sync::OnceLock;

use lastframe_model::JobState;

macro_rules! points {
    ($($(#[$meta:meta])* $point:ident $name:literal,)*) => {
        /// A moment in the life of a job.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Point {
            $($(#[$meta])* $point,)*
        }

        impl Point {
            /// Every point.
            pub const ALL: &[Self] = &[$(Self::$point,)*];

            /// What it is called from outside.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)*
                }
            }
        }
    };
}

points! {
    /// A new job is committed; nobody has heard of it.
    JobCommitted "job-committed",
    /// The intent of a submit is written, the transaction is open.
    IntentUncommitted "intent-uncommitted",
    /// The intent is committed, the POST has not begun.
    IntentCommitted "intent-committed",
    /// The reply to the POST was read, nothing of it is written down.
    ReplyRead "reply-read",
    /// The task id is written, the transaction is open.
    RunningUncommitted "running-uncommitted",
    /// The task id is committed.
    RunningCommitted "running-committed",
    /// It is written that the submit never left or was turned away, the transaction is open.
    QueuedUncommitted "queued-uncommitted",
    /// It is committed that the job is in the queue again.
    QueuedCommitted "queued-committed",
    /// It is written that the outcome is not known, the transaction is open.
    UnknownUncommitted "unknown-uncommitted",
    /// It is committed that the outcome is not known.
    UnknownCommitted "unknown-committed",
    /// A failure is written, the transaction is open.
    FailedUncommitted "failed-uncommitted",
    /// A failure is committed.
    FailedCommitted "failed-committed",
    /// It is written that the task is completed, the transaction is open.
    DownloadingUncommitted "downloading-uncommitted",
    /// It is committed that the task is completed.
    DownloadingCommitted "downloading-committed",
    /// The video is whole and checked, under the name of a part.
    PartWhole "part-whole",
    /// The part's bytes are on the disk.
    PartSynced "part-synced",
    /// The part has its final name, the folder is not on the disk.
    FileRenamed "file-renamed",
    /// The final name is on the disk, no row says so.
    FilePlaced "file-placed",
    /// A file beside the video is on the disk under a name for the time being.
    BesideSynced "beside-synced",
    /// The last frame is beside the video.
    LastFrameWritten "last-frame-written",
    /// The poster is beside it.
    PosterWritten "poster-written",
    /// The recipe is beside it, there is no row.
    RecipeWritten "recipe-written",
    /// The clip's row is written, the transaction is open.
    DoneUncommitted "done-uncommitted",
    /// The clip's row is committed.
    DoneCommitted "done-committed",
    /// The files of an import have their final names, there are no rows.
    ImportPlaced "import-placed",
    /// The rows of an import are committed, its list still stands.
    ImportEntered "import-entered",
}

impl Point {
    /// Those that only an import comes to.
    pub const OF_IMPORTS: [Self; 2] = [Self::ImportPlaced, Self::ImportEntered];
}

#[cfg(debug_assertions)]
static ARMED: OnceLock<Point> = OnceLock::new();

/// Lets this process die when it comes to the point of that name. Whether there is one.
#[cfg(debug_assertions)]
#[must_use]
pub fn arm(name: &str) -> bool {
    match Point::ALL.iter().find(|point| point.name() == name) {
        Some(point) => ARMED.set(*point).is_ok(),
        None => false,
    }
}

/// Dies here if it was told to.
#[inline]
pub fn reached(point: Point) {
    #[cfg(debug_assertions)]
    if ARMED.get() == Some(&point) {
        std::process::abort();
    }
    let _ = point;
}

/// A job's move is written, the transaction is open.
pub(crate) fn moving(to: JobState) {
    match to {
        JobState::Queued => reached(Point::QueuedUncommitted),
        JobState::Running => reached(Point::RunningUncommitted),
        JobState::Unknown => reached(Point::UnknownUncommitted),
        JobState::Failed => reached(Point::FailedUncommitted),
        JobState::Downloading => reached(Point::DownloadingUncommitted),
        JobState::Done => reached(Point::DoneUncommitted),
        // Its intent is not written yet: `IntentUncommitted`. Nothing is paid for by a cancellation.
        JobState::Submitting | JobState::Canceled => {}
    }
}

/// A job's move is committed.
pub(crate) fn moved(to: JobState) {
    match to {
        JobState::Queued => reached(Point::QueuedCommitted),
        JobState::Submitting => reached(Point::IntentCommitted),
        JobState::Running => reached(Point::RunningCommitted),
        JobState::Unknown => reached(Point::UnknownCommitted),
        JobState::Failed => reached(Point::FailedCommitted),
        JobState::Downloading => reached(Point::DownloadingCommitted),
        JobState::Done => reached(Point::DoneCommitted),
        JobState::Canceled => {}
    }
}
