//! What errors of the crates mean to the window.

#![expect(clippy::needless_pass_by_value, reason = "shaped for `map_err`")]

use lastframe_engine::EngineError;
use lastframe_library::LibraryError;
use lastframe_model::{ErrorCode, IpcError, Reason};
use lastframe_provider::{CheckError, ClientError};
use lastframe_secrets::KeychainError;

/// An error of the library, in the engine's words for it.
pub fn library(error: LibraryError) -> IpcError {
    EngineError::from(error).into()
}

/// No client could be made.
pub fn client(error: ClientError) -> IpcError {
    let code = match error {
        ClientError::Address(_) | ClientError::Key => ErrorCode::Invalid,
        ClientError::Setup(_) => ErrorCode::Internal,
    };
    IpcError::new(code, error.to_string())
}

/// A key could not be found good.
pub fn check(error: CheckError) -> IpcError {
    let code = match error {
        CheckError::KeyRefused { .. } => ErrorCode::KeyRefused,
        CheckError::Offline { .. } => ErrorCode::Offline,
        CheckError::Trouble { .. } => ErrorCode::Service,
    };
    IpcError::new(code, error.to_string())
}

/// The keychain did not do it.
pub fn keychain(error: KeychainError) -> IpcError {
    IpcError::new(ErrorCode::KeychainUnavailable, error.message())
        .with_hint(error.hint())
        .because(Reason::Keychain(error.problem()))
}
