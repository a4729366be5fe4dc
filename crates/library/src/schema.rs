//! Opening the database file and bringing it to this program's schema.
//!
//! Knows the migrations by number only; what they hold is in `migrations/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::error::LibraryError;
use crate::files;
use crate::owner::Ownership;
use crate::places::Places;

/// Every migration, oldest first. One that was published is never changed.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_jobs_and_clips.sql")];

/// How many copies of older databases are kept.
const COPIES: usize = 3;

/// Opens the database, made private to this user, in the newest schema.
pub(crate) fn open(places: &Places) -> Result<Connection, LibraryError> {
    open_with(places, MIGRATIONS)
}

fn open_with(places: &Places, migrations: &[&'static str]) -> Result<Connection, LibraryError> {
    let path = places.database();
    drop(files::private_file(&path).map_err(|source| LibraryError::io(&path, source))?);
    let mut connection = Connection::open(&path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    // Two programs that start at once must not both migrate.
    let lock_path = places.migration_lock();
    let lock = files::private_file(&lock_path).map_err(|source| LibraryError::io(&lock_path, source))?;
    lock.lock().map_err(|source| LibraryError::io(&lock_path, source))?;

    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(LibraryError::NewerSchema { found, known });
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS keeps a plain fsync in the drive's cache; elsewhere these change nothing.
    connection.pragma_update(None, "fullfsync", "ON")?;
    connection.pragma_update(None, "checkpoint_fullfsync", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    if found < known {
        // Nobody's tables change under a program that is working on them.
        let _owned = if found > 0 { Some(Ownership::claim(places, "Lastframe, migrating")?) } else { None };
        if found > 0 {
            copy(&connection, &places.copies(), found)?;
        }
        Migrations::new(migrations.iter().map(|sql| M::up(sql)).collect()).to_latest(&mut connection)?;
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
        assert!(matches!(error, LibraryError::NewerSchema { found: 99, known: 1 }), "{error}");
        assert!(error.to_string().contains("newer Lastframe"), "said in words: {error}");
        assert_eq!(fs::read(places.database()).unwrap(), before, "not a byte was written");
    }

    #[test]
    fn before_migrating_a_whole_copy_is_kept_and_only_the_last_few() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        let mut migrations = vec![MIGRATIONS[0]];
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
        assert_eq!(names, ["library.v0003.db", "library.v0004.db", "library.v0005.db"]);
        let kept = Connection::open(places.copies().join("library.v0005.db")).unwrap();
        let rows: i64 = kept.query_row("SELECT count(*) FROM folders", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 5, "the copy holds what was committed before the migration");
    }

    #[test]
    fn a_migration_that_fails_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&folder);
        drop(open(&places).unwrap());
        let broken = [MIGRATIONS[0], "CREATE TABLE half (a TEXT) STRICT;", "CREATE TABLE half (a TEXT) STRICT;"];
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
        let newer = [MIGRATIONS[0], "CREATE TABLE added (a TEXT) STRICT;"];
        let error = open_with(&places, &newer).unwrap_err();
        assert!(error.to_string().contains("the other program"), "{error}");
    }
}
