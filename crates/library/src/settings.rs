//! Reading `settings.json`, for programs that do not write it.
//!
//! The window writes the file; its top-level keys are the fields of [`Settings`].

use std::io;

use lastframe_model::Settings;

use crate::error::LibraryError;
use crate::places::Places;

/// What the person chose; defaults where the file or a key of it is missing.
///
/// # Errors
/// [`LibraryError::Settings`] if the file is not JSON or a value has the wrong type.
pub fn read_settings(places: &Places) -> Result<Settings, LibraryError> {
    let path = places.settings_file();
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| LibraryError::Settings { path, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(source) => Err(LibraryError::io(&path, source)),
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
}
