//! The life of a task after it was accepted: wait for a turn, render at the pace of a service, keep
//! the results, tell the callback. A stopped service leaves the task as it is; the next one renders it
//! again from the start, which gives the same pictures.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lastframe_media::{MediaError, VideoWriter};
use lastframe_model::{Request, ServiceCode, ServiceTier};
use sha2::{Digest, Sha256};

use crate::faults::TaskFault;
use crate::picture::Shot;
use crate::server::Shared;
use crate::store;
use crate::task::{Artifact, State, Task};

/// How long a clip of any length takes at speed 1.
const PACE: Duration = Duration::from_millis(5800);

/// Carries a task to its end, in the background.
pub(crate) fn start(shared: &Arc<Shared>, id: String) {
    let shared = Arc::clone(shared);
    let tracker = shared.running.clone();
    tracker.spawn(async move {
        if let Err(error) = run(&shared, &id).await {
            tracing::error!(%error, id, "a task of the practice service could not be written down");
        }
    });
}

async fn run(shared: &Arc<Shared>, id: &str) -> std::io::Result<()> {
    let Ok(_turn) = shared.renderers.acquire().await else { return Ok(()) };
    if shared.stopping.load(Ordering::SeqCst) {
        return Ok(());
    }
    let Some(task) = shared.store.change(id, |task| task.state = State::InProgress)? else { return Ok(()) };
    let ended = if Timestamp::now().as_second() >= task.expires_at() || task.fault == Some(TaskFault::Expire) {
        Ended::Expired
    } else {
        let rendering = Arc::clone(shared);
        let outcome = tokio::task::spawn_blocking(move || render(&rendering, &task)).await;
        outcome.unwrap_or_else(|error| Ended::Failed(ServiceCode::Generation, error.to_string()))
    };
    let changed = match ended {
        Ended::Paused => return Ok(()),
        Ended::Completed(video, last_frame) => shared.store.change(id, |task| {
            task.state = State::Completed;
            task.video = Some(video);
            task.last_frame = last_frame;
        })?,
        Ended::Failed(code, message) => shared.store.change(id, |task| task.fail(code, &message))?,
        Ended::Expired => shared.store.change(id, |task| {
            task.state = State::Expired;
            task.failure =
                Some((ServiceCode::Generation.digits().to_owned(), "The task expired before it was finished.".into()));
        })?,
    };
    if let Some(task) = changed {
        tell(shared, &task).await;
    }
    Ok(())
}

/// How a rendering ended.
enum Ended {
    Completed(Artifact, Option<Artifact>),
    Failed(ServiceCode, String),
    Expired,
    /// The service is stopping.
    Paused,
}

/// Renders the files of a task. Blocks for as long as the clip takes.
fn render(shared: &Shared, task: &Task) -> Ended {
    match render_files(shared, task) {
        Ok(ended) => ended,
        Err(error) => Ended::Failed(ServiceCode::Generation, error.to_string()),
    }
}

fn render_files(shared: &Shared, task: &Task) -> Result<Ended, MediaError> {
    let began = Instant::now();
    let request = &task.request;
    let load = |picture: &lastframe_model::ImageRef| {
        let bytes = shared.store.picture(&picture.id)?;
        lastframe_media::decode_picture(&bytes)
    };
    let first = request.first_frame.as_ref().map(load).transpose()?;
    let last = request.last_frame.as_ref().map(load).transpose()?;
    let references = request.reference_images.iter().map(load).collect::<Result<Vec<_>, _>>()?;
    let shot = Shot::new(request, first.as_ref(), last.as_ref(), &references)?;
    let pace = pace(request, shared.options.speed);
    let frames = shot.frames();
    // A name of its own: another process may be rendering the same task in the same folder.
    let part = shared.store.result_file(&task.id, &format!("{:08x}.part", rand::random::<u32>()));
    let _swept = Swept(part.clone());
    let mut writer = VideoWriter::create(&part, shot.width(), shot.height(), frames)?;
    let fails_at = match &task.fault {
        Some(TaskFault::Fail(code)) => Some((frames / 2, *code)),
        _ => None,
    };
    let mut ended = None;
    let last_picture = shot.render(|number, picture| {
        if shared.stopping.load(Ordering::SeqCst) {
            ended = Some(Ended::Paused);
        } else if Timestamp::now().as_second() >= task.expires_at() {
            ended = Some(Ended::Expired);
        } else if let Some((_, code)) = fails_at.filter(|(at, _)| *at == number) {
            ended = Some(Ended::Failed(code, code.meaning().to_owned()));
        }
        if ended.is_some() {
            return Ok(false);
        }
        writer.push(picture)?;
        let done = f64::from(number + 1) / f64::from(frames);
        wait_until(shared, began + pace.mul_f64(done));
        shared.store.progress(&task.id, done);
        Ok(true)
    })?;
    if let Some(ended) = ended {
        return Ok(ended);
    }
    writer.finish()?;
    let video = artifact(&std::fs::read(&part)?);
    store::place(&part, &shared.store.result_file(&task.id, "mp4"))?;
    let last_frame = if request.return_last_frame {
        let png = lastframe_media::encode_png(&last_picture)?;
        store::replace(&shared.store.result_file(&task.id, "png"), &png)?;
        Some(artifact(&png))
    } else {
        None
    };
    Ok(Ended::Completed(video, last_frame))
}

/// Takes an unfinished file away again.
struct Swept(PathBuf);

impl Drop for Swept {
    fn drop(&mut self) {
        // A finished file was renamed and is no longer there.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Sleeps until a moment, or until the service stops.
fn wait_until(shared: &Shared, moment: Instant) {
    while let Some(left) = moment.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}

/// How long the clip should take. Offline tasks are in no hurry.
fn pace(request: &Request, speed: f64) -> Duration {
    let slower = if request.service_tier == ServiceTier::Flex { 2.0 } else { 1.0 };
    PACE.mul_f64(slower / speed.max(1e-3))
}

fn artifact(bytes: &[u8]) -> Artifact {
    Artifact { bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) }
}

/// Tells the callback that the task ended. Only this computer is ever told.
async fn tell(shared: &Shared, task: &Task) {
    let Some(url) = task.request.callback_url.as_deref().and_then(|url| url::Url::parse(url).ok()) else { return };
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if !loopback {
        tracing::info!("the practice service tells callbacks on this computer only");
        return;
    }
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(5))
        .build();
    let told = match client {
        Ok(client) => client.post(url).json(&shared.reply(task)).send().await.map(|_| ()),
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        tracing::info!(error = %error.without_url(), "the callback could not be told");
    }
}
