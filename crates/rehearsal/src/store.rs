//! The folder of the practice service: tasks, pictures, results, the ledger of accepted submits, the
//! key. Every file is replaced whole or not at all, so that a killed process leaves nothing half.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use lastframe_model::{ImageId, ids};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::prune;
use crate::task::Task;

/// The tasks in memory and their files.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    tasks: Mutex<HashMap<String, Task>>,
    /// One writer at a time: a task's file always holds its newest state.
    writing: Mutex<()>,
    /// One keeper of pictures at a time.
    pictures: Mutex<()>,
}

impl Store {
    /// Opens the folder, making what is missing, and reads its tasks. Unreadable ones are skipped.
    pub fn open(folder: &Path) -> io::Result<Self> {
        for name in ["tasks", "pictures", "results"] {
            fs::create_dir_all(folder.join(name))?;
        }
        let mut tasks = HashMap::new();
        for entry in fs::read_dir(folder.join("tasks"))? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match serde_json::from_slice::<Task>(&fs::read(&path)?) {
                Ok(task) => {
                    tasks.insert(task.id.clone(), task);
                }
                Err(error) => {
                    tracing::warn!(%error, path = %path.display(), "a task of the practice service is unreadable");
                }
            }
        }
        prune::prune(folder, &mut tasks)?;
        Ok(Self {
            folder: folder.to_owned(),
            tasks: Mutex::new(tasks),
            writing: Mutex::new(()),
            pictures: Mutex::new(()),
        })
    }

    fn tasks(&self) -> MutexGuard<'_, HashMap<String, Task>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A snapshot of one task.
    pub fn task(&self, id: &str) -> Option<Task> {
        self.tasks().get(id).cloned()
    }

    /// The ids of the tasks that are not at their end, oldest first.
    pub fn open_tasks(&self) -> Vec<String> {
        let tasks = self.tasks();
        let mut open: Vec<&Task> = tasks.values().filter(|task| task.is_open()).collect();
        open.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        open.into_iter().map(|task| task.id.clone()).collect()
    }

    /// Accepts a task: its file first, then a line in the ledger, then memory.
    pub fn accept(&self, task: Task, body: &[u8]) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.write_task(&task)?;
        let line = serde_json::json!({
            "at": task.created_at,
            "id": task.id,
            "model": task.request.model,
            "sha256": hex::encode(Sha256::digest(body)),
        });
        let mut ledger = OpenOptions::new().create(true).append(true).open(self.folder.join("ledger.jsonl"))?;
        ledger.write_all(format!("{line}\n").as_bytes())?;
        ledger.sync_data()?;
        self.tasks().insert(task.id.clone(), task);
        Ok(())
    }

    /// Changes a task in memory and on disk. The new snapshot, or `None` for an unknown task.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Task)) -> io::Result<Option<Task>> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut task) = self.task(id) else { return Ok(None) };
        change(&mut task);
        if !task.is_open() {
            task.ended_at.get_or_insert_with(|| Timestamp::now().as_second());
        }
        self.write_task(&task)?;
        self.tasks().insert(task.id.clone(), task.clone());
        Ok(Some(task))
    }

    /// Notes the progress of a task, in memory only.
    pub fn progress(&self, id: &str, progress: f64) {
        if let Some(task) = self.tasks().get_mut(id) {
            task.progress = progress;
        }
    }

    fn write_task(&self, task: &Task) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(task)?;
        replace(&self.folder.join("tasks").join(format!("{}.json", task.id)), &bytes)
    }

    /// Keeps a picture under the hash of its bytes.
    pub fn keep_picture(&self, id: &ImageId, bytes: &[u8]) -> io::Result<()> {
        let path = self.folder.join("pictures").join(id.as_str());
        // Several takes bring the same picture at once; each would rename the other's part away.
        let _alone = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        if path.exists() { Ok(()) } else { replace(&path, bytes) }
    }

    /// The bytes of a kept picture.
    pub fn picture(&self, id: &ImageId) -> io::Result<Vec<u8>> {
        if !ids::is_plain(id.as_str()) {
            return Err(io::ErrorKind::NotFound.into());
        }
        fs::read(self.folder.join("pictures").join(id.as_str()))
    }

    /// Where a result lies or will lie. `id` and `extension` are ours, never from a URL unchecked.
    pub fn result_file(&self, id: &str, extension: &str) -> PathBuf {
        self.folder.join("results").join(format!("{id}.{extension}"))
    }
}

/// Writes a file beside `path`, brings it to the disk and puts it in place.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&part, path)?;
    sync_folder(path)
}

/// Brings a finished part to the disk and puts it in place.
pub(crate) fn place(part: &Path, path: &Path) -> io::Result<()> {
    // Windows syncs only through a handle that may write.
    OpenOptions::new().write(true).open(part)?.sync_all()?;
    fs::rename(part, path)?;
    sync_folder(path)
}

/// Brings the names beside `path` to the disk. Windows does so by itself and cannot be asked.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The key of this folder, made at random the first time and readable by its owner only.
pub(crate) fn key(folder: &Path) -> io::Result<SecretString> {
    let path = folder.join("key");
    match fs::read_to_string(&path) {
        Ok(key) if key.trim().len() >= 32 => return Ok(SecretString::from(key.trim().to_owned())),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let key = SecretString::from(format!("rehearsal-{}", hex::encode(rand::random::<[u8; 24]>())));
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(key.expose_secret().as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, &path)?;
    Ok(key)
}
