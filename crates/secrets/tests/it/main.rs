//! The real Secret Service, in sessions that these tests start for themselves, each with its own folders.
//!
//! A keychain library remembers for its whole process whether there was a bus: every case runs in a process of its own,
//! which is this binary again with one test chosen.
#![cfg(all(unix, not(target_os = "macos")))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use lastframe_model::KeyState;
use lastframe_secrets::{KeychainError, Keys};
use secrecy::{ExposeSecret, SecretString};

const ACCOUNT: &str = "keychain-test.example";
const KEY: &str = "sk-keychain-test-0001";
/// Set for the process in which a case really runs.
const CASE: &str = "LASTFRAME_KEYCHAIN_CASE";

fn key() -> SecretString {
    SecretString::from(KEY)
}

/// Whether this process is the one that a case runs in.
fn is_case() -> bool {
    std::env::var_os(CASE).is_some()
}

/// This binary again, with one test of it.
fn case(program: &str, before: &[&str], test: &str) -> Command {
    let mut command = Command::new(program);
    let this = std::env::current_exe().unwrap();
    command.args(before).arg(this).args(["--exact", test, "--include-ignored", "--nocapture"]).env(CASE, "1");
    command
}

/// Runs one test of this binary in a private session. `unlock` starts the keychain with its password.
fn in_session(folder: &Path, unlock: bool, test: &str) {
    assert_eq!(
        std::env::var("LASTFRAME_TEST_KEYCHAIN").as_deref(),
        Ok("1"),
        "set LASTFRAME_TEST_KEYCHAIN=1 where dbus-run-session, gnome-keyring-daemon and secret-tool are installed"
    );
    let runtime = folder.join("runtime");
    std::fs::create_dir_all(&runtime).unwrap();
    std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    // With an empty password there would be no collection.
    let start = if unlock { "printf test | gnome-keyring-daemon --unlock" } else { "gnome-keyring-daemon --start" };
    let script = format!(
        r#"eval "$({start} --components=secrets)"; "$@"; code=$?
        if [ -n "${{GNOME_KEYRING_PID:-}}" ]; then kill "$GNOME_KEYRING_PID"; fi; exit $code"#
    );
    let output = case("dbus-run-session", &["--", "bash", "-c", &script, "session"], test)
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("XDG_DATA_HOME", folder.join("data"))
        // Without a display nobody can be asked for a password.
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{test}: {said}");
    assert!(said.contains("1 passed"), "{test} really ran: {said}");
}

/// What another program finds in the keychain.
fn secret_tool(arguments: &[&str]) -> String {
    let output = Command::new("secret-tool").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
#[ignore = "needs a Secret Service: LASTFRAME_TEST_KEYCHAIN=1 cargo test -p lastframe-secrets -- --ignored"]
async fn a_key_lives_in_the_keychain_and_is_found_by_others() {
    if !is_case() {
        let folder = tempfile::tempdir().unwrap();
        in_session(folder.path(), true, "a_key_lives_in_the_keychain_and_is_found_by_others");
        let kept = std::fs::read_dir(folder.path().join("data/keyrings")).unwrap();
        for file in kept {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "the keyring's file is encrypted");
        }
        return;
    }
    let lookup = ["lookup", "service", "Lastframe", "username", ACCOUNT];
    let keys = Keys::new(None);
    assert_eq!(keys.status(ACCOUNT).await.state, KeyState::Missing);
    let stored = keys.save(ACCOUNT, key()).await.unwrap();
    assert_eq!((stored.state, stored.last_four.as_deref()), (KeyState::Stored, Some("0001")));
    assert_eq!(secret_tool(&lookup).trim(), KEY, "service Lastframe, account = the host");
    assert_eq!(Keys::new(None).key(ACCOUNT).await.unwrap().unwrap().expose_secret(), KEY, "the next run finds it");
    keys.save(ACCOUNT, SecretString::from("sk-keychain-test-0002")).await.unwrap();
    assert_eq!(secret_tool(&lookup).trim(), "sk-keychain-test-0002", "replaced, not beside the other");
    assert_eq!(keys.remove(ACCOUNT).await.unwrap().state, KeyState::Missing);
    assert_eq!(secret_tool(&lookup), "", "removed for everyone");
    assert_eq!(keys.remove(ACCOUNT).await.unwrap().state, KeyState::Missing, "removing nothing is no failure");
}

#[tokio::test]
async fn without_a_bus_it_says_so_at_once_and_the_session_key_works() {
    if !is_case() {
        let folder = tempfile::tempdir().unwrap();
        let this = std::env::current_exe().unwrap();
        let test = "without_a_bus_it_says_so_at_once_and_the_session_key_works";
        let bus = format!("unix:path={}", folder.path().join("no-bus").display());
        let output = case("env", &["--"], test)
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .env("XDG_RUNTIME_DIR", folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "{}: {said}", this.display());
        return;
    }
    let keys = Keys::new(None);
    let began = Instant::now();
    let status = keys.status(ACCOUNT).await;
    assert_eq!((status.state, status.problem), (KeyState::Unavailable, Some(KeychainError::NoStore.to_string())));
    assert_eq!(keys.save(ACCOUNT, key()).await, Err(KeychainError::NoStore));
    assert!(began.elapsed() < Duration::from_secs(2), "at once, not after the limit: {:?}", began.elapsed());
    assert_eq!(keys.keep_for_session(ACCOUNT, key()).await.state, KeyState::SessionOnly);
    assert_eq!(keys.key(ACCOUNT).await.unwrap().unwrap().expose_secret(), KEY);
}

#[tokio::test]
#[ignore = "needs a Secret Service: LASTFRAME_TEST_KEYCHAIN=1 cargo test -p lastframe-secrets -- --ignored"]
async fn without_a_collection_nothing_is_said_to_be_stored() {
    if !is_case() {
        let folder = tempfile::tempdir().unwrap();
        return in_session(folder.path(), false, "without_a_collection_nothing_is_said_to_be_stored");
    }
    let keys = Keys::new(None);
    assert_eq!(keys.status(ACCOUNT).await.state, KeyState::Missing, "it looks like no key");
    assert_eq!(keys.save(ACCOUNT, key()).await, Err(KeychainError::NoCollection));
    assert_eq!(keys.keep_for_session(ACCOUNT, key()).await.state, KeyState::SessionOnly);
}

#[tokio::test]
#[ignore = "needs a Secret Service: LASTFRAME_TEST_KEYCHAIN=1 cargo test -p lastframe-secrets -- --ignored"]
async fn a_locked_keychain_is_said_to_be_locked() {
    if !is_case() {
        let folder = tempfile::tempdir().unwrap();
        in_session(folder.path(), true, "a_key_is_left_behind");
        return in_session(folder.path(), false, "a_locked_keychain_is_said_to_be_locked");
    }
    let keys = Keys::new(None);
    let began = Instant::now();
    let status = keys.status(ACCOUNT).await;
    assert_eq!((status.state, status.problem), (KeyState::Unavailable, Some(KeychainError::Locked.to_string())));
    assert_eq!(keys.save(ACCOUNT, key()).await, Err(KeychainError::Locked));
    assert!(began.elapsed() < Duration::from_secs(5), "without a display nobody is waited for: {:?}", began.elapsed());
    assert_eq!(keys.keep_for_session(ACCOUNT, key()).await.state, KeyState::SessionOnly);
}

#[tokio::test]
#[ignore = "needs a Secret Service: LASTFRAME_TEST_KEYCHAIN=1 cargo test -p lastframe-secrets -- --ignored"]
async fn a_key_is_left_behind() {
    if !is_case() {
        let folder = tempfile::tempdir().unwrap();
        return in_session(folder.path(), true, "a_key_is_left_behind");
    }
    let stored = Keys::new(None).save(ACCOUNT, key()).await.unwrap();
    assert_eq!(stored.state, KeyState::Stored);
}
