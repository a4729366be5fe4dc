//! A list of requests, read from text: one prompt a line, or a table whose first row names its columns as the command
//! line names its flags. What a row does not say, it takes from the request that stands behind it.
//!
//! Nothing is guessed about money: what cannot be understood is a problem of its row, and a row with more cells than
//! there are columns is one too.

mod cells;
mod columns;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::catalogue::Catalogue;
use crate::check::{Check, Problem, ProblemCode};
use crate::cost::{Estimate, PriceTable, Usd};
use crate::error::Field;
use crate::image::ImageRef;
use crate::request::Request;

pub use columns::Column;

/// A list of more bytes is not read: 1 MB.
pub const MAX_BYTES: usize = 1024 * 1024;
/// A list of more rows is not taken.
pub const MAX_ROWS: usize = 1_000;

/// Why a text is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// There is nothing in it.
    #[error("There is nothing in the list.")]
    Empty,
    /// Over 1 MB.
    #[error("A list has at most 1 MB.")]
    TooLarge,
    /// Over 1,000 rows.
    #[error("A list has at most 1,000 rows; this one has {0}.")]
    TooManyRows(usize),
    /// A quotation mark is not closed, so that nobody knows where rows end.
    #[error("A quotation mark that opens in line {0} is not closed.")]
    OpenQuote(u32),
}

/// Why a text is no list, for the window to put into the person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(tag = "why", content = "at", rename_all = "snake_case")]
pub enum BatchProblem {
    /// There is nothing in it.
    Empty,
    /// Over 1 MB.
    TooLarge,
    /// Over 1,000 rows: so many.
    TooManyRows(u32),
    /// A quotation mark that opens in this line is not closed.
    OpenQuote(u32),
}

impl BatchProblem {
    /// The same as an error has it.
    #[must_use]
    pub fn of(error: &BatchError) -> Self {
        match *error {
            BatchError::Empty => Self::Empty,
            BatchError::TooLarge => Self::TooLarge,
            BatchError::TooManyRows(rows) => Self::TooManyRows(u32::try_from(rows).unwrap_or(u32::MAX)),
            BatchError::OpenQuote(line) => Self::OpenQuote(line),
        }
    }
}

/// A text of a cell that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Unread {
    /// What it should have said.
    pub field: Field,
    /// The column as the list names it.
    pub column: String,
    /// The text, shortened.
    pub text: String,
    /// Why, in English.
    pub message: String,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct BatchRow {
    /// The line of the text it begins in, from 1.
    pub line: u32,
    /// What it asks for.
    pub request: Request,
    /// How many clips of it.
    pub count: u32,
    /// Cells that could not be understood: with any of them the row cannot go.
    pub unread: Vec<Unread>,
    /// What is wrong with it, cells that could not be understood included.
    pub problems: Vec<Problem>,
    /// The estimate for one clip.
    pub estimate: Estimate,
    /// The estimated cost of all its clips; `None` for a model without a price.
    pub total: Option<Usd>,
}

impl BatchRow {
    /// A row as it stands, checked.
    #[must_use]
    pub fn of(line: u32, request: Request, count: u32, unread: Vec<Unread>, around: &Around<'_>) -> Self {
        let check = Check::of(&request, count, around.catalogue, around.prices);
        // What could not be read says more than what its absence leads to.
        let said = unread.iter().map(|cell| Problem {
            field: cell.field,
            code: ProblemCode::CellUnread,
            message: cell.message.clone(),
            warning: false,
            parameter: None,
        });
        let others = check.problems.into_iter().filter(|one| !unread.iter().any(|cell| cell.field == one.field));
        let problems = said.chain(others).collect();
        Self { line, request, count, unread, problems, estimate: check.estimate, total: check.total }
    }

    /// The first thing that forbids sending it.
    #[must_use]
    pub fn refusal(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| !problem.warning)
    }
}

/// A row as it is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct BatchEntry {
    /// What it asks for.
    pub request: Request,
    /// How many clips of it.
    pub count: u32,
}

/// A list, read and checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Batch {
    /// In the order of the text.
    pub rows: Vec<BatchRow>,
    /// Columns that mean nothing here, as the list names them; they were left out.
    pub unknown_columns: Vec<String>,
    /// The estimated cost of every row that can go; `None` when one of them has no known price.
    pub total: Option<Usd>,
}

/// What a list is read and checked against.
pub struct Around<'a> {
    /// The models there are.
    pub catalogue: &'a Catalogue,
    /// What they cost.
    pub prices: &'a PriceTable,
}

/// Why what a cell names is no picture that can be sent with its row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// The library has none of that name, and nothing else may be opened from where the list was given.
    #[error("“{0}” is no picture of the library; from the window a list cannot open files.")]
    NotKept(String),
    /// It is there and cannot be used; in the words of what tried to read it.
    #[error("{0}")]
    Unusable(String),
}

/// Reads a list. `base` has what a row does not say; `picture` finds the picture that a cell names, or says why not.
///
/// # Errors
/// [`BatchError`] when the text as a whole is no list; whatever is wrong with a row is said by the row.
pub fn read_batch(
    text: &str,
    base: &Request,
    around: &Around<'_>,
    picture: &mut dyn FnMut(&str) -> Result<ImageRef, NoPicture>,
) -> Result<Batch, BatchError> {
    if text.len() > MAX_BYTES {
        return Err(BatchError::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let table = match columns::header(text) {
        Some(header) => columns::table(text, header)?,
        None => columns::prompts(text),
    };
    if table.rows.is_empty() {
        return Err(BatchError::Empty);
    }
    if table.rows.len() > MAX_ROWS {
        return Err(BatchError::TooManyRows(table.rows.len()));
    }
    let rows: Vec<BatchRow> = table
        .rows
        .iter()
        .map(|row| {
            let (request, count, unread) = cells::read(row, &table.columns, base, around.catalogue, picture);
            BatchRow::of(row.line, request, count, unread, around)
        })
        .collect();
    let total = total(&rows);
    let unknown_columns = table.columns.into_iter().filter(|(column, _)| column.is_none()).map(|(_, name)| name);
    Ok(Batch { rows, unknown_columns: unknown_columns.filter(|name| !name.is_empty()).collect(), total })
}

/// The estimated cost of every row that can go.
fn total(rows: &[BatchRow]) -> Option<Usd> {
    rows.iter().filter(|row| row.refusal().is_none()).map(|row| row.total).sum()
}
