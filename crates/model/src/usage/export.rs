//! The ledger as it leaves the program. The same bytes for the same rows, whoever asks.

use serde::Serialize;

use super::{Days, Sum, UsageRow};
use crate::cost::Usd;

/// The columns of the table. The sums on the screen are those of `billed_usd` and `counted_usd`.
const COLUMNS: [&str; 18] = [
    "day",
    "made_at",
    "prompt",
    "model",
    "tier",
    "resolution",
    "ratio",
    "seconds",
    "state",
    "owed",
    "tokens",
    "discount",
    "estimate_usd",
    "billed_usd",
    "difference_usd",
    "counted_usd",
    "film",
    "job",
];

/// A text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises: the full-width
/// signs too, which are read as formulas where Chinese or Japanese is typed.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

fn amount(usd: Option<Usd>) -> String {
    usd.map(|usd| usd.to_string()).unwrap_or_default()
}

fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn number(value: f64) -> String {
    value.to_string()
}

/// The rows as CSV: UTF-8, a head, a comma between fields, amounts of US dollars with every decimal there is, and an
/// empty field where something is not known.
#[must_use]
pub fn csv(rows: &[UsageRow]) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(COLUMNS);
    for row in rows {
        let _ = writer.write_record([
            row.day.clone(),
            row.made_at.to_string(),
            harmless(&row.prompt),
            harmless(row.model.as_str()),
            row.tier.word().to_owned(),
            word(&row.resolution),
            harmless(&word(&row.ratio)),
            number(row.seconds),
            row.state.word().to_owned(),
            row.owed.word().to_owned(),
            row.tokens.map(number).unwrap_or_default(),
            amount(row.discount),
            amount(row.estimate),
            amount(row.billed),
            amount(row.difference),
            amount(row.counted),
            row.film.as_ref().map(|film| harmless(film.as_str())).unwrap_or_default(),
            harmless(row.job.as_str()),
        ]);
    }
    writer.into_inner().unwrap_or_default()
}

#[derive(Serialize)]
struct Document<'a> {
    /// The days asked about.
    days: Days,
    /// The currency of every amount.
    currency: &'static str,
    /// The sum of the rows.
    sum: Sum,
    /// The rows, the oldest first.
    rows: &'a [UsageRow],
}

/// The rows as one JSON document with their sum. Amounts are decimal texts, so that no reader makes floats of them.
///
/// # Errors
/// None is known: every value has a form in JSON.
pub fn json(days: Days, sum: Sum, rows: &[UsageRow]) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(&Document { days, currency: "USD", sum, rows })?;
    bytes.push(b'\n');
    Ok(bytes)
}
