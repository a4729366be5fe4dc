//! One program at a time runs jobs on a library; others may read it.
//!
//! The lock is the operating system's own, so it ends with the program, however that ends. The name beside it is
//! taken away only by an orderly end: where it still stands, the last program was cut off.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use crate::error::LibraryError;
use crate::files;
use crate::places::Places;

/// The right to run jobs on a library. Ends when it is dropped and what was being written at that moment is done.
#[derive(Debug)]
pub struct Ownership {
    held: Arc<Held>,
}

/// The lock itself. Every write holds it too, so that nobody else gets the library in the middle of one.
#[derive(Debug)]
pub(crate) struct Held {
    lock: File,
    /// Who has it.
    owner: PathBuf,
    /// Whether the database is known to be whole: the last program ended in order, or it was checked since.
    sound: AtomicBool,
}

impl Drop for Held {
    fn drop(&mut self) {
        // While the lock is still held, so that it cannot be the name of the next one.
        if self.sound.load(Ordering::Relaxed)
            && let Err(error) = fs::remove_file(&self.owner)
        {
            tracing::debug!(%error, "the next start will check the database for nothing");
        }
        // Closing the file does the same, but not while a program that is just being started still shares it.
        let _ = self.lock.unlock();
    }
}

impl Ownership {
    pub(crate) fn claim(places: &Places, program: &str) -> Result<Self, LibraryError> {
        let path = places.lock();
        let lock = files::private_file(&path).map_err(|source| LibraryError::io(&path, source))?;
        let owner = places.lock_owner();
        let by = fs::read_to_string(&owner).unwrap_or_default();
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let by = by.trim();
                let by = if by.is_empty() { "it did not say which".to_owned() } else { by.to_owned() };
                return Err(LibraryError::Owned { by });
            }
            Err(TryLockError::Error(source)) => return Err(LibraryError::io(&path, source)),
        }
        // Again: it may have ended in order between the first look and the lock.
        let sound = !owner.exists();
        let name = format!("{program} (process {})", std::process::id());
        files::sweep_beside(&owner)?;
        files::write_private_file(&owner, name.as_bytes())?;
        Ok(Self { held: Arc::new(Held { lock, owner, sound: AtomicBool::new(sound) }) })
    }

    /// Whether the last program that ran jobs here was cut off, and the database has not been checked since.
    pub(crate) fn follows_a_crash(&self) -> bool {
        !self.held.sound.load(Ordering::Relaxed)
    }

    /// The database was checked, or is a new one.
    pub(crate) fn is_sound(&self) {
        self.held.sound.store(true, Ordering::Relaxed);
    }

    pub(crate) fn watch(&self) -> Weak<Held> {
        Arc::downgrade(&self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_told_which_one_has_it_and_may_follow_it() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::resolve(Some(folder.path().to_owned()), None).unwrap();
        let first = Ownership::claim(&places, "Lastframe").unwrap();
        let error = Ownership::claim(&places, "lastframe run").unwrap_err();
        let owner = format!("Lastframe (process {})", std::process::id());
        assert!(error.to_string().contains(&owner), "{error}");
        drop(first);
        Ownership::claim(&places, "lastframe run").expect("the lock ends with its holder");
    }

    #[test]
    fn a_name_that_still_stands_means_a_crash_until_the_database_was_checked() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::resolve(Some(folder.path().to_owned()), None).unwrap();
        drop(Ownership::claim(&places, "a").unwrap());
        let claim = || Ownership::claim(&places, "b").unwrap();
        assert!(!claim().follows_a_crash(), "an orderly end takes the name away");
        // What a killed program leaves: the name, and no lock.
        fs::write(places.lock_owner(), "Lastframe (process 1)").unwrap();
        assert!(claim().follows_a_crash());
        assert!(claim().follows_a_crash(), "nobody has checked it yet");
        claim().is_sound();
        assert!(!claim().follows_a_crash());
    }
}
