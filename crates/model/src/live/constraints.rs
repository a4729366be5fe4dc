//! One parameter of a spec and its limits, before it is known what the parameter means.

use serde_json::{Map, Value};

use super::problem::{SpecError, SpecProblem};
use super::texts::{self, shown};
use crate::extra::{ExtraKind, ExtraParameter, ExtraValue, TEXT_MAX, WHOLE_MAX, is_name};

/// Most choices of a parameter.
const MAX_CHOICES: usize = 100;
/// Most levels of parameters within parameters.
const MAX_DEPTH: usize = 4;

/// The types of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Switch,
    Array,
    Object,
}

impl Kind {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::Text,
            "int" | "integer" => Self::Integer,
            "float" | "number" => Self::Number,
            "bool" | "boolean" => Self::Switch,
            "array" => Self::Array,
            "object" => Self::Object,
            _ if word.len() <= 64 && word.starts_with("array[") && word.ends_with(']') => Self::Array,
            _ => return None,
        })
    }

    fn holds(self, value: &ExtraValue) -> bool {
        match (self, value) {
            (Self::Text, ExtraValue::Text(_))
            | (Self::Number, ExtraValue::Number(_))
            | (Self::Switch, ExtraValue::Switch(_)) => true,
            (Self::Integer, ExtraValue::Number(number)) => number.fract() == 0.0 && number.abs() <= WHOLE_MAX,
            _ => false,
        }
    }
}

/// A parameter whose shape and limits are sound.
#[derive(Debug)]
pub(super) struct Parameter {
    pub name: String,
    pub path: Option<String>,
    pub kind: Kind,
    pub required: bool,
    pub description: String,
    /// Empty where any value of the type is taken.
    pub choices: Vec<ExtraValue>,
    pub default: Option<ExtraValue>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub min_length: u32,
    pub max_length: Option<u32>,
    pub max_items: Option<u32>,
    pub children: Vec<Parameter>,
}

/// Reads a list of parameters; `depth` is 0 at the top.
pub(super) fn parameters(list: &Value, depth: usize, left: &mut usize) -> Result<Vec<Parameter>, SpecError> {
    let list = match list {
        Value::Null if depth > 0 => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err(SpecError::new(SpecProblem::Shape, "The parameters are not a list.")),
    };
    if depth >= MAX_DEPTH && !list.is_empty() {
        return Err(SpecError::new(SpecProblem::TooMuch, "Its parameters are nested too deeply."));
    }
    if list.len() > *left {
        return Err(SpecError::new(SpecProblem::TooMuch, "It has too many parameters."));
    }
    *left -= list.len();
    let mut read: Vec<Parameter> = Vec::with_capacity(list.len());
    for one in list {
        let one = parameter(one, depth, left)?;
        if read.iter().any(|other| other.name == one.name) {
            return Err(SpecError::new(SpecProblem::Duplicate, format!("It has two parameters called {}.", one.name)));
        }
        read.push(one);
    }
    Ok(read)
}

fn parameter(value: &Value, depth: usize, left: &mut usize) -> Result<Parameter, SpecError> {
    let shape = |message: String| SpecError::new(SpecProblem::Shape, message);
    let value = value.as_object().ok_or_else(|| shape("A parameter is not an object.".to_owned()))?;
    let name = value.get("name").and_then(Value::as_str).ok_or_else(|| shape("A parameter has no name.".to_owned()))?;
    if !is_name(name) {
        let message = format!("No parameter can be called “{}”.", shown(name));
        return Err(SpecError::new(SpecProblem::Name, message));
    }
    let name = name.to_owned();
    let kind = value.get("type").and_then(Value::as_str).and_then(Kind::of);
    let kind = kind.ok_or_else(|| shape(format!("The type of {name} is not one of the documented ones.")))?;
    let required = match value.get("required") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(required)) => *required,
        Some(_) => return Err(shape(format!("Whether {name} is required is neither true nor false."))),
    };
    let text = |key: &str| match value.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(shape(format!("The {key} of {name} is not a text."))),
    };
    let path = Some(text("path")?.to_owned()).filter(|path| !path.is_empty());
    let description = texts::plain_line(&format!("The description of {name}"), text("description")?, texts::TEXT_MAX)?;
    let empty = Map::new();
    let limits = match value.get("constraints") {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(limits)) => limits,
        Some(_) => return Err(shape(format!("The constraints of {name} are not an object."))),
    };
    let children = parameters(value.get("children").unwrap_or(&Value::Null), depth + 1, left)?;
    let mut read = Parameter {
        choices: Vec::new(),
        default: None,
        min: number(&name, limits, "min", kind)?,
        max: number(&name, limits, "max", kind)?,
        min_length: length(&name, limits, "min_length")?.unwrap_or(0),
        max_length: length(&name, limits, "max_length")?,
        max_items: length(&name, limits, "max_items")?,
        name,
        path,
        kind,
        required,
        description,
        children,
    };
    let inverted = matches!((read.min, read.max), (Some(min), Some(max)) if min > max)
        || read.max_length.is_some_and(|most| most < read.min_length || most == 0);
    if inverted {
        let message = format!("The limits of {} contradict each other.", read.name);
        return Err(SpecError::new(SpecProblem::Limits, message));
    }
    read.choices = choices(&read, limits.get("enum"))?;
    read.default = default(&read, limits.get("default"))?;
    Ok(read)
}

fn number(name: &str, limits: &Map<String, Value>, key: &str, kind: Kind) -> Result<Option<f64>, SpecError> {
    let value = match limits.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_f64().filter(|value| value.is_finite()),
    };
    let value = value.ok_or_else(|| SpecError::new(SpecProblem::Shape, format!("{key} of {name} is not a number.")))?;
    if kind == Kind::Integer && (value.fract() != 0.0 || value.abs() > WHOLE_MAX) {
        return Err(SpecError::new(SpecProblem::Limits, format!("{key} of {name} is not a whole number in reach.")));
    }
    Ok(Some(value))
}

fn length(name: &str, limits: &Map<String, Value>, key: &str) -> Result<Option<u32>, SpecError> {
    match limits.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(|value| Some(u32::try_from(value).unwrap_or(u32::MAX))).ok_or_else(|| {
            SpecError::new(SpecProblem::Limits, format!("{key} of {name} is not a whole number from 0 up."))
        }),
    }
}

fn choices(parameter: &Parameter, list: Option<&Value>) -> Result<Vec<ExtraValue>, SpecError> {
    let name = &parameter.name;
    let refuse = |problem, message: String| SpecError::new(problem, message);
    let list = match list {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(refuse(SpecProblem::Shape, format!("The choices of {name} are not a list."))),
    };
    if list.is_empty() {
        return Err(refuse(SpecProblem::Choices, format!("{name} is a choice of nothing.")));
    }
    if list.len() > MAX_CHOICES {
        return Err(refuse(SpecProblem::TooMuch, format!("{name} has more than {MAX_CHOICES} choices.")));
    }
    let mut read: Vec<ExtraValue> = Vec::with_capacity(list.len());
    for one in list {
        let value = ExtraValue::of_json(one).filter(|value| parameter.kind.holds(value));
        let value = value
            .ok_or_else(|| refuse(SpecProblem::Choices, format!("A choice of {name} is not of the type of {name}.")))?;
        if let ExtraValue::Text(text) = &value {
            texts::word(&format!("A choice of {name}"), text)?;
            if text.is_empty() {
                return Err(refuse(SpecProblem::Choices, format!("A choice of {name} is empty.")));
            }
        }
        if read.contains(&value) {
            return Err(refuse(SpecProblem::Duplicate, format!("A choice of {name} stands twice.")));
        }
        if outside(parameter, &value) {
            return Err(refuse(SpecProblem::Limits, format!("A choice of {name} lies outside its own limits.")));
        }
        read.push(value);
    }
    Ok(read)
}

fn default(parameter: &Parameter, value: Option<&Value>) -> Result<Option<ExtraValue>, SpecError> {
    let name = &parameter.name;
    if matches!(parameter.kind, Kind::Array | Kind::Object) {
        return Ok(None);
    }
    let value = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => ExtraValue::of_json(value).filter(|value| parameter.kind.holds(value)),
    };
    let value = value
        .ok_or_else(|| SpecError::new(SpecProblem::Default, format!("The default of {name} is of another type.")))?;
    if let ExtraValue::Text(text) = &value {
        texts::plain_line(&format!("The default of {name}"), text, texts::TEXT_MAX)?;
    }
    if outside(parameter, &value) || !(parameter.choices.is_empty() || parameter.choices.contains(&value)) {
        return Err(SpecError::new(SpecProblem::Default, format!("The default of {name} is not one of its values.")));
    }
    Ok(Some(value))
}

fn outside(parameter: &Parameter, value: &ExtraValue) -> bool {
    match value {
        ExtraValue::Number(number) => {
            parameter.min.is_some_and(|min| *number < min) || parameter.max.is_some_and(|max| *number > max)
        }
        ExtraValue::Text(text) => {
            let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            // An empty default is how some specs write that there is none.
            (length < parameter.min_length && length > 0) || parameter.max_length.is_some_and(|most| length > most)
        }
        ExtraValue::Switch(_) => false,
    }
}

impl Parameter {
    /// The parameter as a control of its own; `None` for what no control can say.
    pub(super) fn extra(self) -> Option<ExtraParameter> {
        let kind = match self.kind {
            Kind::Array | Kind::Object => return None,
            Kind::Switch => ExtraKind::Switch,
            _ if !self.choices.is_empty() => ExtraKind::Choice { options: self.choices },
            Kind::Text => ExtraKind::Text {
                min_length: self.min_length,
                max_length: self.max_length.unwrap_or(TEXT_MAX.max(self.min_length)).min(20_000.max(self.min_length)),
            },
            Kind::Integer => ExtraKind::Integer { min: self.min, max: self.max },
            Kind::Number => ExtraKind::Number { min: self.min, max: self.max },
        };
        let mut default = self.default.filter(|value| *value != ExtraValue::Text(String::new()));
        // A switch is in one of its positions, whether or not anybody has touched it.
        if self.required && kind == ExtraKind::Switch {
            default.get_or_insert(ExtraValue::Switch(false));
        }
        let Self { name, description, required, .. } = self;
        Some(ExtraParameter { name, description, kind, required, default })
    }
}
