//! Pictures given to the service, kept by their content: the same picture is kept once, and a clip can be
//! made again years later. Knows no decoding: format and size are told.

use std::path::PathBuf;

use lastframe_model::ids::is_plain;
use lastframe_model::{ImageFormat, ImageId, ImageRef};
use sha2::{Digest, Sha256};

use crate::Library;
use crate::error::LibraryError;
use crate::files;

impl Library {
    /// Keeps a picture. `width` and `height` are its pixels.
    pub fn keep_image(
        &self,
        bytes: &[u8],
        format: ImageFormat,
        width: u32,
        height: u32,
    ) -> Result<ImageRef, LibraryError> {
        let id = ImageId::new(hex::encode(Sha256::digest(bytes)));
        let path = self.places().images().join(id.as_str());
        let kept = std::fs::metadata(&path).is_ok_and(|facts| facts.len() == bytes.len() as u64);
        if !kept {
            files::write_private_file(&path, bytes)?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a picture is far smaller than 2^53 bytes")]
        let size = bytes.len() as f64;
        Ok(ImageRef { id, format, width, height, bytes: size })
    }

    /// The file of a picture; `None` if it is not kept here or the id is not one.
    #[must_use]
    pub fn image_path(&self, id: &ImageId) -> Option<PathBuf> {
        let path = is_plain(id.as_str()).then(|| self.places().images().join(id.as_str()))?;
        path.is_file().then_some(path)
    }

    /// The bytes of a picture; `None` if it is not kept here.
    pub fn image_bytes(&self, id: &ImageId) -> Result<Option<Vec<u8>>, LibraryError> {
        let Some(path) = self.image_path(id) else { return Ok(None) };
        std::fs::read(&path).map(Some).map_err(|source| LibraryError::io(&path, source))
    }
}
