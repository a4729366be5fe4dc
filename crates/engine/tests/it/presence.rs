//! Files of clips that are renamed, moved, deleted and brought back behind the program's back.

use std::path::{Path, PathBuf};
use std::slice;

use lastframe_library::{LibraryError, sha256_of};
use lastframe_model::{Clip, Event};

use crate::Running;
use crate::imports::{import, local, video};

/// A library of so many clips, and their files.
async fn filled(home: &Path, count: u8) -> (Running, Vec<Clip>) {
    let outside = tempfile::tempdir().unwrap();
    let running = local(home);
    let files: Vec<PathBuf> = (0..count)
        .map(|number| {
            let path = outside.path().join(format!("{number}.mp4"));
            video(&path, number * 20);
            path
        })
        .collect();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let summary = import(&running, &files).await;
    let library = running.engine.library();
    let clips = summary.clips.iter().map(|id| library.clip(id).unwrap().unwrap()).collect();
    running.engine.look_through().await.unwrap();
    running.events.lock().unwrap().clear();
    (running, clips)
}

fn missing(running: &Running, clip: &Clip) -> bool {
    running.engine.library().clip(&clip.id).unwrap().unwrap().missing
}

fn file(running: &Running, clip: &Clip) -> PathBuf {
    running.engine.library().places().clip_file(clip)
}

fn told(running: &Running) -> Vec<Clip> {
    let events = std::mem::take(&mut *running.events.lock().unwrap());
    events.into_iter().filter_map(|event| if let Event::Clip(clip) = event { Some(clip) } else { None }).collect()
}

#[tokio::test]
async fn a_file_that_was_deleted_is_marked_told_once_and_right_again_when_it_is_back() {
    let home = tempfile::tempdir().unwrap();
    let (running, clips) = filled(home.path(), 3).await;
    let (gone, bytes) = (file(&running, &clips[1]), std::fs::read(file(&running, &clips[1])).unwrap());
    std::fs::remove_file(&gone).unwrap();
    assert!(running.engine.look_through().await.unwrap().is_empty(), "no folder is away");
    let news = told(&running);
    assert_eq!((news.len(), news[0].missing, &news[0].id), (1, true, &clips[1].id), "only that one");
    assert!(!missing(&running, &clips[0]) && missing(&running, &clips[1]));
    running.engine.look_through().await.unwrap();
    assert!(told(&running).is_empty(), "it is news once");
    std::fs::write(&gone, bytes).unwrap();
    running.engine.look_through().await.unwrap();
    assert_eq!(told(&running).len(), 1);
    assert!(!missing(&running, &clips[1]));
}

#[tokio::test]
async fn a_file_that_was_renamed_or_moved_is_found_by_its_bytes_and_the_other_name_stays() {
    let home = tempfile::tempdir().unwrap();
    let (running, clips) = filled(home.path(), 3).await;
    let root = running.engine.library().places().clips;
    std::fs::create_dir_all(root.join("My films/ferry")).unwrap();
    let names = [root.join("My films/ferry/Best take.mp4"), file(&running, &clips[2]).with_file_name("renamed.mov")];
    std::fs::rename(file(&running, &clips[0]), &names[0]).unwrap();
    std::fs::rename(file(&running, &clips[2]), &names[1]).unwrap();
    running.engine.look_through().await.unwrap();
    for (clip, name) in [(&clips[0], &names[0]), (&clips[2], &names[1])] {
        assert!(!missing(&running, clip), "it is found");
        assert_eq!(sha256_of(&file(&running, clip)).unwrap(), clip.sha256, "and stands where it belongs");
        assert!(name.exists(), "who renamed it meant it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let inode = |path: &Path| std::fs::metadata(path).unwrap().ino();
            assert_eq!(inode(name), inode(&file(&running, clip)), "it takes no room twice");
        }
    }
}

#[tokio::test]
async fn a_file_of_the_same_size_with_other_bytes_is_not_taken_for_it() {
    let home = tempfile::tempdir().unwrap();
    let (running, clips) = filled(home.path(), 1).await;
    let path = file(&running, &clips[0]);
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(path.with_file_name("other.mp4"), bytes).unwrap();
    std::fs::remove_file(&path).unwrap();
    running.engine.look_through().await.unwrap();
    assert!(missing(&running, &clips[0]) && !path.exists());
}

#[tokio::test]
async fn a_folder_that_is_away_as_a_whole_marks_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (running, clips) = filled(home.path(), 3).await;
    let root = running.engine.library().places().clips;
    let aside = home.path().join("unplugged");
    std::fs::rename(&root, &aside).unwrap();
    assert_eq!(running.engine.look_through().await.unwrap(), slice::from_ref(&root), "one word for all of them");
    // The empty place where a drive is mounted.
    std::fs::create_dir(&root).unwrap();
    assert_eq!(running.engine.look_through().await.unwrap(), slice::from_ref(&root));
    running.engine.look_for(&clips[0].id).await.unwrap();
    assert!(told(&running).is_empty() && clips.iter().all(|clip| !missing(&running, clip)), "no row was written");
    // What a last frame is drawn in may be there for a moment.
    crate::eventually("the folder should be empty", || std::fs::remove_dir(&root).is_ok()).await;
    std::fs::rename(&aside, &root).unwrap();
    assert!(running.engine.look_through().await.unwrap().is_empty());
    assert!(clips.iter().all(|clip| !missing(&running, clip)));
}

#[tokio::test]
async fn asking_for_a_file_notices_that_it_is_gone_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let (running, clips) = filled(home.path(), 2).await;
    std::fs::remove_file(file(&running, &clips[0])).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let copied = running.engine.copy_clip(&clips[0].id, &outside.path().join("copy.mp4")).await.unwrap_err();
    assert!(copied.to_string().contains("not where it was"), "{copied}");
    assert!(missing(&running, &clips[0]), "the copy noticed it");
    std::fs::remove_file(file(&running, &clips[1])).unwrap();
    assert!(running.engine.look_for(&clips[1].id).await.unwrap().missing, "the viewer noticed it");
    assert_eq!(told(&running).last().map(|clip| clip.missing), Some(true));
}

#[tokio::test]
async fn a_file_that_is_pointed_at_is_taken_only_if_it_is_the_clips_own() {
    let home = tempfile::tempdir().unwrap();
    let (running, clips) = filled(home.path(), 2).await;
    let outside = tempfile::tempdir().unwrap();
    let elsewhere = outside.path().join("kept.mp4");
    std::fs::rename(file(&running, &clips[0]), &elsewhere).unwrap();
    running.engine.look_through().await.unwrap();
    let wrong = running.engine.restore_file(&clips[0].id, file(&running, &clips[1])).await.unwrap_err();
    assert!(matches!(wrong, lastframe_engine::EngineError::Library(LibraryError::AnotherFile)), "{wrong}");
    assert!(missing(&running, &clips[0]));
    let clip = running.engine.restore_file(&clips[0].id, elsewhere.clone()).await.unwrap();
    assert!(!clip.missing && elsewhere.exists(), "it was copied, not moved");
    assert_eq!(sha256_of(&file(&running, &clips[0])).unwrap(), clip.sha256);
}

#[tokio::test]
async fn a_poster_that_cannot_be_read_is_made_again_from_the_video() {
    let home = tempfile::tempdir().unwrap();
    let (running, clips) = filled(home.path(), 1).await;
    let poster = running.engine.library().places().poster_file(&clips[0]);
    let before = std::fs::read(&poster).unwrap();
    for damaged in [&b""[..], b"not a picture", &before[..before.len() / 2]] {
        std::fs::write(&poster, damaged).unwrap();
        assert!(running.engine.mend_poster(&clips[0].id).await.unwrap());
        assert_eq!(std::fs::read(&poster).unwrap(), before);
    }
    std::fs::remove_file(&poster).unwrap();
    std::fs::write(file(&running, &clips[0]), "damaged too").unwrap();
    assert!(!running.engine.mend_poster(&clips[0].id).await.unwrap(), "nothing can be made of nothing");
    assert!(!poster.exists());
}
