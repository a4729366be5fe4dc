//! What happened, told to whoever listens. Sent only after the row is committed.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::clip::Clip;
use crate::job::Job;
use crate::settings::{KeyStatus, Settings};

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
}
