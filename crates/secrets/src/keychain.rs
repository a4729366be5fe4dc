//! The keychain on a thread of its own: its calls block, now and then on a window that asks for a password.

use std::sync::mpsc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;

use crate::error::KeychainError;

/// The name under which keys are found in the keychain.
const SERVICE: &str = "Lastframe";

type Reply = Result<Option<SecretString>, KeychainError>;

/// What can be asked of a keychain; real in the product, scripted where a test needs one that hangs.
pub(crate) trait Store: Send + 'static {
    fn get(&self, account: &str) -> Reply;
    fn set(&self, account: &str, key: &SecretString) -> Result<(), KeychainError>;
    fn remove(&self, account: &str) -> Result<(), KeychainError>;
}

enum Call {
    Get,
    Set(SecretString),
    Remove,
}

struct Letter {
    account: String,
    call: Call,
    reply: oneshot::Sender<Reply>,
}

/// Sends calls to the thread and waits for each no longer than the limit.
pub(crate) struct Keychain {
    /// `None` if no thread could be started.
    letters: Option<mpsc::Sender<Letter>>,
    limit: Duration,
}

impl Keychain {
    pub(crate) fn start(store: impl Store, limit: Duration) -> Self {
        let (letters, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || serve(&store, &inbox));
        Self { letters: thread.is_ok().then_some(letters), limit }
    }

    pub(crate) async fn get(&self, account: &str) -> Reply {
        self.call(account, Call::Get).await
    }

    pub(crate) async fn set(&self, account: &str, key: SecretString) -> Result<(), KeychainError> {
        self.call(account, Call::Set(key)).await.map(drop)
    }

    pub(crate) async fn remove(&self, account: &str) -> Result<(), KeychainError> {
        self.call(account, Call::Remove).await.map(drop)
    }

    async fn call(&self, account: &str, call: Call) -> Reply {
        let (reply, answer) = oneshot::channel();
        let letter = Letter { account: account.to_owned(), call, reply };
        let ended = || KeychainError::Other("its thread has ended".to_owned());
        self.letters.as_ref().ok_or_else(ended)?.send(letter).map_err(|_| ended())?;
        match tokio::time::timeout(self.limit, answer).await {
            Ok(answer) => answer.map_err(|_| ended())?,
            Err(_) => Err(KeychainError::TimedOut),
        }
    }
}

fn serve(store: &impl Store, inbox: &mpsc::Receiver<Letter>) {
    while let Ok(Letter { account, call, reply }) = inbox.recv() {
        // Whoever gave up waiting was told so: doing it all the same, minutes later, would be a surprise.
        if reply.is_closed() {
            continue;
        }
        let answer = match call {
            Call::Get => store.get(&account),
            Call::Set(key) => store.set(&account, &key).map(|()| None),
            Call::Remove => store.remove(&account).map(|()| None),
        };
        if let Err(error) = &answer {
            tracing::warn!(%error, "the keychain could not be used");
        }
        // Nobody may be waiting any more, which is not this thread's business.
        let _ = reply.send(answer);
    }
}

/// The keychain of the operating system.
pub(crate) struct System;

impl System {
    fn entry(account: &str) -> Result<keyring::Entry, KeychainError> {
        keyring::Entry::new(SERVICE, account).map_err(|error| said(&error))
    }
}

fn said(error: &keyring::Error) -> KeychainError {
    KeychainError::of(error).unwrap_or_else(|| KeychainError::Other("there is no entry".to_owned()))
}

impl Store for System {
    fn get(&self, account: &str) -> Reply {
        match Self::entry(account)?.get_password() {
            Ok(key) => Ok(Some(SecretString::from(key))),
            Err(error) => KeychainError::of(&error).map_or(Ok(None), Err),
        }
    }

    fn set(&self, account: &str, key: &SecretString) -> Result<(), KeychainError> {
        Self::entry(account)?.set_password(key.expose_secret()).map_err(|error| said(&error))
    }

    fn remove(&self, account: &str) -> Result<(), KeychainError> {
        match Self::entry(account)?.delete_credential() {
            Ok(()) => Ok(()),
            Err(error) => KeychainError::of(&error).map_or(Ok(()), Err),
        }
    }
}
