//! Precedence, masking and the limit, with keychains that do what a test needs.

use std::sync::mpsc;
use std::time::Instant;

use super::*;

const ACCOUNT: &str = "cloud.vtrix.ai";
const KEY: &str = "sk-abcdefgh-1234";

fn key(text: &str) -> SecretString {
    SecretString::from(text)
}

/// Keeps keys in memory, as a keychain that works.
#[derive(Default)]
struct Works(Mutex<HashMap<String, SecretString>>);

impl Store for Works {
    fn get(&self, account: &str) -> Result<Option<SecretString>, KeychainError> {
        Ok(self.0.lock().unwrap().get(account).cloned())
    }
    fn set(&self, account: &str, key: &SecretString) -> Result<(), KeychainError> {
        self.0.lock().unwrap().insert(account.to_owned(), key.clone());
        Ok(())
    }
    fn remove(&self, account: &str) -> Result<(), KeychainError> {
        self.0.lock().unwrap().remove(account);
        Ok(())
    }
}

/// Fails always in one way.
struct Fails(KeychainError);

impl Store for Fails {
    fn get(&self, _: &str) -> Result<Option<SecretString>, KeychainError> {
        Err(self.0.clone())
    }
    fn set(&self, _: &str, _: &SecretString) -> Result<(), KeychainError> {
        Err(self.0.clone())
    }
    fn remove(&self, _: &str) -> Result<(), KeychainError> {
        Err(self.0.clone())
    }
}

/// Asks the person something until the test lets go; tells which keys were set.
struct Asks {
    person: mpsc::Receiver<()>,
    set: mpsc::Sender<String>,
}

impl Store for Asks {
    fn get(&self, _: &str) -> Result<Option<SecretString>, KeychainError> {
        let _ = self.person.recv();
        Ok(None)
    }
    fn set(&self, _: &str, key: &SecretString) -> Result<(), KeychainError> {
        let _ = self.set.send(key.expose_secret().to_owned());
        Ok(())
    }
    fn remove(&self, _: &str) -> Result<(), KeychainError> {
        Ok(())
    }
}

fn keys(environment: Option<&str>, store: impl Store) -> Keys {
    Keys::with_store(environment.map(key), store, Duration::from_secs(1))
}

#[tokio::test]
async fn a_key_is_stored_shown_by_its_end_and_removed() {
    let keys = keys(None, Works::default());
    assert_eq!(keys.status(ACCOUNT).await.state, KeyState::Missing);
    let stored = keys.save(ACCOUNT, key(&format!(" {KEY}\n"))).await.unwrap();
    assert_eq!((stored.state, stored.last_four.as_deref()), (KeyState::Stored, Some("1234")));
    assert_eq!(keys.status(ACCOUNT).await, stored, "what is said when storing is what is found afterwards");
    assert_eq!(keys.key(ACCOUNT).await.unwrap().unwrap().expose_secret(), KEY, "blanks of a paste are dropped");
    assert_eq!(keys.status("other.example").await.state, KeyState::Missing, "a key belongs to its host");
    assert_eq!(keys.remove(ACCOUNT).await.unwrap().state, KeyState::Missing);
    assert!(keys.key(ACCOUNT).await.unwrap().is_none());
}

#[tokio::test]
async fn the_environment_wins_over_the_session_and_the_session_over_the_keychain() {
    let keys_of_session = keys(None, Works::default());
    keys_of_session.save(ACCOUNT, key("sk-from-the-keychain")).await.unwrap();
    let status = keys_of_session.keep_for_session(ACCOUNT, key("sk-from-the-session")).await;
    assert_eq!(status.state, KeyState::SessionOnly);
    assert_eq!(keys_of_session.key(ACCOUNT).await.unwrap().unwrap().expose_secret(), "sk-from-the-session");

    let of_environment = keys(Some("sk-from-the-environment"), Works::default());
    let status = of_environment.save(ACCOUNT, key("sk-from-the-keychain")).await.unwrap();
    assert_eq!(status.state, KeyState::Environment, "storing does not change which key this run uses");
    of_environment.keep_for_session(ACCOUNT, key("sk-from-the-session")).await;
    assert_eq!(of_environment.key(ACCOUNT).await.unwrap().unwrap().expose_secret(), "sk-from-the-environment");
    assert_eq!(keys(Some("  "), Works::default()).status(ACCOUNT).await.state, KeyState::Missing, "blank is no key");
}

#[tokio::test]
async fn without_a_keychain_the_session_is_the_way_on() {
    for error in [KeychainError::NoStore, KeychainError::NoCollection, KeychainError::Locked] {
        let keys = keys(None, Fails(error.clone()));
        let status = keys.status(ACCOUNT).await;
        assert_eq!((status.state, status.problem), (KeyState::Unavailable, Some(error.to_string())));
        assert_eq!(
            keys.save(ACCOUNT, key(KEY)).await.unwrap_err(),
            error,
            "a key that is not stored is not said to be"
        );
        let status = keys.keep_for_session(ACCOUNT, key(KEY)).await;
        assert_eq!((status.state, status.last_four.as_deref()), (KeyState::SessionOnly, Some("1234")));
        assert_eq!(keys.key(ACCOUNT).await.unwrap().unwrap().expose_secret(), KEY);
        let removed = keys.remove(ACCOUNT).await;
        assert_eq!(removed.is_err(), error == KeychainError::Locked, "a locked keychain may still hold another");
        assert_eq!(keys.status(ACCOUNT).await.state, KeyState::Unavailable, "in any case the session's key is gone");
    }
}

#[tokio::test]
async fn a_keychain_that_asks_the_person_does_not_hold_the_program_up() {
    let (answer, person) = mpsc::channel();
    let (set, was_set) = mpsc::channel();
    let keys = keys(None, Asks { person, set });
    let began = Instant::now();
    let status = keys.status(ACCOUNT).await;
    assert_eq!((status.state, status.problem), (KeyState::Unavailable, Some(KeychainError::TimedOut.to_string())));
    assert_eq!(keys.save(ACCOUNT, key("sk-given-up")).await, Err(KeychainError::TimedOut));
    assert!(began.elapsed() < Duration::from_secs(6), "two calls of at most a second");
    answer.send(()).unwrap();
    keys.save(ACCOUNT, key("sk-second-try")).await.unwrap();
    let set: Vec<String> = was_set.try_iter().collect();
    assert_eq!(set, ["sk-second-try"], "what was given up is not done behind the person's back");
}

#[tokio::test]
async fn a_refusal_is_remembered_until_another_key_comes() {
    let keys = keys(None, Works::default());
    keys.save(ACCOUNT, key(KEY)).await.unwrap();
    keys.mark_refused(ACCOUNT, true);
    assert!(keys.status(ACCOUNT).await.refused);
    assert!(!keys.status("other.example").await.refused);
    assert!(!keys.save(ACCOUNT, key("sk-another-key-2")).await.unwrap().refused);
    keys.mark_refused(ACCOUNT, true);
    keys.mark_refused(ACCOUNT, false);
    assert!(!keys.status(ACCOUNT).await.refused);
}

#[tokio::test]
async fn short_keys_show_nothing_and_debug_shows_no_key() {
    let keys = keys(Some(KEY), Works::default());
    let shown = format!("{keys:?} {:?} {:?}", keys.status(ACCOUNT).await, keys.key(ACCOUNT).await);
    assert!(!shown.contains("abcdefgh"), "{shown}");
    for (text, end) in [("sk-12345678", None), ("sk-123456789", Some("6789")), ("ключ-ключ-ключ", Some("ключ"))]
    {
        assert_eq!(last_four(&key(text)).as_deref(), end, "{text}");
    }
    assert!(matches!(keys.save(ACCOUNT, key("  ")).await, Err(KeychainError::Other(_))), "an empty key is no key");
}

#[test]
fn accounts_are_hosts() {
    for (address, account) in [
        ("https://cloud.vtrix.ai", "cloud.vtrix.ai"),
        ("https://Cloud.Vtrix.ai:443/api/", "cloud.vtrix.ai"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://[::1]:8080/x", "[::1]:8080"),
    ] {
        assert_eq!(account_of(address), account);
    }
}
