//! How long to wait before asking again: growing, bounded, and never in step with others.

use std::time::Duration;

use lastframe_model::{Job, Provider};
use rand::Rng;

/// The wait after `tries` failures in a row (1 = the first): `first`, doubled each time, at most `most`,
/// a tenth more or less at random.
pub(crate) fn growing(tries: u32, first: Duration, most: Duration) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1).min(20)));
    jitter(doubled.min(most))
}

/// A tenth more or less, so that many jobs do not ask in the same instant.
fn jitter(time: Duration) -> Duration {
    time.mul_f64(rand::rng().random_range(0.9..1.1))
}

/// The wait between two polls of a task that is in progress, by how long ago it was submitted: quick at first,
/// every five seconds later. The practice service is on this computer and may be asked more often.
pub(crate) fn pace(job: &Job, now: jiff::Timestamp) -> Duration {
    let age = job.submitted_at.map_or(0, |sent| now.duration_since(sent).as_secs());
    let pause = match age {
        _ if job.provider == Provider::Rehearsal => 500,
        ..15 => 1_000,
        15..60 => 2_000,
        60..300 => 3_000,
        _ => 5_000,
    };
    jitter(Duration::from_millis(pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_growing() {
        let (first, most) = (Duration::from_secs(1), Duration::from_mins(1));
        let near = |time: Duration, seconds: f64| (0.89..1.11).contains(&(time.as_secs_f64() / seconds));
        assert!(near(growing(1, first, most), 1.0));
        assert!(near(growing(2, first, most), 2.0));
        assert!(near(growing(4, first, most), 8.0));
        for tries in [7, 30, u32::MAX] {
            assert!(near(growing(tries, first, most), 60.0), "{tries} tries must neither overflow nor stop asking");
        }
    }
}
