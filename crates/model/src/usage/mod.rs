//! What jobs cost: which of it counts, what is still owed, and sums of it by time, model, day and film.
//!
//! The one place for these rules: the budget's guard, the ledger in the window, the command line and every export add
//! up through [`Charge`] and [`Sum`]. Money is decimal and added exactly; nothing is rounded before it is shown.

mod days;
mod export;
mod mark;
mod tally;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::Usd;
use crate::ids::{ClipId, JobId, ModelId};
use crate::job::{FailureCode, JobState};
use crate::request::{Ratio, Resolution, ServiceTier};

pub use days::{Days, Marks, Week};
pub use export::{csv, json};
pub use mark::{BudgetMark, BudgetWarning};
pub use tally::{Asked, Entry, Tally};

/// What a job means for the person's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// The service said what it billed.
    Billed,
    /// Under way, or finished by a service that did not say what it billed: what was expected counts.
    Expected,
    /// It may have been billed: its outcome is unknown, the person stopped following it, or the service finished it
    /// and gave nothing. What was expected counts.
    Perhaps,
    /// Nothing: never sent, or failed.
    Nothing,
    /// It was a rehearsal: it never counts.
    Pretend,
}

impl Owed {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Billed => "billed",
            Self::Expected => "expected",
            Self::Perhaps => "perhaps",
            Self::Nothing => "nothing",
            Self::Pretend => "pretend",
        }
    }
}

/// What decides about the money of one job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Charge {
    /// Whether a hosted service was asked.
    pub real: bool,
    /// Where the job stands.
    pub state: JobState,
    /// Whether a submit of it left.
    pub sent: bool,
    /// How it failed.
    pub failure: Option<FailureCode>,
    /// What was expected, USD; `None` for a model without a price.
    pub estimate: Option<Usd>,
    /// What the service said it billed, USD.
    pub billed: Option<Usd>,
}

impl Charge {
    /// What the job means for the person's money.
    #[must_use]
    pub fn owed(&self) -> Owed {
        match self.state {
            _ if !self.real => Owed::Pretend,
            _ if self.billed.is_some() => Owed::Billed,
            // The service may have finished, and billed, what it will not give.
            JobState::Failed if matches!(self.failure, Some(FailureCode::NoVideo | FailureCode::TaskGone)) => {
                Owed::Perhaps
            }
            JobState::Failed => Owed::Nothing,
            JobState::Canceled if !self.sent => Owed::Nothing,
            JobState::Canceled | JobState::Unknown => Owed::Perhaps,
            JobState::Queued | JobState::Submitting | JobState::Running | JobState::Downloading | JobState::Done => {
                Owed::Expected
            }
        }
    }

    /// What counts against the budget, USD. `None` where something counts and nobody knows how much.
    #[must_use]
    pub fn counted(&self) -> Option<Usd> {
        match self.owed() {
            Owed::Billed => self.billed,
            Owed::Expected | Owed::Perhaps => self.estimate,
            Owed::Nothing | Owed::Pretend => Some(Usd::ZERO),
        }
    }

    /// By how much the bill was higher than the estimate (lower: below 0), where both are known.
    #[must_use]
    pub fn difference(&self) -> Option<Usd> {
        if self.owed() != Owed::Billed {
            return None;
        }
        Some(minus(self.billed?, self.estimate?))
    }
}

/// Adds without ever failing: what a hostile service bills must not end the program.
fn plus(first: Usd, second: Usd) -> Usd {
    let sum = first.amount().checked_add(second.amount());
    Usd::new(sum.unwrap_or(rust_decimal::Decimal::MAX))
}

fn minus(first: Usd, second: Usd) -> Usd {
    let rest = first.amount().checked_sub(second.amount());
    Usd::new(rest.unwrap_or(rust_decimal::Decimal::MAX))
}

/// The sum of jobs of hosted services. Rehearsals and imported clips are never in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Sum {
    /// Jobs, failed ones included.
    pub jobs: u32,
    /// Those that became clips.
    pub clips: u32,
    /// Seconds of those clips, as expected of them.
    pub seconds: f64,
    /// USD that services said they billed.
    pub billed: Usd,
    /// USD expected of jobs that are under way, or that finished without a word about their bill.
    pub expected: Usd,
    /// USD that may have been billed for jobs whose end is not known.
    pub perhaps: Usd,
    /// All three: what the budget counts, USD.
    pub counted: Usd,
    /// Jobs that count, and nobody knows how much: their model has no price, and no bill said one.
    pub unpriced: u32,
    /// USD expected of the billed jobs whose model had a price.
    pub estimated: Usd,
    /// By how much the bills of those same jobs were higher, USD (lower: below 0).
    pub difference: Usd,
    /// Jobs that failed, for which nothing is owed.
    pub failed: u32,
    /// Jobs that may have been billed.
    pub open_ended: u32,
    /// Jobs with [`Owed::Expected`].
    pub awaited: u32,
}

impl Sum {
    /// Adds one job; one that is not real changes nothing. `seconds` is the expected length.
    pub fn add(&mut self, charge: &Charge, seconds: f64) {
        let owed = charge.owed();
        if owed == Owed::Pretend {
            return;
        }
        self.jobs += 1;
        if charge.state == JobState::Done {
            self.clips += 1;
            self.seconds += seconds;
        }
        if charge.state == JobState::Failed && owed == Owed::Nothing {
            self.failed += 1;
        }
        self.awaited += u32::from(owed == Owed::Expected);
        self.open_ended += u32::from(owed == Owed::Perhaps);
        let Some(amount) = charge.counted() else {
            self.unpriced += 1;
            return;
        };
        match owed {
            Owed::Billed => self.billed = plus(self.billed, amount),
            Owed::Expected => self.expected = plus(self.expected, amount),
            Owed::Perhaps => self.perhaps = plus(self.perhaps, amount),
            Owed::Nothing | Owed::Pretend => {}
        }
        self.counted = plus(self.counted, amount);
        if let (Some(difference), Some(estimate)) = (charge.difference(), charge.estimate) {
            self.estimated = plus(self.estimated, estimate);
            self.difference = plus(self.difference, difference);
        }
    }
}

/// The sum of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelSum {
    /// The model.
    pub model: ModelId,
    /// Its jobs.
    pub sum: Sum,
}

/// The sum of one film: the clips that continue from one another, all takes of them included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FilmSum {
    /// The clip that it begins with.
    pub film: ClipId,
    /// That clip's prompt; empty if it is not known here any more.
    pub prompt: String,
    /// Its jobs.
    pub sum: Sum,
}

/// What one day, or one month where there are too many days for a row of bars, was billed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Bar {
    /// `2026-11-22`, or `2026-11` for a month.
    pub at: String,
    /// Its jobs.
    pub sum: Sum,
    /// USD billed by model, in the order of [`Usage::models`].
    pub billed: Vec<Usd>,
}

/// What jobs cost: today, this week, this month, in all, and in the days that were asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Usage {
    /// Today, where the person is: `2026-11-22`.
    pub day: String,
    /// The first day of this week.
    pub week_from: String,
    /// Made today.
    pub today: Sum,
    /// Made since the week began.
    pub week: Sum,
    /// Made since the month began: what the monthly budget is held against.
    pub month: Sum,
    /// All there ever were.
    pub all: Sum,
    /// Made in the days asked about.
    pub period: Sum,
    /// The same by model, the dearest first.
    pub models: Vec<ModelSum>,
    /// The same by day without a gap, the oldest first.
    pub bars: Vec<Bar>,
    /// Whether the bars are months.
    pub by_month: bool,
    /// The same by film, the dearest first, at most twelve. Clips that nothing continues are no film.
    pub films: Vec<FilmSum>,
    /// How many films there are.
    pub film_count: u32,
    /// Rehearsals in those days. They never count.
    pub rehearsals: u32,
}

/// One job in the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct UsageRow {
    /// The job.
    pub job: JobId,
    /// Its clip, if it is in the library.
    pub clip: Option<ClipId>,
    /// When the button was pressed.
    pub made_at: Timestamp,
    /// That day where the person is: `2026-11-22`.
    pub day: String,
    /// What was asked for.
    pub prompt: String,
    /// By which model.
    pub model: ModelId,
    /// Online or flex.
    pub tier: ServiceTier,
    /// Resolution.
    pub resolution: Resolution,
    /// Aspect ratio.
    pub ratio: Ratio,
    /// Expected length.
    pub seconds: f64,
    /// The clip that its film begins with; `None` where it neither continues a clip nor is continued.
    pub film: Option<ClipId>,
    /// Where it stands.
    pub state: JobState,
    /// How it failed.
    pub failure: Option<FailureCode>,
    /// What it means for the person's money.
    pub owed: Owed,
    /// Tokens billed, if the service said.
    pub tokens: Option<f64>,
    /// Share of the list price that was billed, 1 = none off.
    pub discount: Option<Usd>,
    /// What was expected, USD.
    pub estimate: Option<Usd>,
    /// What was billed, USD.
    pub billed: Option<Usd>,
    /// What counts against the budget, USD; `None` where nobody knows.
    pub counted: Option<Usd>,
    /// Billed less estimate, USD.
    pub difference: Option<Usd>,
}

/// By what the ledger is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UsageSort {
    /// When it was made.
    #[default]
    Time,
    /// Model.
    Model,
    /// Expected length.
    Length,
    /// Tokens.
    Tokens,
    /// Estimate.
    Estimate,
    /// Bill; what is not billed comes after all that is.
    Billed,
    /// Billed less estimate.
    Difference,
}

/// A part of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct UsageQuery {
    /// Of which days.
    pub days: Days,
    /// Rehearsals in place of jobs that cost something.
    pub rehearsals: bool,
    /// By what it is sorted.
    pub sort: UsageSort,
    /// The largest or newest first.
    pub descending: bool,
}

/// Rows of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct UsagePage {
    /// The rows asked for.
    pub rows: Vec<UsageRow>,
    /// How many there are in all.
    pub total: u32,
}

/// How the ledger leaves the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UsageFormat {
    /// A table for spreadsheets.
    Csv,
    /// One document with the sums and the rows.
    Json,
}

#[cfg(test)]
mod tests;
