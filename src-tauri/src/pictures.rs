//! Pictures on their way in: from the page as base64, from a file the person picked or let go over the window.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lastframe_model::image::MAX_BYTES;
use lastframe_model::{ErrorCode, IpcError};
use tokio::io::AsyncReadExt;

/// Larger files are not even read: far over what the service takes, so that the message can say the size.
const READ_LIMIT: u64 = 256 * 1024 * 1024;

/// The bytes of a base64 text.
pub fn decode(data: &str) -> Result<Vec<u8>, IpcError> {
    STANDARD.decode(data).map_err(|_| IpcError::new(ErrorCode::Unreadable, "The file did not arrive whole."))
}

/// Bytes as a base64 text.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a file.
pub async fn read(path: PathBuf) -> Result<Vec<u8>, IpcError> {
    let unreadable =
        |error: std::io::Error| IpcError::new(ErrorCode::Unreadable, format!("{}: {error}", path.display()));
    let file = tokio::fs::File::open(&path).await.map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(READ_LIMIT + 1).read_to_end(&mut bytes).await.map_err(unreadable)?;
    if bytes.len() as u64 > READ_LIMIT {
        let limit = MAX_BYTES / 1_048_576.0;
        return Err(IpcError::new(
            ErrorCode::Unreadable,
            format!("{} is far over the limit of {limit} MB.", path.display()),
        ));
    }
    Ok(bytes)
}
