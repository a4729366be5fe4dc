//! Client of the hosted video service: submit, poll, download.
//!
//! The service's JSON stays private in `wire`; what a failure means is decided once, in `classify`. Nothing is
//! ever sent a second time from here: whoever calls decides. The crate must not know jobs, clips, the library or the
//! keychain, and the key goes nowhere but into the `Authorization` header of a call to the service's own host.

mod answer;
mod classify;
mod client;
mod download;
mod link;
mod masked;
mod names;
mod part;
mod payload;
mod specs;
mod target;
mod task;
mod wire;

pub use classify::{CheckError, PollError, SubmitError, video_bytes};
pub use client::{Client, ClientError, Limits};
pub use download::{Bounds, DownloadError, Downloaded};
pub use link::Link;
pub use part::{forget_part, whole_part};
pub use payload::{Payload, PayloadError};
pub use specs::{MAX_MODELS, SpecLimits, Specs, SpecsError};
pub use task::{Task, TaskStatus};
