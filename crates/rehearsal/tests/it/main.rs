//! The practice service over real HTTP, judged by a client that knows only the contract.

#![expect(clippy::needless_pass_by_value, reason = "bodies are written in place with `json!`")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "made-up pictures: every number is small"
)]

mod faults;
mod files;
mod keeping;
mod life;
mod pictures;
mod refusals;
mod specs;

use std::path::Path;
use std::time::{Duration, Instant};

use lastframe_rehearsal::{Options, Rehearsal};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A running service in a folder of its own, and a client of it.
struct Stage {
    service: Rehearsal,
    client: reqwest::Client,
}

impl Stage {
    /// As fast as it renders.
    async fn quick(folder: &Path) -> Self {
        Self::with(Options { speed: 1000.0, ..Options::in_folder(folder) }).await
    }

    async fn with(options: Options) -> Self {
        let service = Rehearsal::start(options).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { service, client }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.service.address())
    }

    async fn submit_with(&self, body: &Value) -> Result<reqwest::Response, reqwest::Error> {
        let request = self.client.post(self.url("/model/v1/generation"));
        request.bearer_auth(self.service.key().expose_secret()).json(body).send().await
    }

    /// Submits and returns the id.
    async fn submit(&self, params: Value) -> String {
        let reply = self.submit_with(&body(params)).await.unwrap();
        let status = reply.status();
        let reply: Value = reply.json().await.unwrap();
        assert_eq!(status, 200, "{reply}");
        reply["id"].as_str().unwrap().to_owned()
    }

    async fn poll_response(&self, id: &str) -> Result<reqwest::Response, reqwest::Error> {
        let request = self.client.get(self.url(&format!("/model/v1/generation/task/{id}")));
        request.bearer_auth(self.service.key().expose_secret()).send().await
    }

    async fn poll(&self, id: &str) -> Value {
        self.poll_response(id).await.unwrap().json().await.unwrap()
    }

    /// Polls until the task has ended.
    async fn end_of(&self, id: &str) -> Value {
        let began = Instant::now();
        loop {
            let reply = self.poll(id).await;
            if matches!(reply["status"].as_str(), Some("completed" | "failed" | "expired")) {
                return reply;
            }
            assert!(began.elapsed() < Duration::from_mins(2), "never ended: {reply}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn fetch(&self, url: &str) -> Vec<u8> {
        let reply = self.client.get(url).send().await.unwrap();
        assert_eq!(reply.status(), 200, "a link needs no key");
        reply.bytes().await.unwrap().to_vec()
    }
}

/// The body of a submit to the text model.
fn body(params: Value) -> Value {
    of_model("spark_dance_v1_0_lite_t2v", params)
}

fn of_model(model: &str, params: Value) -> Value {
    json!({ "model": model, "input": [{ "params": params }] })
}

/// The least that makes a small clip: 480p, 29 frames.
fn small(prompt: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": prompt }], "resolution": "480p", "frames": 29, "seed": 5 })
}

fn with(mut params: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        params[name] = value.clone();
    }
    params
}

fn item<'a>(reply: &'a Value, kind: &str) -> Option<&'a Value> {
    reply["output"][0]["content"].as_array()?.iter().find(|item| item["type"] == kind)
}

fn url_of<'a>(reply: &'a Value, kind: &str) -> &'a str {
    item(reply, kind).and_then(|item| item["url"].as_str()).unwrap_or_else(|| panic!("no {kind} in {reply}"))
}

fn ledger(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("ledger.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn data_url(png: &[u8]) -> String {
    use base64::Engine as _;
    format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png))
}

/// Peak signal-to-noise ratio of two pictures of one size, in dB.
fn psnr(a: &image::RgbImage, b: &image::RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions(), "only pictures of one size can be compared");
    let sum: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2)).sum();
    10.0 * (255.0_f64.powi(2) / (sum / a.as_raw().len() as f64).max(1e-9)).log10()
}
