//! Parameters that only a model's own spec knows: what they are, and which values they take.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::check::ProblemCode;

/// Characters of a text for which a spec names no limit.
pub const TEXT_MAX: u32 = 2_000;
/// Largest whole number that JSON readers agree on: 2⁵³ − 1.
pub const WHOLE_MAX: f64 = 9_007_199_254_740_991.0;

/// A value of a parameter that this program has no field for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(untagged)]
pub enum ExtraValue {
    /// On or off.
    Switch(bool),
    /// A number; whole where the parameter is.
    Number(f64),
    /// A text, or a word of a list.
    Text(String),
}

impl ExtraValue {
    /// The value as it is sent: a whole number without a fraction.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Switch(on) => (*on).into(),
            Self::Number(number) if number.fract() == 0.0 && number.abs() <= WHOLE_MAX => {
                #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within 2⁵³")]
                let whole = *number as i64;
                whole.into()
            }
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
        }
    }

    /// The value of a JSON scalar; `None` for anything else and for whole numbers beyond 2⁵³.
    #[must_use]
    pub fn of_json(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::Bool(on) => Some(Self::Switch(*on)),
            serde_json::Value::Number(number) => {
                let number = number.as_f64().filter(|number| number.is_finite())?;
                (number.fract() != 0.0 || number.abs() <= WHOLE_MAX).then_some(Self::Number(number))
            }
            serde_json::Value::String(text) => Some(Self::Text(text.clone())),
            _ => None,
        }
    }
}

impl std::fmt::Display for ExtraValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Switch(on) => write!(f, "{on}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// What a parameter is, and so which control it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ExtraKind {
    /// Free text.
    Text {
        /// Fewest characters.
        min_length: u32,
        /// Most characters.
        max_length: u32,
    },
    /// One of these, all of one type.
    Choice {
        /// At least one, none twice.
        options: Vec<ExtraValue>,
    },
    /// A whole number.
    Integer {
        /// Least.
        min: Option<f64>,
        /// Most.
        max: Option<f64>,
    },
    /// Any number.
    Number {
        /// Least.
        min: Option<f64>,
        /// Most.
        max: Option<f64>,
    },
    /// On or off.
    Switch,
}

/// A parameter of a model's spec that this program has no field for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ExtraParameter {
    /// As it is sent: `[a-z][a-z0-9_]{0,63}`.
    pub name: String,
    /// What it does, in the spec's words: plain text, may be empty.
    pub description: String,
    /// What it is.
    pub kind: ExtraKind,
    /// Whether a request without it is refused. With a default, the default is sent.
    pub required: bool,
    /// What the service takes when nothing is sent.
    pub default: Option<ExtraValue>,
}

impl ExtraParameter {
    /// What is wrong with a value, in English, and as a code.
    #[must_use]
    pub fn refusal(&self, value: &ExtraValue) -> Option<(ProblemCode, String)> {
        let name = &self.name;
        let of_type = |what: &str| Some((ProblemCode::ExtraType, format!("{name} is {what}.")));
        match (&self.kind, value) {
            (ExtraKind::Switch, ExtraValue::Switch(_)) => None,
            (ExtraKind::Switch, _) => of_type("true or false"),
            (ExtraKind::Text { min_length, max_length }, ExtraValue::Text(text)) => {
                let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
                let message = || format!("{name} has {min_length} to {max_length} characters.");
                (!(*min_length..=*max_length).contains(&length)).then(|| (ProblemCode::ExtraLength, message()))
            }
            (ExtraKind::Text { .. }, _) => of_type("a text"),
            (ExtraKind::Choice { options }, value) => (!options.contains(value)).then(|| {
                let words: Vec<String> = options.iter().map(ToString::to_string).collect();
                (ProblemCode::ExtraChoice, format!("{name} is one of {}.", words.join(", ")))
            }),
            (ExtraKind::Integer { .. }, ExtraValue::Number(number))
                if number.fract() != 0.0 || number.abs() > WHOLE_MAX =>
            {
                of_type("a whole number")
            }
            (ExtraKind::Integer { min, max } | ExtraKind::Number { min, max }, ExtraValue::Number(number)) => {
                let below = min.is_some_and(|min| *number < min);
                let above = max.is_some_and(|max| *number > max);
                let outside = below || above || !number.is_finite();
                outside.then(|| (ProblemCode::ExtraRange, format!("{name} is {}.", range(*min, *max))))
            }
            (ExtraKind::Integer { .. }, _) => of_type("a whole number"),
            (ExtraKind::Number { .. }, _) => of_type("a number"),
        }
    }

    /// What a typed word means here; `None` if it cannot be meant.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<ExtraValue> {
        match &self.kind {
            ExtraKind::Switch => text.parse().ok().map(ExtraValue::Switch),
            ExtraKind::Text { .. } => Some(ExtraValue::Text(text.to_owned())),
            ExtraKind::Choice { options } => options.iter().find(|option| option.to_string() == text).cloned(),
            ExtraKind::Integer { .. } | ExtraKind::Number { .. } => {
                text.parse().ok().filter(|number: &f64| number.is_finite()).map(ExtraValue::Number)
            }
        }
    }
}

fn range(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("between {min} and {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "a number".to_owned(),
    }
}

/// Whether a parameter may be called that: `[a-z][a-z0-9_]{0,63}`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= 64
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(kind: ExtraKind) -> ExtraParameter {
        ExtraParameter { name: "it".into(), description: String::new(), kind, required: false, default: None }
    }

    #[test]
    fn a_value_is_taken_exactly_when_it_fits() {
        let text = |text: &str| ExtraValue::Text(text.into());
        let number = ExtraValue::Number;
        let code = |kind: &ExtraKind, value: &ExtraValue| parameter(kind.clone()).refusal(value).map(|r| r.0);
        let whole = ExtraKind::Integer { min: Some(1.0), max: Some(9.0) };
        let any = ExtraKind::Number { min: Some(0.5), max: None };
        let words = ExtraKind::Text { min_length: 1, max_length: 3 };
        let choice = ExtraKind::Choice { options: vec![number(24.0), number(30.0)] };
        for (kind, value, refusal) in [
            (&whole, number(1.0), None),
            (&whole, number(9.0), None),
            (&whole, number(10.0), Some(ProblemCode::ExtraRange)),
            (&whole, number(0.0), Some(ProblemCode::ExtraRange)),
            (&whole, number(1.5), Some(ProblemCode::ExtraType)),
            (&whole, text("1"), Some(ProblemCode::ExtraType)),
            (&any, number(0.5), None),
            (&any, number(1e300), None),
            (&any, number(0.4), Some(ProblemCode::ExtraRange)),
            (&any, number(f64::NAN), Some(ProblemCode::ExtraRange)),
            (&any, ExtraValue::Switch(true), Some(ProblemCode::ExtraType)),
            (&words, text("字字字"), None),
            (&words, text(""), Some(ProblemCode::ExtraLength)),
            (&words, text("four"), Some(ProblemCode::ExtraLength)),
            (&words, number(1.0), Some(ProblemCode::ExtraType)),
            (&choice, number(30.0), None),
            (&choice, number(25.0), Some(ProblemCode::ExtraChoice)),
            (&ExtraKind::Switch, ExtraValue::Switch(false), None),
            (&ExtraKind::Switch, text("true"), Some(ProblemCode::ExtraType)),
        ] {
            assert_eq!(code(kind, &value), refusal, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn a_whole_number_is_sent_without_a_fraction() {
        assert_eq!(ExtraValue::Number(24.0).json().to_string(), "24");
        assert_eq!(ExtraValue::Number(-0.5).json().to_string(), "-0.5");
        let read: ExtraValue = serde_json::from_str("24").unwrap();
        assert_eq!(read, ExtraValue::Number(24.0));
    }

    #[test]
    fn names_are_plain() {
        for good in ["a", "motion_strength", "x2", &"a".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "A", "2x", "_a", "a-b", "a.b", "__proto__", "é", "a b", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
