//! Commands of the window: take, call, map the error. Nothing else.

pub mod batches;
pub mod clips;
pub mod films;
pub mod gallery;
pub mod generate;
pub mod import;
pub mod jobs;
pub mod key;
pub mod recall;
pub mod session;
pub mod storyboards;
pub mod usage;
