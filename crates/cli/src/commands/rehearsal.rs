//! The practice service alone, for other programs and for tests.

use std::path::PathBuf;

use lastframe_rehearsal::{Options, Rehearsal, RehearsalError};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::failure::{CliError, End};
use crate::follow::interrupted;
use crate::output::Output;
use crate::place::Place;

/// How to reach it.
#[derive(Serialize)]
struct Reachable {
    address: String,
    /// Opens nothing but this practice service.
    key: String,
}

/// What was typed.
pub struct Asked {
    pub port: u16,
    pub speed: Option<f64>,
    pub numbers_as_strings: bool,
    pub faults: Option<PathBuf>,
    pub models: Option<PathBuf>,
}

pub async fn run(asked: Asked, place: &Place, output: Output) -> Result<End, CliError> {
    let Asked { port, speed, numbers_as_strings, faults, models } = asked;
    let options = Options {
        port,
        speed: speed.unwrap_or(place.rehearsal_speed),
        numbers_as_strings,
        // Apart from the one inside the app, which may run at the same time.
        ..Options::in_folder(place.places.rehearsal().join("alone"))
    };
    let options = match models.as_ref().or(place.rehearsal_models.as_ref()) {
        Some(file) => options.with_models_of(file)?,
        None => options,
    };
    if let Some(file) = faults {
        options.faults.follow(&file).map_err(|source| RehearsalError::Faults { file, source })?;
    }
    let rehearsal = Rehearsal::start(options).await?;
    let reachable =
        Reachable { address: rehearsal.address().to_owned(), key: rehearsal.key().expose_secret().to_owned() };
    output.result(&reachable, || format!("Address: {}\nKey: {}", reachable.address, reachable.key))?;
    output.say("The practice service runs until Ctrl+C.");
    interrupted().await;
    rehearsal.shutdown().await;
    Ok(End::Done)
}
