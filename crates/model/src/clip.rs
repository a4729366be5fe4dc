//! A finished video in the library, and the films that clips make.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::{Estimate, Usd};
use crate::ids::{ClipId, JobId, TaskId};
use crate::job::Provider;
use crate::request::Request;

/// What the file itself says, read by probing it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct MediaFacts {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Video frames.
    pub frames: u32,
    /// Frames per second, averaged.
    pub fps: f64,
    /// Length of the video track in seconds.
    pub seconds: f64,
    /// Whether it has sound.
    pub audio: bool,
    /// Size in bytes.
    pub bytes: f64,
}

/// What the service says it billed (`usage`). Always wins over an estimate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Billed {
    /// USD.
    pub cost: Option<Usd>,
    /// Share of the list price, 1 = none off.
    pub discount: Option<Usd>,
    /// Tokens in all.
    pub tokens: Option<f64>,
}

/// Whether a clip's file is what the service sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileCheck {
    /// Byte for byte.
    Intact,
    /// It is there, with other bytes.
    Changed,
    /// It is not there.
    Missing,
}

/// A clip as the window and the command line see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Clip {
    /// Its id, also the stem of its file names.
    pub id: ClipId,
    /// The job that made it.
    pub job: JobId,
    /// What was asked for.
    pub request: Request,
    /// Who made it.
    pub provider: Provider,
    /// The service's id.
    pub task_id: TaskId,
    /// The file's own facts.
    pub media: MediaFacts,
    /// What was expected.
    pub estimate: Estimate,
    /// What was billed.
    pub billed: Billed,
    /// SHA-256 of the file, as it came from the service.
    pub sha256: String,
    /// The file: relative to the clips folder, with `/`, or absolute for a clip kept in an earlier one.
    pub file: String,
    /// Whether the last frame came from the service (otherwise it was decoded from the file).
    pub last_frame_from_service: bool,
    /// When the button was pressed.
    pub created_at: Timestamp,
    /// When the submit was sent.
    pub submitted_at: Option<Timestamp>,
    /// When the service was heard to have finished it; not known of older clips, and of a library made again from its files.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// When its file was here and it entered the library.
    pub finished_at: Timestamp,
    /// What the person calls it.
    #[serde(default)]
    pub name: Option<String>,
    /// What the person wrote about it; empty for nothing.
    #[serde(default)]
    pub note: String,
    /// Whether the person gave it a star.
    #[serde(default)]
    pub starred: bool,
    /// The person's tags, in the order in which they were given.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it was put into the trash, if it is there.
    #[serde(default)]
    pub trashed_at: Option<Timestamp>,
    /// Whether its file was not where it should be when it was last looked for.
    #[serde(default)]
    pub missing: bool,
}

impl Clip {
    /// What it cost as far as is known: billed, or else estimated.
    #[must_use]
    pub fn cost(&self) -> Option<Usd> {
        self.billed.cost.or(self.estimate.cost)
    }
}

/// A path through a tree of clips: from its first clip through the one asked about to where it goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Film {
    /// In playing order; each continues the one before it.
    pub clips: Vec<Clip>,
    /// Seconds in all.
    pub seconds: f64,
    /// USD in all.
    pub cost: Usd,
}

impl Film {
    /// The film of these clips, in playing order.
    #[must_use]
    pub fn of(clips: Vec<Clip>) -> Self {
        let seconds = clips.iter().map(|clip| clip.media.seconds).sum();
        let cost = clips.iter().filter_map(Clip::cost).sum();
        Self { clips, seconds, cost }
    }
}
