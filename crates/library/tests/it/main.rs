//! The library through its public API, on real files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bills;
mod clips;
mod films;
mod finding;
mod jobs;
mod organising;
mod owning;
mod queue;
mod rebuilding;
mod recalling;
mod reserve;
mod storyboards;
mod usage;

use std::path::{Path, PathBuf};

use lastframe_library::{Library, Places, clip_of, file_of};
use lastframe_model::{Billed, Clip, ClipId, Job, JobId, JobState, MediaFacts, PriceTable, Provider, Request, TaskId};

/// A library in a folder of its own.
struct World {
    folder: tempfile::TempDir,
    library: Library,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = open(folder.path());
        Self { folder, library }
    }

    /// The same folder, as another start of the program sees it.
    fn again(&self) -> Library {
        open(self.folder.path())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A job that went all the way, with its clip, `minute` minutes past ten.
    fn clip(&self, name: &str, minute: u32, continues: Option<&str>) -> Clip {
        self.clip_of(name, minute, Request { continues: continues.map(ClipId::new), ..Request::default() })
    }

    /// The same, of a request.
    fn clip_of(&self, name: &str, minute: u32, request: Request) -> Clip {
        let job = job(name, request);
        self.library.insert_jobs(std::slice::from_ref(&job)).unwrap();
        self.library.begin_submit(&job.id, "sha", at(0)).unwrap();
        let id = &job.id;
        self.library
            .move_job(id, JobState::Submitting, JobState::Running, |job| job.task_id = Some(TaskId::new(name)))
            .unwrap();
        let job = self.library.move_job(id, JobState::Running, JobState::Downloading, |_| {}).unwrap();
        let clip = Clip { sha256: sha256(name), ..clip(&job, minute) };
        let places = self.library.places();
        lastframe_library::write_file(&places.clip_file(&clip), name.as_bytes()).unwrap();
        self.library.finish_job(&places, &clip, "{}").unwrap().1
    }
}

fn open(home: &Path) -> Library {
    Library::open(Places::resolve(Some(home.to_owned()), None).unwrap()).unwrap()
}

/// Of a clip's bytes, which are its name here.
fn sha256(name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, name).unwrap();
    lastframe_library::sha256_of(&path).unwrap()
}

fn at(minute: u32) -> jiff::Timestamp {
    format!("2026-11-22T10:{minute:02}:00Z").parse().unwrap()
}

fn job(id: &str, request: Request) -> Job {
    Job {
        id: JobId::new(id),
        estimate: PriceTable::default().estimate(&request),
        request,
        provider: Provider::Service { address: "https://cloud.vtrix.ai".into() },
        state: JobState::Queued,
        task_id: None,
        progress: None,
        failure: None,
        wait: None,
        clip: None,
        created_at: at(0),
        submitted_at: None,
        finished_at: None,
        dismissed: false,
        position: 0.0,
        revision: 0,
    }
}

fn clip(job: &Job, minute: u32) -> Clip {
    let id = clip_of(&job.id);
    Clip {
        file: file_of(&id, job.created_at),
        id,
        job: job.id.clone(),
        request: job.request.clone(),
        provider: job.provider.clone(),
        task_id: job.task_id.clone().unwrap(),
        media: MediaFacts {
            width: 1248,
            height: 704,
            frames: 121,
            fps: 24.0,
            seconds: 121.0 / 24.0,
            audio: false,
            bytes: 4.0,
        },
        estimate: job.estimate,
        billed: Billed { cost: Some("0.1853".parse().unwrap()), ..Billed::default() },
        sha256: "00".into(),
        last_frame_from_service: true,
        created_at: job.created_at,
        submitted_at: job.submitted_at,
        completed_at: None,
        finished_at: at(minute),
        name: None,
        note: String::new(),
        starred: false,
        tags: Vec::new(),
        trashed_at: None,
        missing: false,
    }
}
