//! Fetches a result: streamed to a `.part` file with bounded memory, resumed where a connection broke, never with the
//! key. What the file is worth is not judged here beyond telling a web page from a file.

use std::io;
use std::path::Path;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{ACCEPT_ENCODING, IF_RANGE, LOCATION, RANGE};

use crate::answer::{BEGINNING, Claims, Plan, etag, not_a_file};
use crate::classify::{Lost, root_cause};
use crate::client::Client;
use crate::link::Link;
use crate::part::{Part, room_for};
use crate::target;

/// Redirects followed by hand before it is called a loop.
const MOST_REDIRECTS: usize = 5;

/// How large a file may be, and what it must leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Largest file, in bytes.
    pub most: u64,
    /// What it was said to be, in bytes: where the host does not say more, so much has to fit on the disk.
    pub said: Option<u64>,
    /// Bytes that have to stay free on the disk.
    pub spare: u64,
}

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
    /// No space left for it: found out before the first byte where its length is known, and while it is written.
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
    /// its size and hash. `on_progress` gets bytes received and, if known, in all. Beside the part lies a mark, which
    /// stays until [`crate::forget_part`], also when the file is whole: [`crate::whole_part`] finds it again then.
    pub async fn download(
        &self,
        link: &Link,
        part: &Path,
        bounds: Bounds,
        on_progress: impl Fn(u64, Option<u64>) + Send + Sync,
    ) -> Result<Downloaded, DownloadError> {
        let mut part = Part::open(part).await.map_err(DownloadError::of)?;
        // A second round only where the first found that the part does not belong to the file.
        for _ in 0..2 {
            let response = self.request(link, &part).await?;
            let stall = self.limits().stall;
            let piece = match Plan::of(&response, &part)? {
                Plan::Append { until, total } => {
                    Piece { response, stall, bounds, until: until.or(total), total, claims: None }
                }
                Plan::Restart { total, claims } => {
                    part.restart(etag(response.headers())).await.map_err(DownloadError::of)?;
                    Piece { response, stall, bounds, until: total, total, claims: Some(claims) }
                }
                Plan::Whole => return part.finish().await.map_err(DownloadError::of),
                Plan::Discard => {
                    part.restart(None).await.map_err(DownloadError::of)?;
                    continue;
                }
            };
            return piece.fill(part, &on_progress).await;
        }
        Err(DownloadError::Trouble { message: "The file's host contradicts itself.".to_owned() })
    }

    async fn request(&self, link: &Link, part: &Part) -> Result<Response, DownloadError> {
        let mut link = link.clone();
        for _ in 0..=MOST_REDIRECTS {
            if self.gives_the_key_away(link.url())
                || !target::is_allowed(link.url(), self.is_local(), self.names()).await
            {
                let host = link.url().host_str().unwrap_or("nowhere").to_owned();
                return Err(DownloadError::Forbidden { host });
            }
            let mut request = self.files().get(link.url().clone()).header(ACCEPT_ENCODING, "identity");
            if let Some(etag) = part.resumable() {
                request = request.header(RANGE, format!("bytes={}-", part.length())).header(IF_RANGE, etag);
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

/// An answer whose body belongs into a part.
struct Piece {
    response: Response,
    /// Longest silence.
    stall: Duration,
    bounds: Bounds,
    /// Where this piece ends, counted from the beginning of the file.
    until: Option<u64>,
    /// Bytes of the whole file.
    total: Option<u64>,
    /// What the host calls the file, if this is its beginning.
    claims: Option<Claims>,
}

impl Piece {
    async fn fill(
        mut self,
        mut part: Part,
        on_progress: &(impl Fn(u64, Option<u64>) + Send + Sync),
    ) -> Result<Downloaded, DownloadError> {
        let most = self.bounds.most;
        let outcome = match self.total {
            Some(total) if total > most => Err(DownloadError::TooLarge { limit: most }),
            _ => self.receive(&mut part, on_progress).await,
        };
        let error = match outcome {
            Ok(()) if part.length() == 0 => not_a_file("it is empty"),
            Ok(()) if self.until.or(self.total).is_none_or(|end| part.length() == end) => {
                return match self.total {
                    Some(total) if part.length() < total => Err(self.broken_off(&mut part).await),
                    _ => part.finish().await.map_err(DownloadError::of),
                };
            }
            Ok(()) => return Err(self.broken_off(&mut part).await),
            Err(error) => error,
        };
        match error {
            // Of no use for another try.
            DownloadError::TooLarge { .. } | DownloadError::NotAVideo { .. } | DownloadError::Trouble { .. } => {
                part.restart(None).await.map_err(DownloadError::of)?;
            }
            _ => self.keep(&mut part).await,
        }
        Err(error)
    }

    async fn broken_off(&self, part: &mut Part) -> DownloadError {
        self.keep(part).await;
        DownloadError::Offline { message: "The file ended before it was whole.".to_owned() }
    }

    /// What has arrived is to be there when it is resumed. An error of that matters less than the one that led here.
    async fn keep(&self, part: &mut Part) {
        if let Err(error) = part.keep().await {
            tracing::debug!(%error, "what has arrived could not be made durable");
        }
    }

    async fn receive(
        &mut self,
        part: &mut Part,
        on_progress: &(impl Fn(u64, Option<u64>) + Send + Sync),
    ) -> Result<(), DownloadError> {
        self.look_for_room(part).await?;
        on_progress(part.length(), self.total);
        let mut beginning = Vec::new();
        loop {
            let chunk = match tokio::time::timeout(self.stall, self.response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => break,
                Ok(Err(error)) => return Err(offline(&error.without_url())),
                Err(_) => return Err(silent(self.stall)),
            };
            // Nothing is written before it is known what it is.
            if let Some(claims) = self.claims {
                beginning.extend_from_slice(&chunk);
                if beginning.len() < BEGINNING {
                    continue;
                }
                claims.judge(&beginning)?;
                self.claims = None;
                self.push(part, &std::mem::take(&mut beginning)).await?;
            } else {
                self.push(part, &chunk).await?;
            }
            on_progress(part.length(), self.total);
        }
        if let Some(claims) = self.claims.filter(|_| !beginning.is_empty()) {
            claims.judge(&beginning)?;
            self.push(part, &beginning).await?;
            on_progress(part.length(), self.total);
        }
        Ok(())
    }

    async fn push(&self, part: &mut Part, bytes: &[u8]) -> Result<(), DownloadError> {
        let length = part.length() + bytes.len() as u64;
        if length > self.bounds.most {
            return Err(DownloadError::TooLarge { limit: self.bounds.most });
        }
        if self.until.is_some_and(|until| length > until) {
            return Err(DownloadError::Trouble { message: "The file's host sent more than it said.".to_owned() });
        }
        if part.push(bytes).await.map_err(DownloadError::of)? {
            part.keep().await.map_err(DownloadError::of)?;
            self.look_for_room(part).await?;
        }
        Ok(())
    }

    /// Whether what is still to come fits on the disk and leaves what has to be left: a disk that a download filled to
    /// the last byte could not even take note of it.
    async fn look_for_room(&self, part: &Part) -> Result<(), DownloadError> {
        let said = self.bounds.said.filter(|said| *said <= self.bounds.most);
        let missing = self.total.or(said).map_or(0, |total| total.saturating_sub(part.length()));
        match room_for(part.path()).await {
            Some(room) if room < missing.saturating_add(self.bounds.spare) => Err(DownloadError::DiskFull),
            _ => Ok(()),
        }
    }
}
