//! The models the app ships with and what each accepts (service-api, "Models").

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ids::ModelId;

/// The model the product starts from: text only.
pub const LITE_T2V: &str = "spark_dance_v1_0_lite_t2v";
/// The model that continuing moves to by default.
pub const LITE_I2V: &str = "spark_dance_v1_0_lite_i2v";
/// Text, first frame, first and last frame.
pub const PRO: &str = "spark_dance_v1_0_pro";
/// Text, first frame.
pub const PRO_FAST: &str = "spark_dance_v1_0_pro_fast";
/// Text, first frame, first and last frame; sound and drafts.
pub const PRO_1_5: &str = "spark_dance_v1_5_pro";

/// What pictures a request brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ImageMode {
    /// None: text to video.
    Text,
    /// A first frame.
    FirstFrame,
    /// A first and a last frame.
    FirstLastFrame,
    /// One to four reference images.
    Reference,
}

/// What one model accepts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
pub struct ModelSpec {
    /// As the service spells it.
    pub id: ModelId,
    /// Short name for a chip, e.g. `Lite t2v`.
    pub name: String,
    /// Long name for a list, e.g. `Spark Dance 1.0 Lite t2v`.
    pub full_name: String,
    /// Picture modes it takes.
    pub modes: Vec<ImageMode>,
    /// Whether `adaptive` is a ratio here (only ever beside a picture).
    pub adaptive_ratio: bool,
    /// Fewest whole seconds.
    pub min_seconds: u32,
    /// Most whole seconds.
    pub max_seconds: u32,
    /// Whether exact `frames` can be asked for.
    pub exact_frames: bool,
    /// Whether reference images exclude 1080p and a fixed camera (lite i2v).
    pub plain_reference: bool,
    /// Whether it can make sound.
    pub audio: bool,
    /// Whether it has a draft mode.
    pub draft: bool,
}

impl ModelSpec {
    /// Whether the model takes this picture mode.
    #[must_use]
    pub fn takes(&self, mode: ImageMode) -> bool {
        self.modes.contains(&mode)
    }
}

/// The models known to this program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Catalogue {
    /// In the order in which a form lists them.
    pub models: Vec<ModelSpec>,
}

impl Catalogue {
    /// The five v1 models of the reference.
    #[must_use]
    pub fn built_in() -> Self {
        use ImageMode::{FirstFrame, FirstLastFrame, Reference, Text};
        let base = |id: &str, name: &str, modes: &[ImageMode]| ModelSpec {
            id: ModelId::new(id),
            name: name.to_owned(),
            full_name: format!("Spark Dance 1.0 {name}"),
            modes: modes.to_vec(),
            adaptive_ratio: modes.iter().any(|mode| *mode != Text),
            min_seconds: 2,
            max_seconds: 12,
            exact_frames: true,
            plain_reference: false,
            audio: false,
            draft: false,
        };
        Self {
            models: vec![
                base(LITE_T2V, "Lite t2v", &[Text]),
                ModelSpec {
                    plain_reference: true,
                    ..base(LITE_I2V, "Lite i2v", &[FirstFrame, FirstLastFrame, Reference])
                },
                base(PRO, "Pro", &[Text, FirstFrame, FirstLastFrame]),
                base(PRO_FAST, "Pro fast", &[Text, FirstFrame]),
                ModelSpec {
                    full_name: "Spark Dance 1.5 Pro".to_owned(),
                    min_seconds: 4,
                    exact_frames: false,
                    audio: true,
                    draft: true,
                    ..base(PRO_1_5, "1.5 Pro", &[Text, FirstFrame, FirstLastFrame])
                },
            ],
        }
    }

    /// The model of that id, if it is known.
    #[must_use]
    pub fn get(&self, id: &ModelId) -> Option<&ModelSpec> {
        self.models.iter().find(|model| model.id == *id)
    }
}
