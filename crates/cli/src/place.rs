//! Where this run works: folders, settings, the library, and the service that new jobs go to.

use std::path::PathBuf;

use lastframe_engine::kept_catalogue;
use lastframe_library::{Library, Places, read_settings};
use lastframe_model::settings::service_address;
use lastframe_model::{Catalogue, Clip, ClipId, JobId, Provider, Settings};
use lastframe_secrets::Keys;
use secrecy::SecretString;

use crate::arguments::Arguments;
use crate::failure::CliError;
use crate::output::Output;

/// Everything that comes from flags, environment and settings.
#[derive(Debug)]
pub struct Place {
    /// Folders.
    pub places: Places,
    /// What the person chose in the window.
    pub settings: Settings,
    /// Address of the hosted service: `--endpoint`, or the settings'.
    pub address: String,
    /// Where new jobs go.
    pub provider: Provider,
    /// Keys of this run.
    pub keys: Keys,
    /// How much faster than usual rehearsal is.
    pub rehearsal_speed: f64,
    /// Further models of rehearsal.
    pub rehearsal_models: Option<PathBuf>,
}

impl Place {
    /// Reads the settings and lets flags and environment win over them. A command that only looks goes on with the
    /// usual ones if they cannot be read, and says so.
    pub fn find(
        arguments: &Arguments,
        environment_key: Option<SecretString>,
        output: Output,
    ) -> Result<Self, CliError> {
        let global = &arguments.global;
        let home = global.home.clone().filter(|home| !home.as_os_str().is_empty());
        let usual = Places::resolve(home.clone(), None)?;
        let read = read_settings(&usual).map_err(CliError::from).and_then(|settings| Ok(settings.checked()?));
        let settings = match read {
            Err(error) if arguments.command.only_looks() => {
                output.say(&format!("{error} The usual settings are used."));
                Settings::default()
            }
            read => read?,
        };
        let places = Places::resolve(home, settings.clips_folder.as_deref())?;
        let endpoint = global.endpoint.as_deref().filter(|endpoint| !endpoint.trim().is_empty());
        let (address, provider) = match endpoint {
            Some(endpoint) => {
                let address = service_address(endpoint)?;
                (address.clone(), Provider::Service { address })
            }
            None => (settings.service_address.clone(), settings.provider()),
        };
        let provider = if global.rehearsal { Provider::Rehearsal } else { provider };
        let keys = Keys::new(environment_key);
        let rehearsal_models = global.rehearsal_models.clone();
        let rehearsal_speed = global.rehearsal_speed;
        Ok(Self { places, settings, address, provider, keys, rehearsal_speed, rehearsal_models })
    }

    /// Opens the library. Reading it works while another program runs jobs on it.
    pub fn library(&self) -> Result<Library, CliError> {
        Ok(Library::open(self.places.clone())?)
    }

    /// The models that can be asked for: the built-in ones, and what the spec service last said.
    pub fn catalogue(&self) -> Catalogue {
        kept_catalogue(&self.places, &self.settings, &self.provider)
    }

    /// The video of a clip.
    pub fn file(&self, clip: &Clip) -> PathBuf {
        self.places.clip_file(clip)
    }

    /// The clip as it is printed: its file as a whole path, since a reader does not know the clips folder.
    pub fn shown(&self, clip: Clip) -> Clip {
        let file = self.file(&clip).display().to_string();
        Clip { file, ..clip }
    }
}

/// The clip of that id.
pub fn clip(library: &Library, id: &str) -> Result<Clip, CliError> {
    let found = library.clip(&ClipId::new(id.trim()))?;
    found.ok_or_else(|| CliError::NotFound { what: "clip", id: id.to_owned() })
}

/// The job of that id.
pub fn job(library: &Library, id: &str) -> Result<lastframe_model::Job, CliError> {
    let found = library.job(&JobId::new(id.trim()))?;
    found.ok_or_else(|| CliError::NotFound { what: "job", id: id.to_owned() })
}
