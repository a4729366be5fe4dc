//! What a file's host answered, and what is to be done with it: decided from status, headers and first bytes alone.

use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap};
use reqwest::{Response, StatusCode};

use crate::download::DownloadError;
use crate::part::Part;

/// Bytes looked at before it is decided what a file is.
pub(crate) const BEGINNING: usize = 64;

/// What to do with an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// 206 that fits the part.
    Append {
        /// Where this piece ends, counted from the beginning of the file.
        until: Option<u64>,
        /// Bytes of the whole file.
        total: Option<u64>,
    },
    /// 200: from the beginning.
    Restart {
        /// Bytes of the whole file.
        total: Option<u64>,
        /// What the host calls the file.
        claims: Claims,
    },
    /// 416: the part is the whole file.
    Whole,
    /// The part does not belong to the file: ask again without it.
    Discard,
}

impl Plan {
    pub(crate) fn of(response: &Response, part: &Part) -> Result<Self, DownloadError> {
        let headers = response.headers();
        let status = response.status();
        let range = || headers.get(CONTENT_RANGE).and_then(|value| ContentRange::parse(value.to_str().ok()?));
        match status {
            StatusCode::OK => {
                Ok(Self::Restart { total: number(headers, CONTENT_LENGTH.as_str()), claims: Claims::of(headers)? })
            }
            StatusCode::PARTIAL_CONTENT => {
                let same = etag(headers).is_none_or(|etag| Some(etag.as_str()) == part.resumable());
                match range() {
                    Some(range) if part.resumable().is_some() && range.fits(part.length()) && same => {
                        Claims::of(headers)?;
                        Ok(Self::Append { until: range.end.map(|end| end + 1), total: range.total })
                    }
                    _ => Ok(Self::Discard),
                }
            }
            StatusCode::RANGE_NOT_SATISFIABLE if part.length() > 0 => {
                let whole = range().is_some_and(|range| range.total == Some(part.length()));
                Ok(if whole && part.resumable().is_some() { Self::Whole } else { Self::Discard })
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(DownloadError::LinkExpired { status: status.as_u16() })
            }
            _ => {
                let message = format!("The file's host answered with an error ({}).", status.as_u16());
                Err(DownloadError::Trouble { message })
            }
        }
    }
}

/// What a host calls a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claims {
    /// A file.
    File,
    /// Text, as some storage hosts call everything: its first bytes have to say what it is.
    Text,
}

impl Claims {
    /// # Errors
    /// [`DownloadError::NotAVideo`] for what calls itself a web page or a message.
    fn of(headers: &HeaderMap) -> Result<Self, DownloadError> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let page = matches!(
            kind.as_str(),
            "text/html" | "text/xml" | "text/json" | "application/xhtml+xml" | "application/json" | "application/xml"
        );
        match page {
            true => Err(not_a_file(&format!("it is {kind}"))),
            false if kind.starts_with("text/") => Ok(Self::Text),
            false => Ok(Self::File),
        }
    }

    /// Refuses what begins like a page or a message, and text that does not begin like a video or picture.
    pub(crate) fn judge(self, beginning: &[u8]) -> Result<(), DownloadError> {
        let start = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
        // Neither an MP4 nor a picture begins with `<` or `{`.
        if matches!(start.first(), Some(b'<' | b'{')) {
            return Err(not_a_file("it begins like a web page or a message"));
        }
        let video = matches!(beginning.get(4..8), Some(b"ftyp" | b"styp"));
        if self == Self::Text && !video && !beginning.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Err(not_a_file("it is text"));
        }
        Ok(())
    }
}

pub(crate) fn not_a_file(what: &str) -> DownloadError {
    DownloadError::NotAVideo { message: format!("What the link leads to is not the file ({what}).") }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// A strong ETag; a weak one does not promise the same bytes.
pub(crate) fn etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get(ETAG)?.to_str().ok()?.trim();
    (etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2 && etag.len() < 1000).then(|| etag.to_owned())
}

/// `bytes 10-99/100` or `bytes */100`.
#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    start: Option<u64>,
    /// The last byte, not the one after it.
    end: Option<u64>,
    total: Option<u64>,
}

impl ContentRange {
    fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
        let (start, end) = match range.split_once('-') {
            Some((start, end)) => (start.trim().parse().ok(), end.trim().parse().ok()),
            None => (None, None),
        };
        Some(Self { start, end, total: total.trim().parse().ok() })
    }

    /// Whether this is what was asked for from byte `from` on, and does not contradict itself.
    fn fits(&self, from: u64) -> bool {
        let inside = match (self.end, self.total) {
            (Some(end), Some(total)) => end < total,
            (Some(end), None) => end < u64::MAX,
            (None, _) => true,
        };
        self.start == Some(from) && self.end.is_none_or(|end| end >= from) && inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_was_asked_for_or_it_is_not() {
        let fits = |text: &str, from| ContentRange::parse(text).is_some_and(|range| range.fits(from));
        assert!(fits("bytes 10-99/100", 10));
        assert!(fits("bytes 10-49/100", 10), "a shorter piece is a piece");
        assert!(fits("bytes 10-99/*", 10));
        for wrong in ["bytes 9-99/100", "bytes 10-9/100", "bytes 10-100/100", "bytes */100", "items 10-99/100", "10"] {
            assert!(!fits(wrong, 10), "{wrong}");
        }
        assert!(!fits("bytes 10-18446744073709551615/*", 10), "no sum runs over");
    }

    #[test]
    fn what_is_called_text_is_judged_by_its_bytes() {
        for (claims, bytes, good) in [
            (Claims::File, b"\0\0\0\x20ftypisom".as_slice(), true),
            (Claims::File, b"anything else", true),
            (Claims::File, b"\xef\xbb\xbf <html>", false),
            (Claims::File, b"{\"error\"", false),
            (Claims::Text, b"\0\0\0\x20ftypisom", true),
            (Claims::Text, b"\0\0\0\x20stypmsdh", true),
            (Claims::Text, b"\x89PNG\r\n\x1a\n", true),
            (Claims::Text, b"Access denied", false),
            (Claims::Text, b"", false),
        ] {
            assert_eq!(claims.judge(bytes).is_ok(), good, "{claims:?} {bytes:?}");
        }
    }
}
