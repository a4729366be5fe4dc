//! Whether files are still what the service sent.

use std::path::Path;

use lastframe_model::FileCheck;

use crate::error::LibraryError;
use crate::files;

/// Compares a clip's file with the SHA-256 (64 lower-case hex digits) recorded when it arrived. Reads all of it.
///
/// # Errors
/// [`LibraryError::Io`] if the file is there and cannot be read.
pub fn check_file(file: &Path, sha256: &str) -> Result<FileCheck, LibraryError> {
    match files::sha256_of(file) {
        Ok(found) if found == sha256 => Ok(FileCheck::Intact),
        Ok(_) => Ok(FileCheck::Changed),
        Err(LibraryError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(FileCheck::Missing),
        Err(error) => Err(error),
    }
}
