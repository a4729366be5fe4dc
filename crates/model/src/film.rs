//! Films: named or derived paths through trees of clips, what a person may change in one, and what a seam looks like.
//!
//! A film that nobody has saved is derived: it begins with a clip that nothing comes before, and goes on along the newest
//! take each time. Saving keeps its id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::clip::Clip;
use crate::cost::Usd;
use crate::gallery::{NAME_MAX, NOTE_MAX, line};
use crate::ids::{ClipId, FilmId};
use crate::job::{Job, Provider};

/// Most clips on a path. An hour of the shortest ones.
pub const PATH_MAX: usize = 2_000;
/// Most posters of a film's card.
pub const POSTERS: usize = 6;

/// A film as it stands in the list of films.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FilmCard {
    /// Its id: that of its first clip as long as nobody saved it.
    pub id: FilmId,
    /// What the person calls it.
    pub name: Option<String>,
    /// Its name, or else the name or the prompt of its first clip; empty where there is neither.
    pub title: String,
    /// How many are on its path.
    pub clips: u32,
    /// Seconds that its path shows.
    pub seconds: f64,
    /// USD of its path. Of paid clips only, if there are any.
    pub cost: Usd,
    /// Whether its cost is only pretended: there are practice clips on its path and no paid ones.
    pub rehearsal: bool,
    /// The first clips of its path, at most six.
    pub posters: Vec<ClipId>,
    /// How each of these follows the one before it: one fewer than there are.
    pub seams: Vec<SeamKind>,
    /// When it was last changed, by the person or by a clip that came to it.
    pub changed_at: Timestamp,
    /// Whether the person saved it; otherwise it is derived.
    pub saved: bool,
}

/// A part of the list of films.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FilmsPage {
    /// How many films the whole list has.
    pub total: u32,
    /// Those of this part, in the order of the list.
    pub cards: Vec<FilmCard>,
}

/// A film that the person saved, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SavedFilm {
    /// Its id.
    pub id: FilmId,
    /// What the person calls it.
    pub name: Option<String>,
    /// What the person wrote about it; empty for nothing.
    pub note: String,
    /// In playing order. A clip may stand in it twice.
    pub path: Vec<ClipId>,
    /// When it was saved first.
    pub made_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// How a shot follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SeamKind {
    /// It truly continues it: it was made from one of its frames.
    Continues,
    /// It only stands behind it.
    Cut,
}

impl SeamKind {
    /// How `after` follows `before`.
    #[must_use]
    pub fn between(before: &Clip, after: &Clip) -> Self {
        Self::behind(&before.id, after.request.continues.as_ref())
    }

    /// How what continues `continued`, if anything, follows the clip `before`.
    #[must_use]
    pub fn behind(before: &ClipId, continued: Option<&ClipId>) -> Self {
        if continued == Some(before) { Self::Continues } else { Self::Cut }
    }
}

/// Why a shot cannot be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ShotTrouble {
    /// Its file is gone.
    Missing,
    /// It lies in the trash.
    Trashed,
}

impl ShotTrouble {
    /// What is the matter with a clip of a film.
    #[must_use]
    pub fn of(clip: &Clip) -> Option<Self> {
        match (clip.missing, clip.trashed_at) {
            (true, _) => Some(Self::Missing),
            (false, Some(_)) => Some(Self::Trashed),
            (false, None) => None,
        }
    }
}

/// A clip that continues another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FilmTake {
    /// The clip.
    pub clip: Clip,
    /// The frame of the other one, from 0, that it starts from; `None` is its last.
    pub from_frame: Option<u32>,
    /// Whether the path goes through it, at this place.
    pub on_path: bool,
}

/// A clip on the path of a film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FilmShot {
    /// The clip.
    pub clip: Clip,
    /// Frames that the path shows of it, from its first: up to and including the one that the next shot continues from.
    pub shown: u32,
    /// How it follows the shot before; `None` for the first.
    pub seam: Option<SeamKind>,
    /// Every clip that continues the shot before, oldest first, this one among them; those in the trash are left out
    /// unless the path goes through them. Empty for the first shot and after a cut.
    pub takes: Vec<FilmTake>,
    /// Continuations in a row that lead to it, each made from a frame of the one before.
    pub depth: u32,
    /// Why it cannot be played.
    pub trouble: Option<ShotTrouble>,
}

/// A film as it is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FilmView {
    /// Its id.
    pub id: FilmId,
    /// What the person calls it.
    pub name: Option<String>,
    /// Its name, or else the name or the prompt of its first clip.
    pub title: String,
    /// What the person wrote about it; empty for nothing.
    pub note: String,
    /// Whether the person saved it.
    pub saved: bool,
    /// Its path.
    pub shots: Vec<FilmShot>,
    /// Clips that continue the last shot and are not on the path, oldest first.
    pub next: Vec<FilmTake>,
    /// Seconds that the path shows.
    pub seconds: f64,
    /// USD of the path. Of paid clips only, if there are any.
    pub cost: Usd,
    /// Whether that is only pretended: there are practice clips on the path and no paid ones.
    pub rehearsal: bool,
    /// How many clips the tree has: those of the path, and all that continue them, over any number of others.
    pub tree_clips: u32,
    /// USD of the tree, counted as that of the path.
    pub tree_cost: Usd,
    /// Open jobs that continue a clip of the tree, oldest first.
    pub open_jobs: Vec<Job>,
    /// What they are estimated to cost, USD.
    pub open_cost: Usd,
}

/// What a person may change in a film. The first change saves one that is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FilmChange {
    /// Gives it a name.
    Rename {
        /// The name; empty takes it away.
        name: String,
    },
    /// Writes the note in place of the one before.
    Note {
        /// All of it.
        note: String,
    },
    /// Goes through another take at a place, and on along its newest continuations, up to the next cut.
    Pick {
        /// The place on the path, from 0; the one behind the last shot is the next.
        at: u32,
        /// A clip that continues the shot before that place.
        clip: ClipId,
    },
    /// Puts a clip of the library at a place, before what stands there.
    Insert {
        /// The place, from 0; the number of shots is behind the last.
        at: u32,
        /// Which one.
        clip: ClipId,
    },
    /// Takes a shot out of the path. The clip stays in the library.
    Detach {
        /// Its place.
        at: u32,
    },
    /// Moves a shot along the path.
    Move {
        /// Its place.
        from: u32,
        /// Its place afterwards.
        to: u32,
    },
}

/// Why a film cannot be changed like that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FilmProblem {
    /// The path is not that long.
    #[error("The film has no such place.")]
    NoSuchPlace,
    /// The clip does not continue the shot before that place.
    #[error("This clip does not continue the shot before it.")]
    NotATake,
    /// Nothing would be left.
    #[error("A film has at least one clip.")]
    NoClip,
    /// Over 2,000 clips.
    #[error("A film has at most 2,000 clips.")]
    TooLong,
    /// Over 120 characters.
    #[error("A film's name has at most 120 characters.")]
    NameTooLong,
    /// Over 10,000 characters.
    #[error("A note has at most 10,000 characters.")]
    NoteTooLong,
    /// Not 64 to 4,096 pixels a side, or odd.
    #[error("A film has 64 to 4,096 pixels a side, even numbers of them.")]
    NoSuchSize,
    /// Not 1 to 120 frames a second.
    #[error("A film has 1 to 120 frames a second.")]
    NoSuchRate,
    /// Somebody exports it already.
    #[error("This film is being exported already.")]
    Exporting,
    /// It has one shot.
    #[error("A film of one shot has no seam.")]
    NoSeam,
    /// Over 400.
    #[error("A contact sheet has at most 400 seams.")]
    TooManySeams,
    /// A clip of it is missing, in the trash or cannot be read.
    #[error("A clip of this film is missing, in the trash, or cannot be read.")]
    NotWhole,
}

/// A film's name in its one spelling; `None` for an empty one.
///
/// # Errors
/// [`FilmProblem::NameTooLong`].
pub fn checked_film_name(name: &str) -> Result<Option<String>, FilmProblem> {
    let name = line(name);
    if name.chars().count() > NAME_MAX {
        Err(FilmProblem::NameTooLong)
    } else {
        Ok(Some(name).filter(|name| !name.is_empty()))
    }
}

/// A film's note in its one spelling.
///
/// # Errors
/// [`FilmProblem::NoteTooLong`].
pub fn checked_film_note(note: &str) -> Result<String, FilmProblem> {
    let note = note.trim();
    if note.chars().count() > NOTE_MAX { Err(FilmProblem::NoteTooLong) } else { Ok(note.to_owned()) }
}

/// Frames that a path shows of a clip before the next one.
///
/// ```
/// # use lastframe_model::film::shown_frames;
/// assert_eq!(shown_frames(121, Some(48)), 49, "the frame that the next one starts from is the last that is shown");
/// assert_eq!(shown_frames(121, None), 121);
/// assert_eq!(shown_frames(121, Some(500)), 121);
/// ```
#[must_use]
pub fn shown_frames(frames: u32, continued_from: Option<u32>) -> u32 {
    continued_from.map_or(frames, |frame| frame.saturating_add(1).min(frames))
}

/// How the two frames at a seam compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SeamMeasure {
    /// What that amounts to.
    pub kind: SeamVerdict,
    /// Of the last shown frame and the first one behind it, dB in luma; 100 where they are equal.
    pub psnr: f64,
    /// How much brighter the second is: difference of mean luma, −255 … 255.
    pub brightness: f64,
    /// How far apart their mean colours are: distance of mean Cb and Cr.
    pub colour: f64,
}

/// What a seam looks like to somebody who watches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SeamVerdict {
    /// The same picture twice: a short standstill, unless one of them is left out.
    Repeated,
    /// Nothing to see.
    Clean,
    /// The picture goes on, lighter or darker.
    Brightness,
    /// The picture goes on in another tint.
    Colour,
    /// Another picture.
    Jump,
}

/// What clips cost together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmCost {
    /// USD: of paid clips if there are any, else what practice pretends.
    pub cost: Usd,
    /// Whether that is only pretended.
    pub rehearsal: bool,
}

impl FilmCost {
    /// The cost of clips, each with who made it and what it cost.
    ///
    /// ```
    /// # use lastframe_model::{Provider, Usd, film::FilmCost};
    /// let (one, two): (Usd, Usd) = ("1".parse()?, "2".parse()?);
    /// let service = Provider::Service { address: "https://example.com".into() };
    /// let both = [(&service, Some(one)), (&Provider::Rehearsal, Some(two)), (&Provider::Imported, None)];
    /// assert_eq!(FilmCost::of(both), FilmCost { cost: one, rehearsal: false });
    /// assert_eq!(FilmCost::of([both[1]]), FilmCost { cost: two, rehearsal: true });
    /// assert_eq!(FilmCost::of([both[2]]), FilmCost { cost: Usd::ZERO, rehearsal: false });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of<'a>(clips: impl IntoIterator<Item = (&'a Provider, Option<Usd>)>) -> Self {
        let (mut paid, mut pretended) = (None, None);
        for (provider, cost) in clips {
            let sum = match provider {
                Provider::Service { .. } => &mut paid,
                Provider::Rehearsal => &mut pretended,
                Provider::Imported => continue,
            };
            *sum = Some(sum.unwrap_or(Usd::ZERO) + cost.unwrap_or(Usd::ZERO));
        }
        Self { cost: paid.or(pretended).unwrap_or(Usd::ZERO), rehearsal: paid.is_none() && pretended.is_some() }
    }
}

/// What a clip is called: its name, or the first line of its prompt; empty where there is neither.
#[must_use]
pub fn clip_title(name: Option<&str>, prompt: &str) -> String {
    match name {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => prompt.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned(),
    }
}
