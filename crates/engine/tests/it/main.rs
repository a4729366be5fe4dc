//! The engine through its public API: a real library in a folder of its own, real HTTP on loopback, real videos,
//! and a clock that runs faster.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking, and its numbers are small"
)]

mod batches;
mod bills;
mod copies;
mod downloads;
mod films;
mod follows;
mod gallery;
mod host;
mod imports;
mod kept;
mod lost;
mod machine;
mod matrix;
mod matrix_disks;
mod people;
mod polls;
mod presence;
mod queue;
mod rehearsal;
mod resumes;
mod service;
mod specs;
mod storyboards;
mod submits;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lastframe_engine::{Clock, Engine, EngineError, Parts, Sleep};
use lastframe_library::{Library, Places};
use lastframe_model::{Consent, Event, Job, JobId, JobState, Provider, Request, Settings, WaitReason};
use lastframe_provider::Client;
use secrecy::SecretString;
use service::{KEY, Script, Service};

/// How much faster the engine's clock runs in tests.
const SPEED: u32 = 20;

/// A clock that runs faster, and can be made to show another time of day.
struct TestClock {
    started: Instant,
    from: Timestamp,
    speed: u32,
    /// Milliseconds by which the time of day has jumped, as it does while a computer sleeps.
    jumped: std::sync::atomic::AtomicI64,
}

impl TestClock {
    fn new(speed: u32) -> Arc<Self> {
        let (started, from) = (Instant::now(), Timestamp::now());
        Arc::new(Self { started, from, speed, jumped: std::sync::atomic::AtomicI64::new(0) })
    }

    fn jump(&self, seconds: i64) {
        self.jumped.fetch_add(seconds * 1_000, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let jumped = self.jumped.load(std::sync::atomic::Ordering::SeqCst);
        self.from + self.elapsed() + jiff::SignedDuration::from_millis(jumped)
    }
    fn elapsed(&self) -> Duration {
        self.started.elapsed() * self.speed
    }
    fn sleep(&self, time: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(time / self.speed))
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
    start_by(TestClock::new(SPEED), home, provider, settings, |_| {})
}

/// [`start`] with another clock, and with somebody who listens to what is told.
fn start_by(
    clock: Arc<TestClock>,
    home: &Path,
    provider: Provider,
    settings: Settings,
    listen: impl Fn(&Event) + Send + Sync + 'static,
) -> Result<Running, EngineError> {
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
            Event::Settings(_)
            | Event::Key(_)
            | Event::Standing(_)
            | Event::Rebuilding(_)
            | Event::Catalogue(_)
            | Event::Gallery { .. }
            | Event::Films { .. }
            | Event::Export(_)
            | Event::Storyboard(_)
            | Event::Import(_) => {}
        }
        listen(&event);
        heard.lock().unwrap().push(event);
    };
    let engine = Engine::start(Parts {
        program: "test".into(),
        library,
        settings,
        clock,
        time_zone: noon(),
        events: Arc::new(sink),
    })?;
    Ok(Running { engine, provider, events })
}

/// Where it is about noon: no test runs across the end of a day or a month, and of what it spends.
fn noon() -> jiff::tz::TimeZone {
    let hour = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).hour();
    jiff::tz::TimeZone::fixed(jiff::tz::offset(12 - hour))
}

/// Waits until something is so.
async fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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
        let jobs = self.engine.enqueue(boat(), count, self.provider.clone(), Consent::Within).await.unwrap();
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

    /// Why the service cannot be called, as the standing says it now.
    async fn hindrance(&self) -> Option<WaitReason> {
        let standing = self.engine.standing().await.unwrap();
        standing.services.into_iter().find(|hindrance| hindrance.provider == self.provider).map(|h| h.wait.reason)
    }

    async fn until_hindered(&self, reason: Option<WaitReason>) {
        let started = Instant::now();
        while self.hindrance().await != reason {
            assert!(started.elapsed() < Duration::from_secs(30), "waited in vain for {reason:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What the standings that were told say of the service, in order, without repetitions.
    fn hindrances_told(&self) -> Vec<Option<WaitReason>> {
        let events = self.events.lock().unwrap();
        let mut told: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Standing(standing) => {
                    Some(standing.services.iter().find(|h| h.provider == self.provider).map(|h| h.wait.reason))
                }
                _ => None,
            })
            .collect();
        told.dedup();
        told
    }

    /// What the standings that were told say of downloads, in order, without repetitions.
    fn downloads_told(&self) -> Vec<Option<WaitReason>> {
        let events = self.events.lock().unwrap();
        let standings = events.iter().filter_map(|event| match event {
            Event::Standing(standing) => Some(standing.downloads.as_ref().map(|wait| wait.reason)),
            _ => None,
        });
        let mut told: Vec<_> = std::iter::once(None).chain(standings).collect();
        told.dedup();
        told
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

/// Writes jobs down as an earlier run left them: accepted as `task-1` …, sent so long before now.
fn running_jobs(home: &Path, provider: &Provider, count: usize, ago: Duration) -> Vec<JobId> {
    let library = Library::open(Places::resolve(Some(home.to_owned()), None).unwrap()).unwrap();
    let sent = Timestamp::now() - ago;
    let request = Request { seed: Some(1), ..boat() };
    let jobs: Vec<Job> = (1..=count)
        .map(|number| Job {
            id: JobId::new(format!("job-{number:04}")),
            estimate: lastframe_model::PriceTable::default().estimate(&request),
            request: request.clone(),
            provider: provider.clone(),
            state: JobState::Queued,
            task_id: None,
            progress: None,
            failure: None,
            wait: None,
            clip: None,
            created_at: sent,
            submitted_at: None,
            finished_at: None,
            dismissed: false,
            position: 0.0,
            revision: 0,
        })
        .collect();
    library.insert_jobs(&jobs).unwrap();
    for (number, job) in jobs.iter().enumerate() {
        library.begin_submit(&job.id, "sha", sent).unwrap();
        library
            .move_job(&job.id, JobState::Submitting, JobState::Running, |job| {
                job.task_id = Some(lastframe_model::TaskId::new(format!("task-{}", number + 1)));
            })
            .unwrap();
    }
    jobs.into_iter().map(|job| job.id).collect()
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
