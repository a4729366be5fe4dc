//! One file for each group of commands.

mod generate;
mod key;
mod pictures;
mod read;
mod rehearsal;
mod request;
mod work;

use crate::arguments::Command;
use crate::failure::{CliError, End};
use crate::output::Output;
use crate::place::Place;

/// Does what was asked.
pub async fn run(command: Command, place: &Place, output: Output) -> Result<End, CliError> {
    match command {
        Command::Generate(wanted) => generate::run(&wanted, place, output).await,
        Command::Run => work::run(place, output).await,
        Command::Resolve(outcome) => work::resolve(&outcome, place, output).await,
        Command::Jobs => read::jobs(place, output),
        Command::Clips { search } => read::clips(search.as_deref(), place, output),
        Command::Show { id } => read::show(&id, place, output),
        Command::Film { clip } => read::film(&clip, place, output),
        Command::Frame { clip, out } => read::frame(&clip, &out, place, output),
        Command::Key(key) => key::run(key, place, output).await,
        Command::Rehearsal { port, speed, numbers_as_strings } => {
            rehearsal::run(port, speed, numbers_as_strings, place, output).await
        }
    }
}
