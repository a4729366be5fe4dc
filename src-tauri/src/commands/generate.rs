//! From a draft to jobs.

use lastframe_model::{Check, ClipId, Consent, Continuation, ImageRef, IpcError, Job, Provider, RecentBills, Request};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::{dialogs, pictures};

/// What is wrong with a draft and what `count` clips of it would cost.
#[tauri::command]
#[specta::specta]
pub async fn check(desk: State<'_, Desk>, request: Request, count: u32) -> Result<Check, IpcError> {
    Ok(desk.open().await?.engine.check(&request, count))
}

/// What the last jobs of a draft's kind were billed by the service in force; `None` where there were none.
#[tauri::command]
#[specta::specta]
pub async fn recent_bills(desk: State<'_, Desk>, request: Request) -> Result<Option<RecentBills>, IpcError> {
    let open = desk.open().await?;
    Ok(open.engine.recent_bills(request, open.settings().provider()).await?)
}

/// Makes `count` jobs of a request and returns their snapshots at once. `provider` is the one whose price
/// stood on the button: another one in force by now is refused, since it would be another price. `beyond_guards` is the person's yes to passing a budget or ceiling.
#[tauri::command]
#[specta::specta]
pub async fn generate(
    desk: State<'_, Desk>,
    request: Request,
    count: u32,
    provider: Provider,
    beyond_guards: bool,
) -> Result<Vec<Job>, IpcError> {
    let open = desk.open().await?;
    Ok(open.engine.enqueue(request, count, open.agreed(provider)?, Consent::given(beyond_guards)).await?)
}

/// The next request after a clip: from its last frame, or from the one of that number (0-based).
#[tauri::command]
#[specta::specta]
pub async fn continue_from(desk: State<'_, Desk>, clip: ClipId, frame: Option<u32>) -> Result<Continuation, IpcError> {
    Ok(desk.open().await?.engine.continue_from(&clip, frame).await?)
}

/// Makes a request fit its model (moving to one that takes its pictures) and says what had to change.
#[tauri::command]
#[specta::specta]
pub async fn fit(desk: State<'_, Desk>, request: Request) -> Result<Continuation, IpcError> {
    Ok(Continuation::adjust(request, &desk.open().await?.engine.catalogue()))
}

/// The same with the person's choice of model kept: what it does not take is dropped.
#[tauri::command]
#[specta::specta]
pub async fn fit_to_model(desk: State<'_, Desk>, request: Request) -> Result<Continuation, IpcError> {
    Ok(Continuation::fit(request, &desk.open().await?.engine.catalogue()))
}

/// Keeps a picture (dropped or pasted) in the library. `data` is base64.
#[tauri::command]
#[specta::specta]
pub async fn import_image(desk: State<'_, Desk>, data: String) -> Result<ImageRef, IpcError> {
    let bytes = pictures::decode(&data)?;
    Ok(desk.open().await?.engine.keep_image(bytes).await?)
}

/// Lets the person pick a picture and keeps it; `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn choose_image(app: AppHandle, desk: State<'_, Desk>) -> Result<Option<ImageRef>, IpcError> {
    let Some(path) = dialogs::picture(&app).await else { return Ok(None) };
    let bytes = pictures::read(path).await?;
    Ok(Some(desk.open().await?.engine.keep_image(bytes).await?))
}

/// Keeps one frame of a clip (0-based) as a picture.
#[tauri::command]
#[specta::specta]
pub async fn take_frame(desk: State<'_, Desk>, clip: ClipId, frame: u32) -> Result<ImageRef, IpcError> {
    Ok(desk.open().await?.engine.take_frame(&clip, frame).await?)
}
