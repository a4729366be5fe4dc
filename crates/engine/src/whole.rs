//! What a file that lies on the disk is worth: a video that can be read here, one that cannot but is whole, or nothing.
//!
//! Everything here blocks. Nothing here panics: a decoder that does is a video that cannot be read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lastframe_media::{self as media, MediaError, RgbImage};
use lastframe_model::length::FPS;
use lastframe_model::{MediaFacts, PixelSize, Request};

/// Boxes looked at before a file is given up: a fragmented clip has some hundreds.
const MOST_BOXES: usize = 100_000;

/// Runs something that reads what came from outside. A panic in it is a video that cannot be read.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, MediaError>) -> Result<T, MediaError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::error!("reading a video panicked");
        Err(MediaError::Decode { why: "reading it failed in an unexpected way".to_owned() })
    })
}

/// What a video says about itself.
pub(crate) fn facts(file: &Path) -> Result<MediaFacts, MediaError> {
    guarded(|| media::probe(file))
}

/// The first and the last frame of a video, each as far as it can be read.
pub(crate) fn ends(file: &Path) -> (Result<RgbImage, MediaError>, Result<RgbImage, MediaError>) {
    match guarded(|| media::first_and_last_frame(file)) {
        Ok((first, last)) => (Ok(first), Ok(last)),
        // What is damaged behind its beginning has a first frame all the same.
        Err(_) => (guarded(|| media::frame_at(file, 0)), guarded(|| media::last_frame(file))),
    }
}

/// What is known of a video that is whole but cannot be read here: what was asked for.
///
/// # Errors
/// The reason why it cannot be read, if it is no whole file of the MP4 family either.
pub(crate) fn facts_or_request(file: &Path, request: &Request) -> Result<MediaFacts, MediaError> {
    let error = match facts(file) {
        Ok(facts) => return Ok(facts),
        Err(error) => error,
    };
    match whole_container(file) {
        Ok(Some(bytes)) => Ok(of_request(request, bytes)),
        Ok(None) => Err(error),
        Err(error) => Err(error.into()),
    }
}

fn of_request(request: &Request, bytes: u64) -> MediaFacts {
    let size = PixelSize::of_request(request);
    let frames = request.length.rendered_frames();
    #[expect(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
    let bytes = bytes as f64;
    MediaFacts {
        width: size.width,
        height: size.height,
        frames,
        fps: f64::from(FPS),
        seconds: f64::from(frames) / f64::from(FPS),
        audio: request.generate_audio,
        bytes,
    }
}

/// The length of a file that begins as ISO/IEC 14496-12 says (`ftyp`, or `styp` for a segment), has media data, and
/// whose boxes add up to exactly its length.
pub(crate) fn whole_container(file: &Path) -> std::io::Result<Option<u64>> {
    let mut file = File::open(file)?;
    let bytes = file.metadata()?.len();
    let (mut position, mut media) = (0_u64, false);
    for number in 0..MOST_BOXES {
        if position == bytes {
            return Ok(media.then_some(bytes));
        }
        if bytes - position < 8 {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(position))?;
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        let kind = &head[4..];
        if number == 0 && kind != b"ftyp" && kind != b"styp" {
            return Ok(None);
        }
        media |= kind == b"mdat";
        let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let size = match short {
            0 => bytes - position,
            1 if bytes - position >= 16 => {
                let mut long = [0; 8];
                file.read_exact(&mut long)?;
                u64::from_be_bytes(long)
            }
            short => u64::from(short),
        };
        let least = if short == 1 { 16 } else { 8 };
        if size < least || size > bytes - position {
            return Ok(None);
        }
        position += size;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &str, body: &[u8]) -> Vec<u8> {
        [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind.as_bytes(), body].concat()
    }

    fn whole(bytes: &[u8]) -> Option<u64> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.mp4");
        std::fs::write(&path, bytes).unwrap();
        whole_container(&path).unwrap()
    }

    #[test]
    fn a_whole_container_is_known_by_its_boxes() {
        let ftyp = boxed("ftyp", b"isom\0\0\0\0");
        let good = [ftyp.clone(), boxed("moov", b"anything"), boxed("moof", b"x"), boxed("mdat", &[0; 100])].concat();
        assert_eq!(whole(&good), Some(good.len() as u64));
        let open = [ftyp.clone(), [&[0, 0, 0, 0][..], b"mdat", &[0; 50]].concat()].concat();
        assert_eq!(whole(&open), Some(open.len() as u64), "size 0 means to the end");
        let long = [ftyp.clone(), [&[0, 0, 0, 1][..], b"mdat", &20_u64.to_be_bytes(), &[0; 4]].concat()].concat();
        assert_eq!(whole(&long), Some(long.len() as u64), "a size of 64 bits");
        for (bad, why) in [
            (good[..good.len() - 1].to_vec(), "cut short"),
            ([&good[..], b"x"].concat(), "with something behind it"),
            (boxed("mdat", &[0; 100]), "without a beginning"),
            (ftyp.clone(), "without media"),
            ([&ftyp[..], &[0, 0, 0, 3], b"mdat"].concat(), "a box smaller than its head"),
            ([&ftyp[..], &[0, 0, 0, 1], b"mdat", &u64::MAX.to_be_bytes()[..]].concat(), "a size that runs over"),
            (b"<html>".to_vec(), "a page"),
            (Vec::new(), "nothing"),
        ] {
            assert_eq!(whole(&bad), None, "{why}");
        }
    }

    #[test]
    fn a_decoder_that_panics_is_a_video_that_cannot_be_read() {
        let error = guarded::<()>(|| panic!("a bug in a decoder")).unwrap_err();
        assert!(matches!(error, MediaError::Decode { .. }), "{error}");
    }
}
