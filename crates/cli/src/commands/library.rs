//! The library as a whole: whether its files are what was paid for, and its database made again from them.

use std::path::PathBuf;

use lastframe_library::{Rebuild, Rebuilt, Refused, check_file};
use lastframe_model::{FileCheck, GalleryQuery};
use serde::Serialize;

use crate::commands::gallery::all;
use crate::failure::{CliError, End};
use crate::output::Output;
use crate::place::Place;

/// How often it is said how far it is, in clips.
const SAID_EVERY: usize = 100;

pub fn rebuild(from: &[PathBuf], verify: bool, place: &Place, output: Output) -> Result<End, CliError> {
    let progress = |read: usize| {
        if read.is_multiple_of(SAID_EVERY) {
            output.say(&format!("{read} recipes read"));
        }
    };
    let rebuilt = Rebuild {
        places: &place.places,
        from,
        verify,
        program: "lastframe library rebuild",
        now: jiff::Timestamp::now(),
        progress: &progress,
    }
    .run()?;
    output.result_and_words(&rebuilt, &words(&rebuilt))?;
    Ok(End::Done)
}

fn words(rebuilt: &Rebuilt) -> String {
    let mut lines = vec![format!("{} clips were entered from {}.", rebuilt.clips, rebuilt.folders.join(", "))];
    let mut add = |some: bool, line: String| {
        if some {
            lines.push(line);
        }
    };
    add(rebuilt.films > 0, format!("{} saved films are there again.", rebuilt.films));
    add(rebuilt.jobs > 0, format!("{} jobs without a clip were carried over from the old database.", rebuilt.jobs));
    let no_jobs = match (rebuilt.was_damaged, rebuilt.jobs_left) {
        (None, _) => {
            "Jobs that were queued, running or unknown stand in the database only: with it they are lost here. If the \
             service still has a task, its own list shows it."
        }
        (Some(true), _) => {
            "The old database was damaged: jobs in it that could not be read are lost here, and queued ones were left \
             behind, since they may have been sent. If the service still has a task, its own list shows it."
        }
        (Some(false), 0) => "",
        (Some(false), _) => "Some jobs of the old database are of another version's form and were left behind.",
    };
    add(!no_jobs.is_empty(), no_jobs.to_owned());
    for Refused { file, why } in &rebuilt.refused {
        add(true, format!("not entered: {file}: {why}"));
    }
    for file in &rebuilt.without_recipe {
        add(true, format!("video without a recipe: {file}"));
    }
    for file in &rebuilt.changed {
        add(true, format!("changed since it arrived: {file}"));
    }
    for id in &rebuilt.not_found {
        add(true, format!("clip of the old database that was found nowhere: {id}"));
    }
    if let Some(kept) = &rebuilt.kept {
        add(true, format!("The old database is kept: {kept}"));
    }
    lines.join("\n")
}

/// What became of the files.
#[derive(Default, Serialize)]
struct Verified {
    /// How many are what the service sent.
    intact: usize,
    changed: Vec<Named>,
    missing: Vec<Named>,
    /// There, and cannot be read.
    unreadable: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    clip: String,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Compares every clip's file with its recorded SHA-256.
pub fn verify(place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let mut clips = all(&library, &GalleryQuery::default())?;
    // Those in the trash are kept until they are deleted: their files count, too.
    clips.extend(all(&library, &GalleryQuery { trash: true, ..GalleryQuery::default() })?);
    let mut verified = Verified::default();
    for (clip, number) in clips.iter().zip(1..) {
        let file = place.file(clip);
        let named = |why| Named { clip: clip.id.to_string(), file: file.display().to_string(), why };
        match check_file(&file, &clip.sha256) {
            Ok(FileCheck::Intact) => verified.intact += 1,
            Ok(FileCheck::Changed) => verified.changed.push(named(None)),
            Ok(FileCheck::Missing) => verified.missing.push(named(None)),
            Err(error) => verified.unreadable.push(named(Some(error.to_string()))),
        }
        if number % SAID_EVERY == 0 || number == clips.len() {
            output.say(&format!("{number} of {} files read", clips.len()));
        }
    }
    output.result(&verified, || verified.words())?;
    Ok(if verified.intact == clips.len() { End::Done } else { End::Failed })
}

impl Verified {
    fn words(&self) -> String {
        let Self { intact, changed, missing, unreadable } = self;
        let counts = format!("{intact} intact, {} changed, {} missing", changed.len(), missing.len());
        let mut lines = vec![match unreadable.len() {
            0 => format!("{counts}."),
            count => format!("{counts}, {count} unreadable."),
        }];
        for (what, files) in [("changed", changed), ("missing", missing), ("unreadable", unreadable)] {
            lines.extend(files.iter().map(|named| format!("{what}: {} (clip {})", named.file, named.clip)));
        }
        lines.join("\n")
    }
}
