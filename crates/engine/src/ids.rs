//! Ids of jobs and storyboards: UUID version 7, made from the engine's clock, each greater than the one before it.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use lastframe_model::{JobId, StoryboardId};
use uuid::{ContextV7, Uuid};

/// Makes ids.
pub(crate) struct Ids {
    /// Counts within a millisecond, so that jobs made together keep their order.
    context: Mutex<ContextV7>,
}

impl Ids {
    pub(crate) fn new() -> Self {
        Self { context: Mutex::new(ContextV7::new()) }
    }

    pub(crate) fn job(&self, now: Timestamp) -> JobId {
        JobId::new(self.next(now))
    }

    pub(crate) fn storyboard(&self, now: Timestamp) -> StoryboardId {
        StoryboardId::new(self.next(now))
    }

    fn next(&self, now: Timestamp) -> String {
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
        let time = uuid::Timestamp::from_unix(&*context, seconds, nanoseconds);
        Uuid::new_v7(time).hyphenated().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_made_in_one_instant_sort_in_the_order_they_were_made() {
        let ids = Ids::new();
        let now: Timestamp = "2026-11-22T10:00:00.123456789Z".parse().unwrap();
        let made: Vec<JobId> = (0..100).map(|_| ids.job(now)).collect();
        assert!(made.is_sorted(), "the queue is ordered by id");
        assert!(lastframe_model::ids::is_plain(made[0].as_str()), "ids become file names");
    }
}
