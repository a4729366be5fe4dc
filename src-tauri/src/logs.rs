//! The log: one file a day under the home's `logs`, a week of them kept.
//!
//! What is logged is masked before it gets here: no key, no signed URL, no prompt. What libraries would say beyond
//! warnings is left out, since nobody masked it.

use lastframe_library::Places;
use tracing::{Level, Metadata, Subscriber};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{EnvFilter, FilterExt, FilterFn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// What is worth a line on an ordinary day; `LASTFRAME_LOG` asks for other things.
const USUALLY: &str =
    "warn,lastframe_desktop=info,lastframe_engine=info,lastframe_provider=info,lastframe_library=info";

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
    let wanted = EnvFilter::try_from_env("LASTFRAME_LOG").unwrap_or_else(|_| EnvFilter::new(USUALLY));
    tracing_subscriber::registry().with(lines(writer, wanted)).try_init().ok()?;
    Some(guard)
}

/// What is written to `writer`: what is `wanted`, as far as it [may be said](may_be_said) at all.
fn lines<S, W>(writer: W, wanted: EnvFilter) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer)
        .with_filter(wanted.and(FilterFn::new(may_be_said)))
}

/// What Lastframe itself says was written with secrets in mind. The libraries below it were not: asked for details, they
/// print headers, bodies and SQL with its values, so that of theirs only warnings are let through, whatever is asked for.
fn may_be_said(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("lastframe_") || *metadata.level() <= Level::WARN
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn libraries_give_no_details_away_even_when_everything_is_asked_for() {
        let kept = Kept::default();
        let writer = kept.clone();
        let log = tracing_subscriber::registry().with(lines(move || writer.clone(), EnvFilter::new("trace")));
        tracing::subscriber::with_default(log, || {
            tracing::trace!(target: "hyper::proto::h1::io", "flushed 600 bytes: authorization: Bearer sk-secret");
            tracing::debug!(target: "reqwest::connect", "https://cdn.example/a.mp4?sig=secret");
            let _span = tracing::info_span!(target: "tower_http", "request", uri = "/?sig=secret").entered();
            tracing::trace!(target: "lastframe_engine::run", "a step of our own");
            tracing::warn!(target: "zbus", "a warning of a library");
        });
        let said = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(!said.contains("secret"), "{said}");
        assert!(said.contains("a step of our own") && said.contains("a warning of a library"), "{said}");
    }
}
