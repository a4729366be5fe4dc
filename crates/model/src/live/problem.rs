//! Why a spec is refused.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Why a spec was refused, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SpecProblem {
    /// Not the documented shape: a type is wrong, or something needed is missing.
    Shape,
    /// It is for another model than the one asked for, or its id cannot be one.
    Model,
    /// It does not make videos.
    NotVideo,
    /// It wants to be called elsewhere, or otherwise, than documented.
    Endpoint,
    /// A text is too long, or has control or direction-changing characters.
    Text,
    /// Too many parameters or choices, or nested too deeply.
    TooMuch,
    /// A parameter's name cannot be one.
    Name,
    /// Two parameters, choices or models have one name.
    Duplicate,
    /// Limits that contradict themselves, or that nothing satisfies.
    Limits,
    /// The default lies outside the limits.
    Default,
    /// A choice of nothing, or of different kinds of things.
    Choices,
    /// A parameter of the reference in another type.
    Collision,
    /// It needs something that no form can give.
    Needs,
    /// The service did not give it, or said that there is none.
    Missing,
}

/// A refused spec: why and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SpecError {
    /// Why.
    pub problem: SpecProblem,
    /// Why and where, in English. Quotes only what can be shown.
    pub message: String,
}

impl SpecError {
    pub(crate) fn new(problem: SpecProblem, message: impl Into<String>) -> Self {
        Self { problem, message: message.into() }
    }
}
