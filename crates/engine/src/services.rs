//! Whether a service may be called now: its client, a refused key, a pause it asked for.
//!
//! Knows no jobs. Answers to an old key say nothing about a new one, so each connection has a number.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lastframe_model::{Provider, Wait, WaitReason};
use lastframe_provider::Client;

use crate::backoff;

/// Longest wait between two tries to reach a service.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

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

#[derive(Default)]
struct Service {
    client: Option<Client>,
    /// Goes up with each connection.
    number: u64,
    /// The service's words about the key.
    refused: Option<String>,
    pause: Option<Pause>,
    /// Failures in a row; while there are any, one job at a time feels its way.
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
                Provider::Service { .. } => blocked(WaitReason::NoKey, "There is no key for the service."),
            };
        };
        if let Some(message) = &service.refused {
            return blocked(WaitReason::KeyRefused, message);
        }
        if let Some(pause) = service.pause.as_ref().filter(|pause| pause.until > now) {
            // A poll is cheap and finds out whether the service is back; only the service's own wish holds it.
            if call == Call::Submit || pause.wait.reason == WaitReason::RateLimited {
                return Gate::Blocked { wait: pause.wait.clone(), over_in: Some(pause.until.saturating_sub(now)) };
            }
        }
        Gate::Open(Access { client: client.clone(), number: service.number })
    }

    /// Whether the last call of the service failed, so that one job at a time should feel its way.
    pub(crate) fn is_shaky(&self, provider: &Provider) -> bool {
        self.all().get(provider).is_some_and(|service| service.troubles > 0)
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

    /// 429 or no connection: nothing is sent for a growing time, and for `asked` if that is longer. A service
    /// that says "0 seconds" must not be asked as fast as the network allows.
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
            let grown = backoff::growing(service.troubles, Duration::from_secs(2), LONGEST_PAUSE);
            let until = now + asked.map_or(grown, |asked| asked.max(grown));
            if service.pause.as_ref().is_none_or(|pause| pause.until < until) {
                service.pause = Some(Pause { until, wait });
            }
        });
    }

    /// The service answered as it should. Whether that ended a pause for lack of a connection.
    pub(crate) fn calm(&self, provider: &Provider, access: &Access, now: Duration) -> bool {
        self.of_access(provider, access, |service| {
            let held = service.pause.take_if(|p| p.wait.reason == WaitReason::Offline || p.until <= now).is_some();
            let shaky = std::mem::take(&mut service.troubles) > 0;
            held || shaky
        })
        .unwrap_or(false)
    }
}
