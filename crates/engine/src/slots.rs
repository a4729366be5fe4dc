//! Places for downloads: a few at once, so that they do not slow each other down until links die, and whose link dies
//! soonest goes first.
//!
//! Knows no jobs and no network.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::oneshot;

/// Downloads side by side.
pub(crate) const MOST: usize = 3;

/// The places.
#[derive(Default)]
pub(crate) struct Slots(Arc<Shared>);

#[derive(Default)]
struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    taken: usize,
    /// By when their links die, then by who came first. One that no longer waits is skipped when its turn comes.
    waiting: BTreeMap<(Timestamp, u64), oneshot::Sender<Slot>>,
    /// Counts those who waited.
    number: u64,
}

/// A place, given back when it is dropped.
pub(crate) struct Slot(Option<Arc<Shared>>);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// A place, as soon as there is one and nobody's link dies sooner than at `expires`. May be dropped while it waits.
    pub(crate) async fn take(&self, expires: Timestamp) -> Slot {
        loop {
            let turn = {
                let mut state = self.0.state();
                if state.taken < MOST {
                    state.taken += 1;
                    return Slot(Some(Arc::clone(&self.0)));
                }
                let (sender, turn) = oneshot::channel();
                state.number += 1;
                let number = state.number;
                state.waiting.insert((expires, number), sender);
                turn
            };
            if let Ok(slot) = turn.await {
                return slot;
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(shared) = self.0.take() else { return };
        loop {
            let next = {
                let mut state = shared.state();
                let Some((_, next)) = state.waiting.pop_first() else {
                    state.taken -= 1;
                    return;
                };
                next
            };
            match next.send(Slot(Some(Arc::clone(&shared)))) {
                Ok(()) => return,
                // Nobody waits there any more: the place goes to the next, not back through this one's `drop`.
                Err(mut unwanted) => unwanted.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).unwrap()
    }

    #[tokio::test]
    async fn the_link_that_dies_soonest_goes_first_and_few_at_once() {
        let slots = Arc::new(Slots::default());
        let mut held = Vec::new();
        for _ in 0..MOST {
            held.push(slots.take(at(9)).await);
        }
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for hour in [5, 2, 8, 2, 1] {
            let (slots, order) = (Arc::clone(&slots), Arc::clone(&order));
            waiting.push(tokio::spawn(async move {
                let slot = slots.take(at(hour)).await;
                order.lock().unwrap().push(hour);
                drop(slot);
            }));
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(order.lock().unwrap().is_empty(), "no more than {MOST} at once");
        drop(held.pop());
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [1, 2, 2, 5, 8]);
    }

    #[tokio::test]
    async fn a_place_is_not_lost_with_one_who_stopped_waiting() {
        let slots = Arc::new(Slots::default());
        let held = [slots.take(at(1)).await, slots.take(at(1)).await, slots.take(at(1)).await];
        for hour in 0..3 {
            let _ = tokio::time::timeout(Duration::from_millis(5), slots.take(at(hour))).await;
        }
        drop(held);
        for _ in 0..MOST {
            let slot = tokio::time::timeout(Duration::from_secs(1), slots.take(at(5))).await;
            std::mem::forget(slot.expect("three places came back"));
        }
    }
}
