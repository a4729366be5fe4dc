//! One file for each group of commands.

mod batch;
mod film;
mod gallery;
mod generate;
mod import;
mod key;
mod library;
mod models;
mod pictures;
mod prices;
mod queue;
mod read;
mod rehearsal;
mod request;
mod storyboard;
mod usage;
mod work;

use crate::arguments::{Command, Library};
use crate::failure::{CliError, End};
use crate::output::Output;
use crate::place::Place;

/// Does what was asked.
pub async fn run(command: Command, place: &Place, output: Output) -> Result<End, CliError> {
    match command {
        Command::Generate(wanted) => generate::run(&wanted, place, output).await,
        Command::Storyboard(wanted) => storyboard::run(&wanted, place, output).await,
        Command::Run => work::run(place, output).await,
        Command::Resolve(outcome) => work::resolve(&outcome, place, output).await,
        Command::Recheck { job } => work::recheck(&job, place, output).await,
        Command::Queue(queue) => queue::run(&queue, place, output),
        Command::Library(Library::Rebuild { from, verify }) => library::rebuild(&from, verify, place, output),
        Command::Library(Library::Verify) => library::verify(place, output),
        Command::Jobs => read::jobs(place, output),
        Command::Clips(finding) => gallery::clips(&finding, place, output),
        Command::Mark(marking) => gallery::mark(&marking, place, output),
        Command::Trash(trashing) => gallery::trash(&trashing, place, output),
        Command::Show { id } => read::show(&id, place, output),
        Command::Film(film) => film::run(&film, place, output).await,
        Command::Frame { clip, out } => read::frame(&clip, &out, place, output),
        Command::Prices(wanted) => prices::run(&wanted, place, output),
        Command::Usage(wanted) => usage::run(&wanted, place, output),
        Command::Import { files } => import::run(files, place, output).await,
        Command::Key(key) => key::run(key, place, output).await,
        Command::Models { refresh } => models::run(refresh, place, output).await,
        Command::Rehearsal { port, speed, numbers_as_strings, faults, models } => {
            let asked = rehearsal::Asked { port, speed, numbers_as_strings, faults, models };
            rehearsal::run(asked, place, output).await
        }
    }
}
