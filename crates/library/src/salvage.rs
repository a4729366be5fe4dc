//! What can still be read of a database that a rebuild replaces.
//!
//! Jobs without a clip have no recipe; the old database is the only place where they are. A damaged one may lack
//! what was written last, so nothing is taken from it that could make a job be sent a second time.

use std::path::{Path, PathBuf};

use lastframe_model::{FilmId, SavedFilm};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Transaction, params_from_iter};

use crate::error::LibraryError;
use crate::schema;

const JOB: [&str; 17] = [
    "id",
    "state",
    "revision",
    "provider",
    "request",
    "estimate",
    "task_id",
    "progress",
    "failure",
    "wait",
    "created_at",
    "submitted_at",
    "finished_at",
    "dismissed",
    "position",
    "completion",
    "shares_task",
];
const INTENT: [&str; 6] = ["job", "attempt", "payload_sha256", "sent_at", "outcome", "settled_at"];
const STATE: [&str; 2] = ["name", "value"];
const PRESET: [&str; 3] = ["name", "folded", "request"];
const FILM: [&str; 6] = ["id", "name", "note", "path", "made_at", "changed_at"];
const SEARCH: [&str; 3] = ["name", "folded", "query"];
const STORYBOARD: [&str; 8] = ["id", "provider", "approval", "halted", "put_away", "wait", "agreed", "made_at"];
const SHOT: [&str; 4] = ["storyboard", "place", "request", "job"];
const SHOT_JOB: [&str; 3] = ["job", "storyboard", "place"];

/// Jobs that made no clip. Apart from [`DELETED`], so that they are read also where the clips cannot be.
const WITHOUT_CLIP: &str = "FROM jobs WHERE state <> 'done' ORDER BY position, id";
/// Jobs whose clip was deleted for good: nothing but their row says what they cost.
const DELETED: &str = "FROM jobs WHERE state = 'done' AND NOT EXISTS (SELECT 1 FROM clips WHERE clips.job = jobs.id) ORDER BY position, id";

/// The first schema whose jobs, intents and state have the form they have now.
const JOBS_SINCE: i64 = 2;

/// An older database, open for reading only.
pub(crate) struct Old {
    connection: Connection,
    /// Whether it is whole.
    pub(crate) sound: bool,
    /// Whether its jobs have this program's form.
    current: bool,
}

impl Old {
    /// `None` if there is none, or there is nothing in it, or nothing that can be read.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        if !path.is_file() {
            return None;
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).ok()?;
        if version == 0 {
            return None;
        }
        let sound = schema::check(&connection).is_ok();
        Some(Self { connection, sound, current: (JOBS_SINCE..=schema::newest()).contains(&version) })
    }

    /// Where clips have ever been kept.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.paths("FROM folders ORDER BY id")
    }

    /// Where clips are kept that it has.
    pub(crate) fn folders_with_clips(&self) -> Vec<PathBuf> {
        self.paths("FROM folders WHERE id IN (SELECT folder FROM clips) ORDER BY id")
    }

    fn paths(&self, rest: &str) -> Vec<PathBuf> {
        let paths = self.rows(&["path"], rest);
        let paths = paths.into_iter().filter_map(|row| match row.into_iter().next() {
            Some(Value::Text(path)) => Some(PathBuf::from(path)),
            _ => None,
        });
        paths.filter(|path| path.is_absolute()).collect()
    }

    /// Ids of the clips in it.
    pub(crate) fn clips(&self) -> Vec<String> {
        let ids = self.rows(&["id"], "FROM clips ORDER BY id");
        ids.into_iter().flatten().filter_map(|id| if let Value::Text(id) = id { Some(id) } else { None }).collect()
    }

    /// Carries over presets, saved searches, every job that made no clip, storyboards, and whether the queue is paused. Of a
    /// damaged database queued jobs stay behind: they may have been sent after all. Returns how many jobs were carried, and how many of those that
    /// could be read were not.
    pub(crate) fn carry(&self, into: &Transaction<'_>) -> Result<(usize, usize), LibraryError> {
        // Of a database from before there were any, this reads none.
        for preset in self.rows(&PRESET, "FROM presets ORDER BY folded") {
            put(into, "presets", &PRESET, &preset)?;
        }
        for search in self.rows(&SEARCH, "FROM searches ORDER BY folded") {
            put(into, "searches", &SEARCH, &search)?;
        }
        if !self.current {
            return Ok((0, self.rows(&["id"], "FROM jobs WHERE state <> 'done'").len()));
        }
        let (mut carried, mut left) = (0, 0);
        for job in [WITHOUT_CLIP, DELETED].into_iter().flat_map(|rest| self.rows(&JOB, rest)) {
            let has_clip = into
                .prepare_cached("SELECT count(*) FROM jobs WHERE id = ?1")?
                .query_row([&job[0]], |row| row.get::<_, i64>(0))?;
            if has_clip > 0 {
                continue; // its clip was finished in the very moment in which the program ended
            }
            let queued = job[1] == Value::Text("queued".to_owned());
            if (queued && !self.sound) || !put(into, "jobs", &JOB, &job)? {
                left += 1;
                continue;
            }
            carried += 1;
            if let Value::Text(id) = &job[0] {
                for intent in self.rows_of(&INTENT, "FROM intents WHERE job = ?1 ORDER BY attempt", Some(id)) {
                    put(into, "intents", &INTENT, &intent)?;
                }
            }
        }
        for state in self.rows(&STATE, "FROM state") {
            put(into, "state", &STATE, &state)?;
        }
        self.carry_storyboards(into)?;
        Ok((carried, left))
    }

    /// Films that were saved in it, as far as they can be read.
    pub(crate) fn films(&self) -> Vec<SavedFilm> {
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
        let film = |row: Vec<Value>| {
            Some(SavedFilm {
                id: FilmId::new(text(&row[0])?),
                name: text(&row[1]),
                note: text(&row[2])?,
                path: serde_json::from_str(&text(&row[3])?).ok()?,
                made_at: text(&row[4])?.parse().ok()?,
                changed_at: text(&row[5])?.parse().ok()?,
            })
        };
        self.rows(&FILM, "FROM films ORDER BY id").into_iter().filter_map(film).collect()
    }

    /// Carries over storyboards. None of them goes on by itself: whether a shot was sent is known only as far as its job
    /// was carried, so that the person looks first.
    fn carry_storyboards(&self, into: &Transaction<'_>) -> Result<(), LibraryError> {
        for mut board in self.rows(&STORYBOARD, "FROM storyboards ORDER BY id") {
            board[3] = Value::Integer(1);
            put(into, "storyboards", &STORYBOARD, &board)?;
        }
        for mut shot in self.rows(&SHOT, "FROM shots ORDER BY storyboard, place") {
            if !put(into, "shots", &SHOT, &shot)? {
                shot[3] = Value::Null; // its job stayed behind
                put(into, "shots", &SHOT, &shot)?;
            }
        }
        for job in self.rows(&SHOT_JOB, "FROM shot_jobs ORDER BY job") {
            put(into, "shot_jobs", &SHOT_JOB, &job)?;
        }
        Ok(())
    }

    fn rows(&self, columns: &[&str], rest: &str) -> Vec<Vec<Value>> {
        self.rows_of(columns, rest, None)
    }

    /// As many rows as can be read.
    fn rows_of(&self, columns: &[&str], rest: &str, id: Option<&str>) -> Vec<Vec<Value>> {
        let mut found = Vec::new();
        let Ok(mut statement) = self.connection.prepare_cached(&format!("SELECT {} {rest}", columns.join(", "))) else {
            return found;
        };
        let Ok(mut rows) = statement.query(params_from_iter(id)) else { return found };
        while let Ok(Some(row)) = rows.next() {
            match (0..columns.len()).map(|column| row.get(column)).collect() {
                Ok(values) => found.push(values),
                Err(_) => break,
            }
        }
        found
    }
}

/// Enters a row as it is. Whether the new database's own rules took it.
fn put(into: &Transaction<'_>, table: &str, columns: &[&str], values: &[Value]) -> Result<bool, LibraryError> {
    let marks = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", "));
    match into.prepare_cached(&sql)?.execute(params_from_iter(values)) {
        Ok(_) => Ok(true),
        Err(error) => match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation | rusqlite::ErrorCode::TypeMismatch) => Ok(false),
            _ => Err(error.into()),
        },
    }
}
