//! Disks that are too small, and disks that fill on the way: a wait that is said once, and the file once there is room.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "the rows are shown by the checks")]

use std::path::{Path, PathBuf};
use std::process::Command;

use lastframe_model::{JobState, WaitReason};

use crate::host::{Answer, Bit, ETAG, head};
use crate::matrix::{Ground, LENGTH, assert_no_parts};
use crate::pass;

/// A file system of its own in memory, gone when this is dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None` where mounting is not allowed.
    fn mount(at: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(at).output();
        match done {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            _ => {
                println!("matrix: disk full → skipped: no file system can be mounted here");
                None
            }
        }
    }

    fn resize(&self, size: &str) {
        self.remount(&format!("size={size}"));
    }

    fn remount(&self, change: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{change}")]).arg(&self.0).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn used(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|entry| entry.unwrap().metadata().unwrap())
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_disk_pauses_all_downloads_and_room_lets_them_go_on() {
    let ground = Ground::new(LENGTH).await;
    let clips = ground.world.folder.path().join("small");
    let Some(disk) = Disk::mount(&clips, "2m") else { return };
    let engine = &ground.running.engine;
    engine.library().set_clips_folder(&clips).unwrap();
    engine.change_settings(lastframe_model::Settings { parallel_jobs: 5, ..Default::default() });
    let ids = ground.running.enqueue_some(5).await;
    for id in &ids {
        ground.running.until_waiting(id, WaitReason::DiskFull).await;
    }
    let standing = engine.standing().await.unwrap();
    assert_eq!(standing.downloads.as_ref().map(|wait| wait.reason), Some(WaitReason::DiskFull), "said in one place");
    assert_eq!(used(&clips), 0, "nothing is begun that does not fit");
    let fetched = ground.host.state().asked.len();
    pass(120).await;
    let looks = ground.host.state().asked.len() - fetched;
    assert!((2..=5).contains(&looks), "one of five looks every half minute: {looks} in two minutes");
    disk.resize("64m");
    for id in &ids {
        let job = ground.running.until_state(id, JobState::Done).await;
        let (_, file) = ground.clip(&job);
        assert!(file.starts_with(&clips) && std::fs::read(&file).unwrap() == ground.host.state().file);
    }
    assert_eq!(engine.standing().await.unwrap().downloads, None, "and no longer said");
    assert_no_parts(&clips, "small disk");
    println!(
        "matrix: disk too small for 5 clips → a clear wait, {looks} looks in 2 min, 5 byte-identical once there was room"
    );
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_on_the_way_is_left_with_room_to_spare() {
    const LONG: usize = 12_000_000;
    let ground = Ground::new(LONG).await;
    ground.world.service.script().size = None;
    let clips = ground.world.folder.path().join("filling");
    let Some(disk) = Disk::mount(&clips, "18m") else { return };
    let engine = &ground.running.engine;
    engine.library().set_clips_folder(&clips).unwrap();
    engine.change_settings(lastframe_model::Settings::default());
    let without_length: Answer =
        Box::new(|_, file| vec![Bit::Send(head("200 OK", &[("ETag", ETAG)])), Bit::Send(file.to_vec())]);
    ground.host.state().plan = [without_length].into();
    let id = ground.running.enqueue().await;
    ground.running.until_waiting(&id, WaitReason::DiskFull).await;
    let written = used(&clips);
    assert!((1..9_000_000).contains(&written), "it stops with room to spare: {written} bytes of 18 MB");
    assert_eq!(engine.standing().await.unwrap().downloads.map(|wait| wait.reason), Some(WaitReason::DiskFull));
    disk.resize("64m");
    let job = ground.running.until_state(&id, JobState::Done).await;
    let (_, file) = ground.clip(&job);
    assert!(std::fs::read(&file).unwrap() == ground.host.state().file);
    assert!(ground.host.state().asked.iter().any(|asked| asked.from.is_some()), "what was written is used");
    println!("matrix: disk fills on the way → a clear wait at {written} bytes, byte-identical once there was room");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drive_that_cannot_be_written_pauses_all_downloads_and_is_said_once() {
    let ground = Ground::new(LENGTH).await;
    let clips = ground.world.folder.path().join("protected");
    let Some(disk) = Disk::mount(&clips, "64m") else { return };
    let engine = &ground.running.engine;
    engine.library().set_clips_folder(&clips).unwrap();
    engine.change_settings(lastframe_model::Settings { parallel_jobs: 5, ..Default::default() });
    disk.remount("ro");
    let ids = ground.running.enqueue_some(5).await;
    for id in &ids {
        ground.running.until_waiting(id, WaitReason::FolderGone).await;
    }
    let standing = engine.standing().await.unwrap();
    assert_eq!(standing.downloads.as_ref().map(|wait| wait.reason), Some(WaitReason::FolderGone), "said in one place");
    let asked = ground.host.state().asked.len();
    assert!(asked <= 5, "each at most begins once: {asked}");
    pass(120).await;
    assert_eq!(ground.host.state().asked.len(), asked, "nothing is fetched that could not be kept");
    disk.remount("rw");
    for id in &ids {
        let job = ground.running.until_state(id, JobState::Done).await;
        let (_, file) = ground.clip(&job);
        assert!(file.starts_with(&clips) && std::fs::read(&file).unwrap() == ground.host.state().file);
    }
    assert_eq!(engine.standing().await.unwrap().downloads, None, "and no longer said");
    assert_no_parts(&clips, "protected drive");
    println!(
        "matrix: drive of 5 clips read-only → a clear wait, nothing fetched meanwhile, 5 byte-identical once it could be written"
    );
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drive_that_is_taken_off_in_the_middle_of_a_download_gets_the_clip_when_it_is_back() {
    let ground = Ground::new(LENGTH).await;
    let engine = &ground.running.engine;
    let first = ground.running.enqueue().await;
    ground.running.until_state(&first, JobState::Done).await;
    let clips = engine.library().places().clips;
    let (away, empty) = (clips.with_file_name("away"), clips.with_file_name("empty"));

    let asked = ground.host.state().asked.len();
    ground.host.answered.send_replace(asked);
    let id = ground.running.enqueue().await;
    crate::eventually("it should be asked for", || ground.host.state().asked.len() > asked).await;
    std::fs::rename(&clips, &away).unwrap();
    std::fs::create_dir(&clips).unwrap();
    ground.host.answered.send_replace(usize::MAX);
    ground.running.until_waiting(&id, WaitReason::FolderGone).await;
    let names: Vec<String> =
        std::fs::read_dir(&clips).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| name.contains(".part")), "no clip is put where the drive was: {names:?}");
    assert_eq!(engine.look_through().await.unwrap(), std::slice::from_ref(&clips), "nor are the others missed");

    std::fs::rename(&clips, &empty).unwrap();
    std::fs::rename(&away, &clips).unwrap();
    let job = ground.running.until_state(&id, JobState::Done).await;
    let (_, file) = ground.clip(&job);
    assert_eq!(std::fs::read(&file).unwrap(), ground.host.state().file);
    println!("matrix: drive taken off in the middle → waits, then a clip on the drive");
}
