//! Which key is used for a service: the environment's, the session's or the keychain's, in this order.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lastframe_model::settings::service_address;
use lastframe_model::{KeyState, KeyStatus};
use secrecy::{ExposeSecret, SecretString};

use crate::error::KeychainError;
use crate::keychain::{Keychain, Store, System};

/// How long one call to the keychain may take.
const LIMIT: Duration = Duration::from_secs(5);
/// A key shorter than this would be half told by its last four characters.
const SHOWN_FROM: usize = 12;

/// The account under which a service's key is kept: the host of its address, with the port if it is not the usual one.
#[must_use]
pub fn account_of(address: &str) -> String {
    let address = service_address(address).unwrap_or_else(|_| address.trim().to_owned());
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_owned()
}

/// Every key that this run of the program may use. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<Inner>,
}

struct Inner {
    /// From `LASTFRAME_API_KEY`, for this run only; wins over everything else.
    environment: Option<SecretString>,
    keychain: Keychain,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Keys for this session, by account.
    session: HashMap<String, SecretString>,
    /// Accounts whose key the service has refused.
    refused: HashSet<String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys of this run; the keychain is not asked before something is wanted of it.
    #[must_use]
    pub fn new(environment_key: Option<SecretString>) -> Self {
        Self::with_store(environment_key, System, LIMIT)
    }

    fn with_store(environment_key: Option<SecretString>, store: impl Store, limit: Duration) -> Self {
        let environment = environment_key.and_then(tidy);
        let keychain = Keychain::start(store, limit);
        Self { inner: Arc::new(Inner { environment, keychain, memory: Mutex::default() }) }
    }

    /// What may be known about the key of an account. A keychain that cannot be asked is part of the answer.
    pub async fn status(&self, account: &str) -> KeyStatus {
        let (state, key, error) = match self.find(account).await {
            Ok(Some((state, key))) => (state, Some(key), None),
            Ok(None) => (KeyState::Missing, None, None),
            Err(error) => (KeyState::Unavailable, None, Some(error)),
        };
        let (problem, keychain) = (error.as_ref().map(ToString::to_string), error.as_ref().map(KeychainError::problem));
        let refused = key.is_some() && self.memory().refused.contains(account);
        KeyStatus { state, last_four: key.as_ref().and_then(last_four), problem, keychain, refused }
    }

    /// The key of an account, if there is one.
    pub async fn key(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        Ok(self.find(account).await?.map(|(_, key)| key))
    }

    /// Puts a key into the keychain, in place of the one that was there. Blanks around it are dropped.
    pub async fn save(&self, account: &str, key: SecretString) -> Result<KeyStatus, KeychainError> {
        let key = tidy(key).ok_or_else(|| KeychainError::Other("an empty key cannot be stored".to_owned()))?;
        self.inner.keychain.set(account, key.clone()).await?;
        self.forget(account);
        if self.inner.environment.is_some() {
            return Ok(self.status(account).await);
        }
        Ok(KeyStatus {
            state: KeyState::Stored,
            last_four: last_four(&key),
            problem: None,
            keychain: None,
            refused: false,
        })
    }

    /// Keeps a key in memory until the program ends: the way on without a keychain.
    pub async fn keep_for_session(&self, account: &str, key: SecretString) -> KeyStatus {
        self.forget(account);
        if let Some(key) = tidy(key) {
            self.memory().session.insert(account.to_owned(), key);
        }
        self.status(account).await
    }

    /// Forgets a key, in memory and in the keychain. A key that was only in memory is gone even if the keychain fails.
    pub async fn remove(&self, account: &str) -> Result<KeyStatus, KeychainError> {
        let was_session = self.memory().session.contains_key(account);
        self.forget(account);
        match self.inner.keychain.remove(account).await {
            // Without a keychain there is nothing left to remove.
            Err(KeychainError::NoStore | KeychainError::NoCollection) if was_session => {}
            outcome => outcome?,
        }
        Ok(self.status(account).await)
    }

    /// Notes whether the service refused the key when it was last used. Returns whether that is news.
    #[expect(clippy::must_use_candidate, reason = "it is called to note; that it is news matters only to who tells it")]
    pub fn mark_refused(&self, account: &str, refused: bool) -> bool {
        let mut memory = self.memory();
        if refused { memory.refused.insert(account.to_owned()) } else { memory.refused.remove(account) }
    }

    async fn find(&self, account: &str) -> Result<Option<(KeyState, SecretString)>, KeychainError> {
        if let Some(key) = &self.inner.environment {
            return Ok(Some((KeyState::Environment, key.clone())));
        }
        let session = self.memory().session.get(account).cloned();
        if let Some(key) = session {
            return Ok(Some((KeyState::SessionOnly, key)));
        }
        Ok(self.inner.keychain.get(account).await?.map(|key| (KeyState::Stored, key)))
    }

    fn forget(&self, account: &str) {
        let mut memory = self.memory();
        memory.session.remove(account);
        memory.refused.remove(account);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.inner.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key without the blanks that a paste brings along; `None` if nothing is left.
fn tidy(key: SecretString) -> Option<SecretString> {
    let text = key.expose_secret();
    let trimmed = text.trim();
    if trimmed.is_empty() {
        None
    } else if trimmed.len() == text.len() {
        Some(key)
    } else {
        Some(SecretString::from(trimmed))
    }
}

fn last_four(key: &SecretString) -> Option<String> {
    let length = key.expose_secret().chars().count();
    (length >= SHOWN_FROM).then(|| key.expose_secret().chars().skip(length - 4).collect())
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
