//! Identifiers, each a type of its own so that a clip's id can never be passed for a job's.

use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text that is already known to be such an id.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A job in the library: a UUID version 7, so that ids sort by the time they were made.
    JobId
}
id! {
    /// A clip in the library: a UUID version 7. It is also the stem of the clip's file names.
    ClipId
}
id! {
    /// A film: the id of its first clip as long as nobody has saved it, and after that; a UUID version 7 where it was
    /// made by hand.
    FilmId
}
id! {
    /// A storyboard in the library: a UUID version 7.
    StoryboardId
}
id! {
    /// The service's own id of a task, as received. Its form is the service's business.
    TaskId
}
id! {
    /// A picture kept in the library: the SHA-256 of its bytes, 64 lower-case hex digits.
    ImageId
}
id! {
    /// A model's id as the service spells it, e.g. `spark_dance_v1_0_lite_t2v`.
    ModelId
}

/// Whether `text` may be used as a path component made from an id: ASCII letters, digits and `-`.
///
/// Ids from outside (a deep link, a media URL) are checked with this before they come near a path.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether `text` is a SHA-256 as the library writes it: 64 lower-case hex digits. What a stranger's recipe says is
/// believed only then.
#[must_use]
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ids_cannot_leave_a_folder() {
        assert!(is_plain("0192f3a0-aaaa-7bbb-8ccc-0123456789ab"));
        for bad in ["", "..", "a/b", "a\\b", "a.b", "ä", &"a".repeat(65)] {
            assert!(!is_plain(bad), "{bad:?} would be a path, not an id");
        }
    }
}
