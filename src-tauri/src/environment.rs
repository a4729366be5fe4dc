//! What the process was started with, read once, here, and passed on.

use std::path::PathBuf;

use lastframe_library::{LibraryError, Places};
use secrecy::SecretString;

/// The environment variables that Lastframe knows.
pub struct Environment {
    /// Where everything is kept: `LASTFRAME_HOME`, or the platform's folders.
    pub places: Result<Places, LibraryError>,
    /// `LASTFRAME_HOME` itself: a later choice of clips folder is resolved against it.
    pub home: Option<PathBuf>,
    /// `LASTFRAME_API_KEY`: a key for this run, kept nowhere.
    pub key: Option<SecretString>,
    /// `LASTFRAME_REHEARSAL_SPEED`: how many times quicker than usual the practice service works.
    pub rehearsal_speed: f64,
    /// `LASTFRAME_REHEARSAL_MODELS`: a JSON file of further models for the practice service.
    pub rehearsal_models: Option<PathBuf>,
    /// `LASTFRAME_GPU`: `1` or `0`, whether there is a GPU for the web view to paint with. Linux only; unset, it is looked for.
    pub gpu: Option<bool>,
}

impl Environment {
    /// Reads the process's environment. The one place that does.
    #[must_use]
    pub fn of_process() -> Self {
        let home = std::env::var_os("LASTFRAME_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        let places = Places::resolve(home.clone(), None).map(|places| {
            let folder = lastframe_library::read_settings(&places).ok().and_then(|settings| settings.clips_folder);
            Places::resolve(home.clone(), folder.as_deref()).unwrap_or(places)
        });
        let speed = std::env::var("LASTFRAME_REHEARSAL_SPEED").ok().and_then(|text| text.parse().ok());
        Self {
            places,
            home,
            key: std::env::var("LASTFRAME_API_KEY").ok().filter(|key| !key.is_empty()).map(SecretString::from),
            rehearsal_speed: speed.filter(|speed: &f64| speed.is_finite() && *speed > 0.0).unwrap_or(1.0),
            rehearsal_models: std::env::var_os("LASTFRAME_REHEARSAL_MODELS")
                .filter(|file| !file.is_empty())
                .map(PathBuf::from),
            gpu: std::env::var("LASTFRAME_GPU").ok().and_then(|text| match text.as_str() {
                "1" => Some(true),
                "0" => Some(false),
                _ => None,
            }),
        }
    }
}
