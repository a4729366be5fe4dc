//! The account: the service's address, its key, and the engine's connection to it.
//!
//! Address and key are read together, under one lock: a key must never meet another address than its own.

use std::sync::Arc;
use std::time::Duration;

use lastframe_model::{Door, ErrorCode, Event, IpcError, KeyState, KeyStatus, Provider};
use lastframe_provider::{CheckError, Client};
use lastframe_secrets::{KeychainError, account_of};
use secrecy::SecretString;

use crate::open::{Open, blocking};
use crate::words;

/// A keychain may ask the person something; the window does not wait for that.
const KEY_PATIENCE: Duration = Duration::from_millis(300);
/// How long after a keychain that was locked, or did not answer, it is asked again.
const KEYCHAIN_PAUSE: Duration = Duration::from_secs(15);

impl Open {
    /// What may be known about the key of the address in force.
    pub(crate) async fn key_status(self: &Arc<Self>) -> KeyStatus {
        let settings = self.settings();
        // Who rehearses needs no key.
        let patience = if settings.door == Some(Door::Connect) { KEY_PATIENCE } else { Duration::ZERO };
        let account = account_of(&settings.service_address);
        if let Ok(status) = tokio::time::timeout(patience, self.keys.status(&account)).await {
            return status;
        }
        let open = self.clone();
        tokio::spawn(async move {
            // The account as it is by then: a key that was saved meanwhile is told of before this.
            let _alone = open.account.lock().await;
            let account = account_of(&open.settings().service_address);
            open.tell(Event::Key(open.keys.status(&account).await));
        });
        KeyStatus { state: KeyState::Missing, last_four: None, problem: None, keychain: None, refused: false }
    }

    /// Checks a key with the service and keeps it; a key that the service refuses is not kept.
    pub async fn save_key(&self, key: SecretString, session_only: bool) -> Result<KeyStatus, IpcError> {
        let _alone = self.account.lock().await;
        let (address, account) = self.address();
        let client = Client::new(&address, key.clone()).map_err(words::client)?;
        client.check_key().await.map_err(words::check)?;
        let status = if session_only {
            self.keys.keep_for_session(&account, key).await
        } else {
            self.keys.save(&account, key).await.map_err(words::keychain)?
        };
        self.engine.connect(Provider::Service { address }, client);
        self.tell(Event::Key(status.clone()));
        Ok(status)
    }

    /// Asks the service about the kept key.
    pub async fn check_key(&self) -> Result<KeyStatus, IpcError> {
        let _alone = self.account.lock().await;
        let (address, account) = self.address();
        let missing = || IpcError::new(ErrorCode::KeyMissing, "There is no key for this service address yet.");
        let key = self.keys.key(&account).await.map_err(words::keychain)?.ok_or_else(missing)?;
        let client = Client::new(&address, key).map_err(words::client)?;
        let answer = client.check_key().await;
        let refused = matches!(answer, Err(CheckError::KeyRefused { .. }));
        if answer.is_ok() || refused {
            self.keys.mark_refused(&account, refused);
            self.tell(Event::Key(self.keys.status(&account).await));
        }
        answer.map_err(words::check)?;
        self.engine.connect(Provider::Service { address }, client);
        Ok(self.keys.status(&account).await)
    }

    /// Removes the key everywhere. Nothing is sent with it from now on, even if the keychain fails.
    pub async fn remove_key(&self) -> Result<KeyStatus, IpcError> {
        let _alone = self.account.lock().await;
        let (address, account) = self.address();
        self.engine.disconnect(&Provider::Service { address });
        let status = self.keys.remove(&account).await.map_err(words::keychain)?;
        self.tell(Event::Key(status.clone()));
        Ok(status)
    }

    /// Connects the engine to every hosted service that jobs are open at, and to the one in force, as far as
    /// there are keys. A keychain that waits to be unlocked is asked again until it is.
    pub(crate) async fn connect_services(&self) {
        while let Err(error) = self.connect_once().await {
            tracing::warn!(%error, "the keychain was not readable");
            if !matches!(error, KeychainError::Locked | KeychainError::TimedOut) {
                break;
            }
            tokio::time::sleep(KEYCHAIN_PAUSE).await;
        }
    }

    /// Connects what can be connected now.
    pub(crate) async fn connect_once(&self) -> Result<(), KeychainError> {
        let _alone = self.account.lock().await;
        let (in_force, account) = self.address();
        let mut outcome = Ok(());
        for address in self.addresses(in_force).await {
            match self.keys.key(&account_of(&address)).await {
                Ok(Some(key)) => match Client::new(&address, key) {
                    Ok(client) => self.engine.connect(Provider::Service { address }, client),
                    Err(error) => tracing::error!(%error, "the service address cannot be used"),
                },
                Ok(None) => {}
                Err(error) => outcome = Err(error),
            }
        }
        self.tell(Event::Key(self.keys.status(&account).await));
        outcome
    }

    /// The address in force and those of open jobs, each once.
    async fn addresses(&self, in_force: String) -> Vec<String> {
        let library = self.library.clone();
        let open = blocking(move || library.open_jobs()).await.ok().and_then(Result::ok).unwrap_or_default();
        let mut addresses = vec![in_force];
        for job in open {
            if let Provider::Service { address } = job.provider
                && !addresses.contains(&address)
            {
                addresses.push(address);
            }
        }
        addresses
    }

    /// The address in force and its account in the keychain.
    fn address(&self) -> (String, String) {
        let address = self.settings().service_address;
        let account = account_of(&address);
        (address, account)
    }
}
