//! A home for one test, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub struct World {
    folder: tempfile::TempDir,
}

/// What a run ended with.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one document on standard output, after the expected exit code.
    pub fn json(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{} {}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("one document: {error}: {}", self.stdout))
    }
}

impl World {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The program with the library of this test, no keychain, and nothing of the environment outside.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lastframe"));
        for name in ["LASTFRAME_API_KEY", "LASTFRAME_ENDPOINT", "LASTFRAME_REHEARSAL_SPEED", "LASTFRAME_LOG"] {
            command.env_remove(name);
        }
        command
            .env("LASTFRAME_HOME", self.home())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/lastframe-test-bus")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// With the practice service, faster than usual.
    pub fn rehearse(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["--rehearsal", "--rehearsal-speed", "50"], arguments].concat())
    }

    /// Against a service, with a key from the environment.
    pub fn connect(&self, address: &str, key: &str, arguments: &[&str]) -> Ran {
        let arguments = [&["--endpoint", address], arguments].concat();
        Ran::of(&self.command(&arguments).env("LASTFRAME_API_KEY", key).output().unwrap())
    }

    pub fn jobs(&self) -> Vec<Value> {
        self.run(&["jobs", "--json"]).json(0).as_array().unwrap().clone()
    }
}

/// Every file under a folder that holds these bytes.
pub fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if std::fs::read(&path).unwrap().windows(bytes.len()).any(|part| part == bytes) {
            found.push(path);
        }
    }
    found
}
