//! The real program in libraries of its own, with the real practice service.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod run;
mod service;
mod world;
