//! Storyboards: each shot begins where the one before ends and is paid for once, whatever stops, dies or is said twice.

use std::time::{Duration, Instant};

use lastframe_engine::{EngineError, ShotToRun};
use lastframe_library::LibraryError;
use lastframe_model::{
    Approval, BoardState, BoardWait, Consent, ErrorCode, Field, Guard, Guards, IpcError, JobId, JobState, Length,
    ModelId, Outcome, Provider, Request, Resolution, Settings, ShotState, Storyboard, StoryboardId, TaskId, Usd,
};
use serde_json::json;

use crate::rehearsal::{difference, rehearse};
use crate::service::{KEY, Reply, Script};
use crate::{Running, World, boat, start};

fn shots(count: usize) -> Vec<Request> {
    (1..=count).map(|number| Request { prompt: format!("Shot {number}"), ..boat() }).collect()
}

/// A service whose videos are large enough that their last frames can be first frames.
async fn world(script: Script) -> World {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    let mut writer = lastframe_media::VideoWriter::create(&path, 320, 304, 4).unwrap();
    for number in 0..4_u8 {
        writer.push(&image::RgbImage::from_pixel(320, 304, image::Rgb([number * 40, 40, 80]))).unwrap();
    }
    writer.finish().unwrap();
    World::new(Script { video: std::fs::read(path).unwrap(), ..script }).await
}

fn refusal() -> Reply {
    Reply::Json(400, json!({"error": {"message": "the prompt was refused"}}))
}

impl Running {
    async fn storyboard(&self, count: usize, approval: Approval) -> StoryboardId {
        let provider = self.provider.clone();
        let board = self.engine.start_storyboard("act".into(), shots(count), approval, provider, Consent::Within).await;
        board.unwrap().id
    }

    async fn board(&self, id: &StoryboardId) -> Storyboard {
        self.engine.storyboard(id).await.unwrap()
    }

    /// The storyboard, once it is as wanted.
    async fn until_board(&self, id: &StoryboardId, what: &str, wanted: impl Fn(&Storyboard) -> bool) -> Storyboard {
        let started = Instant::now();
        loop {
            let board = self.board(id).await;
            if wanted(&board) {
                return board;
            }
            assert!(started.elapsed() < Duration::from_mins(1), "waited in vain for {what}: {board:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn until_stands(&self, id: &StoryboardId, state: BoardState) -> Storyboard {
        self.until_board(id, &format!("{state:?}"), |board| board.state == state).await
    }

    async fn until_shot(&self, id: &StoryboardId, place: usize, state: ShotState) -> Storyboard {
        self.until_board(id, &format!("shot {place} {state:?}"), |board| board.shots[place].state == state).await
    }

    /// The click at the shot as it stands.
    async fn run_shot(&self, board: &Storyboard, place: usize, consent: Consent) -> Result<Storyboard, EngineError> {
        let instead_of = board.shots[place].job.as_ref().map(|job| job.id.clone());
        let shot = ShotToRun { place: u32::try_from(place).unwrap(), instead_of, prompt: None };
        self.engine.run_storyboard(&board.id, shot, consent).await
    }
}

fn job_of(board: &Storyboard, place: usize) -> JobId {
    board.shots[place].job.as_ref().unwrap().id.clone()
}

/// What is so of every storyboard that is done: each shot but the first continues the clip before it, from its last frame.
fn assert_chain(running: &Running, board: &Storyboard) {
    for pair in board.shots.windows(2) {
        let before = running.engine.library().clip(pair[0].clip.as_ref().unwrap()).unwrap().unwrap();
        let png = lastframe_library::sha256_of(&running.engine.library().places().last_frame_file(&before)).unwrap();
        let frame = pair[1].request.first_frame.as_ref().unwrap();
        assert_eq!(frame.id.as_str(), png, "it begins with the frame that the one before ends on");
        assert_eq!(pair[1].request.continues.as_ref(), Some(&before.id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_shots_run_through_by_themselves_with_one_submit_each() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), Provider::Rehearsal, Settings::default()).unwrap();
    let rehearsal = rehearse(folder.path(), &running, 100.0).await;
    let shots: Vec<Request> = shots(4)
        .into_iter()
        .map(|shot| Request { resolution: Resolution::P480, length: Length::Seconds(2), ..shot })
        .collect();
    let begin = |act: &str| {
        let engine = running.engine.clone();
        let (act, shots) = (act.to_owned(), shots.clone());
        async move { engine.start_storyboard(act, shots, Approval::RunThrough, Provider::Rehearsal, Consent::Within).await }
    };
    let (first, second) = tokio::join!(begin("click"), begin("click"));
    let board = first.unwrap();
    assert!(matches!(second.unwrap_err(), EngineError::AlreadyStarted), "a double click");
    let board = running.until_stands(&board.id, BoardState::Done).await;
    assert_chain(&running, &board);
    let library = running.engine.library();
    assert_eq!(library.all_jobs().unwrap().len(), 4);
    for shot in &board.shots {
        assert_eq!(library.submits(&shot.job.as_ref().unwrap().id).unwrap(), (1, 1), "one submit each");
    }
    // What is seen, too: 35 dB are a mean difference of about 4.
    let places = library.places();
    let file = |place: usize| {
        let clip = library.clip(board.shots[place].clip.as_ref().unwrap()).unwrap().unwrap();
        places.clip_file(&clip)
    };
    for place in 1..4 {
        let ends = lastframe_media::last_frame(&file(place - 1)).unwrap();
        let apart = difference(&ends, &lastframe_media::frame_at(&file(place), 0).unwrap());
        assert!(apart < 4.0, "shot {place} goes on from the picture before it: {apart}");
    }
    assert_eq!(board.total, Some(board.spent), "nothing is to come");
    let (counted, cost) = (board.spent, board.shots[0].estimate.cost.unwrap());
    assert_eq!(counted, [cost; 4].into_iter().sum::<Usd>(), "the pretended bills of four shots");
    let whole = library.film(board.shots[0].clip.as_ref().unwrap()).unwrap();
    assert_eq!(whole.clips.len(), 4, "they are one film");
    running.engine.shutdown().await;
    rehearsal.shutdown().await;
}

#[tokio::test]
async fn each_seam_waits_for_a_yes_and_two_yeses_pay_once() {
    let world = world(Script::default()).await;
    let running = world.connected();
    let id = running.storyboard(3, Approval::EachSeam).await;
    let board = running.until_stands(&id, BoardState::Waiting).await;
    assert_eq!((board.wait.clone(), board.turn), (Some(BoardWait::Approval), Some(1)));
    assert_eq!(board.shots[1].state, ShotState::Waiting);
    crate::pass(20).await;
    assert_eq!(world.service.posts(), 1, "nothing goes before the yes");
    // The next prompt is mended before the yes, and the last one long before its turn.
    let shot = ShotToRun { place: 1, instead_of: None, prompt: Some("It turns north".into()) };
    let yes = || running.engine.run_storyboard(&id, shot.clone(), Consent::Within);
    let (one, other) = tokio::join!(yes(), yes());
    let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(matches!(refused[..], [EngineError::Library(LibraryError::ShotMoved)]), "{refused:?}");
    running.engine.change_shot(&id, 2, "It lands".into()).await.unwrap();
    let board = running.until_board(&id, "the second seam", |board| board.turn == Some(2)).await;
    assert_eq!((board.state, world.service.posts()), (BoardState::Waiting, 2));
    let late = yes().await.unwrap_err();
    assert_eq!(IpcError::from(late).code, ErrorCode::WrongState, "a yes to a shot that is done starts nothing");
    running.run_shot(&board, 2, Consent::Within).await.unwrap();
    let board = running.until_stands(&id, BoardState::Done).await;
    assert_chain(&running, &board);
    assert_eq!(world.service.posts(), 3);
    let prompts: Vec<String> = world.service.script().posts.iter().map(ToString::to_string).collect();
    assert!(prompts[1].contains("It turns north") && prompts[2].contains("It lands"), "with the prompts as they stood");
}

#[tokio::test]
async fn a_link_that_fails_stops_the_chain_and_is_run_again_by_a_click() {
    let world = world(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let id = running.storyboard(3, Approval::RunThrough).await;
    running.until_board(&id, "the first to be sent", |_| world.service.posts() == 1).await;
    {
        let mut script = world.service.script();
        script.submits.push_back(refusal());
        script.busy = false;
    }
    let board = running.until_stands(&id, BoardState::Stopped).await;
    let states: Vec<ShotState> = board.shots.iter().map(|shot| shot.state).collect();
    assert_eq!(states, [ShotState::Done, ShotState::Failed, ShotState::Planned]);
    assert!(board.shots[0].clip.is_some(), "what is done stays");
    let one = board.shots[0].estimate.cost.unwrap();
    assert_eq!((board.spent, board.to_come), (one, Some(one)), "a refused shot costs nothing");
    crate::pass(20).await;
    assert_eq!(world.service.posts(), 2, "nothing follows a link that failed, and nothing is tried again");

    let failed = job_of(&board, 1);
    let again = || running.run_shot(&board, 1, Consent::Within);
    let (first, second) = tokio::join!(again(), again());
    assert!(first.is_ok() != second.is_ok(), "two clicks, one job");
    let board = running.until_stands(&id, BoardState::Done).await;
    assert_eq!(world.service.posts(), 4);
    assert!(running.job(&failed).dismissed, "the card of the failed one is put away");
    assert_chain(&running, &board);

    // Another take of the second shot: the third is planned again, the clips stay.
    running.run_shot(&board, 1, Consent::Within).await.unwrap();
    let board = running.until_stands(&id, BoardState::Done).await;
    assert_chain(&running, &board);
    assert_eq!((world.service.posts(), running.engine.library().clips(None, 10).unwrap().total), (6, 5));
    assert_eq!(board.spent, [one; 5].into_iter().sum::<Usd>(), "takes that were replaced were paid for, too");
}

/// Runs the engine until `reached`, then kills it: nothing gets to finish or to say goodbye.
fn killed(world: &World, reached: impl AsyncFnOnce(&Running) -> StoryboardId + Send + 'static) -> StoryboardId {
    let (folder, provider) = (world.folder.path().to_owned(), world.provider());
    let run = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (running, id) = runtime.block_on(async {
            let running = start(&folder, provider, Settings::default()).unwrap();
            running.connect(KEY);
            let id = reached(&running).await;
            (running, id)
        });
        runtime.shutdown_timeout(Duration::from_secs(5));
        drop(running);
        id
    };
    std::thread::spawn(run).join().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_in_the_third_shot_it_is_finished_by_the_next_run_with_one_submit_each() {
    let lengths = [Duration::ZERO, Duration::ZERO, Duration::from_mins(10)];
    let world = world(Script { lengths: lengths.into(), ..Script::default() }).await;
    let id = killed(&world, async |running| {
        let id = running.storyboard(4, Approval::RunThrough).await;
        let board = running.until_board(&id, "the third", |board| board.shots[2].job.is_some()).await;
        running.until_state(&job_of(&board, 2), JobState::Running).await;
        id
    });
    assert_eq!(world.service.posts(), 3);
    world.service.script().ends.clear();
    let running = world.connected();
    let board = running.until_stands(&id, BoardState::Done).await;
    assert_chain(&running, &board);
    assert_eq!(world.service.posts(), 4, "one submit a shot");
    assert_eq!(running.engine.library().all_jobs().unwrap().len(), 4);
}

#[tokio::test]
async fn closed_between_two_shots_the_next_one_is_started_by_the_next_run() {
    let world = world(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let id = running.storyboard(2, Approval::RunThrough).await;
    let first = job_of(&running.board(&id).await, 0);
    running.until_state(&first, JobState::Running).await;
    // What is on its way still arrives; nobody starts another shot meanwhile.
    world.service.script().videos.push_back(Reply::Hang);
    world.service.script().busy = false;
    running.until_state(&first, JobState::Downloading).await;
    running.until(&first, "the download", |_| world.service.script().fetched == 1).await;
    running.engine.shutdown().await;

    let running = world.start();
    running.connect(KEY);
    running.engine.idle().await;
    let board = running.board(&id).await;
    assert_eq!(board.state, BoardState::Done, "idle waits for what is about to be started, too");
    assert_chain(&running, &board);
    assert_eq!(world.service.posts(), 2);
}

#[tokio::test]
async fn a_guard_looks_at_the_sum_first_and_at_each_shot_when_its_turn_comes() {
    let world = world(Script { busy: true, ..Script::default() }).await;
    // 0.1853 each: three pass, a fourth does not.
    let guards = Guards { monthly_budget: Some("0.60".parse().unwrap()), ..Guards::default() };
    let settings = Settings { guards, ..Settings::default() };
    let running = start(world.folder.path(), world.provider(), settings).unwrap();
    running.connect(KEY);
    let begin = |count| {
        let provider = running.provider.clone();
        running.engine.start_storyboard("act".into(), shots(count), Approval::RunThrough, provider, Consent::Within)
    };
    let error = begin(4).await.unwrap_err();
    assert!(matches!(error, EngineError::NeedsYes(_)), "the sum up front: {error}");
    assert_eq!(running.engine.library().all_jobs().unwrap(), [], "nothing was written");
    let id = begin(3).await.unwrap().id;
    running.enqueue().await;
    world.service.script().busy = false;
    let board = running.until_stands(&id, BoardState::Waiting).await;
    let Some(BoardWait::Guard { breach }) = board.wait.clone() else { panic!("{:?}", board.wait) };
    assert_eq!((breach.guard, breach.amount), (Guard::MonthlyBudget, Some("0.7412".parse().unwrap())));
    assert_eq!(board.turn, Some(2), "money was spent elsewhere meanwhile");
    crate::pass(20).await;
    assert_eq!(world.service.posts(), 3);
    let error = running.run_shot(&board, 2, Consent::Within).await.unwrap_err();
    assert!(matches!(error, EngineError::NeedsYes(_)), "{error}");
    running.run_shot(&board, 2, Consent::Beyond).await.unwrap();
    running.until_stands(&id, BoardState::Done).await;
    assert_eq!(world.service.posts(), 4);
}

#[tokio::test]
async fn a_yes_to_the_sum_is_not_asked_for_again_at_every_shot() {
    let world = world(Script::default()).await;
    let guards = Guards { monthly_budget: Some("0.20".parse().unwrap()), job_ceiling: Some("0.10".parse().unwrap()) };
    let settings = Settings { guards, ..Settings::default() };
    let running = start(world.folder.path(), world.provider(), settings).unwrap();
    running.connect(KEY);
    let provider = running.provider.clone();
    let board =
        running.engine.start_storyboard("act".into(), shots(3), Approval::RunThrough, provider, Consent::Beyond).await;
    running.until_stands(&board.unwrap().id, BoardState::Done).await;
    assert_eq!(world.service.posts(), 3);
}

#[tokio::test]
async fn an_unknown_outcome_is_settled_first_and_then_it_goes_on_by_itself() {
    let world = world(Script { submits: [Reply::Drop].into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.storyboard(2, Approval::RunThrough).await;
    let board = running.until_stands(&id, BoardState::Stopped).await;
    assert_eq!(board.shots[0].state, ShotState::Unknown);
    let error = running.run_shot(&board, 0, Consent::Beyond).await.unwrap_err();
    assert!(
        matches!(error, EngineError::Library(LibraryError::WrongState { actual: JobState::Unknown })),
        "it may have been paid for: {error}"
    );
    running.engine.settle(&job_of(&board, 0), Outcome::Task { id: TaskId::new("task-1") }).await.unwrap();
    running.until_stands(&id, BoardState::Done).await;
    assert_eq!(world.service.posts(), 2, "settling sends nothing");
}

#[tokio::test]
async fn a_job_that_is_sent_again_by_its_card_is_the_storyboards() {
    let world = world(Script { submits: [refusal()].into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.storyboard(2, Approval::RunThrough).await;
    let board = running.until_stands(&id, BoardState::Stopped).await;
    let new = running.engine.send_again(&job_of(&board, 0), Consent::Within).await.unwrap();
    let board = running.until_stands(&id, BoardState::Done).await;
    assert_eq!(job_of(&board, 0), new.id);
    assert_chain(&running, &board);
    assert_eq!(world.service.posts(), 3);
}

#[tokio::test]
async fn who_stops_it_lets_nothing_more_start_and_owes_nothing_for_what_was_queued() {
    let world = world(Script { busy: true, ..Script::default() }).await;
    let running = world.start_with(1);
    running.connect(KEY);
    let other = running.enqueue().await;
    running.until_state(&other, JobState::Running).await;
    let id = running.storyboard(2, Approval::RunThrough).await;
    let queued = job_of(&running.board(&id).await, 0);
    let halted = running.engine.halt_storyboard(&id).await.unwrap();
    assert_eq!((halted.state, halted.shots[0].state), (BoardState::Halted, ShotState::Waiting));
    let taken = running.job(&queued);
    assert_eq!((taken.state, taken.dismissed), (JobState::Canceled, true));
    world.service.script().busy = false;
    running.until_state(&other, JobState::Done).await;
    crate::pass(20).await;
    assert_eq!(world.service.posts(), 1, "nothing of it was sent");
    running.engine.resume_storyboard(&id, Consent::Within).await.unwrap();
    running.until_shot(&id, 0, ShotState::Done).await;
    running.until_stands(&id, BoardState::Done).await;
    assert_eq!(world.service.posts(), 3);
    running.engine.put_storyboard_away(&id).await.unwrap();
    assert_eq!(running.engine.storyboards().await.unwrap(), []);
}

#[tokio::test]
async fn stopped_in_a_shot_that_one_arrives_and_no_other_follows() {
    let world = world(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let id = running.storyboard(2, Approval::RunThrough).await;
    running.until_state(&job_of(&running.board(&id).await, 0), JobState::Running).await;
    let error = running.engine.put_storyboard_away(&id).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::WrongState, "nothing starts out of sight");
    running.engine.halt_storyboard(&id).await.unwrap();
    world.service.script().busy = false;
    running.until_shot(&id, 0, ShotState::Done).await;
    crate::pass(20).await;
    assert_eq!((running.board(&id).await.state, world.service.posts()), (BoardState::Halted, 1));
}

#[tokio::test]
async fn a_frame_that_cannot_be_had_is_asked_about_and_not_tried_for_ever() {
    let world = world(Script::default()).await;
    let running = world.connected();
    let id = running.storyboard(2, Approval::EachSeam).await;
    let board = running.until_stands(&id, BoardState::Waiting).await;
    let library = running.engine.library();
    let clip = library.clip(board.shots[0].clip.as_ref().unwrap()).unwrap().unwrap();
    let places = library.places();
    for file in [places.clip_file(&clip), places.last_frame_file(&clip)] {
        std::fs::rename(&file, file.with_extension("away")).unwrap();
    }
    let error = running.run_shot(&board, 1, Consent::Within).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::Storage);
    assert_eq!(world.service.posts(), 1, "no shot begins with another picture");
    for file in [places.clip_file(&clip), places.last_frame_file(&clip)] {
        std::fs::rename(file.with_extension("away"), &file).unwrap();
    }
    running.run_shot(&board, 1, Consent::Within).await.unwrap();
    running.until_stands(&id, BoardState::Done).await;
}

#[tokio::test]
async fn one_shot_that_cannot_be_asked_for_keeps_all_from_going() {
    let world = world(Script::default()).await;
    let running = world.connected();
    let long = Request { length: Length::Seconds(99), ..boat() };
    let unknown = Request { model: ModelId::new("none"), ..boat() };
    let own = lastframe_model::storyboard::expected_frame(lastframe_model::PixelSize { width: 640, height: 640 });
    let pictured = Request { first_frame: Some(own), ..boat() };
    for (bad, field) in [(long, Field::Length), (unknown, Field::Model), (pictured, Field::FirstFrame)] {
        let shots = vec![boat(), bad, boat()];
        let provider = running.provider.clone();
        let error = running
            .engine
            .start_storyboard("a".into(), shots, Approval::RunThrough, provider, Consent::Within)
            .await
            .unwrap_err();
        assert!(error.to_string().starts_with("Row 2: "), "{error}");
        let error = IpcError::from(error);
        assert_eq!((error.code, error.field), (ErrorCode::Invalid, Some(field)));
    }
    assert_eq!(running.engine.storyboards().await.unwrap(), [], "nothing was written");
    assert_eq!(running.engine.library().all_jobs().unwrap(), []);
}
