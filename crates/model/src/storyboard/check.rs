//! Whether shots can be asked for one after the other, what had to change for that, and what they cost together.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::MAX_SHOTS;
use crate::catalogue::{Catalogue, ImageMode};
use crate::check::{Problem, ProblemCode, problems};
use crate::continuation::{Adjustment, Continuation};
use crate::cost::{Estimate, PixelSize, PriceTable, Usd};
use crate::error::Field;
use crate::ids::ImageId;
use crate::image::{ImageFormat, ImageRef};
use crate::request::Request;

/// What the form shows about one shot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ShotCheck {
    /// As it would be asked for, without the frame that it begins with.
    pub request: Request,
    /// What had to change, so that it can begin with a frame.
    pub adjustments: Vec<Adjustment>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// What it would probably cost.
    pub estimate: Estimate,
}

/// What the form shows about shots written ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct StoryboardCheck {
    /// In playing order.
    pub shots: Vec<ShotCheck>,
    /// What is wrong with all of them together: none, or too many.
    pub problem: Option<Problem>,
    /// What all of them would cost; `None` when a price is not known.
    pub total: Option<Usd>,
}

impl StoryboardCheck {
    /// Checks shots in playing order. The first may begin with anything a request may; each further one begins with the
    /// last frame of the one before, and is moved to a model that takes one.
    #[must_use]
    pub fn of(shots: &[Request], catalogue: &Catalogue, prices: &PriceTable) -> Self {
        let mut checked: Vec<ShotCheck> = Vec::with_capacity(shots.len());
        for shot in shots {
            let before = checked.last().map(|before| before.estimate.size);
            checked.push(match before {
                None => ShotCheck {
                    request: shot.clone(),
                    adjustments: Vec::new(),
                    problems: problems(shot, catalogue),
                    estimate: prices.estimate(shot),
                },
                Some(size) => ShotCheck::continued(shot, size, catalogue, prices),
            });
        }
        let total = checked.iter().map(|shot| shot.estimate.cost).sum();
        let problem = (!(1..=MAX_SHOTS).contains(&shots.len())).then(|| {
            let message = format!("A storyboard has 1 to {MAX_SHOTS} shots; this one has {}.", shots.len());
            Problem::new(Field::Prompt, ProblemCode::ShotsRange, message)
        });
        Self { shots: checked, problem, total }
    }

    /// The first thing that forbids starting it: the place of the shot, from 0, and what is wrong.
    #[must_use]
    pub fn refusal(&self) -> Option<(usize, &Problem)> {
        let of_shot = |(place, shot): (usize, &'_ ShotCheck)| {
            let at = shot.problems.iter().position(|problem| !problem.warning)?;
            Some((place, at))
        };
        match &self.problem {
            Some(problem) => Some((0, problem)),
            None => self
                .shots
                .iter()
                .enumerate()
                .find_map(of_shot)
                .map(|(place, at)| (place, &self.shots[place].problems[at])),
        }
    }
}

impl ShotCheck {
    fn continued(shot: &Request, size: PixelSize, catalogue: &Catalogue, prices: &PriceTable) -> Self {
        let own = shot.images().next().is_some();
        let begins = Request {
            first_frame: Some(expected_frame(size)),
            last_frame: None,
            reference_images: Vec::new(),
            ..shot.clone()
        };
        // What is wrong with it as it was written is not mended behind the person's back: only what cannot be had with a
        // first frame moves.
        let takes = catalogue.get(&shot.model).is_none_or(|model| model.takes(ImageMode::FirstFrame));
        let as_written = if takes { Vec::new() } else { wrong_in_itself(shot, catalogue) };
        let Continuation { request, adjustments } = if takes || !as_written.is_empty() {
            Continuation { request: begins, adjustments: Vec::new() }
        } else {
            Continuation::adjust(begins, catalogue)
        };
        let mut problems = if as_written.is_empty() { problems(&request, catalogue) } else { as_written };
        if own {
            let message = "A shot after the first begins with the frame that the one before it ends on; it takes no \
                           picture of its own.";
            problems.insert(0, Problem::new(Field::FirstFrame, ProblemCode::ShotPicture, message));
        }
        let estimate = prices.estimate(&request);
        Self { request: Request { first_frame: None, continues: None, ..request }, adjustments, problems, estimate }
    }
}

/// What forbids a shot whatever it begins with, by its own model.
fn wrong_in_itself(shot: &Request, catalogue: &Catalogue) -> Vec<Problem> {
    let alone = Request { first_frame: None, last_frame: None, reference_images: Vec::new(), ..shot.clone() };
    let mut found = problems(&alone, catalogue);
    // A picture may stand in for a prompt, and adaptive is about the picture.
    found.retain(|problem| {
        !problem.warning
            && !matches!(problem.field, Field::FirstFrame | Field::Ratio)
            && problem.code != ProblemCode::PromptMissing
    });
    found
}

/// The last frame of a clip that is not made yet, as far as it matters: a PNG of that size.
#[must_use]
pub fn expected_frame(size: PixelSize) -> ImageRef {
    let PixelSize { width, height } = size;
    ImageRef { id: ImageId::new(""), format: ImageFormat::Png, width, height, bytes: 1.0 }
}
