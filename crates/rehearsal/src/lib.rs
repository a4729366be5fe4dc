//! The practice service: the hosted service's HTTP contract on 127.0.0.1, without a key to buy and
//! without money. It renders real videos from the prompt and the seed, keeps its tasks on disk, and
//! can be told to misbehave.
//!
//! Knows the contract and how to draw. Knows nothing of jobs, the library or a window: whoever uses
//! it speaks HTTP to it, like to the real one.

mod api;
mod connection;
mod faults;
mod files;
#[cfg(test)]
mod form_tests;
mod links;
mod options;
mod picture;
mod prune;
mod runner;
mod server;
mod specs;
mod store;
mod task;
mod validate;

pub use faults::{DownloadFault, Faults, PollFault, SubmitFault, TaskFault};
pub use options::{Options, RehearsalError};
pub use server::Rehearsal;
