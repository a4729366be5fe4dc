//! Finding and organising clips.

use lastframe_model::{
    Clip, ClipId, CommonMarks, DiskUse, Exported, GalleryQuery, IpcError, Mark, SavedSearch, Shelf, TagCount,
};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::dialogs;
use crate::open::blocking;
use crate::words;

/// Where every clip of a query stands.
#[tauri::command]
#[specta::specta]
pub async fn gallery(desk: State<'_, Desk>, query: GalleryQuery) -> Result<Shelf, IpcError> {
    Ok(desk.open().await?.engine.gallery(query).await?)
}

/// At most `count` (1,000) clips of a query, from the one at place `from` on.
#[tauri::command]
#[specta::specta]
pub async fn gallery_page(
    desk: State<'_, Desk>,
    query: GalleryQuery,
    from: u32,
    count: u32,
) -> Result<Vec<Clip>, IpcError> {
    Ok(desk.open().await?.engine.gallery_page(query, from, count).await?)
}

/// Ids of the clips of a query, from the one at place `from` on.
#[tauri::command]
#[specta::specta]
pub async fn gallery_ids(
    desk: State<'_, Desk>,
    query: GalleryQuery,
    from: u32,
    count: u32,
) -> Result<Vec<ClipId>, IpcError> {
    Ok(desk.open().await?.engine.gallery_ids(query, from, count).await?)
}

/// The place of a clip among those of a query; `None` if it is not among them.
#[tauri::command]
#[specta::specta]
pub async fn gallery_place(desk: State<'_, Desk>, query: GalleryQuery, clip: ClipId) -> Result<Option<u32>, IpcError> {
    Ok(desk.open().await?.engine.gallery_place(query, clip).await?)
}

/// Writes a star, tag, note or name on clips, on all or none; how many of them there are.
#[tauri::command]
#[specta::specta]
pub async fn mark_clips(desk: State<'_, Desk>, ids: Vec<ClipId>, mark: Mark) -> Result<u32, IpcError> {
    Ok(desk.open().await?.engine.mark_clips(ids, mark).await?)
}

/// Puts clips into the trash; how many were not there yet.
#[tauri::command]
#[specta::specta]
pub async fn trash_clips(desk: State<'_, Desk>, ids: Vec<ClipId>) -> Result<u32, IpcError> {
    Ok(desk.open().await?.engine.trash_clips(ids).await?)
}

/// Takes clips out of the trash, with all that they had; how many were there.
#[tauri::command]
#[specta::specta]
pub async fn restore_clips(desk: State<'_, Desk>, ids: Vec<ClipId>) -> Result<u32, IpcError> {
    Ok(desk.open().await?.engine.restore_clips(ids).await?)
}

/// Deletes for good, with their files, those of the clips that are in the trash; how many.
#[tauri::command]
#[specta::specta]
pub async fn delete_clips(desk: State<'_, Desk>, ids: Vec<ClipId>) -> Result<u32, IpcError> {
    Ok(desk.open().await?.engine.delete_clips(ids).await?)
}

/// Every tag of clips outside the trash, the most used first.
#[tauri::command]
#[specta::specta]
pub async fn tags(desk: State<'_, Desk>) -> Result<Vec<TagCount>, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.tags()).await?.map_err(words::library)
}

/// What is written on all of these clips.
#[tauri::command]
#[specta::specta]
pub async fn common_marks(desk: State<'_, Desk>, ids: Vec<ClipId>) -> Result<CommonMarks, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.common_marks(&ids)).await?.map_err(words::library)
}

/// Every saved search, by name.
#[tauri::command]
#[specta::specta]
pub async fn saved_searches(desk: State<'_, Desk>) -> Result<Vec<SavedSearch>, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.saved_searches()).await?.map_err(words::library)
}

/// Keeps a query under a name, in the place of one that has it; all of them.
#[tauri::command]
#[specta::specta]
pub async fn save_search(
    desk: State<'_, Desk>,
    name: String,
    query: GalleryQuery,
) -> Result<Vec<SavedSearch>, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.save_search(&name, query)).await?.map_err(words::library)
}

/// Deletes a saved search; those that are left.
#[tauri::command]
#[specta::specta]
pub async fn delete_search(desk: State<'_, Desk>, name: String) -> Result<Vec<SavedSearch>, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.delete_search(&name)).await?.map_err(words::library)
}

/// What clips take on the disk, by the day, and what emptying the trash would free.
#[tauri::command]
#[specta::specta]
pub async fn disk_use(desk: State<'_, Desk>) -> Result<DiskUse, IpcError> {
    Ok(desk.open().await?.engine.disk_use().await?)
}

/// Lets the person choose a folder and writes copies of clips into it, with their recipes inside unless the settings say
/// otherwise; `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn export_clips(
    app: AppHandle,
    desk: State<'_, Desk>,
    ids: Vec<ClipId>,
) -> Result<Option<Exported>, IpcError> {
    let open = desk.open().await?;
    let Some(folder) = dialogs::folder(&app).await else { return Ok(None) };
    Ok(Some(open.engine.export_clips(ids, folder).await?))
}
