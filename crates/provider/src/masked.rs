//! Takes secrets out of texts of the service before they reach a message, a row or a log: queries of URLs, and the key
//! itself should a service echo it.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// Most characters of a reply that are kept with a failure.
pub(crate) const KEPT_CHARACTERS: usize = 4_000;
/// Most characters of the service's own words in a message.
const WORDS: usize = 600;
/// What stands where something was taken out.
const MASK: &str = "…";

/// Masks texts with one key in mind.
#[derive(Clone, Copy)]
pub(crate) struct Mask<'a> {
    key: &'a SecretString,
}

impl<'a> Mask<'a> {
    pub(crate) fn new(key: &'a SecretString) -> Self {
        Self { key }
    }

    /// The text with every URL's query and the key taken out.
    pub(crate) fn text(self, text: &str) -> String {
        let text = queries(text);
        let key = self.key.expose_secret();
        if key.is_empty() { text } else { text.replace(key, MASK) }
    }

    /// Whether the key stands in a text, in whatever case.
    pub(crate) fn is_in(self, text: &str) -> bool {
        let key = self.key.expose_secret();
        !key.is_empty() && text.to_ascii_lowercase().contains(&key.to_ascii_lowercase())
    }

    /// The service's words for a message: masked, in one line, cut.
    pub(crate) fn words(self, text: &str) -> String {
        let masked = self.text(text);
        cut(&masked.split_whitespace().collect::<Vec<_>>().join(" "), WORDS)
    }

    /// A whole reply as received, masked: JSON stays JSON, its unknown fields and their order included.
    pub(crate) fn reply(self, body: &str, json: Option<&Value>) -> String {
        match json {
            Some(json) => self.value(json).to_string(),
            None => self.text(body),
        }
    }

    // String by string, since a slash in raw JSON may be written `\/` and would hide a URL.
    fn value(self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Value::Object(fields) => {
                Value::Object(fields.iter().map(|(name, field)| (self.text(name), self.value(field))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

/// At most `most` characters, an ellipsis where more were.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}{MASK}", &text[..end]),
    }
}

fn queries(text: &str) -> String {
    // Lower-casing ASCII keeps every position, so that what is found there can be cut here.
    let lower = text.to_ascii_lowercase();
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(start) = next_url(&lower, done) {
        masked.push_str(&text[done..start]);
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
        let end = text[start..].find(ends).map_or(text.len(), |length| start + length);
        let url = &text[start..end];
        match url.find(['?', '#']) {
            Some(query) => {
                masked.push_str(&url[..query]);
                masked.push('?');
                masked.push_str(MASK);
            }
            None => masked.push_str(url),
        }
        done = end;
    }
    masked.push_str(&text[done..]);
    masked
}

fn next_url(lower: &str, from: usize) -> Option<usize> {
    let mut from = from;
    loop {
        let start = from + lower[from..].find("http")?;
        let rest = &lower[start + 4..];
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        if rest.starts_with("://") || rest.starts_with(":\\/\\/") {
            return Some(start);
        }
        from = start + 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_the_key_never_come_through() {
        let key = SecretString::from("sk-very-secret-0001");
        let mask = Mask::new(&key);
        for (text, masked) in [
            ("no url", "no url"),
            ("see https://a.example/x?sig=1&y=2 now", "see https://a.example/x?… now"),
            ("two HTTP://a/b?c=1 and https://d/e#f=2", "two HTTP://a/b?… and https://d/e?…"),
            (r#"{"url":"https:\/\/a\/b.mp4?sig=1"}"#, r#"{"url":"https:\/\/a\/b.mp4?…"}"#),
            ("key sk-very-secret-0001 is wrong", "key … is wrong"),
            ("https://a/b", "https://a/b"),
        ] {
            assert_eq!(mask.text(text), masked);
        }
    }

    #[test]
    fn a_reply_keeps_unknown_fields_and_their_order() {
        let key = SecretString::from("k");
        let json: Value = serde_json::from_str(r#"{"z":1,"new":{"a":[true,"https://x/y?sig=1"]},"b":1.0}"#).unwrap();
        assert_eq!(Mask::new(&key).reply("", Some(&json)), r#"{"z":1,"new":{"a":[true,"https://x/y?…"]},"b":1.0}"#);
    }

    #[test]
    fn words_are_one_short_line() {
        let key = SecretString::from("");
        let long = Mask::new(&key).words(&format!("a\n b {}", "字".repeat(700)));
        assert!(long.starts_with("a b 字"), "{long}");
        assert_eq!(long.chars().count(), 601, "600 characters and the ellipsis");
    }
}
