//! Files that claim to be MP4s: probing, reading a recipe, and copying with tags.
//!
//! Whatever the file: no panic, no memory beyond its own size, and a copy that is either the same bytes, or carries the
//! recipe, has the same pictures and sound, and is the same when made again.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/media/src/boxes.rs"]
mod boxes;
#[path = "../../crates/media/src/chunks.rs"]
mod chunks;
#[path = "../../crates/media/src/container.rs"]
mod container;
#[path = "../../crates/media/src/copy.rs"]
mod copy;
#[path = "../../crates/media/src/error.rs"]
mod error;
#[path = "../../crates/media/src/h264.rs"]
mod h264;
#[path = "../../crates/media/src/samples.rs"]
mod samples;
#[path = "../../crates/media/src/tags.rs"]
mod tags;
#[path = "../../crates/media/src/turn.rs"]
mod turn;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use copy::Copied;
use error::MediaError;
use libfuzzer_sys::fuzz_target;
use shiguredo_mp4::boxes::SampleEntry;
use tags::Tags;

/// Frames whose bytes are compared.
const LOOKED_AT: usize = 40;

/// In memory where that can be had; the file of one process.
static PLACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("lastframe-fuzz-{}.mp4", std::process::id()))
});

fn opened(bytes: &[u8]) -> Result<container::Movie, MediaError> {
    std::fs::write(&*PLACE, bytes).unwrap();
    let movie = container::Movie::open(&PLACE);
    std::fs::remove_file(&*PLACE).unwrap(); // a movie keeps its file open
    movie
}

fn media(bytes: &[u8]) -> Vec<&[u8]> {
    let (boxes, _) = boxes::of_file(&mut Cursor::new(bytes), None).unwrap();
    let parts = boxes.iter().filter(|part| &part.kind == b"mdat");
    parts.map(|part| &bytes[part.content as usize..part.end as usize]).collect()
}

fn same_frames(before: &[u8], after: &[u8]) {
    let Ok(mut old) = opened(before) else { return };
    let mut new = opened(after).expect("a copy of a readable video is readable");
    assert_eq!((old.frames(), old.samples().len()), (new.frames(), new.samples().len()));
    let (boxes, _) = boxes::of_file(&mut Cursor::new(before), None).unwrap();
    let pairs: Vec<_> = old.samples().iter().copied().zip(new.samples().iter().copied()).take(LOOKED_AT).collect();
    for (was, is) in pairs {
        let held = boxes.iter().any(|part| {
            &part.kind == b"mdat" && (part.content..part.end).contains(&was.offset) && was.offset + u64::from(was.size) <= part.end
        });
        // What a damaged table says to lie across boxes is not there to be compared.
        if held {
            assert_eq!(old.read(&was).unwrap(), new.read(&is).unwrap(), "a frame has other bytes");
        }
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(mut movie) = opened(data) {
        let facts = movie.facts();
        assert!(facts.frames > 0 && facts.seconds > 0.0 && facts.fps.is_finite());
        let samples: Vec<_> = movie.samples().iter().copied().take(LOOKED_AT).collect();
        for sample in samples {
            let Some(SampleEntry::Avc1(avc)) = movie.entry(&sample).cloned() else { continue };
            let mut stream = h264::parameter_sets(&avc.avcc_box);
            let _ = h264::colours(&avc.avcc_box, usize::from(avc.visual.height));
            for set in &avc.avcc_box.sps_list {
                let _ = shiguredo_mp4::bitstream::h264::parse_sps(set);
            }
            let bytes = movie.read(&sample).expect("frames lie within the file");
            let _ = h264::append_units(&mut stream, &bytes, &avc.avcc_box);
        }
    }
    let _ = copy::read_recipe(&mut Cursor::new(data));

    let tags = Tags { title: "T".into(), comment: String::new(), recipe: "{\"a\":\"字\"}".into() };
    let made = |from: &[u8]| {
        let mut out = Vec::new();
        let copied = copy::write_with_tags(&mut Cursor::new(from), &mut out, &tags).expect("memory can be read");
        (copied, out)
    };
    match made(data) {
        (Copied::Unchanged { .. }, out) => assert_eq!(out, data, "byte for byte"),
        (Copied::Tagged, out) => {
            assert_eq!(copy::read_recipe(&mut Cursor::new(&out)).unwrap().as_deref(), Some(tags.recipe.as_str()));
            assert_eq!(media(data), media(&out), "pictures and sound are the same");
            same_frames(data, &out);
            assert_eq!(made(&out), (Copied::Tagged, out.clone()), "a second time changes nothing");
        }
    }
});
