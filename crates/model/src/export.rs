//! Films that leave the program as one file: how, what has to be said beforehand, and how far it is.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::PixelSize;
use crate::error::IpcError;
use crate::film::FilmProblem;
use crate::ids::{ClipId, FilmId};

/// How a film leaves the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct ExportOptions {
    /// Encode it anew, even where its clips could be joined as they are.
    pub reencode: bool,
    /// Size of the picture; `None` is the one that most of its frames have. Another one than that of every clip means
    /// encoding.
    pub size: Option<PixelSize>,
    /// Frames per second; `None` is the rate that most of its frames have. Another one than that of every clip means
    /// encoding.
    pub fps: Option<f64>,
    /// Leave out the first frame of a clip that repeats the last one before it.
    pub skip_repeated: bool,
    /// Carry the film's recipe inside.
    pub recipe: bool,
}

impl ExportOptions {
    /// The same, if a film can be like that.
    ///
    /// # Errors
    /// [`FilmProblem::NoSuchSize`], [`FilmProblem::NoSuchRate`].
    pub fn checked(self) -> Result<Self, FilmProblem> {
        let side = |pixels: u32| (64..=4096).contains(&pixels) && pixels.is_multiple_of(2);
        if self.size.is_some_and(|size| !side(size.width) || !side(size.height)) {
            return Err(FilmProblem::NoSuchSize);
        }
        if self.fps.is_some_and(|fps| !(1.0..=120.0).contains(&fps)) {
            return Err(FilmProblem::NoSuchRate);
        }
        Ok(self)
    }
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self { reencode: false, size: None, fps: None, skip_repeated: true, recipe: true }
    }
}

/// How the clips become one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportRoute {
    /// Joined as they are: every frame stays what it is, bit for bit.
    Join,
    /// Encoded anew, once.
    Reencode,
}

/// Why clips cannot be joined as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportReason {
    /// One has another size.
    OtherSize,
    /// One has another frame rate.
    OtherRate,
    /// One has another codec, or was encoded in another way.
    OtherCodec,
    /// One is cut at a frame at which its stream cannot be cut exactly.
    Trimmed,
    /// The person asked for it.
    Asked,
}

/// What has to be said before a film is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExportProblem {
    /// The file of a clip is gone: nothing can be exported.
    Missing {
        /// Which one.
        clip: ClipId,
    },
    /// A clip lies in the trash: nothing can be exported.
    Trashed {
        /// Which one.
        clip: ClipId,
    },
    /// A clip cannot be read: nothing can be exported.
    Unreadable {
        /// Which one.
        clip: ClipId,
        /// Why.
        message: String,
    },
    /// A clip has sound of another kind than the first that has any: it is silent in the export.
    SoundDropped {
        /// Which one.
        clip: ClipId,
    },
    /// It would be longer than a file of this kind can be here: nothing can be exported.
    TooLarge,
}

/// What exporting a film would come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ExportPlan {
    /// How.
    pub route: ExportRoute,
    /// Why it is encoded anew; empty where it is not.
    pub reasons: Vec<ExportReason>,
    /// What has to be said.
    pub problems: Vec<ExportProblem>,
    /// Whether it can be done.
    pub possible: bool,
    /// Size of the picture.
    pub size: PixelSize,
    /// Frames per second.
    pub fps: f64,
    /// Frames in all.
    pub frames: u32,
    /// Seconds in all.
    pub seconds: f64,
    /// Bytes of the file; known where clips are joined.
    pub bytes: Option<f64>,
    /// Whether it has sound.
    pub audio: bool,
}

/// How far an export is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ExportProgress {
    /// Of which film.
    pub film: FilmId,
    /// Frames written.
    pub frames_done: u32,
    /// Frames in all.
    pub frames: u32,
    /// Seconds that are left, as soon as they can be told.
    pub seconds_left: Option<f64>,
    /// How it ended, once it has.
    pub ended: Option<ExportEnd>,
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExportEnd {
    /// The file is there.
    Done {
        /// Where.
        path: String,
    },
    /// The person stopped it; nothing was left.
    Canceled,
    /// It could not be done; nothing was left.
    Failed {
        /// Why.
        error: IpcError,
    },
}
