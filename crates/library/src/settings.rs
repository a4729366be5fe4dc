//! Reading `settings.json`, for programs that do not write it.
//!
//! The window writes the file; its top-level keys are the fields of [`Settings`]. It is not replaced at once but
//! written over, so that a copy that is stands beside it.

use std::io;
use std::path::Path;

use lastframe_model::Settings;

use crate::error::LibraryError;
use crate::files;
use crate::places::Places;

/// What the person chose; defaults where the file or a key of it is missing, the copy where it is cut short.
///
/// # Errors
/// [`LibraryError::Settings`] if the file is not JSON or a value has the wrong type, and there is no copy.
pub fn read_settings(places: &Places) -> Result<Settings, LibraryError> {
    match read(&places.settings_file()) {
        // A whole file with a wrong value was written by somebody on purpose: they are told.
        Err(LibraryError::Settings { path, source }) if source.is_eof() => {
            let copy = places.settings_copy();
            if !copy.is_file() {
                return Err(LibraryError::Settings { path, source });
            }
            tracing::warn!(%source, "settings.json is cut short; its copy is used");
            read(&copy)
        }
        settings => settings,
    }
}

/// Writes the copy, whole or not at all. Before the file itself is written.
pub fn write_settings_copy(places: &Places, bytes: &[u8]) -> Result<(), LibraryError> {
    files::write_file(&places.settings_copy(), bytes)
}

/// Writes one setting into the file, with every other key as it was. For programs without a window, and only while no
/// window runs: it would write over this with what it once read. Whoever calls this owns the library.
///
/// # Errors
/// As [`read_settings`]: what cannot be read is not written over.
pub fn write_setting(places: &Places, key: &str, value: serde_json::Value) -> Result<(), LibraryError> {
    // First, by the same rules: which of the two files is in force, and that it is one.
    read_settings(places)?;
    let mut whole = match keys(&places.settings_file()) {
        Err(LibraryError::Settings { source, .. }) if source.is_eof() => keys(&places.settings_copy()),
        whole => whole,
    }?;
    whole.insert(key.to_owned(), value);
    let bytes = serde_json::to_vec_pretty(&whole)?;
    write_settings_copy(places, &bytes)?;
    files::write_file(&places.settings_file(), &bytes)
}

fn keys(path: &Path) -> Result<serde_json::Map<String, serde_json::Value>, LibraryError> {
    match std::fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|source| LibraryError::Settings { path: path.to_owned(), source })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(serde_json::Map::new()),
        Err(source) => Err(LibraryError::io(path, source)),
    }
}

fn read(path: &Path) -> Result<Settings, LibraryError> {
    match std::fs::read(path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|source| LibraryError::Settings { path: path.to_owned(), source })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(source) => Err(LibraryError::io(path, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_the_defaults_and_a_broken_one_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::resolve(Some(folder.path().to_owned()), None).unwrap();
        assert_eq!(read_settings(&places).unwrap(), Settings::default());
        std::fs::write(places.settings_file(), r#"{"parallel_jobs": 7}"#).unwrap();
        assert_eq!(read_settings(&places).unwrap().parallel_jobs, 7);
        std::fs::write(places.settings_file(), "{").unwrap();
        let error = read_settings(&places).unwrap_err();
        assert!(error.to_string().contains("settings.json"), "{error}");
    }

    #[test]
    fn one_setting_is_written_and_every_other_key_stays() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::resolve(Some(folder.path().to_owned()), None).unwrap();
        let read = || std::fs::read_to_string(places.settings_file()).unwrap();
        write_setting(&places, "parallel_jobs", 4.into()).unwrap();
        assert_eq!(read_settings(&places).unwrap().parallel_jobs, 4, "a file that was not there");
        std::fs::write(places.settings_file(), r#"{"parallel_jobs": 7, "theme": "lightbox", "newer": [1]}"#).unwrap();
        write_setting(&places, "parallel_jobs", 5.into()).unwrap();
        let kept: serde_json::Value = serde_json::from_str(&read()).unwrap();
        assert_eq!(kept, serde_json::json!({"parallel_jobs": 5, "theme": "lightbox", "newer": [1]}));
        std::fs::write(places.settings_file(), &read()[..20]).unwrap();
        write_setting(&places, "parallel_jobs", 6.into()).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&read()).unwrap()["newer"][0], 1, "from the copy");
        std::fs::write(places.settings_file(), r#"{"parallel_jobs": "many"}"#).unwrap();
        write_setting(&places, "theme", "darkroom".into()).expect_err("what cannot be read is not written over");
        assert!(read().contains("many"));
    }

    #[test]
    fn a_file_that_a_power_cut_left_half_or_empty_is_read_from_its_copy() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::resolve(Some(folder.path().to_owned()), None).unwrap();
        let whole = br#"{"parallel_jobs": 7}"#;
        write_settings_copy(&places, whole).unwrap();
        for length in 0..whole.len() {
            std::fs::write(places.settings_file(), &whole[..length]).unwrap();
            assert_eq!(read_settings(&places).unwrap().parallel_jobs, 7, "cut after {length} bytes");
        }
        std::fs::write(places.settings_file(), r#"{"parallel_jobs": "many"}"#).unwrap();
        read_settings(&places).expect_err("a wrong value is said, not replaced by an old one");
    }
}
