//! How a practice service is set up, and why it may not start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::faults::Faults;

/// How a practice service is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Where tasks, results, the ledger and the key are kept. Made when missing.
    pub folder: PathBuf,
    /// How much faster than usual clips arrive: 1 is about 6 s a clip, 100 as fast as they render.
    pub speed: f64,
    /// Whether numbers of a result (`duration`, `size`, `fps`) are sent as strings, as the official client reads them.
    pub numbers_as_strings: bool,
    /// How long a result link works.
    pub link_lifetime: Duration,
    /// Further models, and other specs of the usual ones: each the `data` of a spec reply, served as it is, with
    /// `{base}` in its endpoint standing for this service. A `description` in it stands in the list. Whatever can be
    /// read as a spec can be generated with.
    pub models: Vec<serde_json::Value>,
    /// What goes wrong. Keep a clone to add faults while the service runs.
    pub faults: Faults,
}

impl Options {
    /// The usual service, keeping its things in `folder`.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            port: 0,
            folder: folder.into(),
            speed: 1.0,
            numbers_as_strings: false,
            link_lifetime: Duration::from_hours(24),
            models: Vec::new(),
            faults: Faults::default(),
        }
    }
}

impl Options {
    /// The same with the models of a JSON file: a list of specs, as [`Options::models`] describes them.
    ///
    /// # Errors
    /// [`RehearsalError::Models`] if it cannot be read or is no such list. What stands in the specs is not judged.
    pub fn with_models_of(mut self, file: &Path) -> Result<Self, RehearsalError> {
        let unusable = |source| RehearsalError::Models { file: file.to_owned(), source };
        let bytes = std::fs::read(file).map_err(unusable)?;
        self.models = serde_json::from_slice(&bytes).map_err(|error| unusable(error.into()))?;
        Ok(self)
    }
}

/// Why the practice service could not start.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// The port is taken, or may not be used.
    #[error("The practice service cannot listen on 127.0.0.1:{port}: {source}.")]
    Port {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its folder cannot be used.
    #[error("The practice service cannot use its folder {}: {source}.", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file of models is not a list of specs.
    #[error("The file of models {} cannot be used: {source}.", file.display())]
    Models {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// The file of faults cannot be read as faults.
    #[error("The file of faults {} cannot be used: {source}.", file.display())]
    Faults {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// The speed is not a positive number.
    #[error("The speed of the practice service must be more than 0.")]
    Speed,
}
