//! The key of a service, in the OS keychain behind one type.
//!
//! A keychain may be missing, locked, or asking the person something for minutes: every call runs on a thread of its
//! own with a limit, and every failure is said in words with a way on. There is no fallback to a file, ever. The crate
//! must not know who uses a key, and a key leaves it only as a `SecretString`, which cannot be printed or serialized.

mod error;
mod keychain;
mod keys;
#[cfg(test)]
mod unprintable;

pub use error::KeychainError;
pub use keys::{Keys, account_of};
