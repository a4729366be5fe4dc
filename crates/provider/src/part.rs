//! The growing file of a download and the mark beside it, which says what of it can be relied on after anything.
//!
//! A file that was being written when the power failed may be of the right length and hold nothing: only what was
//! synced before it was written into the mark is ever resumed. A mark that cannot be read resumes nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::download::Downloaded;

/// So many bytes at most are fetched again after a power cut.
const SYNC_BYTES: u64 = 4 * 1024 * 1024;
/// And what came within so much time.
const SYNC_TIME: Duration = Duration::from_secs(2);
/// Bytes read at once when a part is hashed.
const BLOCK: usize = 128 * 1024;
/// A mark is some hundred bytes; anything longer is none.
const LARGEST_MARK: u64 = 8 * 1024;

/// What stands in the mark.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// Strong ETag of the file that the bytes belong to; without one nothing is resumed.
    etag: Option<String>,
    /// Bytes from the beginning that are on the disk for good.
    synced: u64,
    /// Once the file is whole: SHA-256 of its `synced` bytes, 64 lower-case hex digits.
    sha256: Option<String>,
}

/// Where the mark of a part lies.
fn mark_of(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".etag");
    PathBuf::from(name)
}

fn read_mark(part: &Path) -> Option<Mark> {
    let path = mark_of(part);
    if std::fs::metadata(&path).ok()?.len() > LARGEST_MARK {
        return None;
    }
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The file in a part, if an earlier download brought the whole of it: the bytes are hashed again, so that this is true
/// after a power cut as well. Blocks.
#[must_use]
pub fn whole_part(part: &Path) -> Option<Downloaded> {
    let mark = read_mark(part)?;
    let wanted = mark.sha256?;
    if std::fs::metadata(part).ok()?.len() != mark.synced {
        return None;
    }
    let found = hash(part).ok()?;
    (found.bytes == mark.synced && found.sha256 == wanted).then_some(found)
}

/// Removes a part and its mark, if they are there. Blocks.
///
/// # Errors
/// Whatever the file system says, other than that they are not there.
pub fn forget_part(part: &Path) -> io::Result<()> {
    for file in [mark_of(part), part.to_owned()] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn hash(path: &Path) -> io::Result<Downloaded> {
    use io::Read;
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut bytes, mut block) = (Sha256::new(), 0, vec![0; BLOCK]);
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(Downloaded { bytes, sha256: hex::encode(hash.finalize()) }),
            Ok(read) => {
                hash.update(&block[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Bytes free on the file system of a part; `None` where it does not say.
pub(crate) async fn room_for(part: &Path) -> Option<u64> {
    let folder = part.parent()?.to_owned();
    tokio::task::spawn_blocking(move || fs4::available_space(folder).ok()).await.ok()?
}

/// The growing file and what is known of it.
pub(crate) struct Part {
    path: PathBuf,
    /// Open for writing, once something is to be written.
    file: Option<File>,
    /// Bytes of it that belong to the file.
    length: u64,
    mark: Mark,
    synced_at: Instant,
}

impl Part {
    /// Opens what is there. Bytes that are not known to be on the disk for good are cut off.
    pub(crate) async fn open(path: &Path) -> io::Result<Self> {
        let length = match fs::metadata(path).await {
            Ok(facts) => facts.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        let owned = path.to_owned();
        let mark = tokio::task::spawn_blocking(move || read_mark(&owned)).await.map_err(io::Error::other)?;
        let mark = mark.filter(|mark| mark.synced > 0 && mark.synced <= length && mark.etag.is_some());
        let mut part = Self {
            path: path.to_owned(),
            file: None,
            length,
            mark: Mark { sha256: None, ..mark.unwrap_or_default() },
            synced_at: Instant::now(),
        };
        if part.mark.synced > 0 && part.mark.synced < length {
            OpenOptions::new().write(true).open(path).await?.set_len(part.mark.synced).await?;
            part.length = part.mark.synced;
        }
        Ok(part)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that have arrived.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The ETag, if there is something that can be resumed.
    pub(crate) fn resumable(&self) -> Option<&str> {
        self.mark.etag.as_deref().filter(|_| self.length > 0)
    }

    /// Empties the part. The mark goes first, and for good: one that came back after a power cut would speak of bytes
    /// that are no longer there.
    pub(crate) async fn restart(&mut self, etag: Option<String>) -> io::Result<()> {
        self.file = None;
        let (mark, path) = (mark_of(&self.path), self.path.clone());
        let emptied = move || {
            match std::fs::remove_file(&mark) {
                Ok(()) => sync_folder(&mark)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            std::fs::File::create(&path).map(drop)
        };
        tokio::task::spawn_blocking(emptied).await.map_err(io::Error::other)??;
        self.length = 0;
        self.mark = Mark { etag, ..Mark::default() };
        Ok(())
    }

    /// Adds bytes. Whether it is time to [`Self::keep`] them.
    pub(crate) async fn push(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(OpenOptions::new().append(true).create(true).open(&self.path).await?),
        };
        file.write_all(bytes).await?;
        self.length += bytes.len() as u64;
        let new = self.length - self.mark.synced;
        Ok(new >= SYNC_BYTES || (new > 0 && self.synced_at.elapsed() >= SYNC_TIME))
    }

    /// Makes what has arrived durable, and says so in the mark.
    pub(crate) async fn keep(&mut self) -> io::Result<()> {
        self.synced_at = Instant::now();
        if let Some(file) = &mut self.file {
            file.flush().await?;
            file.sync_data().await?;
        }
        self.mark.synced = self.length;
        // Without an ETag nothing is resumed, and nothing is nothing to resume.
        if self.mark.etag.is_some() && self.length > 0 { self.write_mark().await } else { Ok(()) }
    }

    /// The file is whole: its hash, which the mark keeps until the file has its final name.
    pub(crate) async fn finish(mut self) -> io::Result<Downloaded> {
        self.keep().await?;
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || hash(&path)).await.map_err(io::Error::other)??;
        self.mark.sha256 = Some(done.sha256.clone());
        if let Err(error) = self.write_mark().await {
            // The bytes are there: without the mark they are only asked about again after a crash.
            tracing::debug!(%error, "the mark of a whole file could not be written");
        }
        Ok(done)
    }

    async fn write_mark(&self) -> io::Result<()> {
        let (mark, text) = (mark_of(&self.path), serde_json::to_vec(&self.mark)?);
        let mut new = mark.clone().into_os_string();
        new.push(".new");
        let written = move || {
            let written = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &mark));
            if written.is_err() {
                let _ = std::fs::remove_file(&new); // it may not be there; the error is the one that matters
            }
            written
        };
        tokio::task::spawn_blocking(written).await.map_err(io::Error::other)?
    }
}

/// Makes the names in the folder of `path` durable. Windows does so by itself and cannot be asked.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        std::fs::File::open(parent)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
#[path = "part_tests.rs"]
mod tests;
