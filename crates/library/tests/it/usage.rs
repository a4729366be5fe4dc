//! The ledger: every rule of what counts, and that its rows, its sums and its exports are one and the same.

use jiff::tz::TimeZone;
use lastframe_library::{Completion, Library};
use lastframe_model::usage::{Asked, csv};
use lastframe_model::{
    Billed, BudgetMark, ClipId, Days, Failure, FailureCode, Job, JobId, JobState, Owed, Provider, Request, Sum, TaskId,
    Usage, UsageQuery, UsageRow, UsageSort, Usd, Week,
};

use crate::{World, at, clip, job};

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

fn ask(library: &Library, days: Days) -> Usage {
    let asked = Asked { now: at(30), zone: TimeZone::UTC, week: Week(7), days };
    library.usage(asked).unwrap()
}

fn rows(library: &Library) -> Vec<UsageRow> {
    library.usage_rows(&Days::default(), &TimeZone::UTC).unwrap().0
}

/// A job brought to a state as the engine would; what it bills with it where the service gets so far.
fn bring(world: &World, job: &Job, to: JobState, failure: Option<FailureCode>, billed: Option<&str>) {
    let library = &world.library;
    let id = &job.id;
    library.insert_jobs(std::slice::from_ref(job)).unwrap();
    let fail = |job: &mut Job| {
        job.failure =
            failure.map(|code| Failure { code, message: String::new(), service_code: None, field: None, reply: None });
    };
    if to == JobState::Queued {
        return;
    }
    if to == JobState::Canceled && failure == Some(FailureCode::NotSent) {
        library.move_job(id, JobState::Queued, JobState::Canceled, |_| {}).unwrap();
        return;
    }
    library.begin_submit(id, "sha", at(1)).unwrap();
    match to {
        JobState::Submitting => return,
        JobState::Unknown => {
            library.move_job(id, JobState::Submitting, JobState::Unknown, |_| {}).unwrap();
            return;
        }
        _ => {}
    }
    let task = TaskId::new(id.as_str());
    library.move_job(id, JobState::Submitting, JobState::Running, |job| job.task_id = Some(task)).unwrap();
    match to {
        JobState::Running => return,
        JobState::Failed => {
            library.move_job(id, JobState::Running, JobState::Failed, fail).unwrap();
            return;
        }
        JobState::Canceled => {
            library.move_job(id, JobState::Running, JobState::Canceled, |_| {}).unwrap();
            return;
        }
        _ => {}
    }
    let billed = Billed { cost: billed.map(usd), ..Billed::default() };
    let job = library
        .complete_job(id, &Completion { billed: billed.clone(), reply: "{}".into(), completed_at: None })
        .unwrap();
    if to == JobState::Downloading {
        return;
    }
    let clip = lastframe_model::Clip { billed, ..clip(&job, 5) };
    let places = library.places();
    lastframe_library::write_file(&places.clip_file(&clip), b"x").unwrap();
    library.finish_job(&places, &clip, "{}").unwrap();
}

#[test]
fn every_state_counts_as_the_rules_say_and_the_budget_counts_the_same() {
    use FailureCode::{Expired, NoVideo, NotSent, TaskFailed, TaskGone};
    use JobState::{Canceled, Done, Downloading, Failed, Queued, Running, Submitting, Unknown};
    let estimate = Some("0.1853");
    for (state, failure, bill, owed, counted) in [
        (Queued, None, None, Owed::Expected, estimate),
        (Submitting, None, None, Owed::Expected, estimate),
        (Running, None, None, Owed::Expected, estimate),
        (Downloading, None, None, Owed::Expected, estimate),
        (Downloading, None, Some("0.2"), Owed::Billed, Some("0.2")),
        (Done, None, Some("0.17"), Owed::Billed, Some("0.17")),
        (Done, None, None, Owed::Expected, estimate),
        (Failed, Some(TaskFailed), None, Owed::Nothing, Some("0")),
        (Failed, Some(Expired), None, Owed::Nothing, Some("0")),
        (Failed, Some(NoVideo), None, Owed::Perhaps, estimate),
        (Failed, Some(TaskGone), None, Owed::Perhaps, estimate),
        (Unknown, None, None, Owed::Perhaps, estimate),
        (Canceled, Some(NotSent), None, Owed::Nothing, Some("0")),
        (Canceled, None, None, Owed::Perhaps, estimate),
    ] {
        let world = World::new();
        bring(&world, &job("one", Request::default()), state, failure, bill);
        let told = format!("{state:?} {failure:?} {bill:?}");
        let row = rows(&world.library).remove(0);
        assert_eq!((row.owed, row.counted), (owed, counted.map(usd)), "{told}");
        let sum = ask(&world.library, Days::default()).period;
        assert_eq!(sum.counted, usd(counted.unwrap()), "{told}");
        assert_eq!(
            world.library.spent_since(at(0)).unwrap(),
            sum.counted,
            "the guard counts what the ledger says: {told}"
        );
        assert_eq!(sum.billed + sum.expected + sum.perhaps, sum.counted, "{told}");
    }
}

#[test]
fn rehearsals_and_imported_clips_never_count_and_a_clip_without_its_row_still_does() {
    let world = World::new();
    let practice = Job { provider: Provider::Rehearsal, ..job("practice", Request::default()) };
    bring(&world, &practice, JobState::Done, None, Some("0.5"));
    bring(&world, &job("real", Request::default()), JobState::Done, None, Some("0.17"));
    bring(&world, &job("foreign", Request::default()), JobState::Done, None, Some("9"));
    let raw = rusqlite(&world);
    raw.execute("UPDATE jobs SET provider = 'imported' WHERE id = 'foreign'", []).unwrap();
    raw.execute("DELETE FROM clips WHERE id = 'real'", []).unwrap();
    let usage = ask(&world.library, Days::default());
    assert_eq!((usage.all.jobs, usage.all.billed, usage.rehearsals), (1, usd("0.17"), 1));
    assert_eq!(rows(&world.library).len(), 1);
    assert_eq!(rows(&world.library)[0].clip, None, "it cannot be looked at any more");
    assert_eq!(world.library.spent_since(at(0)).unwrap(), usd("0.17"));
    let pretended = UsageQuery { rehearsals: true, ..UsageQuery::default() };
    let page = world.library.usage_page(&pretended, &TimeZone::UTC, 0, 10).unwrap();
    assert_eq!((page.total, page.rows[0].owed, page.rows[0].counted), (1, Owed::Pretend, Some(Usd::ZERO)));
}

/// The database, as another program would open it.
fn rusqlite(world: &World) -> rusqlite::Connection {
    rusqlite::Connection::open(world.library.places().database()).unwrap()
}

#[test]
fn rows_sums_pages_and_csv_are_one_ledger() {
    let world = World::new();
    let costs = ["0.1853", "0.0000000001", "12.5", "0.18532800000000002", "3"];
    for (number, cost) in costs.iter().enumerate() {
        let request = Request {
            prompt: ["=HYPERLINK(\"x\")", "一只纸船", "a, \"b\"\nc", "-2+3", "@x"][number].into(),
            continues: (number == 2).then(|| ClipId::new("job-1")),
            ..Request::default()
        };
        let made = Job { created_at: at(u32::try_from(number).unwrap()), ..job(&format!("job-{number}"), request) };
        bring(&world, &made, JobState::Done, None, Some(cost));
    }
    bring(&world, &job("open", Request::default()), JobState::Running, None, None);
    let usage = ask(&world.library, Days::default());
    let (rows, sum) = world.library.usage_rows(&Days::default(), &TimeZone::UTC).unwrap();
    let summed: Usd = rows.iter().filter_map(|row| row.billed).sum();
    assert_eq!((summed, sum), (usage.period.billed, usage.period));
    assert_eq!(summed, usd("15.87062800010000002"), "exactly, to the last decimal");
    let models: Usd = usage.models.iter().map(|model| model.sum.billed).sum();
    let bars: Usd = usage.bars.iter().flat_map(|bar| bar.billed.clone()).sum();
    assert_eq!((models, bars), (summed, summed));
    assert_eq!(usage.films.len(), 1, "one chain of two");
    assert_eq!(usage.films[0].sum.billed, usd("12.5000000001"));
    assert_eq!(usage.films[0].prompt, "一只纸船");

    let text = String::from_utf8(csv(&rows)).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|known| known == name).unwrap();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let total = |name: &str| -> Usd {
        let amounts = records.iter().map(|record| record[column(name)].to_owned());
        amounts.filter(|text| !text.is_empty()).map(|text| usd(&text)).sum()
    };
    assert_eq!((total("billed_usd"), total("counted_usd")), (sum.billed, sum.counted));
    for record in &records {
        assert!(!record[column("prompt")].starts_with(['=', '+', '-', '@']), "a formula: {record:?}");
    }
    assert!(records.iter().any(|record| &record[column("prompt")] == "'=HYPERLINK(\"x\")"));

    for sort in [
        UsageSort::Time,
        UsageSort::Model,
        UsageSort::Length,
        UsageSort::Tokens,
        UsageSort::Estimate,
        UsageSort::Billed,
        UsageSort::Difference,
    ] {
        let query = UsageQuery { sort, descending: true, ..UsageQuery::default() };
        let pages = (0..3).flat_map(|page| world.library.usage_page(&query, &TimeZone::UTC, page * 2, 2).unwrap().rows);
        let mut ids: Vec<JobId> = pages.map(|row| row.job).collect();
        assert_eq!(ids.len(), 6, "{sort:?}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6, "each row once, whatever the order: {sort:?}");
    }
    let query = UsageQuery { sort: UsageSort::Billed, descending: true, ..UsageQuery::default() };
    let dearest = world.library.usage_page(&query, &TimeZone::UTC, 0, 1).unwrap();
    assert_eq!((dearest.rows[0].billed, dearest.total), (Some(usd("12.5")), 6), "as money, not as text");
}

#[test]
fn a_model_without_a_price_is_said_and_not_taken_for_nothing() {
    let world = World::new();
    let mut unpriced = job("one", Request::default());
    unpriced.estimate.cost = None;
    bring(&world, &unpriced, JobState::Running, None, None);
    let Sum { counted, unpriced, .. } = ask(&world.library, Days::default()).all;
    assert_eq!((counted, unpriced), (Usd::ZERO, 1));
    assert_eq!(rows(&world.library)[0].counted, None);
}

#[test]
fn a_mark_of_a_budget_is_said_once_a_month_also_after_a_restart() {
    let world = World::new();
    let say =
        |library: &Library, month: &str, budget: &str, mark| library.say_budget_mark(month, usd(budget), mark).unwrap();
    assert!(say(&world.library, "2026-11", "40", BudgetMark::Near));
    assert!(!say(&world.library, "2026-11", "40", BudgetMark::Near));
    assert!(!say(&world.again(), "2026-11", "40", BudgetMark::Near), "a restart does not forget");
    assert!(say(&world.library, "2026-11", "40", BudgetMark::Reached), "the next mark is news");
    assert!(!say(&world.library, "2026-11", "40", BudgetMark::Near), "and says the lower one with it");
    assert!(say(&world.library, "2026-11", "60", BudgetMark::Near), "another budget has marks of its own");
    assert!(say(&world.library, "2026-12", "60", BudgetMark::Near), "and another month");
}

#[test]
fn bills_of_a_library_from_before_the_ledger_are_kept_with_their_jobs() {
    let world = World::new();
    world.clip("old", 5, None);
    let row = rows(&world.library).remove(0);
    assert_eq!((row.owed, row.billed), (Owed::Billed, Some(usd("0.1853"))), "entered without a completion");
}
