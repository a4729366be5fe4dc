//! How a command ends: what its exit code means, and every error in the words and codes that the window uses too.

use std::process::ExitCode;

use lastframe_engine::EngineError;
use lastframe_library::LibraryError;
use lastframe_media::MediaError;
use lastframe_model::settings::SettingsError;
use lastframe_model::{ErrorCode, Field, IpcError};
use lastframe_provider::{CheckError, ClientError};
use lastframe_rehearsal::RehearsalError;
use lastframe_secrets::KeychainError;

/// The exit codes that scripts may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// 0
    Done,
    /// 1: the service or a job failed.
    Failed,
    /// 2: bad usage or validation; nothing was sent.
    Usage,
    /// 3: a submit has an unknown outcome.
    Unknown,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(match end {
            End::Done => 0,
            End::Failed => 1,
            End::Usage => 2,
            End::Unknown => 3,
        })
    }
}

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A value was refused before anything was sent.
    #[error("--{}: {message}", .flag.unwrap_or(.field.flag()))]
    Invalid {
        /// The field it belongs to.
        field: Field,
        /// The flag that was typed for it, where a field has two.
        flag: Option<&'static str>,
        /// With the documented range.
        message: String,
    },
    /// A list was refused before anything was sent.
    #[error("{}{message}", at_cell(.list, *.row, *.column))]
    Batch {
        /// How the list was given.
        list: &'static str,
        /// Which row, from 1, and the line of the file it begins in; none for the list as a whole.
        row: Option<(u32, u32)>,
        /// The field that is wrong, and its flag.
        column: Option<(Field, &'static str)>,
        /// With the documented range.
        message: String,
    },
    /// The id names nothing in the library.
    #[error("There is no {what} {id} in the library.")]
    NotFound {
        /// `clip`, `job`, or both.
        what: &'static str,
        /// As typed.
        id: String,
    },
    /// No key for the service.
    #[error("No key is stored for {account}.")]
    KeyMissing {
        /// The service's host.
        account: String,
    },
    /// Nothing was typed or piped.
    #[error("No key was given.")]
    KeyEmpty,
    /// The address or another setting is not usable.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A model without a price was to get only part of one.
    #[error("{model} has no price yet: give --silent as well.")]
    NoPrice {
        /// As typed.
        model: String,
    },
    /// The engine could not do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The library could not do it.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A video could not be read.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The keychain could not do it.
    #[error("{}", .0.message())]
    Keychain(#[from] KeychainError),
    /// There is no client for the service.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The key could not be found good.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The practice service did not start.
    #[error(transparent)]
    Rehearsal(#[from] RehearsalError),
    /// Something could not be read or written.
    #[error("{what}: {source}.")]
    Io {
        /// What.
        what: String,
        /// Why.
        source: std::io::Error,
    },
    /// A result could not be written as JSON.
    #[error("The result could not be written as JSON: {0}.")]
    Json(#[from] serde_json::Error),
    /// No runtime could be started.
    #[error("The program could not start its threads: {0}.")]
    Runtime(std::io::Error),
}

impl CliError {
    /// The same error as the window would get it; for an invalid value without the flag, since it has the field.
    pub fn into_ipc(self) -> IpcError {
        let as_is = |code| IpcError::new(code, self.to_string());
        match self {
            Self::Invalid { field, message, .. } => IpcError::new(ErrorCode::Invalid, message).at(field),
            Self::NotFound { .. } => as_is(ErrorCode::NotFound),
            Self::KeyMissing { .. } => as_is(ErrorCode::KeyMissing)
                .with_hint("Store one with `lastframe key set`, or give one for this run in LASTFRAME_API_KEY."),
            Self::Settings(refused) => refused.into(),
            Self::Batch { column: Some((field, _)), .. } => as_is(ErrorCode::Invalid).at(field),
            Self::Batch { .. }
            | Self::KeyEmpty
            | Self::NoPrice { .. }
            | Self::Client(ClientError::Address(_) | ClientError::Key) => as_is(ErrorCode::Invalid),
            Self::Keychain(ref error) => as_is(ErrorCode::KeychainUnavailable).with_hint(keychain_hint(error)),
            Self::Check(CheckError::KeyRefused { .. }) => as_is(ErrorCode::KeyRefused),
            Self::Check(CheckError::Offline { .. }) => as_is(ErrorCode::Offline),
            Self::Check(CheckError::Trouble { .. }) => as_is(ErrorCode::Service),
            Self::Io { .. } => as_is(ErrorCode::Storage),
            Self::Client(ClientError::Setup(_)) | Self::Rehearsal(_) | Self::Json(_) | Self::Runtime(_) => {
                as_is(ErrorCode::Internal)
            }
            Self::Engine(error) => {
                let error = IpcError::from(error);
                if error.code == ErrorCode::NeedsYes {
                    error.with_hint("Nothing was sent. Give --yes to send it all the same.")
                } else {
                    error
                }
            }
            Self::Library(error) => EngineError::from(error).into(),
            Self::Media(error) => EngineError::from(error).into(),
        }
    }
}

/// `--batch row 3 (line 4) --duration: `
fn at_cell(list: &str, row: Option<(u32, u32)>, column: Option<(Field, &str)>) -> String {
    let row = row.map_or_else(String::new, |(row, line)| format!(" row {row} (line {line})"));
    let column = column.map_or_else(String::new, |(_, column)| format!(" --{column}"));
    format!("{list}{row}{column}: ")
}

/// The exit code of an error.
pub fn end_of(error: &IpcError) -> End {
    match error.code {
        ErrorCode::Invalid
        | ErrorCode::NotFound
        | ErrorCode::WrongState
        | ErrorCode::KeyMissing
        | ErrorCode::Busy
        | ErrorCode::NeedsYes => End::Usage,
        _ => End::Failed,
    }
}

/// A session lasts as long as one command here, so that its way on is the environment.
fn keychain_hint(error: &KeychainError) -> &'static str {
    match error {
        KeychainError::NoStore => {
            "Start one (on Linux GNOME Keyring or KWallet), or give the key for this run in LASTFRAME_API_KEY."
        }
        KeychainError::NoCollection => {
            "Create a keyring in your desktop's password settings, or give the key for this run in LASTFRAME_API_KEY."
        }
        KeychainError::Locked | KeychainError::TimedOut => {
            "Unlock it and try again, or give the key for this run in LASTFRAME_API_KEY."
        }
        KeychainError::Other(_) => "Try again, or give the key for this run in LASTFRAME_API_KEY.",
    }
}
