//! A picture given to the service: kept in the library by its content, referred to by its facts.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ids::ImageId;

/// Picture formats the service takes, by the name that stands in a data URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// JPEG
    Jpeg,
    /// PNG
    Png,
    /// WebP
    Webp,
    /// Windows bitmap
    Bmp,
    /// TIFF
    Tiff,
    /// GIF
    Gif,
}

impl ImageFormat {
    /// The lower-case name used in `data:image/NAME` and as the file's extension.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Gif => "gif",
        }
    }

    /// The format of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Webp, Self::Bmp, Self::Tiff, Self::Gif]
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
    }
}

/// A picture in the library and the facts that validation needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ImageRef {
    /// SHA-256 of the bytes.
    pub id: ImageId,
    /// Format, read from the bytes, never from a file name.
    pub format: ImageFormat,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Size in bytes.
    pub bytes: f64,
}

/// Width / height must lie strictly within these.
pub const ASPECT: (f64, f64) = (0.4, 2.5);
/// Each side must lie strictly within these, in pixels.
pub const SIDE: (u32, u32) = (300, 6000);
/// A picture must be smaller than this: 30 MB.
pub const MAX_BYTES: f64 = 30.0 * 1024.0 * 1024.0;
