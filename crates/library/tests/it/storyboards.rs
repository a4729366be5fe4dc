//! Storyboards in the library: a shot is started once whoever says so, and no rebuild lets one go on by itself.

use lastframe_library::{LibraryError, Rebuild, ShotStart};
use lastframe_model::{
    Approval, BoardRow, BoardState, Job, JobState, Provider, Request, ShotRow, StoryboardId, TaskId, Usd,
};

use crate::{World, at, job, open};

fn planned(id: &str, shots: usize, approval: Approval) -> BoardRow {
    let shot = |number: usize| ShotRow {
        request: Request { prompt: format!("Shot {number}"), ..Request::default() },
        job: None,
        spent: Usd::ZERO,
    };
    BoardRow {
        id: StoryboardId::new(id),
        provider: Provider::Rehearsal,
        approval,
        halted: false,
        wait: None,
        agreed: None,
        shots: (1..=shots).map(shot).collect(),
        made_at: at(0),
        revision: 0,
    }
}

fn start(board: &str, place: usize, by_itself: bool) -> ShotStart {
    ShotStart { board: StoryboardId::new(board), place, instead_of: None, prompt: None, agreed: None, by_itself }
}

impl World {
    /// Carries a queued job of a shot to its clip.
    fn carry(&self, id: &str, minute: u32) {
        let job = self.library.begin_submit(&lastframe_model::JobId::new(id), "sha", at(minute)).unwrap();
        self.library
            .move_job(&job.id, JobState::Submitting, JobState::Running, |job| job.task_id = Some(TaskId::new(id)))
            .unwrap();
        let job = self.library.move_job(&job.id, JobState::Running, JobState::Downloading, |_| {}).unwrap();
        let clip = lastframe_model::Clip { sha256: crate::sha256(id), ..crate::clip(&job, minute) };
        let places = self.library.places();
        lastframe_library::write_file(&places.clip_file(&clip), id.as_bytes()).unwrap();
        self.library.finish_job(&places, &clip, "{}").unwrap();
    }
}

fn named(id: &str) -> Job {
    job(id, Request::default())
}

#[test]
fn a_shot_is_started_once_and_only_after_the_one_before_it() {
    let world = World::new();
    world.library.insert_storyboard(&planned("b", 3, Approval::RunThrough), &named("j-1")).unwrap();
    let refused = |start: &ShotStart, job: &str| world.library.start_shot(start, &named(job)).unwrap_err();
    assert!(matches!(refused(&start("b", 1, true), "early"), LibraryError::ShotMoved), "the first is under way");
    assert!(matches!(refused(&start("b", 0, false), "twice"), LibraryError::ShotMoved), "it has a job");
    world.carry("j-1", 1);
    assert_eq!(world.library.open_storyboards().unwrap()[0].due(), Some(1));
    world.library.start_shot(&start("b", 1, true), &named("j-2")).unwrap();
    assert!(matches!(refused(&start("b", 1, true), "again"), LibraryError::ShotMoved), "two keepers, one job");
    assert!(matches!(refused(&start("b", 2, false), "ahead"), LibraryError::ShotMoved), "not before the one before");
    let ids: Vec<String> = world.library.all_jobs().unwrap().into_iter().map(|job| job.id.to_string()).collect();
    assert_eq!(ids, ["j-2", "j-1"], "what was refused left no job behind");

    let again = ShotStart { instead_of: Some(named("j-1").id), ..start("b", 0, false) };
    let error = refused(&again, "over-it");
    assert!(matches!(error, LibraryError::WrongState { actual: JobState::Queued }), "a later one is queued: {error}");
    world.carry("j-2", 2);
    let (board, _, _) = world.library.start_shot(&again, &named("j-3")).unwrap();
    assert!(board.shots[1].job.is_none(), "what followed it is planned again");
    assert_eq!(world.library.clips(None, 10).unwrap().total, 2, "and its clips are still here");
}

#[test]
fn nothing_starts_by_itself_where_the_person_has_the_word() {
    let world = World::new();
    world.library.insert_storyboard(&planned("seams", 2, Approval::EachSeam), &named("j-1")).unwrap();
    world.library.insert_storyboard(&planned("halted", 2, Approval::RunThrough), &named("j-2")).unwrap();
    world.carry("j-1", 1);
    world.carry("j-2", 2);
    world.library.halt_storyboard(&StoryboardId::new("halted"), at(3)).unwrap();
    for board in ["seams", "halted"] {
        let error = world.library.start_shot(&start(board, 1, true), &named("no")).unwrap_err();
        assert!(matches!(error, LibraryError::ShotMoved), "{board}: {error}");
    }
    world.library.start_shot(&start("seams", 1, false), &named("j-3")).unwrap();
}

#[test]
fn a_rebuild_keeps_storyboards_and_lets_none_go_on_by_itself() {
    let world = World::new();
    world.library.insert_storyboard(&planned("b", 3, Approval::RunThrough), &named("j-1")).unwrap();
    world.carry("j-1", 1);
    world.library.start_shot(&start("b", 1, true), &named("j-2")).unwrap();
    world.carry("j-2", 2);
    let World { folder, library } = world;
    let places = library.places();
    // The clip of the first shot is gone with its recipe: nothing says any more what became of that shot.
    let first = library.storyboard(&StoryboardId::new("b")).unwrap().shots[0].job.clone().unwrap().clip.unwrap();
    let clip = library.clip(&first).unwrap().unwrap();
    drop(library);
    std::fs::remove_file(places.clip_file(&clip)).unwrap();
    Rebuild { places: &places, from: &[], verify: false, program: "test", now: at(9), progress: &|_| {} }
        .run()
        .unwrap();
    let board = open(folder.path()).storyboard(&StoryboardId::new("b")).unwrap();
    let prompts: Vec<&str> = board.shots.iter().map(|shot| shot.request.prompt.as_str()).collect();
    assert_eq!(prompts, ["Shot 1", "Shot 2", "Shot 3"]);
    assert!(board.shots[0].job.is_none() && board.shots[1].job.is_some(), "{board:?}");
    assert_eq!((board.state(), board.due()), (BoardState::Halted, None), "the person looks first");
}
