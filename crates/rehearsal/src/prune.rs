//! What the practice service does not keep for ever: tasks whose links have long died, with their files, and
//! pictures that no task shows any more. Tasks that are open stay, however old they are.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::store;
use crate::task::Task;

/// Links die after a day; who has not fetched a result by now gets no clip that costs anything to make again.
const KEPT: Duration = Duration::from_hours(72);
/// What is younger may be in work in another process.
const IN_WORK: Duration = Duration::from_hours(1);
/// The ledger may grow to this many bytes, about 6,000 submits; then its older half goes.
const LEDGER: u64 = 1 << 20;

/// Forgets what is too old in a folder whose tasks are given.
pub(crate) fn prune(folder: &Path, tasks: &mut HashMap<String, Task>) -> io::Result<()> {
    let (now, kept) = (Timestamp::now().as_second(), i64::try_from(KEPT.as_secs()).unwrap_or(i64::MAX));
    let old: Vec<String> = tasks
        .values()
        .filter(|task| !task.is_open() && now.saturating_sub(task.last_change()) > kept)
        .map(|task| task.id.clone())
        .collect();
    for id in &old {
        // The results first: a task without its files would be a promise that is not kept.
        for extension in ["mp4", "png"] {
            gone(fs::remove_file(folder.join("results").join(format!("{id}.{extension}"))))?;
        }
        gone(fs::remove_file(folder.join("tasks").join(format!("{id}.json"))))?;
        tasks.remove(id);
    }
    each_older(&folder.join("results"), IN_WORK, |name| name.rsplit('.').next() == Some("part"))?;
    each_older(&folder.join("results"), KEPT, |name| !tasks.contains_key(name.split('.').next().unwrap_or(name)))?;
    let shown: HashSet<&str> = tasks
        .values()
        .flat_map(|task| {
            let request = &task.request;
            request.first_frame.iter().chain(&request.last_frame).chain(&request.reference_images)
        })
        .map(|picture| picture.id.as_str())
        .collect();
    each_older(&folder.join("pictures"), KEPT, |name| !shown.contains(name))?;
    shorten(&folder.join("ledger.jsonl"))
}

/// Removes the files of a folder that are older than `age` and of a name that may go.
fn each_older(folder: &Path, age: Duration, may_go: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let changed: SystemTime = entry.metadata()?.modified()?;
        let old = changed.elapsed().is_ok_and(|passed| passed > age);
        if old && entry.file_name().to_str().is_some_and(&may_go) {
            gone(fs::remove_file(entry.path()))?;
        }
    }
    Ok(())
}

/// Keeps the newer half of a ledger that has become too long.
fn shorten(ledger: &Path) -> io::Result<()> {
    if fs::metadata(ledger).map_or(0, |facts| facts.len()) <= LEDGER {
        return Ok(());
    }
    let text = fs::read_to_string(ledger)?;
    let lines: Vec<&str> = text.lines().collect();
    let newer: String = lines[lines.len() / 2..].iter().flat_map(|line| [line, "\n"]).collect();
    store::replace(ledger, newer.as_bytes())
}

/// What is gone already needs no removing.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}
