//! Videos and pictures, read and made without any program beside this one: probe an MP4, take a
//! frame out of it, make posters and PNGs, write H.264, copy it with tags.
//!
//! Knows files and pixels. Knows nothing of jobs, clips, services or where files are kept. Whatever
//! it reads may come from anywhere: sizes are bounded, tables are checked against the file, and a
//! damaged file is a [`MediaError`], never a panic. Everything here blocks; call it from a thread
//! that may.

mod aac;
mod boxes;
mod chunks;
mod colour;
mod container;
mod copy;
mod decode;
mod error;
mod film;
mod frames;
mod framing;
mod h264;
mod outline;
mod picture;
mod samples;
mod seam;
mod sheet;
mod strip;
mod tags;
mod turn;
mod write;

use std::path::Path;

use lastframe_model::MediaFacts;

pub use copy::{Copied, copy_unchanged, copy_with_tags, read_recipe, write_with_tags};
pub use image::RgbImage;

pub use decode::{first_and_last_frame, frame_at, last_frame};
pub use error::MediaError;
pub use film::{
    JoinError, JoinPlan, Part, PartError, PartSound, Progress, Reason, Route, Sound, join, plan, reencode,
    reencode_with,
};
pub use framing::frame_picture;
pub use outline::{Outline, outline};
pub use picture::{PictureFacts, decode_picture, encode_png, encode_poster, fill, picture_facts, thumbnail};
pub use seam::{SeamFigures, seam, seam_between};
pub use sheet::{SHEET_SEAMS, SeamFrames, contact_sheet};
pub use strip::{STRIP_COLUMNS, STRIP_TILES, strip};
pub use tags::{MAX_TAG, Tags};
pub use write::VideoWriter;

/// Reads what an MP4 says about itself: size in pixels as it is shown (a turn noted in the track is applied), presented
/// frames, rate, length, sound.
///
/// Reads only the tables (usually some kilobytes), and checks that the file is long enough to hold
/// every frame that they promise.
///
/// # Errors
///
/// [`MediaError::NotAVideo`] for anything but an MP4 with a video track, [`MediaError::Truncated`]
/// when the end of the file is missing, [`MediaError::Unsupported`] for fragmented MP4s,
/// [`MediaError::Io`] when it cannot be read.
pub fn probe(path: &Path) -> Result<MediaFacts, MediaError> {
    let movie = container::Movie::open(path)?;
    Ok(movie.facts())
}
