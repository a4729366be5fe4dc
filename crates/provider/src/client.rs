//! The client itself: three calls, no redirect, no retry, no connection used twice.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lastframe_model::TaskId;
use lastframe_model::settings::{SettingsError, service_address};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::classify::{self, Answer, CheckError, Lost, PollError, SubmitError, root_cause};
use crate::masked::Mask;
use crate::names::Names;
use crate::payload::Payload;
use crate::task::Task;

/// A task id that no service gives out, asked for when a key is checked.
const NO_SUCH_TASK: &str = "lastframe-key-check";
/// Longest wait that is taken from `Retry-After`.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// How long each thing may take and how large a reply may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// A whole submit, its pictures included.
    pub submit: Duration,
    /// A whole poll.
    pub poll: Duration,
    /// A download without a single byte arriving.
    pub stall: Duration,
    /// Bytes of a reply of the API.
    pub reply_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            submit: Duration::from_mins(2),
            poll: Duration::from_secs(30),
            stall: Duration::from_secs(30),
            reply_bytes: 4 * 1024 * 1024,
        }
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not one that a key may be sent to.
    #[error(transparent)]
    Address(#[from] SettingsError),
    /// The key is empty or has characters that no header can carry.
    #[error("The key is empty or has characters that cannot be part of a key.")]
    Key,
    /// TLS could not be set up on this computer.
    #[error("The network could not be set up: {0}")]
    Setup(String),
}

/// Speaks to one service with one key. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// Base address in its one spelling.
    address: String,
    /// `{address}/model/v1/generation`.
    generation: Url,
    key: SecretString,
    limits: Limits,
    /// Carries the key, to the service's own host only.
    api: reqwest::Client,
    /// Carries no key, to wherever results lie.
    files: reqwest::Client,
    /// The addresses that `files` connects to.
    names: Names,
    /// Status words that the log has already seen.
    new_words: Mutex<HashSet<String>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("address", &self.inner.address).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the service at `address` (https, or http on this computer) with its key.
    pub fn new(address: &str, key: SecretString) -> Result<Self, ClientError> {
        Self::with_limits(address, key, Limits::default())
    }

    /// The same with other limits.
    pub fn with_limits(address: &str, key: SecretString, limits: Limits) -> Result<Self, ClientError> {
        let address = service_address(address)?;
        let generation = Url::parse(&format!("{address}/model/v1/generation")).map_err(|_| SettingsError::NotHttps)?;
        let key = trimmed(key);
        bearer(&key).ok_or(ClientError::Key)?;
        let loopback = crate::target::is_loopback(&generation);
        let names = Names::of_the_system();
        let set_up = |error: &reqwest::Error| ClientError::Setup(root_cause(error));
        let api = transport(limits, loopback).build().map_err(|error| set_up(&error))?;
        let files = transport(limits, loopback).dns_resolver(Arc::new(names.clone()));
        let files = files.build().map_err(|error| set_up(&error))?;
        let new_words = Mutex::default();
        Ok(Self { inner: Arc::new(Inner { address, generation, key, limits, api, files, names, new_words }) })
    }

    /// The service's base address, without a trailing slash.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.inner.address
    }

    /// Sends a request, once. An error other than [`SubmitError::Unknown`] means that nothing was accepted.
    pub async fn submit(&self, payload: &Payload) -> Result<Task, SubmitError> {
        let inner = &*self.inner;
        let request = inner
            .api
            .post(inner.generation.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(payload.bytes())
            .timeout(inner.limits.submit);
        let outcome = self.exchange(request).await;
        classify::submit(outcome, Mask::new(&inner.key))
    }

    /// Asks how a task stands.
    pub async fn poll(&self, id: &TaskId) -> Result<Task, PollError> {
        let outcome = self.ask(id.as_str()).await;
        if let Ok(answer) = &outcome {
            self.note_new_word(answer);
        }
        classify::poll(outcome, id, Mask::new(&self.inner.key))
    }

    /// Whether the service accepts the key: asks for a task that cannot exist, which costs nothing. 401 is a refusal;
    /// every other documented reply means that the key was let in.
    pub async fn check_key(&self) -> Result<(), CheckError> {
        let outcome = self.ask(NO_SUCH_TASK).await;
        classify::check(outcome, Mask::new(&self.inner.key))
    }

    /// Whether the key stands in a text, e.g. in a task id that somebody typed: then it is not asked about or kept.
    #[must_use]
    pub fn key_is_in(&self, text: &str) -> bool {
        Mask::new(&self.inner.key).is_in(text)
    }

    async fn ask(&self, task: &str) -> Result<Answer, Lost> {
        let mut url = self.inner.generation.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(["task", task]);
        }
        let request = self.inner.api.get(url).header(CONTENT_TYPE, "application/json").timeout(self.inner.limits.poll);
        self.exchange(request).await
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<Answer, Lost> {
        // Checked when the client was made.
        let bearer =
            bearer(&self.inner.key).ok_or_else(|| Lost::BeforeSending("The key cannot be sent.".to_owned()))?;
        let request = request.header(AUTHORIZATION, bearer).header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(|error| Lost::of(&error.without_url()))?;
        let mut body = Vec::new();
        // The headers have arrived: whatever goes wrong from here on, the request has left.
        let lost = |error: &reqwest::Error| {
            Lost::AfterSending(format!("The service's answer broke off ({}).", root_cause(error)))
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
            if body.len() + chunk.len() > self.inner.limits.reply_bytes {
                return Err(Lost::AfterSending("The service's answer is far too long.".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status(),
            retry_after: retry_after(response.headers()),
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    fn note_new_word(&self, answer: &Answer) {
        let Some(word) = classify::new_status_word(answer, Mask::new(&self.inner.key)) else { return };
        let mut seen = self.inner.new_words.lock().unwrap_or_else(PoisonError::into_inner);
        // A service cannot fill the memory with words of its own making.
        if seen.len() < 100 && seen.insert(word.clone()) {
            tracing::warn!(word, "the service uses a status that is not documented; taken as still in progress");
        }
    }

    pub(crate) fn files(&self) -> &reqwest::Client {
        &self.inner.files
    }

    pub(crate) fn names(&self) -> &Names {
        &self.inner.names
    }

    /// Whether fetching this would carry the key to another host than the service's own, because it stands in the URL.
    pub(crate) fn gives_the_key_away(&self, url: &Url) -> bool {
        url.host() != self.inner.generation.host() && Mask::new(&self.inner.key).is_in(url.as_str())
    }

    pub(crate) fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// Whether the service itself is on this computer, as rehearsal is: then its files may be too.
    pub(crate) fn is_local(&self) -> bool {
        crate::target::is_loopback(&self.inner.generation)
    }
}

/// A transport that follows nothing, repeats nothing and keeps no connection: a reused one that the peer has closed
/// could not be told from one that lost a submit.
pub(crate) fn transport(limits: Limits, loopback: bool) -> reqwest::ClientBuilder {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("Lastframe/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .connect_timeout(limits.connect);
    if loopback {
        // What runs on this computer is not reached through a proxy on another.
        builder = builder.no_proxy();
    }
    builder
}

/// Without the blanks that come along when a key is pasted.
fn trimmed(key: SecretString) -> SecretString {
    let text = key.expose_secret();
    if text.trim().len() == text.len() { key } else { SecretString::from(text.trim()) }
}

fn bearer(key: &SecretString) -> Option<HeaderValue> {
    let key = key.expose_secret();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {key}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `Retry-After` in seconds, or as a date measured against the service's own `Date`, so that no clock of ours matters.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    let wait = if let Ok(seconds) = asked.parse() {
        Duration::from_secs(seconds)
    } else {
        let until = jiff::fmt::rfc2822::parse(asked).ok()?.timestamp();
        let now = jiff::fmt::rfc2822::parse(text(DATE)?).ok()?.timestamp();
        Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_seconds_or_as_a_date() {
        let of = |retry: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, retry.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(of("7", None), Some(7));
        assert_eq!(of("Wed, 21 Oct 2015 07:28:30 GMT", Some(date)), Some(30));
        assert_eq!(of("Wed, 21 Oct 2015 07:27:30 GMT", Some(date)), Some(0), "a date in the past means now");
        assert_eq!(of("Wed, 21 Oct 2015 07:28:30 GMT", None), None, "a date cannot be measured without another");
        assert_eq!(of("999999", None), Some(3_600), "an absurd wait is cut");
        assert_eq!(of("soon", None), None);
    }

    #[test]
    fn the_key_is_in_no_debug_output_and_must_fit_a_header() {
        let client = Client::new("http://127.0.0.1:1", SecretString::from(" sk-secret-key-1 ")).unwrap();
        assert!(!format!("{client:?}").contains("secret-key"), "{client:?}");
        for bad in ["", "  ", "a\nb", "schlüssel", "two words"] {
            let error = Client::new("http://127.0.0.1:1", SecretString::from(bad)).unwrap_err();
            assert!(matches!(error, ClientError::Key), "{bad:?}: {error}");
        }
    }

    #[test]
    fn only_an_address_that_keeps_the_key_safe_is_taken() {
        let key = || SecretString::from("sk-1");
        for bad in ["http://example.com", "ftp://example.com", "example.com", "https://me:pw@example.com"] {
            assert!(matches!(Client::new(bad, key()), Err(ClientError::Address(_))), "{bad}");
        }
        assert_eq!(Client::new("https://example.com/api/", key()).unwrap().address(), "https://example.com/api");
    }
}
