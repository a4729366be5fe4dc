//! Shots written ahead, and where they stand.

use lastframe_engine::ShotToRun;
use lastframe_model::{
    Approval, Consent, IpcError, JobId, Provider, Request, Storyboard, StoryboardCheck, StoryboardId,
};
use tauri::State;

use crate::desk::Desk;

/// What is wrong with shots, what had to change so that each can begin with a frame, and what they would cost.
#[tauri::command]
#[specta::specta]
pub async fn check_storyboard(desk: State<'_, Desk>, shots: Vec<Request>) -> Result<StoryboardCheck, IpcError> {
    Ok(desk.open().await?.engine.check_storyboard(&shots))
}

/// Writes a storyboard down and starts its first shot. `act` names the click, as for `start_batch`; `provider` and
/// `beyond_guards` as for `generate`.
#[tauri::command]
#[specta::specta]
pub async fn start_storyboard(
    desk: State<'_, Desk>,
    act: String,
    shots: Vec<Request>,
    approval: Approval,
    provider: Provider,
    beyond_guards: bool,
) -> Result<Storyboard, IpcError> {
    let open = desk.open().await?;
    let (provider, consent) = (open.agreed(provider)?, Consent::given(beyond_guards));
    Ok(open.engine.start_storyboard(act, shots, approval, provider, consent).await?)
}

/// Storyboards that were not put away, newest first.
#[tauri::command]
#[specta::specta]
pub async fn storyboards(desk: State<'_, Desk>) -> Result<Vec<Storyboard>, IpcError> {
    Ok(desk.open().await?.engine.storyboards().await?)
}

/// Starts a shot: the one that waits, or one that has a job already, again. `instead_of` is the job that it was seen to
/// have; a shot that has another one by now is not started. `prompt` is its prompt from now on.
#[tauri::command]
#[specta::specta]
pub async fn run_storyboard(
    desk: State<'_, Desk>,
    id: StoryboardId,
    place: u32,
    instead_of: Option<JobId>,
    prompt: Option<String>,
    beyond_guards: bool,
) -> Result<Storyboard, IpcError> {
    let shot = ShotToRun { place, instead_of, prompt };
    Ok(desk.open().await?.engine.run_storyboard(&id, shot, Consent::given(beyond_guards)).await?)
}

/// Lets no further shot start.
#[tauri::command]
#[specta::specta]
pub async fn halt_storyboard(desk: State<'_, Desk>, id: StoryboardId) -> Result<Storyboard, IpcError> {
    Ok(desk.open().await?.engine.halt_storyboard(&id).await?)
}

/// Lets a stopped storyboard go on.
#[tauri::command]
#[specta::specta]
pub async fn resume_storyboard(
    desk: State<'_, Desk>,
    id: StoryboardId,
    beyond_guards: bool,
) -> Result<Storyboard, IpcError> {
    Ok(desk.open().await?.engine.resume_storyboard(&id, Consent::given(beyond_guards)).await?)
}

/// Gives a shot that was not started another prompt.
#[tauri::command]
#[specta::specta]
pub async fn change_shot(
    desk: State<'_, Desk>,
    id: StoryboardId,
    place: u32,
    prompt: String,
) -> Result<Storyboard, IpcError> {
    Ok(desk.open().await?.engine.change_shot(&id, place, prompt).await?)
}

/// Puts a storyboard away that is not running. Its clips stay.
#[tauri::command]
#[specta::specta]
pub async fn put_storyboard_away(desk: State<'_, Desk>, id: StoryboardId) -> Result<(), IpcError> {
    Ok(desk.open().await?.engine.put_storyboard_away(&id).await?)
}
