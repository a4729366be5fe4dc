//! What a person wants back: settings under a name, prompts they wrote before, and the form and the storyboard as they
//! were left.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::ids::ModelId;
use crate::length::Length;
use crate::request::Request;
use crate::storyboard::Approval;

/// Most characters of a preset's name.
pub const PRESET_NAME_MAX: usize = 60;
/// Most prompts that one look back brings.
pub const PROMPTS_MAX: u32 = 500;

/// Settings under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Preset {
    /// What the person calls it; no two are the same but for upper and lower case.
    pub name: String,
    /// The settings, without pictures. An empty prompt means that the one being written stays.
    pub request: Request,
}

impl Preset {
    /// Settings of a request under a name: spaces in the name are evened, and what belongs to one clip alone
    /// (pictures, the clip that it continues) is left out.
    ///
    /// # Errors
    /// [`PresetProblem::NameEmpty`], [`PresetProblem::NameTooLong`].
    pub fn new(name: &str, request: Request) -> Result<Self, PresetProblem> {
        let name = Self::checked_name(name)?;
        let request = Request {
            prompt: request.prompt.trim().to_owned(),
            first_frame: None,
            last_frame: None,
            reference_images: Vec::new(),
            continues: None,
            continues_frame: None,
            ..request
        };
        Ok(Self { name, request })
    }

    /// A name as it is kept: without control characters, and with single spaces between its words.
    ///
    /// ```
    /// # use lastframe_model::Preset;
    /// assert_eq!(Preset::checked_name("  Night \n shots "), Ok("Night shots".to_owned()));
    /// ```
    ///
    /// # Errors
    /// [`PresetProblem::NameEmpty`], [`PresetProblem::NameTooLong`].
    pub fn checked_name(name: &str) -> Result<String, PresetProblem> {
        let words = name.split(|letter: char| letter.is_whitespace() || letter.is_control());
        let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        match name.chars().count() {
            0 => Err(PresetProblem::NameEmpty),
            length if length > PRESET_NAME_MAX => Err(PresetProblem::NameTooLong),
            _ => Ok(name),
        }
    }

    /// What two names are compared by: `Night` and `night` are one.
    #[must_use]
    pub fn folded(name: &str) -> String {
        name.to_lowercase()
    }
}

/// Why a preset cannot have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PresetProblem {
    /// Nothing but spaces.
    #[error("A preset needs a name.")]
    NameEmpty,
    /// Over 60 characters.
    #[error("A preset's name has at most 60 characters.")]
    NameTooLong,
    /// Another preset has it.
    #[error("There is a preset of this name.")]
    NameTaken,
}

/// A prompt that was used before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PastPrompt {
    /// Its words, without spaces around them.
    pub prompt: String,
    /// When it was used last.
    pub used_at: Timestamp,
    /// How many jobs were asked for with it.
    pub times: u32,
}

/// The form as it was left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Draft {
    /// The request being written.
    pub request: Request,
    /// How many clips of it: 1 – 8.
    pub count: u32,
}

/// A storyboard being written, as it was left. What its shots have in common is the form's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BoardDraft {
    /// In their order.
    pub shots: Vec<ShotDraft>,
    /// Whether the person wants to be asked before each further shot.
    pub approval: Approval,
}

/// A shot being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ShotDraft {
    /// Its words so far.
    pub prompt: String,
    /// Its model, where it is not the form's.
    pub model: Option<ModelId>,
    /// Its length, where it is not the form's.
    pub length: Option<Length>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ClipId, ImageId};
    use crate::image::{ImageFormat, ImageRef};

    #[test]
    fn a_preset_keeps_settings_and_words_and_nothing_of_one_clip() {
        let picture = ImageRef { id: ImageId::new("0"), format: ImageFormat::Png, width: 800, height: 600, bytes: 1e3 };
        let request = Request {
            prompt: " A boat \n".to_owned(),
            first_frame: Some(picture.clone()),
            last_frame: Some(picture.clone()),
            reference_images: vec![picture],
            continues: Some(ClipId::new("c")),
            seed: Some(7),
            watermark: true,
            expires_after: 3_600,
            ..Request::default()
        };
        let kept = Preset::new("Boats", request).unwrap().request;
        assert_eq!(kept.images().count(), 0, "a picture belongs to one clip");
        assert_eq!((kept.continues, kept.prompt.as_str()), (None, "A boat"));
        assert_eq!((kept.seed, kept.watermark, kept.expires_after), (Some(7), true, 3_600));
    }

    #[test]
    fn a_name_has_something_in_it_and_is_not_endless() {
        for empty in ["", " \t\n", "\u{0}\u{7}", "\u{3000}"] {
            assert_eq!(Preset::checked_name(empty), Err(PresetProblem::NameEmpty), "{empty:?}");
        }
        let of = |letters: usize| Preset::checked_name(&"夜".repeat(letters)).map(|name| name.chars().count());
        assert_eq!(of(60), Ok(60), "characters are counted, not bytes");
        assert_eq!(of(61), Err(PresetProblem::NameTooLong));
        assert_eq!(Preset::folded("NÄCHTE"), Preset::folded("nächte"));
    }
}
