//! When a task that is in progress is asked about next.
//!
//! The life of a task is cut into slots, and each slot has one poll at a random moment in it (full jitter): so
//! many jobs never ask in step, and the number of polls is bounded all the same. Slots are short at first and
//! longer later. For a model whose usual duration is known they are long before it, and short around it.
//!
//! Knows no job, no service and no clock: ages come in, ages come out, in seconds since the submit.

use std::time::Duration;

use rand::Rng;

/// Polls that a task may cost before the allowance below begins to count.
const FREE: f64 = 15.0;
/// Seconds of a task's life that pay for one more poll, up to [`COUNTED`]: a task of 300 s costs at most
/// 15 + 300 / 6.8 + 1 = 60.
const SECONDS_A_POLL: f64 = 6.8;
/// The age up to which the number of polls is promised, in seconds.
const COUNTED: f64 = 300.0;
/// Seconds that pay for one more poll after that: no fewer than a slot of that age has.
const SECONDS_A_POLL_LATER: f64 = 5.0;
/// Seconds of a slot by the age at which it begins, with a straight line between. With one poll at a random place in
/// each slot, the median wait from any moment to the next poll is 0.523 slots: 2.8 s here, as long as sixty polls spread
/// evenly over five minutes allow. Only the first seconds are closer, since a task that is refused fails in them.
const SLOTS: [(f64, f64); 5] = [(0.0, 2.0), (10.0, 5.35), (420.0, 5.35), (600.0, 9.0), (900.0, 14.0)];
/// Longest slot, in seconds.
const LONGEST: f64 = 30.0;
/// Fewer finished tasks than this say nothing about the next one.
const FEWEST: usize = 4;
/// A practice task takes seconds where a real one takes minutes, and asking costs nothing: all times are a tenth.
const LOCAL: f64 = 0.1;

/// How long tasks of one kind usually take.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Typical {
    /// Before this nearly none is finished.
    earliest: f64,
    /// The middle half.
    middle: (f64, f64),
    /// After this nearly all are finished.
    latest: f64,
}

impl Typical {
    /// From the durations of earlier tasks, in seconds and in any order; `None` if there are too few.
    pub(crate) fn of(mut seconds: Vec<f64>) -> Option<Self> {
        seconds.retain(|seconds| seconds.is_finite() && *seconds > 0.0);
        if seconds.len() < FEWEST {
            return None;
        }
        seconds.sort_by(f64::total_cmp);
        let at = |share: f64| quantile(&seconds, share);
        Some(Self { earliest: at(0.05) * 0.8, middle: (at(0.25), at(0.75)), latest: at(0.95) * 1.25 })
    }

    /// Seconds of a slot that begins at this age, if what was learned says anything about it.
    fn slot(&self, age: f64) -> Option<f64> {
        let (from, to) = self.middle;
        let spread = (to - from).max(0.1 * to);
        if age < self.earliest {
            // Some fail at once, so the first polls come as for any task; then it is left alone for a while.
            let left = self.earliest - age;
            let (least, most) = (unlearned(age), 12.0_f64.max(0.1 * self.earliest));
            (age > 10.0).then(|| (left / 2.0).min(most).max(least))
        } else if age < from || (to..self.latest).contains(&age) {
            Some((spread / 8.0).min(0.75 * unlearned(age)).max(1.5))
        } else if age < to {
            Some((spread / 12.0).min(0.55 * unlearned(age)).max(1.0))
        } else {
            None
        }
    }
}

/// The value below which this share of sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "there are a few dozen values, and the share is between 0 and 1"
    )]
    let index = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted[index]
}

/// Seconds of a slot that begins at this age, for a task of which nothing is known.
fn unlearned(age: f64) -> f64 {
    for pair in SLOTS.windows(2) {
        let ((from, shorter), (to, longer)) = (pair[0], pair[1]);
        if age < to {
            return shorter + (longer - shorter) * (age - from) / (to - from);
        }
    }
    let (last, length) = SLOTS[SLOTS.len() - 1];
    (length * age / last).min(LONGEST)
}

/// The polls of one task.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    typical: Option<Typical>,
    /// Length of a second: less than 1 for practice.
    scale: f64,
    /// Age at which the next slot begins.
    slot: f64,
    /// Polls so far. After a restart those that an earlier run may have made count as made.
    polls: f64,
    /// Share of its length that the next slot has. The first slot of each task is cut at random: otherwise the borders
    /// of all tasks' slots lay at the same ages, and tasks of just one length would be noticed later than others.
    share: f64,
}

impl Pace {
    /// The polls of a task that is this old now. `local` for the practice service.
    pub(crate) fn new(typical: Option<Typical>, local: bool, age: Duration) -> Self {
        let scale = if local { LOCAL } else { 1.0 };
        let polls = (age.as_secs_f64() / scale / SECONDS_A_POLL).floor();
        Self { typical, scale, slot: 0.0, polls, share: rand::rng().random_range(0.0..1.0) }
    }

    /// Counts a poll, and says at which age the next one is due, by the task's age now.
    pub(crate) fn next(&mut self, age: Duration) -> Duration {
        self.next_at(age, rand::rng().random_range(0.0..1.0))
    }

    /// `place` is where in its slot the poll lies, 0 – 1.
    fn next_at(&mut self, age: Duration, place: f64) -> Duration {
        let now = age.as_secs_f64() / self.scale;
        let begins = self.slot.max(now);
        let length =
            self.typical.as_ref().and_then(|typical| typical.slot(begins)).unwrap_or_else(|| unlearned(begins));
        let length = length * std::mem::replace(&mut self.share, 1.0);
        self.slot = begins + length;
        self.polls += 1.0;
        // Two polls on either side of a slot's border would be one wasted.
        let due = (begins + place * length).max(now + length / 8.0);
        Duration::from_secs_f64(due.max(paid(self.polls)) * self.scale)
    }
}

/// The age before which a task's poll of this number is not made.
fn paid(poll: f64) -> f64 {
    let age = (poll - FREE) * SECONDS_A_POLL;
    if age <= COUNTED { age } else { COUNTED + (age - COUNTED) / SECONDS_A_POLL * SECONDS_A_POLL_LATER }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A task of that many seconds: how many polls it cost, and how long after its end it was noticed. Every poll
    /// takes `trip` seconds, and what it says was true in the middle of them.
    fn follow(mut pace: Pace, length: f64, trip: f64) -> (u32, f64) {
        let (mut now, mut polls) = (0.0, 0);
        loop {
            now = pace.next(Duration::from_secs_f64(now)).as_secs_f64().max(now) + trip;
            polls += 1;
            if now - trip / 2.0 >= length {
                return (polls, now - length);
            }
        }
    }

    fn median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    /// Log-normal lengths: most near `middle`, some several times as long.
    fn length(middle: f64, sigma: f64) -> f64 {
        let random = || rand::rng().random_range(f64::EPSILON..1.0_f64);
        let normal = (-2.0 * random().ln()).sqrt() * (std::f64::consts::TAU * random()).cos();
        (middle * (sigma * normal).exp()).max(3.0)
    }

    const TRIP: f64 = 0.2;

    #[test]
    fn a_task_of_five_minutes_costs_at_most_sixty_polls_whatever_was_learned() {
        let kinds = [
            ("never seen", None),
            ("always five minutes", Typical::of(vec![300.0; 20])),
            ("about five minutes", Typical::of((0..20).map(|_| length(300.0, 0.2)).collect())),
            ("anything", Typical::of((0..20).map(|_| length(120.0, 1.0)).collect())),
            ("much shorter", Typical::of(vec![20.0; 20])),
            ("much longer", Typical::of(vec![3_000.0; 20])),
        ];
        for (name, typical) in kinds {
            let made = || Pace::new(typical.clone(), false, Duration::ZERO);
            let most = (0..5_000).map(|_| follow(made(), 300.0, 0.0).0).max().unwrap();
            println!("{name}: at most {most} polls for a task of 300 s, of 5,000");
            assert!(most <= 60, "{name}: {most} polls");
        }
    }

    #[test]
    fn a_finished_task_is_noticed_within_three_seconds_in_the_median() {
        let lengths = [("30 s", 30.0, 0.4), ("90 s", 90.0, 0.5), ("3 min", 180.0, 0.3), ("5 min", 300.0, 0.15)];
        for kind in ["never seen", "learned"] {
            let mut all = Vec::new();
            for (name, middle, sigma) in lengths {
                let earlier = (0..20).map(|_| length(middle, sigma)).collect();
                let typical = (kind == "learned").then(|| Typical::of(earlier)).flatten();
                let made = || Pace::new(typical.clone(), false, Duration::ZERO);
                let outcomes: Vec<_> = (0..10_000).map(|_| follow(made(), length(middle, sigma), TRIP)).collect();
                let late = median(outcomes.iter().map(|outcome| outcome.1).collect());
                let polls = median(outcomes.iter().map(|outcome| f64::from(outcome.0)).collect());
                println!("about {name}, {kind}: noticed after {late:.2} s, {polls} polls (medians of 10,000 tasks)");
                assert!(late <= 3.0, "{name}, {kind}: {late:.2} s");
                all.extend(outcomes);
            }
            let late = median(all.iter().map(|outcome| outcome.1).collect());
            println!("all lengths, {kind}: noticed after {late:.2} s (median of 40,000 tasks)");
            assert!(late <= 3.0, "{kind}: {late:.2} s");
        }
    }

    #[test]
    fn tasks_of_just_three_and_just_five_minutes_are_noticed_as_soon_as_any_other() {
        for length in [180.0, 182.5, 290.0, 295.0, 300.0, 305.0] {
            let made = || Pace::new(None, false, Duration::ZERO);
            let outcomes: Vec<_> = (0..10_000).map(|_| follow(made(), length, TRIP)).collect();
            let late = median(outcomes.iter().map(|outcome| outcome.1).collect());
            let most = outcomes.iter().map(|outcome| outcome.0).max().unwrap();
            println!("just {length} s, never seen: noticed after {late:.2} s in the median, at most {most} polls");
            assert!(late <= 3.0, "{length} s: {late:.2} s");
            assert!(length > 300.0 || most <= 60, "{length} s: {most} polls");
        }
    }

    #[test]
    fn slots_are_short_at_first_longer_later_and_short_again_where_the_end_is_likely() {
        let gap = |pace: &mut Pace, age: f64| {
            (pace.slot, pace.polls, pace.share) = (0.0, 0.0, 1.0);
            let due = pace.next_at(Duration::from_secs_f64(age), 1.0).as_secs_f64();
            due - age
        };
        let mut unseen = Pace::new(None, false, Duration::ZERO);
        let gaps: Vec<f64> = [0.0, 5.0, 100.0, 600.0, 6_000.0].map(|age| gap(&mut unseen, age)).to_vec();
        assert!(gaps.is_sorted_by(|a, b| a < b) && gaps[4] <= LONGEST + 1e-6, "{gaps:?}");
        let mut learned = Pace::new(Typical::of(vec![118.0, 120.0, 122.0, 119.0, 121.0]), false, Duration::ZERO);
        let gaps = [50.0, 120.0].map(|age| gap(&mut learned, age));
        assert!(gaps[0] > 5.2 && gaps[1] <= 1.1, "sparse before, dense where it usually ends: {gaps:?}");
        let mut local = Pace::new(None, true, Duration::ZERO);
        assert!((gap(&mut local, 0.0) - 0.2).abs() < 1e-6, "practice is the same, ten times as fast");
    }

    #[test]
    fn a_restart_and_a_clock_that_stands_still_do_not_multiply_polls() {
        // Fifty restarts in five minutes, as somebody who opens and closes the program would cause.
        let mut polls = 0;
        for start in 0..50 {
            let age = f64::from(start) * 6.0;
            let mut pace = Pace::new(None, false, Duration::from_secs_f64(age));
            let mut now = age;
            while now < age + 6.0 {
                polls += 1;
                now = pace.next(Duration::from_secs_f64(now)).as_secs_f64();
            }
        }
        assert!(polls <= 250, "{polls} polls");
        let mut pace = Pace::new(None, false, Duration::ZERO);
        let dues: Vec<f64> = (0..60).map(|_| pace.next(Duration::from_secs(1)).as_secs_f64()).collect();
        assert!(dues[59] > 290.0, "an age that does not grow still leads on: {dues:?}");
    }

    #[test]
    fn too_few_or_senseless_durations_teach_nothing() {
        assert_eq!(Typical::of(vec![100.0; 3]), None);
        assert_eq!(Typical::of(vec![f64::NAN, -3.0, 0.0, 100.0, 100.0]), None);
        let typical = Typical::of(vec![100.0; 4]).unwrap();
        assert_eq!((typical.earliest, typical.middle, typical.latest), (80.0, (100.0, 100.0), 125.0));
    }
}
