//! What jobs cost.

use lastframe_model::{BudgetWarning, Days, IpcError, Usage, UsageFormat, UsagePage, UsageQuery, Week};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::dialogs;
use crate::open::Open;

/// The sums of the ledger: today, this week (which begins on day `week`: 1 is Monday, 7 Sunday), this month, in all, and
/// in these days.
#[tauri::command]
#[specta::specta]
pub async fn usage(desk: State<'_, Desk>, days: Days, week: Week) -> Result<Usage, IpcError> {
    Ok(desk.open().await?.engine.usage(days, week).await?)
}

/// Rows of the ledger from place `from` on, at most `count`.
#[tauri::command]
#[specta::specta]
pub async fn usage_page(
    desk: State<'_, Desk>,
    query: UsageQuery,
    from: u32,
    count: u32,
) -> Result<UsagePage, IpcError> {
    Ok(desk.open().await?.engine.usage_page(query, from, count).await?)
}

/// Lets the person save the ledger of these days; the path, or `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn export_usage(
    app: AppHandle,
    desk: State<'_, Desk>,
    days: Days,
    format: UsageFormat,
) -> Result<Option<String>, IpcError> {
    let open = desk.open().await?;
    let Some(path) = dialogs::save_ledger(&app, "lastframe-usage", format).await else { return Ok(None) };
    let bytes = open.engine.usage_file(days, format).await?;
    Open::save(path, bytes).await.map(Some)
}

/// A mark of the monthly budget that was reached and has not been said yet. Whoever gets it says it: it is given once.
#[tauri::command]
#[specta::specta]
pub async fn budget_warning(desk: State<'_, Desk>) -> Result<Option<BudgetWarning>, IpcError> {
    Ok(desk.open().await?.engine.budget_warning().await?)
}
