//! Copies with tags: the pictures and the sound stay as they are, and so does everything that is not our tag.

use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use lastframe_media::{
    Copied, MAX_TAG, MediaError, Tags, VideoWriter, copy_unchanged, copy_with_tags, frame_at, probe, read_recipe,
    write_with_tags,
};

use crate::scene;

fn tags(recipe: &str) -> Tags {
    Tags { title: "A paper boat 纸船".into(), comment: "lite · seed 7".into(), recipe: recipe.into() }
}

/// What ffmpeg prints; `None` without ffmpeg.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A second of pictures and sound; `None` without ffmpeg.
fn made(folder: &Path, name: &str, extra: &[&str]) -> Option<PathBuf> {
    let path = folder.join(name);
    let mut arguments = vec!["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=24", "-f", "lavfi"];
    arguments.extend([
        "-i",
        "sine=frequency=440",
        "-t",
        "1",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-bf",
        "2",
        "-c:a",
        "aac",
    ]);
    arguments.extend(["-metadata", "artist=Somebody", "-metadata", "title=An older title"]);
    arguments.extend(extra);
    let target = path.display().to_string();
    arguments.push(&target);
    output("ffmpeg", &arguments).map(|_| path)
}

/// The hash of every packet, in order, with its times.
fn packets(path: &Path) -> String {
    let path = path.display().to_string();
    let whole = output("ffmpeg", &["-v", "error", "-i", &path, "-map", "0", "-c", "copy", "-f", "framemd5", "-"]);
    // The head names the title and the program.
    whole.unwrap().lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

fn recipe_of(path: &Path) -> Option<String> {
    read_recipe(&mut File::open(path).unwrap()).unwrap()
}

/// Copies, and checks what must hold for every copy with tags. Returns the copy.
fn checked(path: &Path) -> PathBuf {
    let copy = path.with_extension("copy.mp4");
    let before = std::fs::read(path).unwrap();
    let recipe = format!("{{\"prompt\":\"{}\"}}", "字".repeat(900));
    assert_eq!(copy_with_tags(path, &copy, &tags(&recipe)).unwrap(), Copied::Tagged, "{}", path.display());
    assert_eq!(std::fs::read(path).unwrap(), before, "the original is not touched");
    assert_eq!(packets(path), packets(&copy), "every packet and its times are the same");
    let (old, new) = (probe(path).unwrap(), probe(&copy).unwrap());
    assert_eq!((old.frames, old.width, old.audio), (new.frames, new.width, new.audio));
    for frame in [0, old.frames - 1] {
        assert_eq!(frame_at(path, frame).unwrap(), frame_at(&copy, frame).unwrap(), "frame {frame}");
    }
    assert_eq!(recipe_of(&copy).as_deref(), Some(recipe.as_str()));

    let shown = copy.display().to_string();
    let facts = output("ffprobe", &["-v", "error", "-show_entries", "format_tags", "-of", "json", &shown]).unwrap();
    for word in ["A paper boat 纸船", "lite · seed 7", "Somebody"] {
        assert!(facts.contains(word), "players see {word}: {facts}");
    }
    assert!(!facts.contains("An older title"), "one title: {facts}");

    // Again with the same tags: the same bytes. With others: those, and nothing of the first.
    let again = path.with_extension("again.mp4");
    copy_with_tags(&copy, &again, &tags(&recipe)).unwrap();
    assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&copy).unwrap(), "a second time changes nothing");
    copy_with_tags(&copy, &again, &tags("{}")).unwrap();
    assert_eq!(recipe_of(&again).as_deref(), Some("{}"));
    assert_eq!(packets(path), packets(&again), "tables that shrink move the pictures as well");
    copy
}

#[test]
fn tables_last_first_and_without_a_place_for_tags() {
    let folder = tempfile::tempdir().unwrap();
    let Some(last) = made(folder.path(), "last.mp4", &[]) else { return };
    let copy = checked(&last);
    let (old, new) = (std::fs::read(&last).unwrap(), std::fs::read(copy).unwrap());
    let moov = old.windows(4).rposition(|window| window == b"moov").unwrap() - 4;
    assert_eq!(old[..moov], new[..moov], "what stands before the tables does not move");

    checked(&made(folder.path(), "first.mp4", &["-movflags", "+faststart"]).unwrap());
    // No `udta` at all.
    let mut bytes = std::fs::read(folder.path().join("first.mp4")).unwrap();
    let at = bytes.windows(4).position(|window| window == b"udta").unwrap();
    bytes[at..at + 4].copy_from_slice(b"free");
    let bare = folder.path().join("bare.mp4");
    std::fs::write(&bare, bytes).unwrap();
    let copy = folder.path().join("tagged.mp4");
    assert_eq!(copy_with_tags(&bare, &copy, &tags("{}")).unwrap(), Copied::Tagged);
    assert_eq!((packets(&bare), Some("{}".into())), (packets(&copy), recipe_of(&copy)));
}

#[test]
fn our_own_videos_take_tags() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.mp4");
    let mut writer = VideoWriter::create(&path, 64, 64, 5).unwrap();
    for frame in 0..5 {
        writer.push(&scene(64, 64, frame)).unwrap();
    }
    writer.finish().unwrap();
    let copy = folder.path().join("copy.mp4");
    assert_eq!(copy_with_tags(&path, &copy, &tags("{\"a\":1}")).unwrap(), Copied::Tagged);
    for frame in 0..5 {
        assert_eq!(frame_at(&path, frame).unwrap(), frame_at(&copy, frame).unwrap(), "frame {frame}");
    }
    assert_eq!(recipe_of(&copy).as_deref(), Some("{\"a\":1}"));
    assert_eq!(recipe_of(&path), None, "the original carries none");
}

#[test]
fn what_cannot_be_edited_without_risk_is_copied_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let Some(whole) = made(folder.path(), "whole.mp4", &["-movflags", "+faststart"]) else { return };
    let fragments = made(folder.path(), "fragments.mp4", &["-movflags", "frag_keyframe+empty_moov"]).unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    let at = |kind: &[u8]| bytes.windows(4).position(|window| window == kind).unwrap();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        bytes
    };
    let cases = [
        ("fragments", std::fs::read(fragments).unwrap()),
        ("cut short", bytes[..bytes.len() - 1].to_vec()),
        ("bytes behind the last box", [&bytes[..], b"xyz"].concat()),
        ("no tables", changed(&|bytes| bytes[at(b"moov")..][..4].copy_from_slice(b"free"))),
        ("tables twice", [&bytes[..], b"\0\0\0\x08moov"].concat()),
        ("offsets outside the pictures", changed(&|bytes| bytes[at(b"stco") + 12..][..4].fill(0))),
        ("a count beyond its table", changed(&|bytes| bytes[at(b"stco") + 8..][..4].fill(0xff))),
        ("tags of another kind", changed(&|bytes| bytes[at(b"mdir")..][..4].copy_from_slice(b"mdta"))),
        ("data in another file", changed(&|bytes| bytes[at(b"url ") + 7] = 0)),
        ("an encrypted track", changed(&|bytes| bytes[at(b"stss")..][..4].copy_from_slice(b"saio"))),
        ("metadata by position", changed(&|bytes| bytes[at(b"ilst")..][..4].copy_from_slice(b"iloc"))),
        ("no video at all", b"<!doctype html>".repeat(9)),
        ("nothing", Vec::new()),
    ];
    for (what, bytes) in cases {
        let mut copy = Vec::new();
        let copied = write_with_tags(&mut Cursor::new(&bytes), &mut copy, &tags("{}")).unwrap();
        assert!(matches!(copied, Copied::Unchanged { .. }), "{what}: {copied:?}");
        assert_eq!(copy, bytes, "{what}: byte for byte");
    }
}

/// An MP4 of nothing but the given chunk offset, tables first.
fn sparse(offset: u32, media: u64) -> Vec<u8> {
    let boxed = |kind: &[u8], content: &[u8]| {
        let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&size, kind, content].concat()
    };
    let table = boxed(b"stco", &[&[0, 0, 0, 0, 0, 0, 0, 1], &offset.to_be_bytes()[..]].concat());
    let track = boxed(b"trak", &boxed(b"mdia", &boxed(b"minf", &boxed(b"stbl", &table))));
    let mdat = [&1_u32.to_be_bytes()[..], b"mdat", &media.to_be_bytes()].concat();
    [boxed(b"ftyp", b"isom"), boxed(b"moov", &track), mdat].concat()
}

/// A file with a head and, behind it, zeros that no disk holds.
struct Sparse {
    head: Vec<u8>,
    length: u64,
    at: u64,
}

impl std::io::Read for Sparse {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from((self.length - self.at).min(out.len() as u64)).unwrap();
        out[..left].fill(0);
        let head = usize::try_from(self.at).ok().and_then(|at| self.head.get(at..)).unwrap_or_default();
        let shared = head.len().min(left);
        out[..shared].copy_from_slice(&head[..shared]);
        self.at += left as u64;
        Ok(left)
    }
}

impl std::io::Seek for Sparse {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            std::io::SeekFrom::Start(at) => at,
            std::io::SeekFrom::End(_) => self.length,
            std::io::SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
        };
        Ok(self.at)
    }
}

/// Keeps the first bytes and counts the rest.
#[derive(Default)]
struct Counted {
    head: Vec<u8>,
    bytes: u64,
}

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.head.len() < 4096 {
            self.head.extend_from_slice(bytes);
        }
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn offsets_that_would_pass_32_bits_are_not_wrapped() {
    let media = 1_u64 << 32;
    for (offset, edited) in [(u32::MAX - 100_000, true), (u32::MAX - 10, false)] {
        let head = sparse(offset, media);
        let length = head.len() as u64 - 16 + media;
        let mut copy = Counted::default();
        let copied = write_with_tags(&mut Sparse { head, length, at: 0 }, &mut copy, &tags("{}")).unwrap();
        assert_eq!(copied == Copied::Tagged, edited, "{offset}: {copied:?}");
        let at = copy.head.windows(4).position(|window| window == b"stco").unwrap() + 12;
        let found = u32::from_be_bytes(*copy.head[at..].first_chunk().unwrap());
        assert_eq!(u64::from(found - offset), copy.bytes - length, "it moved as far as the tables grew");
    }
}

#[test]
fn a_copy_is_whole_or_not_there_and_as_public_as_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("a.mp4"), folder.path().join("b.mp4"));
    std::fs::write(&source, b"not a video").unwrap();
    std::fs::write(&target, b"what was there before").unwrap();
    copy_unchanged(&source, &target).unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), b"not a video", "an older file is replaced");
    let refused = copy_unchanged(&source, &folder.path().join("nowhere/b.mp4"));
    assert!(matches!(refused, Err(MediaError::Io(_))), "{refused:?}");
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2, "nothing else is left in the folder");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&target), mode(&source), "readable as what any program writes");
    }
    // What is being replaced by nothing readable stays as it was.
    let gone = copy_with_tags(&folder.path().join("gone.mp4"), &target, &tags("{}"));
    assert!(matches!(gone, Err(MediaError::Io(_))), "{gone:?}");
    assert_eq!(std::fs::read(&target).unwrap(), b"not a video");
}

#[test]
fn recipes_of_strangers_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = made(folder.path(), "a.mp4", &["-movflags", "+faststart"]) else { return };
    let bytes = std::fs::read(&path).unwrap();
    let mut copy = Vec::new();
    let huge = tags(&"x".repeat(MAX_TAG + 1));
    let copied = write_with_tags(&mut Cursor::new(&bytes), &mut copy, &huge).unwrap();
    assert!(matches!(copied, Copied::Unchanged { .. }), "too much to write is not written: {copied:?}");
    // Two megabytes made by someone else: a text of the greatest length, its box enlarged by hand.
    copy.clear();
    write_with_tags(&mut Cursor::new(&bytes), &mut copy, &tags(&"x".repeat(MAX_TAG))).unwrap();
    let before = copy.len();
    let end = copy.windows(64).rposition(|window| window.iter().all(|byte| *byte == b'x')).unwrap();
    copy.splice(end..end, std::iter::repeat_n(b'x', 1000));
    for kind in [&b"moov"[..], b"udta", b"meta", b"ilst", b"----", b"data"] {
        let boxes = copy.windows(4).enumerate().filter(|(_, window)| *window == kind);
        let at = boxes.map(|(at, _)| at - 4).rfind(|at| *at < before).unwrap();
        let size = u32::from_be_bytes(*copy[at..].first_chunk().unwrap()) + 1000;
        copy[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }
    let refused = read_recipe(&mut Cursor::new(&copy));
    assert!(matches!(refused, Err(MediaError::Unsupported { .. })), "{refused:?}");
    for length in (0..bytes.len()).step_by(41) {
        let _ = read_recipe(&mut Cursor::new(&bytes[..length])); // an error or nothing: never a panic
    }
}
