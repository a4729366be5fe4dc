//! Finding and organising clips: what can be asked of the gallery, and what it answers with.
//!
//! A library may hold a hundred thousand clips, so nobody ever holds them all. The window asks for a [`Shelf`], which is
//! enough to know where every clip stands, and for pages of clips around what is in sight.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::Usd;
use crate::ids::{ClipId, ModelId};
use crate::request::{Ratio, Resolution};

/// Most characters of a clip's name.
pub const NAME_MAX: usize = 120;
/// Most characters of a clip's note.
pub const NOTE_MAX: usize = 10_000;
/// Most characters of a tag.
pub const TAG_MAX: usize = 60;
/// Most tags of a clip.
pub const TAGS_MAX: usize = 50;
/// Most characters of the name of a saved search.
pub const SEARCH_NAME_MAX: usize = 60;

/// Which clips, and in which order. The default is all that are not in the trash, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct GalleryQuery {
    /// Words that a clip must have in its prompt, note, name or tags, all of them. Spaces part them; Chinese needs none.
    /// A word is found by its beginning, Chinese by any run of its characters. Signs mean nothing.
    pub text: String,
    /// What else must be true of them.
    pub filter: Filter,
    /// Their order.
    pub sort: Sort,
    /// Whether the clips in the trash are meant, instead of all others.
    pub trash: bool,
}

/// What must be true of a clip; everything at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Filter {
    /// It was made by one of these; empty for any.
    pub models: Vec<ModelId>,
    /// It was asked for in one of these; empty for any.
    pub resolutions: Vec<Resolution>,
    /// It was asked for in one of these; empty for any.
    pub ratios: Vec<Ratio>,
    /// Length of the video, seconds.
    pub seconds: Span<f64>,
    /// What it cost as far as is known: billed, or else estimated. A clip without a price is in no span.
    pub cost: Span<Usd>,
    /// Days, where the person is, on which it was asked for: `2026-11-22`.
    pub days: Span<String>,
    /// It has a star.
    pub starred: bool,
    /// It has all of these tags, in upper or lower case.
    pub tags: Vec<String>,
    /// It is this clip, or continues it over any number of others.
    pub film: Option<ClipId>,
    /// Who made it.
    pub origin: Option<ClipOrigin>,
    /// Its file is not where it was.
    pub missing: bool,
    /// Empty for any. A clip is [`CardState::Done`]; jobs without a clip are not asked for here.
    pub states: Vec<CardState>,
}

/// From – to, both inclusive; `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Span<T> {
    /// The least.
    pub from: Option<T>,
    /// The most.
    pub to: Option<T>,
}

impl<T> Default for Span<T> {
    fn default() -> Self {
        Self { from: None, to: None }
    }
}

impl<T: PartialOrd> Span<T> {
    /// Whether a value lies in it. Values that cannot be compared lie in no closed span.
    pub fn has(&self, value: &T) -> bool {
        self.from.as_ref().is_none_or(|from| value >= from) && self.to.as_ref().is_none_or(|to| value <= to)
    }

    /// Whether it says anything.
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// Who made a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ClipOrigin {
    /// A hosted service.
    Real,
    /// The practice service.
    Rehearsal,
    /// Somebody else: it was brought here as a file.
    Imported,
}

/// What a card in the gallery stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    /// A clip.
    Done,
    /// A job that still has a way to go.
    Open,
    /// A job that ended without a clip.
    Failed,
    /// A job of which nobody knows whether it was accepted.
    Unknown,
}

/// An order of clips. Those that are equal in it stand newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Sort {
    /// By what.
    pub by: SortKey,
    /// Greatest or newest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { by: SortKey::Date, descending: true }
    }
}

/// What clips can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// When the button was pressed (`created_at`).
    #[default]
    Date,
    /// What it cost; clips without a price come last, either way.
    Cost,
    /// Length of the video.
    Length,
    /// Films by the date of their first clip; within a film always in the order in which its clips were made.
    Film,
}

/// Where every clip of a query stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Shelf {
    /// Grows with each change to clips. A page belongs to the shelf of its revision.
    pub revision: u32,
    /// How many clips there are.
    pub total: u32,
    /// The sizes that occur, each once.
    pub shapes: Vec<Shape>,
    /// One UTF-16 unit a clip, in order: 0x100 + its place in `shapes`.
    pub layout: String,
    /// The days, in the order of `layout`; empty unless sorted by date.
    pub days: Vec<ShelfDay>,
}

/// The size of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct Shape {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A day with clips, where the person is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ShelfDay {
    /// `2026-11-22`
    pub day: String,
    /// How many clips of the query.
    pub clips: u32,
    /// Their seconds in all.
    pub seconds: f64,
    /// What those of hosted services cost, USD; `None` if there is none with a price.
    pub spent: Option<Usd>,
    /// What those of the practice service pretend to have cost, USD; `None` if there is none.
    pub pretend: Option<Usd>,
    /// Bytes of their videos.
    pub bytes: f64,
}

/// What a person does to clips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mark {
    /// Gives or takes the star.
    Star {
        /// Whether it has one afterwards.
        on: bool,
    },
    /// Gives or takes a tag.
    Tag {
        /// Its name, in upper or lower case.
        name: String,
        /// Whether it has it afterwards.
        on: bool,
    },
    /// Writes the note in place of the one before.
    Note {
        /// All of it; empty for none.
        text: String,
    },
    /// Gives a name.
    Name {
        /// The name; empty takes it away.
        text: String,
    },
}

/// What is written on all of some clips.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CommonMarks {
    /// Whether each has a star.
    pub starred: bool,
    /// The tags that each has.
    pub tags: Vec<String>,
}

/// Why something cannot be written on a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum MarkProblem {
    /// Nothing but spaces.
    #[error("A tag needs a name.")]
    TagEmpty,
    /// Over 60 characters.
    #[error("A tag has at most 60 characters.")]
    TagTooLong,
    /// Over 50 tags on a clip.
    #[error("A clip has at most 50 tags.")]
    TooManyTags,
    /// Over 120 characters.
    #[error("A clip's name has at most 120 characters.")]
    NameTooLong,
    /// Over 10,000 characters.
    #[error("A note has at most 10,000 characters.")]
    NoteTooLong,
    /// A saved search without a name.
    #[error("A saved search needs a name.")]
    SearchNameEmpty,
    /// Over 60 characters.
    #[error("The name of a saved search has at most 60 characters.")]
    SearchNameTooLong,
}

/// A text of one line: without control characters, and with single spaces between its words.
pub(crate) fn line(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Mark {
    /// The same with every text in its one spelling: spaces evened, a note only trimmed.
    ///
    /// ```
    /// # use lastframe_model::{Mark, MarkProblem};
    /// let tag = |name: &str| Mark::Tag { name: name.into(), on: true }.checked();
    /// assert_eq!(tag("  night \n shots "), Ok(Mark::Tag { name: "night shots".into(), on: true }));
    /// assert_eq!(tag(" "), Err(MarkProblem::TagEmpty));
    /// ```
    ///
    /// # Errors
    /// [`MarkProblem`] for a text that is too long, and a tag that is empty.
    pub fn checked(self) -> Result<Self, MarkProblem> {
        match self {
            Self::Star { on } => Ok(Self::Star { on }),
            Self::Tag { name, on } => Ok(Self::Tag { name: checked_tag(&name)?, on }),
            Self::Note { text } if text.trim().chars().count() > NOTE_MAX => Err(MarkProblem::NoteTooLong),
            Self::Note { text } => Ok(Self::Note { text: text.trim().to_owned() }),
            Self::Name { text } => {
                let text = line(&text);
                if text.chars().count() > NAME_MAX { Err(MarkProblem::NameTooLong) } else { Ok(Self::Name { text }) }
            }
        }
    }
}

/// The name that a text makes, whatever it is: as [`Mark::Name`] spells it, cut where it is longer than a name may be.
///
/// ```
/// # use lastframe_model::gallery::{NAME_MAX, cut_name};
/// assert_eq!(cut_name(" night\tshots "), "night shots");
/// assert_eq!(cut_name(&"long".repeat(100)).chars().count(), NAME_MAX);
/// ```
#[must_use]
pub fn cut_name(text: &str) -> String {
    line(text).chars().take(NAME_MAX).collect::<String>().trim_end().to_owned()
}

/// A tag in its one spelling.
///
/// # Errors
/// [`MarkProblem::TagEmpty`], [`MarkProblem::TagTooLong`].
pub fn checked_tag(name: &str) -> Result<String, MarkProblem> {
    let name = line(name);
    match name.chars().count() {
        0 => Err(MarkProblem::TagEmpty),
        length if length > TAG_MAX => Err(MarkProblem::TagTooLong),
        _ => Ok(name),
    }
}

/// What two tags are compared by: `Night` and `night` are one.
#[must_use]
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// A tag, and how many clips outside the trash have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TagCount {
    /// As it was first written.
    pub name: String,
    /// How many.
    pub clips: u32,
}

/// A query under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SavedSearch {
    /// No two are the same but for upper and lower case.
    pub name: String,
    /// The query.
    pub query: GalleryQuery,
}

impl SavedSearch {
    /// A query under that name, in its one spelling.
    ///
    /// # Errors
    /// [`MarkProblem::SearchNameEmpty`], [`MarkProblem::SearchNameTooLong`].
    pub fn new(name: &str, query: GalleryQuery) -> Result<Self, MarkProblem> {
        let name = line(name);
        match name.chars().count() {
            0 => Err(MarkProblem::SearchNameEmpty),
            length if length > SEARCH_NAME_MAX => Err(MarkProblem::SearchNameTooLong),
            _ => Ok(Self { name, query }),
        }
    }
}

/// So many clips, and the bytes of their videos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Amount {
    /// Clips.
    pub count: u32,
    /// Bytes of their videos.
    pub bytes: f64,
}

/// What clips take on the disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct DiskUse {
    /// Those outside the trash.
    pub clips: Amount,
    /// Those in the trash: what emptying it frees.
    pub trash: Amount,
    /// Bytes that are free on the disk of the clips folder; `None` if it cannot be asked.
    pub free: Option<f64>,
    /// By the day on which they were asked for, newest first, without the trash.
    pub days: Vec<DayUse>,
}

/// What the clips of a day take on the disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct DayUse {
    /// `2026-11-22`, where the person is.
    pub day: String,
    /// Clips.
    pub count: u32,
    /// Bytes of their videos.
    pub bytes: f64,
}

/// What became of copies of clips in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Exported {
    /// The folder, as a path to show.
    pub folder: String,
    /// How many were written.
    pub files: u32,
    /// How many were not, because their own file is gone or cannot be read.
    pub skipped: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_with_any_part_left_out() {
        assert_eq!(serde_json::from_str::<GalleryQuery>("{}").unwrap(), GalleryQuery::default());
        let text = r#"{"text":"船","filter":{"seconds":{"from":2.5},"cost":{"to":"0.2"},"states":["done"]},"sort":{"by":"cost"}}"#;
        let query: GalleryQuery = serde_json::from_str(text).unwrap();
        assert_eq!(query.filter.seconds, Span { from: Some(2.5), to: None });
        assert_eq!(query.filter.cost.to, Some("0.2".parse().unwrap()));
        assert_eq!(query.sort, Sort { by: SortKey::Cost, descending: true });
        assert_eq!(serde_json::from_value::<GalleryQuery>(serde_json::to_value(&query).unwrap()).unwrap(), query);
    }

    #[test]
    fn texts_have_one_spelling_and_an_end() {
        let name = |text: &str| Mark::Name { text: text.to_owned() }.checked();
        assert_eq!(name(" a\tb "), Ok(Mark::Name { text: "a b".to_owned() }));
        assert_eq!(name(""), Ok(Mark::Name { text: String::new() }), "which takes the name away");
        assert_eq!(name(&"夜".repeat(NAME_MAX)).map(|_| ()), Ok(()), "characters are counted, not bytes");
        assert_eq!(name(&"夜".repeat(NAME_MAX + 1)), Err(MarkProblem::NameTooLong));
        let note = Mark::Note { text: " one\n two \n".to_owned() }.checked();
        assert_eq!(note, Ok(Mark::Note { text: "one\n two".to_owned() }), "a note has lines");
        assert_eq!(checked_tag(&"x".repeat(TAG_MAX + 1)), Err(MarkProblem::TagTooLong));
        assert_eq!(SavedSearch::new("\u{3000}", GalleryQuery::default()), Err(MarkProblem::SearchNameEmpty));
    }

    #[test]
    fn a_span_holds_both_its_ends() {
        let span = Span { from: Some(2.0), to: Some(3.0) };
        assert!(span.has(&2.0) && span.has(&3.0) && !span.has(&1.9) && !span.has(&3.1) && !span.has(&f64::NAN));
        assert!(Span::<f64>::default().is_open() && Span::default().has(&f64::NAN));
    }
}
