//! What can go wrong when a person asks the engine for something, and what that means to the window.
//!
//! What goes wrong while a job is under way is no error here: it stands on the job, as a wait or a failure.

use lastframe_library::LibraryError;
use lastframe_media::MediaError;
use lastframe_model::{
    BatchError, BatchProblem, ClipId, ErrorCode, Field, FileProblem, Guard, GuardBreach, ImageId, IpcError, JobId,
    Problem, Reason,
};

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A value was refused before anything was sent.
    #[error("{}", .0.message)]
    Invalid(Problem),
    /// A picture of the request is not in the library.
    #[error("The picture {id} is no longer in the library; choose it again.")]
    PictureMissing {
        /// Where it was given.
        field: Field,
        /// Which one.
        id: ImageId,
    },
    /// A text is no list of requests.
    #[error(transparent)]
    NoBatch(#[from] BatchError),
    /// A row of a list cannot be sent.
    #[error("Row {row}: {error}")]
    Row {
        /// Which one, from 1.
        row: u32,
        /// Why.
        error: Box<EngineError>,
    },
    /// The same click came twice.
    #[error("This was started already.")]
    AlreadyStarted,
    /// A guard on spending would be passed, and the person has not said yes to that.
    #[error("{}", breach_words(.0))]
    NeedsYes(GuardBreach),
    /// There is no key, or the practice service does not run, for the job's service.
    #[error("There is no connection to the job's service: no key is stored for it.")]
    NotConnected,
    /// The service refused the key.
    #[error("The service does not accept the key: {0}")]
    KeyRefused(String),
    /// The service could not be reached.
    #[error("{0}")]
    Offline(String),
    /// The service answered with an error.
    #[error("{0}")]
    Service(String),
    /// A task id was given that is none: it is empty.
    #[error("The task id is empty.")]
    EmptyTaskId,
    /// The key was given as a task id: it is neither asked about nor kept.
    #[error("This is the key, not a task id.")]
    KeyAsTaskId,
    /// The service does not know the task.
    #[error("The service knows no task of that id: {0}")]
    NoSuchTask(String),
    /// The task belongs to a job that the library has already.
    #[error("That task belongs to another job ({0}).")]
    TaskTaken(JobId),
    /// A video or picture could not be read.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The file carries no recipe.
    #[error("This file carries no settings of a clip.")]
    NoRecipe,
    /// A copy was to be written over a file of the library.
    #[error("A copy cannot replace a file of the library; choose another name or folder.")]
    TargetInLibrary,
    /// A clip of a film could not be read while it was exported.
    #[error("The clip {clip} cannot be read: {error}")]
    FilmPart {
        /// Which one.
        clip: ClipId,
        /// Why.
        error: MediaError,
    },
    /// The person stopped it.
    #[error("It was stopped; nothing was left.")]
    Canceled,
    /// The library could not do it.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The engine was started outside a tokio runtime.
    #[error("The engine needs a tokio runtime.")]
    NoRuntime,
    /// The program is closing, or a thread of it failed.
    #[error("It was interrupted; the log may say more.")]
    Interrupted,
}

impl From<EngineError> for IpcError {
    fn from(error: EngineError) -> Self {
        let message = error.to_string();
        match error {
            EngineError::Invalid(problem) => {
                Self::new(ErrorCode::Invalid, message).at(problem.field).because(Reason::Request(problem.code))
            }
            EngineError::Row { error, .. } => Self { message, ..Self::from(*error) },
            EngineError::NoBatch(error) => {
                Self::new(ErrorCode::Invalid, message).because(Reason::List(BatchProblem::of(&error)))
            }
            EngineError::EmptyTaskId | EngineError::KeyAsTaskId => Self::new(ErrorCode::Invalid, message),
            EngineError::PictureMissing { field, .. } => Self::new(ErrorCode::Invalid, message).at(field),
            EngineError::NeedsYes(breach) => Self::new(ErrorCode::NeedsYes, message).because(Reason::Guard(breach)),
            EngineError::NotConnected => Self::new(ErrorCode::KeyMissing, message),
            EngineError::KeyRefused(_) => Self::new(ErrorCode::KeyRefused, message),
            EngineError::Offline(_) => Self::new(ErrorCode::Offline, message),
            EngineError::Service(_) => Self::new(ErrorCode::Service, message),
            EngineError::NoSuchTask(_) | EngineError::Media(MediaError::NoSuchFrame { .. }) => {
                Self::new(ErrorCode::NotFound, message)
            }
            EngineError::TaskTaken(_) | EngineError::AlreadyStarted | EngineError::Canceled => {
                Self::new(ErrorCode::WrongState, message)
            }
            EngineError::Media(MediaError::Io(_)) => file(ErrorCode::Storage, message, FileProblem::Unusable),
            EngineError::TargetInLibrary => file(ErrorCode::Storage, message, FileProblem::InLibrary),
            EngineError::NoRecipe => file(ErrorCode::Unreadable, message, FileProblem::NoRecipe),
            EngineError::Media(_) | EngineError::FilmPart { .. } => Self::new(ErrorCode::Unreadable, message),
            EngineError::Library(error) => library(&error),
            EngineError::NoRuntime | EngineError::Interrupted => Self::new(ErrorCode::Internal, message),
        }
    }
}

fn breach_words(breach: &GuardBreach) -> String {
    let (limit, amount) = (breach.limit, breach.amount);
    let what = match breach.guard {
        Guard::MonthlyBudget => format!("the budget of ${limit} for this month"),
        Guard::JobCeiling => format!("the ceiling of ${limit} for one job"),
    };
    match amount {
        Some(amount) => format!("This would pass {what}: it would come to ${amount}."),
        None => format!("Nobody knows what this model costs, so {what} cannot be kept."),
    }
}

fn file(code: ErrorCode, message: String, problem: FileProblem) -> IpcError {
    IpcError::new(code, message).because(Reason::File(problem))
}

fn library(error: &LibraryError) -> IpcError {
    let message = error.to_string();
    match error {
        LibraryError::Owned { .. } => {
            IpcError::new(ErrorCode::Busy, message).with_hint("Close the other program, or use it instead.")
        }
        LibraryError::NoSuchJob(_)
        | LibraryError::NoSuchClip(_)
        | LibraryError::NoSuchFilm(_)
        | LibraryError::NoSuchImage(_)
        | LibraryError::NoSuchStoryboard(_)
        | LibraryError::NoSuchPreset(_) => IpcError::new(ErrorCode::NotFound, message),
        LibraryError::PresetName(problem) => {
            IpcError::new(ErrorCode::Invalid, message).because(Reason::Preset(*problem))
        }
        LibraryError::WrongState { actual } => {
            IpcError::new(ErrorCode::WrongState, message).because(Reason::Job(*actual))
        }
        LibraryError::AlreadySent(_) | LibraryError::ShotMoved => IpcError::new(ErrorCode::WrongState, message),
        LibraryError::DiskFull => {
            file(ErrorCode::Storage, message, FileProblem::DiskFull).with_hint("Make room, then try again.")
        }
        LibraryError::FolderGone(_) => file(ErrorCode::Storage, message, FileProblem::FolderGone)
            .with_hint("Connect its drive, or choose a folder in Settings."),
        LibraryError::Damaged { .. } => file(ErrorCode::Damaged, message, FileProblem::DatabaseDamaged)
            .with_hint("Run `lastframe library rebuild`, then start again."),
        LibraryError::ClipMissing(_) => file(ErrorCode::Storage, message, FileProblem::ClipMissing),
        LibraryError::AnotherFile => file(ErrorCode::Invalid, message, FileProblem::AnotherFile),
        LibraryError::NotUnicode(_) => file(ErrorCode::Storage, message, FileProblem::NameNotText),
        LibraryError::NoHome => file(ErrorCode::Storage, message, FileProblem::NoHome),
        LibraryError::Settings { .. } => file(ErrorCode::Storage, message, FileProblem::SettingsUnreadable),
        LibraryError::Io { .. } => file(ErrorCode::Storage, message, FileProblem::Unusable),
        LibraryError::NewerSchema { .. } => file(ErrorCode::Internal, message, FileProblem::DatabaseNewer),
        LibraryError::Film(problem) => IpcError::new(ErrorCode::Invalid, message).because(Reason::Film(*problem)),
        LibraryError::Mark(problem) => IpcError::new(ErrorCode::Invalid, message).because(Reason::Mark(*problem)),
        LibraryError::NoDay(_) => IpcError::new(ErrorCode::Invalid, message),
        LibraryError::NotOwned | LibraryError::Database(_) | LibraryError::Migration(_) | LibraryError::Json(_) => {
            IpcError::new(ErrorCode::Internal, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use lastframe_model::JobState;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_told_by_a_code_that_needs_no_english() {
        let io = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let path = || PathBuf::from("/clips");
        let json = || serde_json::from_str::<u8>("x").unwrap_err();
        let cases: [(EngineError, ErrorCode, FileProblem); 10] = [
            (LibraryError::DiskFull.into(), ErrorCode::Storage, FileProblem::DiskFull),
            (LibraryError::FolderGone(path()).into(), ErrorCode::Storage, FileProblem::FolderGone),
            (LibraryError::io(&path(), io()).into(), ErrorCode::Storage, FileProblem::Unusable),
            (MediaError::Io(io()).into(), ErrorCode::Storage, FileProblem::Unusable),
            (LibraryError::NotUnicode(path()).into(), ErrorCode::Storage, FileProblem::NameNotText),
            (LibraryError::NoHome.into(), ErrorCode::Storage, FileProblem::NoHome),
            (
                LibraryError::Settings { path: path(), source: json() }.into(),
                ErrorCode::Storage,
                FileProblem::SettingsUnreadable,
            ),
            (LibraryError::Damaged { detail: "row 3".into() }.into(), ErrorCode::Damaged, FileProblem::DatabaseDamaged),
            (EngineError::TargetInLibrary, ErrorCode::Storage, FileProblem::InLibrary),
            (EngineError::NoRecipe, ErrorCode::Unreadable, FileProblem::NoRecipe),
        ];
        for (error, code, problem) in cases {
            let said = IpcError::from(error);
            assert_eq!((said.code, said.reason), (code, Some(Reason::File(problem))), "{}", said.message);
        }
        let moved = LibraryError::WrongState { actual: JobState::Submitting };
        assert_eq!(IpcError::from(EngineError::from(moved)).reason, Some(Reason::Job(JobState::Submitting)));
    }
}
