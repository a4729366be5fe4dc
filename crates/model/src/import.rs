//! Files that are brought into the library: how far that is, and what became of each.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ids::{ClipId, FilmId};

/// How far an import is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportProgress {
    /// Files that were given.
    pub total: u32,
    /// Files that were dealt with, whatever became of them.
    pub done: u32,
    /// Clips that are new in the library.
    pub taken: u32,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportSummary {
    /// New clips, in the order of their files.
    pub clips: Vec<ClipId>,
    /// Files whose clip was in the library already. Nothing was copied.
    pub known: Vec<KnownFile>,
    /// Films that the program had joined, and whose clips are all here: each is a saved film again, with its path.
    pub films: Vec<KnownFilm>,
    /// Files that were not taken, each with the reason.
    pub refused: Vec<RefusedFile>,
    /// Files that nobody looked at, because the person stopped the import.
    pub left: u32,
}

/// A file whose clip is here already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KnownFile {
    /// Its path, as text to show.
    pub file: String,
    /// The clip.
    pub clip: ClipId,
}

/// A file of a film whose clips are here already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KnownFilm {
    /// Its path, as text to show.
    pub file: String,
    /// The film.
    pub film: FilmId,
}

/// A file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RefusedFile {
    /// Its path, as text to show.
    pub file: String,
    /// Why.
    pub problem: ImportProblem,
    /// The same in English, with what the system said.
    pub message: String,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ImportProblem {
    /// There is no file of that name (any more).
    Missing,
    /// It is a folder or a device.
    NotAFile,
    /// It cannot be read.
    Unreadable,
    /// It is no MP4 video.
    NotAVideo,
    /// It ends before its pictures do.
    Truncated,
    /// It changed while it was read.
    Changing,
    /// There is no room for it. Nothing after it was tried.
    DiskFull,
    /// The clips folder is not there. Nothing after it was tried.
    FolderGone,
    /// The clips folder cannot be written. Nothing after it was tried.
    FolderUnwritable,
    /// The library could not enter it; the message says more.
    Library,
}

/// A file that is dragged over the window, or was let go over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct DroppedFile {
    /// Its name, without the folders.
    pub name: String,
    /// Bytes; 0 where nobody can say.
    pub bytes: f64,
}

impl ImportProblem {
    /// Whether no other file could be taken either.
    #[must_use]
    pub fn is_of_the_library(self) -> bool {
        matches!(self, Self::DiskFull | Self::FolderGone | Self::FolderUnwritable | Self::Library)
    }
}
