use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::usage::tally::{Asked, Entry, Tally};

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn text(time: Timestamp) -> String {
    format!("{time:.9}")
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

fn done(cost: &str) -> Charge {
    Charge {
        real: true,
        state: JobState::Done,
        sent: true,
        failure: None,
        estimate: Some(usd("0.1853")),
        billed: Some(usd(cost)),
    }
}

#[test]
fn a_day_lasts_from_midnight_to_midnight_where_the_person_is_also_when_clocks_change() {
    // Zone, day, first moment of it, hours it has.
    for (name, day, begins, hours) in [
        ("UTC", "2026-11-22", "2026-11-22T00:00:00Z", 24),
        ("Asia/Shanghai", "2026-11-22", "2026-11-21T16:00:00Z", 24),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 23),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        ("Asia/Kathmandu", "2026-01-31", "2026-01-30T18:15:00Z", 24),
        // There is no midnight on that day: the clocks skip it.
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", 23),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23),
    ] {
        let days = Days { from: Some(date(day)), to: Some(date(day)) };
        let (from, until) = days.bounds(&zone(name));
        assert_eq!(from, Some(time(begins)), "{name} {day}");
        let lasts = until.unwrap().duration_since(from.unwrap()).as_hours();
        assert_eq!(lasts, hours, "{name} {day}");
    }
}

#[test]
fn weeks_and_months_begin_where_the_locale_and_the_calendar_say() {
    let marks = |now: &str, name: &str, week| {
        let Marks { day, week, month } = Marks::of(time(now), &zone(name), Week(week));
        (day.to_string(), week.to_string(), month.to_string())
    };
    let same = |told: (String, String, String), day: &str, week: &str, month: &str| {
        assert_eq!(told, (day.to_owned(), week.to_owned(), month.to_owned()));
    };
    // The 22nd of November 2026 is a Sunday.
    same(marks("2026-11-22T10:00:00Z", "UTC", 1), "2026-11-22", "2026-11-16", "2026-11-01");
    same(marks("2026-11-22T10:00:00Z", "UTC", 7), "2026-11-22", "2026-11-22", "2026-11-01");
    same(marks("2026-11-22T10:00:00Z", "UTC", 6), "2026-11-22", "2026-11-21", "2026-11-01");
    same(marks("2026-11-30T23:59:59Z", "Asia/Shanghai", 1), "2026-12-01", "2026-11-30", "2026-12-01");
    same(marks("2026-12-31T23:00:00Z", "America/New_York", 7), "2026-12-31", "2026-12-27", "2026-12-01");
    same(marks("2028-03-01T00:00:00Z", "UTC", 1), "2028-03-01", "2028-02-28", "2028-03-01");
}

#[test]
fn bars_have_no_gap_and_a_long_time_is_shown_by_month() {
    let tally = |from: &str, made: &[&str]| {
        let days = Days { from: Some(date(from)), to: None };
        let asked = Asked { now: time("2026-11-22T10:00:00Z"), zone: zone("UTC"), week: Week(1), days };
        let mut tally = Tally::new(asked, text);
        for at in made {
            let at = text(time(at));
            let entry = Entry { made_at: &at, model: "m", film: None, seconds: 5.0, charge: done("1") };
            tally.add(&entry, text);
        }
        tally.finish(|_| None)
    };
    let month = tally("2026-11-01", &["2026-11-03T00:00:00Z", "2026-11-03T23:59:59Z", "2026-11-22T09:00:00Z"]);
    assert_eq!((month.by_month, month.bars.len()), (false, 22), "every day until today");
    assert_eq!((month.bars[2].at.as_str(), month.bars[2].sum.billed), ("2026-11-03", usd("2")));
    assert_eq!(month.bars[3].sum, Sum::default());
    let year = tally("2025-12-31", &["2025-12-31T00:00:00Z", "2026-02-28T00:00:00Z", "2026-11-22T09:00:00Z"]);
    assert_eq!((year.by_month, year.bars.len()), (true, 12));
    assert_eq!((year.bars[0].at.as_str(), year.bars[0].sum.clips), ("2025-12", 1));
    assert_eq!(year.bars[2].sum.clips, 1, "February");
}

#[test]
fn the_marks_of_a_budget_are_at_80_percent_and_at_all_of_it() {
    for (spent, budget, mark) in [
        ("0", "40", None),
        ("31.99999999", "40", None),
        ("32", "40", Some(BudgetMark::Near)),
        ("39.99", "40", Some(BudgetMark::Near)),
        ("40", "40", Some(BudgetMark::Reached)),
        ("41", "40", Some(BudgetMark::Reached)),
        ("0", "0", None),
        ("0.01", "0", Some(BudgetMark::Reached)),
    ] {
        assert_eq!(BudgetMark::of(usd(spent), usd(budget)), mark, "{spent} of {budget}");
    }
}

#[test]
fn what_a_hostile_service_bills_does_not_end_the_program() {
    let mut sum = Sum::default();
    let most = Charge { billed: Some(Usd::new(Decimal::MAX)), estimate: Some(Usd::new(Decimal::MIN)), ..done("1") };
    for _ in 0..3 {
        sum.add(&most, 1.0);
    }
    assert_eq!(sum.billed, Usd::new(Decimal::MAX));
}

fn charges() -> impl Strategy<Value = Charge> {
    let amount =
        || (0_i64..=99_999_999_999, 0_u32..=10).prop_map(|(digits, scale)| Usd::new(Decimal::new(digits, scale)));
    let state = proptest::sample::select(JobState::ALL.to_vec());
    let failure = proptest::sample::select(vec![
        None,
        Some(FailureCode::TaskFailed),
        Some(FailureCode::Expired),
        Some(FailureCode::NoVideo),
        Some(FailureCode::TaskGone),
    ]);
    (
        proptest::bool::ANY,
        state,
        proptest::bool::ANY,
        failure,
        proptest::option::of(amount()),
        proptest::option::of(amount()),
    )
        .prop_map(|(real, state, sent, failure, estimate, billed)| Charge {
            real,
            state,
            sent,
            failure,
            estimate,
            billed,
        })
}

proptest! {
    #[test]
    fn sums_are_those_of_their_parts_and_rehearsals_are_in_none(
        jobs in proptest::collection::vec((charges(), 0_i64..60 * 24 * 100, 0_u8..4), 0..60),
        zone_name in proptest::sample::select(vec!["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]),
    ) {
        let mut jobs = jobs;
        jobs.sort_by_key(|(_, minute, _)| *minute);
        let begin = time("2026-08-20T00:00:00Z");
        let asked = Asked { now: time("2026-11-28T00:00:00Z"), zone: zone(zone_name), week: Week(1), days: Days::default() };
        let mut tally = Tally::new(asked, text);
        for (charge, minute, model) in &jobs {
            let made_at = text(begin + jiff::SignedDuration::from_mins(*minute));
            let model = format!("model-{model}");
            tally.add(&Entry { made_at: &made_at, model: &model, film: None, seconds: 5.0, charge: *charge }, text);
        }
        let usage = tally.finish(|_| None);
        let real: Vec<&Charge> = jobs.iter().map(|(charge, ..)| charge).filter(|charge| charge.real).collect();
        let counted: Usd = real.iter().filter_map(|charge| charge.counted()).sum();
        let billed: Usd = real.iter().filter(|charge| charge.owed() == Owed::Billed).filter_map(|charge| charge.billed).sum();
        prop_assert_eq!(usage.all.counted, counted);
        prop_assert_eq!(usage.all.billed, billed);
        prop_assert_eq!(usage.all.billed + usage.all.expected + usage.all.perhaps, counted);
        prop_assert_eq!(usage.all.jobs as usize, real.len());
        prop_assert_eq!(usage.rehearsals as usize, jobs.len() - real.len());
        prop_assert_eq!(usage.period, usage.all);
        prop_assert_eq!(usage.models.iter().map(|model| model.sum.counted).sum::<Usd>(), counted);
        prop_assert_eq!(usage.bars.iter().map(|bar| bar.sum.counted).sum::<Usd>(), counted);
        prop_assert_eq!(usage.bars.iter().flat_map(|bar| bar.billed.clone()).sum::<Usd>(), billed);
        let unpriced = real.iter().filter(|charge| charge.counted().is_none()).count();
        prop_assert_eq!(usage.all.unpriced as usize, unpriced, "what is not known is said, never taken for nothing");
    }
}
