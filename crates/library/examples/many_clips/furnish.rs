//! Files for the clips of a library that was made of rows alone.

use std::path::{Path, PathBuf};

use lastframe_library::{LibraryError, Places};
use rusqlite::Connection;

/// How many names a file is given before another copy of it is made: file systems allow some ten thousand.
const NAMES: usize = 20_000;

/// Gives every clip files as if it were a copy of one that is there: its video and its poster, under further names of few
/// copies, so that a hundred thousand take no room.
///
/// # Errors
/// [`LibraryError::Io`], e.g. where the sample has no poster beside it.
pub fn like(home: &Path, sample: &Path) -> Result<(), LibraryError> {
    let places = Places::resolve(Some(home.to_owned()), None)?;
    let connection = Connection::open(places.database())?;
    let mut statement = connection.prepare("SELECT file FROM clips")?;
    let files = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for some in files.chunks(NAMES) {
        for ending in ["mp4", "poster.webp"] {
            let mut copy: Option<PathBuf> = None;
            for file in some {
                let target = places.clips.join(file).with_extension(ending);
                let told = |source| LibraryError::io(&target, source);
                if let Some(folder) = target.parent() {
                    std::fs::create_dir_all(folder).map_err(told)?;
                }
                if let Some(copy) = &copy {
                    std::fs::hard_link(copy, &target).map_err(told)?;
                } else {
                    std::fs::copy(sample.with_extension(ending), &target).map_err(told)?;
                    copy = Some(target);
                }
            }
        }
    }
    Ok(())
}
