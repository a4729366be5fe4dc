//! Against a service: the key, refusals, and replies that are lost.

use std::io::Read;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lastframe_rehearsal::{Options, Rehearsal};
use secrecy::ExposeSecret;

use crate::world::{World, files_with};

const SMALL: [&str; 4] = ["--resolution", "480p", "--duration", "2"];

/// Runs what a test does with a hosted service, for which the practice service stands in.
fn with_service(test: impl FnOnce(&World, &str, &str)) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let options = Options { speed: 50.0, ..Options::in_folder(folder.path()) };
    let service = runtime.block_on(Rehearsal::start(options)).unwrap();
    let key = service.key().expose_secret().to_owned();
    test(&World::new(), service.address(), &key);
    runtime.block_on(service.shutdown());
}

const KEY: &str = "sk-some-key-000000";

/// A listener that hangs up after it has read something; keeps the first line of every request that brings [`KEY`]. Tests
/// run beside each other, and a program of another one may still look for a service where this one listens now.
fn hangs_up() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&calls);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let (mut socket, mut bytes) = (socket.unwrap(), [0; 4096]);
            let count = socket.read(&mut bytes).unwrap_or(0);
            let request = String::from_utf8_lossy(&bytes[..count]).into_owned();
            if request.contains(KEY) {
                kept.lock().unwrap().push(request.lines().next().unwrap_or_default().to_owned());
            }
        }
    });
    (address, calls)
}

#[test]
fn the_key_makes_a_clip_and_is_in_no_file() {
    with_service(|world, address, key| {
        let arguments = [&["generate", "--prompt", "A boat", "--json"], SMALL.as_slice()].concat();
        let ran = world.connect(address, key, &arguments);
        let made = ran.json(0);
        assert_eq!(made["clips"][0]["provider"]["address"], address, "the hosted service made it");
        assert_eq!(files_with(&world.home(), key.as_bytes()), Vec::<std::path::PathBuf>::new());
        assert!(!(ran.stdout + &ran.stderr).contains(key), "nor is it printed");
        let id = made["clips"][0]["id"].as_str().unwrap();
        assert!(!files_with(&world.home(), id.as_bytes()).is_empty(), "the search does find what is there");
    });
}

#[test]
fn a_key_is_checked() {
    with_service(|world, address, key| {
        let good = world.connect(address, key, &["key", "check", "--json"]).json(0);
        assert_eq!((&good["state"], &good["refused"]), (&"environment".into(), &false.into()));
        let bad = world.connect(address, "sk-not-the-key-0000", &["key", "check", "--json"]).json(1);
        assert_eq!(bad["code"], "key_refused");
    });
}

#[test]
fn a_refused_key_keeps_the_job_and_ends_with_1() {
    with_service(|world, address, key| {
        let arguments = [&["generate", "--prompt", "A boat", "--json"], SMALL.as_slice()].concat();
        let ran = world.connect(address, "sk-not-the-key-0000", &arguments);
        assert_eq!(ran.json(1)["jobs"][0]["wait"]["reason"], "key_refused", "{}", ran.stderr);
        let carried = world.connect(address, key, &["run", "--json"]).json(0);
        assert_eq!(carried["jobs"][0]["state"], "done", "with the right key it goes on");
    });
}

#[test]
fn without_a_key_nothing_is_written_down() {
    let world = World::new();
    let ran = world.run(&["--endpoint", "http://127.0.0.1:9", "generate", "--prompt", "x", "--json"]);
    // There is no keychain here either, which is what it says.
    assert_eq!(ran.json(1)["code"], "keychain_unavailable");
    assert!(ran.stderr.contains("LASTFRAME_API_KEY"), "it says the way on: {}", ran.stderr);
    assert_eq!(world.jobs().len(), 0);
}

#[test]
fn an_estimate_sends_nothing() {
    let world = World::new();
    let (address, calls) = hangs_up();
    let words = world.connect(&address, KEY, &["generate", "--prompt", "x", "--estimate"]);
    assert_eq!(words.code, 0, "{}", words.stderr);
    assert!(words.stdout.contains("0.1853"), "{}", words.stdout);
    let check = world.connect(&address, KEY, &["generate", "--prompt", "x", "--estimate", "--json"]);
    assert_eq!(check.json(0)["total"], "0.1853");
    assert_eq!(*calls.lock().unwrap(), [] as [&str; 0], "nothing was sent");
    assert_eq!(world.jobs().len(), 0);
}

#[test]
fn a_lost_reply_ends_with_3_and_is_settled_by_word() {
    let world = World::new();
    let (address, calls) = hangs_up();
    let ran = world.connect(&address, KEY, &["generate", "--prompt", "x", "--json"]);
    let job = ran.json(3)["jobs"][0].clone();
    assert_eq!(job["state"], "unknown");
    assert!(ran.stderr.contains("lastframe resolve"), "it says how to settle it: {}", ran.stderr);
    let once = ["POST /model/v1/generation HTTP/1.1"];
    // Whether the service can be reached again may be asked meanwhile.
    let posts =
        || -> Vec<String> { calls.lock().unwrap().iter().filter(|line| line.starts_with("POST ")).cloned().collect() };
    assert_eq!(posts(), once, "it is not sent twice: {}", ran.stderr);
    let id = job["id"].as_str().unwrap();
    world.connect(&address, KEY, &["run", "--json"]).json(0);
    assert_eq!(posts(), once, "not even by `run`");
    let settled = world.run(&["resolve", id, "--not-submitted", "--json"]).json(0);
    assert_eq!((&settled["state"], &settled["failure"]["code"]), (&"failed".into(), &"not_sent".into()));
    assert_eq!(world.run(&["resolve", id, "--not-submitted"]).code, 2, "settled once");
}

#[test]
fn a_key_is_not_stored_without_a_keychain() {
    let world = World::new();
    let mut command = world.command(&["key", "set"]);
    let piped = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(piped.path(), "sk-piped-key-000000\n").unwrap();
    let output = command.stdin(std::fs::File::open(piped.path()).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No keychain"), "{output:?}");
    assert_eq!(world.run(&["key", "set"]).code, 2, "nothing was typed");
    if world.home().exists() {
        assert!(files_with(&world.home(), b"sk-piped-key").is_empty(), "and never into a file");
    }
}
