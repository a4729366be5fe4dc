//! Fetches a result: streamed to a `.part` file with bounded memory, resumed where a connection broke, never with the
//! key. What the file is worth is not judged here beyond telling a web page from a file.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, IF_RANGE, LOCATION, RANGE,
};
use reqwest::{Response, StatusCode};
use sha2::{Digest, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::classify::{Lost, root_cause};
use crate::client::Client;
use crate::link::Link;
use crate::target;

/// Redirects followed by hand before it is called a loop.
const MOST_REDIRECTS: usize = 5;
/// Bytes read at once when a part is hashed.
const BLOCK: usize = 128 * 1024;

/// A file that has arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    /// Its size.
    pub bytes: u64,
    /// SHA-256, 64 lower-case hex digits.
    pub sha256: String,
}

/// Why a file has not arrived. What did arrive stays in the part, unless it is of no use.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// 401, 403, 404 or 410: the link has expired; polling the task yields a fresh one.
    #[error("The link to the file has expired ({status}).")]
    LinkExpired {
        /// HTTP status.
        status: u16,
    },
    /// The host could not be reached, went silent or broke off.
    #[error("{message}")]
    Offline {
        /// What happened.
        message: String,
    },
    /// No space left.
    #[error("The disk is full.")]
    DiskFull,
    /// The part could not be written.
    #[error("The file could not be written: {0}")]
    Storage(#[source] io::Error),
    /// A web page or a message arrived instead of a file.
    #[error("{message}")]
    NotAVideo {
        /// What arrived.
        message: String,
    },
    /// The file is larger than any clip can be.
    #[error("The file is larger than {limit} bytes.")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The link leads into the person's own network, or not to a web address: it is not followed.
    #[error("The link to the file leads to {host}, where no result can lie.")]
    Forbidden {
        /// Where it leads.
        host: String,
    },
    /// The host answered with an error, or in a way that makes no sense.
    #[error("{message}")]
    Trouble {
        /// What happened.
        message: String,
    },
}

impl DownloadError {
    fn of(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Storage(error),
        }
    }
}

impl Client {
    /// Fetches `link` into `part` (resuming what is there if the host says that it is still the same file) and returns
    /// its size and hash. `limit_bytes` bounds the file; `on_progress` gets bytes received and, if known, in all.
    /// The file's ETag lies beside the part while it grows.
    pub async fn download(
        &self,
        link: &Link,
        part: &Path,
        limit_bytes: u64,
        on_progress: impl Fn(u64, Option<u64>) + Send + Sync,
    ) -> Result<Downloaded, DownloadError> {
        let mut part = Part::open(part, self.limits().stall).await.map_err(DownloadError::of)?;
        // A second round only where the first found that the part does not belong to the file.
        for _ in 0..2 {
            let response = self.request(link, &part).await?;
            match Plan::of(&response, &part)? {
                Plan::Append { total } => return part.fill(response, total, limit_bytes, &on_progress).await,
                Plan::Restart { total } => {
                    part.restart(etag(response.headers())).await.map_err(DownloadError::of)?;
                    return part.fill(response, total, limit_bytes, &on_progress).await;
                }
                Plan::Whole => return part.finish().await.map_err(DownloadError::of),
                Plan::Discard => part.restart(None).await.map_err(DownloadError::of)?,
            }
        }
        Err(DownloadError::Trouble { message: "The file's host contradicts itself.".to_owned() })
    }

    async fn request(&self, link: &Link, part: &Part) -> Result<Response, DownloadError> {
        let mut link = link.clone();
        for _ in 0..=MOST_REDIRECTS {
            if !target::is_allowed(link.url(), self.is_local()).await {
                let host = link.url().host_str().unwrap_or("nowhere").to_owned();
                return Err(DownloadError::Forbidden { host });
            }
            let mut request = self.files().get(link.url().clone()).header(ACCEPT_ENCODING, "identity");
            if let Some(etag) = part.resumable() {
                request = request.header(RANGE, format!("bytes={}-", part.length)).header(IF_RANGE, etag);
            }
            let stall = self.limits().stall;
            let response = match tokio::time::timeout(stall + self.limits().connect, request.send()).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(offline(&error.without_url())),
                Err(_) => return Err(silent(stall)),
            };
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| link.join(location));
            link = match next {
                Some(next) if link.url().scheme() == "https" && next.url().scheme() != "https" => {
                    return Err(DownloadError::Trouble {
                        message: "The link to the file leads to an unprotected address.".to_owned(),
                    });
                }
                Some(next) => next,
                None => {
                    let message = "The link to the file leads to something that is no web address.".to_owned();
                    return Err(DownloadError::Trouble { message });
                }
            };
        }
        Err(DownloadError::Trouble { message: "The link to the file leads in circles.".to_owned() })
    }
}

fn offline(error: &reqwest::Error) -> DownloadError {
    let message = match Lost::of(error) {
        Lost::BeforeSending(_) => format!("The file's host cannot be reached ({}).", root_cause(error)),
        Lost::AfterSending(_) => format!("The connection to the file's host was lost ({}).", root_cause(error)),
    };
    DownloadError::Offline { message }
}

fn silent(stall: Duration) -> DownloadError {
    DownloadError::Offline { message: format!("The file's host sent nothing for {} seconds.", stall.as_secs_f32()) }
}

/// What to do with an answer.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// 206 that fits the part.
    Append { total: Option<u64> },
    /// 200: from the beginning.
    Restart { total: Option<u64> },
    /// 416: the part is the whole file.
    Whole,
    /// The part does not belong to the file: ask again without it.
    Discard,
}

impl Plan {
    fn of(response: &Response, part: &Part) -> Result<Self, DownloadError> {
        let headers = response.headers();
        let status = response.status();
        match status {
            StatusCode::OK => {
                refuse_pages(headers)?;
                Ok(Self::Restart { total: number(headers, CONTENT_LENGTH.as_str()) })
            }
            StatusCode::PARTIAL_CONTENT => {
                let range = headers.get(CONTENT_RANGE).and_then(|value| ContentRange::parse(value.to_str().ok()?));
                let same = etag(headers).is_none_or(|etag| Some(etag.as_str()) == part.etag.as_deref());
                match range {
                    Some(range) if part.resumable().is_some() && range.start == Some(part.length) && same => {
                        refuse_pages(headers)?;
                        Ok(Self::Append { total: range.total })
                    }
                    _ => Ok(Self::Discard),
                }
            }
            StatusCode::RANGE_NOT_SATISFIABLE if part.length > 0 => {
                let range = headers.get(CONTENT_RANGE).and_then(|value| ContentRange::parse(value.to_str().ok()?));
                let whole = range.is_some_and(|range| range.total == Some(part.length));
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

fn refuse_pages(headers: &HeaderMap) -> Result<(), DownloadError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let page = kind.starts_with("text/") || matches!(kind.as_str(), "application/json" | "application/xml");
    if page { Err(not_a_file(&format!("it is {kind}"))) } else { Ok(()) }
}

fn not_a_file(what: &str) -> DownloadError {
    DownloadError::NotAVideo { message: format!("What the link leads to is not the file ({what}).") }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// A strong ETag; a weak one does not promise the same bytes.
fn etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get(ETAG)?.to_str().ok()?.trim();
    (etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2).then(|| etag.to_owned())
}

/// `bytes 10-99/100` or `bytes */100`.
#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    start: Option<u64>,
    total: Option<u64>,
}

impl ContentRange {
    fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
        let start = range.split_once('-').and_then(|(start, _)| start.trim().parse().ok());
        Some(Self { start, total: total.trim().parse().ok() })
    }
}

/// The growing file and what is known of it.
struct Part {
    path: PathBuf,
    /// Bytes on disk.
    length: u64,
    /// Of the file that the bytes belong to.
    etag: Option<String>,
    /// Longest silence.
    stall: Duration,
}

impl Part {
    async fn open(path: &Path, stall: Duration) -> io::Result<Self> {
        let length = match fs::metadata(path).await {
            Ok(facts) => facts.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        let mut part = Self { path: path.to_owned(), length, etag: None, stall };
        // An unreadable mark only means that nothing can be resumed.
        part.etag = fs::read_to_string(part.mark()).await.ok().filter(|etag| !etag.trim().is_empty());
        Ok(part)
    }

    /// Where the ETag lies.
    fn mark(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".etag");
        PathBuf::from(name)
    }

    /// The ETag, if there is something that can be resumed.
    fn resumable(&self) -> Option<&str> {
        self.etag.as_deref().filter(|_| self.length > 0)
    }

    /// Empties the part. The mark is removed first and written last, so that a crash in between resumes nothing wrong.
    async fn restart(&mut self, etag: Option<String>) -> io::Result<()> {
        remove(&self.mark()).await?;
        File::create(&self.path).await?;
        if let Some(etag) = &etag {
            fs::write(self.mark(), etag).await?;
        }
        self.length = 0;
        self.etag = etag;
        Ok(())
    }

    /// Empties the part for good; an error of that matters more than the reason for it.
    async fn discard(&mut self) -> Option<DownloadError> {
        match self.restart(None).await {
            Ok(()) => None,
            Err(error) => Some(DownloadError::of(error)),
        }
    }

    async fn fill(
        mut self,
        mut response: Response,
        total: Option<u64>,
        limit: u64,
        on_progress: &(impl Fn(u64, Option<u64>) + Send + Sync),
    ) -> Result<Downloaded, DownloadError> {
        if total.is_some_and(|total| total > limit) {
            return Err(self.discard().await.unwrap_or(DownloadError::TooLarge { limit }));
        }
        let mut file = OpenOptions::new().append(true).open(&self.path).await.map_err(DownloadError::of)?;
        on_progress(self.length, total);
        let outcome = self.receive(&mut file, &mut response, limit, total, on_progress).await;
        // Also after a failure: what has arrived is to be there when it is resumed.
        let flushed = file.flush().await;
        match outcome {
            Ok(()) => flushed.map_err(DownloadError::of)?,
            Err(error @ (DownloadError::TooLarge { .. } | DownloadError::NotAVideo { .. })) => {
                return Err(self.discard().await.unwrap_or(error));
            }
            Err(error) => return Err(error),
        }
        if total.is_some_and(|total| total != self.length) {
            let message = "The file ended before it was whole.".to_owned();
            return Err(DownloadError::Offline { message });
        }
        if self.length == 0 {
            return Err(self.discard().await.unwrap_or_else(|| not_a_file("it is empty")));
        }
        self.finish().await.map_err(DownloadError::of)
    }

    async fn receive(
        &mut self,
        file: &mut File,
        response: &mut Response,
        limit: u64,
        total: Option<u64>,
        on_progress: &(impl Fn(u64, Option<u64>) + Send + Sync),
    ) -> Result<(), DownloadError> {
        loop {
            let chunk = match tokio::time::timeout(self.stall, response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(error)) => return Err(offline(&error.without_url())),
                Err(_) => return Err(silent(self.stall)),
            };
            if self.length == 0 && looks_like_a_page(&chunk) {
                return Err(not_a_file("it begins like a web page or a message"));
            }
            self.length += chunk.len() as u64;
            if self.length > limit {
                return Err(DownloadError::TooLarge { limit });
            }
            file.write_all(&chunk).await.map_err(DownloadError::of)?;
            on_progress(self.length, total);
        }
    }

    async fn finish(&self) -> io::Result<Downloaded> {
        let mut file = File::open(&self.path).await?;
        let mut hash = Sha256::new();
        let mut block = vec![0; BLOCK];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut block).await?;
            if read == 0 {
                break;
            }
            hash.update(&block[..read]);
            bytes += read as u64;
        }
        remove(&self.mark()).await?;
        Ok(Downloaded { bytes, sha256: hex::encode(hash.finalize()) })
    }
}

async fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Neither an MP4 nor a picture begins with `<` or `{`.
fn looks_like_a_page(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    matches!(start.first(), Some(b'<' | b'{'))
}
