//! A signed URL that can be fetched but not read: its query is a credential, so that no log, error or `Debug` shows it.

use url::Url;

/// Where a result can be fetched. Signed and short-lived, about 24 hours; polling the task again yields a fresh one.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(Url);

impl Link {
    /// The link of that text; `None` unless it is an http(s) URL with a host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(Self(url))
    }

    /// The URL itself, for the request alone.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Where a redirect from here leads; `None` unless that is http(s) too.
    pub(crate) fn join(&self, location: &str) -> Option<Self> {
        Self::parse(self.0.join(location).ok()?.as_str())
    }
}

impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = self.0.clone();
        // A login in the URL is a credential as well; both setters fail only for URLs without a host.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        shown.set_fragment(None);
        if shown.query().is_some() {
            shown.set_query(Some("…"));
            // The URL crate writes the ellipsis percent-encoded; people should see a mask, not digits.
            return f.write_str(&shown.as_str().replace("%E2%80%A6", "…"));
        }
        f.write_str(shown.as_str())
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_signs_a_link_is_shown() {
        let link = Link::parse("https://me:pw@cdn.example.com/a/output.mp4?sig=abc123&x=1#frag").unwrap();
        for shown in [format!("{link}"), format!("{link:?}")] {
            assert!(shown.contains("https://cdn.example.com/a/output.mp4?…"), "{shown}");
            for secret in ["abc123", "pw", "me:", "frag"] {
                assert!(!shown.contains(secret), "{shown} shows {secret}");
            }
        }
        assert_eq!(link.url().query(), Some("sig=abc123&x=1"), "the request itself needs the signature");
    }

    #[test]
    fn only_http_links_are_links() {
        for text in ["", "output.mp4", "file:///etc/passwd", "data:video/mp4;base64,AA", "ftp://x/y"] {
            assert_eq!(Link::parse(text), None, "{text}");
        }
        let link = Link::parse("https://a.example/x/y?s=1").unwrap();
        assert_eq!(link.join("../z").unwrap().url().as_str(), "https://a.example/z");
        assert_eq!(link.join("file:///etc/passwd"), None);
    }
}
