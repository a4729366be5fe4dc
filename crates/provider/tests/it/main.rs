//! The client against real sockets: servers that keep the contract and servers that do not.

mod calls;
mod download;
mod payload;
mod refusals;
mod server;
