//! The models and what each takes.

use jiff::Timestamp;
use lastframe_engine::{SpecSource, refresh};
use lastframe_model::{Catalogue, ExtraKind, ExtraParameter, ImageMode, ModelSpec, Origin, Provider};
use lastframe_rehearsal::{Options, Rehearsal};

use crate::failure::{CliError, End};
use crate::output::Output;
use crate::place::Place;

pub async fn run(wanted: bool, place: &Place, output: Output) -> Result<End, CliError> {
    let off = !place.settings.live_specs;
    if wanted && off {
        output.say("Live specs are switched off in the settings; these are the built-in models.");
    }
    let catalogue = if wanted && !off { fetched(place).await? } else { place.catalogue() };
    output.result(&catalogue, || words(&catalogue))?;
    for refused in &catalogue.live.refused {
        output.say(&format!("The spec of {} was refused: {}", refused.model, refused.message));
    }
    Ok(End::Done)
}

async fn fetched(place: &Place) -> Result<Catalogue, CliError> {
    let now = Timestamp::now();
    match &place.provider {
        Provider::Service { address } => {
            let source = SpecSource::new(place.provider.clone(), address, &place.settings.specs_address)?;
            Ok(refresh(&place.places, &source, now).await?)
        }
        Provider::Rehearsal => {
            // Apart from the one inside the app, which may run at the same time.
            let options = Options::in_folder(place.places.rehearsal().join("alone"));
            let options = match &place.rehearsal_models {
                Some(file) => options.with_models_of(file)?,
                None => options,
            };
            let rehearsal = Rehearsal::start(options).await?;
            let source = SpecSource::new(Provider::Rehearsal, rehearsal.address(), rehearsal.address())?;
            let catalogue = refresh(&place.places, &source, now).await;
            rehearsal.shutdown().await;
            Ok(catalogue?)
        }
        Provider::Imported => Err(lastframe_engine::EngineError::NotConnected.into()),
    }
}

fn words(catalogue: &Catalogue) -> String {
    let mut lines: Vec<String> = catalogue.models.iter().flat_map(model).collect();
    lines.push(match &catalogue.live.fetched_at {
        Some(at) => format!("Live specs of {at}."),
        None => "Built-in models; `--refresh` asks for live specs.".to_owned(),
    });
    lines.join("\n")
}

fn model(model: &ModelSpec) -> Vec<String> {
    let marked = match model.origin {
        Origin::BuiltIn => "",
        Origin::Changed => " (limits from its live spec)",
        Origin::New => " (new)",
    };
    let inputs: Vec<&str> = model
        .modes
        .iter()
        .map(|mode| match mode {
            ImageMode::Text => "text",
            ImageMode::FirstFrame => "first frame",
            ImageMode::FirstLastFrame => "first and last frame",
            ImageMode::Reference => "reference images",
        })
        .collect();
    let mut lines = vec![format!("{}  {}{marked}", model.id, model.full_name)];
    lines.push(format!("    {}", inputs.join(" · ")));
    if let Some(description) = &model.description {
        lines.push(format!("    {description}"));
    }
    lines.extend(model.extra.iter().map(|parameter| format!("    --param {}", extra(parameter))));
    lines
}

fn extra(parameter: &ExtraParameter) -> String {
    let values = match &parameter.kind {
        ExtraKind::Switch => "true|false".to_owned(),
        ExtraKind::Text { .. } => "TEXT".to_owned(),
        ExtraKind::Choice { options } => options.iter().map(ToString::to_string).collect::<Vec<_>>().join("|"),
        ExtraKind::Integer { min, max } | ExtraKind::Number { min, max } => {
            let end = |end: &Option<f64>| end.map(|end| end.to_string()).unwrap_or_default();
            format!("{}..{}", end(min), end(max))
        }
    };
    let needed = if parameter.required && parameter.default.is_none() { " (needed)" } else { "" };
    format!("{}={values}{needed}  {}", parameter.name, parameter.description)
}
