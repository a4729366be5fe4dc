//! The parameters of the reference, as one spec has them: narrowed, never widened beyond what this version can say.

use std::str::FromStr;

use super::constraints::{Kind, Parameter};
use super::problem::{SpecError, SpecProblem};
use crate::catalogue::ModelSpec;
use crate::check::EXPIRES_AFTER;
use crate::extra::ExtraValue;
use crate::length::{FRAMES, Length};
use crate::request::{Ratio, Resolution};

/// Whole seconds that a spec may speak of.
const SECONDS: std::ops::RangeInclusive<u32> = 1..=600;
/// The documented range, for the end that a spec leaves open.
const USUAL_SECONDS: (u32, u32) = (2, 12);

/// Reads a parameter of the reference into `model`. Gives it back if it is none, or one that only a choice of the
/// spec's own words can say.
pub(super) fn read(parameter: Parameter, model: &mut ModelSpec) -> Result<Option<Parameter>, SpecError> {
    match parameter.name.as_str() {
        "resolution" => return resolution(parameter, model),
        "ratio" => return ratio(parameter, model),
        "duration" => duration(&parameter, model)?,
        "frames" => frames(&parameter, model)?,
        "seed" => seed(&parameter, model)?,
        "service_tier" => {
            of_type(&parameter, &[Kind::Text])?;
            let has = |word: &str| parameter.choices.contains(&ExtraValue::Text(word.to_owned()));
            model.switches.service_tier = parameter.choices.is_empty() || (has("default") && has("flex"));
            if !model.switches.service_tier {
                unsaid(&parameter, model)?;
            }
        }
        "execution_expires_after" => {
            of_type(&parameter, &[Kind::Integer, Kind::Number])?;
            let (least, most) = (f64::from(*EXPIRES_AFTER.start()), f64::from(*EXPIRES_AFTER.end()));
            let narrower = parameter.min.is_some_and(|min| min > least)
                || parameter.max.is_some_and(|max| max < most)
                || !parameter.choices.is_empty();
            model.switches.expires_after = !narrower;
            if narrower {
                unsaid(&parameter, model)?;
            }
        }
        "callback_url" => {
            of_type(&parameter, &[Kind::Text])?;
            if parameter.required {
                return Err(SpecError::new(SpecProblem::Needs, "It cannot be asked without a callback URL."));
            }
            model.switches.callback_url = true;
        }
        "camera_fixed" => model.switches.camera_fixed = switch(&parameter)?,
        "watermark" => model.switches.watermark = switch(&parameter)?,
        "return_last_frame" => model.switches.return_last_frame = switch(&parameter)?,
        "generate_audio" => model.audio = switch(&parameter)?,
        "draft" => model.draft = switch(&parameter)?,
        _ => return Ok(Some(parameter)),
    }
    Ok(None)
}

fn of_type(parameter: &Parameter, kinds: &[Kind]) -> Result<(), SpecError> {
    if kinds.contains(&parameter.kind) {
        return Ok(());
    }
    let message = format!("{} has another type than documented.", parameter.name);
    Err(SpecError::new(SpecProblem::Collision, message))
}

/// A parameter that is left to the service, since the form cannot say it.
fn unsaid(parameter: &Parameter, model: &mut ModelSpec) -> Result<(), SpecError> {
    if parameter.required && parameter.default.is_none() {
        let message = format!("It needs {} with limits that this version cannot keep.", parameter.name);
        return Err(SpecError::new(SpecProblem::Needs, message));
    }
    model.left_out.push(parameter.name.clone());
    Ok(())
}

fn switch(parameter: &Parameter) -> Result<bool, SpecError> {
    of_type(parameter, &[Kind::Switch])?;
    if parameter.choices.len() == 1 {
        let message = format!("{} is a switch with one position.", parameter.name);
        return Err(SpecError::new(SpecProblem::Choices, message));
    }
    Ok(true)
}

/// The known words among the choices, and those whose size nobody knows.
fn words<T: FromStr>(
    parameter: &Parameter,
    is_word: impl Fn(&str) -> bool,
) -> Result<(Vec<T>, Vec<String>), SpecError> {
    let (mut known, mut other) = (Vec::new(), Vec::new());
    for choice in &parameter.choices {
        let ExtraValue::Text(word) = choice else { continue };
        match word.parse() {
            Ok(value) => known.push(value),
            Err(_) if is_word(word) => other.push(format!("{} {word}", parameter.name)),
            Err(_) => {
                let message = format!("A choice of {} is not written as one.", parameter.name);
                return Err(SpecError::new(SpecProblem::Choices, message));
            }
        }
    }
    Ok((known, other))
}

fn usual<T: FromStr + Copy + PartialEq>(parameter: &Parameter, known: &[T], otherwise: T) -> T {
    let default = match &parameter.default {
        Some(ExtraValue::Text(word)) => word.parse().ok(),
        _ => None,
    };
    let among = |value: &T| known.contains(value);
    default.filter(among).or(Some(otherwise).filter(among)).or(known.first().copied()).unwrap_or(otherwise)
}

fn resolution(parameter: Parameter, model: &mut ModelSpec) -> Result<Option<Parameter>, SpecError> {
    of_type(&parameter, &[Kind::Text])?;
    let is_word = |word: &str| {
        word.strip_suffix('p')
            .is_some_and(|lines| (2..=5).contains(&lines.len()) && lines.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (mut known, other) = words::<Resolution>(&parameter, is_word)?;
    if parameter.choices.is_empty() {
        known = Resolution::ALL.to_vec();
    } else if known.is_empty() {
        return Ok(Some(parameter));
    }
    known = Resolution::ALL.iter().copied().filter(|one| known.contains(one)).collect();
    model.usual_resolution = usual(&parameter, &known, Resolution::default());
    model.resolutions = known;
    model.left_out.extend(other);
    Ok(None)
}

fn ratio(parameter: Parameter, model: &mut ModelSpec) -> Result<Option<Parameter>, SpecError> {
    of_type(&parameter, &[Kind::Text])?;
    let is_side = |side: &str| (1..=3).contains(&side.len()) && side.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &str| word.split_once(':').is_some_and(|(width, height)| is_side(width) && is_side(height));
    let (mut known, other) = words::<Ratio>(&parameter, is_word)?;
    if parameter.choices.is_empty() {
        known = crate::catalogue::fixed_ratios();
    }
    let fixed: Vec<Ratio> =
        Ratio::ALL.iter().copied().filter(|one| *one != Ratio::Adaptive && known.contains(one)).collect();
    if fixed.is_empty() {
        return Ok(Some(parameter));
    }
    model.adaptive_ratio = known.contains(&Ratio::Adaptive);
    model.usual_ratio = usual(&parameter, &fixed, Ratio::default());
    model.ratios = fixed;
    model.left_out.extend(other);
    Ok(None)
}

/// A limit as whole seconds or frames; the checks on limits have made it a number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of u32")]
fn whole(value: f64) -> u32 {
    value.clamp(0.0, f64::from(u32::MAX)) as u32
}

fn duration(parameter: &Parameter, model: &mut ModelSpec) -> Result<(), SpecError> {
    of_type(parameter, &[Kind::Integer, Kind::Number])?;
    let impossible = || SpecError::new(SpecProblem::Limits, "duration has limits that no clip can have.");
    let mut only: Vec<u32> = Vec::new();
    for choice in &parameter.choices {
        let ExtraValue::Number(seconds) = choice else { continue };
        if seconds.fract() != 0.0 {
            return Err(impossible());
        }
        only.push(whole(*seconds));
    }
    only.sort_unstable();
    let (least, most) = match (only.first(), only.last()) {
        (Some(least), Some(most)) => (*least, *most),
        _ => (
            parameter.min.map_or(USUAL_SECONDS.0, |min| whole(min.ceil())),
            parameter.max.map_or(USUAL_SECONDS.1, |max| whole(max.floor())),
        ),
    };
    if least > most || !SECONDS.contains(&least) || !SECONDS.contains(&most) {
        return Err(impossible());
    }
    (model.whole_seconds, model.min_seconds, model.max_seconds, model.seconds_only) = (true, least, most, only);
    Ok(())
}

fn frames(parameter: &Parameter, model: &mut ModelSpec) -> Result<(), SpecError> {
    of_type(parameter, &[Kind::Integer, Kind::Number])?;
    if parameter.min.is_some_and(|min| min < 1.0) {
        return Err(SpecError::new(SpecProblem::Limits, "frames has limits that no clip can have."));
    }
    let least = parameter.min.map_or(*FRAMES.start(), |min| whole(min.ceil())).max(*FRAMES.start());
    let most = parameter.max.map_or(*FRAMES.end(), |max| whole(max.floor())).min(*FRAMES.end());
    let allowed: Vec<u32> = (least..=most).filter(|frames| Length::is_allowed_frames(*frames)).collect();
    match (allowed.first(), allowed.last()) {
        (Some(least), Some(most)) if parameter.choices.is_empty() => {
            (model.exact_frames, model.min_frames, model.max_frames) = (true, *least, *most);
            Ok(())
        }
        // Other steps than 25 + 4n, or none of them: the service's own default is used.
        _ => unsaid(parameter, model),
    }
}

fn seed(parameter: &Parameter, model: &mut ModelSpec) -> Result<(), SpecError> {
    of_type(parameter, &[Kind::Integer, Kind::Number])?;
    let from_zero = parameter.min.is_none_or(|min| min <= 0.0);
    let most = parameter.max.map_or(u32::MAX, whole);
    if !from_zero || most == 0 || !parameter.choices.is_empty() {
        return unsaid(parameter, model);
    }
    (model.switches.seed, model.max_seed) = (true, most);
    Ok(())
}
