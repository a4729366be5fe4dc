//! Fetching: the clip was paid for, so nothing that can pass ends the job.

use lastframe_library::clip_of;
use lastframe_model::{JobState, WaitReason};

use crate::service::{KEY, Reply, Script};
use crate::{World, frame, pass, png, running_jobs};

#[tokio::test]
async fn what_is_no_video_is_fetched_again() {
    for (name, bad, reason) in [
        ("html", Reply::Text(200, "text/html", "<html>login</html>"), WaitReason::BadDownload),
        (
            "garbage",
            Reply::Text(200, "video/mp4", "this is not a video at all, whatever it says"),
            WaitReason::BadDownload,
        ),
        ("dropped", Reply::Drop, WaitReason::Offline),
        ("error", Reply::Text(500, "text/plain", "oops"), WaitReason::ServiceTrouble),
    ] {
        let world = World::new(Script { videos: [bad.clone(), bad].into(), ..Script::default() }).await;
        let running = world.connected();
        let id = running.enqueue().await;
        running.until_state(&id, JobState::Done).await;
        let said = running.told(&id).iter().any(|job| job.wait.as_ref().is_some_and(|wait| wait.reason == reason));
        assert_eq!(said, reason != WaitReason::Offline, "{name}: {reason:?} stands on the card meanwhile");
        let told = [None, Some(reason), None];
        assert_eq!(running.downloads_told() == told, reason == WaitReason::Offline, "{name}: or is said of all");
        assert_eq!((world.service.posts(), world.service.script().fetched), (1, 3), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_that_are_offline_say_so_once_and_no_job_is_written_to() {
    let script = Script { videos: vec![Reply::Drop; 1_000].into(), ..Script::default() };
    let world = World::new(script).await;
    let ids = running_jobs(world.folder.path(), &world.provider(), 12, std::time::Duration::from_mins(3));
    let running = world.connected();
    for id in &ids {
        running.until_state(id, JobState::Downloading).await;
    }
    pass(60).await;
    let before: Vec<u32> = ids.iter().map(|id| running.job(id).revision).collect();
    pass(60).await;
    let after: Vec<u32> = ids.iter().map(|id| running.job(id).revision).collect();
    assert_eq!(after, before, "no row is written to");
    assert!(ids.iter().all(|id| running.job(id).wait.is_none()));
    assert_eq!(running.downloads_told(), [None, Some(WaitReason::Offline)], "once for all of them");
    let fetched = world.service.script().fetched;
    world.service.script().videos.clear();
    for id in &ids {
        running.until_state(id, JobState::Done).await;
    }
    running.engine.idle().await;
    assert_eq!(running.downloads_told(), [None, Some(WaitReason::Offline), None], "and that it is over");
    println!("12 downloads offline for 120 s: {fetched} attempts, told once");
    assert!((20..=100).contains(&fetched), "12 first attempts, 10 tokens, one each two seconds: {fetched}");
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_of_downloads_and_of_polls_are_paid_from_one_budget() {
    let error = Reply::Text(500, "text/plain", "oops");
    let world = World::new(Script { videos: vec![error; 2_000].into(), ..Script::default() }).await;
    let ids = running_jobs(world.folder.path(), &world.provider(), 60, std::time::Duration::from_mins(3));
    let running = world.connected();
    for id in &ids {
        running.until_state(id, JobState::Downloading).await;
    }
    let at_first = world.service.script().fetched;
    pass(120).await;
    let retried = world.service.script().fetched - at_first;
    println!("60 downloads that fail: {retried} attempts in 120 s");
    // Ten at once and one each two seconds, and the first attempts of those that had not come to theirs.
    assert!(retried <= 10 + 60 + 60, "{retried} attempts in 120 s");
    world.service.script().videos.clear();
    for id in &ids[..5] {
        running.until_state(id, JobState::Done).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_that_wait_long_leave_their_places_to_others_and_are_fetched_in_the_end() {
    let garbage = Reply::Text(200, "video/mp4", "this is not a video at all, whatever it says");
    let world = World::new(Script { videos: vec![garbage; 500].into(), ..Script::default() }).await;
    let running = world.start_with(2);
    running.connect(KEY);
    let ids = running.enqueue_some(5).await;
    for id in &ids {
        running.until_waiting(id, WaitReason::BadDownload).await;
    }
    assert_eq!(world.service.posts(), 5, "two at a time, and yet all of them");
    world.service.script().videos.clear();
    // What the person changes is reason to look again at once.
    running.engine.change_settings(lastframe_model::Settings { parallel_jobs: 2, ..Default::default() });
    for id in &ids {
        running.until_state(id, JobState::Done).await;
    }
    assert_eq!(world.service.posts(), 5);
}

#[tokio::test]
async fn an_expired_link_is_asked_for_anew() {
    let world =
        World::new(Script { videos: [Reply::Text(403, "text/xml", "<Expired/>")].into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until_state(&id, JobState::Done).await;
    let script = world.service.script();
    assert_eq!((script.polled, script.fetched), (2, 2), "one more poll brings a fresh link");
}

#[tokio::test]
async fn a_link_that_is_always_expired_is_not_asked_for_in_a_loop() {
    let expired = vec![Reply::Text(403, "text/xml", "<Expired/>"); 8];
    let world = World::new(Script { videos: expired.into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until_waiting(&id, WaitReason::ServiceTrouble).await;
    pass(20).await;
    let fetched = world.service.script().fetched;
    assert!((2..=7).contains(&fetched), "waits grow from a second on: {fetched} fetches in 20 s");
    running.until_state(&id, JobState::Done).await;
}

#[tokio::test]
async fn a_missing_folder_is_waited_for() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    let id = running.enqueue().await;
    let clips = running.engine.library().places().clips;
    let away = clips.with_file_name("away");
    std::fs::rename(&clips, &away).unwrap();
    running.connect(KEY);
    let job = running.until_waiting(&id, WaitReason::FolderGone).await;
    assert_eq!(job.state, JobState::Downloading);
    assert!(!clips.exists(), "no empty folder takes its place");
    std::fs::rename(&away, &clips).unwrap();
    running.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.posts(), 1);
}

#[tokio::test]
async fn an_empty_folder_in_the_place_of_a_drive_is_waited_for() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let first = running.enqueue().await;
    running.until_state(&first, JobState::Done).await;
    let clips = running.engine.library().places().clips;
    let away = clips.with_file_name("away");
    std::fs::rename(&clips, &away).unwrap();
    std::fs::create_dir(&clips).unwrap();
    let id = running.enqueue().await;
    let job = running.until_waiting(&id, WaitReason::FolderGone).await;
    assert!(job.wait.unwrap().message.contains("is empty"), "what to look for");
    running.engine.look_through().await.unwrap();
    assert_eq!(std::fs::read_dir(&clips).unwrap().count(), 0, "the clip would be out of sight when the drive is back");
    std::fs::remove_dir(&clips).unwrap();
    std::fs::rename(&away, &clips).unwrap();
    running.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.posts(), 2);
}

#[tokio::test]
async fn another_folder_chosen_meanwhile_is_used() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    let id = running.enqueue().await;
    std::fs::remove_dir_all(running.engine.library().places().clips).unwrap();
    running.connect(KEY);
    running.until_waiting(&id, WaitReason::FolderGone).await;
    let chosen = world.folder.path().join("chosen");
    running.engine.library().set_clips_folder(chosen.clone()).unwrap();
    running.engine.change_settings(lastframe_model::Settings::default());
    let job = running.until_state(&id, JobState::Done).await;
    let library = running.engine.library();
    let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
    assert!(library.places().clip_file(&clip).starts_with(chosen));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_waited_for() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    let id = running.enqueue().await;
    // Whatever is written there meets "no space left on device", from the real kernel.
    let part = running.engine.library().places().part_file(&clip_of(&id));
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    running.connect(KEY);
    let job = running.until_waiting(&id, WaitReason::DiskFull).await;
    assert_eq!(job.state, JobState::Downloading);
    std::fs::remove_file(&part).unwrap();
    running.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.posts(), 1);
}

#[tokio::test]
async fn without_a_fitting_picture_from_the_service_the_last_frame_comes_from_the_file() {
    let too_small = png(&image::RgbImage::new(32, 24));
    for (name, picture) in [("none", None), ("another size", Some(too_small)), ("no picture", Some(b"PNG?".to_vec()))] {
        let world = World::new(Script { picture, ..Script::default() }).await;
        let running = world.connected();
        let id = running.enqueue().await;
        let job = running.until_state(&id, JobState::Done).await;
        let library = running.engine.library();
        let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
        assert!(!clip.last_frame_from_service, "{name}");
        let last = std::fs::read(library.places().last_frame_file(&clip)).unwrap();
        let last = lastframe_media::decode_picture(&last).unwrap();
        assert_eq!(last.dimensions(), (64, 48), "{name}");
        let (is, should) = (i32::from(last.get_pixel(32, 24)[0]), i32::from(frame(7).get_pixel(32, 24)[0]));
        assert!((is - should).abs() < 6, "{name}: frame 7 has red {should}, found {is}");
    }
}
