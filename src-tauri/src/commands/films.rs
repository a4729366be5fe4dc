//! Films: looking at them, changing them, and letting them leave the program.

use lastframe_model::{
    ClipId, ErrorCode, ExportOptions, ExportPlan, FilmChange, FilmId, FilmView, FilmsPage, IpcError, SavedFilm,
    SeamMeasure,
};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::dialogs;
use crate::open::blocking;

/// At most `count` (200) films, saved or derived, from the one at place `from` on, the newest change first. An empty search
/// finds all.
#[tauri::command]
#[specta::specta]
pub async fn films(desk: State<'_, Desk>, search: String, from: u32, count: u32) -> Result<FilmsPage, IpcError> {
    Ok(desk.open().await?.engine.films(search, from, count).await?)
}

/// A film as it is looked at. The id of a clip is that of the film which begins with it.
#[tauri::command]
#[specta::specta]
pub async fn film_view(desk: State<'_, Desk>, id: FilmId) -> Result<FilmView, IpcError> {
    Ok(desk.open().await?.engine.film_view(&id).await?)
}

/// The film that a clip stands in: the saved one that goes through it and was changed last, or else its tree.
#[tauri::command]
#[specta::specta]
pub async fn film_of(desk: State<'_, Desk>, clip: ClipId) -> Result<FilmId, IpcError> {
    Ok(desk.open().await?.engine.film_of(&clip).await?)
}

/// Makes a film of clips in their order. An empty name is none.
#[tauri::command]
#[specta::specta]
pub async fn new_film(desk: State<'_, Desk>, clips: Vec<ClipId>, name: String) -> Result<FilmView, IpcError> {
    Ok(desk.open().await?.engine.new_film(clips, name).await?)
}

/// Changes a film; one that is derived is saved by it.
#[tauri::command]
#[specta::specta]
pub async fn change_film(desk: State<'_, Desk>, id: FilmId, change: FilmChange) -> Result<FilmView, IpcError> {
    Ok(desk.open().await?.engine.change_film(&id, change).await?)
}

/// Makes another film of the same path and note. An empty name is none.
#[tauri::command]
#[specta::specta]
pub async fn duplicate_film(desk: State<'_, Desk>, id: FilmId, name: String) -> Result<FilmView, IpcError> {
    Ok(desk.open().await?.engine.duplicate_film(&id, name).await?)
}

/// Deletes a saved film; its clips stay. What is returned brings it back.
#[tauri::command]
#[specta::specta]
pub async fn delete_film(desk: State<'_, Desk>, id: FilmId) -> Result<SavedFilm, IpcError> {
    Ok(desk.open().await?.engine.delete_film(&id).await?)
}

/// Brings a deleted film back, without clips that are gone meanwhile.
#[tauri::command]
#[specta::specta]
pub async fn restore_film(desk: State<'_, Desk>, film: SavedFilm) -> Result<FilmView, IpcError> {
    Ok(desk.open().await?.engine.restore_film(film).await?)
}

/// What the seam between a frame of a clip (its last if none is given) and the first of another looks like.
#[tauri::command]
#[specta::specta]
pub async fn measure_seam(
    desk: State<'_, Desk>,
    before: ClipId,
    frame: Option<u32>,
    after: ClipId,
) -> Result<SeamMeasure, IpcError> {
    Ok(desk.open().await?.engine.measure_seam(&before, frame, &after).await?)
}

/// What exporting a film would come to, and what stands in its way.
#[tauri::command]
#[specta::specta]
pub async fn plan_export(desk: State<'_, Desk>, id: FilmId, options: ExportOptions) -> Result<ExportPlan, IpcError> {
    Ok(desk.open().await?.engine.plan_export(&id, options).await?)
}

/// Lets the person choose a file and begins to export a film to it; its path, or `None` when they changed their mind. How
/// far it is and how it ended is told by events.
#[tauri::command]
#[specta::specta]
pub async fn export_film(
    app: AppHandle,
    desk: State<'_, Desk>,
    id: FilmId,
    options: ExportOptions,
) -> Result<Option<String>, IpcError> {
    let open = desk.open().await?;
    let name = open.engine.film_file_name(&id).await?;
    let Some(path) = dialogs::save_mp4(&app, &format!("{name}.mp4")).await else { return Ok(None) };
    let shown = path.display().to_string();
    open.engine.export_film(&id, options, path.clone()).await?;
    open.exports_to(id, path);
    Ok(Some(shown))
}

/// Stops the export of a film that is under way. Nothing of it is left.
#[tauri::command]
#[specta::specta]
pub async fn cancel_export(desk: State<'_, Desk>, id: FilmId) -> Result<(), IpcError> {
    desk.open().await?.engine.cancel_export(&id);
    Ok(())
}

/// Shows in the file manager what a film was exported to last in this run.
#[tauri::command]
#[specta::specta]
pub async fn reveal_export(app: AppHandle, desk: State<'_, Desk>, id: FilmId) -> Result<(), IpcError> {
    let file = desk.open().await?.exported(&id);
    let file = file
        .ok_or_else(|| IpcError::new(ErrorCode::NotFound, "This film was not exported since the program started."))?;
    blocking(move || dialogs::reveal(&app, &file)).await?
}

/// Lets the person choose a folder and writes a film's clips with edit lists into a new one in it; its path, or `None`
/// when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn export_shots(app: AppHandle, desk: State<'_, Desk>, id: FilmId) -> Result<Option<String>, IpcError> {
    let open = desk.open().await?;
    let Some(folder) = dialogs::folder(&app).await else { return Ok(None) };
    Ok(Some(open.engine.export_shots(&id, folder).await?.display().to_string()))
}

/// Lets the person save the frames at every seam of a film as one PNG; its path, or `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn contact_sheet(app: AppHandle, desk: State<'_, Desk>, id: FilmId) -> Result<Option<String>, IpcError> {
    let open = desk.open().await?;
    let name = open.engine.film_file_name(&id).await?;
    let Some(path) = dialogs::save_png(&app, &format!("{name}.png")).await else { return Ok(None) };
    open.engine.contact_sheet(&id, path.clone()).await?;
    Ok(Some(path.display().to_string()))
}
