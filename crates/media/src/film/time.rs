//! The time of a film that is coded anew: at its own rate, whatever those of its parts are. Every frame of it shows what
//! the parts show in the middle of that frame.

use super::plan::Survey;
use crate::MediaError;
use crate::samples::MAX_FRAMES;

/// When the pictures of the film are shown, and of what.
pub(super) struct Time {
    /// Ticks a second, and ticks of a frame.
    pub clock: (u32, u32),
    /// When each part begins in seconds, and behind them the end.
    starts: Vec<f64>,
    /// The number of the frame that each part begins with, and behind them how many there are.
    pub frames: Vec<u32>,
}

impl Time {
    pub fn of(survey: &Survey, fps: f64) -> Result<Self, MediaError> {
        if !(1.0..=120.0).contains(&fps) {
            return Err(MediaError::unsupported(format!("A video of {fps} frames a second")));
        }
        let mut starts = vec![0.0];
        let mut end = 0.0;
        for shot in &survey.shots {
            end += shot.seconds();
            starts.push(end);
        }
        let mut time = Self { clock: clock(fps), starts, frames: Vec::new() };
        time.frames = time.starts.iter().map(|start| time.first_from(*start)).collect();
        // However short, it shows something.
        let last = time.frames.last_mut().map_or(0, |last| {
            *last = (*last).max(1);
            *last as usize
        });
        if last > MAX_FRAMES {
            return Err(MediaError::unsupported("A film of over 500,000 frames"));
        }
        Ok(time)
    }

    pub fn fps(&self) -> f64 {
        f64::from(self.clock.0) / f64::from(self.clock.1)
    }

    pub fn total(&self) -> u32 {
        self.frames.last().copied().unwrap_or(0)
    }

    /// The frame of the film that a part has reached so many seconds after its beginning.
    pub fn reached(&self, part: usize, within: f64) -> u32 {
        self.first_from(self.starts[part] + within).min(self.frames[part + 1])
    }

    /// The first frame of the film whose middle is not before a time, in seconds: each shows what the parts show then.
    fn first_from(&self, seconds: f64) -> u32 {
        // A hair's breadth, so that what falls together does so in spite of rounding.
        let frame = seconds * self.fps() - 0.5 - 1e-6;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "half a day at 120 a second at most"
        )]
        let first = frame.ceil().max(0.0) as u32;
        first
    }
}

/// A clock that tells a rate exactly: whole numbers, those over 1.001 of television, and others to a thousandth.
fn clock(fps: f64) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 120,000")]
    let rounded = |value: f64| value.round() as u32;
    let near = |value: f64| (value - value.round()).abs() < 1e-3;
    if near(fps) {
        (rounded(fps) * 512, 512)
    } else if near(fps * 1.001) {
        (rounded(fps * 1.001) * 1000, 1001)
    } else {
        (rounded(fps * 1000.0), 1000)
    }
}
