//! Pictures that go into requests: given by the person, or taken from a clip.

use lastframe_library::{Library, LibraryError};
use lastframe_media as media;
use lastframe_model::{Clip, ClipId, Continuation, Framing, ImageFormat, ImageId, ImageRef, PixelSize};

use crate::error::EngineError;
use crate::last_frames::last_frame_png;
use crate::run::{Inner, blocking};

impl Inner {
    pub(crate) async fn keep_image(&self, bytes: Vec<u8>) -> Result<ImageRef, EngineError> {
        let library = self.library.clone();
        blocking(move || {
            let facts = media::picture_facts(&bytes)?;
            Ok(library.keep_image(&bytes, facts.format, facts.width, facts.height)?)
        })
        .await?
    }

    pub(crate) async fn frame_picture(
        &self,
        id: &ImageId,
        size: PixelSize,
        framing: Framing,
    ) -> Result<ImageRef, EngineError> {
        let (library, id) = (self.library.clone(), id.clone());
        blocking(move || {
            let bytes = library.image_bytes(&id)?.ok_or_else(|| LibraryError::NoSuchImage(id.clone()))?;
            keep_png(&library, &media::frame_picture(&bytes, size, framing)?)
        })
        .await?
    }

    pub(crate) async fn continue_from(&self, id: &ClipId, frame: Option<u32>) -> Result<Continuation, EngineError> {
        let (library, catalogue, id) = (self.library.clone(), self.catalogue(), id.clone());
        blocking(move || {
            let clip = clip(&library, &id)?;
            let number = frame.filter(|number| number.saturating_add(1) != clip.media.frames);
            let png = match number {
                None => last_frame_png(&library, &clip)?,
                Some(number) => frame_png(&library, &id, number)?,
            };
            Ok(Continuation::of(&clip, number, keep_png(&library, &png)?, &catalogue))
        })
        .await?
    }

    pub(crate) async fn frame(&self, id: &ClipId, index: u32) -> Result<Vec<u8>, EngineError> {
        let (library, id) = (self.library.clone(), id.clone());
        blocking(move || frame_png(&library, &id, index)).await?
    }

    pub(crate) async fn take_frame(&self, id: &ClipId, index: u32) -> Result<ImageRef, EngineError> {
        let (library, id) = (self.library.clone(), id.clone());
        blocking(move || keep_png(&library, &frame_png(&library, &id, index)?)).await?
    }
}

fn clip(library: &Library, id: &ClipId) -> Result<Clip, LibraryError> {
    library.clip(id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))
}

fn frame_png(library: &Library, id: &ClipId, index: u32) -> Result<Vec<u8>, EngineError> {
    let file = library.places().clip_file(&clip(library, id)?);
    Ok(media::encode_png(&media::frame_at(&file, index)?)?)
}

pub(crate) fn keep_png(library: &Library, png: &[u8]) -> Result<ImageRef, EngineError> {
    let facts = media::picture_facts(png)?;
    Ok(library.keep_image(png, ImageFormat::Png, facts.width, facts.height)?)
}
