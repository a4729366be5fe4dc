//! Makes a library of many clips, and measures how soon questions about it are answered.
//!
//! `cargo run --release -p lastframe-library --example many_clips -- HOME [CLIPS]` makes one in the folder HOME (100,000
//! clips), unless there is one. With `--like=FILE.mp4` each gets a video and a poster, those of the clip of that file. With
//! `--measure` it then prints p50 and p95 of searching, filtering, sorting and paging as JSON, beside a plain query over the
//! same rows as the peer.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own, for the command line")]

mod furnish;
mod generator;
mod measure;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use lastframe_library::{Library, LibraryError, Places};

fn open_or_fill(home: &Path, clips: usize) -> Result<Library, LibraryError> {
    let places = Places::resolve(Some(home.to_owned()), None)?;
    if places.database().exists() {
        return Library::open(places);
    }
    let start = Instant::now();
    let library = generator::fill(home, clips, 1, jiff::Timestamp::now())?;
    eprintln!("{clips} clips were made in {:.1} s", start.elapsed().as_secs_f64());
    Ok(library)
}

fn main() -> ExitCode {
    let (flags, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let Some(home) = words.first() else {
        eprintln!("many_clips HOME [CLIPS] [--like=FILE.mp4] [--measure]");
        return ExitCode::from(2);
    };
    let clips = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(100_000);
    let home = Path::new(home);
    let done = open_or_fill(home, clips).and_then(|library| {
        if let Some(sample) = flags.iter().find_map(|flag| flag.strip_prefix("--like=")) {
            furnish::like(home, Path::new(sample))?;
        }
        if flags.iter().any(|flag| flag == "--measure") {
            drop(library);
            println!("{}", serde_json::to_string_pretty(&measure::all(home)?)?);
        }
        Ok(())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
