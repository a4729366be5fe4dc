//! Commands of the window: take, call, map the error. Nothing else.

pub mod clips;
pub mod generate;
pub mod jobs;
pub mod key;
pub mod session;
