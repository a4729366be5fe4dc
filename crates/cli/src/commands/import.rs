//! Files brought into the library, without a window.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use lastframe_model::ImportSummary;
use tokio_util::sync::CancellationToken;

use crate::failure::{CliError, End};
use crate::follow::Work;
use crate::output::Output;
use crate::place::Place;

/// How often it is said how far it is.
const SAID_EVERY: Duration = Duration::from_secs(2);

/// Brings files in. Ends with 1 if one of them could not be taken; Ctrl+C keeps what is in.
pub async fn run(files: Vec<PathBuf>, place: &Place, output: Output) -> Result<End, CliError> {
    let work = Work::start(place, output, "lastframe import")?;
    let stop = CancellationToken::new();
    let said = Mutex::new(Instant::now());
    let told = move |progress: lastframe_model::ImportProgress| {
        let Ok(mut at) = said.lock() else { return };
        if at.elapsed() >= SAID_EVERY {
            *at = Instant::now();
            output.say(&format!("{} of {} files", progress.done, progress.total));
        }
    };
    let engine = work.engine.clone();
    let importing = engine.import(files, stop.clone(), told);
    tokio::pin!(importing);
    let summary = tokio::select! {
        summary = &mut importing => summary,
        _ = tokio::signal::ctrl_c() => {
            output.say("Stopping. What is in the library stays.");
            stop.cancel();
            importing.await
        }
    };
    work.stop().await;
    let summary = summary?;
    output.result_and_words(&summary, &words(&summary))?;
    Ok(if summary.refused.is_empty() && summary.left == 0 { End::Done } else { End::Failed })
}

fn words(summary: &ImportSummary) -> String {
    let ImportSummary { clips, known, films, refused, left } = summary;
    let mut counts = vec![format!("{} imported", clips.len())];
    let others = [(films.len(), "films again"), (known.len(), "in the library already"), (refused.len(), "not taken")];
    for (count, what) in others {
        if count > 0 {
            counts.push(format!("{count} {what}"));
        }
    }
    if *left > 0 {
        counts.push(format!("{left} not looked at"));
    }
    let mut lines = vec![format!("{}.", counts.join(", "))];
    lines.extend(
        films.iter().map(|known| format!("a film of clips that are here: {} (film {})", known.file, known.film)),
    );
    lines.extend(known.iter().map(|known| format!("here already: {} (clip {})", known.file, known.clip)));
    lines.extend(refused.iter().map(|refused| format!("not taken: {}: {}", refused.file, refused.message)));
    lines.join("\n")
}
