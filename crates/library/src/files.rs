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
        // A drive that was taken off meanwhile is not replaced by a folder of a month.
        fs::symlink_metadata(from).map_err(|e| LibraryError::io(from, e))?;
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
    write(path, path, bytes, false)
}

/// [`write_file`] beside a file that is there: its folder is not made. Without it the file is gone, or on a drive that is not
/// connected just now.
pub fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    write(path, path, bytes, false)
}

/// [`write_file`], readable by this user only.
pub(crate) fn write_private_file(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    make_parent(path)?;
    write(path, path, bytes, true)
}

/// [`write_beside`] for a picture beside a clip, in a month of a folder of clips, that can be made again. What a program leaves
/// that dies meanwhile lies apart from the clips, where [`sweep_made`] finds it; only where that cannot be, beside them.
pub fn keep_made(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    if let Some(month) = path.parent() {
        fs::metadata(month).map_err(|source| LibraryError::io(month, source))?; // nothing is made where it is not
    }
    let (Some(clips), Some(name)) = (path.parent().and_then(Path::parent), path.file_name()) else {
        return write(path, path, bytes, false);
    };
    let apart = in_making(clips, |making| match write(path, &making.join(name), bytes, false) {
        Err(LibraryError::Io { source, .. }) => Err(source),
        written => Ok(written),
    });
    // A month that is a link to another volume, a root that others own, a file of that name.
    apart.unwrap_or_else(|_| write(path, path, bytes, false))
}

/// Whether anything can be written in a folder of clips, which is known for certain only from writing.
///
/// # Errors
/// What the system says to a small file there, which is removed again.
pub fn try_writing(clips: &Path) -> std::io::Result<()> {
    in_making(clips, |making| {
        let (path, _) = create_new(&making.join("try"), false)?;
        let _ = fs::remove_file(path); // it will be swept
        Ok(())
    })
}

/// Removes what programs that died left of [`keep_made`] and [`try_writing`] in a folder of clips, while nobody makes
/// anything in it.
pub fn sweep_made(clips: &Path) -> Result<(), LibraryError> {
    let making = clips.join(MAKING);
    // What else has that name is somebody's.
    if !is_real_folder(&making) {
        return Ok(());
    }
    fs::remove_dir_all(&making).map_err(|source| LibraryError::io(&making, source))
}

/// Does something in the folder for what is being made, which is there only meanwhile.
fn in_making<T>(clips: &Path, act: impl Fn(&Path) -> std::io::Result<T>) -> std::io::Result<T> {
    let making = clips.join(MAKING);
    let mut tries = 0;
    let done = loop {
        tries += 1;
        let made = match fs::create_dir(&making) {
            // A link would lead out of the folder, which may be a shared one.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && is_real_folder(&making) => Ok(()),
            made => made,
        };
        match made.and_then(|()| act(&making)) {
            // Whoever was done with its own has taken the folder away.
            Err(error) if error.kind() == ErrorKind::NotFound && !is_real_folder(&making) && tries < 10 => {}
            done => break done,
        }
    };
    let _ = fs::remove_dir(&making); // another one may be in it
    done
}

fn is_real_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|facts| facts.is_dir())
}

/// A new file near `path`, under a name that nobody has: one that is there, or a link that somebody put there, is left alone.
fn create_new(path: &Path, private: bool) -> std::io::Result<(PathBuf, File)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut tries = 0;
    loop {
        tries += 1;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let new = PathBuf::from(format!("{}.{}-{number}.new", path.display(), std::process::id()));
        match options.open(&new) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < 1000 => {}
            made => return made.map(|file| (new, file)),
        }
    }
}

/// Writes a whole file near `near`, on the same volume, and gives it its name.
fn write(path: &Path, near: &Path, bytes: &[u8], private: bool) -> Result<(), LibraryError> {
    let (new, mut file) = create_new(near, private).map_err(|source| LibraryError::io(path, source))?;
    let written = (|| {
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        if !private {
            crash::reached(Point::BesideSynced);
        }
        fs::rename(&new, path)
    })();
    if let Err(source) = written {
        let _ = fs::remove_file(&new); // it may not be there; the error above is the one that matters
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
        assert!(keep_made(&month.join("a.last.png"), b"a").is_err());
        assert_eq!(fs::read_dir(clips).unwrap().count(), 0, "a drive that is not connected has no folders of months");
        fs::create_dir(&month).unwrap();
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

    #[cfg(unix)]
    #[test]
    fn what_has_the_name_of_that_folder_is_neither_followed_nor_removed() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (clips, making) = (folder.path(), folder.path().join(MAKING));
        let target = clips.join("2026-11/a.last.png");
        fs::create_dir(clips.join("2026-11")).unwrap();
        std::os::unix::fs::symlink(outside.path(), &making).unwrap();
        keep_made(&target, b"one").unwrap();
        assert!(try_writing(clips).is_err());
        sweep_made(clips).unwrap();
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "nothing went through the link");
        assert!(making.is_symlink());
        fs::remove_file(&making).unwrap();
        fs::write(&making, "a note").unwrap();
        keep_made(&target, b"two").unwrap();
        sweep_made(clips).unwrap();
        assert_eq!(fs::read(&making).unwrap(), b"a note");
        assert_eq!(fs::read(&target).unwrap(), b"two", "it is kept all the same");
        assert_eq!(fs::read_dir(clips.join("2026-11")).unwrap().count(), 1);
        fs::remove_file(&making).unwrap();
        try_writing(clips).unwrap();
        assert!(!making.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_under_the_name_for_the_time_being_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (own, path) = (folder.path().join("own"), folder.path().join("a.json"));
        fs::write(&own, "precious").unwrap();
        // The names that come next, as one that came now tells.
        let (now, _) = create_new(&path, false).unwrap();
        let number: u32 = now.file_stem().unwrap().to_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
        for next in number + 1..number + 900 {
            let near = folder.path().join(format!("a.json.{}-{next}.new", std::process::id()));
            std::os::unix::fs::symlink(&own, near).unwrap();
        }
        write_file(&path, b"written").unwrap();
        assert_eq!((fs::read(&own).unwrap(), fs::read(&path).unwrap()), (b"precious".to_vec(), b"written".to_vec()));
    }
}
