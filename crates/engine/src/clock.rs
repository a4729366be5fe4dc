//! Time, passed in. The engine reads no other clock, so that a test can let an hour pass in a blink.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// A wait that a [`Clock`] gives out.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What the engine knows of time.
pub trait Clock: Send + Sync + 'static {
    /// The time of day, for what is written down. May jump when the computer's clock is set.
    fn now(&self) -> Timestamp;
    /// Time since this clock was made, for waits. Never jumps back.
    fn elapsed(&self) -> Duration;
    /// Is over after `time`.
    fn sleep(&self, time: Duration) -> Sleep;
}

/// The computer's clock.
#[derive(Debug)]
pub struct SystemClock {
    /// When it was made.
    started: Instant,
}

impl SystemClock {
    /// The computer's clock, from now on.
    #[must_use]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, time: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(time))
    }
}
