//! Shots written ahead: checked as a whole before anything is sent, then made one after the other.

use std::path::Path;

use lastframe_engine::ShotToRun;
use lastframe_model::{
    Approval, BatchRow, BoardState, BoardWait, Clip, Consent, Field, Problem, ProblemCode, Provider, Request, Shot,
    ShotState, Storyboard, StoryboardCheck, StoryboardId,
};
use serde::Serialize;

use crate::arguments::Storyboard as Typed;
use crate::commands::batch::List;
use crate::commands::generate::take_pictures;
use crate::commands::request::Wanted;
use crate::connect;
use crate::failure::{CliError, End};
use crate::follow::{Followed, Work, interrupted};
use crate::output::{Output, money};
use crate::place::Place;

/// What is printed in the end.
#[derive(Serialize)]
struct Made {
    storyboard: Storyboard,
    clips: Vec<Clip>,
}

pub async fn run(typed: &Typed, place: &Place, output: Output) -> Result<End, CliError> {
    match (&typed.file, &typed.resume) {
        (Some(file), _) => start(file, typed, place, output).await,
        (None, Some(id)) => resume(id, typed, place, output).await,
        (None, None) => list(place, output),
    }
}

async fn start(file: &Path, typed: &Typed, place: &Place, output: Output) -> Result<End, CliError> {
    place.library()?;
    let wanted = Wanted::read(&typed.base, place, output)?;
    let first = wanted.request.clone();
    // Pictures that were typed are the first shot's.
    let base =
        Request { first_frame: None, last_frame: None, reference_images: Vec::new(), continues: None, ..first.clone() };
    let mut shots = List::read("storyboard", file, &base, place, output)?;
    if let Some(row) = shots.batch.rows.first_mut() {
        give_pictures(&mut row.request, &first);
    }
    let requests: Vec<Request> = shots.batch.rows.iter().map(|row| row.request.clone()).collect();
    let check = StoryboardCheck::of(&requests, &place.catalogue(), &place.settings.prices);
    let problems = problems(&shots.batch.rows, &check);
    shots.refuse(problems.iter().map(|(place, problem)| (*place, problem)), output)?;
    if typed.base.estimate {
        output.result(&check, || estimate(&check, &place.provider))?;
        return Ok(End::Done);
    }
    if let Provider::Service { address } = &place.provider {
        // Before anything is written down that could not go.
        connect::service(place, address).await?;
    }
    let mut work = Work::start(place, output, "lastframe storyboard")?;
    let made = make(shots, wanted, typed, place, output, &mut work).await;
    work.stop().await;
    made
}

async fn make(
    shots: List,
    wanted: Wanted,
    typed: &Typed,
    place: &Place,
    output: Output,
    work: &mut Work<'_>,
) -> Result<End, CliError> {
    work.connect(&place.provider).await?;
    let base = wanted.keep(&work.engine).await?;
    let mut requests: Vec<Request> = shots.keep(&work.engine).await?.into_iter().map(|row| row.request).collect();
    if let Some(first) = requests.first_mut() {
        take_pictures(first, &base);
    }
    let approval = if typed.approve_each { Approval::EachSeam } else { Approval::RunThrough };
    let act = "lastframe storyboard".to_owned();
    let consent = Consent::given(typed.base.yes);
    let board = work.engine.start_storyboard(act, requests, approval, place.provider.clone(), consent).await?;
    let total = money(board.total, &board.provider);
    output.say(&format!("storyboard {}: {} shots, about {total}", board.id, board.shots.len()));
    carry(&board.id, typed, output, work).await
}

/// Goes on with a storyboard that was started.
async fn resume(id: &str, typed: &Typed, place: &Place, output: Output) -> Result<End, CliError> {
    let id = StoryboardId::new(id.trim());
    let board = place.library()?.storyboard(&id)?;
    let seen = Storyboard::of(&board, &place.catalogue(), &place.settings.prices);
    if typed.base.estimate {
        output.result(&seen, || next_words(&seen))?;
        return Ok(End::Done);
    }
    let mut work = Work::start(place, output, "lastframe storyboard")?;
    let went = go_on_and_carry(&seen, typed, output, &mut work).await;
    work.stop().await;
    went
}

async fn go_on_and_carry(
    board: &Storyboard,
    typed: &Typed,
    output: Output,
    work: &mut Work<'_>,
) -> Result<End, CliError> {
    if board.state != BoardState::Done {
        work.connect(&board.provider).await?;
        // The shot that is meant is the one that was looked at: a job that ended meanwhile is not made twice.
        go_on(board, Consent::given(typed.base.yes), work).await?;
    }
    carry(&board.id, typed, output, work).await
}

/// The person's word for the next shot, or for one that failed.
async fn go_on(board: &Storyboard, consent: Consent, work: &Work<'_>) -> Result<(), CliError> {
    let shot = board.turn.and_then(|place| Some((place, board.shots.get(usize::try_from(place).ok()?)?)));
    match (board.state, shot) {
        (BoardState::Halted, _) => work.engine.resume_storyboard(&board.id, consent).await?,
        (BoardState::Waiting | BoardState::Stopped, Some((place, shot))) => {
            let instead_of = shot.job.as_ref().map(|job| job.id.clone());
            let again = ShotToRun { place, instead_of, prompt: None };
            work.engine.run_storyboard(&board.id, again, consent).await?
        }
        _ => return Ok(()),
    };
    Ok(())
}

/// Follows a storyboard, and asks at each seam if that was wished for.
async fn carry(id: &StoryboardId, typed: &Typed, output: Output, work: &mut Work<'_>) -> Result<End, CliError> {
    loop {
        let followed = work.follow_board(id).await?;
        let board = work.engine.storyboard(id).await?;
        if matches!(followed, Followed::Interrupted) {
            output.say(
                "Stopped here. Nothing is lost: what was sent goes on at the service, and `lastframe run` goes on with the storyboard.",
            );
            work.halt().await;
            return finish(board, output, work);
        }
        match &board.wait {
            Some(BoardWait::Approval) if ask(&board, output).await => go_on(&board, Consent::Within, work).await?,
            // That was said beforehand.
            Some(BoardWait::Guard { .. }) if typed.base.yes => go_on(&board, Consent::Beyond, work).await?,
            _ => return finish(board, output, work),
        }
    }
}

/// Whether the person approves the next shot. No answer is no.
async fn ask(board: &Storyboard, output: Output) -> bool {
    output.say(&format!("{} Go on? [y/N]", next_shot_words(board)));
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    tokio::select! {
        answer = answer => matches!(answer, Ok(Ok(line)) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes")),
        () = interrupted() => false,
    }
}

fn finish(storyboard: Storyboard, output: Output, work: &Work<'_>) -> Result<End, CliError> {
    let jobs: Vec<_> = storyboard.shots.iter().filter_map(|shot| shot.job.clone()).collect();
    let made = work.made(&jobs)?;
    let mut words = made.words();
    if storyboard.state != BoardState::Done {
        words = format!("{words}\n{}", next_words(&storyboard));
    }
    let end = match (storyboard.state, &storyboard.wait) {
        // It stopped where it was asked to.
        (BoardState::Done, _) | (BoardState::Waiting, Some(BoardWait::Approval)) => End::Done,
        _ => made.end().max(End::Failed),
    };
    output.result_and_words(&Made { storyboard, clips: made.clips }, words.trim_start())?;
    Ok(end)
}

fn list(place: &Place, output: Output) -> Result<End, CliError> {
    let (catalogue, prices) = (place.catalogue(), &place.settings.prices);
    let boards = place.library()?.storyboards()?;
    let boards: Vec<Storyboard> = boards.iter().map(|board| Storyboard::of(board, &catalogue, prices)).collect();
    let line = |board: &Storyboard| {
        let done = board.shots.iter().filter(|shot| shot.state == ShotState::Done).count();
        let spent = money(Some(board.spent), &board.provider);
        let count = board.shots.len();
        format!("{}  {done} of {count} shots  {spent} so far  {}", board.id, next_words(board))
    };
    output.result(&boards, || {
        if boards.is_empty() {
            return "There is no storyboard.".to_owned();
        }
        boards.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(End::Done)
}

/// Where a storyboard stands, and how to go on.
pub fn next_words(board: &Storyboard) -> String {
    let id = &board.id;
    let resume = format!("`lastframe storyboard --resume {id}`");
    match (board.state, &board.wait) {
        (BoardState::Done, _) => "done".to_owned(),
        (BoardState::Running, _) => format!("Storyboard {id} is running. `lastframe run` goes on with it."),
        (BoardState::Halted, _) => format!("Storyboard {id} was stopped. {resume} goes on with it."),
        (BoardState::Stopped, _) if turn(board).is_some_and(|(_, shot)| shot.state == ShotState::Unknown) => format!(
            "Storyboard {id} stopped: shot {} has an unknown outcome. Settle its job first; then it goes on.",
            number(board)
        ),
        (BoardState::Stopped, _) => {
            format!(
                "Storyboard {id} stopped at shot {}. {} {resume} makes it again.",
                number(board),
                next_shot_words(board)
            )
        }
        (BoardState::Waiting, Some(BoardWait::Guard { .. })) => format!(
            "Storyboard {id} waits: {} It would pass a guard on spending. {resume} with --yes goes on all the same.",
            next_shot_words(board)
        ),
        (BoardState::Waiting, Some(BoardWait::Refused { problem })) => {
            format!(
                "Storyboard {id} waits: shot {} cannot be sent. {} {resume} tries again.",
                number(board),
                problem.message
            )
        }
        (BoardState::Waiting, Some(BoardWait::NoFrame { message })) => format!(
            "Storyboard {id} waits: the frame that shot {} begins with cannot be had. {message} {resume} tries again.",
            number(board)
        ),
        (BoardState::Waiting, _) => {
            format!("Storyboard {id} waits for you. {} {resume} approves it.", next_shot_words(board))
        }
    }
}

fn turn(board: &Storyboard) -> Option<(u32, &Shot)> {
    board.turn.and_then(|place| Some((place, board.shots.get(usize::try_from(place).ok()?)?)))
}

fn number(board: &Storyboard) -> u32 {
    turn(board).map_or(0, |(place, _)| place + 1)
}

/// `Shot 2 of 4: about $0.1853.`
fn next_shot_words(board: &Storyboard) -> String {
    let cost = turn(board).and_then(|(_, shot)| shot.estimate.cost);
    format!("Shot {} of {}: about {}.", number(board), board.shots.len(), money(cost, &board.provider))
}

/// The first shot begins with what was typed, unless its row says otherwise.
fn give_pictures(request: &mut Request, typed: &Request) {
    if request.images().next().is_none() {
        request.first_frame.clone_from(&typed.first_frame);
        request.last_frame.clone_from(&typed.last_frame);
        request.reference_images.clone_from(&typed.reference_images);
        request.continues.clone_from(&typed.continues);
    }
}

/// Everything wrong with the shots, with the place of each: cells that could not be understood, counts, and what the one
/// check says.
fn problems(rows: &[BatchRow], check: &StoryboardCheck) -> Vec<(usize, Problem)> {
    let mut found: Vec<(usize, Problem)> = check.problem.iter().map(|problem| (usize::MAX, problem.clone())).collect();
    for (place, (row, shot)) in rows.iter().zip(&check.shots).enumerate() {
        let unread = row.problems.iter().filter(|problem| problem.code == ProblemCode::CellUnread);
        found.extend(unread.map(|problem| (place, problem.clone())));
        if row.count != 1 {
            found.push((
                place,
                Problem {
                    field: Field::Count,
                    code: ProblemCode::CountRange,
                    message: "A shot is one clip.".to_owned(),
                    warning: false,
                    parameter: None,
                },
            ));
        }
        let others = shot.problems.iter().filter(|one| !row.unread.iter().any(|cell| cell.field == one.field));
        found.extend(others.map(|problem| (place, problem.clone())));
    }
    found
}

fn estimate(check: &StoryboardCheck, provider: &Provider) -> String {
    let mut lines = Vec::new();
    for (shot, number) in check.shots.iter().zip(1..) {
        let one = shot.estimate;
        let moved = if shot.adjustments.is_empty() { "" } else { ", adjusted to begin with a frame" };
        let cost = money(one.cost, provider);
        lines.push(format!(
            "shot {number}  about {cost}  {}, {}×{}, {:.3} s{moved}",
            shot.request.model, one.size.width, one.size.height, one.seconds
        ));
    }
    let total = money(check.total, provider);
    lines.push(format!("about {total} for {} shots; nothing was sent", check.shots.len()));
    lines.join("\n")
}
