//! `lastframe`: the same engine on the same library, without a window.
//!
//! Only parses, starts a runtime and turns what came out into an exit code. Standard output carries results, standard
//! error everything said on the way.

mod arguments;
mod commands;
mod connect;
mod failure;
mod follow;
mod output;
mod place;

use std::process::ExitCode;

use clap::Parser;
use secrecy::SecretString;

use crate::arguments::Arguments;
use crate::failure::CliError;
use crate::output::Output;
use crate::place::Place;

fn main() -> ExitCode {
    // Says what is wrong by itself, and ends with 2.
    let arguments = Arguments::parse();
    let output = Output { json: arguments.global.json };
    start_log();
    arm_crash(output);
    match run(arguments, output) {
        Ok(end) => end.into(),
        Err(error) => {
            let words = error.to_string();
            let error = error.into_ipc();
            output.failure(&words, &error);
            failure::end_of(&error).into()
        }
    }
}

fn run(arguments: Arguments, output: Output) -> Result<failure::End, CliError> {
    // Never an argument: those are seen by every program on the computer.
    let environment_key = std::env::var("LASTFRAME_API_KEY").ok().map(SecretString::from);
    let place = Place::find(&arguments, environment_key, output)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let end = runtime.block_on(commands::run(arguments.command, &place, output));
    // A keychain or a name that still keeps a thread busy must not keep the program.
    runtime.shutdown_background();
    end
}

/// Tests of a debug build say at which point of a job the program is to die.
fn arm_crash(output: Output) {
    #[cfg(debug_assertions)]
    if let Ok(point) = std::env::var("LASTFRAME_CRASH_AT")
        && !lastframe_library::crash::arm(&point)
    {
        output.say(&format!("There is no point {point} to die at."));
        std::process::exit(2);
    }
    let _ = output;
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LASTFRAME_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
    // Fails only if there is a log already.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
