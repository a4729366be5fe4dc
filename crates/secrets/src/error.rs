//! What can be the matter with a keychain, and what the person can do about it.

use lastframe_model::KeychainProblem;

/// Why the keychain did not do what was asked. Its text says what happened and how to go on; it never holds a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {}", self.message(), self.hint())]
pub enum KeychainError {
    /// No keychain runs on this computer (on Linux: no Secret Service on the session's D-Bus).
    NoStore,
    /// It is locked, and was not unlocked.
    Locked,
    /// It runs but has no collection in which a key could be put.
    NoCollection,
    /// No answer within the limit: most likely it asks the person to unlock it.
    TimedOut,
    /// Anything else, in the keychain's words.
    Other(String),
}

impl KeychainError {
    /// What happened.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::NoStore => "No keychain was found on this computer.".to_owned(),
            Self::Locked => "The keychain is locked.".to_owned(),
            Self::NoCollection => "The keychain has no place to put a key yet.".to_owned(),
            Self::TimedOut => "The keychain did not answer in time; perhaps it waits to be unlocked.".to_owned(),
            Self::Other(words) => format!("The keychain reported: {words}."),
        }
    }

    /// How to go on.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoStore => {
                "Start one (on Linux GNOME Keyring or KWallet) and Lastframe again, or use the key for this session only."
            }
            Self::Locked => "Unlock it and try again, or use the key for this session only.",
            Self::NoCollection => {
                "Create a keyring in your desktop's password settings, or use the key for this session only."
            }
            Self::TimedOut => {
                "Look for a window that asks for its password and try again, or use the key for this session only."
            }
            Self::Other(_) => "Try again, or use the key for this session only.",
        }
    }

    /// What the window has words for.
    #[must_use]
    pub fn problem(&self) -> KeychainProblem {
        match self {
            Self::NoStore => KeychainProblem::NoStore,
            Self::Locked => KeychainProblem::Locked,
            Self::NoCollection => KeychainProblem::NoCollection,
            Self::TimedOut => KeychainProblem::TimedOut,
            Self::Other(_) => KeychainProblem::Other,
        }
    }

    /// What an error of the keychain library says; `None` if it only says that there is no entry.
    pub(crate) fn of(error: &keyring::Error) -> Option<Self> {
        use keyring::Error::{
            Ambiguous, BadDataFormat, BadEncoding, NoDefaultStore, NoEntry, NoStorageAccess, PlatformFailure,
        };
        Some(match error {
            NoEntry => return None,
            NoDefaultStore => Self::NoStore,
            NoStorageAccess(cause) | PlatformFailure(cause) => platform(cause.as_ref()),
            // These carry what was stored: nothing of it may be repeated.
            BadEncoding(_) | BadDataFormat(..) => Self::Other("the entry is not a text".to_owned()),
            Ambiguous(_) => Self::Other("there is more than one entry for this service".to_owned()),
            other => Self::Other(other.to_string()),
        })
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn platform(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> KeychainError {
    match cause.downcast_ref::<secret_service::Error>() {
        Some(
            secret_service::Error::Locked | secret_service::Error::Prompt | secret_service::Error::PromptDisconnected,
        ) => KeychainError::Locked,
        Some(secret_service::Error::NoResult) => KeychainError::NoCollection,
        Some(secret_service::Error::Unavailable) => KeychainError::NoStore,
        Some(_) | None => KeychainError::Other(words(cause)),
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn platform(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> KeychainError {
    KeychainError::Other(words(cause))
}

fn words(cause: &dyn std::error::Error) -> String {
    cause.to_string().trim_end_matches('.').chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_words_and_a_way_on() {
        for error in [
            KeychainError::NoStore,
            KeychainError::Locked,
            KeychainError::NoCollection,
            KeychainError::TimedOut,
            KeychainError::Other("out of order".into()),
        ] {
            let text = error.to_string();
            assert!(text.starts_with(&error.message()), "{text}");
            assert!(text.ends_with("use the key for this session only."), "{text}");
        }
    }

    #[test]
    fn what_was_stored_is_not_repeated() {
        let stored = keyring::Error::BadEncoding(b"sk-secret\xff".to_vec());
        let error = KeychainError::of(&stored).unwrap();
        assert!(!format!("{error} {error:?}").contains("115"), "not even as numbers: {error:?}");
        assert_eq!(KeychainError::of(&keyring::Error::NoEntry), None, "no entry is no failure");
        assert_eq!(KeychainError::of(&keyring::Error::NoDefaultStore), Some(KeychainError::NoStore));
    }
}
