//! How values of the model stand in columns. Knows SQLite's types and JSON, no table.

use std::str::FromStr;

use jiff::Timestamp;
use lastframe_model::{ClipOrigin, Provider};
use rusqlite::Row;
use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// RFC 3339 in UTC with nine decimals always: the order of the text is the order of the times.
pub(crate) fn time_text(time: Timestamp) -> String {
    format!("{time:.9}")
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// A value kept as JSON.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

/// A value kept as JSON, or NULL.
pub(crate) fn optional_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => serde_json::from_str(text).map(Some).map_err(|error| unreadable(column, error)),
        None => Ok(None),
    }
}

/// The JSON of a value that may be missing.
pub(crate) fn optional_text<T: Serialize>(value: Option<&T>) -> Result<Option<String>, serde_json::Error> {
    value.map(serde_json::to_string).transpose()
}

/// A time.
pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text = row.get_ref(column)?.as_str()?;
    Timestamp::from_str(text).map_err(|error| unreadable(column, error))
}

/// A time, or NULL.
pub(crate) fn optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => Timestamp::from_str(text).map(Some).map_err(|error| unreadable(column, error)),
        None => Ok(None),
    }
}

const REHEARSAL: &str = "rehearsal";
const IMPORTED: &str = "imported";

/// `rehearsal`, `imported`, or the service's address (which always has a scheme).
pub(crate) fn provider_text(provider: &Provider) -> &str {
    match provider {
        Provider::Rehearsal => REHEARSAL,
        Provider::Imported => IMPORTED,
        Provider::Service { address } => address,
    }
}

/// The provider of that text.
pub(crate) fn provider(text: String) -> Provider {
    match text.as_str() {
        REHEARSAL => Provider::Rehearsal,
        IMPORTED => Provider::Imported,
        _ => Provider::Service { address: text },
    }
}

/// Who made the clips of a provider's text.
pub(crate) fn origin(provider: &str) -> ClipOrigin {
    match provider {
        REHEARSAL => ClipOrigin::Rehearsal,
        IMPORTED => ClipOrigin::Imported,
        _ => ClipOrigin::Real,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_text() {
        let whole: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let later: Timestamp = "2026-11-22T10:00:00.5Z".parse().unwrap();
        assert!(time_text(whole) < time_text(later), "without fixed decimals `00Z` sorts after `00.5Z`");
        assert_eq!(time_text(later).parse::<Timestamp>().unwrap(), later);
    }
}
