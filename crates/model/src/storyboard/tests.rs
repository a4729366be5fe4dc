use super::*;
use crate::catalogue::{LITE_I2V, LITE_T2V, PRO};
use crate::check::ProblemCode;
use crate::continuation::Adjustment;
use crate::cost::PixelSize;
use crate::error::Field;
use crate::ids::{JobId, ModelId};
use crate::length::Length;
use crate::settings::Guard;

fn shot(prompt: &str) -> Request {
    Request { prompt: prompt.into(), ..Request::default() }
}

fn check(shots: &[Request]) -> StoryboardCheck {
    StoryboardCheck::of(shots, &Catalogue::built_in(), &PriceTable::default())
}

fn job(request: &Request, state: JobState) -> Job {
    Job {
        id: JobId::new("job"),
        request: request.clone(),
        provider: Provider::Rehearsal,
        state,
        task_id: None,
        progress: None,
        estimate: PriceTable::default().estimate(request),
        failure: None,
        wait: None,
        clip: None,
        created_at: Timestamp::UNIX_EPOCH,
        submitted_at: None,
        finished_at: None,
        dismissed: false,
        position: 0.0,
        revision: 0,
    }
}

fn board(approval: Approval, states: &[Option<JobState>]) -> BoardRow {
    let of = |state: &Option<JobState>| {
        let request = shot("A boat");
        ShotRow { job: state.map(|state| job(&request, state)), request, spent: Usd::ZERO }
    };
    BoardRow {
        id: StoryboardId::new("board"),
        provider: Provider::Rehearsal,
        approval,
        halted: false,
        wait: None,
        agreed: None,
        shots: states.iter().map(of).collect(),
        made_at: Timestamp::UNIX_EPOCH,
        revision: 0,
    }
}

#[test]
fn further_shots_move_to_a_model_that_takes_a_first_frame_and_that_is_said() {
    let check = check(&[shot("A boat"), shot("It turns"), Request { model: ModelId::new(PRO), ..shot("It lands") }]);
    assert_eq!(check.refusal(), None);
    assert_eq!(check.shots[0].adjustments, [], "the first is as it was written");
    let moved = Adjustment::Model { from: ModelId::new(LITE_T2V), to: ModelId::new(LITE_I2V) };
    assert_eq!(check.shots[1].adjustments, [moved]);
    assert_eq!(check.shots[2].request.model.as_str(), PRO, "a model that takes one stays");
    assert!(check.shots.iter().all(|shot| shot.request.first_frame.is_none()), "no frame stands in a plan");
    // 0.1853 twice, and 102,960 tokens at 2.5.
    assert_eq!(check.total.map(|total| total.to_string()).as_deref(), Some("0.6280"));
}

#[test]
fn what_is_wrong_is_said_at_its_shot() {
    let cases = [
        (vec![shot("")], 0, Field::Prompt, ProblemCode::PromptMissing),
        (
            vec![shot("A"), Request { length: Length::Frames(31), ..shot("B") }, shot("C")],
            1,
            Field::Length,
            ProblemCode::FramesRange,
        ),
        (
            vec![
                shot("A"),
                Request { first_frame: Some(expected_frame(PixelSize { width: 640, height: 640 })), ..shot("B") },
            ],
            1,
            Field::FirstFrame,
            ProblemCode::ShotPicture,
        ),
        (
            vec![shot("A"), Request { model: ModelId::new("none"), ..shot("B") }],
            1,
            Field::Model,
            ProblemCode::ModelUnknown,
        ),
        (vec![], 0, Field::Prompt, ProblemCode::ShotsRange),
        (vec![shot("A"); MAX_SHOTS + 1], 0, Field::Prompt, ProblemCode::ShotsRange),
    ];
    for (shots, place, field, code) in cases {
        let check = check(&shots);
        let found = check.refusal().map(|(place, problem)| (place, problem.field, problem.code));
        assert_eq!(found, Some((place, field, code)));
        let mended = check.shots.get(place).is_some_and(|shot| !shot.adjustments.is_empty());
        assert!(!mended || code == ProblemCode::ShotPicture, "{code:?}: nothing is mended behind the person's back");
    }
}

#[test]
fn where_it_stands_is_read_out_of_its_jobs() {
    use JobState::{Canceled, Done, Downloading, Failed, Queued, Running, Submitting, Unknown};
    let through = |states: &[Option<JobState>]| {
        let board = board(Approval::RunThrough, states);
        (board.state(), board.due())
    };
    for open in [Queued, Submitting, Running, Downloading] {
        assert_eq!(through(&[Some(open), None]), (BoardState::Running, None), "{open:?}: nothing is started beside it");
    }
    for ended in [Failed, Unknown, Canceled] {
        assert_eq!(through(&[Some(Done), Some(ended), None]), (BoardState::Stopped, None), "{ended:?}");
    }
    assert_eq!(through(&[Some(Done), None, None]), (BoardState::Running, Some(1)), "the next one is due");
    assert_eq!(through(&[Some(Done), Some(Done)]), (BoardState::Done, None));

    let seams = board(Approval::EachSeam, &[Some(Done), None]);
    assert_eq!((seams.state(), seams.due()), (BoardState::Waiting, None), "nobody has looked at the seam");
    let halted = BoardRow { halted: true, ..board(Approval::RunThrough, &[Some(Done), None]) };
    assert_eq!((halted.state(), halted.due()), (BoardState::Halted, None));
    let asks = BoardWait::NoFrame { message: "gone".into() };
    let waits = BoardRow { wait: Some(asks.clone()), ..board(Approval::RunThrough, &[Some(Done), None]) };
    assert_eq!((waits.state(), waits.due()), (BoardState::Waiting, None));
    let seen = Storyboard::of(&waits, &Catalogue::built_in(), &PriceTable::default());
    assert_eq!((seen.wait, seen.turn, seen.shots[1].state), (Some(asks), Some(1), ShotState::Waiting));
    assert_eq!(seen.to_come.map(|cost| cost.to_string()).as_deref(), Some("0.1853"), "what was done is not to come");
}

#[test]
fn a_yes_is_to_so_much_money_and_no_more() {
    let breach = |guard, limit: i64, amount: Option<i64>| GuardBreach {
        guard,
        limit: Usd::new(limit.into()),
        amount: amount.map(|amount| Usd::new(amount.into())),
    };
    let said = Agreed { at: Timestamp::UNIX_EPOCH, breaches: vec![breach(Guard::MonthlyBudget, 10, Some(12))] };
    assert!(said.covers(&breach(Guard::MonthlyBudget, 10, Some(12))));
    assert!(said.covers(&breach(Guard::MonthlyBudget, 11, Some(11))));
    assert!(!said.covers(&breach(Guard::MonthlyBudget, 10, Some(13))), "money was spent elsewhere meanwhile");
    assert!(!said.covers(&breach(Guard::MonthlyBudget, 5, Some(12))), "the budget was lowered since");
    assert!(!said.covers(&breach(Guard::MonthlyBudget, 10, None)), "the price is not known any more");
    assert!(!said.covers(&breach(Guard::JobCeiling, 10, Some(12))), "another guard");
}
