//! Files of clips that people move, rename and delete: noticed, told, and put right where that is possible.

use std::path::PathBuf;

use lastframe_library::keep_made;
use lastframe_media as media;
use lastframe_model::{Clip, ClipId};

use crate::error::EngineError;
use crate::run::{Inner, blocking};
use crate::whole::guarded;

impl Inner {
    pub(crate) async fn look_through(&self) -> Result<Vec<PathBuf>, EngineError> {
        let looked = self.with_library(lastframe_library::Library::look_through).await?;
        if !looked.changed.is_empty() {
            tracing::info!(clips = looked.changed.len(), "files of clips were moved, removed or found again");
        }
        for clip in looked.changed {
            self.tell_clip(clip);
        }
        if self.organising.are_away(&looked.away) {
            self.organising.write_due();
            self.films.changed();
        }
        Ok(looked.away)
    }

    pub(crate) async fn look_for(&self, id: &ClipId) -> Result<Clip, EngineError> {
        let wanted = id.clone();
        let before = self.with_library(move |library| library.clip(&wanted)).await?;
        let wanted = id.clone();
        let clip = self.with_library(move |library| library.look_for(&wanted)).await?;
        if before.is_some_and(|before| before.missing != clip.missing) {
            self.tell_clip(clip.clone());
        }
        Ok(clip)
    }

    pub(crate) async fn restore_file(&self, id: &ClipId, from: PathBuf) -> Result<Clip, EngineError> {
        let id = id.clone();
        let clip = self.with_library(move |library| library.restore_file(&id, &from)).await?;
        self.tell_clip(clip.clone());
        Ok(clip)
    }

    pub(crate) async fn mend_poster(&self, id: &ClipId) -> Result<bool, EngineError> {
        let (library, id) = (self.library.clone(), id.clone());
        blocking(move || {
            let Some(clip) = library.clip(&id)? else { return Ok(false) };
            let places = library.places();
            let (file, poster) = (places.clip_file(&clip), places.poster_file(&clip));
            match guarded(|| media::frame_at(&file, 0).and_then(|frame| media::encode_poster(&frame))) {
                Ok(bytes) => keep_made(&poster, &bytes).map(|()| true).map_err(EngineError::from),
                Err(error) => {
                    tracing::info!(clip = %id, %error, "no poster can be made of this video here");
                    Ok(false)
                }
            }
        })
        .await?
    }
}
