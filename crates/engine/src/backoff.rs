//! How long to wait before asking again: growing, bounded, and never in step with others.

use std::time::Duration;

use lastframe_model::Job;
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

/// The same with full jitter: anything from nothing to that wait. For what many do at once, and what a bucket of
/// tokens bounds in any case.
pub(crate) fn full(tries: u32, first: Duration, most: Duration) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1).min(20)));
    doubled.min(most).mul_f64(rand::rng().random_range(0.0..1.0))
}

/// The wait before a task that took its word back is asked about again. The practice service is on this computer.
pub(crate) fn pace(job: &Job, _now: jiff::Timestamp) -> Duration {
    jitter(if job.provider.is_rehearsal() { Duration::from_millis(500) } else { Duration::from_secs(5) })
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

    #[test]
    fn full_jitter_uses_the_whole_range() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(30));
        let waits: Vec<f64> = (0..1_000).map(|_| full(40, first, most).as_secs_f64()).collect();
        let mean = waits.iter().sum::<f64>() / 1_000.0;
        assert!(waits.iter().all(|wait| (0.0..30.0).contains(wait)) && (13.0..17.0).contains(&mean), "{mean}");
        let (least, longest) = waits.iter().fold((30.0_f64, 0.0_f64), |(a, b), w| (a.min(*w), b.max(*w)));
        assert!(least < 2.0 && longest > 28.0, "{least} – {longest}");
    }
}
