//! A whole spec.

use serde_json::Value;
use url::Url;

use super::constraints::{self, Kind, Parameter};
use super::problem::{SpecError, SpecProblem};
use super::texts::{self, NAME_MAX, TEXT_MAX};
use super::{content, known};
use crate::catalogue::{ImageMode, ModelSpec, Origin, Switches};
use crate::check::PROMPT_CHARACTERS;
use crate::ids::ModelId;
use crate::length::FRAMES;
use crate::request::{Ratio, Resolution};

/// Most parameters of a spec, those within others included.
pub const MAX_PARAMETERS: usize = 100;
/// Characters of a model's id.
const ID_MAX: usize = 100;

/// What the list says about a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The model's id.
    pub id: String,
    /// What it is for, as received.
    pub description: String,
}

/// Whether a model may be called that: letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
#[must_use]
pub fn is_model_id(text: &str) -> bool {
    text.len() <= ID_MAX
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Reads the `data` of a spec reply about the model that was asked for. `base` is the address of the service that
/// would make its clips: a spec that names another endpoint is refused.
///
/// # Errors
/// [`SpecError`] for anything that is not the documented shape, contradicts itself, or could mislead.
pub fn read(data: &Value, summary: &Summary, base: &str) -> Result<ModelSpec, SpecError> {
    let shape = |message: &str| SpecError::new(SpecProblem::Shape, message);
    let spec = data.as_object().ok_or_else(|| shape("The spec is not an object."))?;
    let text = |key: &str| match spec.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(SpecError::new(SpecProblem::Shape, format!("Its {key} is not a text."))),
    };
    let id = text("model_id")?;
    if !is_model_id(id) || id != summary.id {
        return Err(SpecError::new(SpecProblem::Model, "The spec is not the one of the model that was asked for."));
    }
    if text("type")? != "video" {
        return Err(SpecError::new(SpecProblem::NotVideo, "The model makes no videos."));
    }
    endpoint(spec.get("api"), base)?;
    let name = texts::plain_line("Its name", text("name")?, NAME_MAX)?;
    texts::plain_line("Its vendor", text("vendor")?, NAME_MAX)?;
    let description = texts::plain_line("Its description", &summary.description, TEXT_MAX)?;
    let mut model = nothing(id, &name, description);
    let list = spec.get("parameters").ok_or_else(|| shape("It has no parameters."))?;
    let mut asked_for = None;
    for parameter in constraints::parameters(list, 0, &mut { MAX_PARAMETERS })? {
        is_beside_the_others(&parameter)?;
        if parameter.name == "content" {
            asked_for = Some(parameter);
        } else if let Some(parameter) = known::read(parameter, &mut model)? {
            extra(parameter, &mut model)?;
        }
    }
    let asked_for = asked_for
        .ok_or_else(|| SpecError::new(SpecProblem::Needs, "It takes no content, and so neither prompt nor picture."))?;
    content::read(&asked_for, &mut model)?;
    model.adaptive_ratio &= model.modes.iter().any(|mode| *mode != ImageMode::Text);
    Ok(model)
}

/// A model of which nothing is known yet.
fn nothing(id: &str, name: &str, description: String) -> ModelSpec {
    let name = if name.is_empty() { id } else { name };
    ModelSpec {
        id: ModelId::new(id),
        name: name.to_owned(),
        full_name: name.to_owned(),
        origin: Origin::New,
        description: Some(description).filter(|text| !text.is_empty()),
        modes: Vec::new(),
        max_references: 0,
        max_prompt: PROMPT_CHARACTERS,
        prompt_required: false,
        resolutions: Vec::new(),
        usual_resolution: Resolution::default(),
        ratios: Vec::new(),
        usual_ratio: Ratio::default(),
        adaptive_ratio: false,
        whole_seconds: false,
        min_seconds: 5,
        max_seconds: 5,
        seconds_only: Vec::new(),
        exact_frames: false,
        min_frames: *FRAMES.start(),
        max_frames: *FRAMES.end(),
        max_seed: u32::MAX,
        switches: Switches::NONE,
        plain_reference: false,
        audio: false,
        draft: false,
        extra: Vec::new(),
        left_out: Vec::new(),
    }
}

fn extra(parameter: Parameter, model: &mut ModelSpec) -> Result<(), SpecError> {
    let (name, required) = (parameter.name.clone(), parameter.required);
    match parameter.extra() {
        Some(extra) => model.extra.push(extra),
        None if required => {
            let message = format!("It needs {name}, which no control of this version can give.");
            return Err(SpecError::new(SpecProblem::Needs, message));
        }
        None => model.left_out.push(name),
    }
    Ok(())
}

/// Everything that is sent stands side by side in `params`.
fn is_beside_the_others(parameter: &Parameter) -> Result<(), SpecError> {
    let Some(path) = parameter.path.as_deref() else { return Ok(()) };
    let list = if parameter.kind == Kind::Array { path.strip_suffix("[]").unwrap_or(path) } else { path };
    let beside = ["input[0].params.", "input[].params.", "params."];
    let inside = beside.iter().find_map(|prefix| list.strip_prefix(prefix)).unwrap_or(list);
    if inside == parameter.name {
        return Ok(());
    }
    let message = format!("{} stands elsewhere than documented.", parameter.name);
    Err(SpecError::new(SpecProblem::Shape, message))
}

/// Clips are asked for at the documented place and nowhere else, whatever a spec says; one that says otherwise is not
/// about this service.
fn endpoint(api: Option<&Value>, base: &str) -> Result<(), SpecError> {
    let elsewhere = || SpecError::new(SpecProblem::Endpoint, "It wants to be called elsewhere than documented.");
    let api = match api {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(api)) => api,
        Some(_) => return Err(SpecError::new(SpecProblem::Shape, "Its api is not an object.")),
    };
    let word = |key: &str, usual: &'static str| match api.get(key) {
        None | Some(Value::Null) => Ok(usual.to_owned()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(SpecError::new(SpecProblem::Shape, format!("The {key} of its api is not a text."))),
    };
    if !word("method", "POST")?.eq_ignore_ascii_case("POST") {
        return Err(elsewhere());
    }
    let documented = format!("{}/model/v1/generation", base.trim_end_matches('/'));
    let asked = word("endpoint", "/model/v1/generation")?;
    let same = asked == "/model/v1/generation"
        || matches!((Url::parse(&asked), Url::parse(&documented)), (Ok(asked), Ok(documented)) if asked == documented);
    if same { Ok(()) } else { Err(elsewhere()) }
}
