//! Whether a service may be called now: its client, a refused key, a pause it asked for, a network that is away.
//!
//! Knows no jobs. Answers to an old key say nothing about a new one, so each connection has a number.
//! Being offline belongs to the service, not to its jobs: while it lasts nothing is sent, and one call at a time
//! (see `polls.rs`) feels whether it is over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lastframe_model::{Provider, Wait, WaitReason};
use lastframe_provider::Client;

use crate::backoff;

/// Longest pause after a service asked for patience, beyond what it asked for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Longest wait between two calls that feel whether a service is back.
const LONGEST_AWAY: Duration = Duration::from_secs(30);

/// What the service is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Sending a job.
    Submit,
    /// Asking about a task.
    Poll,
}

/// A connection to a service.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) client: Client,
    /// Which connection this is.
    pub(crate) number: u64,
}

/// Whether a call may be made.
pub(crate) enum Gate {
    /// Now.
    Open(Access),
    /// Not now; `over_in` says when to look again, `None` when only the person can change it.
    Blocked { wait: Wait, over_in: Option<Duration> },
}

struct Pause {
    /// By the clock's `elapsed`.
    until: Duration,
    wait: Wait,
}

/// A service that cannot be reached.
struct Away {
    /// By the clock's `elapsed`: before this nobody feels whether it is back.
    until: Duration,
    /// Calls in a row that did not reach it, those at the same time counted once.
    tries: u32,
    wait: Wait,
}

#[derive(Default)]
struct Service {
    client: Option<Client>,
    /// Goes up with each connection.
    number: u64,
    /// The service's words about the key.
    refused: Option<String>,
    /// The service asked for it.
    pause: Option<Pause>,
    away: Option<Away>,
    /// Pauses in a row; while there are any, one job at a time feels its way.
    troubles: u32,
}

/// Every service that jobs go to.
#[derive(Default)]
pub(crate) struct Services {
    by_provider: Mutex<HashMap<Provider, Service>>,
}

impl Services {
    fn all(&self) -> MutexGuard<'_, HashMap<Provider, Service>> {
        self.by_provider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn connect(&self, provider: Provider, client: Client) {
        let mut all = self.all();
        let number = all.get(&provider).map_or(1, |service| service.number + 1);
        all.insert(provider, Service { client: Some(client), number, ..Service::default() });
    }

    pub(crate) fn disconnect(&self, provider: &Provider) {
        if let Some(service) = self.all().get_mut(provider) {
            *service = Service { number: service.number + 1, ..Service::default() };
        }
    }

    /// Whether a call may be made at `now` (the clock's `elapsed`).
    pub(crate) fn gate(&self, provider: &Provider, call: Call, now: Duration) -> Gate {
        let blocked = |reason, message: &str| Gate::Blocked { wait: Wait::new(reason, message), over_in: None };
        let all = self.all();
        let Some((service, client)) =
            all.get(provider).and_then(|service| service.client.as_ref().map(|client| (service, client)))
        else {
            return match provider {
                Provider::Rehearsal => blocked(WaitReason::NoRehearsal, "The practice service is not running."),
                Provider::Service { .. } | Provider::Imported => {
                    blocked(WaitReason::NoKey, "There is no key for the service.")
                }
            };
        };
        if let Some(message) = &service.refused {
            return blocked(WaitReason::KeyRefused, message);
        }
        if let Some(pause) = service.pause.as_ref().filter(|pause| pause.until > now) {
            return Gate::Blocked { wait: pause.wait.clone(), over_in: Some(pause.until.saturating_sub(now)) };
        }
        // What costs money is never what finds out whether the network is back.
        if let Some(away) = service.away.as_ref().filter(|_| call == Call::Submit) {
            return Gate::Blocked { wait: away.wait.clone(), over_in: None };
        }
        Gate::Open(Access { client: client.clone(), number: service.number })
    }

    /// Connected services that cannot be called now, and why. By `now`, the clock's `elapsed`.
    pub(crate) fn hindrances(&self, now: Duration) -> Vec<(Provider, Wait)> {
        let why = |service: &Service| {
            if let Some(message) = &service.refused {
                return Some(Wait::new(WaitReason::KeyRefused, message));
            }
            let away = service.away.as_ref().map(|away| &away.wait);
            let pause = service.pause.as_ref().filter(|pause| pause.until > now).map(|pause| &pause.wait);
            away.or(pause).cloned()
        };
        let all = self.all();
        let connected = all.iter().filter(|(_, service)| service.client.is_some());
        let mut found: Vec<_> = connected.filter_map(|(p, service)| Some((p.clone(), why(service)?))).collect();
        found.sort_by_cached_key(|(provider, _)| format!("{provider:?}"));
        found
    }

    /// How long until the first pause that a service asked for is over.
    pub(crate) fn pause_over_in(&self, now: Duration) -> Option<Duration> {
        let all = self.all();
        let pauses = all.values().filter_map(|service| service.pause.as_ref().filter(|pause| pause.until > now));
        pauses.map(|pause| pause.until.saturating_sub(now)).min()
    }

    /// Whether the last call of the service failed, so that one job at a time should feel its way.
    pub(crate) fn is_shaky(&self, provider: &Provider) -> bool {
        self.all().get(provider).is_some_and(|service| service.troubles > 0 || service.away.is_some())
    }

    /// The connection, whatever stands in its way, for something that the person asked for just now.
    pub(crate) fn access(&self, provider: &Provider) -> Option<Access> {
        let all = self.all();
        let service = all.get(provider)?;
        Some(Access { client: service.client.clone()?, number: service.number })
    }

    fn of_access<T>(&self, provider: &Provider, access: &Access, change: impl FnOnce(&mut Service) -> T) -> Option<T> {
        self.all().get_mut(provider).filter(|service| service.number == access.number).map(change)
    }

    /// 401: nothing more goes to this service until it is connected anew.
    pub(crate) fn refuse(&self, provider: &Provider, access: &Access, message: &str) {
        self.of_access(provider, access, |service| service.refused = Some(message.to_owned()));
    }

    /// Nobody knows what became of a submit: until something goes well, jobs are sent one at a time. Whether that is news.
    pub(crate) fn doubt(&self, provider: &Provider, access: &Access) -> bool {
        self.of_access(provider, access, |service| {
            service.troubles = service.troubles.saturating_add(1);
            service.troubles == 1
        })
        .unwrap_or(false)
    }

    /// 429: nothing is asked or sent for as long as the service wishes, and a growing time at random on top, so
    /// that those it turned away do not all come back in one instant, nor as fast as the network allows.
    pub(crate) fn pause(
        &self,
        provider: &Provider,
        access: &Access,
        now: Duration,
        asked: Option<Duration>,
        wait: Wait,
    ) {
        self.of_access(provider, access, |service| {
            service.troubles = service.troubles.saturating_add(1);
            let more = backoff::full(service.troubles, Duration::from_secs(2), LONGEST_PAUSE);
            let until = now + asked.unwrap_or_default() + more.max(Duration::from_millis(500));
            if service.pause.as_ref().is_none_or(|pause| pause.until < until) {
                service.pause = Some(Pause { until, wait });
            }
        });
    }

    /// A call did not reach the service. Whether that is news.
    pub(crate) fn lost(&self, provider: &Provider, access: &Access, now: Duration, message: &str) -> bool {
        self.of_access(provider, access, |service| {
            let news = service.away.is_none();
            let wait = Wait::new(WaitReason::Offline, message);
            let away = service.away.get_or_insert(Away { until: now, tries: 0, wait });
            if away.until <= now {
                // Calls that were on their way together say the same thing once.
                away.tries = away.tries.saturating_add(1);
                away.until = now + backoff::full(away.tries, Duration::from_secs(1), LONGEST_AWAY);
            }
            news
        })
        .unwrap_or(false)
    }

    /// The service was reached, whatever it said. Whether that is news.
    pub(crate) fn reached(&self, provider: &Provider, access: &Access) -> bool {
        self.of_access(provider, access, |service| service.away.take().is_some()).unwrap_or(false)
    }

    /// When to feel whether a service is back (by the clock's `elapsed`), if it is away.
    pub(crate) fn away(&self, provider: &Provider) -> Option<Duration> {
        self.all().get(provider)?.away.as_ref().map(|away| away.until)
    }

    /// Connected services that are away.
    pub(crate) fn all_away(&self) -> Vec<Provider> {
        let all = self.all();
        let away = all.iter().filter(|(_, service)| service.client.is_some() && service.away.is_some());
        away.map(|(provider, _)| provider.clone()).collect()
    }

    /// The computer slept, or somebody set its clock: whether services are back is felt at once. What a service
    /// asked for still holds, since nobody knows whether that time has passed.
    pub(crate) fn woke(&self) {
        for service in self.all().values_mut() {
            if let Some(away) = &mut service.away {
                (away.until, away.tries) = (Duration::ZERO, 1);
            }
        }
    }

    /// The service answered as it should. Whether that ended a pause.
    pub(crate) fn calm(&self, provider: &Provider, access: &Access, now: Duration) -> bool {
        self.of_access(provider, access, |service| {
            let held = service.pause.take_if(|pause| pause.until <= now).is_some();
            let away = service.away.take().is_some();
            let shaky = std::mem::take(&mut service.troubles) > 0;
            held || away || shaky
        })
        .unwrap_or(false)
    }
}
