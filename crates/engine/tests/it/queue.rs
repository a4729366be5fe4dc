//! The queue: its pause, its order, and what may be spent without a yes.

use lastframe_engine::EngineError;
use lastframe_library::LibraryError;
use lastframe_model::{
    Consent, ErrorCode, Event, Guard, GuardBreach, Guards, IpcError, Job, JobId, JobState, Outcome, PriceTable,
    Provider, Reason, Request, Settings, TaskId, Usd,
};
use serde_json::json;

use crate::service::{KEY, Reply, Script};
use crate::{Running, World, boat, pass, start};

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

/// A request that can be told from others where it arrives.
fn with_seed(seed: u32) -> Request {
    Request { seed: Some(seed), ..boat() }
}

async fn enqueue(running: &Running, request: Request, consent: Consent) -> Result<Vec<Job>, EngineError> {
    running.engine.enqueue(request, 1, running.provider.clone(), consent).await
}

/// The seeds in the order in which they arrived.
fn arrived(world: &World) -> Vec<u64> {
    let seed = |post: &serde_json::Value| post["input"][0]["params"]["seed"].as_u64().unwrap();
    world.service.script().posts.iter().map(seed).collect()
}

fn guarded(world: &World, guards: Guards) -> Running {
    let settings = Settings { guards, ..Settings::default() };
    start(world.folder.path(), world.provider(), settings).unwrap()
}

fn breach(error: &EngineError) -> GuardBreach {
    let &EngineError::NeedsYes(breach) = error else { panic!("{error}") };
    let said = IpcError::from(EngineError::NeedsYes(breach));
    assert_eq!((said.code, said.reason), (ErrorCode::NeedsYes, Some(Reason::Guard(breach))), "the window can ask");
    breach
}

/// What one boat is expected to cost.
fn price() -> Usd {
    PriceTable::default().estimate(&boat()).cost.unwrap()
}

#[tokio::test]
async fn a_paused_queue_sends_nothing_and_what_was_sent_goes_on() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let sent = running.enqueue().await;
    running.until_state(&sent, JobState::Running).await;
    assert!(running.engine.pause_queue(true).await.unwrap().paused);
    let held = running.enqueue_some(2).await;
    pass(30).await;
    assert_eq!(world.service.posts(), 1);
    for id in &held {
        let job = running.job(id);
        assert_eq!((job.state, job.wait), (JobState::Queued, None), "the standing says it once for all");
    }
    world.service.script().busy = false;
    running.until_state(&sent, JobState::Done).await;
    running.engine.shutdown().await;
    drop(running);

    let running = world.connected();
    assert!(
        running.engine.standing().await.unwrap().paused,
        "who paused before a flight wants nothing sent on landing"
    );
    pass(30).await;
    assert_eq!(world.service.posts(), 1);
    assert_eq!(running.engine.cancel_queued(&held[1]).await.unwrap().state, JobState::Canceled, "it can be taken out");
    assert!(!running.engine.pause_queue(false).await.unwrap().paused);
    running.until_state(&held[0], JobState::Done).await;
    running.engine.idle().await;
    assert_eq!(world.service.posts(), 2);
    assert_eq!(running.engine.library().submits(&held[1]).unwrap(), (0, 0), "stopped before it was sent: nothing owed");
    let paused: Vec<bool> = {
        let events = running.events.lock().unwrap();
        let standings = events.iter().filter_map(|event| match event {
            Event::Standing(standing) => Some(standing.paused),
            _ => None,
        });
        standings.collect()
    };
    assert!(paused.contains(&true) && paused.last() == Some(&false), "told: {paused:?}");
}

#[tokio::test]
async fn a_job_that_was_sent_in_the_meantime_is_not_canceled_by_who_saw_it_queued() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until_state(&id, JobState::Running).await;
    let before = running.job(&id);
    let error = running.engine.cancel_queued(&id).await.unwrap_err();
    assert!(matches!(error, EngineError::Library(LibraryError::WrongState { actual: JobState::Running })), "{error}");
    let said = IpcError::from(error);
    assert_eq!(
        (said.code, said.reason),
        (ErrorCode::WrongState, Some(Reason::Job(JobState::Running))),
        "where it is now"
    );
    assert_eq!(running.job(&id).task_id, before.task_id);
    world.service.script().busy = false;
    running.until_state(&id, JobState::Done).await;
    let error = running.engine.cancel_queued(&id).await.unwrap_err();
    assert!(matches!(error, EngineError::Library(LibraryError::WrongState { actual: JobState::Done })), "{error}");
    let error = running.engine.cancel_queued(&JobId::new("gone")).await.unwrap_err();
    assert!(matches!(error, EngineError::Library(LibraryError::NoSuchJob(_))), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn canceling_while_jobs_are_being_sent_takes_out_none_that_left() {
    let (mut out, mut late) = (0, 0);
    for round in 0..10_u64 {
        let world = World::new(Script::default()).await;
        let running = world.start_with(4);
        running.connect(KEY);
        let ids = running.enqueue_some(8).await;
        tokio::time::sleep(std::time::Duration::from_millis(round * 4)).await;
        let mut canceled = Vec::new();
        for id in ids.iter().rev() {
            match running.engine.cancel_queued(id).await {
                Ok(job) => canceled.push(job.id),
                Err(EngineError::Library(LibraryError::WrongState { actual })) => {
                    assert_ne!(actual, JobState::Queued);
                }
                Err(error) => panic!("{error}"),
            }
        }
        running.engine.idle().await;
        for id in &ids {
            let taken_out = canceled.contains(id);
            let (job, submits) = (running.job(id), running.engine.library().submits(id).unwrap());
            let end = if taken_out { (JobState::Canceled, (0, 0)) } else { (JobState::Done, (1, 1)) };
            assert_eq!((job.state, submits), end, "sent and followed to its clip, or never sent");
        }
        assert_eq!(world.service.posts(), ids.len() - canceled.len());
        (out, late) = (out + canceled.len(), late + ids.len() - canceled.len());
    }
    println!("cancel before sending: {out} taken out unsent, {late} too late and followed to their clips");
    assert!(out > 0 && late > 0, "both happened: {out}, {late}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_after_the_pause_was_confirmed() {
    for _ in 0..15 {
        let world = World::new(Script::default()).await;
        let running = world.start_with(10);
        running.connect(KEY);
        running.enqueue_some(8).await;
        running.engine.pause_queue(true).await.unwrap();
        let begun = |running: &Running| {
            let jobs = running.engine.library().all_jobs().unwrap();
            jobs.iter().filter(|job| job.state != JobState::Queued).count()
        };
        let at_once = begun(&running);
        pass(6).await;
        assert_eq!(begun(&running), at_once);
    }
}

#[tokio::test]
async fn jobs_are_sent_in_the_order_that_the_person_gave_them() {
    let world = World::new(Script::default()).await;
    let running = world.start_with(1);
    running.connect(KEY);
    running.engine.pause_queue(true).await.unwrap();
    let mut ids: Vec<JobId> = Vec::new();
    for seed in 1..=5 {
        ids.push(enqueue(&running, with_seed(seed), Consent::Within).await.unwrap().remove(0).id);
    }
    let engine = &running.engine;
    engine.move_in_queue(&ids[4], Some(ids[0].clone())).await.unwrap(); // 5 1 2 3 4
    engine.move_in_queue(&ids[0], None).await.unwrap(); // 5 2 3 4 1
    let moved = engine.move_in_queue(&ids[3], Some(ids[1].clone())).await.unwrap(); // 5 4 2 3 1
    assert!(running.told(&ids[3]).contains(&moved), "told as it stands");
    let error = engine.move_in_queue(&ids[1], Some(JobId::new("gone"))).await.unwrap_err();
    assert!(matches!(error, EngineError::Library(LibraryError::NoSuchJob(_))), "{error}");
    engine.pause_queue(false).await.unwrap();
    engine.idle().await;
    assert_eq!(arrived(&world), [5, 4, 2, 3, 1]);
    let error = engine.move_in_queue(&ids[0], None).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::WrongState, "what was sent stands in no queue");
}

#[tokio::test]
async fn moving_the_same_two_jobs_a_hundred_times_keeps_a_strict_order() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    let ids = running.enqueue_some(4).await;
    for turn in 0..100 {
        // Between the same two neighbours each time: the numbers between them run out.
        let (moved, before) = if turn % 2 == 0 { (2, 1) } else { (1, 2) };
        running.engine.move_in_queue(&ids[moved], Some(ids[before].clone())).await.unwrap();
        let open = running.engine.library().open_jobs().unwrap();
        assert!(open.is_sorted_by(|a, b| a.position < b.position), "turn {turn}");
        let order: Vec<&JobId> = open.iter().map(|job| &job.id).collect();
        assert_eq!(order, [&ids[0], &ids[moved], &ids[before], &ids[3]], "turn {turn}");
    }
}

#[tokio::test]
async fn a_job_above_the_ceiling_needs_a_yes() {
    let world = World::new(Script::default()).await;
    let running = guarded(&world, Guards { job_ceiling: Some(usd("0.05")), monthly_budget: None });
    running.connect(KEY);
    let asked = breach(&enqueue(&running, boat(), Consent::Within).await.unwrap_err());
    assert_eq!((asked.guard, asked.limit, asked.amount), (Guard::JobCeiling, usd("0.05"), Some(price())));
    assert!(running.engine.library().all_jobs().unwrap().is_empty(), "nothing was written down");
    let job = enqueue(&running, boat(), Consent::Beyond).await.unwrap().remove(0);
    running.until_state(&job.id, JobState::Done).await;
    assert_eq!(world.service.posts(), 1);

    // Exactly at the ceiling is within it.
    let guards = Guards { job_ceiling: Some(price()), monthly_budget: None };
    running.engine.change_settings(Settings { guards, ..Settings::default() });
    enqueue(&running, boat(), Consent::Within).await.unwrap();
}

#[tokio::test]
async fn a_model_without_a_price_needs_a_yes_wherever_a_guard_is_set() {
    let prices = PriceTable { prices: Vec::new(), ..PriceTable::default() };
    for guards in [
        Guards { job_ceiling: Some(usd("100")), monthly_budget: None },
        Guards { job_ceiling: None, monthly_budget: Some(usd("100")) },
    ] {
        let world = World::new(Script::default()).await;
        let settings = Settings { guards, prices: prices.clone(), ..Settings::default() };
        let running = start(world.folder.path(), world.provider(), settings).unwrap();
        let asked = breach(&enqueue(&running, boat(), Consent::Within).await.unwrap_err());
        assert_eq!(asked.amount, None, "nobody knows what it would come to");
        enqueue(&running, boat(), Consent::Beyond).await.unwrap();
        // Practice costs nothing, whatever the guards are.
        let practice = running.engine.enqueue(boat(), 8, Provider::Rehearsal, Consent::Within).await;
        assert_eq!(practice.unwrap().len(), 8);
    }
    let world = World::new(Script::default()).await;
    let settings = Settings { prices, ..Settings::default() };
    let running = start(world.folder.path(), world.provider(), settings).unwrap();
    enqueue(&running, boat(), Consent::Within).await.expect("without a guard nothing is asked");
}

#[tokio::test]
async fn the_months_budget_counts_what_is_open_and_what_may_have_been_paid() {
    let script = Script {
        submits: [Reply::Drop, Reply::Json(400, json!({"error": {"code": 3_004_005}}))].into(),
        ..Script::default()
    };
    let world = World::new(script).await;
    let two = usd(&(price().amount() + price().amount()).to_string());
    let running = guarded(&world, Guards { monthly_budget: Some(two), job_ceiling: None });
    running.connect(KEY);
    // May have been paid: it counts. Refused: it does not.
    let unknown = enqueue(&running, boat(), Consent::Within).await.unwrap().remove(0).id;
    running.until_state(&unknown, JobState::Unknown).await;
    let refused = enqueue(&running, boat(), Consent::Within).await.unwrap().remove(0).id;
    running.until_state(&refused, JobState::Failed).await;
    assert_eq!(running.engine.standing().await.unwrap().spent_this_month, price());
    // A practice job does not count.
    running.engine.enqueue(boat(), 3, Provider::Rehearsal, Consent::Within).await.unwrap();

    let asked =
        breach(&running.engine.enqueue(boat(), 2, running.provider.clone(), Consent::Within).await.unwrap_err());
    assert_eq!((asked.guard, asked.limit), (Guard::MonthlyBudget, two));
    assert_eq!(asked.amount.unwrap().amount(), price().amount() * rust_decimal::Decimal::from(3));
    enqueue(&running, boat(), Consent::Within).await.expect("one more fits exactly");
    breach(&enqueue(&running, boat(), Consent::Within).await.unwrap_err());
    breach(&running.engine.send_again(&refused, Consent::Within).await.unwrap_err());
    assert!(!running.job(&refused).dismissed, "a refused click changes nothing");

    // The unknown one was not sent after all: its share is free again.
    running.engine.settle(&unknown, Outcome::NotSent).await.unwrap();
    running.engine.send_again(&refused, Consent::Within).await.unwrap();
    breach(&enqueue(&running, boat(), Consent::Within).await.unwrap_err());
    enqueue(&running, boat(), Consent::Beyond).await.expect("a yes is a yes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_clicks_at_once_cannot_slip_under_the_budget_together() {
    let world = World::new(Script::default()).await;
    let three = usd(&(price().amount() * rust_decimal::Decimal::from(3)).to_string());
    let running = guarded(&world, Guards { monthly_budget: Some(three), job_ceiling: None });
    let clicks: Vec<_> = (0..12)
        .map(|_| {
            let (engine, provider) = (running.engine.clone(), running.provider.clone());
            tokio::spawn(async move { engine.enqueue(boat(), 1, provider, Consent::Within).await })
        })
        .collect();
    let mut taken = 0;
    for click in clicks {
        match click.await.unwrap() {
            Ok(_) => taken += 1,
            Err(error) => assert_eq!(breach(&error).guard, Guard::MonthlyBudget),
        }
    }
    assert_eq!((taken, running.engine.library().all_jobs().unwrap().len()), (3, 3));
    assert_eq!(running.engine.standing().await.unwrap().spent_this_month, three);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_task_given_for_two_jobs_at_once_goes_to_one_of_them() {
    let world = World::new(Script { submits: vec![Reply::Drop; 2].into(), busy: true, ..Script::default() }).await;
    let running = world.start_with(1);
    running.connect(KEY);
    let ids = running.enqueue_some(2).await;
    for id in &ids {
        running.until_state(id, JobState::Unknown).await;
    }
    for nothing in ["", "   ", "\n\t"] {
        let error = running.engine.settle(&ids[0], Outcome::Task { id: TaskId::new(nothing) }).await.unwrap_err();
        assert!(matches!(error, EngineError::EmptyTaskId), "{error}");
        assert_eq!(IpcError::from(error).code, ErrorCode::Invalid);
    }
    for round in 0..10 {
        let task = format!("task-{}", round + 10);
        // Both look first: the look-up takes a while at the service.
        world.service.script().trip = std::time::Duration::from_millis(20);
        let settle = |id: &JobId| {
            let (engine, id, task) = (running.engine.clone(), id.clone(), TaskId::new(task.clone()));
            tokio::spawn(async move { engine.settle(&id, Outcome::Task { id: task }).await })
        };
        let (one, two) = (settle(&ids[0]), settle(&ids[1]));
        let outcomes = [one.await.unwrap(), two.await.unwrap()];
        let winner = outcomes.iter().position(Result::is_ok).expect("one of them has it");
        let error = outcomes.into_iter().nth(1 - winner).unwrap().expect_err("only one");
        assert!(matches!(error, EngineError::TaskTaken(ref job) if *job == ids[winner]), "round {round}: {error}");
        assert_eq!(running.job(&ids[1 - winner]).state, JobState::Unknown, "the other is as it was");
        if round < 9 {
            // Back to where both were, by hand: no way of the program leads there.
            running.engine.stop_following(&ids[winner]).await.unwrap();
            let raw = rusqlite::Connection::open(running.engine.library().places().database()).unwrap();
            raw.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
            let back = "UPDATE jobs SET state = 'unknown', task_id = NULL WHERE id = ?1";
            raw.execute(back, [ids[winner].as_str()]).unwrap();
        }
    }
    assert_eq!(world.service.posts(), 2, "settling sends nothing");
}
