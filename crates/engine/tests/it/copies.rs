//! Copies that leave the library, and files that come back to it.

use std::path::Path;

use lastframe_engine::{EngineError, SharedRecipe};
use lastframe_library::sha256_of;
use lastframe_model::{Clip, ClipId, Consent, FileCheck, ImageFormat, ImageId, ImageRef, JobState, Request, Settings};

use crate::service::Script;
use crate::{Running, World, boat};

/// A clip that the service made of this request.
pub(crate) async fn made(running: &Running, request: Request) -> Clip {
    let jobs = running.engine.enqueue(request, 1, running.provider.clone(), Consent::Within).await.unwrap();
    running.until_state(&jobs[0].id, JobState::Done).await;
    let library = running.engine.library();
    library.clip(&running.job(&jobs[0].id).clip.unwrap()).unwrap().unwrap()
}

fn recipe_in(path: &Path) -> Option<String> {
    lastframe_media::read_recipe(&mut std::fs::File::open(path).unwrap()).unwrap()
}

#[tokio::test]
async fn a_copy_carries_what_makes_the_shot_again_and_the_library_keeps_its_file() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let (engine, library) = (&running.engine, running.engine.library().clone());
    let first = made(&running, boat()).await;
    let continued = engine.continue_from(&first.id, None).await;
    // The test's video is too small for the service's limits, so that a frame of a fitting size stands in for it.
    let frame = image::RgbImage::from_pixel(640, 480, image::Rgb([9, 9, 9]));
    let picture = engine.keep_image(lastframe_media::encode_png(&frame).unwrap()).await.unwrap();
    let request = Request {
        prompt: "It reaches the river\nand the sea".into(),
        first_frame: Some(picture),
        callback_url: Some("https://me.example/done?token=s3cret".into()),
        ..continued.unwrap().request
    };
    let clip = made(&running, request).await;
    let file = library.places().clip_file(&clip);
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("copy.mp4");
    engine.copy_clip(&clip.id, &target).await.unwrap();

    assert_eq!(sha256_of(&file).unwrap(), clip.sha256, "the library's own file is what the service sent");
    assert_eq!(engine.verify_clip(&clip.id).await.unwrap(), FileCheck::Intact);
    let told = recipe_in(&target).expect("the copy carries its recipe");
    let shared: SharedRecipe = serde_json::from_str(&told).unwrap();
    assert_eq!((shared.version, shared.created_at), (1, clip.created_at));
    let home = world.folder.path().display().to_string();
    let bytes = std::fs::read(&target).unwrap();
    for private in ["s3cret", "me.example", &home, clip.task_id.as_str(), clip.id.as_str(), "127.0.0.1", "0.1853"] {
        let found = bytes.windows(private.len()).any(|window| window == private.as_bytes());
        assert!(!found, "a copy tells {private}");
    }
    let last = |path: &Path| lastframe_media::last_frame(path).unwrap();
    assert_eq!(last(&target), last(&file), "its pictures are the same");

    let expected = Request { callback_url: None, ..clip.request.clone() };
    assert_eq!(engine.read_recipe(bytes).await.unwrap(), expected, "the copy gives the request back");
    let recipe = std::fs::read(library.places().recipe_file(&clip)).unwrap();
    assert_eq!(engine.read_recipe(recipe).await.unwrap(), expected, "and so does the recipe in the library");

    // Another library has neither the picture nor the clip that it continues.
    let other = World::new(Script::default()).await;
    let stranger = other.start();
    let got = stranger.engine.read_recipe(std::fs::read(&target).unwrap()).await.unwrap();
    assert_eq!(got, Request { first_frame: None, continues: None, ..expected });
}

#[tokio::test]
async fn without_the_setting_a_copy_is_the_file_itself() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let clip = made(&running, boat()).await;
    running.engine.change_settings(Settings { recipe_in_copies: false, ..Settings::default() });
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("copy.mp4");
    running.engine.copy_clip(&clip.id, &target).await.unwrap();
    assert_eq!(sha256_of(&target).unwrap(), clip.sha256);
    let read = running.engine.read_recipe(std::fs::read(&target).unwrap()).await;
    assert!(matches!(read, Err(EngineError::NoRecipe)), "{read:?}");
}

#[tokio::test]
async fn a_copy_never_replaces_a_file_of_the_library() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let (one, two) = (made(&running, boat()).await, made(&running, boat()).await);
    let places = running.engine.library().places();
    let outside = tempfile::tempdir().unwrap();
    let mut targets = vec![places.clip_file(&one), places.clip_file(&two), places.recipe_file(&two), places.database()];
    targets.push(places.clips.join("../clips").join(&one.file));
    #[cfg(unix)]
    {
        let link = outside.path().join("link.mp4");
        std::os::unix::fs::symlink(places.clip_file(&two), &link).unwrap();
        targets.push(link);
    }
    for target in targets {
        let copied = running.engine.copy_clip(&one.id, &target).await;
        assert!(matches!(copied, Err(EngineError::TargetInLibrary)), "{}: {copied:?}", target.display());
    }
    for clip in [&one, &two] {
        assert_eq!(running.engine.verify_clip(&clip.id).await.unwrap(), FileCheck::Intact);
    }
    let gone = running.engine.copy_clip(&ClipId::new("nobody"), &outside.path().join("x.mp4")).await;
    assert!(matches!(gone, Err(EngineError::Library(_))), "{gone:?}");
    assert!(!outside.path().join("x.mp4").exists(), "nothing is left of a copy that was not made");
}

#[tokio::test]
async fn files_of_strangers_are_not_believed() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    let engine = &running.engine;
    for bytes in
        [&b""[..], b"{", b"{}", b"[1]", b"\0\0\0\x08ftyp", b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff", b"MZ"]
    {
        let read = engine.read_recipe(bytes.to_vec()).await;
        assert!(matches!(read, Err(EngineError::NoRecipe)), "{bytes:?}: {read:?}");
    }
    // A picture that is here, with facts that are not its own, and ids that would be paths.
    let frame = image::RgbImage::from_pixel(640, 480, image::Rgb([9, 9, 9]));
    let picture = engine.keep_image(lastframe_media::encode_png(&frame).unwrap()).await.unwrap();
    let lie = ImageRef { width: 5000, height: 1, format: ImageFormat::Gif, bytes: -1.0, ..picture.clone() };
    let path = ImageRef { id: ImageId::new("../library.db"), ..picture.clone() };
    let request = serde_json::json!({
        "model": "spark_dance_v1_0_lite_i2v", "prompt": "A boat", "first_frame": lie, "last_frame": path,
        "callback_url": "https://attacker.example", "continues": "../../etc/passwd", "expires_after": 1,
        "length": { "unit": "frames", "value": u32::MAX },
    });
    let recipe =
        serde_json::json!({ "version": 1, "program": "?", "created_at": "2026-11-22T00:00:00Z", "request": request });
    let got = engine.read_recipe(recipe.to_string().into_bytes()).await.unwrap();
    assert_eq!((got.first_frame, got.last_frame), (Some(picture), None));
    assert_eq!((got.callback_url, got.continues, got.expires_after), (None, None, 3_600));
}
