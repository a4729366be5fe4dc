//! The models the app ships with and what each accepts (service-api, "Models").

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::check::PROMPT_CHARACTERS as PROMPT_MAX;
use crate::extra::ExtraParameter;
use crate::ids::ModelId;
use crate::length::{FPS, FRAMES, Length};
use crate::live::SpecProblem;
use crate::request::{Ratio, Resolution};

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

/// Where a model is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The catalogue that the program ships with.
    BuiltIn,
    /// The same, with limits that its live spec changed.
    Changed,
    /// A live spec alone: the program had never heard of it.
    New,
}

/// Which of the parameters that every v1 model has this one has too. What it does not have is never sent to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of its own")]
pub struct Switches {
    /// `seed`
    pub seed: bool,
    /// `camera_fixed`
    pub camera_fixed: bool,
    /// `watermark`
    pub watermark: bool,
    /// `return_last_frame`
    pub return_last_frame: bool,
    /// `service_tier`, with both of its words
    pub service_tier: bool,
    /// `execution_expires_after`
    pub expires_after: bool,
    /// `callback_url`
    pub callback_url: bool,
}

impl Switches {
    /// Every one, as the v1 models have them.
    pub const ALL: Self = Self {
        seed: true,
        camera_fixed: true,
        watermark: true,
        return_last_frame: true,
        service_tier: true,
        expires_after: true,
        callback_url: true,
    };
    /// None.
    pub const NONE: Self = Self {
        seed: false,
        camera_fixed: false,
        watermark: false,
        return_last_frame: false,
        service_tier: false,
        expires_after: false,
        callback_url: false,
    };
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
    /// Where it is known from.
    pub origin: Origin,
    /// What it is for, in the words of the model list: plain text. The program has words of its own for its own models.
    pub description: Option<String>,
    /// Picture modes it takes.
    pub modes: Vec<ImageMode>,
    /// Most reference images, at most four.
    pub max_references: u32,
    /// Most characters of a prompt.
    pub max_prompt: u32,
    /// Whether a prompt is needed beside a picture, too.
    pub prompt_required: bool,
    /// Resolutions it makes, in the order of a form. Empty: it is not asked for one.
    pub resolutions: Vec<Resolution>,
    /// The one it takes when none is said.
    pub usual_resolution: Resolution,
    /// Fixed ratios it makes, in the order of a form. Empty: it is not asked for one.
    pub ratios: Vec<Ratio>,
    /// The one it takes when none is said.
    pub usual_ratio: Ratio,
    /// Whether `adaptive` is a ratio here (only ever beside a picture).
    pub adaptive_ratio: bool,
    /// Whether a length in whole seconds can be asked for.
    pub whole_seconds: bool,
    /// Fewest whole seconds.
    pub min_seconds: u32,
    /// Most whole seconds.
    pub max_seconds: u32,
    /// The only lengths within that range, ascending; empty for every whole second.
    pub seconds_only: Vec<u32>,
    /// Whether exact `frames` can be asked for.
    pub exact_frames: bool,
    /// Fewest frames, of the 25 + 4n within 29 – 289.
    pub min_frames: u32,
    /// Most frames, of the 25 + 4n within 29 – 289.
    pub max_frames: u32,
    /// Largest seed.
    pub max_seed: u32,
    /// Which of the usual parameters it has.
    pub switches: Switches,
    /// Whether reference images exclude 1080p and a fixed camera (lite i2v).
    pub plain_reference: bool,
    /// Whether it can make sound.
    pub audio: bool,
    /// Whether it has a draft mode.
    pub draft: bool,
    /// Parameters that only its spec knows.
    pub extra: Vec<ExtraParameter>,
    /// What its spec offers and this version cannot: e.g. `resolution 1440p`. Plain text, for a note.
    pub left_out: Vec<String>,
}

impl ModelSpec {
    /// Whether the model takes this picture mode.
    #[must_use]
    pub fn takes(&self, mode: ImageMode) -> bool {
        self.modes.contains(&mode)
    }

    /// Whether a clip of this length can be asked for.
    #[must_use]
    pub fn makes(&self, length: Length) -> bool {
        match length {
            Length::Seconds(seconds) => {
                let among = self.seconds_only.is_empty() || self.seconds_only.contains(&seconds);
                self.whole_seconds && among && (self.min_seconds..=self.max_seconds).contains(&seconds)
            }
            Length::Frames(frames) => {
                let within = (self.min_frames..=self.max_frames).contains(&frames);
                self.exact_frames && within && Length::is_allowed_frames(frames)
            }
        }
    }

    /// Whether a length can be asked for at all.
    #[must_use]
    pub fn has_length(&self) -> bool {
        self.whole_seconds || self.exact_frames
    }

    /// The nearest length that can be asked for; the same where none can.
    #[must_use]
    pub fn nearest_length(&self, length: Length) -> Length {
        if self.makes(length) || !self.has_length() {
            return length;
        }
        let frames = |frames: u32| {
            let frames = frames.clamp(self.min_frames, self.max_frames);
            Length::nearest_frames(f64::from(frames) / f64::from(FPS))
        };
        match length {
            Length::Frames(asked) if self.exact_frames => frames(asked),
            Length::Seconds(seconds) if !self.whole_seconds => frames(seconds.saturating_mul(FPS)),
            Length::Frames(asked) => self.nearest_seconds(asked.saturating_add(12) / FPS),
            Length::Seconds(seconds) => self.nearest_seconds(seconds),
        }
    }

    fn nearest_seconds(&self, seconds: u32) -> Length {
        let within = seconds.clamp(self.min_seconds, self.max_seconds);
        let among = self.seconds_only.iter().min_by_key(|one| one.abs_diff(seconds));
        Length::Seconds(among.copied().unwrap_or(within))
    }

    /// The parameter of that name that only this model's spec knows.
    #[must_use]
    pub fn extra(&self, name: &str) -> Option<&ExtraParameter> {
        self.extra.iter().find(|parameter| parameter.name == name)
    }
}

/// A spec that was refused, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct RefusedSpec {
    /// The model it was for, as far as its id can be shown.
    pub model: String,
    /// Why.
    pub code: SpecProblem,
    /// Why, in English, with the place. Quotes nothing that could not be shown.
    pub message: String,
}

/// What is known of the live specs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Freshness {
    /// When they were last fetched whole; `None` while the built-in catalogue serves alone.
    pub fetched_at: Option<Timestamp>,
    /// The address they came from.
    pub address: Option<String>,
    /// Specs of that fetch that were refused.
    pub refused: Vec<RefusedSpec>,
    /// Why the last attempt brought nothing, in English.
    pub problem: Option<String>,
}

/// The models known to this program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Catalogue {
    /// In the order in which a form lists them.
    pub models: Vec<ModelSpec>,
    /// What is known of the live specs.
    pub live: Freshness,
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
            origin: Origin::BuiltIn,
            description: None,
            modes: modes.to_vec(),
            max_references: 4,
            max_prompt: PROMPT_MAX,
            prompt_required: false,
            resolutions: Resolution::ALL.to_vec(),
            usual_resolution: Resolution::default(),
            ratios: fixed_ratios(),
            usual_ratio: Ratio::default(),
            adaptive_ratio: modes.iter().any(|mode| *mode != Text),
            whole_seconds: true,
            min_seconds: 2,
            max_seconds: 12,
            seconds_only: Vec::new(),
            exact_frames: true,
            min_frames: *FRAMES.start(),
            max_frames: *FRAMES.end(),
            max_seed: u32::MAX,
            switches: Switches::ALL,
            plain_reference: false,
            audio: false,
            draft: false,
            extra: Vec::new(),
            left_out: Vec::new(),
        };
        let models = vec![
            base(LITE_T2V, "Lite t2v", &[Text]),
            ModelSpec { plain_reference: true, ..base(LITE_I2V, "Lite i2v", &[FirstFrame, FirstLastFrame, Reference]) },
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
        ];
        Self { models, live: Freshness::default() }
    }

    /// The built-in catalogue with what live specs say. Of a built-in model they change limits that are data, and
    /// nothing else: what it takes, its rules and its name stay. Every other model is added, in the order given.
    #[must_use]
    pub fn with_live(live: impl IntoIterator<Item = ModelSpec>) -> Self {
        let mut catalogue = Self::built_in();
        for spec in live {
            match catalogue.models.iter_mut().find(|model| model.id == spec.id) {
                Some(model) => take_limits(model, spec),
                None => catalogue.models.push(spec),
            }
        }
        catalogue
    }

    /// The model of that id, if it is known.
    #[must_use]
    pub fn get(&self, id: &ModelId) -> Option<&ModelSpec> {
        self.models.iter().find(|model| model.id == *id)
    }
}

/// The fixed ratios, in the order of a form.
#[must_use]
pub fn fixed_ratios() -> Vec<Ratio> {
    Ratio::ALL.iter().copied().filter(|ratio| *ratio != Ratio::Adaptive).collect()
}

/// The limits of a built-in model that its live spec may change.
fn take_limits(model: &mut ModelSpec, live: ModelSpec) {
    if model.origin == Origin::New {
        return;
    }
    let before = model.clone();
    *model = ModelSpec {
        origin: Origin::BuiltIn,
        // A spec without such a role says nothing about their number.
        max_references: if live.max_references == 0 { before.max_references } else { live.max_references },
        max_prompt: live.max_prompt,
        resolutions: live.resolutions,
        usual_resolution: live.usual_resolution,
        ratios: live.ratios,
        usual_ratio: live.usual_ratio,
        adaptive_ratio: live.adaptive_ratio,
        whole_seconds: live.whole_seconds,
        min_seconds: live.min_seconds,
        max_seconds: live.max_seconds,
        seconds_only: live.seconds_only,
        exact_frames: live.exact_frames,
        min_frames: live.min_frames,
        max_frames: live.max_frames,
        max_seed: live.max_seed,
        switches: live.switches,
        audio: live.audio,
        draft: live.draft,
        left_out: live.left_out.into_iter().chain(live.extra.into_iter().map(|one| one.name)).collect(),
        ..before.clone()
    };
    if *model != before {
        model.origin = Origin::Changed;
    }
}
