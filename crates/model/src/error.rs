//! Errors that cross a border: to the window, and from the service.
//!
//! A code exists only if a consumer acts on it; everything else is [`ErrorCode::Internal`] with words.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::batch::BatchProblem;
use crate::check::ProblemCode;
use crate::film::FilmProblem;
use crate::gallery::MarkProblem;
use crate::job::JobState;
use crate::recall::PresetProblem;
use crate::settings::{GuardBreach, KeychainProblem, SettingsProblem};

/// What an error means to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A value was refused before anything was sent; `field` says which.
    Invalid,
    /// The thing asked for is not in the library (any more).
    NotFound,
    /// The job is no longer in a state in which this can be done.
    WrongState,
    /// No key is stored for the service.
    KeyMissing,
    /// The service does not accept the key.
    KeyRefused,
    /// The keychain cannot be used; `hint` says how to go on.
    KeychainUnavailable,
    /// The service could not be reached.
    Offline,
    /// The service answered with an error.
    Service,
    /// A file could not be read or written (disk full, folder gone, no permission).
    Storage,
    /// The file is not what it should be (not a picture, not a video that we can read).
    Unreadable,
    /// It passes a guard on spending: ask the person, then send it again with their yes. The reason says which.
    NeedsYes,
    /// Another program works on this library.
    Busy,
    /// The library's database is not whole; it can be made again from the clips.
    Damaged,
    /// A fault of ours; the log has more.
    Internal,
}

/// An error of a command, as the window gets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct IpcError {
    /// What it means.
    pub code: ErrorCode,
    /// What happened, in English. Carries no key and no signed URL.
    pub message: String,
    /// The field it belongs to.
    pub field: Option<Field>,
    /// A way on.
    pub hint: Option<String>,
    /// What exactly it is, where the window has words of its own for it.
    pub reason: Option<Reason>,
}

/// What exactly went wrong, for the window to say in the person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(tag = "kind", content = "code", rename_all = "snake_case")]
pub enum Reason {
    /// A value of a request was refused.
    Request(ProblemCode),
    /// The keychain did not do what was asked.
    Keychain(KeychainProblem),
    /// A guard on spending would be passed.
    Guard(GuardBreach),
    /// A text is no list of requests.
    List(BatchProblem),
    /// A setting was refused.
    Setting(SettingsProblem),
    /// A preset cannot have that name.
    Preset(PresetProblem),
    /// The job has moved on; where it stands now.
    Job(JobState),
    /// A file, folder or disk did not do what was asked.
    File(FileProblem),
    /// Something cannot be written on a clip.
    Mark(MarkProblem),
    /// A film cannot be changed like that.
    Film(FilmProblem),
}

/// What is the matter with a file, a folder or the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileProblem {
    /// There is no room left.
    DiskFull,
    /// The clips folder is not there, e.g. its drive is not connected.
    FolderGone,
    /// It cannot be read or written; the message has the system's words and the path.
    Unusable,
    /// Its name is no text, so that it cannot be kept.
    NameNotText,
    /// No data folder could be found for this user.
    NoHome,
    /// The settings cannot be read.
    SettingsUnreadable,
    /// The database is damaged; the clips are not.
    DatabaseDamaged,
    /// A newer version of the program has written the database.
    DatabaseNewer,
    /// A copy cannot replace a file of the library.
    InLibrary,
    /// The file carries no recipe.
    NoRecipe,
    /// The clip's own file is gone.
    ClipMissing,
    /// A file that was pointed at is not the clip's.
    AnotherFile,
}

impl IpcError {
    /// An error of that code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, hint: None, reason: None }
    }

    /// The same, with a way on.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, with what exactly it is.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The same, at a field.
    #[must_use]
    pub fn at(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }
}

/// A field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The model.
    Model,
    /// The prompt.
    Prompt,
    /// The first frame.
    FirstFrame,
    /// The last frame.
    LastFrame,
    /// The reference images.
    ReferenceImages,
    /// The resolution.
    Resolution,
    /// The aspect ratio.
    Ratio,
    /// Seconds or frames.
    Length,
    /// The seed.
    Seed,
    /// Camera fixed.
    CameraFixed,
    /// Watermark.
    Watermark,
    /// Online or flex.
    ServiceTier,
    /// Expiry.
    ExpiresAfter,
    /// Callback URL.
    CallbackUrl,
    /// Sound.
    GenerateAudio,
    /// Draft.
    Draft,
    /// How many clips.
    Count,
    /// A parameter that only the model's own spec knows; the problem names it.
    Extra,
}

impl Field {
    /// The command line's word for it (`--first-frame` without the dashes).
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Prompt => "prompt",
            Self::FirstFrame => "first-frame",
            Self::LastFrame => "last-frame",
            Self::ReferenceImages => "reference",
            Self::Resolution => "resolution",
            Self::Ratio => "ratio",
            Self::Length => "duration",
            Self::Seed => "seed",
            Self::CameraFixed => "camera-fixed",
            Self::Watermark => "watermark",
            Self::ServiceTier => "service-tier",
            Self::ExpiresAfter => "expires-after",
            Self::CallbackUrl => "callback-url",
            Self::GenerateAudio => "audio",
            Self::Draft => "draft",
            Self::Count => "count",
            Self::Extra => "param",
        }
    }
}

/// The service's documented error codes (service-api, "Error codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceCode {
    /// 003004001
    MissingContent,
    /// 003004002
    InvalidContent,
    /// 003004003
    InvalidResolution,
    /// 003004004
    InvalidRatio,
    /// 003004005
    InvalidDuration,
    /// 003004006
    InvalidFrames,
    /// 003004007
    InvalidSeed,
    /// 003004008
    InvalidBoolean,
    /// 003004009
    MissingContentType,
    /// 003004010
    MissingText,
    /// 003004095
    Generation,
    /// 003004096
    ResultParsing,
    /// 003004097
    Http,
    /// 003004098
    StatusCheck,
    /// 003004099
    TaskCreation,
}

impl ServiceCode {
    /// Every documented code with its nine digits and its meaning.
    pub const ALL: [(Self, &'static str, &'static str); 15] = [
        (Self::MissingContent, "003004001", "missing content"),
        (Self::InvalidContent, "003004002", "invalid content format"),
        (Self::InvalidResolution, "003004003", "invalid resolution"),
        (Self::InvalidRatio, "003004004", "invalid aspect ratio"),
        (Self::InvalidDuration, "003004005", "invalid duration"),
        (Self::InvalidFrames, "003004006", "invalid frame rate"),
        (Self::InvalidSeed, "003004007", "invalid seed"),
        (Self::InvalidBoolean, "003004008", "invalid boolean parameter"),
        (Self::MissingContentType, "003004009", "missing content type"),
        (Self::MissingText, "003004010", "missing text field"),
        (Self::Generation, "003004095", "internal generation error"),
        (Self::ResultParsing, "003004096", "result parsing error"),
        (Self::Http, "003004097", "HTTP error response"),
        (Self::StatusCheck, "003004098", "status check error"),
        (Self::TaskCreation, "003004099", "task creation error"),
    ];

    /// The code of those digits. Leading zeros may have been lost on the way.
    ///
    /// ```
    /// # use lastframe_model::ServiceCode;
    /// assert_eq!(ServiceCode::from_digits("3004005"), Some(ServiceCode::InvalidDuration));
    /// assert_eq!(ServiceCode::from_digits("42"), None);
    /// ```
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        let padded = format!("{:0>9}", digits.trim());
        Self::ALL.iter().find(|row| row.1 == padded).map(|row| row.0)
    }

    fn row(self) -> (Self, &'static str, &'static str) {
        Self::ALL.into_iter().find(|row| row.0 == self).unwrap_or(Self::ALL[12])
    }

    /// Nine digits.
    #[must_use]
    pub fn digits(self) -> &'static str {
        self.row().1
    }

    /// The documented meaning.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.row().2
    }

    /// The field it belongs to; `None` for a fault of the service.
    #[must_use]
    pub fn field(self) -> Option<Field> {
        match self {
            Self::MissingContent | Self::InvalidContent | Self::MissingContentType | Self::MissingText => {
                Some(Field::Prompt)
            }
            Self::InvalidResolution => Some(Field::Resolution),
            Self::InvalidRatio => Some(Field::Ratio),
            Self::InvalidDuration | Self::InvalidFrames => Some(Field::Length),
            Self::InvalidSeed => Some(Field::Seed),
            Self::InvalidBoolean => Some(Field::CameraFixed),
            Self::Generation | Self::ResultParsing | Self::Http | Self::StatusCheck | Self::TaskCreation => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_from_their_digits_with_or_without_leading_zeros() {
        for (code, digits, _) in ServiceCode::ALL {
            assert_eq!(ServiceCode::from_digits(digits), Some(code));
            assert_eq!(ServiceCode::from_digits(digits.trim_start_matches('0')), Some(code));
            assert_eq!(code.digits(), digits);
        }
    }

    #[test]
    fn the_json_of_an_error_is_what_the_window_reads() {
        let error = IpcError::new(ErrorCode::KeychainUnavailable, "locked").with_hint("unlock it").at(Field::Prompt);
        let error = error.because(Reason::Keychain(KeychainProblem::Locked));
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"code":"keychain_unavailable","message":"locked","field":"prompt","hint":"unlock it","reason":{"kind":"keychain","code":"locked"}}"#
        );
    }
}
