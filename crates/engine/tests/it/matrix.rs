//! Every way in which the host of a file can answer, cut off or lie: each ends with the very bytes of the file, or with
//! a wait that says why. Run alone with `cargo test -p lastframe-engine -p lastframe-provider matrix -- --nocapture` to see the rows.

#![expect(clippy::print_stdout, reason = "the rows are shown by the checks")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use lastframe_model::{Clip, Job, JobState, WaitReason};
use lastframe_provider::{Client, Limits};
use secrecy::SecretString;

use crate::host::{Answer, Bit, ETAG, Host, cut_at, fixed, head, honest, partial, whole};
use crate::service::{KEY, Script};
use crate::{Running, World, pass, with_video};

/// Bytes of the video. What is not pictures is a box that players skip.
pub const LENGTH: usize = 600_000;

/// The test's video, made longer by a `free` box whose bytes are all different enough to notice a shift.
pub fn padded(length: usize) -> Vec<u8> {
    let mut video = with_video(Script::default()).video;
    let free = length - video.len();
    video.extend_from_slice(&u32::try_from(free).unwrap().to_be_bytes());
    video.extend_from_slice(b"free");
    let mut state = 1_u32;
    while video.len() < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        video.push(state.to_be_bytes()[0]);
    }
    video
}

/// A library, a service and a host of files, with short limits.
pub struct Ground {
    pub world: World,
    pub running: Running,
    pub host: Host,
}

impl Ground {
    pub async fn new(length: usize) -> Self {
        let host = Host::start(padded(length)).await;
        let link = host.link();
        let script = Script { link: Some(Box::new(move |_| link.clone())), size: Some(length), ..Script::default() };
        let world = World::new(script).await;
        let running = world.start_with(4);
        connect(&running);
        Self { world, running, host }
    }

    pub fn clip(&self, job: &Job) -> (Clip, PathBuf) {
        let library = self.running.engine.library();
        let clip = library.clip(job.clip.as_ref().unwrap()).unwrap().unwrap();
        let file = library.places().clip_file(&clip);
        (clip, file)
    }

    /// One job against this plan: it ends with the very bytes, and with nothing left beside them.
    async fn row(&self, name: &str, plan: Vec<Answer>, said: Option<WaitReason>) -> usize {
        let planned = plan.len();
        {
            let mut state = self.host.state();
            (state.plan, state.asked) = (plan.into(), Vec::new());
        }
        let id = self.running.enqueue().await;
        let job = self.running.until_state(&id, JobState::Done).await;
        let (clip, file) = self.clip(&job);
        let state = self.host.state();
        assert_eq!(std::fs::read(&file).unwrap(), state.file, "{name}: byte for byte");
        assert_eq!(clip.sha256, lastframe_library::sha256_of(&file).unwrap(), "{name}");
        assert!(state.plan.is_empty(), "{name}: all of it happened");
        let waits: Vec<_> = self.running.told(&id).iter().filter_map(|job| Some(job.wait.clone()?.reason)).collect();
        assert!(!waits.contains(&WaitReason::Offline), "{name}: being offline is no matter of one job");
        if let Some(reason) = said.filter(|reason| *reason != WaitReason::Offline) {
            assert!(waits.contains(&reason), "{name}: says {reason:?} meanwhile, not {waits:?}");
        }
        assert_no_parts(file.parent().unwrap().parent().unwrap(), name);
        for asked in &state.asked {
            assert!(!asked.head.contains("authorization"), "{name}: the key is for the service alone: {}", asked.head);
            assert!(!asked.head.contains(KEY), "{name}: {}", asked.head);
        }
        let said = said.filter(|reason| *reason != WaitReason::Offline);
        let said = said.map_or_else(String::new, |reason| format!(", {reason:?} said meanwhile"));
        println!("matrix: {name} → byte-identical after {} requests ({planned} planned){said}", state.asked.len());
        state.asked.len()
    }
}

fn connect(running: &Running) {
    let lastframe_model::Provider::Service { address } = &running.provider else { unreachable!() };
    let limits = Limits { connect: Duration::from_secs(2), stall: Duration::from_millis(1500), ..Limits::default() };
    let client = Client::with_limits(address, SecretString::from(KEY), limits).unwrap();
    running.engine.connect(running.provider.clone(), client);
}

pub fn assert_no_parts(clips: &Path, name: &str) {
    for entry in std::fs::read_dir(clips).unwrap() {
        let path = entry.unwrap().path();
        assert!(path.is_dir(), "{name}: {} is left over", path.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranges_are_checked_against_what_was_asked_for() {
    let ground = Ground::new(LENGTH).await;
    let half = LENGTH / 2;
    let offline = Some(WaitReason::Offline);
    let trouble = Some(WaitReason::ServiceTrouble);

    assert_eq!(ground.row("200", vec![], None).await, 1);
    ground.row("206 after a cut", vec![cut_at(half)], offline).await;
    let ignores: Answer = Box::new(|asked, file| {
        assert_eq!(asked.from, Some(LENGTH / 2), "what arrived is not asked for again");
        whole(ETAG, file)
    });
    ground.row("200 to a range", vec![cut_at(half), ignores], offline).await;
    let one_more: Answer = Box::new(|_, file| {
        let length = (file.len() + 1).to_string();
        let head = head("200 OK", &[("Content-Length", &length), ("ETag", ETAG)]);
        vec![Bit::Send(head), Bit::Send(file.to_vec())]
    });
    ground.row("416, the part is complete", vec![one_more, Box::new(honest)], offline).await;
    let oversize: Answer = Box::new(|_, file| {
        let length = (file.len() + 2000).to_string();
        let head = head("200 OK", &[("Content-Length", &length), ("ETag", ETAG)]);
        vec![Bit::Send(head), Bit::Send(file.to_vec()), Bit::Send(vec![7; 1000])]
    });
    ground.row("416, the part is too long", vec![oversize, Box::new(honest)], offline).await;
    let old = || -> Answer {
        Box::new(|_, file| {
            let length = file.len().to_string();
            let head = head("200 OK", &[("Content-Length", &length), ("ETag", "\"old\"")]);
            vec![Bit::Send(head), Bit::Send(vec![9; LENGTH / 3])]
        })
    };
    ground.row("changed ETag, 200", vec![old()], offline).await;
    let new_piece: Answer = Box::new(|asked, file| {
        let from = asked.from.unwrap();
        partial(&format!("bytes {from}-{}/{}", file.len() - 1, file.len()), ETAG, &file[from..])
    });
    ground.row("changed ETag, 206 all the same", vec![old(), new_piece], offline).await;
    let shifted: Answer = Box::new(|asked, file| {
        let from = asked.from.unwrap() - 500;
        partial(&format!("bytes {from}-{}/{}", file.len() - 1, file.len()), ETAG, &file[from..])
    });
    ground.row("wrong Content-Range, another start", vec![cut_at(half), shifted], offline).await;
    let nonsense: Answer = Box::new(|asked, file| partial("bytes 9-3/2", ETAG, &file[asked.from.unwrap()..]));
    ground.row("wrong Content-Range, nonsense", vec![cut_at(half), nonsense], offline).await;
    let unasked: Answer = Box::new(|_, file| partial(&format!("bytes 100-{LENGTH}/{LENGTH}"), ETAG, &file[100..]));
    let unasked_again: Answer = Box::new(|_, file| partial("bytes 5-9/10", ETAG, &file[5..10]));
    ground.row("206 to no range", vec![unasked, unasked_again], trouble).await;
    let longer: Answer = Box::new(|asked, file| {
        let from = asked.from.unwrap();
        let range = format!("bytes {from}-{}/{}", from + 99, file.len());
        vec![
            Bit::Send(head("206 Partial Content", &[("Content-Range", &range), ("ETag", ETAG)])),
            Bit::Send(file[from..].to_vec()),
        ]
    });
    ground.row("206, more than its Content-Range", vec![cut_at(half), longer], trouble).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_cut_or_of_another_length_ends_as_the_file() {
    let ground = Ground::new(LENGTH).await;
    let offline = Some(WaitReason::Offline);
    let bad = Some(WaitReason::BadDownload);

    let cuts: Vec<Answer> = (1..=100).map(|n| cut_at(n * LENGTH / 101)).collect();
    let fetched = ground.row("cut at 100 offsets", cuts, offline).await;
    assert_eq!(fetched, 101, "each resumed, none began anew");
    {
        let state = ground.host.state();
        let from: Vec<usize> = state.asked.iter().filter_map(|asked| asked.from).collect();
        let expected: Vec<usize> = (1..=100).map(|n| n * LENGTH / 101).collect();
        assert_eq!(from, expected, "from the very byte where it broke");
    }
    ground.row("cut before the first byte", vec![cut_at(0), fixed(vec![])], offline).await;

    let short: Answer = Box::new(|_, file| whole(ETAG, &file[..file.len() - 100]));
    ground.row("shorter than the service said", vec![short], bad).await;
    let long: Answer = Box::new(|_, file| whole(ETAG, &[file, &[7; 1000]].concat()));
    ground.row("longer than the service said", vec![long], bad).await;
    let behind: Answer = Box::new(|_, file| {
        let mut bits = whole(ETAG, file);
        bits.push(Bit::Send(vec![7; 1000]));
        bits
    });
    ground.row("longer than its Content-Length", vec![behind], None).await;
    let unsized_short: Answer =
        Box::new(|_, file| vec![Bit::Send(head("200 OK", &[])), Bit::Send(file[..file.len() / 2].to_vec())]);
    ground.row("ended early without a length", vec![unsized_short], bad).await;
    ground.world.service.script().size = Some(LENGTH + 7);
    let fetched = ground.row("the service is wrong about the length, the bytes come twice", vec![], bad).await;
    assert_eq!(fetched, 2, "the second time the same bytes are believed");
    ground.world.service.script().size = Some(LENGTH);

    let stall: Answer = Box::new(|asked, file| {
        let mut bits = honest(asked, file);
        if let Some(Bit::Send(body)) = bits.last_mut() {
            body.truncate(LENGTH / 4);
        }
        bits.push(Bit::Stall);
        bits
    });
    ground.row("stall in the middle", vec![stall], offline).await;
    ground.row("stall before the head", vec![fixed(vec![Bit::Stall])], offline).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_that_expire_or_lead_elsewhere_end_at_the_file() {
    let ground = Ground::new(LENGTH).await;
    let half = LENGTH / 2;
    let offline = Some(WaitReason::Offline);
    let bad = Some(WaitReason::BadDownload);
    let trouble = Some(WaitReason::ServiceTrouble);

    let polled = ground.world.service.script().polled;
    let expired = || fixed(vec![Bit::Send(head("403 Forbidden", &[("Content-Length", "0")]))]);
    let gone = || fixed(vec![Bit::Send(head("410 Gone", &[("Content-Length", "0")]))]);
    ground.row("expired link", vec![cut_at(half), expired()], offline).await;
    ground.row("expired link again and again", vec![expired(), gone(), expired()], trouble).await;
    assert!(ground.world.service.script().polled >= polled + 4, "renewed by polling");
    let busy = || fixed(vec![Bit::Send(head("503 Service Unavailable", &[("Content-Length", "0")]))]);
    ground.row("503", vec![busy(), busy()], trouble).await;

    let other = Host::start(padded(LENGTH)).await;
    let to =
        |status: &str, link: &str| fixed(vec![Bit::Send(head(status, &[("Location", link), ("Content-Length", "0")]))]);
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        ground.row(&format!("{} to another host", &status[..3]), vec![to(status, &other.link())], None).await;
    }
    for asked in &other.state().asked {
        assert!(!asked.head.contains("authorization") && !asked.head.contains(KEY), "{}", asked.head);
        assert!(!asked.head.contains("referer"), "a signed link is no referer: {}", asked.head);
    }
    ground.row("redirect into the own network", vec![to("302 Found", "http://192.168.0.1/admin")], bad).await;
    let circle = (0..6).map(|_| to("302 Found", &ground.host.link())).collect();
    ground.row("redirects in a circle", circle, trouble).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_video_does_not_become_a_clip() {
    let ground = Ground::new(LENGTH).await;
    let bad = Some(WaitReason::BadDownload);

    let page = |kind: &str, body: &str| {
        let length = body.len().to_string();
        let head = head("200 OK", &[("Content-Length", &length), ("Content-Type", kind)]);
        fixed(vec![Bit::Send(head), Bit::Send(body.as_bytes().to_vec())])
    };
    ground.row("HTML", vec![page("text/html", "<html>log in</html>")], bad).await;
    ground.row("HTML that calls itself a video", vec![page("video/mp4", "<!doctype html><html>")], bad).await;
    ground.row("a message", vec![page("application/json", "{\"error\":\"no\"}")], bad).await;
    ground.row("text", vec![page("text/plain", "Access denied")], bad).await;
    ground.row("nothing", vec![page("video/mp4", "")], bad).await;
    let as_text: Answer = Box::new(|_, file| {
        let length = file.len().to_string();
        let head = head("200 OK", &[("Content-Length", &length), ("Content-Type", "text/plain")]);
        vec![Bit::Send(head), Bit::Send(file.to_vec())]
    });
    ground.row("a video that is called text", vec![as_text], None).await;

    ground.row("endless", vec![fixed(vec![Bit::Send(head("200 OK", &[])), Bit::Endless])], bad).await;
    let huge = fixed(vec![Bit::Send(head("200 OK", &[("Content-Length", "9000000000000000")])), Bit::Endless]);
    ground.row("a length that no clip has", vec![huge], bad).await;
    assert_eq!(ground.host.state().open, 0, "no connection is left hanging");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_gets_better_is_a_clear_wait_and_not_a_loop() {
    let ground = Ground::new(LENGTH).await;
    let garbage = || fixed(whole(ETAG, &[7; 5000]));
    ground.host.state().plan = (0..50).map(|_| garbage()).collect();
    let id = ground.running.enqueue().await;
    ground.running.until_waiting(&id, WaitReason::BadDownload).await;
    pass(60).await;
    let fetched = ground.host.state().asked.len();
    assert!((3..=8).contains(&fetched), "waits grow from a second on: {fetched} fetches in a minute");
    let job = ground.running.job(&id);
    assert_eq!(job.state, JobState::Downloading, "never the end of a paid job, however often garbage comes");
    println!("matrix: garbage for ever → a clear wait: {}", job.wait.unwrap().message);
    ground.running.engine.stop_following(&id).await.unwrap();
    pass(4).await;
    assert_no_parts(&ground.running.engine.library().places().clips, "stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_that_dies_soonest_is_fetched_first_and_three_at_once() {
    let ground = Ground::new(LENGTH).await;
    let address = ground.host.address.clone();
    ground.world.service.script().busy = true;
    // The later a task was sent, the sooner its link dies.
    ground.world.service.script().link = Some(Box::new(move |task| {
        let number: i64 = task.trim_start_matches("task-").parse().unwrap();
        let expires = jiff::Timestamp::now().as_second() + 3600 * (20 - number);
        format!("{address}/{task}.mp4?Expires={expires}&sig=s3cret")
    }));
    let running = &ground.running;
    // With the usual patience: no answer comes for a while here.
    running.connect(KEY);
    running.engine.change_settings(lastframe_model::Settings { parallel_jobs: 8, ..Default::default() });
    let ids = running.enqueue_some(8).await;
    for id in &ids {
        running.until_state(id, JobState::Running).await;
    }
    ground.host.answered.send_replace(0);
    ground.world.service.script().busy = false;
    running
        .until(&ids[0], "all of them", |_| ids.iter().all(|id| running.job(id).state == JobState::Downloading))
        .await;
    // Until each of them waits for its place, also on a slow computer.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for turn in 1..=ids.len() {
        // One transfer ends, one begins: which one is seen.
        ground.host.answered.send_replace(turn);
        let asked = (turn + 3).min(ids.len());
        running.until(&ids[0], "the next", |_| ground.host.state().asked.len() >= asked).await;
    }
    for id in &ids {
        running.until_state(id, JobState::Done).await;
    }
    let state = ground.host.state();
    let order: Vec<u32> = state
        .asked
        .iter()
        .map(|asked| asked.head.split("task-").nth(1).unwrap().split('.').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(state.most_open, 3, "three at once, no more: {order:?}");
    assert!(order.len() == 8 && order[3..].is_sorted_by(|a, b| a > b), "then the soonest-expiring first: {order:?}");
    println!("matrix: 8 links of different lives → fetched in the order {order:?}, at most 3 at once");
}
