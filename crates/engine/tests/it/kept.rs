//! What is here already is a clip: whatever the service says meanwhile, and even if it is never heard of again.

use lastframe_library::{Library, Places, clip_of, file_of, write_file};
use lastframe_model::{FailureCode, JobId, JobState, WaitReason};
use serde_json::json;

use crate::host::{Answer, Host, fixed, whole};
use crate::service::{Reply, Script};
use crate::{World, pass};

/// A job that was downloading when its program was cut off: the completion is stored, the video not fetched.
async fn cut_off(world: &World) -> JobId {
    let running = world.connected();
    let id = running.enqueue().await;
    running.until(&id, "the download", |_| world.service.script().fetched == 1).await;
    running.engine.shutdown().await;
    assert_eq!(running.job(&id).state, JobState::Downloading);
    id
}

fn hanging() -> Script {
    Script { videos: [Reply::Hang].into(), ..Script::default() }
}

fn library(world: &World) -> Library {
    Library::open(Places::resolve(Some(world.folder.path().to_owned()), None).unwrap()).unwrap()
}

/// What a whole download leaves when the program ends right after it.
fn leave_whole_part(library: &Library, id: &JobId, video: &[u8]) {
    let part = library.places().part_file(&clip_of(id));
    std::fs::write(&part, video).unwrap();
    let sha256 = lastframe_library::sha256_of(&part).unwrap();
    let mark = json!({"etag": null, "synced": video.len(), "sha256": sha256});
    std::fs::write(format!("{}.etag", part.display()), mark.to_string()).unwrap();
}

#[tokio::test]
async fn a_whole_part_becomes_a_clip_without_the_service() {
    let world = World::new(hanging()).await;
    let id = cut_off(&world).await;
    let video = world.service.script().video.clone();
    leave_whole_part(&library(&world), &id, &video);
    let polled = world.service.script().polled;
    let running = world.start(); // nobody gives it a key
    let job = running.until_state(&id, JobState::Done).await;
    let clip = running.engine.library().clip(&job.clip.unwrap()).unwrap().unwrap();
    assert_eq!(clip.cost(), Some("0.1853".parse().unwrap()), "billed as the service said when it was completed");
    assert!(running.engine.library().reply(&clip.id).unwrap().contains("completed"));
    let script = world.service.script();
    assert_eq!((script.polled, script.fetched), (polled, 1), "nobody was asked");
    let left = std::fs::read_dir(running.engine.library().places().clips).unwrap().count();
    assert_eq!(left, 1, "only the month's folder");
}

#[tokio::test]
async fn a_part_that_a_power_cut_spoiled_is_fetched_again() {
    let world = World::new(hanging()).await;
    let id = cut_off(&world).await;
    let video = world.service.script().video.clone();
    let library = library(&world);
    leave_whole_part(&library, &id, &video);
    let part = library.places().part_file(&clip_of(&id));
    let mut spoiled = video.clone();
    let middle = spoiled.len() / 2;
    spoiled[middle..].fill(0);
    std::fs::write(&part, spoiled).unwrap();
    drop(library);
    let running = world.connected();
    let job = running.until_state(&id, JobState::Done).await;
    let library = running.engine.library();
    let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
    assert_eq!(std::fs::read(library.places().clip_file(&clip)).unwrap(), video);
    assert_eq!(world.service.script().fetched, 2);
}

#[tokio::test]
async fn a_file_placed_in_an_earlier_folder_becomes_a_clip_there() {
    let world = World::new(hanging()).await;
    let id = cut_off(&world).await;
    let video = world.service.script().video.clone();
    let library = library(&world);
    let created_at = library.job(&id).unwrap().unwrap().created_at;
    let folder = world.folder.path().join("earlier");
    library.set_clips_folder(&folder).unwrap();
    let earlier = folder.join(file_of(&clip_of(&id), created_at));
    write_file(&earlier, &video).unwrap();
    drop(library);
    let running = world.start();
    assert_ne!(running.engine.library().places().clips, folder, "another folder is in use now");
    let job = running.until_state(&id, JobState::Done).await;
    let library = running.engine.library();
    let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
    assert_eq!(library.places().clip_file(&clip), earlier);
    assert!(library.places().poster_file(&clip).is_file() && library.places().recipe_file(&clip).is_file());
    assert_eq!(world.service.script().fetched, 1, "not fetched again");
}

#[tokio::test]
async fn what_is_whole_here_survives_a_service_that_takes_its_word_back() {
    let failed =
        json!({"id": "task-1", "status": "failed", "error": {"code": "003004095", "message": "changed my mind"}});
    for (name, reply, placed, stored) in [
        ("placed, failed", failed.clone(), true, true),
        ("placed, failed, an older row", failed.clone(), true, false),
        ("in the part, failed, an older row", failed.clone(), false, false),
        ("placed, no video any more, an older row", json!({"id": "task-1", "status": "completed"}), true, false),
    ] {
        let world = World::new(Script { busy: true, ..hanging() }).await;
        let running = world.connected();
        let id = running.enqueue().await;
        running.until_state(&id, JobState::Running).await;
        if stored {
            world.service.script().busy = false;
            running.until(&id, "the download", |_| world.service.script().fetched == 1).await;
        }
        running.engine.shutdown().await;
        drop(running);
        let library = library(&world);
        if !stored {
            // As programs before this one moved it: without what the service said.
            library.move_job(&id, JobState::Running, JobState::Downloading, |_| {}).unwrap();
        }
        let video = world.service.script().video.clone();
        if placed {
            let created_at = library.job(&id).unwrap().unwrap().created_at;
            write_file(&library.places().clips.join(file_of(&clip_of(&id), created_at)), &video).unwrap();
        } else {
            leave_whole_part(&library, &id, &video);
        }
        drop(library);
        world.service.script().polls = vec![Reply::Json(200, reply); 5].into();
        let running = world.connected();
        let job = running.until(&id, name, |job| !job.state.is_open()).await;
        assert_eq!(job.state, JobState::Done, "{name}: {:?}", job.failure);
        let clip = running.engine.library().clip(&job.clip.unwrap()).unwrap().unwrap();
        assert_eq!(clip.billed.cost.is_some(), stored, "{name}: nothing is made up about what was billed");
        assert_eq!(running.engine.library().places().clip_file(&clip).metadata().unwrap().len(), video.len() as u64);
    }
}

#[tokio::test]
async fn without_its_bytes_a_failed_task_fails() {
    let world = World::new(hanging()).await;
    let id = cut_off(&world).await;
    let failed = json!({"id": "task-1", "status": "failed", "error": "no"});
    world.service.script().polls = [Reply::Json(200, failed)].into();
    let running = world.connected();
    let job = running.until_state(&id, JobState::Failed).await;
    assert_eq!(job.failure.unwrap().code, FailureCode::TaskFailed);
}

#[tokio::test]
async fn a_whole_video_that_cannot_be_read_here_is_kept_when_it_comes_twice() {
    let boxed =
        |kind: &[u8; 4], body: &[u8]| [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind, body].concat();
    // The tables of no codec that this program knows, as of a format from the future.
    let video = [boxed(b"ftyp", b"iso6\0\0\0\0"), boxed(b"moov", &[1; 300]), boxed(b"mdat", &vec![5; 40_000])].concat();
    let cut_short = video[..video.len() - 1].to_vec();
    for (name, first, kept) in [("twice the same", video.clone(), true), ("never whole", cut_short, false)] {
        let host = Host::start(first.clone()).await;
        let link = host.link();
        let world = World::new(Script { link: Some(Box::new(move |_| link.clone())), ..Script::default() }).await;
        let running = world.connected();
        let id = running.enqueue().await;
        if !kept {
            running.until_waiting(&id, WaitReason::BadDownload).await;
            pass(30).await;
            assert_eq!(running.job(&id).state, JobState::Downloading, "{name}");
            assert!(host.state().asked.len() >= 3, "{name}: asked again, never believed");
            continue;
        }
        let job = running.until_state(&id, JobState::Done).await;
        assert_eq!(host.state().asked.len(), 2, "{name}");
        let library = running.engine.library();
        let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
        assert_eq!(std::fs::read(library.places().clip_file(&clip)).unwrap(), video, "{name}");
        let media = &clip.media;
        assert_eq!((media.width, media.height, media.frames), (1248, 704, 121), "as it was asked for: {media:?}");
        assert!((media.bytes - video.len() as f64).abs() < 0.5 && (media.fps - 24.0).abs() < 0.01, "{media:?}");
    }
}

#[tokio::test]
async fn other_bytes_each_time_are_never_believed() {
    let plan: Vec<Answer> = (1..=4_u8).map(|n| fixed(whole("\"x\"", &[n; 3000]))).collect();
    let good = crate::matrix::padded(20_000);
    let host = Host::start(good.clone()).await;
    host.state().plan = plan.into();
    let link = host.link();
    let world = World::new(Script { link: Some(Box::new(move |_| link.clone())), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    let job = running.until_state(&id, JobState::Done).await;
    let library = running.engine.library();
    let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
    assert_eq!(std::fs::read(library.places().clip_file(&clip)).unwrap(), good);
    assert_eq!(host.state().asked.len(), 5);
}

#[tokio::test]
async fn the_services_last_frame_that_was_fetched_before_a_restart_is_used() {
    let picture = crate::png(&crate::frame(7));
    let world = World::new(hanging()).await;
    let id = cut_off(&world).await;
    let video = world.service.script().video.clone();
    let library = library(&world);
    leave_whole_part(&library, &id, &video);
    let part = library.places().last_frame_part_file(&clip_of(&id));
    std::fs::write(&part, &picture).unwrap();
    let sha256 = lastframe_library::sha256_of(&part).unwrap();
    let mark = json!({"etag": null, "synced": picture.len(), "sha256": sha256});
    std::fs::write(format!("{}.etag", part.display()), mark.to_string()).unwrap();
    drop(library);
    let running = world.start();
    let job = running.until_state(&id, JobState::Done).await;
    let library = running.engine.library();
    let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
    assert!(clip.last_frame_from_service);
    assert_eq!(std::fs::read(library.places().last_frame_file(&clip)).unwrap(), picture);
}
