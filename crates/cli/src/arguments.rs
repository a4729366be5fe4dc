//! What can be typed. No meaning here: ranges that depend on a model are the model crate's business.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lastframe_model::{PixelSize, Ratio, Resolution, ServiceTier, SortKey, Usd};

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
    /// A JSON file of further models that the practice service offers (see `lastframe rehearsal --models`).
    #[arg(long, global = true, value_name = "FILE", env = "LASTFRAME_REHEARSAL_MODELS", hide = true)]
    pub rehearsal_models: Option<PathBuf>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a clip and wait for it.
    Generate(Box<Generate>),
    /// Make shots written ahead, one after the other: each begins with the last frame of the one before it.
    Storyboard(Box<Storyboard>),
    /// Carry every unfinished job to its end, and every storyboard as far as it goes without you.
    Run,
    /// Settle a job whose submit has an unknown outcome.
    Resolve(Resolve),
    /// Ask the service once more about the task of a failed job, and follow it again if it has something to say.
    Recheck {
        /// Id of the job.
        job: String,
    },
    /// Pause the queue, let it go on, or change its order.
    #[command(subcommand)]
    Queue(Queue),
    /// Check the library's files, or make its database again.
    #[command(subcommand)]
    Library(Library),
    /// List jobs, newest first; queued ones with their place in the queue.
    Jobs,
    /// List clips, newest first.
    Clips(Finding),
    /// Give a clip a star, tags, a note or a name, or take them away.
    Mark(Marking),
    /// Put clips into the trash, or take them out of it. Nothing is deleted by this.
    Trash(Trashing),
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
    /// List the clips of the film that goes through a clip, with their other takes, or let it leave as one MP4.
    Film(Film),
    /// What jobs cost: today, this week, month and in all, by model, and what may still be owed.
    Usage(Usage),
    /// Bring MP4 files into the library. They stay where they are; copies of Lastframe bring their settings.
    Import {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List the models and what each takes.
    Models {
        /// Ask the spec service first, for new models and changed limits. No key is sent there.
        #[arg(long)]
        refresh: bool,
    },
    /// The prices that estimates are made with, in US dollars per million tokens.
    #[command(subcommand)]
    Prices(Prices),
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
        /// A JSON file that says what goes wrong, read again whenever it changes: lists of `submits`, `polls` and
        /// `downloads` to go wrong in order, and what goes wrong `always`.
        #[arg(long, value_name = "FILE")]
        faults: Option<PathBuf>,
        /// A JSON file of further models: a list of model specs as the spec service sends them, served as they are and
        /// rendered as far as they can be read. `{base}` in an endpoint is this service.
        #[arg(long, value_name = "FILE")]
        models: Option<PathBuf>,
    },
}

/// Which film, and how it leaves. Without `--out`, `--edl` and `--contact-sheet` it is only listed.
#[derive(Debug, Args)]
pub struct Film {
    /// Id of a clip, or of a film that was saved in the window.
    pub clip: String,
    /// Write the whole film to this MP4. Clips that were coded alike are joined as they are, bit for bit; others are encoded
    /// anew, once.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Encode anew even where joining would do.
    #[arg(long, requires = "out")]
    pub reencode: bool,
    /// Size of the picture; another one than that of the clips means encoding.
    #[arg(long, value_name = "WxH", requires = "out", value_parser = size)]
    pub size: Option<PixelSize>,
    /// Frames a second; another number than that of the clips means encoding.
    #[arg(long, value_name = "N", requires = "out")]
    pub fps: Option<f64>,
    /// Keep the first frame of a clip also where it repeats the last one before it.
    #[arg(long, requires = "out")]
    pub keep_repeated: bool,
    /// Carry no recipe inside.
    #[arg(long)]
    pub no_recipe: bool,
    /// Write the clips, numbered, into this folder, with `film.edl` (CMX 3600) and `film.fcpxml`. A folder that is there
    /// gets a new one in it.
    #[arg(long, value_name = "DIR")]
    pub edl: Option<PathBuf>,
    /// Write the frames at every seam to this PNG.
    #[arg(long, value_name = "PNG")]
    pub contact_sheet: Option<PathBuf>,
}

/// `1280x720`
fn size(text: &str) -> Result<PixelSize, NotASize> {
    let (width, height) = text.split_once(['x', 'X', '×']).ok_or(NotASize)?;
    let pixels = |text: &str| text.trim().parse().map_err(|_| NotASize);
    Ok(PixelSize { width: pixels(width)?, height: pixels(height)? })
}

/// A text that should be a size is none.
#[derive(Debug, thiserror::Error)]
#[error("a size is written as 1280x720")]
struct NotASize;

/// What is wanted of the ledger.
#[derive(Debug, Args)]
pub struct Usage {
    /// Every job as CSV, the same bytes as the window's export. Rehearsals and imported clips are not in it.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// The first day, as 2026-11-01, in this computer's time zone.
    #[arg(long, value_name = "DAY")]
    pub from: Option<jiff::civil::Date>,
    /// The last day.
    #[arg(long, value_name = "DAY")]
    pub to: Option<jiff::civil::Date>,
}

/// What can be done with the queue.
#[derive(Debug, Subcommand)]
pub enum Queue {
    /// Send nothing new, also after a restart. What was sent is still followed and fetched.
    Pause,
    /// Let the queue go on.
    Resume,
    /// Put a queued job right before another one, or last.
    Move {
        /// Id of the job.
        job: String,
        /// Id of the queued job before which it goes; without it, it goes last.
        #[arg(long, value_name = "JOB")]
        before: Option<String>,
    },
}

/// What can be done with the library as a whole.
#[derive(Debug, Subcommand)]
pub enum Library {
    /// Make the database again from the recipe (.json) beside every video. The old database is kept aside, never
    /// deleted; its jobs without a clip are carried over as far as they can be read.
    Rebuild {
        /// A further folder of clips, e.g. one used earlier; the one in use and those that the old database names are
        /// searched anyway.
        #[arg(long, value_name = "FOLDER")]
        from: Vec<PathBuf>,
        /// Compare each video with its recorded SHA-256, which reads all of it.
        #[arg(long)]
        verify: bool,
    },
    /// Compare every video with its recorded SHA-256. Ends with 1 if any is changed or missing.
    Verify,
}

/// Which clips, in which order.
#[derive(Debug, Args)]
pub struct Finding {
    /// Only clips with all of these words in prompt, note, name or tags; a word is found by its beginning, Chinese by any
    /// run of characters.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Only clips with a star.
    #[arg(long)]
    pub starred: bool,
    /// Only clips with this tag; may be given several times.
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Only clips of this model; may be given several times.
    #[arg(long, value_name = "ID")]
    pub model: Vec<String>,
    /// Only clips that were asked for on this day or later: 2026-11-22.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Only clips that were asked for on this day or earlier.
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// The order.
    #[arg(long, value_enum, default_value = "date")]
    pub sort: Order,
    /// The smallest or oldest first.
    #[arg(long)]
    pub ascending: bool,
    /// The clips in the trash, in place of all others.
    #[arg(long)]
    pub trash: bool,
}

/// What clips are ordered by.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Order {
    /// When they were asked for.
    Date,
    /// What they cost.
    Cost,
    /// How long they are.
    Length,
    /// Film by film, each in its own order.
    Film,
}

impl From<Order> for SortKey {
    fn from(order: Order) -> Self {
        match order {
            Order::Date => Self::Date,
            Order::Cost => Self::Cost,
            Order::Length => Self::Length,
            Order::Film => Self::Film,
        }
    }
}

/// What is written on a clip.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("mark").required(true).multiple(true))]
pub struct Marking {
    /// Id of the clip.
    pub clip: String,
    /// Give it a star.
    #[arg(long, group = "mark", conflicts_with = "unstar")]
    pub star: bool,
    /// Take its star away.
    #[arg(long, group = "mark")]
    pub unstar: bool,
    /// Give it a tag; may be given several times.
    #[arg(long, value_name = "TAG", group = "mark")]
    pub tag: Vec<String>,
    /// Take a tag away; may be given several times.
    #[arg(long, value_name = "TAG", group = "mark")]
    pub untag: Vec<String>,
    /// Write its note, in place of the one before; empty for none.
    #[arg(long, value_name = "TEXT", group = "mark")]
    pub note: Option<String>,
    /// Give it a name; empty takes it away.
    #[arg(long, value_name = "TEXT", group = "mark")]
    pub name: Option<String>,
}

/// What goes into the trash or comes out of it.
#[derive(Debug, Args)]
pub struct Trashing {
    /// Ids of clips.
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    pub clips: Vec<String>,
    /// Take them out of the trash.
    #[arg(long, conflicts_with = "list")]
    pub restore: bool,
    /// List what is in the trash.
    #[arg(long)]
    pub list: bool,
}

/// What can be done with the table of prices.
#[derive(Debug, Subcommand)]
pub enum Prices {
    /// List them, and what the last jobs of each kind were billed.
    List,
    /// Change the price of a model, or the share that flex costs. What is not given stays.
    Set(SetPrice),
    /// Go back to the list prices: of one model, or the whole table.
    Reset {
        /// Model id.
        model: Option<String>,
    },
}

/// A price, as far as it is said. USD per million tokens.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("amount").required(true).multiple(true))]
pub struct SetPrice {
    /// Model id. Needed for everything but --flex-share.
    #[arg(required_unless_present = "flex_share")]
    pub model: Option<String>,
    /// Online, silent; with sound too unless --with-audio says another.
    #[arg(long, value_name = "USD", group = "amount", requires = "model")]
    pub silent: Option<Usd>,
    /// Online, with sound.
    #[arg(long, value_name = "USD", group = "amount", requires = "model")]
    pub with_audio: Option<Usd>,
    /// Flex, silent, where it is not the share of online.
    #[arg(long, value_name = "USD", group = "amount", requires = "model")]
    pub flex: Option<Usd>,
    /// Flex, with sound, where it is not the share of online.
    #[arg(long, value_name = "USD", group = "amount", requires = "model")]
    pub flex_with_audio: Option<Usd>,
    /// What flex costs as a share of online, 0 to 1, for every model without a flex price of its own.
    #[arg(long, value_name = "SHARE", group = "amount")]
    pub flex_share: Option<Usd>,
}

impl Command {
    /// Whether it can do without the settings: it only looks at what is there. With settings that cannot be read
    /// nothing else is done, since a budget and the clips folder may stand in them.
    pub fn only_looks(&self) -> bool {
        match self {
            Self::Jobs | Self::Clips(_) | Self::Show { .. } | Self::Film(_) | Self::Frame { .. } | Self::Usage(_) => {
                true
            }
            Self::Library(library) => matches!(library, Library::Verify),
            Self::Trash(trashing) => trashing.list,
            Self::Storyboard(board) => board.list,
            Self::Generate(_)
            | Self::Run
            | Self::Resolve(_)
            | Self::Recheck { .. }
            | Self::Queue(_)
            | Self::Mark(_)
            | Self::Import { .. }
            | Self::Prices(_)
            | Self::Key(_)
            | Self::Models { .. }
            | Self::Rehearsal { .. } => false,
        }
    }
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

/// Where a clip starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Id of the clip that it continues.
    pub clip: String,
    /// The frame, from 0; `None` is the last.
    pub frame: Option<u32>,
}

/// `CLIP` or `CLIP@FRAME`
fn start(text: &str) -> Result<Start, std::num::ParseIntError> {
    Ok(match text.split_once('@') {
        None => Start { clip: text.to_owned(), frame: None },
        Some((clip, frame)) => Start { clip: clip.to_owned(), frame: Some(frame.trim().parse()?) },
    })
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
    /// Seconds, 2 to 12 for most models; with a fraction, the nearest exact frames (2.4 is 57 frames).
    #[arg(long, value_name = "S", conflicts_with = "frames", allow_negative_numbers = true)]
    pub duration: Option<f64>,
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
    /// Cut pictures that are too small, too large or of another shape than the clip to its shape and size.
    #[arg(long, conflicts_with = "fit")]
    pub crop: bool,
    /// The same with all of the picture, on a background of the colour of its edge.
    #[arg(long)]
    pub fit: bool,
    /// Continue this clip from its last frame, or from the frame of that number counted from 0, with its settings.
    #[arg(long, value_name = "CLIP[@FRAME]", value_parser = start)]
    pub from: Option<Start>,
    /// Make the clips of a list, all or none: one prompt a line, or a table (CSV) whose first row names its columns like
    /// these flags. What a row does not say is as typed here. Pictures are files beside the list.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["prompt", "count"])]
    pub batch: Option<PathBuf>,
    /// How many clips, 1 to 8.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: u32,
    /// A parameter that only the model's spec knows, as `lastframe models` lists it; any number of times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// Make sound (Spark Dance 1.5 Pro).
    #[arg(long)]
    pub audio: bool,
    /// A quick, rough version (Spark Dance 1.5 Pro).
    #[arg(long)]
    pub draft: bool,
    /// Return when the service has the request; `lastframe run` fetches the clip.
    #[arg(long)]
    pub no_wait: bool,
    /// Yes, also beyond the monthly budget or the ceiling for one job that are set in the settings.
    #[arg(long)]
    pub yes: bool,
    /// Only say what it would cost; nothing is sent.
    #[arg(long)]
    pub estimate: bool,
}

/// Shots written ahead, or a storyboard that was started.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("board").required(true))]
// What is about one clip alone means nothing here, and is refused.
#[command(mut_arg("prompt", |arg| arg.hide(true)), mut_arg("batch", |arg| arg.hide(true)))]
#[command(mut_arg("count", |arg| arg.hide(true)), mut_arg("no_wait", |arg| arg.hide(true)))]
pub struct Storyboard {
    /// The shots in their order: one prompt a line, or a table (CSV) whose first row names its columns like these flags.
    /// What a row does not say is as typed here; pictures and --from are for the first shot.
    #[arg(group = "board", value_name = "FILE", conflicts_with_all = ["prompt", "batch", "count", "no_wait"])]
    pub file: Option<PathBuf>,
    /// Stop before each further shot and ask on standard input; without an answer it waits for --resume.
    #[arg(long)]
    pub approve_each: bool,
    /// Go on with a storyboard: approve the shot that waits, answer a guard with --yes, or make a shot again that failed.
    #[arg(long, group = "board", value_name = "ID", conflicts_with_all = ["prompt", "batch", "count", "no_wait"])]
    pub resume: Option<String>,
    /// List the storyboards and where they stand.
    #[arg(long, group = "board")]
    pub list: bool,
    #[command(flatten)]
    pub base: Generate,
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
