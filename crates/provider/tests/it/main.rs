//! The client against real sockets: servers that keep the contract and servers that do not.

#![expect(
    clippy::unwrap_used,
    clippy::large_stack_arrays,
    clippy::format_push_string,
    clippy::large_futures,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking, and need not be lean"
)]

mod calls;
mod download;
mod memory;
mod payload;
mod refusals;
mod server;
mod specs;
