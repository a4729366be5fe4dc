//! A signed URL that can be fetched but not read: its query is a credential, so that no log, error or `Debug` shows it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use url::Url;

/// How the big storage hosts say when a signed link began and for how many seconds it works: S3 and what imitates it,
/// Volcengine, Google, Alibaba (V4), Huawei.
const SIGNATURES: [(&str, &str); 5] = [
    ("x-amz-date", "x-amz-expires"),
    ("x-tos-date", "x-tos-expires"),
    ("x-goog-date", "x-goog-expires"),
    ("x-oss-date", "x-oss-expires"),
    ("x-obs-date", "x-obs-expires"),
];
/// Where a link says itself until when it works, in seconds or milliseconds since 1970 (S3 V2, Alibaba V1, rehearsal).
const MOMENTS: [&str; 3] = ["expires", "x-oss-expires", "x-tos-expires"];
/// Anything earlier or later is no moment at which a link made today ends: 2001-09-09 to 2100-01-01.
const PLAUSIBLE: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;

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

    /// When the link stops working, if its query says so in a way that is known. Nothing else of the query gets out.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        let value = |wanted: &str| {
            self.0.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
        };
        let signed = SIGNATURES.iter().find_map(|(date, seconds)| {
            let from = DateTime::strptime("%Y%m%dT%H%M%SZ", value(date)?.as_ref()).ok()?;
            let from = from.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
            plausible(from.checked_add(value(seconds)?.parse().ok()?)?)
        });
        signed.or_else(|| {
            MOMENTS.iter().find_map(|name| {
                let moment: i64 = value(name)?.parse().ok()?;
                plausible(moment).or_else(|| plausible(moment / 1000))
            })
        })
    }

    /// Where a redirect from here leads; `None` unless that is http(s) too.
    pub(crate) fn join(&self, location: &str) -> Option<Self> {
        Self::parse(self.0.join(location).ok()?.as_str())
    }
}

fn plausible(second: i64) -> Option<Timestamp> {
    PLAUSIBLE.contains(&second).then(|| Timestamp::from_second(second).ok()).flatten()
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

    #[test]
    fn a_link_says_when_it_expires_in_the_words_of_the_big_hosts() {
        for (query, expires) in [
            ("Expires=1790000000&Signature=x", Some("2026-09-21T14:13:20Z")),
            ("expires=1790000000500&sig=x", Some("2026-09-21T14:13:20Z")),
            ("OSSAccessKeyId=a&Expires=1790000000", Some("2026-09-21T14:13:20Z")),
            ("x-oss-expires=1790000000", Some("2026-09-21T14:13:20Z")),
            ("X-Amz-Date=20261122T120000Z&X-Amz-Expires=86400&X-Amz-Signature=x", Some("2026-11-23T12:00:00Z")),
            ("X-Tos-Expires=3600&X-Tos-Date=20261122T120000Z", Some("2026-11-22T13:00:00Z")),
            ("x-oss-date=20261122T120000Z&x-oss-expires=60", Some("2026-11-22T12:01:00Z")),
            ("X-Amz-Expires=86400", None),
            ("X-Amz-Date=today&X-Amz-Expires=86400", None),
            ("X-Amz-Date=20261122T120000Z&X-Amz-Expires=9223372036854775807", None),
            ("expires=soon", None),
            ("expires=-5", None),
            ("expires=0", None),
            ("expires=9223372036854775807", None),
            ("sig=s", None),
            ("", None),
        ] {
            let link = Link::parse(&format!("https://cdn.example/v.mp4?{query}")).unwrap();
            assert_eq!(link.expires_at().map(|at| at.to_string()).as_deref(), expires, "{query}");
        }
    }
}
