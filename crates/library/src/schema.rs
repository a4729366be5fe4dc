//! Opening the database file and bringing it to this program's schema.
//!
//! Knows the migrations by number only; what they hold is in `migrations/`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use crate::error::LibraryError;
use crate::files;
use crate::owner::Ownership;
use crate::places::Places;
use crate::{rebuild, shelf};

/// Every migration, oldest first. One that was published is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_jobs_and_clips.sql"),
    include_str!("../migrations/0002_queue_and_completions.sql"),
    include_str!("../migrations/0003_presets.sql"),
    include_str!("../migrations/0004_gallery.sql"),
    include_str!("../migrations/0005_import.sql"),
    include_str!("../migrations/0006_usage.sql"),
    include_str!("../migrations/0007_films.sql"),
    include_str!("../migrations/0008_storyboards.sql"),
];

/// The first schema that has a shelf.
const SHELF_SINCE: i64 = 4;

/// How many copies of older databases are kept.
const COPIES: usize = 3;

/// Opens the database, made private to this user, in the newest schema.
pub(crate) fn open(places: &Places) -> Result<Connection, LibraryError> {
    open_with(places, MIGRATIONS)
}

/// The schema that this program writes.
pub(crate) fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Makes a new database in the newest schema, under a name that nobody else knows.
pub(crate) fn create(path: &Path) -> Result<Connection, LibraryError> {
    drop(files::private_file(path).map_err(|source| LibraryError::io(path, source))?);
    let mut connection = Connection::open(path)?;
    make_durable(&connection)?;
    all(MIGRATIONS).to_latest(&mut connection)?;
    shelf::derive(&mut connection)?;
    Ok(connection)
}

/// Held while databases are opened, migrated or replaced: two programs that start at once must not both migrate,
/// and nobody opens a database that is being put in its place.
pub(crate) fn alone(places: &Places) -> Result<File, LibraryError> {
    let path = places.migration_lock();
    let lock = files::private_file(&path).map_err(|source| LibraryError::io(&path, source))?;
    lock.lock().map_err(|source| LibraryError::io(&path, source))?;
    Ok(lock)
}

/// Whether the database is whole, in itself and in its references. Reads all of it.
///
/// # Errors
/// [`LibraryError::Damaged`] if it is not.
pub(crate) fn check(connection: &Connection) -> Result<(), LibraryError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(5)")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    if lines != ["ok"] {
        return Err(LibraryError::Damaged { detail: lines.join("; ").replace('\n', "; ") });
    }
    let loose: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if loose > 0 {
        return Err(LibraryError::Damaged { detail: format!("{loose} rows refer to rows that are gone") });
    }
    Ok(())
}

fn all(migrations: &[&'static str]) -> Migrations<'static> {
    Migrations::new(migrations.iter().map(|sql| M::up(sql)).collect())
}

fn make_durable(connection: &Connection) -> Result<(), LibraryError> {
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS keeps a plain fsync in the drive's cache; elsewhere these change nothing.
    connection.pragma_update(None, "fullfsync", "ON")?;
    connection.pragma_update(None, "checkpoint_fullfsync", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    Ok(())
}

/// A further connection to a library that is open, which only reads.
pub(crate) fn reader(places: &Places) -> Result<Connection, LibraryError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(places.database(), flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

fn open_with(places: &Places, migrations: &[&'static str]) -> Result<Connection, LibraryError> {
    let _alone = alone(places)?;
    rebuild::finish(places)?;
    let path = places.database();
    // A library is owned only after its database was made: starting an empty one would hide every clip.
    let used = places.lock().exists();
    if used && !path.exists() {
        return Err(LibraryError::Damaged { detail: "it is gone, though jobs were run here before".to_owned() });
    }
    drop(files::private_file(&path).map_err(|source| LibraryError::io(&path, source))?);
    let mut connection = Connection::open(&path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(LibraryError::NewerSchema { found, known });
    }
    if found == 0 && used {
        return Err(LibraryError::Damaged { detail: "it is empty, though jobs were run here before".to_owned() });
    }
    make_durable(&connection)?;
    let stale = |connection: &Connection| Ok::<_, LibraryError>(known >= SHELF_SINCE && shelf::is_due(connection)?);
    if found < known || stale(&connection)? {
        // Nobody's tables change under a program that is working on them.
        let owned = if found > 0 { Some(Ownership::claim(places, "Lastframe, migrating")?) } else { None };
        if let Some(owned) = &owned {
            check(&connection)?;
            owned.is_sound();
            if found < known {
                copy(&connection, &places.copies(), found)?;
            }
        }
        all(migrations).to_latest(&mut connection)?;
        // Not by a migration, since what is derived may come to be derived otherwise: it can always be made anew.
        if stale(&connection)? {
            shelf::derive(&mut connection)?;
        }
        tracing::info!(from = found, to = known, "the database was migrated");
    }
    Ok(connection)
}

/// Keeps a whole, compact copy of the database as it is, one for each schema version, the last few of them.
fn copy(connection: &Connection, folder: &Path, version: i64) -> Result<(), LibraryError> {
    files::private_folder(folder)?;
    let path = folder.join(format!("library.v{version:04}.db"));
    let new = path.with_extension("new");
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| LibraryError::io(&path, source)
    };
    if new.exists() {
        fs::remove_file(&new).map_err(io(&new))?; // left by a copy that did not finish
    }
    let target = new.to_str().ok_or_else(|| LibraryError::NotUnicode(new.clone()))?;
    connection.execute("VACUUM INTO ?1", [target])?;
    files::place_file(&new, &path)?;
    let mut copies: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(io(folder))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
        .collect();
    copies.sort();
    for old in copies.iter().rev().skip(COPIES) {
        fs::remove_file(old).map_err(io(old))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use lastframe_model::{JobId, JobState, Provider, TaskId};

    use super::*;

    fn places(folder: &tempfile::TempDir) -> Places {
        Places::resolve(Some(folder.path().to_owned()), None).unwrap()
    }

    #[test]
    fn the_database_is_durable_and_checks_its_references() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&places(&folder)).unwrap();
        let pragma = |name: &str| {
            connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap()
        };
        assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
        assert_eq!(pragma("synchronous"), 2.into(), "FULL: a committed intent survives a power cut");
        assert_eq!(pragma("fullfsync"), 1.into(), "on macOS FULL alone stays in the drive's cache");
        assert_eq!(pragma("checkpoint_fullfsync"), 1.into());
        assert_eq!(pragma("foreign_keys"), 1.into());
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        drop(open(&places).unwrap());
        let connection = Connection::open(places.database()).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        let before = fs::read(places.database()).unwrap();
        let error = open(&places).unwrap_err();
        assert!(matches!(error, LibraryError::NewerSchema { found: 99, known } if known == newest()), "{error}");
        assert!(error.to_string().contains("newer Lastframe"), "said in words: {error}");
        assert_eq!(fs::read(places.database()).unwrap(), before, "not a byte was written");
    }

    #[test]
    fn before_migrating_a_whole_copy_is_kept_and_only_the_last_few() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        let mut migrations = MIGRATIONS.to_vec();
        drop(open_with(&places, &migrations).unwrap());
        assert!(!places.copies().exists(), "a new database needs no copy");
        for number in 1..=5 {
            let connection = Connection::open(places.database()).unwrap();
            connection.execute("INSERT INTO folders (path) VALUES (?1)", [format!("/f{number}")]).unwrap();
            drop(connection);
            migrations.push("CREATE TABLE IF NOT EXISTS added (a TEXT) STRICT;");
            drop(open_with(&places, &migrations).unwrap());
        }
        let mut names: Vec<_> = fs::read_dir(places.copies())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let last = [2, 3, 4].map(|more| format!("library.v{:04}.db", newest() + more));
        assert_eq!(names, last);
        let kept = Connection::open(places.copies().join(&last[2])).unwrap();
        let rows: i64 = kept.query_row("SELECT count(*) FROM folders", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 5, "the copy holds what was committed before the migration");
    }

    #[test]
    fn a_migration_that_fails_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        drop(open(&places).unwrap());
        let mut broken = MIGRATIONS.to_vec();
        broken.extend(["CREATE TABLE half (a TEXT) STRICT;"; 2]);
        assert!(matches!(open_with(&places, &broken), Err(LibraryError::Migration(_))));
        let connection = open(&places).unwrap();
        let half: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(half, 0, "all migrations are one transaction");
    }

    #[test]
    fn a_database_in_use_is_not_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        drop(open(&places).unwrap());
        let _owned = Ownership::claim(&places, "the other program").unwrap();
        let mut newer = MIGRATIONS.to_vec();
        newer.push("CREATE TABLE added (a TEXT) STRICT;");
        let error = open_with(&places, &newer).unwrap_err();
        assert!(error.to_string().contains("the other program"), "{error}");
    }

    #[test]
    fn sqlite_is_free_of_the_log_reset_bug() {
        // Versions before 3.51.3 could lose a commit when a log was reset under a reader (sqlite.org/wal.html).
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    /// Rows as the first version wrote them: two jobs that follow one task in every pair of states.
    fn first_version(places: &Places) -> Connection {
        let old = open_with(places, &MIGRATIONS[..1]).unwrap();
        old.execute_batch(
            r#"INSERT INTO folders (path) VALUES ('/clips');
            INSERT INTO jobs (id, state, revision, provider, request, estimate, task_id, created_at, submitted_at, finished_at)
            SELECT column1, column2, 3, 'https://cloud.vtrix.ai', '{"prompt": "boat", "continues": null}',
                   '{"size": {"width": 1248, "height": 704}, "frames": 121, "seconds": 5.04, "tokens": 102960.0, "cost": "0.1853"}',
                   column3, '2026-11-01T00:00:00.000000000Z', NULL, NULL
            FROM (VALUES
                ('queued', 'queued', NULL), ('unknown', 'unknown', NULL),
                ('done-1', 'done', 'both-done'), ('done-2', 'done', 'both-done'),
                ('a-running', 'running', 'one-done'), ('b-done', 'done', 'one-done'),
                ('run-1', 'running', 'both-run'), ('run-2', 'running', 'both-run'), ('a-failed', 'failed', 'both-run'),
                ('alone', 'downloading', 'alone'));
            INSERT INTO intents SELECT id, 1, 'sha', created_at, 'accepted', created_at FROM jobs WHERE state <> 'queued';
            INSERT INTO clips (id, job, folder, file, sha256, media, billed, last_frame_from_service, finished_at, reply)
            SELECT id, id, 1, '2026-11/' || id || '.mp4', 'sum',
                   '{"width": 1248, "height": 704, "frames": 121, "fps": 24.0, "seconds": 5.04, "audio": false, "bytes": 4.0}',
                   '{"cost": "0.17", "discount": null, "tokens": null}', 1, created_at, '{"id": "x"}'
            FROM jobs WHERE state = 'done';"#,
        )
        .unwrap();
        old
    }

    #[test]
    fn a_library_of_the_first_version_is_migrated_with_everything_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        drop(first_version(&places));
        let library = crate::Library::open(places.clone()).unwrap();
        let jobs = library.all_jobs().unwrap();
        assert_eq!(jobs.len(), 10, "no job is lost");
        let clips = library.clips(None, 100).unwrap();
        assert_eq!(clips.total, 3, "and no clip, also where two are of one task");
        let job = |id: &str| library.job(&JobId::new(id)).unwrap().unwrap();
        for (id, task) in
            [("done-1", "both-done"), ("done-2", "both-done"), ("a-running", "one-done"), ("run-2", "both-run")]
        {
            assert_eq!(job(id).task_id.unwrap().as_str(), task, "{id} keeps what it knew");
        }
        assert_eq!(job("run-2").state, JobState::Running);
        assert_eq!(library.reply(&clips.clips[0].id).unwrap(), r#"{"id": "x"}"#);
        assert_eq!(library.submits(&JobId::new("unknown")).unwrap(), (1, 1));
        assert!(job("alone").position > job("queued").position, "the queue has the order it had");
        let provider = Provider::Service { address: "https://cloud.vtrix.ai".into() };
        let of = |task: &str| library.job_of_task(&provider, &TaskId::new(task)).unwrap().unwrap();
        assert_eq!(of("both-done").as_str(), "done-1", "the older");
        assert_eq!(of("one-done").as_str(), "b-done", "the one that has the clip");
        assert_eq!(of("both-run").as_str(), "run-1", "one that is followed before one that failed");
        // From now on nobody can join them.
        let task = |job: &mut lastframe_model::Job| job.task_id = Some(TaskId::new("alone"));
        assert!(library.move_job(&JobId::new("unknown"), JobState::Unknown, JobState::Running, task).is_err());

        let kept = Connection::open(places.copies().join("library.v0001.db")).unwrap();
        let count: i64 = kept.query_row("SELECT count(*) FROM jobs", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 10, "the copy made before has all of it");
        let columns: i64 = kept
            .query_row("SELECT count(*) FROM pragma_table_info('jobs') WHERE name = 'position'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(columns, 0, "in the form it had");
        library.own("test").unwrap();
    }

    #[test]
    fn a_damaged_library_of_the_first_version_is_not_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        let old = first_version(&places);
        old.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM folders;").unwrap();
        drop(old);
        let error = open(&places).unwrap_err();
        assert!(matches!(error, LibraryError::Damaged { .. }), "{error}");
        let raw = Connection::open(places.database()).unwrap();
        let version: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, 1);
    }
}
