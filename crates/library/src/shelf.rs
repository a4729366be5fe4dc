//! The table that clips are found and ordered by, and the words they are found by: derived from `clips` and `jobs`, kept
//! in the transactions that change those, and made anew wherever their form is an older one.

use std::str::FromStr;

use jiff::Timestamp;
use lastframe_model::{ClipId, Ratio, Resolution};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::error::LibraryError;
use crate::{rows, words};

/// How what is derived is derived. Raised with every change of that, which makes existing libraries do it again.
const FORM: i64 = 1;
/// Where the form of what is there is noted, in the table `state`.
const NOTED: &str = "shelf_form";

const FACTS: &str = "SELECT clips.id, jobs.created_at, coalesce(jobs.model, ''), jobs.request ->> '$.resolution',
    jobs.request ->> '$.ratio', jobs.provider, clips.media ->> '$.width', clips.media ->> '$.height',
    CAST(clips.media ->> '$.seconds' AS REAL), CAST(clips.media ->> '$.bytes' AS REAL),
    coalesce(clips.billed_cost, jobs.estimated_cost), clips.starred, clips.trashed_at IS NOT NULL, clips.missing,
    clips.tags, jobs.continues, jobs.request ->> '$.prompt', clips.note, clips.name
    FROM clips JOIN jobs ON jobs.id = clips.job";

/// Whether the words of a clip may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// They have to be prepared again.
    Changed,
    /// They are as they were.
    Same,
}

/// The number of the last change; 0 in a library without clips.
pub(crate) fn revision(connection: &Connection) -> Result<u32, LibraryError> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(changed), 0) FROM shelf")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Derives the row of a clip again, or for the first time. To be called in the transaction that changed anything of it.
/// Returns the number of the change.
pub(crate) fn refresh(tx: &Transaction<'_>, clip: &ClipId, words: Words) -> Result<u32, LibraryError> {
    let changed = revision(tx)?.saturating_add(1);
    let mut statement = tx.prepare_cached(&format!("{FACTS} WHERE clips.id = ?1"))?;
    let mut found = statement.query([clip.as_str()])?;
    let row = found.next()?.ok_or_else(|| LibraryError::NoSuchClip(clip.clone()))?;
    put(tx, row, changed, words)?;
    Ok(changed)
}

/// A clip's row is gone from `clips`: its number stays as the mark of that.
pub(crate) fn forget(tx: &Transaction<'_>, clip: &ClipId) -> Result<(), LibraryError> {
    let changed = revision(tx)?.saturating_add(1);
    let n: Option<i64> = tx
        .prepare_cached("UPDATE shelf SET clip = NULL, changed = ?2 WHERE clip = ?1 RETURNING n")?
        .query_row(params![clip.as_str(), changed], |row| row.get(0))
        .optional()?;
    if let Some(n) = n {
        tx.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([n])?;
    }
    Ok(())
}

fn put(tx: &Transaction<'_>, row: &Row<'_>, changed: u32, words: Words) -> Result<(), LibraryError> {
    let text =
        |column: usize| row.get_ref(column).map(|value| value.as_str_or_null().ok().flatten().unwrap_or_default());
    let made: Timestamp = rows::time(row, 1)?;
    // A word that this program does not know would have failed to be read as a request; the form's own is no lie.
    let resolution = Resolution::from_str(text(3)?).unwrap_or_default();
    let ratio = Ratio::from_str(text(4)?).unwrap_or_default();
    let n: i64 = tx
        .prepare_cached(
            "INSERT INTO shelf (clip, changed, made, model, resolution, ratio, provider, width, height, seconds, bytes,
             cost, starred, trashed, missing, tags, continues)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (clip) DO UPDATE SET changed = ?2, made = ?3, model = ?4, resolution = ?5, ratio = ?6,
             provider = ?7, width = ?8, height = ?9, seconds = ?10, bytes = ?11, cost = ?12, starred = ?13,
             trashed = ?14, missing = ?15, tags = ?16, continues = ?17
             RETURNING n",
        )?
        .query_row(
            params![
                text(0)?,
                changed,
                made.as_microsecond(),
                text(2)?,
                resolution.word(),
                ratio.word(),
                text(5)?,
                row.get::<_, i64>(6)?,
                row.get::<_, i64>(7)?,
                row.get::<_, f64>(8)?,
                row.get::<_, f64>(9)?,
                row.get::<_, Option<String>>(10)?,
                row.get::<_, bool>(11)?,
                row.get::<_, bool>(12)?,
                row.get::<_, bool>(13)?,
                text(14)?,
                row.get::<_, Option<String>>(15)?,
            ],
            |row| row.get(0),
        )?;
    if words == Words::Changed {
        let tags: Vec<String> = rows::json(row, 14)?;
        let own = [text(16)?, text(17)?, text(18)?];
        let prepared = words::prepared(own.into_iter().chain(tags.iter().map(String::as_str)));
        tx.prepare_cached("INSERT OR REPLACE INTO words (rowid, text) VALUES (?1, ?2)")?
            .execute(params![n, prepared])?;
    }
    Ok(())
}

/// Whether what is derived is of another form, or not there yet.
pub(crate) fn is_due(connection: &Connection) -> Result<bool, LibraryError> {
    let noted: Option<i64> = connection
        .query_row("SELECT CAST(value AS INTEGER) FROM state WHERE name = ?1", [NOTED], |row| row.get(0))
        .optional()?;
    Ok(noted != Some(FORM))
}

/// Derives everything anew, in one transaction. Numbers of changes go on, so that nobody takes it for what they knew.
pub(crate) fn derive(connection: &mut Connection) -> Result<(), LibraryError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut changed = revision(&tx)?;
    tx.execute_batch("DELETE FROM shelf; INSERT INTO words (words) VALUES ('delete-all');")?;
    {
        let mut statement = tx.prepare(&format!("{FACTS} ORDER BY clips.finished_at, clips.id"))?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            changed = changed.saturating_add(1);
            put(&tx, row, changed, Words::Changed)?;
        }
    }
    tx.execute(
        "INSERT INTO state (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        params![NOTED, FORM.to_string()],
    )?;
    tx.commit()?;
    Ok(())
}
