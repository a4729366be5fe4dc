//! What the person asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::extra::ExtraValue;
use crate::ids::{ClipId, ModelId};
use crate::image::ImageRef;
use crate::length::Length;

/// Output resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub enum Resolution {
    /// 480p
    #[serde(rename = "480p")]
    P480,
    /// 720p
    #[default]
    #[serde(rename = "720p")]
    P720,
    /// 1080p
    #[serde(rename = "1080p")]
    P1080,
}

/// Aspect ratio of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub enum Ratio {
    /// 16:9
    #[default]
    #[serde(rename = "16:9")]
    R16x9,
    /// 4:3
    #[serde(rename = "4:3")]
    R4x3,
    /// 1:1
    #[serde(rename = "1:1")]
    R1x1,
    /// 3:4
    #[serde(rename = "3:4")]
    R3x4,
    /// 9:16
    #[serde(rename = "9:16")]
    R9x16,
    /// 21:9
    #[serde(rename = "21:9")]
    R21x9,
    /// The given picture's own shape, moved to the nearest size of the table.
    #[serde(rename = "adaptive")]
    Adaptive,
}

/// How soon, and at what price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ServiceTier {
    /// Online.
    #[default]
    Default,
    /// Offline: half the price, slower.
    Flex,
}

macro_rules! wire_words {
    ($name:ident, $what:literal, $($variant:ident = $word:literal),+ $(,)?) => {
        impl $name {
            /// Every value, in the order in which a form shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word the service uses.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { what: $what, words: &[$($word),+] }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

wire_words!(Resolution, "resolution", P480 = "480p", P720 = "720p", P1080 = "1080p");
wire_words!(
    Ratio,
    "aspect ratio",
    R21x9 = "21:9",
    R16x9 = "16:9",
    R4x3 = "4:3",
    R1x1 = "1:1",
    R3x4 = "3:4",
    R9x16 = "9:16",
    Adaptive = "adaptive"
);
wire_words!(ServiceTier, "service tier", Default = "default", Flex = "flex");

/// A word that is none of the documented ones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}; use one of {}", .words.join(", "))]
pub struct UnknownWord {
    what: &'static str,
    words: &'static [&'static str],
}

/// A whole request: everything the service's contract knows, and the clip it continues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the service's contract")]
pub struct Request {
    /// The model that makes it.
    pub model: ModelId,
    /// What should be seen. May be empty beside a picture.
    pub prompt: String,
    /// The picture the clip starts from.
    pub first_frame: Option<ImageRef>,
    /// The picture the clip arrives at. Needs a first frame.
    pub last_frame: Option<ImageRef>,
    /// One to four pictures to resemble. Excludes first and last frame.
    pub reference_images: Vec<ImageRef>,
    /// Output resolution.
    pub resolution: Resolution,
    /// Aspect ratio.
    pub ratio: Ratio,
    /// Seconds or exact frames.
    pub length: Length,
    /// `None` asks for a new one; the engine then picks it, so that every clip can be repeated.
    pub seed: Option<u32>,
    /// Whether the camera stands still.
    pub camera_fixed: bool,
    /// Whether the service draws its mark.
    pub watermark: bool,
    /// Whether the service also sends the last frame as a PNG. On, since continuing needs it.
    pub return_last_frame: bool,
    /// Online or flex.
    pub service_tier: ServiceTier,
    /// Seconds from creation after which the service gives up: 3,600 – 259,200.
    pub expires_after: u32,
    /// http(s) URL that the service tells when the task ends.
    pub callback_url: Option<String>,
    /// Sound (v1.5 pro only).
    pub generate_audio: bool,
    /// A quick, rough version (v1.5 pro only).
    pub draft: bool,
    /// The clip whose frame this one starts from.
    pub continues: Option<ClipId>,
    /// Which of its frames, from 0; `None` is its last. Means nothing where nothing is continued.
    pub continues_frame: Option<u32>,
    /// Parameters that only the model's own spec knows, by name.
    pub extra: BTreeMap<String, ExtraValue>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            model: ModelId::new(crate::catalogue::LITE_T2V),
            prompt: String::new(),
            first_frame: None,
            last_frame: None,
            reference_images: Vec::new(),
            resolution: Resolution::default(),
            ratio: Ratio::default(),
            length: Length::Seconds(5),
            seed: None,
            camera_fixed: false,
            watermark: false,
            return_last_frame: true,
            service_tier: ServiceTier::default(),
            expires_after: 172_800,
            callback_url: None,
            generate_audio: false,
            draft: false,
            continues: None,
            continues_frame: None,
            extra: BTreeMap::new(),
        }
    }
}

impl Request {
    /// Every picture of the request, in the order in which it is sent.
    pub fn images(&self) -> impl Iterator<Item = &ImageRef> {
        self.first_frame.iter().chain(&self.last_frame).chain(&self.reference_images)
    }

    /// Makes it the beginning of a film of its own.
    pub fn continue_nothing(&mut self) {
        (self.continues, self.continues_frame) = (None, None);
    }
}
