//! Whose turn it is to ask: one queue of polls for each service, and one timer for all of them.
//!
//! A lane that wants to ask says from when on, and is given a [`Turn`]. However many jobs are running, only a few
//! polls of one service are on their way at once, they start spaced out, and the failures of all jobs together, those of
//! their downloads too, are paid from one bucket of tokens. While a service is away a single call at a time feels
//! whether it is back.
//!
//! The timer never sleeps long, since a sleep that was begun before the computer was suspended ends late by what
//! it had left: each time it wakes it compares the time of day with the time it waited.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lastframe_model::Provider;
use lastframe_provider::CheckError;
use tokio::sync::{Notify, oneshot};

use crate::clock::Clock;
use crate::run::Inner;
use crate::services::{Call, Gate, Services};

/// Polls of one service that are on their way at once.
const IN_FLIGHT: u32 = 6;
/// Between the beginnings of two polls of one service.
const SPACING: Duration = Duration::from_millis(100);
/// The same for the practice service, which is on this computer.
const LOCAL_SPACING: Duration = Duration::from_millis(10);
/// Polls that may fail before the others have to wait for tokens.
const TOKENS: f64 = 10.0;
/// Tokens that come back each second: with every poll failing, so many are made, whatever the number of jobs.
const TOKENS_A_SECOND: f64 = 0.5;
/// Longest sleep of the timer.
const TICK: Duration = Duration::from_secs(2);
/// By so much the time of day may run ahead of the time waited before it counts as a jump.
const JUMP: Duration = Duration::from_millis(1_500);

/// The right to make one call now. Given back with [`Turn::went_well`]; dropped, it counts as a failure.
pub(crate) struct Turn {
    polls: Arc<Polls>,
    provider: Provider,
    failed: bool,
}

impl Turn {
    /// The service answered as it should: the token goes back.
    pub(crate) fn went_well(mut self) {
        self.failed = false;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(line) = self.polls.lines().by_provider.get_mut(&self.provider) {
            line.in_flight = line.in_flight.saturating_sub(1);
            if !self.failed {
                line.tokens = (line.tokens + 1.0).min(TOKENS);
            }
        }
        self.polls.wake.notify_one();
    }
}

/// What a download that failed has paid for its next attempt. Given back with [`Toll::give_back`] when that brought
/// something; dropped, it is spent.
pub(crate) struct Toll {
    polls: Arc<Polls>,
    provider: Provider,
}

impl Toll {
    pub(crate) fn give_back(self) {
        if let Some(line) = self.polls.lines().by_provider.get_mut(&self.provider) {
            line.tokens = (line.tokens + 1.0).min(TOKENS);
        }
        self.polls.wake.notify_one();
    }
}

/// The polls of one service.
struct Line {
    /// Who wants to ask: from when on (by [`Polls::time`]), and in which order they came.
    waiting: BTreeMap<(Duration, u64), oneshot::Sender<Turn>>,
    in_flight: u32,
    /// The next call does not begin before this (the clock's `elapsed`).
    next: Duration,
    tokens: f64,
    /// Downloads that want to be tried again, in the order in which they came.
    retries: VecDeque<oneshot::Sender<Toll>>,
    /// Whether the last token went to one of those.
    retried: bool,
    /// When tokens were last counted (the clock's `elapsed`).
    counted: Duration,
}

impl Line {
    fn new(now: Duration) -> Self {
        let (waiting, retries) = (BTreeMap::new(), VecDeque::new());
        Self { waiting, in_flight: 0, next: Duration::ZERO, tokens: TOKENS, retries, retried: false, counted: now }
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.counted).as_secs_f64();
        (self.tokens, self.counted) = ((self.tokens + passed * TOKENS_A_SECOND).min(TOKENS), now);
    }

    /// How long until there are that many tokens.
    fn tokens_in(&self, wanted: f64) -> Duration {
        // A little more, so that rounding does not wake the timer too early again and again.
        if self.tokens >= wanted {
            Duration::ZERO
        } else {
            Duration::from_secs_f64((wanted - self.tokens) / TOKENS_A_SECOND + 1e-6)
        }
    }

    /// How long until there is a whole token.
    fn token_in(&self) -> Duration {
        self.tokens_in(1.0)
    }

    /// Takes a token for each download that may be tried again. Returns how long until the next one may.
    fn pay_retries(&mut self, polls_are_due: bool, paid: &mut Vec<oneshot::Sender<Toll>>) -> Option<Duration> {
        self.retries.retain(|tell| !tell.is_closed());
        while !self.retries.is_empty() {
            // Where tokens are short polls and downloads take them in turn: neither starves the other.
            let wanted = if self.retried && polls_are_due { 2.0 } else { 1.0 };
            let over_in = self.tokens_in(wanted);
            if !over_in.is_zero() {
                return Some(over_in);
            }
            self.tokens -= 1.0;
            self.retried = true;
            paid.extend(self.retries.pop_front());
        }
        None
    }
}

#[derive(Default)]
struct Lines {
    by_provider: HashMap<Provider, Line>,
    /// Of the last one who came.
    number: u64,
}

/// When a service is to be looked at again.
enum Next {
    /// At this time (the clock's `elapsed`), unless something changes.
    At(Duration),
    /// When something changes.
    Change,
    /// Nobody wants to ask and the service is away: somebody has to feel whether it is back, now.
    Feel,
}

impl Next {
    /// The same, but at that time at the latest.
    fn or_at(self, time: Option<Duration>) -> Self {
        match (self, time) {
            (Self::At(next), Some(time)) => Self::At(next.min(time)),
            (Self::Change, Some(time)) => Self::At(time),
            (next, _) => next,
        }
    }
}

/// Everybody who wants to ask.
#[derive(Default)]
pub(crate) struct Polls {
    lines: Mutex<Lines>,
    /// Milliseconds that passed while nobody was looking: the computer slept.
    unseen: AtomicU64,
    /// Makes the timer look again.
    pub(crate) wake: Notify,
}

impl Polls {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unseen(&self) -> Duration {
        Duration::from_millis(self.unseen.load(Ordering::Relaxed))
    }

    /// The time by which polls are due: the clock's `elapsed`, and what passed while the computer slept.
    pub(crate) fn time(&self, clock: &dyn Clock) -> Duration {
        clock.elapsed() + self.unseen()
    }

    /// Asks for a turn, not before `due` (by [`Polls::time`]). An error from what is returned means: look again.
    pub(crate) fn turn(&self, provider: &Provider, due: Duration, clock: &dyn Clock) -> oneshot::Receiver<Turn> {
        let (tell, told) = oneshot::channel();
        let mut lines = self.lines();
        lines.number += 1;
        let number = lines.number;
        let line = lines.by_provider.entry(provider.clone()).or_insert_with(|| Line::new(clock.elapsed()));
        line.waiting.insert((due, number), tell);
        drop(lines);
        self.wake.notify_one();
        told
    }

    /// Asks for a token, for another attempt at a download that failed. An error from what is returned never comes as
    /// long as this lives.
    pub(crate) fn retry(&self, provider: &Provider, clock: &dyn Clock) -> oneshot::Receiver<Toll> {
        let (tell, told) = oneshot::channel();
        let mut lines = self.lines();
        let line = lines.by_provider.entry(provider.clone()).or_insert_with(|| Line::new(clock.elapsed()));
        line.retries.push_back(tell);
        drop(lines);
        self.wake.notify_one();
        told
    }

    /// Makes every poll of a service due.
    pub(crate) fn hurry(&self, provider: &Provider) {
        if let Some(line) = self.lines().by_provider.get_mut(provider) {
            let waiting = std::mem::take(&mut line.waiting);
            line.waiting = waiting.into_iter().map(|((_, number), tell)| ((Duration::ZERO, number), tell)).collect();
        }
        self.wake.notify_one();
    }

    fn is_idle(&self) -> bool {
        let is_idle = |line: &Line| line.waiting.is_empty() && line.retries.is_empty() && line.in_flight == 0;
        self.lines().by_provider.values().all(is_idle)
    }

    fn providers(&self) -> Vec<Provider> {
        self.lines().by_provider.keys().cloned().collect()
    }

    /// Gives out every turn that may be given at `now` (the clock's `elapsed`).
    fn serve(self: &Arc<Self>, provider: &Provider, services: &Services, now: Duration) -> (Next, Vec<Turn>) {
        let (mut given, mut felt, mut paid) = (Vec::new(), Vec::new(), Vec::new());
        let unseen = self.unseen();
        let mut lines = self.lines();
        let line = lines.by_provider.entry(provider.clone()).or_insert_with(|| Line::new(now));
        line.refill(now);
        let polls_are_due =
            line.waiting.first_key_value().is_some_and(|((due, _), _)| due.saturating_sub(unseen) <= now);
        let retry_in = line.pay_retries(polls_are_due, &mut paid);
        let next = line.serve(provider, services, (now, unseen), &mut given).or_at(retry_in.map(|time| now + time));
        if matches!(next, Next::Feel) {
            line.begin(provider, now);
        }
        drop(lines);
        for tell in paid {
            let toll = Toll { polls: Arc::clone(self), provider: provider.clone() };
            if let Err(toll) = tell.send(toll) {
                toll.give_back(); // its lane ended in this moment
            }
        }
        let turn = || Turn { polls: Arc::clone(self), provider: provider.clone(), failed: true };
        for tell in given {
            if let Err(turn) = tell.send(turn()) {
                turn.went_well(); // its lane ended in this moment
            }
        }
        if matches!(next, Next::Feel) {
            felt.push(turn());
        }
        (next, felt)
    }
}

impl Line {
    /// One more call begins.
    fn begin(&mut self, provider: &Provider, now: Duration) {
        self.in_flight += 1;
        self.tokens -= 1.0;
        self.retried = false;
        self.next = now + if provider.is_rehearsal() { LOCAL_SPACING } else { SPACING };
    }

    fn serve(
        &mut self,
        provider: &Provider,
        services: &Services,
        (now, unseen): (Duration, Duration),
        given: &mut Vec<oneshot::Sender<Turn>>,
    ) -> Next {
        self.waiting.retain(|_, tell| !tell.is_closed());
        match services.gate(provider, Call::Poll, now) {
            // Only the person can change it: each job says so on its own card.
            Gate::Blocked { over_in: None, .. } => {
                self.waiting.clear();
                return Next::Change;
            }
            Gate::Blocked { over_in: Some(time), .. } => return Next::At(now + time),
            Gate::Open(_) => {}
        }
        let away = services.away(provider);
        let most = if away.is_some() { 1 } else { IN_FLIGHT };
        while self.in_flight < most {
            let first = self.waiting.first_key_value().map(|((due, _), _)| due.saturating_sub(unseen));
            // Whoever is first feels the way, even if its own time has not come.
            let Some(due) = away.or(first) else { return Next::Change };
            let may = due.max(self.next).max(now + self.token_in());
            if may > now {
                return Next::At(may);
            }
            let Some((_, tell)) = self.waiting.pop_first() else { return Next::Feel };
            self.begin(provider, now);
            given.push(tell);
        }
        Next::Change
    }
}

/// What two clocks showed together.
struct Seen {
    now: Timestamp,
    elapsed: Duration,
}

impl Seen {
    /// Both clocks; `None` if something came between reading the one and the other.
    fn read(clock: &dyn Clock) -> Option<Self> {
        let before = clock.elapsed();
        let now = clock.now();
        let elapsed = clock.elapsed();
        (elapsed.saturating_sub(before) < JUMP / 3).then_some(Self { now, elapsed })
    }

    /// How much more time passed by the time of day than was waited, if it is worth speaking of. A clock that is set
    /// back changes nothing: nothing waits by the time of day.
    fn jump_until(&self, later: &Self) -> Option<Duration> {
        let day = Duration::try_from(later.now.duration_since(self.now)).unwrap_or_default();
        let ahead = day.saturating_sub(later.elapsed.saturating_sub(self.elapsed));
        (ahead >= JUMP).then_some(ahead)
    }
}

impl Inner {
    /// Gives out turns until the engine stops.
    pub(crate) async fn keep_polls(self: Arc<Self>) {
        let mut seen = Seen::read(&*self.clock);
        while !self.stop.is_cancelled() {
            if let Some(later) = Seen::read(&*self.clock) {
                if let Some(jump) = seen.and_then(|seen| seen.jump_until(&later)) {
                    self.woke(jump);
                }
                seen = Some(later);
            }
            let away = self.services.all_away();
            let mut providers = self.polls.providers();
            providers.extend(away.iter().filter(|provider| !providers.contains(provider)).cloned().collect::<Vec<_>>());
            let now = self.clock.elapsed();
            let mut soonest: Option<Duration> = None;
            for provider in providers {
                let (next, felt) = self.polls.serve(&provider, &self.services, now);
                for turn in felt {
                    self.tasks.spawn(Arc::clone(&self).feel(provider.clone(), turn));
                }
                if let Next::At(time) = next {
                    soonest = Some(soonest.map_or(time, |other| other.min(time)));
                }
            }
            let idle = self.polls.is_idle() && away.is_empty() && self.lanes.all().is_empty();
            let sleep = match soonest {
                Some(time) => Some(time.saturating_sub(now).min(TICK)),
                None => (!idle).then_some(TICK),
            };
            let pause = async {
                match sleep {
                    Some(time) => self.clock.sleep(time).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.polls.wake.notified() => {}
                () = pause => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    /// The computer slept, or somebody set its clock ahead.
    fn woke(&self, unseen: Duration) {
        tracing::info!(?unseen, "time has passed that nobody saw; every wait is looked at again");
        let milliseconds = u64::try_from(unseen.as_millis()).unwrap_or(u64::MAX);
        // Bounded, so that no sum of times overflows when a clock is set to another century.
        self.polls.unseen.fetch_add(milliseconds.min(1 << 40), Ordering::Relaxed);
        self.services.woke();
        self.circumstances_changed();
    }

    /// Feels whether a service that is away is back, when no job wants to ask.
    async fn feel(self: Arc<Self>, provider: Provider, turn: Turn) {
        let Some(access) = self.services.access(&provider) else { return };
        let answer = tokio::select! {
            answer = access.client.check_key() => answer,
            () = self.stop.cancelled() => return,
        };
        match answer {
            Err(CheckError::Offline { message }) => {
                self.services.lost(&provider, &access, self.clock.elapsed(), &message);
                return;
            }
            Err(CheckError::KeyRefused { message }) => self.services.refuse(&provider, &access, &message),
            Ok(()) | Err(CheckError::Trouble { .. }) => {}
        }
        turn.went_well();
        self.services.reached(&provider, &access);
        self.stands_differently().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_that_nobody_waited_counts_as_a_jump() {
        let seen = |day: &str, elapsed: u64| Seen { now: day.parse().unwrap(), elapsed: Duration::from_secs(elapsed) };
        let first = seen("2026-11-22T10:00:00Z", 100);
        assert_eq!(first.jump_until(&seen("2026-11-22T10:00:02Z", 102)), None, "two seconds in two seconds");
        assert_eq!(first.jump_until(&seen("2026-11-22T11:00:02Z", 102)), Some(Duration::from_hours(1)), "it slept");
        assert_eq!(first.jump_until(&seen("2026-11-22T09:00:00Z", 102)), None, "the clock was set back");
        assert_eq!(first.jump_until(&seen("2026-11-22T10:00:03Z", 102)), None, "a second is no jump");
    }

    #[test]
    fn failures_are_paid_from_one_bucket_and_successes_cost_nothing() {
        let mut line = Line::new(Duration::ZERO);
        let provider = Provider::Rehearsal;
        for _ in 0..10 {
            assert_eq!(line.token_in(), Duration::ZERO);
            line.begin(&provider, Duration::ZERO);
        }
        assert!(line.token_in() > Duration::from_millis(1_990), "ten failures empty it");
        line.refill(Duration::from_secs(2));
        assert_eq!(line.token_in(), Duration::ZERO, "half a token a second");
        line.refill(Duration::from_hours(1));
        assert!((line.tokens - TOKENS).abs() < 1e-9, "it holds no more than it did");
    }

    #[test]
    fn downloads_and_polls_share_the_bucket_and_take_turns_where_it_is_short() {
        let mut line = Line::new(Duration::ZERO);
        let mut asked = Vec::new();
        for _ in 0..20 {
            let (tell, told) = oneshot::channel();
            line.retries.push_back(tell);
            asked.push(told);
        }
        let mut paid = Vec::new();
        assert!(line.pay_retries(false, &mut paid).is_some(), "the eleventh has to wait");
        assert_eq!(
            (paid.len(), line.tokens_in(1.0) > Duration::ZERO),
            (10, true),
            "ten attempts empty it for polls too"
        );
        line.refill(Duration::from_secs(2));
        paid.clear();
        assert_eq!(line.pay_retries(true, &mut paid), Some(line.tokens_in(2.0)), "the next token is a poll's");
        assert!(paid.is_empty() && line.token_in().is_zero());
        line.begin(&Provider::Rehearsal, Duration::from_secs(2));
        line.refill(Duration::from_secs(4));
        line.pay_retries(true, &mut paid);
        assert_eq!(paid.len(), 1, "and the one after it a download's");
        drop(asked);
        assert_eq!(line.pay_retries(true, &mut paid), None, "who has gone wants none");
    }
}
