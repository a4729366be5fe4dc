//! The real program in libraries of its own, with the real practice service.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(unix)]
mod crashes;
mod films;
mod imports;
mod keeping;
mod lists;
mod models;
mod organise;
mod prices;
mod run;
mod service;
mod usage;
mod world;
