//! What the library holds. These only read: they work while another program runs jobs on it.

use std::collections::HashMap;
use std::path::Path;

use lastframe_media as media;
use lastframe_model::{Clip, Job};
use serde::Serialize;

use crate::commands::pictures::last_frame_png;
use crate::commands::queue::queued;
use crate::failure::{CliError, End};
use crate::follow::pause_words;
use crate::output::{Output, job_line, money};
use crate::place::{self, Place};

/// Every job, queued ones with their place in the queue.
pub fn jobs(place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let jobs = library.all_jobs()?;
    let queue: HashMap<_, _> = queued(&library)?.into_iter().map(|job| job.id).zip(1..).collect();
    output.result(&jobs, || lines(&jobs, |job| job_line(job, queue.get(&job.id).copied()), "There is no job yet."))?;
    if library.is_paused()? {
        output.say(&pause_words(library.pause_cause()?.as_ref()));
    }
    Ok(End::Done)
}

/// The lines of items, or the words for none.
pub fn lines<T>(items: &[T], line: impl Fn(&T) -> String, none: &str) -> String {
    if items.is_empty() { none.to_owned() } else { items.iter().map(line).collect::<Vec<_>>().join("\n") }
}

/// A clip or a job.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown {
    Clip(Box<Clip>),
    Job(Box<Job>),
}

/// One clip, or else the job of that id.
pub fn show(id: &str, place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let shown = match place::clip(&library, id) {
        Ok(clip) => Shown::Clip(Box::new(place.shown(clip))),
        Err(CliError::NotFound { .. }) => match place::job(&library, id) {
            Ok(job) => Shown::Job(Box::new(job)),
            Err(CliError::NotFound { id, .. }) => return Err(CliError::NotFound { what: "clip or job", id }),
            Err(error) => return Err(error),
        },
        Err(error) => return Err(error),
    };
    output.result(&shown, || match &shown {
        Shown::Clip(clip) => clip_words(clip),
        Shown::Job(job) => job_words(job),
    })?;
    Ok(End::Done)
}

fn clip_words(clip: &Clip) -> String {
    let request = &clip.request;
    let mut words = format!(
        "clip      {}\nfile      {}\nprompt    {}\nmodel     {}\nsize      {}×{}\nlength    {:.3} s, {} frames, {:.2} a second\n\
         seed      {}\ncost      {}\ntask      {}\nfinished  {}",
        clip.id,
        clip.file,
        request.prompt,
        request.model,
        clip.media.width,
        clip.media.height,
        clip.media.seconds,
        clip.media.frames,
        clip.media.fps,
        request.seed.map_or_else(|| "unknown".to_owned(), |seed| seed.to_string()),
        money(clip.cost(), &clip.provider),
        clip.task_id,
        clip.finished_at,
    );
    if let Some(before) = &request.continues {
        words.extend(["\ncontinues ", before.as_str()]);
        if let Some(frame) = request.continues_frame {
            words.extend([" from frame ", &frame.to_string()]);
        }
    }
    if let Some(name) = &clip.name {
        words.extend(["\nname      ", name]);
    }
    if clip.starred {
        words.push_str("\nstarred   yes");
    }
    if !clip.tags.is_empty() {
        words.extend(["\ntags      ", &clip.tags.join(", ")]);
    }
    if !clip.note.is_empty() {
        words.extend(["\nnote      ", &clip.note]);
    }
    if let Some(trashed_at) = clip.trashed_at {
        words.extend(["\ntrashed   ", &trashed_at.to_string()]);
    }
    words
}

fn job_words(job: &Job) -> String {
    let mut words = format!(
        "job       {}\nstate     {}\nprompt    {}\nmodel     {}\ncreated   {}\nestimate  {}",
        job.id,
        job.state.word(),
        job.request.prompt,
        job.request.model,
        job.created_at,
        money(job.estimate.cost, &job.provider),
    );
    if let Some(task) = &job.task_id {
        words.extend(["\ntask      ", task.as_str()]);
    }
    if let Some(wait) = &job.wait {
        words.extend(["\nwaits     ", &wait.message]);
    }
    if let Some(failure) = &job.failure {
        words.extend(["\nfailure   ", &failure.message]);
    }
    words
}

/// The last frame of a clip or of a video file, written as PNG.
pub fn frame(clip: &str, out: &Path, place: &Place, output: Output) -> Result<End, CliError> {
    let path = Path::new(clip);
    let png = if path.is_file() {
        media::encode_png(&media::last_frame(path)?)?
    } else {
        let library = place.library()?;
        last_frame_png(&library, &place::clip(&library, clip)?)?
    };
    lastframe_library::write_file(out, &png)?;
    output.result(&out, || out.display().to_string())?;
    Ok(End::Done)
}
