//! Films: several videos as one file. What the parts are, whether they can be joined as they are, and what can go wrong.
//!
//! A film is joined by stream copy where its parts were coded alike, so that every picture in it is bit for bit the
//! picture of its part; otherwise it is coded anew, once. Knows nothing of clips, takes or a library: a part is a file
//! and how much of it is shown.

mod coding;
mod join;
mod layout;
mod plan;
mod reencode;
mod shots;
mod sound;
mod tables;
mod time;
mod units;
mod written;

use std::io;
use std::path::PathBuf;

use lastframe_model::PixelSize;

use crate::MediaError;

pub use join::join;
pub use plan::plan;
pub use reencode::{reencode, reencode_with};

/// One video of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its file, which is only read.
    pub path: PathBuf,
    /// How many of its frames are shown, from its first one on in the order in which they are shown; `None`: all.
    pub frames: Option<u32>,
    /// Whether its first frame is the last of the part before once more. The picture is then shown once: of the two
    /// the earlier is left out, so that this part begins with its own key frame and its own sound. Where that one
    /// cannot be left out because others were decoded after it, and the film is joined, it is there for one tick of the
    /// video's clock. Means nothing for the first part.
    pub skip_first: bool,
    /// The name of its chapter; may be empty.
    pub title: String,
}

/// How a film can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// By stream copy.
    Join,
    /// By decoding every part and coding all of it once.
    Reencode,
}

/// Why parts cannot be joined by stream copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They differ in size.
    OtherSize,
    /// They differ in frame rate, or in clocks that cannot be reconciled.
    OtherRate,
    /// They differ in codec or parameter sets. Such a file plays, but players fail on seeking back in it.
    OtherCodec,
    /// What is shown of one cannot be copied without what is not, because its frames are kept in another order.
    Trimmed,
}

/// What becomes of the sound of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartSound {
    /// It has none: silence.
    None,
    /// It is carried over as it is.
    Kept,
    /// It is of another kind than that of the film, or of one that cannot be carried over: silence.
    Dropped,
}

/// What becomes of the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Whether the film has a sound track: as soon as one part has sound that can be kept.
    pub kept: bool,
    /// One for each part.
    pub parts: Vec<PartSound>,
}

/// How a film will be made, and what it will be.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinPlan {
    /// By which way.
    pub route: Route,
    /// Why not by stream copy; each once. Empty for [`Route::Join`].
    pub reasons: Vec<Reason>,
    /// The size of the film; for [`Route::Reencode`] a suggestion: the one that most of its frames have, made even.
    pub size: PixelSize,
    /// Frames a second; for [`Route::Reencode`] a suggestion, as for the size.
    pub fps: f64,
    /// Frames that the film shows of its parts. Coded anew at another rate it has more or fewer.
    pub frames: u32,
    /// Its length.
    pub seconds: f64,
    /// Bytes of the file without its tags, known for [`Route::Join`].
    pub bytes: Option<u64>,
    /// Its sound.
    pub sound: Sound,
}

/// A part that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("Part {} of the film: {error}", .part + 1)]
pub struct PartError {
    /// Which one, counted from 0.
    pub part: usize,
    /// Why.
    #[source]
    pub error: MediaError,
}

/// Why a film was not made. Nothing is left under its name then, and what was there before still is.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// A film of no parts was asked for.
    #[error("A film needs at least one part.")]
    Empty,
    /// One of the parts cannot be used.
    #[error(transparent)]
    Part(#[from] PartError),
    /// It cannot be joined by stream copy.
    #[error("These videos can only be put together by encoding them anew ({0:?}).")]
    Unlike(Vec<Reason>),
    /// It would take the place of one of its own parts.
    #[error("A film cannot take the place of one of its own parts.")]
    OverPart,
    /// The size or rate cannot be made, or the encoder failed.
    #[error(transparent)]
    Media(MediaError),
    /// It was called off.
    #[error("It was called off.")]
    Canceled,
    /// It could not be written: the disk is full, or the folder is not there.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<MediaError> for JoinError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Io(error) => Self::Io(error),
            error => Self::Media(error),
        }
    }
}

/// How far a film is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Frames written, or, where all are coded anew, coded.
    pub frames_done: u32,
    /// Frames to write.
    pub frames: u32,
}
