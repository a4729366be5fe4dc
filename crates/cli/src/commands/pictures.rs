//! Pictures that are typed as files or taken from clips.

use std::path::Path;

use lastframe_library::Library;
use lastframe_media as media;
use lastframe_model::{Clip, Field, Framing, FramingOffer, ImageId, ImageRef};

use crate::failure::CliError;

/// Larger files are not even read: the service takes less than 30 MB.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A picture and its facts, not yet kept in the library.
pub struct Picture {
    pub bytes: Vec<u8>,
    /// Its id is empty until it is kept.
    pub facts: ImageRef,
}

impl Picture {
    /// Reads a picture that was given for `field`.
    pub fn read(path: &Path, field: Field) -> Result<Self, CliError> {
        let refused =
            |why: String| CliError::Invalid { field, flag: None, message: format!("{}: {why}", path.display()) };
        let size = std::fs::metadata(path).map_err(|error| refused(error.to_string()))?.len();
        if size > MOST_BYTES {
            return Err(refused("a picture must be under 30 MB.".to_owned()));
        }
        let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        Self::of(bytes).map_err(|error| refused(error.to_string()))
    }

    /// Gives it another shape and size, if it is one of those that had better get one.
    pub fn framed(
        &mut self,
        field: Field,
        index: usize,
        offers: &[FramingOffer],
        framing: Framing,
    ) -> Result<(), CliError> {
        let wanted =
            |offer: &&FramingOffer| offer.field == field && usize::try_from(offer.index).is_ok_and(|at| at == index);
        let Some(offer) = offers.iter().find(wanted) else { return Ok(()) };
        let framed = media::frame_picture(&self.bytes, offer.size, framing).and_then(Self::of);
        *self = framed.map_err(|error| CliError::Invalid { field, flag: None, message: error.to_string() })?;
        Ok(())
    }

    /// The last frame of a clip.
    pub fn last_frame(library: &Library, clip: &Clip) -> Result<Self, CliError> {
        Ok(Self::of(last_frame_png(library, clip)?)?)
    }

    /// The frame of that number, from 0.
    pub fn frame(library: &Library, clip: &Clip, number: u32) -> Result<Self, CliError> {
        let frame = media::frame_at(&library.places().clip_file(clip), number)?;
        Ok(Self::of(media::encode_png(&frame)?)?)
    }

    fn of(bytes: Vec<u8>) -> Result<Self, media::MediaError> {
        let facts = media::picture_facts(&bytes)?;
        #[expect(clippy::cast_precision_loss, reason = "compared with 30 MB")]
        let size = bytes.len() as f64;
        let facts = ImageRef {
            id: ImageId::new(String::new()),
            format: facts.format,
            width: facts.width,
            height: facts.height,
            bytes: size,
        };
        Ok(Self { bytes, facts })
    }
}

/// The last frame of a clip as PNG: the file beside the video, or else decoded from the video.
pub fn last_frame_png(library: &Library, clip: &Clip) -> Result<Vec<u8>, CliError> {
    let places = library.places();
    match std::fs::read(places.last_frame_file(clip)) {
        Ok(png) if media::picture_facts(&png).is_ok() => Ok(png),
        _ => Ok(media::encode_png(&media::last_frame(&places.clip_file(clip))?)?),
    }
}
