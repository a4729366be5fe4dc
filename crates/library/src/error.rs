//! What can go wrong with the library, each kind that somebody acts on apart.
//!
//! Knows SQLite and the file system; knows no window, so its words name paths and states, not buttons.

use std::io;
use std::path::{Path, PathBuf};

use lastframe_model::{
    ClipId, FilmId, FilmProblem, ImageId, JobId, JobState, MarkProblem, PresetProblem, StoryboardId,
};

/// Why the library could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Another program runs jobs on this library.
    #[error("Another program works on this library: {by}.")]
    Owned {
        /// Its name and process id.
        by: String,
    },
    /// The database was written by a newer version of the program.
    #[error(
        "This library was last used by a newer Lastframe (its schema is {found}, this program knows {known}). \
         Use that version; nothing was changed."
    )]
    NewerSchema {
        /// Schema version in the file.
        found: i64,
        /// Newest schema version that this program knows.
        known: i64,
    },
    /// The database is not whole. It stays where it is until a rebuild puts it aside.
    #[error(
        "The library's database is damaged: {detail}. The clips in their folder are not touched by that. \
         `lastframe library rebuild` makes a new database from them and keeps the damaged one aside."
    )]
    Damaged {
        /// What SQLite says.
        detail: String,
    },
    /// This program has given the library back: whatever it still has under way writes no more.
    #[error("The library is no longer this program's to write.")]
    NotOwned,
    /// There is no such job.
    #[error("There is no job {0} in the library.")]
    NoSuchJob(JobId),
    /// There is no such clip.
    #[error("There is no clip {0} in the library.")]
    NoSuchClip(ClipId),
    /// There is no such film.
    #[error("There is no film {0} in the library.")]
    NoSuchFilm(FilmId),
    /// A film cannot be changed like that.
    #[error(transparent)]
    Film(#[from] FilmProblem),
    /// There is no such picture.
    #[error("The picture {0} is no longer in the library.")]
    NoSuchImage(ImageId),
    /// There is no such storyboard.
    #[error("There is no storyboard {0} in the library.")]
    NoSuchStoryboard(StoryboardId),
    /// A shot of a storyboard is not where the caller believed it to be, or may not go where it was sent.
    #[error("The storyboard has moved on meanwhile: look where it stands, then try again.")]
    ShotMoved,
    /// A preset cannot have that name.
    #[error(transparent)]
    PresetName(#[from] PresetProblem),
    /// There is no preset of that name.
    #[error("There is no preset called “{0}”.")]
    NoSuchPreset(String),
    /// Something cannot be written on a clip, or a search not be saved.
    #[error(transparent)]
    Mark(#[from] MarkProblem),
    /// A text that should be a day is none.
    #[error("“{0}” is no day: a day is written as 2026-11-22.")]
    NoDay(String),
    /// The job is not where the caller believed it to be, or may not go where it was sent.
    #[error("The job is {}.", actual.word())]
    WrongState {
        /// Where it is.
        actual: JobState,
    },
    /// The job has a submit that may have been accepted: it must not be sent again.
    #[error("The job {0} was already sent.")]
    AlreadySent(JobId),
    /// There is no room left.
    #[error("The disk is full.")]
    DiskFull,
    /// The folder of the clips is not there, e.g. its drive is not connected.
    #[error("The clips folder {} {}.", .0.display(), away(.0))]
    FolderGone(PathBuf),
    /// A file that was to be a clip's has other bytes.
    #[error("This is another file: its bytes are not those of the clip.")]
    AnotherFile,
    /// The file of a clip is not there.
    #[error("The file of this clip is not where it was: {}.", .0.display())]
    ClipMissing(PathBuf),
    /// A path that the database cannot keep.
    #[error("{} cannot be used: its name is not valid Unicode.", .0.display())]
    NotUnicode(PathBuf),
    /// No home folder could be found for this user.
    #[error("No data folder could be found for this user. Set LASTFRAME_HOME to a folder.")]
    NoHome,
    /// `settings.json` is not what it should be.
    #[error("The settings in {} could not be read: {source}.", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A file could not be read or written.
    #[error("{}: {source}.", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite could not do it.
    #[error("The database failed: {0}.")]
    Database(rusqlite::Error),
    /// A migration failed; nothing of it was kept.
    #[error("The database could not be brought to this version: {0}.")]
    Migration(#[from] rusqlite_migration::Error),
    /// A value could not be written as JSON.
    #[error("A value could not be stored: {0}.")]
    Json(#[from] serde_json::Error),
}

/// What is the matter with a folder of clips that is away.
fn away(folder: &Path) -> &'static str {
    if folder.is_dir() {
        "is empty, but there should be clips in it. Connect its drive; if it is meant to be empty, make a folder in it"
    } else {
        "is missing"
    }
}

impl LibraryError {
    /// An I/O error at a path; a full disk is told apart.
    #[must_use]
    pub fn io(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    /// Whether the same call may succeed later without anybody changing the library: the disk was full,
    /// a folder was away, the database was locked by another program.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::DiskFull | Self::FolderGone(_) | Self::Io { .. } => true,
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    rusqlite::ErrorCode::DatabaseBusy
                        | rusqlite::ErrorCode::DatabaseLocked
                        | rusqlite::ErrorCode::SystemIoFailure
                        | rusqlite::ErrorCode::CannotOpen
                        | rusqlite::ErrorCode::ReadOnly
                )
            ),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for LibraryError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged { detail: error.to_string() }
            }
            _ => Self::Database(error),
        }
    }
}
