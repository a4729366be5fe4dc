//! The `content` of a spec: which pictures a model takes, and what its prompt may be.

use super::constraints::{Kind, Parameter};
use super::problem::{SpecError, SpecProblem};
use crate::catalogue::{ImageMode, ModelSpec};
use crate::check::PROMPT_CHARACTERS;
use crate::extra::ExtraValue;

/// Most reference images of the reference.
const MOST_REFERENCES: u32 = 4;

/// Reads what the prompt and the pictures may be into `model`.
pub(super) fn read(content: &Parameter, model: &mut ModelSpec) -> Result<(), SpecError> {
    if content.kind != Kind::Array {
        return Err(SpecError::new(SpecProblem::Collision, "content is a list of texts and pictures."));
    }
    let of_type = |name: &str, kind: Kind| match content.children.iter().find(|child| child.name == name) {
        Some(child) if child.kind != kind => {
            Err(SpecError::new(SpecProblem::Collision, format!("content.{name} has another type than documented.")))
        }
        child => Ok(child),
    };
    let kinds = words(of_type("type", Kind::Text)?);
    let text = of_type("text", Kind::Text)?;
    let image = of_type("image_url", Kind::Object)?;
    let role = of_type("role", Kind::Text)?;
    let has = |word: &str, child: Option<&Parameter>| kinds.iter().any(|kind| kind == word) || child.is_some();
    if !has("text", text) {
        return Err(SpecError::new(SpecProblem::Needs, "Its content takes no text."));
    }
    if let Some(text) = text {
        model.max_prompt = text.max_length.unwrap_or(PROMPT_CHARACTERS).min(PROMPT_CHARACTERS);
        model.prompt_required = text.required;
        if text.min_length > 1 {
            model.left_out.push("content.text min_length".to_owned());
        }
    }
    // The text, and as many pictures as there is room for.
    let room = content.max_items.unwrap_or(u32::MAX).saturating_sub(1);
    if content.max_items == Some(0) {
        return Err(SpecError::new(SpecProblem::Limits, "Its content has no room for anything."));
    }
    let with_pictures = has("image_url", image);
    let roles = words(role);
    let takes = |word: &str| with_pictures && roles.iter().any(|role| role == word);
    let only_pictures = image.is_some_and(|image| image.required);
    let mut inputs = Vec::new();
    if !only_pictures {
        inputs.push(ImageMode::Text);
    }
    // A picture without a role is a first frame.
    if (takes("first_frame") || (with_pictures && role.is_none())) && room >= 1 {
        inputs.push(ImageMode::FirstFrame);
        if takes("last_frame") && room >= 2 {
            inputs.push(ImageMode::FirstLastFrame);
        }
    }
    if takes("reference_image") && room >= 1 {
        inputs.push(ImageMode::Reference);
        model.max_references = room.min(MOST_REFERENCES);
    }
    if inputs.is_empty() {
        return Err(SpecError::new(
            SpecProblem::Needs,
            "It needs a picture in a role that this version does not know.",
        ));
    }
    let known = ["first_frame", "last_frame", "reference_image"];
    model
        .left_out
        .extend(roles.iter().filter(|role| !known.contains(&role.as_str())).map(|role| format!("role {role}")));
    let others = kinds.iter().filter(|kind| !matches!(kind.as_str(), "text" | "image_url"));
    model.left_out.extend(others.map(|kind| format!("content {kind}")));
    let parts = ["type", "text", "image_url", "role"];
    for child in content.children.iter().filter(|child| !parts.contains(&child.name.as_str())) {
        if child.required {
            let message = format!("Its content needs {}, which this version does not know.", child.name);
            return Err(SpecError::new(SpecProblem::Needs, message));
        }
        model.left_out.push(format!("content.{}", child.name));
    }
    model.modes = inputs;
    Ok(())
}

fn words(parameter: Option<&Parameter>) -> Vec<String> {
    let choices = parameter.map(|parameter| parameter.choices.as_slice()).unwrap_or_default();
    choices
        .iter()
        .filter_map(|choice| match choice {
            ExtraValue::Text(word) => Some(word.clone()),
            ExtraValue::Number(_) | ExtraValue::Switch(_) => None,
        })
        .collect()
}
