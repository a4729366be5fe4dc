//! The only module that writes to standard output and standard error.

use std::io::{self, Write};

use lastframe_model::{Clip, IpcError, Job, Provider, Usd};
use serde::Serialize;

use crate::failure::CliError;

/// Where results and words go.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Results are one JSON document; words for people go to standard error.
    pub json: bool,
}

impl Output {
    /// A result: the document, or its words.
    pub fn result(self, document: &impl Serialize, words: impl FnOnce() -> String) -> Result<(), CliError> {
        let text = if self.json { serde_json::to_string_pretty(document)? } else { words() };
        print(&mut io::stdout().lock(), &text)
    }

    /// A file's own bytes, exactly.
    #[expect(clippy::unused_self, reason = "who speaks to the person holds the output")]
    pub fn file(self, bytes: &[u8]) -> Result<(), CliError> {
        let mut stream = io::stdout().lock();
        whole(stream.write_all(bytes).and_then(|()| stream.flush()))
    }

    /// Both: the document where it is asked for, and the words in any case.
    pub fn result_and_words(self, document: &impl Serialize, words: &str) -> Result<(), CliError> {
        if self.json {
            self.say(words);
        }
        self.result(document, || words.to_owned())
    }

    /// Something said on the way.
    #[expect(clippy::unused_self, reason = "who speaks to the person holds the output")]
    pub fn say(self, words: &str) {
        // There is nowhere left to report that standard error is gone.
        let _ = print(&mut io::stderr().lock(), words);
    }

    /// How a command failed: in words, and as the window would get it.
    pub fn failure(self, words: &str, error: &IpcError) {
        self.say(words);
        if let Some(hint) = &error.hint {
            self.say(hint);
        }
        if self.json
            && let Ok(document) = serde_json::to_string_pretty(error)
        {
            // The exit code still tells.
            let _ = print(&mut io::stdout().lock(), &document);
        }
    }
}

fn print(stream: &mut impl Write, text: &str) -> Result<(), CliError> {
    whole(writeln!(stream, "{}", text.trim_end()).and_then(|()| stream.flush()))
}

fn whole(written: io::Result<()>) -> Result<(), CliError> {
    match written {
        // Whoever reads has read enough, e.g. `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|source| CliError::Io { what: "The output".to_owned(), source }),
    }
}

/// `$0.1853`, or `$0.1853 (pretended)` in rehearsal.
pub fn money(cost: Option<Usd>, provider: &Provider) -> String {
    let cost = cost.map_or_else(|| "no known price".to_owned(), |cost| format!("${cost}"));
    match provider {
        Provider::Rehearsal => format!("{cost} (rehearsal: nothing is billed)"),
        Provider::Imported => "imported".to_owned(),
        Provider::Service { .. } => cost,
    }
}

/// A clip in one line.
pub fn clip_line(clip: &Clip) -> String {
    format!(
        "{}  {}  {:>6.3} s  {}×{}  {}  {}",
        clip.id,
        clip.finished_at.strftime("%Y-%m-%d %H:%M"),
        clip.media.seconds,
        clip.media.width,
        clip.media.height,
        money(clip.cost(), &clip.provider),
        first_line(clip.name.as_deref().unwrap_or(&clip.request.prompt))
    )
}

/// A job in one line. `place` is its place in the queue, from 1.
pub fn job_line(job: &Job, place: Option<u32>) -> String {
    let why = match (&job.failure, &job.wait) {
        (Some(failure), _) => format!("  {}", failure.message),
        (None, Some(wait)) => format!("  {}", wait.message),
        (None, None) => String::new(),
    };
    let state = place.map_or_else(|| job.state.word().to_owned(), |place| format!("{} #{place}", job.state.word()));
    format!(
        "{}  {}  {:<11}  {}{why}",
        job.id,
        job.created_at.strftime("%Y-%m-%d %H:%M"),
        state,
        first_line(&job.request.prompt)
    )
}

fn first_line(prompt: &str) -> String {
    let line = prompt.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(60).collect();
    if short.len() < prompt.len() {
        short.push('…');
    }
    short
}
