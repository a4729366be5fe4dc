//! What the window learns when it starts.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::catalogue::Catalogue;
use crate::cost::PriceTable;
use crate::settings::{KeyStatus, Settings};
use crate::standing::Standing;

/// Everything the window needs before it shows its first place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Session {
    /// Version of the program.
    pub version: String,
    /// What the person chose.
    pub settings: Settings,
    /// The state of the key for the service address.
    pub key: KeyStatus,
    /// The models that can be asked for.
    pub catalogue: Catalogue,
    /// The prices that the program came with, to go back to.
    pub list_prices: PriceTable,
    /// Base URL of the media server with its token, without a trailing slash. Under it:
    /// `/clips/ID.mp4`, `/clips/ID.last.png`, `/clips/ID.poster.webp`,
    /// `/clips/ID.thumbnail.webp`, `/clips/ID.strip.webp`, `/images/ID`.
    pub media: String,
    /// Where clips are kept, as a path to show.
    pub clips_folder: String,
    /// Where library, settings and logs are kept, as a path to show.
    pub home: String,
    /// How the engine stands as a whole.
    pub standing: Standing,
    /// What did not start as it should, each with its remedy.
    pub notices: Vec<Notice>,
}

/// Something that the person should know, though the app works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Notice {
    /// What it is about.
    pub code: NoticeCode,
    /// What happened and what to do, in English.
    pub message: String,
}

/// Which part of the app is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// The practice service did not start.
    Rehearsal,
    /// The clips folder cannot be written.
    ClipsFolder,
    /// A folder that was used before, with clips in it, is not there.
    EarlierFolder,
    /// `settings.json` could not be read; defaults are used and the file was kept aside.
    Settings,
}

/// A page of clips, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ClipPage {
    /// The clips.
    pub clips: Vec<crate::clip::Clip>,
    /// How many there are in all.
    pub total: u32,
}
