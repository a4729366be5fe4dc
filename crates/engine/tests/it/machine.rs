//! The life of jobs, in any order: whatever happens when, no job leaves the allowed ways, none is sent twice, and
//! none is done without its clip. On the real library, with the moves that the engine makes.

use std::collections::HashMap;

use jiff::Timestamp;
use lastframe_library::{Completion, Library, LibraryError, Places, clip_of, file_of};
use lastframe_model::{
    Billed, Clip, Failure, FailureCode, Job, JobId, JobState, MediaFacts, PauseCause, PriceTable, Provider, Request,
    TaskId, Wait, WaitReason,
};
use proptest::prelude::*;

/// What happens. Numbers choose a job (or a task), counted round.
#[derive(Clone, Debug)]
enum Happening {
    Enqueue(usize),
    Begin(usize),
    Accepted(usize, Option<usize>),
    NotTaken(usize),
    Refused(usize),
    Lost(usize),
    PictureGone(usize),
    Progress(usize),
    Completed(usize),
    TookItBack(usize),
    TaskFailed(usize),
    Finished(usize),
    Stopped(usize),
    NotSent(usize),
    Adopted(usize, Option<usize>),
    SentAgain(usize),
    Dismissed(usize),
    Moved(usize, Option<usize>),
    Paused(bool),
    Restarted,
}

fn happenings() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let job = || 0_usize..8;
    let task = || prop_oneof![4 => Just(None), 1 => (0_usize..6).prop_map(Some)];
    prop_oneof![
        4 => (1_usize..4).prop_map(H::Enqueue),
        8 => job().prop_map(H::Begin),
        6 => (job(), task()).prop_map(|(job, task)| H::Accepted(job, task)),
        2 => job().prop_map(H::NotTaken),
        2 => job().prop_map(H::Refused),
        3 => job().prop_map(H::Lost),
        1 => job().prop_map(H::PictureGone),
        2 => job().prop_map(H::Progress),
        6 => job().prop_map(H::Completed),
        1 => job().prop_map(H::TookItBack),
        2 => job().prop_map(H::TaskFailed),
        6 => job().prop_map(H::Finished),
        1 => job().prop_map(H::Stopped),
        2 => job().prop_map(H::NotSent),
        3 => (job(), task()).prop_map(|(job, task)| H::Adopted(job, task)),
        3 => job().prop_map(H::SentAgain),
        2 => job().prop_map(H::Dismissed),
        4 => (job(), prop::option::of(job())).prop_map(|(job, before)| H::Moved(job, before)),
        1 => any::<bool>().prop_map(H::Paused),
        2 => Just(H::Restarted),
    ]
}

/// The library, and what an onlooker knows who keeps his own books.
struct World {
    folder: tempfile::TempDir,
    library: Library,
    jobs: Vec<JobId>,
    tasks: usize,
    paused: bool,
    /// Submits with unknown outcomes since the service last accepted one.
    in_a_row: u32,
    /// POSTs of each job that may have been accepted, counted as they were sent, not as the database has them.
    owed: HashMap<JobId, u32>,
}

fn open(folder: &std::path::Path) -> Library {
    Library::open(Places::resolve(Some(folder.to_owned()), None).unwrap()).unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn provider() -> Provider {
    Provider::Service { address: "https://cloud.vtrix.ai".into() }
}

fn new_job(number: usize) -> Job {
    let request = Request { prompt: "A paper boat".into(), seed: Some(7), ..Request::default() };
    Job {
        id: JobId::new(format!("job-{number:04}")),
        estimate: PriceTable::default().estimate(&request),
        request,
        provider: provider(),
        state: JobState::Queued,
        task_id: None,
        progress: None,
        failure: None,
        wait: None,
        clip: None,
        created_at: now(),
        submitted_at: None,
        finished_at: None,
        dismissed: false,
        position: 0.0,
        revision: 0,
    }
}

fn failure(code: FailureCode) -> Failure {
    Failure { code, message: "no".into(), service_code: None, field: None, reply: None }
}

fn clip_for(job: &Job) -> Clip {
    let id = clip_of(&job.id);
    Clip {
        file: file_of(&id, job.created_at),
        id,
        job: job.id.clone(),
        request: job.request.clone(),
        provider: job.provider.clone(),
        task_id: job.task_id.clone().unwrap_or_else(|| TaskId::new("none")),
        media: MediaFacts { width: 64, height: 48, frames: 8, fps: 24.0, seconds: 1.0 / 3.0, audio: false, bytes: 4.0 },
        estimate: job.estimate,
        billed: Billed::default(),
        sha256: "00".into(),
        last_frame_from_service: false,
        created_at: job.created_at,
        submitted_at: job.submitted_at,
        completed_at: None,
        finished_at: now(),
        name: None,
        note: String::new(),
        starred: false,
        tags: Vec::new(),
        trashed_at: None,
        missing: false,
    }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = open(folder.path());
        Self { folder, library, jobs: Vec::new(), tasks: 0, paused: false, in_a_row: 0, owed: HashMap::new() }
    }

    fn pick(&self, number: usize) -> Option<JobId> {
        (!self.jobs.is_empty()).then(|| self.jobs[number % self.jobs.len()].clone())
    }

    /// A new task, or one that another job may have already.
    fn task(&mut self, old: Option<usize>) -> TaskId {
        if old.is_none() {
            self.tasks += 1;
        }
        TaskId::new(format!("task-{}", old.map_or(self.tasks, |old| old % self.tasks.max(1) + 1)))
    }

    fn snapshot(&self) -> HashMap<JobId, Job> {
        self.library.all_jobs().unwrap().into_iter().map(|job| (job.id.clone(), job)).collect()
    }

    /// Lets it happen. The library must let it happen exactly when `may` says so.
    #[expect(clippy::too_many_lines, reason = "one arm for each thing that can happen")]
    fn happen(&mut self, what: &Happening, before: &HashMap<JobId, Job>) -> Result<(), TestCaseError> {
        use Happening as H;
        use JobState::{Canceled, Downloading, Failed, Queued, Running, Submitting, Unknown};
        let (number, to) = match *what {
            H::Enqueue(count) => {
                let new: Vec<Job> = (0..count).map(|more| new_job(self.jobs.len() + more)).collect();
                self.jobs.extend(new.iter().map(|job| job.id.clone()));
                self.library.insert_jobs(&new).unwrap();
                return Ok(());
            }
            H::Paused(paused) => {
                self.library.set_paused(paused).unwrap();
                self.paused = paused;
                if !paused {
                    self.in_a_row = self.in_a_row.min(1);
                }
                return Ok(());
            }
            H::Restarted => {
                self.library = open(self.folder.path());
                // What the engine does first.
                for job in self.library.open_jobs().unwrap() {
                    if job.state == Submitting {
                        self.library.move_job(&job.id, Submitting, Unknown, |_| {}).unwrap();
                    }
                }
                return Ok(());
            }
            H::Begin(number)
            | H::NotTaken(number)
            | H::SentAgain(number)
            | H::Dismissed(number)
            | H::Moved(number, _) => (number, Queued),
            H::Accepted(number, _) | H::TookItBack(number) | H::Adopted(number, _) | H::Progress(number) => {
                (number, Running)
            }
            H::Refused(number) | H::PictureGone(number) | H::TaskFailed(number) | H::NotSent(number) => {
                (number, Failed)
            }
            H::Lost(number) => (number, Unknown),
            H::Completed(number) => (number, Downloading),
            H::Finished(number) => (number, JobState::Done),
            H::Stopped(number) => (number, Canceled),
        };
        let Some(id) = self.pick(number) else { return Ok(()) };
        let job = &before[&id];
        let library = self.library.clone();
        let (done, may): (Result<(), LibraryError>, bool) = match *what {
            H::Begin(_) => {
                let begun = library.begin_submit(&id, "sha", now());
                if begun.is_ok() {
                    *self.owed.entry(id.clone()).or_default() += 1;
                }
                (begun.map(drop), job.state == Queued)
            }
            H::Accepted(_, old) | H::Adopted(_, old) => {
                let task = self.task(old);
                let taken = before.values().any(|other| other.id != id && other.task_id.as_ref() == Some(&task));
                let from = match *what {
                    H::Accepted(..) => Submitting,
                    // As the engine does it: from where the person saw the job.
                    _ if job.state == Failed => Failed,
                    _ => Unknown,
                };
                let moved = library.move_job(&id, from, to, |job| {
                    job.task_id = Some(task.clone());
                    (job.failure, job.finished_at, job.dismissed) = (None, None, false);
                });
                if moved.is_ok() && from == Submitting {
                    self.in_a_row = 0;
                }
                (moved.map(drop), job.state == from && !taken)
            }
            H::NotTaken(_) => {
                let moved = library.move_job(&id, Submitting, to, |_| {});
                if moved.is_ok() {
                    *self.owed.get_mut(&id).expect("it was sent") -= 1;
                }
                (moved.map(drop), job.state == Submitting)
            }
            H::Lost(_) => {
                let lost = library.lose_job(&id, |_| {});
                if lost.is_ok() {
                    self.in_a_row += 1;
                    self.paused |= self.in_a_row >= 2;
                }
                (lost.map(drop), job.state == Submitting)
            }
            H::Refused(_) => {
                let change = |job: &mut Job| job.failure = Some(failure(FailureCode::Refused));
                (library.move_job(&id, Submitting, to, change).map(drop), job.state == Submitting)
            }
            H::PictureGone(_) => {
                let change = |job: &mut Job| job.failure = Some(failure(FailureCode::ImageMissing));
                (library.move_job(&id, Queued, to, change).map(drop), job.state == Queued)
            }
            H::Progress(_) => {
                let wait = Wait::new(WaitReason::ServiceTrouble, "503");
                (library.note_job(&id, Running, |job| job.wait = Some(wait)).map(drop), job.state == Running)
            }
            H::Completed(_) => {
                let completion = Completion { billed: Billed::default(), reply: "{}".into(), completed_at: None };
                (library.complete_job(&id, &completion).map(drop), job.state == Running)
            }
            H::TookItBack(_) => (library.move_job(&id, Downloading, to, |_| {}).map(drop), job.state == Downloading),
            H::TaskFailed(_) => {
                let from = if job.state == Downloading { Downloading } else { Running };
                let change = |job: &mut Job| job.failure = Some(failure(FailureCode::TaskFailed));
                (library.move_job(&id, from, to, change).map(drop), job.state == from)
            }
            H::Finished(_) => {
                let (places, clip) = (library.places(), clip_for(job));
                lastframe_library::write_file(&places.clip_file(&clip), b"clip").unwrap();
                (library.finish_job(&places, &clip, "{}").map(drop), job.state == Downloading)
            }
            H::Stopped(_) => {
                let may = matches!(job.state, Queued | Running | Downloading);
                let from = if may { job.state } else { Queued };
                (library.move_job(&id, from, to, |_| {}).map(drop), may)
            }
            H::NotSent(_) => {
                let change = |job: &mut Job| job.failure = Some(failure(FailureCode::NotSent));
                (library.move_job(&id, Unknown, to, change).map(drop), job.state == Unknown)
            }
            H::SentAgain(_) => {
                let new = new_job(self.jobs.len());
                let replaced = library.replace_job(&id, &new);
                if replaced.is_ok() {
                    self.jobs.push(new.id);
                }
                (replaced.map(drop), matches!(job.state, Failed | Unknown | Canceled) && !job.dismissed)
            }
            H::Dismissed(_) => (library.dismiss_job(&id).map(drop), matches!(job.state, Failed | Unknown | Canceled)),
            H::Moved(_, other) => {
                let other = other.and_then(|other| self.pick(other));
                let queued = |id: &JobId| before[id].state == Queued;
                let may = queued(&id) && other.as_ref().is_none_or(queued);
                let moved = library.move_in_queue(&id, other.as_ref());
                if moved.is_ok() && other.as_ref() != Some(&id) {
                    let order: Vec<JobId> = self.queue().into_iter().map(|job| job.id).collect();
                    let place = order.iter().position(|other| *other == id).unwrap();
                    prop_assert_eq!(order.get(place + 1), other.as_ref(), "it stands right before the other, or last");
                }
                (moved.map(drop), may)
            }
            H::Enqueue(_) | H::Paused(_) | H::Restarted => unreachable!("these have no job"),
        };
        prop_assert_eq!(done.is_ok(), may, "{:?} of a job that was {:?}: {:?}", what, job.state, done);
        Ok(())
    }

    fn queue(&self) -> Vec<Job> {
        let mut open = self.library.open_jobs().unwrap();
        open.retain(|job| job.state == JobState::Queued);
        open
    }

    fn check(&self, before: &HashMap<JobId, Job>) -> Result<(), TestCaseError> {
        let after = self.snapshot();
        prop_assert_eq!(after.len(), self.jobs.len(), "no job is ever lost");
        for job in after.values() {
            let was = before.get(&job.id);
            let from = was.map_or(JobState::Queued, |job| job.state);
            prop_assert!(job.state == from || from.may_become(job.state), "{:?} → {:?}", from, job.state);
            if let Some(was) = was.filter(|was| *was != job) {
                prop_assert!(job.revision > was.revision, "a change is counted: {:?} → {:?}", was, job);
                prop_assert_eq!(&was.request, &job.request, "what was asked for stays");
            }
            let (_, counting) = self.library.submits(&job.id).unwrap();
            prop_assert!(
                counting <= 1 && self.owed.get(&job.id).is_none_or(|owed| *owed <= 1),
                "sent twice: {:?}",
                job
            );
            prop_assert_eq!(job.state == JobState::Done, job.clip.is_some(), "done and its clip come together");
            if let Some(clip) = &job.clip {
                let clip = self.library.clip(clip).unwrap().expect("its clip is there");
                prop_assert!(self.library.places().clip_file(&clip).is_file(), "and so is its file");
            }
        }
        let queue = self.queue();
        prop_assert!(queue.is_sorted_by(|a, b| a.position < b.position), "the queue has one order: {:?}", queue);
        let mut tasks: Vec<_> = after.values().filter_map(|job| job.task_id.as_ref()).collect();
        tasks.sort();
        prop_assert!(tasks.is_sorted_by(|a, b| a < b), "a task belongs to one job: {:?}", tasks);
        prop_assert_eq!(self.library.is_paused().unwrap(), self.paused);
        let cause = (self.paused && self.in_a_row >= 2)
            .then(|| PauseCause::UnknownOutcomes { provider: provider(), count: self.in_a_row });
        prop_assert_eq!(self.library.pause_cause().unwrap(), cause, "two unknown outcomes in a row pause the queue");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_in_whatever_order_no_job_is_sent_twice_or_lost(what in prop::collection::vec(happenings(), 1..70)) {
        let mut world = World::new();
        world.happen(&Happening::Enqueue(3), &HashMap::new())?;
        for happening in &what {
            let before = world.snapshot();
            world.happen(happening, &before)?;
            world.check(&before)?;
        }
        let before = world.snapshot();
        world.library = open(world.folder.path());
        prop_assert_eq!(&world.snapshot(), &before, "another start finds what this one left");
    }
}
