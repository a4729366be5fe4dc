//! When the service is asked: how often, by how many at once, and what happens when it cannot be.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lastframe_model::{Event, JobId, JobState, Settings, WaitReason};
use serde_json::json;

use crate::service::{KEY, Reply, Script};
use crate::{Running, SPEED, TestClock, World, pass, running_jobs, start_by};

/// Seconds of the engine's time.
fn seconds(time: Duration) -> f64 {
    time.as_secs_f64() * f64::from(SPEED)
}

/// That many seconds of the engine's time, as real time.
fn real(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds / f64::from(SPEED))
}

/// The most calls in any window of that many seconds of the engine's time.
fn most_in(window: f64, times: &[Instant]) -> usize {
    let within = |from: &Instant| times.iter().filter(|time| **time >= *from && **time - *from < real(window)).count();
    times.iter().map(within).max().unwrap_or(0)
}

fn failed() -> Reply {
    Reply::Json(200, json!({"id": "task", "status": "failed", "error": "no"}))
}

/// Makes clips of these lengths side by side. What each cost in polls, and after how long it was noticed.
async fn make(world: &World, running: &Running, lengths: &[f64]) -> Vec<(f64, usize, f64)> {
    let (posted, asked) = {
        let mut script = world.service.script();
        script.lengths = lengths.iter().map(|length| real(*length)).collect();
        (script.posts.len(), script.asked.len())
    };
    let mut ids = Vec::new();
    while ids.len() < lengths.len() {
        ids.extend(running.enqueue_some(u32::try_from((lengths.len() - ids.len()).min(8)).unwrap()).await);
    }
    for id in &ids {
        running.until_state(id, JobState::Done).await;
    }
    let script = world.service.script();
    let made = lengths.iter().enumerate().map(|(index, length)| {
        let task = format!("task-{}", posted + index + 1);
        let polls: Vec<_> = script.asked[asked..].iter().filter(|(_, of, _)| *of == task).collect();
        let noticed = polls.iter().find(|(_, _, busy)| !busy).unwrap().0;
        (*length, polls.len(), seconds(noticed - script.ends[&task]))
    });
    made.collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::test(flavor = "multi_thread")]
async fn five_minutes_cost_at_most_sixty_polls_and_an_end_is_noticed_soon() {
    let world = World::new(Script::default()).await;
    let running = world.start_with(10);
    running.connect(KEY);
    let mut lengths = vec![300.0];
    lengths.extend((0..32).map(|number| 25.0 + f64::from(number % 8) * 12.0 + f64::from(number) / 3.0));
    let made = make(&world, &running, &lengths).await;
    let late = median(made.iter().map(|made| made.2).collect());
    println!("{} tasks, learning on the way: noticed after {late:.2} s in the median: {made:.1?}", made.len());
    let (_, polls, _) = made[0];
    println!("a task of 300 s cost {polls} polls");
    assert!((20..=60).contains(&polls), "{polls} polls for a task of 300 s");
    // Three seconds are shown by the simulation in `pace.rs`; here the noise of a busy computer and its disk counts
    // twentyfold.
    assert!(late <= 8.0, "{late} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_earlier_tasks_took_is_learned_and_still_known_after_a_restart() {
    let world = World::new(Script::default()).await;
    let running = world.start_with(10);
    running.connect(KEY);
    let first = make(&world, &running, &[96.0, 98.0, 100.0, 102.0, 104.0, 99.0]).await;
    let job = running.engine.library().all_jobs().unwrap().remove(0);
    let learned = running.engine.library().durations(&running.provider, &job.request, 30).unwrap();
    assert_eq!(learned.len(), 6, "{learned:?}");
    assert!(learned.iter().all(|took| (85.0..150.0).contains(took)), "from the submit to the end: {learned:?}");
    let flex = lastframe_model::Request { service_tier: lastframe_model::ServiceTier::Flex, ..job.request.clone() };
    assert_eq!(running.engine.library().durations(&running.provider, &flex, 30).unwrap(), [0.0; 0], "another pace");
    running.engine.shutdown().await;
    drop(running);

    let running = world.start_with(10);
    running.connect(KEY);
    let second = make(&world, &running, &[97.0, 99.0, 101.0, 103.0, 98.0, 100.0]).await;
    let polls = |made: &[(f64, usize, f64)]| {
        median(made.iter().map(|made| f64::from(u32::try_from(made.1).unwrap())).collect())
    };
    let late = |made: &[(f64, usize, f64)]| median(made.iter().map(|made| made.2).collect());
    println!(
        "100 s: never seen {} polls, noticed after {:.2} s; learned {} polls, {:.2} s",
        polls(&first),
        late(&first),
        polls(&second),
        late(&second)
    );
    assert!(late(&second) <= 8.0, "{second:?}");
    assert!(polls(&second) <= 33.0, "for hardly more polls: {first:?} {second:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_running_jobs_ask_one_after_the_other_and_each_is_noticed() {
    let world = World::new(Script { busy: true, trip: Duration::from_millis(8), ..Script::default() }).await;
    let ids = running_jobs(world.folder.path(), &world.provider(), 300, Duration::from_mins(3));
    let running = world.connected();
    let started = Instant::now();
    let jobs = |script: &Script| script.asked.iter().map(|asked| asked.1.clone()).collect::<HashSet<_>>().len();
    running.until(&ids[0], "a poll of each", |_| jobs(&world.service.script()) == 300).await;
    let took = seconds(started.elapsed());
    pass(30).await;
    let (times, most) = {
        let script = world.service.script();
        (script.asked.iter().map(|asked| asked.0).collect::<Vec<Instant>>(), script.most_polling)
    };
    let rate = most_in(10.0, &times);
    println!("300 running jobs: each asked about within {took:.0} s, at most {rate} polls in 10 s, {most} at once");
    assert!(rate <= 115, "at most about ten a second: {rate} in 10 s");
    assert!(most <= 6, "{most} at once");
    world.service.script().always = Some(failed());
    for id in &ids {
        running.until_state(id, JobState::Failed).await;
    }
    assert!(world.service.script().most_polling <= 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_many_jobs_are_paid_from_one_budget() {
    let down = Reply::Json(503, json!({"error": "maintenance"}));
    let world = World::new(Script { always: Some(down), ..Script::default() }).await;
    let ids = running_jobs(world.folder.path(), &world.provider(), 200, Duration::from_mins(3));
    let running = world.connected();
    pass(120).await;
    let polled = world.service.script().polled;
    println!("200 jobs of a service that answers 503: {polled} polls in 120 s");
    assert!((10..=90).contains(&polled), "10 at once and one each two seconds: {polled}");
    world.service.script().always = Some(failed());
    for id in &ids {
        running.until_state(id, JobState::Failed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_is_said_once_felt_by_one_call_at_a_time_and_withdrawn_at_once() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let ids = running_jobs(world.folder.path(), &world.provider(), 20, Duration::from_mins(3));
    let running = world.connected();
    for id in &ids {
        running.until(id, "a first word", |job| job.progress.is_some()).await;
    }
    let before: Vec<u32> = ids.iter().map(|id| running.job(id).revision).collect();
    world.service.script().down = true;
    running.until_hindered(Some(WaitReason::Offline)).await;
    // What was on its way has arrived, and may have been an answer.
    pass(5).await;
    running.until_hindered(Some(WaitReason::Offline)).await;
    running.events.lock().unwrap().clear();
    pass(120).await;
    let knocks = world.service.script().knocks.clone();
    println!("20 jobs offline for 120 s: {} calls", knocks.len());
    assert!((4..=45).contains(&knocks.len()), "{} calls", knocks.len());
    let after: Vec<u32> = ids.iter().map(|id| running.job(id).revision).collect();
    let waits = ids.iter().filter(|id| running.job(id).wait.is_some()).count();
    assert_eq!((waits, after == before), (0, true), "no job was written to");
    {
        let mut script = world.service.script();
        (script.down, script.busy) = (false, false);
    }
    running.until_hindered(None).await;
    for id in &ids {
        running.until_state(id, JobState::Done).await;
    }
    let told = running.hindrances_told();
    assert!(told.len() <= 2 && told.last() == Some(&None), "told when it changes, once: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_with_nothing_running_ends_by_itself_and_sends_nothing_to_find_out() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until(&id, "a word", |job| job.progress.is_some()).await;
    world.service.script().down = true;
    running.until_hindered(Some(WaitReason::Offline)).await;
    running.engine.stop_following(&id).await.unwrap();
    let queued = running.enqueue().await;
    pass(60).await;
    assert_eq!((running.job(&queued).state, running.job(&queued).wait), (JobState::Queued, None));
    assert_eq!(running.engine.library().submits(&queued).unwrap(), (0, 0), "what costs money does not feel the way");
    {
        let mut script = world.service.script();
        (script.down, script.busy) = (false, false);
    }
    running.until_hindered(None).await;
    running.until_state(&queued, JobState::Done).await;
    assert_eq!(world.service.posts(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_task_that_is_never_answered_does_not_hold_up_the_others() {
    let world = World::new(Script::default()).await;
    let ids = running_jobs(world.folder.path(), &world.provider(), 5, Duration::from_mins(3));
    world.service.script().polls = [Reply::Hang].into(); // until the client gives up, much later than this test
    let running = world.connected();
    let mut done = 0;
    let started = Instant::now();
    while done < 4 {
        done = ids.iter().filter(|id| running.job(id).state == JobState::Done).count();
        assert!(started.elapsed() < Duration::from_secs(20), "{done} of 4");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_before_retry_after_is_over() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let ids = running_jobs(world.folder.path(), &world.provider(), 30, Duration::from_mins(3));
    let running = world.connected();
    for id in &ids {
        running.until(id, "a first word", |job| job.progress.is_some()).await;
    }
    let said = Instant::now(); // before it is: the pause is as long from whenever it is heard
    world.service.script().polls = [Reply::SlowDown(60)].into();
    running.until_hindered(Some(WaitReason::RateLimited)).await;
    pass(5).await; // what was on its way has arrived
    let before = world.service.script().asked.len();
    running.until(&ids[0], "the next poll", |_| world.service.script().asked.len() > before).await;
    let first = world.service.script().asked[before].0;
    assert!(seconds(first - said) >= 60.0, "asked again after {:.1} s", seconds(first - said));
    pass(10).await;
    let times: Vec<Instant> = world.service.script().asked[before..].iter().map(|asked| asked.0).collect();
    // Ten a second, and those that were on their way together.
    assert!(most_in(1.0, &times) <= 17, "they do not all come back at once: {}", most_in(1.0, &times));
    assert_eq!(running.hindrance().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_sleep_polling_goes_on_within_five_seconds_and_without_a_burst() {
    let world = World::new(Script { busy: true, trip: Duration::from_millis(5), ..Script::default() }).await;
    // Two hours old: asked about each half minute.
    let ids = running_jobs(world.folder.path(), &world.provider(), 20, Duration::from_hours(2));
    let clock = TestClock::new(SPEED);
    let running =
        start_by(Arc::clone(&clock), world.folder.path(), world.provider(), Settings::default(), |_| {}).unwrap();
    running.connect(KEY);
    running.until(&ids[19], "a first word on each", |_| world.service.script().asked.len() >= 20).await;
    for jump in [3_600, 20] {
        pass(1).await;
        let before = world.service.script().asked.len();
        let woke = Instant::now();
        clock.jump(jump);
        running.until(&ids[0], "all polls", |_| world.service.script().asked.len() >= before + 20).await;
        let script = world.service.script();
        let times: Vec<Instant> = script.asked[before..].iter().map(|asked| asked.0).collect();
        let (first, last) = (seconds(times[0] - woke), seconds(times[19] - woke));
        println!(
            "{jump} s asleep, 20 jobs: asked again after {first:.1} – {last:.1} s, {} at once",
            script.most_polling
        );
        if jump == 3_600 {
            // Half a minute passes between two polls of a job of that age.
            assert!(first <= 12.0 && last <= 20.0, "{first} – {last}");
        }
        assert!(most_in(1.0, &times) <= 17 && script.most_polling <= 6, "no burst");
    }
    // A clock that is set back holds nothing up.
    clock.jump(-7_200);
    let before = world.service.script().asked.len();
    running.until(&ids[0], "polls", |_| world.service.script().asked.len() >= before + 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_panics_gives_its_place_to_others_and_rests_until_the_next_start() {
    let world = World::new(Script::default()).await;
    let victim: Arc<std::sync::Mutex<Option<JobId>>> = Arc::default();
    let marked = Arc::clone(&victim);
    let listen = move |event: &Event| {
        if let Event::Job(job) = event
            && job.state == JobState::Running
            && Some(&job.id) == marked.lock().unwrap().as_ref()
        {
            panic!("a listener that is broken, on purpose");
        }
    };
    let settings = Settings { parallel_jobs: 1, ..Settings::default() };
    let running = start_by(TestClock::new(SPEED), world.folder.path(), world.provider(), settings, listen).unwrap();
    let ids = running.enqueue_some(2).await;
    *victim.lock().unwrap() = Some(ids[0].clone());
    running.connect(KEY);
    running.until_state(&ids[1], JobState::Done).await;
    pass(60).await;
    let job = running.job(&ids[0]);
    assert_eq!(job.state, JobState::Running, "its task id is written down");
    let asked = world.service.script().asked.iter().filter(|asked| asked.1 == "task-1").count();
    assert_eq!((asked, world.service.posts()), (0, 2), "the same step is not tried in circles");
    running.engine.shutdown().await;
    drop(running);
    let running = world.connected();
    running.until_state(&ids[0], JobState::Done).await;
    assert_eq!(world.service.posts(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicked_job_can_be_stopped() {
    let world = World::new(Script::default()).await;
    let listen = |event: &Event| {
        if let Event::Job(job) = event {
            assert!(job.state != JobState::Running, "a listener that is broken, on purpose");
        }
    };
    let settings = Settings::default();
    let running = start_by(TestClock::new(SPEED), world.folder.path(), world.provider(), settings, listen).unwrap();
    running.connect(KEY);
    let id = running.enqueue().await;
    running.until_state(&id, JobState::Running).await;
    pass(5).await;
    assert_eq!(running.engine.stop_following(&id).await.unwrap().state, JobState::Canceled);
    running.engine.idle().await;
}
