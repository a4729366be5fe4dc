//! Make clips.

use lastframe_model::{Check, Consent, ImageRef, Job, JobState, Provider, RecentBills, Request};
use serde::Serialize;

use crate::arguments::Generate;
use crate::commands::batch::{self, List};
use crate::commands::prices;
use crate::commands::request::Wanted;
use crate::connect;
use crate::failure::{CliError, End};
use crate::follow::{Followed, Work, is_settled};
use crate::output::{Output, money};
use crate::place::Place;

pub async fn run(typed: &Generate, place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let wanted = Wanted::read(typed, place, output)?;
    if let Some(path) = &typed.batch {
        return list(path, wanted, typed, place, output).await;
    }
    let check = wanted.check(typed, place, output)?;
    if typed.estimate {
        let billed = prices::recent(&library, &wanted.request, &place.provider, &place.settings.prices)?;
        let estimated = Estimated { check, billed };
        output.result(&estimated, || estimate(&estimated, typed.count, &wanted.request, &place.provider))?;
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
    let jobs = work.engine.enqueue(request, typed.count, place.provider.clone(), Consent::given(typed.yes)).await?;
    carry(&jobs, typed, place, output, work).await
}

/// The clips of a list.
async fn list(
    path: &std::path::Path,
    wanted: Wanted,
    typed: &Generate,
    place: &Place,
    output: Output,
) -> Result<End, CliError> {
    let list = List::read("--batch", path, &wanted.request, place, output)?;
    if typed.estimate {
        output.result(&list.batch, || batch::estimate(&list.batch, &place.provider))?;
        let refused = list.batch.rows.iter().any(|row| row.refusal().is_some());
        return Ok(if refused { End::Usage } else { End::Done });
    }
    list.check(output)?;
    if let Provider::Service { address } = &place.provider {
        connect::service(place, address).await?;
    }
    let mut work = Work::start(place, output, "lastframe generate")?;
    let made = make_list(list, wanted, typed, place, output, &mut work).await;
    work.stop().await;
    made
}

async fn make_list(
    list: List,
    wanted: Wanted,
    typed: &Generate,
    place: &Place,
    output: Output,
    work: &mut Work<'_>,
) -> Result<End, CliError> {
    work.connect(&place.provider).await?;
    // Pictures that were typed have no id before they are kept: rows have what the flags say of them.
    let base = wanted.keep(&work.engine).await?;
    let mut rows = list.keep(&work.engine).await?;
    for row in &mut rows {
        take_pictures(&mut row.request, &base);
    }
    let act = "lastframe generate --batch".to_owned();
    let jobs = work.engine.start_batch(act, rows, place.provider.clone(), Consent::given(typed.yes)).await?;
    carry(&jobs, typed, place, output, work).await
}

/// Puts the kept pictures of the flags in the place of those without an id.
pub fn take_pictures(request: &mut Request, base: &Request) {
    let is_typed = |image: &ImageRef| image.id.as_str().is_empty();
    if request.first_frame.as_ref().is_some_and(is_typed) {
        request.first_frame.clone_from(&base.first_frame);
    }
    if request.last_frame.as_ref().is_some_and(is_typed) {
        request.last_frame.clone_from(&base.last_frame);
    }
    if request.reference_images.iter().any(is_typed) {
        request.reference_images.clone_from(&base.reference_images);
    }
}

/// Follows what was made to its end, or until the service has it.
async fn carry(
    jobs: &[Job],
    typed: &Generate,
    place: &Place,
    output: Output,
    work: &mut Work<'_>,
) -> Result<End, CliError> {
    let side_by_side = usize::try_from(place.settings.parallel_jobs).unwrap_or(1);
    let settled = |jobs: &[&Job]| typed.no_wait && is_with_the_service(jobs, side_by_side);
    let followed = work.follow(jobs, settled).await;
    if matches!(followed, Followed::Interrupted) {
        output.say("Stopped here. Nothing is lost: what was sent goes on at the service, and `lastframe run` goes on with every job.");
        // A submit that is on its way may still get its reply.
        work.halt().await;
    }
    let made = work.made(jobs)?;
    output.result_and_words(&made, &made.words())?;
    let accepted = typed.no_wait && matches!(followed, Followed::Settled) && made.jobs.iter().all(is_on_its_way);
    Ok(if accepted { End::Done } else { made.end() })
}

/// What it would cost, and what such jobs were really billed.
#[derive(Serialize)]
struct Estimated {
    #[serde(flatten)]
    check: Check,
    billed: Option<RecentBills>,
}

fn estimate(estimated: &Estimated, count: u32, request: &Request, provider: &Provider) -> String {
    let Estimated { check, billed } = estimated;
    let billed = billed.map(|billed| format!("\n{}", prices::lately(&billed, request))).unwrap_or_default();
    let one = check.estimate;
    let each = if count > 1 { format!(" for {count} clips") } else { String::new() };
    format!(
        "about {}{each}: {}×{}, {} frames, {:.3} s, {} tokens each; nothing was sent{billed}",
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
