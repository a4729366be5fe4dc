//! How the engine stands as a whole: what is said once, in one place, and not on every job.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::Usd;
use crate::job::{Provider, Wait};

/// How the engine stands as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Standing {
    /// The queue is paused: nothing new is sent. What was sent is still followed and fetched.
    pub paused: bool,
    /// Why the program paused it by itself; `None` when the person did, or when it is not paused.
    #[serde(default)]
    pub paused_because: Option<PauseCause>,
    /// Services that cannot be called now, and why: offline, too many requests, a refused key.
    pub services: Vec<Hindrance>,
    /// Why downloads stand still, if they do: the disk is full, the clips folder is gone.
    pub downloads: Option<Wait>,
    /// USD spent in this calendar month: billed, and what open or unknown jobs may cost. Practice costs nothing.
    pub spent_this_month: Usd,
}

/// Why the program paused the queue by itself. The person lets it go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PauseCause {
    /// Of the last jobs sent to a service none was accepted and several may have been: each may have cost something,
    /// and so may the next.
    UnknownOutcomes {
        /// Which service.
        provider: Provider,
        /// How many in a row.
        count: u32,
    },
}

/// A service that cannot be called now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Hindrance {
    /// Which one.
    pub provider: Provider,
    /// Why. Its reason is never about one job.
    pub wait: Wait,
}
