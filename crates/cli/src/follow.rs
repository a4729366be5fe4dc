//! An engine for the length of one command: follows jobs, tells how they go, and leaves them resumable on Ctrl+C.

mod board;

use std::collections::HashMap;
use std::sync::Arc;

use lastframe_engine::{Engine, Parts, SystemClock};
use lastframe_library::Library;
use lastframe_model::{Clip, Event, Hindrance, Job, JobId, JobState, PauseCause, Provider, Standing, Wait, WaitReason};
use lastframe_rehearsal::Rehearsal;
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::connect;
use crate::failure::{CliError, End};
use crate::output::{Output, money};
use crate::place::Place;

/// An engine and what it tells.
pub struct Work<'a> {
    pub engine: Engine,
    pub library: Library,
    place: &'a Place,
    output: Output,
    events: UnboundedReceiver<Event>,
    /// Why services cannot be called, as it was last said.
    hindrances: Vec<Hindrance>,
    /// Why downloads stand still, as it was last said.
    downloads: Option<Wait>,
    /// Whether the queue is paused: jobs in it do not go on while this command runs.
    paused: bool,
    rehearsal: Option<Rehearsal>,
    /// Providers that have a client.
    connected: Vec<Provider>,
}

/// How following ended.
pub enum Followed {
    /// Every job has settled.
    Settled,
    /// The person pressed Ctrl+C.
    Interrupted,
}

/// What a command that makes clips prints.
#[derive(Serialize)]
pub struct Made {
    pub jobs: Vec<Job>,
    pub clips: Vec<Clip>,
}

impl<'a> Work<'a> {
    /// Claims the library and starts the engine on it. `LibraryError::Owned` if another program runs it.
    pub fn start(place: &'a Place, output: Output, program: &str) -> Result<Self, CliError> {
        let library = place.library()?;
        let (tell, events) = unbounded_channel();
        let parts = Parts {
            program: program.to_owned(),
            library: library.clone(),
            settings: place.settings.clone(),
            clock: Arc::new(SystemClock::new()),
            time_zone: jiff::tz::TimeZone::system(),
            events: Arc::new(move |event| {
                if let Event::Job(_) | Event::Standing(_) | Event::Storyboard(_) = event {
                    // Nobody listens any more once the command is over.
                    let _ = tell.send(event);
                }
            }),
        };
        let engine = Engine::start(parts)?;
        engine.use_catalogue(place.catalogue());
        let (rehearsal, connected, hindrances) = (None, Vec::new(), Vec::new());
        let paused = library.is_paused()?;
        if paused {
            output.say(&pause_words(library.pause_cause()?.as_ref()));
        }
        Ok(Self { engine, library, place, output, events, hindrances, downloads: None, paused, rehearsal, connected })
    }

    /// Connects a provider.
    pub async fn connect(&mut self, provider: &Provider) -> Result<(), CliError> {
        let connection = connect::provider(self.place, provider).await?;
        self.rehearsal = connection.rehearsal.or(self.rehearsal.take());
        self.engine.connect(provider.clone(), connection.client);
        self.connected.push(provider.clone());
        Ok(())
    }

    /// Follows jobs until `settled` says so of all of them together, or until nothing more happens to any of them without
    /// the person; tells how they go.
    pub async fn follow(&mut self, jobs: &[Job], settled: impl Fn(&[&Job]) -> bool) -> Followed {
        // What a job waited for in an earlier run is no reason to stop now that its service is connected.
        let fresh = |job: &Job| if self.connected.contains(&job.provider) { without_wait(job) } else { job.clone() };
        let mut known: HashMap<JobId, Job> = jobs.iter().map(|job| (job.id.clone(), fresh(job))).collect();
        let mut told: HashMap<JobId, String> = HashMap::new();
        // One listener for all the time: a signal between two would be lost.
        let interrupted = interrupted();
        tokio::pin!(interrupted);
        loop {
            let now = known.values().collect::<Vec<_>>();
            let rests = |job: &&Job| is_settled(job) || (self.paused && job.state == JobState::Queued);
            if now.iter().all(rests) || settled(&now) {
                return Followed::Settled;
            }
            let event = tokio::select! {
                event = self.events.recv() => event,
                () = &mut interrupted => return Followed::Interrupted,
            };
            let job = match event {
                None => return Followed::Settled,
                Some(Event::Job(job)) => job,
                Some(Event::Standing(standing)) => {
                    self.say_standing(standing);
                    continue;
                }
                Some(_) => continue,
            };
            let Some(before) = known.get_mut(&job.id).filter(|before| before.revision <= job.revision) else {
                continue;
            };
            let words = progress(&job);
            if told.get(&job.id) != Some(&words) {
                self.output.say(&words);
                told.insert(job.id.clone(), words);
            }
            // Told between the start of the engine and the connection.
            let unconnected = |reason| matches!(reason, WaitReason::NoKey | WaitReason::NoRehearsal);
            let early = job.wait.as_ref().is_some_and(|wait| unconnected(wait.reason))
                && self.connected.contains(&job.provider);
            *before = if early { without_wait(&job) } else { job };
        }
    }

    /// Says what is new about the engine as a whole.
    fn say_standing(&mut self, standing: Standing) {
        // Nobody else can change it while this engine runs: the engine itself did.
        if standing.paused && !self.paused {
            self.output.say(&pause_words(standing.paused_because.as_ref()));
        }
        self.paused = standing.paused;
        self.say_hindrances(standing.services);
        self.say_downloads(standing.downloads);
    }

    /// Says once what stands in the way of all jobs of a service, and that it is over.
    fn say_hindrances(&mut self, now: Vec<Hindrance>) {
        for hindrance in now.iter().filter(|hindrance| !self.hindrances.contains(hindrance)) {
            self.output.say(&format!("{}: waits: {}", name(&hindrance.provider), hindrance.wait.message));
        }
        for over in &self.hindrances {
            if !now.iter().any(|hindrance| hindrance.provider == over.provider) {
                self.output.say(&format!("{}: goes on", name(&over.provider)));
            }
        }
        self.hindrances = now;
    }

    /// The same of downloads.
    fn say_downloads(&mut self, now: Option<Wait>) {
        match &now {
            Some(wait) if now != self.downloads => self.output.say(&format!("downloads wait: {}", wait.message)),
            None if self.downloads.is_some() => self.output.say("downloads go on"),
            _ => {}
        }
        self.downloads = now;
    }

    /// The jobs and their clips as they are now.
    pub fn made(&self, jobs: &[Job]) -> Result<Made, CliError> {
        let mut made = Made { jobs: Vec::new(), clips: Vec::new() };
        for job in jobs {
            let job = self.library.job(&job.id)?.unwrap_or_else(|| job.clone());
            if let Some(clip) = job.clip.as_ref().map(|id| self.library.clip(id)).transpose()?.flatten() {
                made.clips.push(self.place.shown(clip));
            }
            made.jobs.push(job);
        }
        Ok(made)
    }

    /// Stops the engine. A second Ctrl+C does not wait for a submit that is on its way.
    pub async fn halt(&self) {
        tokio::select! {
            () = self.engine.shutdown() => {}
            () = interrupted() => {}
        }
    }

    /// Stops engine and practice service.
    pub async fn stop(self) {
        self.halt().await;
        for accepted in self.library.accepted() {
            // The person's last chance to see an id that stands in no row: it was paid for.
            self.output.say(&format!(
                "job {}: the service accepted it as task {}, which could not be written into the library. The next \
                 start of Lastframe tries again; if that finds nothing, `lastframe resolve {} --task {}`.",
                accepted.job, accepted.task_id, accepted.job, accepted.task_id
            ));
        }
        if let Some(rehearsal) = self.rehearsal {
            tokio::select! {
                () = rehearsal.shutdown() => {}
                () = interrupted() => {}
            }
        }
    }
}

impl Made {
    /// The exit code of these jobs. An unknown outcome outweighs a failure: it may have been paid.
    pub fn end(&self) -> End {
        let end = |job: &Job| match job.state {
            JobState::Done => End::Done,
            JobState::Unknown => End::Unknown,
            _ => End::Failed,
        };
        self.jobs.iter().map(end).max().unwrap_or(End::Done)
    }

    /// What came of it, for people.
    pub fn words(&self) -> String {
        let clips = self.clips.iter().map(|clip| {
            format!(
                "{}\n  clip {}, {:.3} s, {}×{}, {} frames, {}",
                clip.file,
                clip.id,
                clip.media.seconds,
                clip.media.width,
                clip.media.height,
                clip.media.frames,
                money(clip.cost(), &clip.provider)
            )
        });
        let others = self.jobs.iter().filter(|job| job.state != JobState::Done).map(ended);
        clips.chain(others).collect::<Vec<_>>().join("\n")
    }
}

/// That the queue is paused, and why if the program did it.
pub fn pause_words(cause: Option<&PauseCause>) -> String {
    let why = match cause {
        None => String::new(),
        Some(PauseCause::UnknownOutcomes { provider, count }) => format!(
            " by Lastframe: {} answered the last {count} submits so that nobody knows whether it accepted them, and each may have \
             cost something",
            name(provider)
        ),
    };
    format!("The queue is paused{why}. Nothing new is sent; `lastframe queue resume` lets it go on.")
}

fn name(provider: &Provider) -> &str {
    match provider {
        Provider::Rehearsal => "rehearsal",
        Provider::Imported => "imported",
        Provider::Service { address } => address,
    }
}

fn without_wait(job: &Job) -> Job {
    Job { wait: None, ..job.clone() }
}

/// Whether nothing more happens to a job without the person.
pub fn is_settled(job: &Job) -> bool {
    let waits = |job: &Job| {
        job.wait.as_ref().is_some_and(|wait| {
            matches!(wait.reason, WaitReason::NoKey | WaitReason::NoRehearsal | WaitReason::KeyRefused)
        })
    };
    !job.state.is_open() || waits(job)
}

/// Waits for Ctrl+C, or for the end that the system asks for.
pub async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // Without a handler the system ends the program itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn progress(job: &Job) -> String {
    let state = match (job.state, &job.wait) {
        (_, Some(wait)) => format!("{}, waits: {}", job.state.word(), wait.message),
        (JobState::Running | JobState::Downloading, None) => match job.progress {
            // In tenths, so that a log stays readable.
            Some(progress) => format!("{} {:.0} %", job.state.word(), (progress * 10.0).floor() * 10.0),
            None => job.state.word().to_owned(),
        },
        (state, None) => state.word().to_owned(),
    };
    format!("job {}: {state}", job.id)
}

fn ended(job: &Job) -> String {
    let id = &job.id;
    match (job.state, &job.failure, &job.wait) {
        (JobState::Unknown, _, wait) => {
            let why = wait.as_ref().map_or("the reply was lost", |wait| wait.message.as_str());
            format!(
                "job {id}: unknown outcome: {why}\n  It may have been accepted. Look at the service's own list, then run\n  \
                 `lastframe resolve {id} --task ID` or `lastframe resolve {id} --not-submitted`."
            )
        }
        (_, Some(failure), _) => format!("job {id}: {}: {}", job.state.word(), failure.message),
        (_, None, Some(wait)) => {
            format!("job {id}: {}, waits: {}\n  `lastframe run` goes on with it.", job.state.word(), wait.message)
        }
        (state, None, None) if state.is_open() => {
            format!("job {id}: {}. `lastframe run` goes on with it.", state.word())
        }
        (state, None, None) => format!("job {id}: {}", state.word()),
    }
}
