//! The ledger: what every job cost, read out of one index. What counts is the model's word ([`Charge`]), here as for the
//! budget's guard. Only jobs of hosted services and rehearsals are in it; a clip that was imported was paid for elsewhere.

use std::cmp::Ordering;
use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lastframe_model::usage::{Asked, Entry, Tally};
use lastframe_model::{
    Billed, BudgetMark, Charge, ClipId, Days, Estimate, Failure, FailureCode, JobId, JobState, Request, Sum, Usage,
    UsagePage, UsageQuery, UsageRow, UsageSort, Usd,
};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::error::LibraryError;
use crate::{Library, rows, state};

const REHEARSAL: &str = "rehearsal";
/// So many rows of the ledger are given at once, at most.
const MOST_ROWS: u32 = 500;
const SAID: &str = "budget_said";

/// A mark of a budget that was said.
#[derive(PartialEq, Serialize, Deserialize)]
struct Said {
    /// `2026-11`
    month: String,
    budget: Usd,
    mark: BudgetMark,
}

/// One job as the index has it.
struct Line<'a> {
    made_at: &'a str,
    id: &'a str,
    model: &'a str,
    seconds: f64,
    tokens: Option<f64>,
    charge: Charge,
}

/// Every job with money in it in a span of time, oldest first. Nothing outside the index is read.
const SCAN: &str = "SELECT created_at, id, provider, state, sent, failure_code, model, estimated_cost, billed_cost,
    billed_tokens, expected_seconds FROM jobs INDEXED BY jobs_by_usage
    WHERE created_at >= ?1 AND created_at < ?2 AND provider <> 'imported' ORDER BY created_at, id";

/// After every time there is.
const NEVER_OVER: &str = "\u{10ffff}";

fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// An amount that the ledger's columns have, if they have one.
pub(crate) fn usd(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Usd>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.and_then(|text| text.parse().ok()))
}

/// How a job failed, if it did.
pub(crate) fn failure_code(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<FailureCode>> {
    let word = row.get_ref(column)?.as_str_or_null()?;
    Ok(word.and_then(|word| serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()))
}

fn line<'a>(row: &'a Row<'_>) -> rusqlite::Result<Line<'a>> {
    let real = text(row, 2)? != REHEARSAL;
    let word = text(row, 3)?;
    let state = JobState::from_word(word)
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(3, "state".to_owned(), rusqlite::types::Type::Text))?;
    let charge = Charge {
        real,
        state,
        sent: row.get(4)?,
        failure: failure_code(row, 5)?,
        estimate: usd(row, 7)?,
        billed: usd(row, 8)?,
    };
    let number = |column| match row.get_ref(column) {
        Ok(ValueRef::Real(number)) => Some(number),
        _ => None,
    };
    Ok(Line {
        made_at: text(row, 0)?,
        id: text(row, 1)?,
        model: text(row, 6)?,
        seconds: number(10).unwrap_or_default(),
        tokens: number(9),
        charge,
    })
}

fn scan(
    connection: &Connection,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    mut each: impl FnMut(&Line<'_>),
) -> Result<(), LibraryError> {
    let mut statement = connection.prepare_cached(SCAN)?;
    let until = until.map_or_else(|| NEVER_OVER.to_owned(), rows::time_text);
    let mut found = statement.query(params![from.map(rows::time_text).unwrap_or_default(), until])?;
    while let Some(row) = found.next()? {
        each(&line(row)?);
    }
    Ok(())
}

/// The film of every job that has one: the id of the clip that it begins with.
struct Films(HashMap<String, String>);

impl Films {
    fn of(connection: &Connection) -> Result<Self, LibraryError> {
        let mut statement = connection
            .prepare_cached("SELECT id, continues FROM jobs INDEXED BY jobs_of_films WHERE continues IS NOT NULL")?;
        let links = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let before: HashMap<String, String> = links.collect::<Result<_, _>>()?;
        let mut films: HashMap<String, String> = HashMap::with_capacity(before.len() * 2);
        let mut way: Vec<&String> = Vec::new();
        for job in before.keys() {
            way.clear();
            let mut at = job;
            // A clip can only continue one that was there before it; a file that says otherwise makes no loop here.
            while let (None, Some(next), true) = (films.get(at), before.get(at), way.len() <= before.len()) {
                way.push(at);
                at = next;
            }
            let film = films.get(at).unwrap_or(at).clone();
            films.entry(film.clone()).or_insert_with(|| film.clone());
            for job in &way {
                films.insert((*job).clone(), film.clone());
            }
        }
        Ok(Self(films))
    }

    fn get(&self, job: &str) -> Option<&str> {
        self.0.get(job).map(String::as_str)
    }
}

/// A row of the ledger that is not read yet.
struct Key {
    id: String,
    charge: Charge,
    model: String,
    seconds: f64,
    tokens: Option<f64>,
}

/// Without a value comes first, like less than anything.
fn compare(sort: UsageSort, a: &Key, b: &Key) -> Ordering {
    match sort {
        UsageSort::Time => Ordering::Equal,
        UsageSort::Model => a.model.cmp(&b.model),
        UsageSort::Length => a.seconds.total_cmp(&b.seconds),
        UsageSort::Tokens => a.tokens.unwrap_or(-1.0).total_cmp(&b.tokens.unwrap_or(-1.0)),
        UsageSort::Estimate => a.charge.estimate.cmp(&b.charge.estimate),
        UsageSort::Billed => a.charge.billed.cmp(&b.charge.billed),
        UsageSort::Difference => a.charge.difference().cmp(&b.charge.difference()),
    }
}

const ROW: &str = "SELECT jobs.id, clips.id, jobs.created_at, jobs.request, jobs.estimate, jobs.state, jobs.sent,
    jobs.failure, jobs.provider, jobs.completion -> '$.billed'
    FROM jobs LEFT JOIN clips ON clips.job = jobs.id WHERE jobs.id = ?1";

fn ledger_row(connection: &Connection, id: &str, films: &Films, zone: &TimeZone) -> Result<UsageRow, LibraryError> {
    let mut statement = connection.prepare_cached(ROW)?;
    let read = |row: &Row<'_>| {
        let request: Request = rows::json(row, 3)?;
        let estimate: Estimate = rows::json(row, 4)?;
        let failure: Option<Failure> = rows::optional_json(row, 7)?;
        let billed: Billed = rows::optional_json(row, 9)?.unwrap_or_default();
        let word = text(row, 5)?;
        let state = JobState::from_word(word)
            .ok_or_else(|| rusqlite::Error::InvalidColumnType(5, "state".to_owned(), rusqlite::types::Type::Text))?;
        let made_at = rows::time(row, 2)?;
        let charge = Charge {
            real: text(row, 8)? != REHEARSAL,
            state,
            sent: row.get(6)?,
            failure: failure.map(|failure| failure.code),
            estimate: estimate.cost,
            billed: billed.cost,
        };
        Ok(UsageRow {
            job: JobId::new(id),
            clip: row.get::<_, Option<String>>(1)?.map(ClipId::new),
            made_at,
            day: zone.to_datetime(made_at).date().to_string(),
            prompt: request.prompt,
            model: request.model,
            tier: request.service_tier,
            resolution: request.resolution,
            ratio: request.ratio,
            seconds: estimate.seconds,
            film: films.get(id).map(ClipId::new),
            state,
            failure: charge.failure,
            owed: charge.owed(),
            tokens: billed.tokens,
            discount: billed.discount,
            estimate: charge.estimate,
            billed: charge.billed,
            counted: charge.counted(),
            difference: charge.difference(),
        })
    };
    Ok(statement.query_row([id], read)?)
}

impl Library {
    /// What jobs to real services that were made since then have cost or may cost, USD: what the budget counts.
    pub fn spent_since(&self, since: Timestamp) -> Result<Usd, LibraryError> {
        self.read(|connection| {
            let mut sum = Sum::default();
            scan(connection, Some(since), None, |line| sum.add(&line.charge, line.seconds))?;
            Ok(sum.counted)
        })
    }

    /// The sums of the ledger.
    pub fn usage(&self, asked: Asked) -> Result<Usage, LibraryError> {
        self.read(|connection| {
            let films = Films::of(connection)?;
            let mut tally = Tally::new(asked, rows::time_text);
            scan(connection, None, None, |line| {
                let Line { made_at, model, seconds, charge, .. } = *line;
                tally.add(&Entry { made_at, model, film: films.get(line.id), seconds, charge }, rows::time_text);
            })?;
            let prompt = |film: &str| {
                let mut statement =
                    connection.prepare_cached("SELECT request ->> '$.prompt' FROM jobs WHERE id = ?1").ok()?;
                statement.query_row([film], |row| row.get(0)).ok()
            };
            Ok(tally.finish(prompt))
        })
    }

    /// Rows of the ledger from place `from` on, at most `count` (and never more than 500).
    pub fn usage_page(
        &self,
        query: &UsageQuery,
        zone: &TimeZone,
        from: u32,
        count: u32,
    ) -> Result<UsagePage, LibraryError> {
        self.read(|connection| {
            let mut keys = Vec::new();
            let (begins, ends) = query.days.bounds(zone);
            scan(connection, begins, ends, |line| {
                if line.charge.real != query.rehearsals {
                    let Line { model, seconds, tokens, charge, .. } = *line;
                    keys.push(Key { id: line.id.to_owned(), charge, model: model.to_owned(), seconds, tokens });
                }
            })?;
            // Both ways by time the newest comes first among those that are alike.
            if query.descending || query.sort != UsageSort::Time {
                keys.reverse();
            }
            keys.sort_by(|a, b| {
                let order = compare(query.sort, a, b);
                if query.descending { order.reverse() } else { order }
            });
            let films = Films::of(connection)?;
            let some = keys.iter().skip(from as usize).take(count.min(MOST_ROWS) as usize);
            let rows = some.map(|key| ledger_row(connection, &key.id, &films, zone)).collect::<Result<_, _>>()?;
            Ok(UsagePage { rows, total: u32::try_from(keys.len()).unwrap_or(u32::MAX) })
        })
    }

    /// Every job of a hosted service that was made in these days, oldest first, with their sum.
    pub fn usage_rows(&self, days: &Days, zone: &TimeZone) -> Result<(Vec<UsageRow>, Sum), LibraryError> {
        self.read(|connection| {
            let mut ids = Vec::new();
            let mut sum = Sum::default();
            let (begins, ends) = days.bounds(zone);
            scan(connection, begins, ends, |line| {
                if line.charge.real {
                    ids.push(line.id.to_owned());
                    sum.add(&line.charge, line.seconds);
                }
            })?;
            let films = Films::of(connection)?;
            let rows = ids.iter().map(|id| ledger_row(connection, id, &films, zone)).collect::<Result<_, _>>()?;
            Ok((rows, sum))
        })
    }

    /// Notes that a mark of this month's budget is being said. Whether it had not been said yet: each is said once for
    /// each month and budget, also after a restart and with several windows. A higher mark says the lower one too.
    pub fn say_budget_mark(&self, month: &str, budget: Usd, mark: BudgetMark) -> Result<bool, LibraryError> {
        let said = |connection: &Connection| -> Result<bool, LibraryError> {
            let last: Option<Said> = state::get(connection, SAID)?;
            Ok(last.is_some_and(|last| last.month == month && last.budget == budget && last.mark >= mark))
        };
        if self.read(said)? {
            return Ok(false);
        }
        self.write(|tx| {
            if said(tx)? {
                return Ok(false);
            }
            state::put(tx, SAID, &Some(Said { month: month.to_owned(), budget, mark }))?;
            Ok(true)
        })
    }
}
