//! Make clips.

use lastframe_model::{Check, Job, JobState, Provider};

use crate::arguments::Generate;
use crate::commands::request::Wanted;
use crate::connect;
use crate::failure::{CliError, End};
use crate::follow::{Followed, Work, is_settled};
use crate::output::{Output, money};
use crate::place::Place;

pub async fn run(typed: &Generate, place: &Place, output: Output) -> Result<End, CliError> {
    let wanted = Wanted::read(typed, &place.library()?, output)?;
    let check = wanted.check(typed, place, output)?;
    if typed.estimate {
        output.result(&check, || estimate(&check, typed.count, &place.provider))?;
        return Ok(End::Done);
    }
    if let Provider::Service { address } = &place.provider {
        // Before a job is written down that could not go.
        connect::service(place, address).await?;
    }
    let mut work = Work::start(place, output, "lastframe generate")?;
    let made = make(wanted, typed, place, output, &mut work).await;
    work.stop().await;
    made
}

async fn make(
    wanted: Wanted,
    typed: &Generate,
    place: &Place,
    output: Output,
    work: &mut Work<'_>,
) -> Result<End, CliError> {
    work.connect(&place.provider).await?;
    let request = wanted.keep(&work.engine).await?;
    let jobs = work.engine.enqueue(request, typed.count, place.provider.clone()).await?;
    let side_by_side = usize::try_from(place.settings.parallel_jobs).unwrap_or(1);
    let settled = |jobs: &[&Job]| {
        if typed.no_wait { is_with_the_service(jobs, side_by_side) } else { jobs.iter().all(|job| is_settled(job)) }
    };
    let followed = work.follow(&jobs, settled).await;
    if matches!(followed, Followed::Interrupted) {
        output.say("Stopped here. Nothing is lost: what was sent goes on at the service, and `lastframe run` goes on with every job.");
        // A submit that is on its way may still get its reply.
        work.halt().await;
    }
    let made = work.made(&jobs)?;
    output.result_and_words(&made, &made.words())?;
    let accepted = typed.no_wait && matches!(followed, Followed::Settled) && made.jobs.iter().all(is_on_its_way);
    Ok(if accepted { End::Done } else { made.end() })
}

fn estimate(check: &Check, count: u32, provider: &Provider) -> String {
    let one = check.estimate;
    let each = if count > 1 { format!(" for {count} clips") } else { String::new() };
    format!(
        "about {}{each}: {}×{}, {} frames, {:.3} s, {} tokens each; nothing was sent",
        money(check.total, provider),
        one.size.width,
        one.size.height,
        one.frames,
        one.seconds,
        one.tokens
    )
}

/// Whether the service has every job, or as many as may run side by side while the rest waits its turn.
fn is_with_the_service(jobs: &[&Job], side_by_side: usize) -> bool {
    let there = jobs.iter().filter(|job| !matches!(job.state, JobState::Queued | JobState::Submitting)).count();
    let sending = jobs.iter().any(|job| job.state == JobState::Submitting);
    jobs.iter().all(|job| is_settled(job)) || (!sending && there >= jobs.len().min(side_by_side))
}

fn is_on_its_way(job: &Job) -> bool {
    job.state == JobState::Done || (job.state.is_open() && !is_settled(job))
}
