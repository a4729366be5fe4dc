//! Go on with jobs, and settle those whose submit has an unknown outcome.

use lastframe_model::{BoardState, Job, JobId, Outcome, Provider, TaskId};

use crate::arguments::Resolve;
use crate::commands::storyboard;
use crate::failure::{CliError, End};
use crate::follow::{Followed, Made, Work};
use crate::output::{Output, job_line};
use crate::place::{self, Place};

/// Carries every unfinished job to its end.
pub async fn run(place: &Place, output: Output) -> Result<End, CliError> {
    let mut work = Work::start(place, output, "lastframe run")?;
    let end = carry(&mut work, output).await;
    work.stop().await;
    end
}

async fn carry(work: &mut Work<'_>, output: Output) -> Result<End, CliError> {
    let mut jobs = work.library.open_jobs()?;
    let mut boards = work.engine.storyboards().await?;
    boards.retain(|board| board.state == BoardState::Running);
    if jobs.is_empty() && boards.is_empty() {
        output.result_and_words(&Made { jobs: Vec::new(), clips: Vec::new() }, "There is no unfinished job.")?;
        return Ok(End::Done);
    }
    let mut providers: Vec<&Provider> =
        jobs.iter().map(|job| &job.provider).chain(boards.iter().map(|board| &board.provider)).collect();
    providers.sort_by_key(|provider| format!("{provider:?}"));
    providers.dedup();
    for provider in providers {
        // Its jobs wait and say so; those of other services go on.
        if let Err(error) = work.connect(provider).await {
            output.say(&error.to_string());
        }
    }
    let mut followed = work.follow(&jobs, |_| false).await;
    for board in &boards {
        if matches!(followed, Followed::Settled) {
            followed = work.follow_board(&board.id).await?;
        }
        let now = work.engine.storyboard(&board.id).await?;
        // What it made meanwhile, beside what was open at the start.
        let made = now.shots.iter().zip(&board.shots).filter(|(now, before)| now.job.is_some() && before.job.is_none());
        jobs.extend(made.filter_map(|(now, _)| now.job.clone()));
        if now.state != BoardState::Done {
            output.say(&storyboard::next_words(&now));
        }
    }
    if matches!(followed, Followed::Interrupted) {
        output.say("Stopped here. Nothing is lost: `lastframe run` goes on with every job.");
        work.halt().await;
    }
    let made = work.made(&jobs)?;
    output.result_and_words(&made, &made.words())?;
    Ok(made.end())
}

/// Settles an unknown outcome by the person's word.
pub async fn resolve(typed: &Resolve, place: &Place, output: Output) -> Result<End, CliError> {
    let job = place::job(&place.library()?, &typed.job)?;
    let mut work = Work::start(place, output, "lastframe resolve")?;
    let settled = settle(typed, &job, &mut work).await;
    work.stop().await;
    let job = settled?;
    output.result_and_words(&job, &job_line(&job, None))?;
    if job.state.is_open() {
        output.say("`lastframe run` goes on with it.");
    }
    Ok(End::Done)
}

async fn settle(typed: &Resolve, job: &Job, work: &mut Work<'_>) -> Result<Job, CliError> {
    let outcome = match &typed.task {
        Some(task) => {
            // The task is looked up before it is adopted.
            work.connect(&job.provider).await?;
            Outcome::Task { id: TaskId::new(task.trim()) }
        }
        None => Outcome::NotSent,
    };
    Ok(work.engine.settle(&JobId::new(job.id.as_str()), outcome).await?)
}

/// Asks the service once more about a failed job's task.
pub async fn recheck(id: &str, place: &Place, output: Output) -> Result<End, CliError> {
    let job = place::job(&place.library()?, id)?;
    let mut work = Work::start(place, output, "lastframe recheck")?;
    let checked = async {
        work.connect(&job.provider).await?;
        Ok::<_, CliError>(work.engine.recheck(&job.id).await?)
    };
    let checked = checked.await;
    work.stop().await;
    let job = checked?;
    output.result_and_words(&job, &job_line(&job, None))?;
    if job.state.is_open() {
        output.say("`lastframe run` goes on with it.");
    }
    Ok(End::Done)
}
