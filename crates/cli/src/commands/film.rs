//! Films: listed with their takes, and on their way out. Only reads the library, so that it works while the window runs.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lastframe_engine::{EngineError, Outgoing};
use lastframe_library::Library;
use lastframe_model::{
    Clip, ExportOptions, ExportPlan, ExportProblem, ExportReason, ExportRoute, Film, FilmId, SavedFilm,
};
use serde::Serialize;

use crate::arguments;
use crate::commands::read::lines;
use crate::failure::{CliError, End};
use crate::output::{Output, clip_line};
use crate::place::{self, Place};

/// How often it is said how far it is.
const SAID_EVERY: Duration = Duration::from_secs(2);

/// A film as it is listed.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    film: Film,
    /// For each clip the others that continue the same one, oldest first.
    takes: Vec<Vec<Clip>>,
}

/// What left.
#[derive(Default, Serialize)]
struct Left {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<ExportPlan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_sheet: Option<PathBuf>,
}

/// Lists a film, or writes what was asked for.
pub async fn run(wanted: &arguments::Film, place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let film = find(&library, &wanted.clip)?;
    if wanted.out.is_none() && wanted.edl.is_none() && wanted.contact_sheet.is_none() {
        return list(&library, &film, place, output);
    }
    let with_recipe = place.settings.recipe_in_copies && !wanted.no_recipe;
    let outgoing = Outgoing { library: &library, keeps: false };
    let mut left = Left::default();
    if let Some(target) = &wanted.out {
        let options = ExportOptions {
            reencode: wanted.reencode,
            size: wanted.size,
            fps: wanted.fps,
            skip_repeated: !wanted.keep_repeated,
            recipe: with_recipe,
        };
        say_plan(&outgoing.plan(&film, &options)?, output);
        left.plan = Some(export(library.clone(), film.clone(), options, target.clone(), output).await?);
        left.file = Some(target.clone());
    }
    if let Some(folder) = &wanted.edl {
        left.folder = Some(outgoing.shots(&film, folder, with_recipe)?);
    }
    if let Some(target) = &wanted.contact_sheet {
        outgoing.contact_sheet(&film, target)?;
        left.contact_sheet = Some(target.clone());
    }
    let paths = [&left.file, &left.folder, &left.contact_sheet];
    let paths: Vec<String> = paths.into_iter().flatten().map(|path| path.display().to_string()).collect();
    output.result(&left, || paths.join("\n"))?;
    Ok(End::Done)
}

/// The saved film of that id, or the path through the clip of it.
fn find(library: &Library, id: &str) -> Result<SavedFilm, CliError> {
    if let Some(film) = library.saved_film(&FilmId::new(id.trim()))? {
        return Ok(film);
    }
    let clip = place::clip(library, id)?;
    let path: Vec<_> = library.film(&clip.id)?.clips.into_iter().map(|clip| clip.id).collect();
    let first = path.first().unwrap_or(&clip.id);
    let (made_at, id) = (clip.finished_at, FilmId::new(first.as_str()));
    Ok(SavedFilm { id, name: None, note: String::new(), path, made_at, changed_at: made_at })
}

fn list(library: &Library, film: &SavedFilm, place: &Place, output: Output) -> Result<End, CliError> {
    let (mut clips, mut takes) = (Vec::new(), Vec::new());
    for id in &film.path {
        let Some(clip) = library.clip(id)? else { continue };
        let others = match &clip.request.continues {
            None => Vec::new(),
            Some(before) => library.continuations(before)?,
        };
        let others = others.into_iter().filter(|other| other.id != clip.id && other.trashed_at.is_none());
        takes.push(others.map(|other| place.shown(other)).collect());
        clips.push(place.shown(clip));
    }
    let listed = Listed { film: Film::of(clips), takes };
    output.result(&listed, || {
        let shot = |(clip, takes): &(&Clip, &Vec<Clip>)| {
            let takes = takes.iter().map(|take| format!("\n  or  {}", clip_line(take)));
            format!("{}{}", clip_line(clip), takes.collect::<String>())
        };
        let shots: Vec<_> = listed.film.clips.iter().zip(&listed.takes).collect();
        let Film { seconds, cost, .. } = listed.film;
        let clips = lines(&shots, shot, "");
        format!("{clips}\n{} clips, {seconds:.3} s, ${cost}", shots.len())
    })?;
    Ok(End::Done)
}

/// Says what it is going to be, and what stands in the way.
fn say_plan(plan: &ExportPlan, output: Output) {
    for problem in &plan.problems {
        output.say(&problem_words(problem));
    }
    if !plan.possible {
        return;
    }
    let ExportPlan { frames, seconds, fps, size, .. } = plan;
    let what = format!("{frames} frames, {seconds:.3} s, {}×{}, {fps:.3} a second", size.width, size.height);
    match plan.route {
        ExportRoute::Join => output.say(&format!("Joined as they are: {what}.")),
        ExportRoute::Reencode => {
            let why: Vec<&str> = plan.reasons.iter().map(|reason| reason_words(*reason)).collect();
            output.say(&format!("Encoded anew ({}): {what}.", why.join(", ")));
        }
    }
}

fn reason_words(reason: ExportReason) -> &'static str {
    match reason {
        ExportReason::OtherSize => "clips of several sizes",
        ExportReason::OtherRate => "clips of several frame rates",
        ExportReason::OtherCodec => "clips that were coded in several ways",
        ExportReason::Trimmed => "a clip is cut where its stream cannot be cut exactly",
        ExportReason::Asked => "as asked",
    }
}

fn problem_words(problem: &ExportProblem) -> String {
    match problem {
        ExportProblem::Missing { clip } => format!("The file of the clip {clip} is missing."),
        ExportProblem::Trashed { clip } => format!("The clip {clip} is in the trash."),
        ExportProblem::Unreadable { clip, message } => format!("The clip {clip} cannot be read: {message}"),
        ExportProblem::SoundDropped { clip } => {
            format!("The sound of the clip {clip} is of another kind; it is silent.")
        }
        ExportProblem::TooLarge => "The film is longer than a file of this kind can be.".to_owned(),
    }
}

/// Exports on a thread that may block; Ctrl+C stops it, and nothing is left.
async fn export(
    library: Library,
    film: SavedFilm,
    options: ExportOptions,
    target: PathBuf,
    output: Output,
) -> Result<ExportPlan, CliError> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let work = tokio::task::spawn_blocking(move || write(&library, &film, &options, &target, &stopped, output));
    tokio::pin!(work);
    let done = tokio::select! {
        done = &mut work => done,
        _ = tokio::signal::ctrl_c() => {
            output.say("Stopping. Nothing is left of the film.");
            stop.store(true, Ordering::Relaxed);
            work.await
        }
    };
    Ok(done.unwrap_or(Err(EngineError::Interrupted))?)
}

fn write(
    library: &Library,
    film: &SavedFilm,
    options: &ExportOptions,
    target: &Path,
    stop: &AtomicBool,
    output: Output,
) -> Result<ExportPlan, EngineError> {
    let mut said = Instant::now();
    Outgoing { library, keeps: false }.export(film, options, target, &mut |progress| {
        if said.elapsed() >= SAID_EVERY {
            said = Instant::now();
            output.say(&format!("{} of {} frames", progress.frames_done, progress.frames));
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}
