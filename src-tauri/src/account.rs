//! The account: the service's address, its key, and the engine's connection to it.

use std::time::Duration;

use lastframe_model::{ErrorCode, Event, IpcError, KeyState, KeyStatus, Provider};
use lastframe_provider::{CheckError, Client};
use lastframe_secrets::account_of;
use secrecy::SecretString;

use crate::open::Open;
use crate::words;

/// A keychain may ask the person something; the window does not wait for that.
const KEY_PATIENCE: Duration = Duration::from_millis(300);

impl Open {
    fn address(&self) -> String {
        self.settings().service_address
    }

    fn service(&self) -> Provider {
        Provider::Service { address: self.address() }
    }

    pub(crate) async fn key_status(&self) -> KeyStatus {
        let account = account_of(&self.address());
        match tokio::time::timeout(KEY_PATIENCE, self.keys.status(&account)).await {
            Ok(status) => status,
            // Its event follows when it has answered.
            Err(_) => KeyStatus { state: KeyState::Missing, last_four: None, problem: None, refused: false },
        }
    }

    /// Checks a key with the service and keeps it; a key that the service refuses is not kept.
    pub async fn save_key(&self, key: String, session_only: bool) -> Result<KeyStatus, IpcError> {
        let key = SecretString::from(key.trim().to_owned());
        let client = Client::new(&self.address(), key.clone()).map_err(words::client)?;
        client.check_key().await.map_err(words::check)?;
        let account = account_of(&self.address());
        let status = if session_only {
            self.keys.keep_for_session(&account, key).await
        } else {
            self.keys.save(&account, key).await.map_err(words::keychain)?
        };
        self.engine.connect(self.service(), client);
        self.tell(Event::Key(status.clone()));
        Ok(status)
    }

    /// Asks the service about the kept key.
    pub async fn check_key(&self) -> Result<KeyStatus, IpcError> {
        let account = account_of(&self.address());
        let missing = || IpcError::new(ErrorCode::KeyMissing, "There is no key for this service address yet.");
        let key = self.keys.key(&account).await.map_err(words::keychain)?.ok_or_else(missing)?;
        let client = Client::new(&self.address(), key).map_err(words::client)?;
        let answer = client.check_key().await;
        let refused = matches!(answer, Err(CheckError::KeyRefused { .. }));
        if answer.is_ok() || refused {
            self.keys.mark_refused(&account, refused);
            self.tell(Event::Key(self.keys.status(&account).await));
        }
        answer.map_err(words::check)?;
        self.engine.connect(self.service(), client);
        Ok(self.keys.status(&account).await)
    }

    /// Removes the key everywhere.
    pub async fn remove_key(&self) -> Result<KeyStatus, IpcError> {
        let account = account_of(&self.address());
        let status = self.keys.remove(&account).await.map_err(words::keychain)?;
        self.engine.disconnect(&self.service());
        self.tell(Event::Key(status.clone()));
        Ok(status)
    }

    /// Connects the engine to the hosted service if there is a key for it.
    pub(crate) async fn connect_service(&self) {
        let account = account_of(&self.address());
        match self.keys.key(&account).await {
            Ok(Some(key)) => match Client::new(&self.address(), key) {
                Ok(client) => self.engine.connect(self.service(), client),
                Err(error) => tracing::error!(%error, "the service address cannot be used"),
            },
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the keychain was not readable"),
        }
        self.tell(Event::Key(self.keys.status(&account).await));
    }
}
