//! Copies that leave the library, and files that come back to it. What is in the library itself is never changed.

use std::io::Cursor;
use std::path::Path;

use lastframe_library::{Library, LibraryError, Places, sha256_of};
use lastframe_media as media;
use lastframe_model::{Clip, ClipId, FileCheck, ImageRef, Request};

use crate::error::EngineError;
use crate::run::{Inner, blocking};
use crate::shared::{self, SharedRecipe};

impl Inner {
    pub(crate) async fn copy_clip(&self, id: &ClipId, target: &Path) -> Result<(), EngineError> {
        let (library, id, target) = (self.library.clone(), id.clone(), target.to_owned());
        let with_recipe = self.settings().recipe_in_copies;
        blocking(move || {
            let clip = library.clip(&id)?.ok_or(LibraryError::NoSuchClip(id))?;
            let places = library.places();
            let file = places.clip_file(&clip);
            if !file.is_file() {
                library.look_for(&clip.id)?;
            }
            match std::fs::metadata(&file) {
                Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                    return Err(LibraryError::ClipMissing(file).into());
                }
                facts => facts.map_err(|source| LibraryError::io(&file, source))?,
            };
            if in_library(&places, &file, &target) {
                return Err(EngineError::TargetInLibrary);
            }
            copy_to(&library, &clip, &target, with_recipe)
        })
        .await?
    }

    pub(crate) async fn verify_clip(&self, id: &ClipId) -> Result<FileCheck, EngineError> {
        let id = id.clone();
        self.with_library(move |library| {
            let clip = library.clip(&id)?.ok_or(LibraryError::NoSuchClip(id))?;
            let file = library.places().clip_file(&clip);
            if !file.is_file() {
                return Ok(FileCheck::Missing);
            }
            Ok(if sha256_of(&file)? == clip.sha256 { FileCheck::Intact } else { FileCheck::Changed })
        })
        .await
    }

    pub(crate) async fn read_recipe(&self, bytes: Vec<u8>) -> Result<Request, EngineError> {
        let library = self.library.clone();
        blocking(move || {
            // An MP4 begins with the length of its first box, which is never that long.
            let json = bytes.first().is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'{');
            let recipe = if json {
                bytes
            } else {
                let carried = media::read_recipe(&mut Cursor::new(bytes)).map_err(|_| EngineError::NoRecipe)?;
                carried.ok_or(EngineError::NoRecipe)?.into_bytes()
            };
            shared::read(&recipe, &library).ok_or(EngineError::NoRecipe)
        })
        .await?
    }
}

/// Writes a copy of a clip's file. Blocks.
pub(crate) fn copy_to(library: &Library, clip: &Clip, target: &Path, with_recipe: bool) -> Result<(), EngineError> {
    let file = library.places().clip_file(clip);
    if !with_recipe {
        return media::copy_unchanged(&file, target).map_err(|error| unwritten(target, error));
    }
    let copied = media::copy_with_tags(&file, target, &tags(library, clip)?);
    if let media::Copied::Unchanged { why } = copied.map_err(|error| unwritten(target, error))? {
        tracing::info!(clip = %clip.id, why, "a copy carries no recipe");
    }
    Ok(())
}

/// A full disk is told apart from a folder that cannot be written to.
fn unwritten(target: &Path, error: media::MediaError) -> EngineError {
    match error {
        media::MediaError::Io(source) => LibraryError::io(target, source).into(),
        error => error.into(),
    }
}

/// What a copy of a clip tells.
pub(crate) fn shared(library: &Library, clip: &Clip) -> Result<SharedRecipe, LibraryError> {
    let earlier = clip.request.continues.as_ref().map(|earlier| library.original_sha256(earlier)).transpose()?;
    Ok(SharedRecipe {
        sha256: library.original_sha256(&clip.id)?,
        continues_sha256: earlier.flatten(),
        ..SharedRecipe::of(&clip.request, clip.created_at)
    })
}

fn tags(library: &Library, clip: &Clip) -> Result<media::Tags, LibraryError> {
    let recipe = shared(library, clip)?;
    Ok(media::Tags { title: recipe.title(), comment: recipe.comment(), recipe: serde_json::to_string(&recipe)? })
}

/// Whether writing `target` would replace the clip's own file, or another file that the library keeps.
pub(crate) fn in_library(places: &Places, file: &Path, target: &Path) -> bool {
    let Ok(target) = target.canonicalize() else { return false }; // nothing is there yet
    let same = |path: &Path| path.canonicalize().is_ok_and(|path| path == target);
    let within = |folder: &Path| folder.canonicalize().is_ok_and(|folder| target.starts_with(folder));
    same(file)
        || [places.clips.as_path(), &places.images(), &places.rehearsal()].into_iter().any(within)
        || [places.database(), places.settings_file(), places.draft_file()].iter().any(|path| same(path))
}

impl shared::Kept for Library {
    fn picture(&self, told: &ImageRef) -> Option<ImageRef> {
        let bytes = self.image_bytes(&told.id).ok()??;
        let facts = media::picture_facts(&bytes).ok()?;
        #[expect(clippy::cast_precision_loss, reason = "a picture is far smaller than 2^53 bytes")]
        let size = bytes.len() as f64;
        let (format, width, height) = (facts.format, facts.width, facts.height);
        Some(ImageRef { id: told.id.clone(), format, width, height, bytes: size })
    }

    fn clip(&self, id: &ClipId) -> bool {
        Self::clip(self, id).is_ok_and(|clip| clip.is_some())
    }
}
