//! The two types of the HTTP client that the reader of replies names. Replies are what is fuzzed, not connections: no
//! error is ever made here.

pub use http::StatusCode;

/// An error of a connection, which cannot happen.
#[derive(Debug)]
pub enum Error {}

impl Error {
    /// Never.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        match *self {}
    }

    /// Never.
    #[must_use]
    pub fn is_dns(&self) -> bool {
        match *self {}
    }

    /// Never.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match *self {}
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Error {}
