//! What can be typed. No meaning here: ranges that depend on a model are the model crate's business.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lastframe_model::{Ratio, Resolution, ServiceTier};

/// Make video clips and continue them from their last frame, without a window.
#[derive(Debug, Parser)]
#[command(name = "lastframe", version, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit code: 0 done · 1 the service or a job failed · 2 bad usage, nothing was sent · \
3 a submit has an unknown outcome (see `lastframe resolve`).\n\
The key of the service is in the OS keychain (`lastframe key set`), or in LASTFRAME_API_KEY for a single run.";

/// What every command understands.
#[derive(Debug, Args)]
pub struct Global {
    /// Use the practice service on this computer: no key, no money.
    #[arg(long, global = true)]
    pub rehearsal: bool,
    /// Address of the service, in place of the one in the settings.
    #[arg(long, global = true, value_name = "URL", env = "LASTFRAME_ENDPOINT")]
    pub endpoint: Option<String>,
    /// Folder of library, settings and clips, in place of the usual ones.
    #[arg(long, global = true, value_name = "DIR", env = "LASTFRAME_HOME")]
    pub home: Option<PathBuf>,
    /// Print one JSON document on standard output; words go to standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// How much faster than usual the practice service works.
    #[arg(
        long,
        global = true,
        value_name = "X",
        env = "LASTFRAME_REHEARSAL_SPEED",
        default_value_t = 1.0,
        hide = true
    )]
    pub rehearsal_speed: f64,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a clip and wait for it.
    Generate(Box<Generate>),
    /// Carry every unfinished job to its end.
    Run,
    /// Settle a job whose submit has an unknown outcome.
    Resolve(Resolve),
    /// List jobs, newest first.
    Jobs,
    /// List clips, newest first.
    Clips {
        /// Only clips whose prompt contains this.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Show a clip or a job.
    Show {
        /// Id of a clip or a job.
        id: String,
    },
    /// Write the last frame of a clip as PNG.
    Frame {
        /// Id of a clip, or a video file.
        clip: String,
        /// Where to write it.
        #[arg(long, value_name = "PNG")]
        out: PathBuf,
    },
    /// List the clips of the film that goes through a clip.
    Film {
        /// Id of a clip.
        clip: String,
    },
    /// The key of the service, in the OS keychain.
    #[command(subcommand)]
    Key(Key),
    /// Run the practice service alone; prints its address and its key.
    Rehearsal {
        /// TCP port on 127.0.0.1; 0 takes any free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// How much faster than usual it works.
        #[arg(long, value_name = "X")]
        speed: Option<f64>,
        /// Send the numbers of a result as strings.
        #[arg(long)]
        numbers_as_strings: bool,
    },
}

/// What can be done with the key.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Key {
    /// Store a key. It is asked for, or read from standard input; it is never an argument.
    Set,
    /// Ask the service whether it accepts the key. Costs nothing.
    Check,
    /// Remove the key from the keychain.
    Remove,
}

/// How an unknown outcome is settled.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("outcome").required(true).multiple(false))]
pub struct Resolve {
    /// Id of the job.
    pub job: String,
    /// The service has it under this task id: adopt it.
    #[arg(long, value_name = "ID", group = "outcome")]
    pub task: Option<String>,
    /// It never arrived: nothing is owed.
    #[arg(long, group = "outcome")]
    pub not_submitted: bool,
}

/// A request, as far as it is said; the rest has defaults, or comes from the clip that is continued.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Generate {
    /// What should be seen.
    #[arg(long, value_name = "TEXT")]
    pub prompt: Option<String>,
    /// Model id. Without it, one that takes the given pictures.
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// 480p, 720p or 1080p.
    #[arg(long, value_name = "R")]
    pub resolution: Option<Resolution>,
    /// 21:9, 16:9, 4:3, 1:1, 3:4, 9:16, or adaptive beside a picture.
    #[arg(long, value_name = "R")]
    pub ratio: Option<Ratio>,
    /// Whole seconds, 2 to 12.
    #[arg(long, value_name = "S", conflicts_with = "frames")]
    pub duration: Option<u32>,
    /// Exact frames at 24 a second: 25 + 4n from 29 to 289.
    #[arg(long, value_name = "N")]
    pub frames: Option<u32>,
    /// 0 to 4294967295; -1 picks one.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1..=4_294_967_295))]
    pub seed: Option<i64>,
    /// Keep the camera still.
    #[arg(long)]
    pub camera_fixed: bool,
    /// Let the service draw its mark.
    #[arg(long)]
    pub watermark: bool,
    /// Whether the service also sends the last frame; it does unless this is `=false`.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub return_last_frame: Option<bool>,
    /// default, or flex: cheaper and slower.
    #[arg(long, value_name = "T")]
    pub service_tier: Option<ServiceTier>,
    /// Seconds after which the service gives up: 3600 to 259200.
    #[arg(long, value_name = "S")]
    pub expires_after: Option<u32>,
    /// http(s) URL that the service tells when the task ends.
    #[arg(long, value_name = "URL")]
    pub callback_url: Option<String>,
    /// The picture to start from.
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub first_frame: Option<PathBuf>,
    /// The picture to arrive at.
    #[arg(long, value_name = "FILE")]
    pub last_frame: Option<PathBuf>,
    /// A picture to resemble; up to four times.
    #[arg(long, value_name = "FILE")]
    pub reference: Vec<PathBuf>,
    /// Continue this clip from its last frame, with its settings.
    #[arg(long, value_name = "CLIP")]
    pub from: Option<String>,
    /// How many clips, 1 to 8.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: u32,
    /// Make sound (Spark Dance 1.5 Pro).
    #[arg(long)]
    pub audio: bool,
    /// A quick, rough version (Spark Dance 1.5 Pro).
    #[arg(long)]
    pub draft: bool,
    /// Return when the service has the request; `lastframe run` fetches the clip.
    #[arg(long)]
    pub no_wait: bool,
    /// Only say what it would cost; nothing is sent.
    #[arg(long)]
    pub estimate: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_key_is_never_an_argument() {
        for words in [["lastframe", "key", "set", "sk-1"].as_slice(), &["lastframe", "--key", "sk-1", "jobs"]] {
            assert!(Arguments::try_parse_from(words).is_err(), "{words:?} would be seen by every program");
        }
    }

    #[test]
    fn an_outcome_is_one_of_two() {
        let parsed = |words: &[&str]| Arguments::try_parse_from([&["lastframe", "resolve"], words].concat()).is_ok();
        assert!(parsed(&["j", "--task", "t"]));
        assert!(parsed(&["j", "--not-submitted"]));
        assert!(!parsed(&["j"]), "not saying which would be a guess about money");
        assert!(!parsed(&["j", "--task", "t", "--not-submitted"]));
    }
}
