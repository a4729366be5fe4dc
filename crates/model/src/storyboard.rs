//! Storyboards: shots written ahead, each beginning with the frame that the one before it ends on.
//!
//! What is kept is what was planned, the job of each shot that was started, and what the person said. Where a storyboard
//! stands is read out of that and never stored, so that nothing can disagree with the jobs.

mod check;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::catalogue::Catalogue;
use crate::check::Problem;
use crate::cost::{Estimate, PriceTable, Usd};
use crate::ids::{ClipId, StoryboardId};
use crate::job::{Job, JobState, Provider};
use crate::request::Request;
use crate::settings::GuardBreach;

pub use check::{ShotCheck, StoryboardCheck, expected_frame};

/// A storyboard has at most so many shots.
pub const MAX_SHOTS: usize = 100;

/// Whether the person is asked before each further shot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Every shot after the first waits for a click that shows its price.
    #[default]
    EachSeam,
    /// The total was agreed to at the start; each shot goes when the one before it is done.
    RunThrough,
}

impl Approval {
    /// The word used in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::EachSeam => "each_seam",
            Self::RunThrough => "run_through",
        }
    }

    /// The approval of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::EachSeam, Self::RunThrough].into_iter().find(|approval| approval.word() == word)
    }
}

/// Where a storyboard stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum BoardState {
    /// A shot is under way, or about to be.
    Running,
    /// The next shot needs a word of the person; [`Storyboard::wait`] says which.
    Waiting,
    /// A shot failed, was canceled, or has an unknown outcome: none follows it.
    Stopped,
    /// The person stopped it. A shot that was sent already is followed to its end.
    Halted,
    /// Every shot has its clip.
    Done,
}

/// What a storyboard waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum BoardWait {
    /// The person looks at each seam.
    Approval,
    /// The next shot would pass a guard on spending.
    Guard {
        /// Which, and by how much.
        breach: GuardBreach,
    },
    /// The next shot cannot be asked for any more: its model has changed meanwhile.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// The frame that the next shot begins with cannot be had.
    NoFrame {
        /// Why, in English.
        message: String,
    },
}

/// Where one shot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ShotState {
    /// Not started.
    Planned,
    /// Not started, and it is its turn: the storyboard needs a word of the person.
    Waiting,
    /// Its job is under way.
    Going,
    /// It has its clip.
    Done,
    /// Its job failed.
    Failed,
    /// Nobody knows whether the service accepted it.
    Unknown,
    /// Its job was taken out of the queue, or is no longer followed.
    Canceled,
}

impl ShotState {
    fn of(job: Option<&Job>) -> Self {
        match job.map(|job| job.state) {
            None => Self::Planned,
            Some(JobState::Done) => Self::Done,
            Some(JobState::Failed) => Self::Failed,
            Some(JobState::Unknown) => Self::Unknown,
            Some(JobState::Canceled) => Self::Canceled,
            Some(JobState::Queued | JobState::Submitting | JobState::Running | JobState::Downloading) => Self::Going,
        }
    }
}

/// What the person said yes to beyond a guard, so that it is not asked again for the same money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    /// When.
    pub at: Timestamp,
    /// Each guard that was passed, and what it would have come to.
    pub breaches: Vec<GuardBreach>,
}

impl Agreed {
    /// Whether the yes was to this, or to more of the same. A lower limit set since is another question.
    #[must_use]
    pub fn covers(&self, breach: &GuardBreach) -> bool {
        self.breaches.iter().any(|said| {
            let enough = match (breach.amount, said.amount) {
                (Some(now), Some(said)) => now <= said,
                (None, None) => true,
                // A price that was known is not known any more, or the other way round.
                (None, Some(_)) | (Some(_), None) => false,
            };
            said.guard == breach.guard && breach.limit >= said.limit && enough
        })
    }
}

/// A shot as the library keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShotRow {
    /// As it was planned; of a shot after the first without the frame.
    pub request: Request,
    /// What came of it.
    pub job: Option<Job>,
    /// What its jobs cost or may cost, those before the present one included, USD; pretended ones in rehearsal.
    pub spent: Usd,
}

/// A storyboard as the library keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// Its id.
    pub id: StoryboardId,
    /// Who makes its clips.
    pub provider: Provider,
    /// Whether each seam is looked at.
    pub approval: Approval,
    /// Whether the person stopped it.
    pub halted: bool,
    /// What it waits for, other than approval.
    pub wait: Option<BoardWait>,
    /// What the person said yes to.
    pub agreed: Option<Agreed>,
    /// In playing order; at least one.
    pub shots: Vec<ShotRow>,
    /// When the button was pressed.
    pub made_at: Timestamp,
    /// Goes up with every change that this program writes into the library.
    pub revision: u32,
}

impl BoardRow {
    /// The first shot without a clip; `None` when all have theirs.
    #[must_use]
    pub fn turn(&self) -> Option<usize> {
        self.shots.iter().position(|shot| ShotState::of(shot.job.as_ref()) != ShotState::Done)
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> BoardState {
        let Some(turn) = self.turn() else { return BoardState::Done };
        match ShotState::of(self.shots[turn].job.as_ref()) {
            ShotState::Failed | ShotState::Unknown | ShotState::Canceled => BoardState::Stopped,
            _ if self.halted => BoardState::Halted,
            ShotState::Planned if self.wait(turn).is_some() => BoardState::Waiting,
            ShotState::Planned | ShotState::Waiting | ShotState::Going | ShotState::Done => BoardState::Running,
        }
    }

    /// The shot that the program is to start now, without asking anybody.
    #[must_use]
    pub fn due(&self) -> Option<usize> {
        self.turn().filter(|turn| self.state() == BoardState::Running && self.shots[*turn].job.is_none())
    }

    fn wait(&self, turn: usize) -> Option<BoardWait> {
        let approval = self.approval == Approval::EachSeam && turn > 0;
        self.wait.clone().or_else(|| approval.then_some(BoardWait::Approval))
    }
}

/// A shot as the window and the command line see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Shot {
    /// What is or was asked for; of a shot that was not started without the frame that it begins with.
    pub request: Request,
    /// Where it stands.
    pub state: ShotState,
    /// What came of it.
    pub job: Option<Job>,
    /// Its clip, as long as that is in the library.
    pub clip: Option<ClipId>,
    /// What it is expected to cost, by the prices of now if it was not started.
    pub estimate: Estimate,
}

/// A storyboard as the window and the command line see it: always the whole snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Storyboard {
    /// Its id.
    pub id: StoryboardId,
    /// Who makes its clips.
    pub provider: Provider,
    /// Whether each seam is looked at.
    pub approval: Approval,
    /// Where it stands.
    pub state: BoardState,
    /// What it waits for, while it waits.
    pub wait: Option<BoardWait>,
    /// The place of the first shot without a clip, from 0; `None` when all have theirs.
    pub turn: Option<u32>,
    /// In playing order.
    pub shots: Vec<Shot>,
    /// What was spent, and what is still to come, USD; `None` when a price is not known.
    pub total: Option<Usd>,
    /// What its jobs cost or may cost so far, takes that were replaced included; pretended in rehearsal.
    pub spent: Usd,
    /// What the shots that are not started are expected to cost; `None` when a price is not known.
    pub to_come: Option<Usd>,
    /// When the button was pressed.
    pub made_at: Timestamp,
    /// A snapshot with a lower number than one already seen is old.
    pub revision: u32,
}

impl Storyboard {
    /// A storyboard as it stands, with what the rest of it costs by these prices.
    #[must_use]
    pub fn of(row: &BoardRow, catalogue: &Catalogue, prices: &PriceTable) -> Self {
        let (state, turn) = (row.state(), row.turn());
        let planned: Vec<Request> = row.shots.iter().map(|shot| shot.request.clone()).collect();
        let check = StoryboardCheck::of(&planned, catalogue, prices);
        let shots: Vec<Shot> = row
            .shots
            .iter()
            .zip(&check.shots)
            .enumerate()
            .map(|(place, (shot, check))| {
                let asks = turn == Some(place) && matches!(state, BoardState::Waiting | BoardState::Halted);
                let stands = ShotState::of(shot.job.as_ref());
                let job = shot.job.as_ref();
                Shot {
                    request: job.map_or_else(|| shot.request.clone(), |job| job.request.clone()),
                    state: if asks && stands == ShotState::Planned { ShotState::Waiting } else { stands },
                    clip: job.and_then(|job| job.clip.clone()),
                    estimate: job.map_or(check.estimate, |job| job.estimate),
                    job: shot.job.clone(),
                }
            })
            .collect();
        let spent = row.shots.iter().map(|shot| shot.spent).sum();
        let to_come: Option<Usd> = shots.iter().filter(|shot| shot.job.is_none()).map(|shot| shot.estimate.cost).sum();
        Self {
            id: row.id.clone(),
            provider: row.provider.clone(),
            approval: row.approval,
            state,
            wait: turn.filter(|_| state == BoardState::Waiting).and_then(|turn| row.wait(turn)),
            turn: turn.and_then(|turn| u32::try_from(turn).ok()),
            shots,
            total: to_come.map(|to_come| spent + to_come),
            spent,
            to_come,
            made_at: row.made_at,
            revision: row.revision,
        }
    }
}
