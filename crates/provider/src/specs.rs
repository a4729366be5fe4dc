//! The model specs: which models there are and what each takes, from the spec service.
//!
//! No key ever goes there and no redirect is followed. The address is the person's own choice, like the service's, and
//! nothing that the spec service says is called; so the rule about private networks, which keeps a service from sending
//! a download elsewhere, has nothing to guard here. What the specs mean is judged in `lastframe_model::live`; this
//! module only fetches them, within limits.

use std::collections::HashSet;
use std::time::Duration;

use lastframe_model::live::{Summary, is_model_id};
use lastframe_model::settings::{SettingsError, service_address};
use reqwest::header::ACCEPT;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::classify::root_cause;
use crate::client::{ClientError, Limits, transport};

/// Most models that are looked at.
pub const MAX_MODELS: usize = 200;
/// Models of one page of the list.
const PAGE: usize = 100;

/// How long each thing may take and how large a reply may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecLimits {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// A whole call.
    pub call: Duration,
    /// Bytes of a reply.
    pub reply_bytes: usize,
}

impl Default for SpecLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), call: Duration::from_secs(20), reply_bytes: 1 << 20 }
    }
}

/// Why nothing came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecsError {
    /// It could not be reached, or broke off.
    #[error("The spec service could not be reached ({0}).")]
    Offline(String),
    /// It answered with an error: an HTTP status, or a code in the envelope.
    #[error("The spec service answered with an error ({code}).")]
    Refused {
        /// HTTP status, or the envelope's code.
        code: i64,
    },
    /// It wanted to send this elsewhere.
    #[error("The spec service points elsewhere; that is not followed.")]
    Redirected,
    /// Its answer is larger than any list or spec.
    #[error("The spec service's answer is far too long.")]
    TooLong,
    /// Its answer is not the documented one.
    #[error("The spec service's answer is not the documented one.")]
    NotDocumented,
    /// It lists more models than are looked at, or pages without an end.
    #[error("The spec service lists more than {MAX_MODELS} models.")]
    TooMany,
}

/// Asks one spec service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Specs {
    address: String,
    models: Url,
    limits: SpecLimits,
    http: reqwest::Client,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    data: Value,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    code: i64,
}

#[derive(Deserialize)]
struct Page {
    models: Vec<Listed>,
    total_pages: Option<usize>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    description: Option<String>,
}

impl Specs {
    /// The spec service at `address` (https, or http on this computer).
    ///
    /// # Errors
    /// [`ClientError::Address`] for any other address.
    pub fn new(address: &str) -> Result<Self, ClientError> {
        Self::with_limits(address, SpecLimits::default())
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// As [`Specs::new`].
    pub fn with_limits(address: &str, limits: SpecLimits) -> Result<Self, ClientError> {
        let address = service_address(address)?;
        let models = Url::parse(&format!("{address}/api/v1/skill/models")).map_err(|_| SettingsError::NotHttps)?;
        let loopback = crate::target::is_loopback(&models);
        let http = transport(Limits { connect: limits.connect, ..Limits::default() }, loopback);
        let http = http.build().map_err(|error| ClientError::Setup(root_cause(&error)))?;
        Ok(Self { address, models, limits, http })
    }

    /// The service's base address, without a trailing slash.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The video models, in the service's order, each once. An id that cannot be one is in the list all the same, cut
    /// to what can be shown, for whoever says what was refused.
    ///
    /// # Errors
    /// [`SpecsError`].
    pub async fn list(&self) -> Result<Vec<Summary>, SpecsError> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for page in 1..=MAX_MODELS {
            let mut url = self.models.clone();
            url.query_pairs_mut()
                .append_pair("page", &page.to_string())
                .append_pair("page_size", &PAGE.to_string())
                .append_pair("type", "video");
            let read: Page = serde_json::from_value(self.data(url).await?).map_err(|_| SpecsError::NotDocumented)?;
            let nothing_new = read.models.is_empty();
            for model in read.models {
                let video = model.kind.is_none_or(|kind| kind.is_empty() || kind == "video");
                if video && seen.insert(model.id.clone()) {
                    found.push(Summary { id: model.id, description: model.description.unwrap_or_default() });
                }
                if found.len() > MAX_MODELS {
                    return Err(SpecsError::TooMany);
                }
            }
            if nothing_new || page >= read.total_pages.unwrap_or(1) {
                return Ok(found);
            }
        }
        Err(SpecsError::TooMany)
    }

    /// The `data` of a model's spec, as received.
    ///
    /// # Errors
    /// [`SpecsError`]; [`SpecsError::NotDocumented`] for an id that cannot be one, without asking.
    pub async fn spec(&self, id: &str) -> Result<Value, SpecsError> {
        if !is_model_id(id) {
            return Err(SpecsError::NotDocumented);
        }
        let mut url = self.models.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([id, "spec"]);
        }
        self.data(url).await
    }

    async fn data(&self, url: Url) -> Result<Value, SpecsError> {
        let offline = |error: reqwest::Error| SpecsError::Offline(root_cause(&error.without_url()));
        let request = self.http.get(url).header(ACCEPT, "application/json").timeout(self.limits.call);
        let mut response = request.send().await.map_err(offline)?;
        let status = response.status();
        if status.is_redirection() {
            return Err(SpecsError::Redirected);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(offline)? {
            if body.len() + chunk.len() > self.limits.reply_bytes {
                return Err(SpecsError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        // The envelope's word counts, whatever the status; without an envelope the status does.
        let envelope = serde_json::from_slice::<Envelope>(&body);
        match envelope {
            Ok(Envelope { data, status: Status { code: 0 | 200 } }) if status.is_success() => Ok(data),
            Ok(Envelope { status: Status { code }, .. }) if !matches!(code, 0 | 200) => {
                Err(SpecsError::Refused { code })
            }
            _ if !status.is_success() => Err(SpecsError::Refused { code: i64::from(status.as_u16()) }),
            _ => Err(SpecsError::NotDocumented),
        }
    }
}
