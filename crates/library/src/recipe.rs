//! The recipe of a clip: a JSON file beside the video from which it could be made again, or the library
//! rebuilt, without the database.
//!
//! A recipe that is read may have been written by anybody. Nothing of it is believed that could lead out of its
//! folder, stand for another clip, or break a sum.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lastframe_model::gallery::{TAGS_MAX, checked_tag, folded};
use lastframe_model::ids::is_plain;
use lastframe_model::settings::service_address;
use lastframe_model::{Clip, Mark, Provider, Usd};
use serde::{Deserialize, Serialize};

use crate::error::LibraryError;
use crate::files;
use crate::imports::Imported;
use crate::places::clip_of;

/// The form that this program writes and reads.
const VERSION: u32 = 1;

/// A recipe is some kilobytes; the service's reply in it is cut far below this.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// What no single clip costs, USD.
const MOST_USD: u32 = 1_000_000;

/// What stands in `<clip id>.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Version of this form; 1.
    pub version: u32,
    /// The whole clip, `file` relative to the folder it was kept in.
    pub clip: Clip,
    /// The service's reply as received, signed links masked; empty where there was no service.
    pub reply: String,
    /// Of a file that was brought in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
}

/// Writes the recipe of a clip beside its video, whole or not at all.
pub(crate) fn write(path: &Path, clip: &Clip, reply: &str, imported: Option<&Imported>) -> Result<(), LibraryError> {
    // Whether the file is there is a fact of the moment.
    let clip = Clip { missing: false, ..clip.clone() };
    let recipe = Recipe { version: VERSION, clip, reply: reply.to_owned(), imported: imported.cloned() };
    files::write_beside(path, &serde_json::to_vec_pretty(&recipe)?)
}

/// Why a recipe is not believed, in words that follow the file's name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecipeError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is a folder, a link or a device.
    #[error("it is not a file")]
    NotAFile,
    /// It is far larger than any recipe.
    #[error("it has {0} bytes, which no recipe has")]
    TooLarge(u64),
    /// It is not JSON, or JSON of something else.
    #[error("it is no recipe: {0}")]
    NotARecipe(#[from] serde_json::Error),
    /// A later program wrote it.
    #[error("its form is {0}, this program knows {VERSION}")]
    Version(u32),
    /// Something in it cannot be true.
    #[error("{0}")]
    Doubtful(&'static str),
    /// The file that it is about is gone.
    #[error("its video is not beside it")]
    WithoutVideo,
    /// Another recipe of the same clip came first.
    #[error("the clip was entered from {} already", .0.display())]
    Twice(PathBuf),
}

/// Reads the recipe at `folder/month/name.json`.
///
/// # Errors
/// Every [`RecipeError`] but the last two, which are for who has read others and looked for the video.
pub(crate) fn read(folder: &Path, month: &str, name: &str) -> Result<Recipe, RecipeError> {
    let path = folder.join(month).join(format!("{name}.json"));
    let facts = std::fs::symlink_metadata(&path)?;
    if !facts.is_file() {
        return Err(RecipeError::NotAFile);
    }
    if facts.len() > MOST_BYTES {
        return Err(RecipeError::TooLarge(facts.len()));
    }
    let mut recipe: Recipe = serde_json::from_slice(&std::fs::read(&path)?)?;
    if recipe.version != VERSION {
        return Err(RecipeError::Version(recipe.version));
    }
    tidy(&mut recipe.clip);
    doubt(&recipe.clip, month, name).map_or(Ok(recipe), |why| Err(RecipeError::Doubtful(why)))
}

/// Drops of what a person wrote on a clip whatever they could not have written: it is no reason to refuse the clip.
fn tidy(clip: &mut Clip) {
    let name = Mark::Name { text: clip.name.take().unwrap_or_default() }.checked();
    clip.name = if let Ok(Mark::Name { text }) = name { Some(text).filter(|text| !text.is_empty()) } else { None };
    let note = Mark::Note { text: std::mem::take(&mut clip.note) }.checked();
    clip.note = if let Ok(Mark::Note { text }) = note { text } else { String::new() };
    let mut tags: Vec<String> = Vec::new();
    for tag in std::mem::take(&mut clip.tags).iter().filter_map(|tag| checked_tag(tag).ok()) {
        if tags.len() < TAGS_MAX && !tags.iter().any(|known| folded(known) == folded(&tag)) {
            tags.push(tag);
        }
    }
    clip.tags = tags;
    clip.missing = false; // its video is beside it, or it is not entered
}

/// Why a clip cannot be what stands beside the video `month/name.mp4`.
fn doubt(clip: &Clip, month: &str, name: &str) -> Option<&'static str> {
    let request = &clip.request;
    let images = request.images().map(|image| image.id.as_str());
    let ids = images.chain(request.continues.as_ref().map(lastframe_model::ClipId::as_str));
    let media = &clip.media;
    let numbers = [
        media.fps,
        media.seconds,
        media.bytes,
        clip.estimate.seconds,
        clip.estimate.tokens,
        clip.billed.tokens.unwrap_or_default(),
    ];
    let money = [clip.estimate.cost, clip.billed.cost, clip.billed.discount];
    let times = [Some(clip.created_at), clip.submitted_at, Some(clip.finished_at), clip.trashed_at];
    let most = Usd::new(MOST_USD.into());
    let doubts = [
        (!is_plain(name), "its name is not a clip's id"),
        (clip.id.as_str() != name, "it is another clip's"),
        (clip.id != clip_of(&clip.job), "it names another clip's job"),
        (clip.file != format!("{month}/{name}.mp4"), "it names a file that is not the one beside it"),
        (clip.sha256.len() != 64 || !clip.sha256.bytes().all(|b| b.is_ascii_hexdigit()), "its checksum is none"),
        (clip.task_id.as_str().is_empty(), "it names no task"),
        (!is_known_form(&clip.provider), "its service's address is none"),
        (!ids.into_iter().all(is_plain), "it names a clip or picture by something that is no id"),
        (media.width == 0 || media.height == 0 || media.frames == 0, "its video has no size or no frame"),
        // 2⁵³: beyond it a float is no count.
        (!numbers.iter().all(|number| (0.0..9e15).contains(number)), "a number in it is out of all bounds"),
        (!money.into_iter().flatten().all(|usd| (Usd::ZERO..=most).contains(&usd)), "an amount in it is no price"),
        (!times.into_iter().flatten().all(|time| time >= Timestamp::UNIX_EPOCH), "a time in it is before computers"),
    ];
    doubts.into_iter().find(|(doubtful, _)| *doubtful).map(|(_, why)| why)
}

fn is_known_form(provider: &Provider) -> bool {
    match provider {
        Provider::Rehearsal | Provider::Imported => true,
        Provider::Service { address } => service_address(address).as_deref() == Ok(address),
    }
}
