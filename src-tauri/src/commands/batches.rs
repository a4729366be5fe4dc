//! From a list to jobs, and from a picture to one of another shape.

use lastframe_model::{
    Batch, BatchEntry, Consent, Framing, ImageId, ImageRef, IpcError, Job, PixelSize, Provider, Request,
};
use tauri::State;

use crate::desk::Desk;

/// Reads a list (one prompt a line, or a table) and checks each row. What a row does not say it takes from `base`.
#[tauri::command]
#[specta::specta]
pub async fn read_batch(desk: State<'_, Desk>, text: String, base: Request) -> Result<Batch, IpcError> {
    Ok(desk.open().await?.engine.read_batch(text, base).await?)
}

/// Makes jobs of rows, all or none. `act` names the click: a second one with the same name is refused. `provider` and
/// `beyond_guards` as for `generate`.
#[tauri::command]
#[specta::specta]
pub async fn start_batch(
    desk: State<'_, Desk>,
    act: String,
    rows: Vec<BatchEntry>,
    provider: Provider,
    beyond_guards: bool,
) -> Result<Vec<Job>, IpcError> {
    let open = desk.open().await?;
    Ok(open.engine.start_batch(act, rows, open.agreed(provider)?, Consent::given(beyond_guards)).await?)
}

/// Crops or fits a picture of the library to a size in pixels; the new one is kept beside it.
#[tauri::command]
#[specta::specta]
pub async fn frame_picture(
    desk: State<'_, Desk>,
    image: ImageId,
    size: PixelSize,
    framing: Framing,
) -> Result<ImageRef, IpcError> {
    Ok(desk.open().await?.engine.frame_picture(&image, size, framing).await?)
}
