//! What the person chose, kept in `settings.json`, and the state of the key.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::{PriceTable, Usd};
use crate::error::{ErrorCode, IpcError, Reason};
use crate::job::Provider;

/// The service's address unless the person sets another.
pub const DEFAULT_ADDRESS: &str = "https://cloud.vtrix.ai";
/// The address of the model specs unless the person sets another.
pub const DEFAULT_SPECS_ADDRESS: &str = "https://cloud-model-spec.vtrix.ai";

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
    /// What may be spent without asking again.
    pub guards: Guards,
    /// Whether copies that leave the library carry their recipe inside the file.
    pub recipe_in_copies: bool,
    /// Whether new models and changed limits are fetched from the spec service.
    pub live_specs: bool,
    /// Base address of the spec service. No key ever goes there.
    pub specs_address: String,
    /// After so many days (1 – 3,650) clips in the trash are deleted for good; `None` keeps them until it is emptied.
    pub trash_days: Option<u32>,
}

/// What may be spent without an explicit yes. Checked in the engine when jobs are made; practice jobs cost nothing
/// and pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Guards {
    /// USD in a calendar month, of the person's time zone: billed, and what open or unknown jobs may cost.
    pub monthly_budget: Option<Usd>,
    /// USD of one job.
    pub job_ceiling: Option<Usd>,
}

/// Which guard a request would pass, and by how much. A job without a price passes every guard that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct GuardBreach {
    /// Which guard.
    pub guard: Guard,
    /// Where it stands, USD.
    pub limit: Usd,
    /// What it would come to, USD; `None` if the model has no price.
    pub amount: Option<Usd>,
}

/// A guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// [`Guards::monthly_budget`]
    MonthlyBudget,
    /// [`Guards::job_ceiling`]
    JobCeiling,
}

/// Whether the person has said yes to passing a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consent {
    /// No: a request that passes a guard is refused.
    Within,
    /// Yes, to this one.
    Beyond,
}

impl Consent {
    /// The person's answer.
    #[must_use]
    pub fn given(yes: bool) -> Self {
        if yes { Self::Beyond } else { Self::Within }
    }
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
            guards: Guards::default(),
            recipe_in_copies: true,
            live_specs: true,
            specs_address: DEFAULT_SPECS_ADDRESS.to_owned(),
            trash_days: Some(30),
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
    /// A guard of less than nothing.
    #[error("A budget or ceiling is an amount of US dollars, at least 0.")]
    Guard,
    /// Parallel jobs out of range.
    #[error("Between 1 and 10 jobs can run side by side.")]
    ParallelJobs,
    /// A price that is none.
    #[error("A price is an amount of US dollars per million tokens from 0 to 1,000,000, with at most six decimals.")]
    Price,
    /// A share of more than all, or of less than nothing.
    #[error("The flex tier's share of the online price is between 0 and 1.")]
    FlexShare,
    /// Two rows of one model, or a row of none.
    #[error("Each model has one row in the table of prices.")]
    PriceTwice,
    /// Days in the trash out of range.
    #[error("Clips stay in the trash for 1 to 3,650 days, or until it is emptied.")]
    TrashDays,
}

/// Why a setting was refused, for the window to say in the person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SettingsProblem {
    /// [`SettingsError::NotHttps`]
    NotHttps,
    /// [`SettingsError::PlainHttp`]
    PlainHttp,
    /// [`SettingsError::Extras`]
    Extras,
    /// [`SettingsError::Guard`]
    Guard,
    /// [`SettingsError::ParallelJobs`]
    ParallelJobs,
    /// [`SettingsError::Price`]
    Price,
    /// [`SettingsError::FlexShare`]
    FlexShare,
    /// [`SettingsError::PriceTwice`]
    PriceTwice,
    /// [`SettingsError::TrashDays`]
    TrashDays,
}

impl SettingsError {
    /// What it is, without words.
    #[must_use]
    pub fn problem(&self) -> SettingsProblem {
        match self {
            Self::NotHttps => SettingsProblem::NotHttps,
            Self::PlainHttp => SettingsProblem::PlainHttp,
            Self::Extras => SettingsProblem::Extras,
            Self::Guard => SettingsProblem::Guard,
            Self::ParallelJobs => SettingsProblem::ParallelJobs,
            Self::Price => SettingsProblem::Price,
            Self::FlexShare => SettingsProblem::FlexShare,
            Self::PriceTwice => SettingsProblem::PriceTwice,
            Self::TrashDays => SettingsProblem::TrashDays,
        }
    }
}

impl From<SettingsError> for IpcError {
    fn from(refused: SettingsError) -> Self {
        Self::new(ErrorCode::Invalid, refused.to_string()).because(Reason::Setting(refused.problem()))
    }
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
        self.specs_address = service_address(&self.specs_address)?;
        if !(1..=10).contains(&self.parallel_jobs) {
            return Err(SettingsError::ParallelJobs);
        }
        if self.trash_days.is_some_and(|days| !(1..=3_650).contains(&days)) {
            return Err(SettingsError::TrashDays);
        }
        if [self.guards.monthly_budget, self.guards.job_ceiling].into_iter().flatten().any(|usd| usd < Usd::ZERO) {
            return Err(SettingsError::Guard);
        }
        self.prices = self.prices.checked()?;
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
    fn settings_are_taken_only_with_prices_that_are_prices_and_say_which_rule_was_broken() {
        let mut settings = Settings::default();
        assert!(settings.clone().checked().is_ok());
        settings.prices.prices[0].silent = "-1".parse().unwrap();
        let refused = settings.checked().unwrap_err();
        assert_eq!(refused.problem(), SettingsProblem::Price);
        let told = IpcError::from(refused);
        assert_eq!((told.code, told.reason), (ErrorCode::Invalid, Some(Reason::Setting(SettingsProblem::Price))));
        assert_eq!(
            serde_json::to_value(told.reason).unwrap(),
            serde_json::json!({"kind": "setting", "code": "price"}),
            "as the window reads it"
        );
    }

    #[test]
    fn an_old_or_empty_file_reads_as_defaults() {
        let settings: Settings = serde_json::from_str(r#"{"theme":"lightbox","from_the_future":1}"#).unwrap();
        assert_eq!(settings, Settings { theme: Theme::Lightbox, ..Settings::default() });
    }
}
