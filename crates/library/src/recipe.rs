//! The recipe of a clip: a JSON file beside the video from which it could be made again, or the library
//! rebuilt, without the database.

use std::path::Path;

use lastframe_model::Clip;
use serde::{Deserialize, Serialize};

use crate::error::LibraryError;
use crate::files;

/// What stands in `<clip id>.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Version of this form; 1.
    pub version: u32,
    /// The whole clip, `file` relative to the folder it was kept in.
    pub clip: Clip,
    /// The service's reply as received, signed links masked.
    pub reply: String,
}

/// Writes the recipe of a clip, whole or not at all.
pub(crate) fn write(path: &Path, clip: &Clip, reply: &str) -> Result<(), LibraryError> {
    let recipe = Recipe { version: 1, clip: clip.clone(), reply: reply.to_owned() };
    files::write_file(path, &serde_json::to_vec_pretty(&recipe)?)
}
