//! The log: one file a day under the home's `logs`, a week of them kept.
//!
//! What is logged is masked before it gets here: no key, no signed URL, no prompt.

use lastframe_library::Places;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling;
use tracing_subscriber::EnvFilter;

/// Starts logging. Dropping the guard writes what is left. `None` when the folder cannot be
/// written: the app works without a log.
pub fn start(places: &Places) -> Option<WorkerGuard> {
    // The appender looks for old files before it makes the folder, and would complain on a first start.
    std::fs::create_dir_all(places.logs()).ok()?;
    let appender = rolling::Builder::new()
        .rotation(rolling::Rotation::DAILY)
        .filename_prefix("lastframe")
        .filename_suffix("log")
        .max_log_files(7)
        .build(places.logs())
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let filter = EnvFilter::try_from_env("LASTFRAME_LOG").unwrap_or_else(|_| {
        EnvFilter::new(
            "warn,lastframe_desktop=info,lastframe_engine=info,lastframe_provider=info,lastframe_library=info",
        )
    });
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).try_init().ok()?;
    Some(guard)
}
