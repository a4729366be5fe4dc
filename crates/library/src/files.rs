//! Files that appear whole or not at all, and stay after a power cut.
//!
//! Knows nothing about clips or jobs.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::crash::{self, Point};
use crate::error::LibraryError;

/// Where pictures are made until they are whole, in a folder of clips.
const MAKING: &str = ".lastframe-new";

/// Moves a finished file to its final name on the same volume: its bytes are made durable first, then the
/// name, then the folder that holds the name. The last folder of `to` is made if it is missing.
pub fn place_file(from: &Path, to: &Path) -> Result<(), LibraryError> {
    // Windows syncs only through a handle that may write.
    let file = OpenOptions::new().read(true).write(true).open(from).map_err(|e| LibraryError::io(from, e))?;
    file.sync_all().map_err(|e| LibraryError::io(from, e))?;
    drop(file);
    crash::reached(Point::PartSynced);
    make_parent(to)?;
    fs::rename(from, to).map_err(|e| LibraryError::io(to, e))?;
    crash::reached(Point::FileRenamed);
    sync_parent(to)
}

/// Copies a file under a name for the time being, brings it to the disk, and returns its SHA-256 (64 lower-case hex
/// digits) and its bytes. `from` is read once and stays as it is.
pub fn copy_hashed(from: &Path, to: &Path) -> Result<(String, u64), LibraryError> {
    let mut source = File::open(from).map_err(|e| LibraryError::io(from, e))?;
    let mut copy = || {
        let mut target = File::create(to)?;
        let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0_u64, vec![0_u8; 256 * 1024]);
        loop {
            let read = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(LibraryError::io(from, error))),
            };
            hash.update(&buffer[..read]);
            target.write_all(&buffer[..read])?;
            bytes += u64::try_from(read).unwrap_or_default();
        }
        target.sync_all()?;
        Ok(Ok((hex::encode(hash.finalize()), bytes)))
    };
    copy().map_err(|e| LibraryError::io(to, e))?
}

/// Gives files that are on the disk already their final names on the same volume, then makes all the names durable. The
/// last folder of each is made if it is missing.
pub fn place_synced(files: &[(PathBuf, PathBuf)]) -> Result<(), LibraryError> {
    let mut folders = std::collections::BTreeMap::new();
    for (from, to) in files {
        make_parent(to)?;
        fs::rename(from, to).map_err(|e| LibraryError::io(to, e))?;
        folders.insert(to.parent(), to);
    }
    folders.values().try_for_each(|to| sync_parent(to))
}

/// Copies a file to its final name: under the name of a part first, then as [`place_file`] does. `from` stays as it is.
pub(crate) fn copy_into_place(from: &Path, to: &Path) -> Result<(), LibraryError> {
    make_parent(to)?;
    let part = PathBuf::from(format!("{}.part", to.display()));
    let copied = fs::copy(from, &part).map_err(|source| LibraryError::io(&part, source));
    let placed = copied.and_then(|_| place_file(&part, to));
    if placed.is_err() {
        let _ = fs::remove_file(&part); // it may not be there; the error above is the one that matters
    }
    placed
}

/// Writes a whole file under its final name, as [`place_file`] does.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    make_parent(path)?;
    write(path, &numbered(path), bytes, false)
}

/// [`write_file`], readable by this user only.
pub(crate) fn write_private_file(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    make_parent(path)?;
    write(path, &numbered(path), bytes, true)
}

/// [`write_file`] for a picture beside a clip, in a month of a folder of clips, that nobody misses if it is not written: it can
/// be made again. What a program leaves that dies meanwhile lies apart from the clips, where [`sweep_made`] finds it.
pub fn keep_made(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    make_parent(path)?;
    let (Some(month), Some(name)) = (path.parent(), path.file_name()) else { return write_file(path, bytes) };
    let making = month.parent().unwrap_or(month).join(MAKING);
    let new = numbered(&making.join(name));
    let mut tries = 0;
    let written = loop {
        tries += 1;
        if let Err(source) = fs::create_dir(&making)
            && source.kind() != ErrorKind::AlreadyExists
        {
            break Err(LibraryError::io(&making, source));
        }
        match write(path, &new, bytes, false) {
            // Whoever was done with its own has taken the folder away.
            Err(LibraryError::Io { source, .. }) if source.kind() == ErrorKind::NotFound && tries < 10 => {}
            // The month is a link to, or the place of, another volume.
            Err(LibraryError::Io { source, .. }) if source.kind() == ErrorKind::CrossesDevices => {
                break write(path, &numbered(path), bytes, false);
            }
            written => break written,
        }
    };
    let _ = fs::remove_dir(&making); // another one may be in it
    written
}

/// Removes what programs that died left of [`keep_made`] in a folder of clips, while nobody makes anything in it.
pub fn sweep_made(clips: &Path) -> Result<(), LibraryError> {
    let making = clips.join(MAKING);
    match fs::remove_dir_all(&making) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(LibraryError::io(&making, source)),
        _ => Ok(()),
    }
}

/// A name beside `path` that no other write has.
fn numbered(path: &Path) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(format!("{}.{}-{number}.new", path.display(), std::process::id()))
}

fn write(path: &Path, new: &Path, bytes: &[u8], private: bool) -> Result<(), LibraryError> {
    let written = (|| {
        let mut file = if private { private_file(new)? } else { File::create(new)? };
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        if !private {
            crash::reached(Point::BesideSynced);
        }
        fs::rename(new, path)
    })();
    if let Err(source) = written {
        let _ = fs::remove_file(new); // it may not be there; the error above is the one that matters
        return Err(LibraryError::io(path, source));
    }
    sync_parent(path)
}

/// Removes what a program that died left unfinished of the files beside `path` that share its stem. Only for names
/// that nobody else is writing now.
pub(crate) fn sweep_beside(path: &Path) -> Result<(), LibraryError> {
    let (Some(folder), Some(stem)) = (path.parent(), path.file_stem().and_then(|stem| stem.to_str())) else {
        return Ok(());
    };
    for entry in fs::read_dir(folder).map_err(|e| LibraryError::io(folder, e))?.flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let left = path.extension().is_some_and(|extension| extension == "new")
            && name.to_str().is_some_and(|name| name.starts_with(stem));
        if left && let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, "an unfinished file could not be removed");
        }
    }
    Ok(())
}

/// SHA-256 of a file, 64 lower-case hex digits.
pub fn sha256_of(path: &Path) -> Result<String, LibraryError> {
    let hash = || {
        let mut hash = Sha256::new();
        std::io::copy(&mut File::open(path)?, &mut hash)?;
        Ok(hex::encode(hash.finalize()))
    };
    hash().map_err(|source| LibraryError::io(path, source))
}

/// Opens a file for writing, made readable by this user only if it is new.
pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that only this user can look into. One that is there already is left as it is.
pub(crate) fn private_folder(path: &Path) -> Result<(), LibraryError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| LibraryError::io(path, e))
}

/// Makes the folder right above `path`, and none above that: a drive that is away must not be replaced by an
/// empty folder of its name.
pub(crate) fn make_parent(path: &Path) -> Result<(), LibraryError> {
    let Some(parent) = path.parent() else { return Ok(()) };
    match fs::create_dir(parent) {
        Ok(()) => sync_parent(parent),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(LibraryError::io(parent, error)),
    }
}

/// Makes the names in the folder of `path` durable. Windows does so by itself and cannot be asked.
pub(crate) fn sync_parent(path: &Path) -> Result<(), LibraryError> {
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(|e| LibraryError::io(parent, e))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_drive_is_not_replaced_by_an_empty_folder() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("drive/films/2026-11/a.mp4");
        let error = write_file(&target, b"x").unwrap_err();
        assert!(matches!(error, LibraryError::Io { .. }), "{error}");
        assert!(!folder.path().join("drive").exists(), "nothing was made in place of the drive");
    }

    #[test]
    fn a_written_file_is_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("2026-11/a.json");
        write_file(&target, b"one").unwrap();
        write_file(&target, b"two").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"two");
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1, "no .new file is left");
    }

    #[test]
    fn what_is_made_again_leaves_nothing_among_the_clips() {
        let folder = tempfile::tempdir().unwrap();
        let (clips, month) = (folder.path(), folder.path().join("2026-11"));
        std::thread::scope(|scope| {
            for writer in 0..4_u8 {
                let month = &month;
                scope.spawn(move || {
                    for number in 0..50_u8 {
                        keep_made(&month.join(format!("{writer}-{number}.last.png")), &[number]).unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(&month).unwrap().count(), 200, "each is there, and nothing else");
        assert_eq!(fs::read_dir(clips).unwrap().count(), 1, "the folder in which they were made is gone");
        // A program that died in the middle of one.
        let making = clips.join(MAKING);
        fs::create_dir(&making).unwrap();
        fs::write(making.join("a.last.png.17-0.new"), "hal").unwrap();
        keep_made(&month.join("b.last.png"), b"whole").unwrap();
        assert_eq!(fs::read_dir(&making).unwrap().count(), 1, "what another one makes is left alone");
        sweep_made(clips).unwrap();
        assert!(!making.exists());
        sweep_made(clips).unwrap();
        assert_eq!(fs::read(month.join("b.last.png")).unwrap(), b"whole");
    }
}
