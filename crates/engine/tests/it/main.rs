//! The engine through its public API: a real library in a folder of its own, real HTTP on loopback, real videos,
//! and a clock that runs faster.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking, and its numbers are small"
)]

mod downloads;
mod follows;
mod people;
mod rehearsal;
mod resumes;
mod service;
mod submits;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lastframe_engine::{Clock, Engine, EngineError, Parts, Sleep};
use lastframe_library::{Library, Places};
use lastframe_model::{Event, Job, JobId, JobState, Provider, Request, Settings, WaitReason};
use lastframe_provider::Client;
use secrecy::SecretString;
use service::{KEY, Script, Service};

/// How much faster the engine's clock runs in tests.
const SPEED: u32 = 20;

struct FastClock {
    started: Instant,
    from: Timestamp,
}

impl FastClock {
    fn new() -> Self {
        Self { started: Instant::now(), from: Timestamp::now() }
    }
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        self.from + self.elapsed()
    }
    fn elapsed(&self) -> Duration {
        self.started.elapsed() * SPEED
    }
    fn sleep(&self, time: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(time / SPEED))
    }
}

/// A library's folder and the service that its jobs go to.
struct World {
    folder: tempfile::TempDir,
    service: Service,
}

impl World {
    async fn new(script: Script) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), service: Service::start(with_video(script)).await }
    }

    fn provider(&self) -> Provider {
        Provider::Service { address: self.service.address.clone() }
    }

    /// Another start of the program, not connected yet.
    fn start(&self) -> Running {
        start(self.folder.path(), self.provider(), Settings::default()).unwrap()
    }

    fn start_with(&self, parallel_jobs: u32) -> Running {
        let settings = Settings { parallel_jobs, ..Settings::default() };
        start(self.folder.path(), self.provider(), settings).unwrap()
    }

    /// Another start of the program, connected with the right key.
    fn connected(&self) -> Running {
        let running = self.start();
        running.connect(KEY);
        running
    }
}

/// An engine at work.
struct Running {
    engine: Engine,
    provider: Provider,
    events: Arc<Mutex<Vec<Event>>>,
}

fn start(home: &Path, provider: Provider, settings: Settings) -> Result<Running, EngineError> {
    let library = Library::open(Places::resolve(Some(home.to_owned()), None).unwrap()).unwrap();
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let (heard, reader) = (Arc::clone(&events), library.clone());
    let sink = move |event: Event| {
        match &event {
            Event::Job(job) => {
                let row = reader.job(&job.id).unwrap().expect("an event about a job that is not in the library");
                assert!(row.revision >= job.revision, "told before it was committed: {job:?}");
            }
            Event::Clip(clip) => assert!(reader.clip(&clip.id).unwrap().is_some(), "told before it was committed"),
            Event::Settings(_) | Event::Key(_) => {}
        }
        heard.lock().unwrap().push(event);
    };
    let clock = Arc::new(FastClock::new());
    let engine = Engine::start(Parts { program: "test".into(), library, settings, clock, events: Arc::new(sink) })?;
    Ok(Running { engine, provider, events })
}

impl Running {
    fn connect(&self, key: &str) {
        let Provider::Service { address } = &self.provider else { unreachable!("tests connect to services") };
        self.engine.connect(self.provider.clone(), Client::new(address, SecretString::from(key)).unwrap());
    }

    async fn enqueue(&self) -> JobId {
        self.enqueue_some(1).await.remove(0)
    }

    async fn enqueue_some(&self, count: u32) -> Vec<JobId> {
        let jobs = self.engine.enqueue(boat(), count, self.provider.clone()).await.unwrap();
        jobs.into_iter().map(|job| job.id).collect()
    }

    fn job(&self, id: &JobId) -> Job {
        self.engine.library().job(id).unwrap().unwrap()
    }

    /// The job, once it is as wanted.
    async fn until(&self, id: &JobId, what: &str, wanted: impl Fn(&Job) -> bool) -> Job {
        let started = Instant::now();
        loop {
            let job = self.job(id);
            if wanted(&job) {
                return job;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "waited in vain for {what}: {job:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn until_state(&self, id: &JobId, state: JobState) -> Job {
        self.until(id, state.word(), |job| job.state == state).await
    }

    async fn until_waiting(&self, id: &JobId, reason: WaitReason) -> Job {
        self.until(id, &format!("{reason:?}"), |job| job.wait.as_ref().is_some_and(|wait| wait.reason == reason)).await
    }

    /// The snapshots of a job that were told, in order.
    fn told(&self, id: &JobId) -> Vec<Job> {
        let events = self.events.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match event {
                Event::Job(job) if job.id == *id => Some(job.clone()),
                _ => None,
            })
            .collect()
    }
}

fn boat() -> Request {
    Request { prompt: "A paper boat drifts down a rainy street".into(), ..Request::default() }
}

/// Lets `seconds` of the engine's time pass.
async fn pass(seconds: u32) {
    tokio::time::sleep(Duration::from_secs(u64::from(seconds)) / SPEED).await;
}

const SIZE: (u32, u32) = (64, 48);

/// A frame of the test's video: its number as a brightness.
fn frame(number: u32) -> image::RgbImage {
    let level = u8::try_from(number * 10).unwrap();
    image::RgbImage::from_pixel(SIZE.0, SIZE.1, image::Rgb([level, 40, 80]))
}

fn png(picture: &image::RgbImage) -> Vec<u8> {
    lastframe_media::encode_png(picture).unwrap()
}

fn with_video(mut script: Script) -> Script {
    if script.video.is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("video.mp4");
        let mut writer = lastframe_media::VideoWriter::create(&path, SIZE.0, SIZE.1, 8).unwrap();
        for number in 0..8 {
            writer.push(&frame(number)).unwrap();
        }
        writer.finish().unwrap();
        script.video = std::fs::read(path).unwrap();
    }
    script
}
