//! How long a clip is: by seconds or by exact frames, never both.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Frames per second of every v1 model (service-api: "Frames for a length: 24 fps × seconds").
pub const FPS: u32 = 24;
/// Fewest and most frames the service takes in `frames`.
pub const FRAMES: std::ops::RangeInclusive<u32> = 29..=289;

/// Most whole seconds that exact frames reach.
const LONGEST: u32 = 12;

/// The asked length of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Length {
    /// Whole seconds, sent as `duration`.
    Seconds(u32),
    /// Exact frames at 24 fps, sent as `frames`: 25 + 4n within [29, 289].
    Frames(u32),
}

impl Length {
    /// The frames that will be billed: 24 × seconds, or the exact frames.
    #[must_use]
    pub fn billed_frames(self) -> u32 {
        match self {
            Self::Seconds(seconds) => seconds.saturating_mul(FPS),
            Self::Frames(frames) => frames,
        }
    }

    /// Length in seconds at 24 fps.
    #[must_use]
    pub fn seconds(self) -> f64 {
        f64::from(self.billed_frames()) / f64::from(FPS)
    }

    /// The frames of the finished file: 24 × seconds moved to the nearest allowed count (5 s is 121).
    #[must_use]
    pub fn rendered_frames(self) -> u32 {
        match self {
            // Beyond what `frames` can say, as some models of live specs make: the same steps go on.
            Self::Seconds(seconds) if seconds > LONGEST => {
                (seconds.saturating_mul(FPS) / 4).saturating_mul(4).saturating_add(1)
            }
            Self::Seconds(seconds) => match Self::nearest_frames(f64::from(seconds)) {
                Self::Frames(frames) | Self::Seconds(frames) => frames,
            },
            Self::Frames(frames) => frames,
        }
    }

    /// The exact frames nearest to `seconds`: 24 × seconds moved to the nearest 25 + 4n in range.
    ///
    /// ```
    /// # use lastframe_model::Length;
    /// assert_eq!(Length::nearest_frames(2.4), Length::Frames(57)); // 57.6 → 57 = 2.375 s
    /// ```
    #[must_use]
    pub fn nearest_frames(seconds: f64) -> Self {
        if seconds.is_nan() {
            return Self::Frames(*FRAMES.start());
        }
        let wanted = (seconds * f64::from(FPS)).clamp(f64::from(*FRAMES.start()), f64::from(*FRAMES.end()));
        let steps = ((wanted - 25.0) / 4.0).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=66 above")]
        let steps = steps.clamp(1.0, 66.0) as u32;
        Self::Frames(25 + 4 * steps)
    }

    /// A length as a person says it, in seconds: a whole number stays one, a fraction becomes the nearest exact frames. What
    /// is far outside the range is not moved into it, so that it is refused.
    ///
    /// ```
    /// # use lastframe_model::Length;
    /// assert_eq!(Length::of_seconds(5.0), Length::Seconds(5));
    /// assert_eq!(Length::of_seconds(2.4), Length::Frames(57));
    /// assert_eq!(Length::of_seconds(12.5), Length::Frames(300)); // none that the service takes
    /// ```
    #[must_use]
    pub fn of_seconds(seconds: f64) -> Self {
        let frames = (seconds * f64::from(FPS)).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
        match frames {
            _ if seconds.fract() == 0.0 => Self::Seconds(seconds as u32),
            // Within half a step of the first and the last that are taken.
            within if (27.0..=291.0).contains(&within) => Self::nearest_frames(seconds),
            outside => Self::Frames(outside as u32),
        }
    }

    /// Whether `frames` is one the service takes: 25 + 4n within [29, 289].
    #[must_use]
    pub fn is_allowed_frames(frames: u32) -> bool {
        FRAMES.contains(&frames) && (frames - 25).is_multiple_of(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_the_nearest_allowed_frames() {
        for (seconds, frames) in
            [(2.4, 57), (0.0, 29), (1.2, 29), (1.3, 33), (5.0, 121), (12.0, 289), (99.0, 289), (f64::NAN, 29)]
        {
            assert_eq!(Length::nearest_frames(seconds), Length::Frames(frames), "{seconds} s");
        }
    }

    #[test]
    fn a_whole_second_length_is_billed_by_the_second_and_rendered_to_an_allowed_count() {
        assert_eq!(Length::Seconds(5).billed_frames(), 120);
        assert_eq!(Length::Seconds(5).rendered_frames(), 121);
        for seconds in 2..=12 {
            assert!(Length::is_allowed_frames(Length::Seconds(seconds).rendered_frames()), "{seconds} s");
        }
    }

    #[test]
    fn seconds_as_said_are_whole_or_the_nearest_frames_and_never_moved_from_afar() {
        for (said, length) in [
            (2.0, Length::Seconds(2)),
            (13.0, Length::Seconds(13)),
            (2.4, Length::Frames(57)),
            (2.375, Length::Frames(57)),
            (1.15, Length::Frames(29)),
            (12.1, Length::Frames(289)),
            (0.4, Length::Frames(10)),
            (-1.5, Length::Frames(0)),
            (f64::NAN, Length::Frames(0)),
        ] {
            assert_eq!(Length::of_seconds(said), length, "{said} s");
        }
    }

    #[test]
    fn longer_lengths_go_on_in_the_same_steps() {
        assert_eq!(Length::Seconds(12).rendered_frames(), 289);
        assert_eq!(Length::Seconds(13).rendered_frames(), 313);
        assert_eq!(Length::Seconds(u32::MAX).rendered_frames() % 4, 1, "no length is too long to be counted");
    }

    #[test]
    fn only_the_documented_frame_counts_are_allowed() {
        let allowed: Vec<u32> = (0..400).filter(|n| Length::is_allowed_frames(*n)).collect();
        assert_eq!(allowed.first(), Some(&29));
        assert_eq!(allowed.last(), Some(&289));
        assert_eq!(allowed.len(), 66);
    }
}
