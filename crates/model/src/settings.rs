//! What the person chose, kept in `settings.json`, and the state of the key.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::PriceTable;
use crate::job::Provider;

/// The service's address unless the person sets another.
pub const DEFAULT_ADDRESS: &str = "https://cloud.vtrix.ai";

/// Which way new jobs go. Chosen at the first run, changed in Settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The practice service.
    Rehearse,
    /// The hosted service.
    Connect,
}

/// Appearance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark.
    Darkroom,
    /// Light.
    Lightbox,
}

/// Language of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub enum Language {
    /// As the system has it.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English
    #[serde(rename = "en")]
    English,
    /// 简体中文
    #[serde(rename = "zh-CN")]
    Chinese,
}

/// Everything the person chose. Unknown keys in the file are left alone; missing ones have defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Settings {
    /// `None` until the first run is over.
    pub door: Option<Door>,
    /// Base address of the hosted service.
    pub service_address: String,
    /// Where clips are kept; `None` for `Lastframe` in the Videos folder.
    pub clips_folder: Option<String>,
    /// How many jobs run side by side: 1 – 10.
    pub parallel_jobs: u32,
    /// Appearance.
    pub theme: Theme,
    /// Language.
    pub language: Language,
    /// Prices used for estimates.
    pub prices: PriceTable,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            door: None,
            service_address: DEFAULT_ADDRESS.to_owned(),
            clips_folder: None,
            parallel_jobs: 3,
            theme: Theme::System,
            language: Language::System,
            prices: PriceTable::default(),
        }
    }
}

/// Why a setting was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an http(s) URL.
    #[error("The service address must be an https URL.")]
    NotHttps,
    /// `http` to another computer would show the key to everyone on the way.
    #[error("A plain http address is allowed only on this computer; elsewhere the key would travel unprotected.")]
    PlainHttp,
    /// A login, query or fragment in the address.
    #[error("The service address is a host and a path, without login, query or fragment.")]
    Extras,
    /// Parallel jobs out of range.
    #[error("Between 1 and 10 jobs can run side by side.")]
    ParallelJobs,
}

/// A service address in its one spelling: https (http on loopback only), no trailing slash.
pub fn service_address(text: &str) -> Result<String, SettingsError> {
    let url = url::Url::parse(text.trim()).map_err(|_| SettingsError::NotHttps)?;
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => return Err(SettingsError::NotHttps),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(SettingsError::PlainHttp),
        _ => return Err(SettingsError::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(SettingsError::Extras);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

impl Settings {
    /// The same settings with every value in its one spelling, or why one cannot be.
    pub fn checked(mut self) -> Result<Self, SettingsError> {
        self.service_address = service_address(&self.service_address)?;
        if !(1..=10).contains(&self.parallel_jobs) {
            return Err(SettingsError::ParallelJobs);
        }
        Ok(self)
    }

    /// Where new jobs go.
    #[must_use]
    pub fn provider(&self) -> Provider {
        match self.door {
            Some(Door::Connect) => Provider::Service { address: self.service_address.clone() },
            Some(Door::Rehearse) | None => Provider::Rehearsal,
        }
    }
}

/// Where the key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// There is none.
    Missing,
    /// In the keychain.
    Stored,
    /// Only in memory, until the app is closed.
    SessionOnly,
    /// Given by `LASTFRAME_API_KEY` for this run.
    Environment,
    /// The keychain could not be asked; `problem` says why.
    Unavailable,
}

/// What is the matter with a keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeychainProblem {
    /// None runs on this computer.
    NoStore,
    /// It is locked.
    Locked,
    /// It has no place for a key yet.
    NoCollection,
    /// It did not answer in time.
    TimedOut,
    /// Anything else; the English words say more.
    Other,
}

/// What the window may know about the key: never the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct KeyStatus {
    /// Where it is.
    pub state: KeyState,
    /// Its last four characters, if it has at least twelve.
    pub last_four: Option<String>,
    /// What is the matter with the keychain, in English, with the remedy.
    pub problem: Option<String>,
    /// The same, for the window to say in the person's language.
    pub keychain: Option<KeychainProblem>,
    /// Whether the service refused it when it was last used.
    pub refused: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_loopback() {
        for (text, address) in [
            ("https://cloud.vtrix.ai/", "https://cloud.vtrix.ai"),
            (" https://example.com/api/ ", "https://example.com/api"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:1", "http://[::1]:1"),
        ] {
            assert_eq!(service_address(text).as_deref(), Ok(address));
        }
        for (text, error) in [
            ("http://cloud.vtrix.ai", SettingsError::PlainHttp),
            ("http://127.0.0.1.example.com", SettingsError::PlainHttp),
            ("ftp://x", SettingsError::NotHttps),
            ("cloud.vtrix.ai", SettingsError::NotHttps),
            ("https://me:pw@x.com", SettingsError::Extras),
            ("https://x.com?key=1", SettingsError::Extras),
        ] {
            assert_eq!(service_address(text), Err(error), "{text}");
        }
    }

    #[test]
    fn an_old_or_empty_file_reads_as_defaults() {
        let settings: Settings = serde_json::from_str(r#"{"theme":"lightbox","from_the_future":1}"#).unwrap();
        assert_eq!(settings, Settings { theme: Theme::Lightbox, ..Settings::default() });
    }
}
