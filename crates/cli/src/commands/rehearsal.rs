//! The practice service alone, for other programs and for tests.

use lastframe_rehearsal::{Options, Rehearsal};
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

pub async fn run(
    port: u16,
    speed: Option<f64>,
    numbers_as_strings: bool,
    place: &Place,
    output: Output,
) -> Result<End, CliError> {
    let options = Options {
        port,
        speed: speed.unwrap_or(place.rehearsal_speed),
        numbers_as_strings,
        // Apart from the one inside the app, which may run at the same time.
        ..Options::in_folder(place.places.rehearsal().join("alone"))
    };
    let rehearsal = Rehearsal::start(options).await?;
    let reachable =
        Reachable { address: rehearsal.address().to_owned(), key: rehearsal.key().expose_secret().to_owned() };
    output.result(&reachable, || format!("Address: {}\nKey: {}", reachable.address, reachable.key))?;
    output.say("The practice service runs until Ctrl+C.");
    interrupted().await;
    rehearsal.shutdown().await;
    Ok(End::Done)
}
