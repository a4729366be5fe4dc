//! The real program in libraries of its own, with the real practice service.

mod run;
mod service;
mod world;
