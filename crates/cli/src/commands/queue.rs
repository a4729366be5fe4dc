//! Pausing and ordering what was not sent yet. Rows of the library, so no engine is needed; but whoever runs one would
//! not hear of it, so nobody else may work on the library meanwhile.

use lastframe_library::Library;
use lastframe_model::{Job, JobId, PauseCause};
use serde::Serialize;

use crate::arguments::Queue;
use crate::failure::{CliError, End};
use crate::output::{Output, job_line};
use crate::place::{self, Place};

/// How the queue stands.
#[derive(Serialize)]
struct Standing {
    paused: bool,
    /// Why the program paused it by itself.
    paused_because: Option<PauseCause>,
    /// In the order in which they go.
    queued: Vec<Job>,
}

pub fn run(queue: &Queue, place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let _owned = library.own("lastframe queue")?;
    match queue {
        Queue::Pause => library.set_paused(true)?,
        Queue::Resume => library.set_paused(false)?,
        Queue::Move { job, before } => {
            let job = place::job(&library, job)?.id;
            let before: Option<JobId> =
                before.as_deref().map(|before| place::job(&library, before)).transpose()?.map(|job| job.id);
            library.move_in_queue(&job, before.as_ref())?;
        }
    }
    let standing =
        Standing { paused: library.is_paused()?, paused_because: library.pause_cause()?, queued: queued(&library)? };
    output.result(&standing, || words(&standing))?;
    Ok(End::Done)
}

/// Queued jobs in the order in which they go.
pub fn queued(library: &Library) -> Result<Vec<Job>, CliError> {
    let mut jobs = library.open_jobs()?;
    jobs.retain(|job| job.state == lastframe_model::JobState::Queued);
    Ok(jobs)
}

fn words(standing: &Standing) -> String {
    let state = match (standing.paused, standing.queued.len()) {
        (true, count) => {
            format!("The queue is paused; {count} jobs wait in it. `lastframe queue resume` lets it go on.")
        }
        (false, 0) => "The queue is empty.".to_owned(),
        (false, count) => format!("{count} jobs are queued. `lastframe run` sends them."),
    };
    let jobs = standing.queued.iter().zip(1..).map(|(job, place)| job_line(job, Some(place)));
    std::iter::once(state).chain(jobs).collect::<Vec<_>>().join("\n")
}
