//! What can go wrong when a person asks the engine for something, and what that means to the window.
//!
//! What goes wrong while a job is under way is no error here: it stands on the job, as a wait or a failure.

use lastframe_library::LibraryError;
use lastframe_media::MediaError;
use lastframe_model::{ErrorCode, Field, ImageId, IpcError, JobId, Problem, Reason};

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
    /// The picture cannot be given to the service: too small, too large, too long.
    #[error("{}", .0.message)]
    PictureRefused(Problem),
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
    /// The service does not know the task.
    #[error("The service knows no task of that id: {0}")]
    NoSuchTask(String),
    /// The task belongs to a job that the library has already.
    #[error("That task belongs to another job ({0}).")]
    TaskTaken(JobId),
    /// A video or picture could not be read.
    #[error(transparent)]
    Media(#[from] MediaError),
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
            EngineError::PictureRefused(problem) => {
                Self::new(ErrorCode::Invalid, message).because(Reason::Request(problem.code))
            }
            EngineError::PictureMissing { field, .. } => Self::new(ErrorCode::Invalid, message).at(field),
            EngineError::NotConnected => Self::new(ErrorCode::KeyMissing, message),
            EngineError::KeyRefused(_) => Self::new(ErrorCode::KeyRefused, message),
            EngineError::Offline(_) => Self::new(ErrorCode::Offline, message),
            EngineError::Service(_) => Self::new(ErrorCode::Service, message),
            EngineError::NoSuchTask(_) | EngineError::Media(MediaError::NoSuchFrame { .. }) => {
                Self::new(ErrorCode::NotFound, message)
            }
            EngineError::TaskTaken(_) => Self::new(ErrorCode::WrongState, message),
            EngineError::Media(MediaError::Io(_)) => Self::new(ErrorCode::Storage, message),
            EngineError::Media(_) => Self::new(ErrorCode::Unreadable, message),
            EngineError::Library(error) => library(&error),
            EngineError::NoRuntime | EngineError::Interrupted => Self::new(ErrorCode::Internal, message),
        }
    }
}

fn library(error: &LibraryError) -> IpcError {
    let message = error.to_string();
    match error {
        LibraryError::Owned { .. } => {
            IpcError::new(ErrorCode::Busy, message).with_hint("Close the other program, or use it instead.")
        }
        LibraryError::NoSuchJob(_) | LibraryError::NoSuchClip(_) | LibraryError::NoSuchImage(_) => {
            IpcError::new(ErrorCode::NotFound, message)
        }
        LibraryError::WrongState { .. } | LibraryError::AlreadySent(_) => IpcError::new(ErrorCode::WrongState, message),
        LibraryError::DiskFull => IpcError::new(ErrorCode::Storage, message).with_hint("Make room, then try again."),
        LibraryError::FolderGone(_) => IpcError::new(ErrorCode::Storage, message)
            .with_hint("Connect its drive, or choose another folder in Settings."),
        LibraryError::NotUnicode(_)
        | LibraryError::NoHome
        | LibraryError::Settings { .. }
        | LibraryError::Io { .. } => IpcError::new(ErrorCode::Storage, message),
        LibraryError::NewerSchema { .. }
        | LibraryError::Database(_)
        | LibraryError::Migration(_)
        | LibraryError::Json(_) => IpcError::new(ErrorCode::Internal, message),
    }
}
