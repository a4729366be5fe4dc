//! One program at a time runs jobs on a library; others may read it.
//!
//! The lock is the operating system's own, so it ends with the program, however that ends.

use std::fs::{File, TryLockError};

use crate::error::LibraryError;
use crate::files;
use crate::places::Places;

/// The right to run jobs on a library. Ends when it is dropped.
#[derive(Debug)]
pub struct Ownership {
    /// Locked as long as it is open.
    _lock: File,
}

impl Ownership {
    pub(crate) fn claim(places: &Places, program: &str) -> Result<Self, LibraryError> {
        let path = places.lock();
        let lock = files::private_file(&path).map_err(|source| LibraryError::io(&path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let by = std::fs::read_to_string(places.lock_owner()).unwrap_or_default();
                let by = by.trim();
                let by = if by.is_empty() { "it did not say which".to_owned() } else { by.to_owned() };
                return Err(LibraryError::Owned { by });
            }
            Err(TryLockError::Error(source)) => return Err(LibraryError::io(&path, source)),
        }
        let owner = format!("{program} (process {})", std::process::id());
        files::write_private_file(&places.lock_owner(), owner.as_bytes())?;
        Ok(Self { _lock: lock })
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
}
