//! What happened, told to whoever listens. Sent only after the row is committed.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::catalogue::Catalogue;
use crate::clip::Clip;
use crate::export::ExportProgress;
use crate::import::ImportProgress;
use crate::job::Job;
use crate::settings::{KeyStatus, Settings};
use crate::standing::Standing;

/// One thing that happened, with the whole snapshot of what it happened to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Event {
    /// A job was made or changed.
    Job(Job),
    /// A clip entered the library.
    Clip(Clip),
    /// Settings changed.
    Settings(Settings),
    /// The key was stored, removed, accepted or refused.
    Key(KeyStatus),
    /// The models that can be asked for, or what is known about them, changed.
    Catalogue(Catalogue),
    /// The engine as a whole stands differently: paused, offline, short of space.
    Standing(Standing),
    /// How far an import is. Throttled; the last one has no file left.
    Import(ImportProgress),
    /// The library is being made again: how many recipes were read so far. Only while there is no library.
    Rebuilding(u32),
    /// Many clips changed at once: whoever shows a shelf asks for it again.
    Gallery {
        /// [`crate::gallery::Shelf::revision`] from now on.
        revision: u32,
    },
    /// Films changed: whoever shows them asks again.
    Films {
        /// Higher than that of the last such event of this run.
        revision: u32,
    },
    /// How far an export of a film is. Throttled; the last one says how it ended.
    Export(ExportProgress),
}
