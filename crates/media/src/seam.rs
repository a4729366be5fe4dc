//! What can be measured of a seam between two shots: whether the same picture stands there twice, and whether
//! brightness, colour or the whole picture jumps. Knows pictures only; what to do about it is others' business.
//!
//! The figures are taken from RGB, so that videos with different matrices and ranges can be compared.

use std::path::Path;

use image::RgbImage;
use lastframe_model::SeamVerdict;

use crate::picture::fill;
use crate::{MediaError, decode};

/// From here on, in dB, two frames are the same picture, coded twice: a frame that a service was given comes back
/// with 35 – 45 dB, and a picture coded once has about 42 dB against its source. Frames that follow each other in a
/// shot with any movement have less than 33 dB.
const REPEATED: f64 = 35.0;
/// Below this, in dB and with the difference in mean brightness taken out, the eye sees another picture. Fast movement
/// leaves 20 – 30 dB between frames; two shots of different things have 8 – 16 dB.
const OTHER: f64 = 18.0;
/// Levels of 255 that the mean luma may change by. A step of about one in a hundred is seen when it comes at once.
const BRIGHTER: f64 = 3.0;
/// The same for the distance of mean chroma.
const TINTED: f64 = 3.0;
/// What is said of pictures without any difference, in dB.
const SAME: f64 = 100.0;

/// The last frame before a seam and the first after it, compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeamFigures {
    /// Peak signal-to-noise ratio of luma in dB, at most 100.
    pub psnr: f64,
    /// How much lighter the mean of luma is after the seam, −255 … 255.
    pub brightness: f64,
    /// The distance between the means of Cb and Cr, in the same levels.
    pub colour: f64,
    /// What they amount to.
    pub verdict: SeamVerdict,
}

/// Measures the seam between a frame of one video (counted from 0; `None`: its last) and the first frame of another.
/// Frames of different sizes are compared at the smaller of both, cut to its shape.
///
/// # Errors
///
/// As [`crate::frame_at`].
pub fn seam(before: &Path, frame: Option<u32>, after: &Path) -> Result<SeamFigures, MediaError> {
    let before = frame.map_or_else(|| decode::last_frame(before), |index| decode::frame_at(before, index))?;
    seam_between(&before, &decode::frame_at(after, 0)?)
}

/// As [`seam`], for frames that are at hand.
///
/// # Errors
///
/// [`MediaError::Encode`] when one of them has no pixels.
pub fn seam_between(before: &RgbImage, after: &RgbImage) -> Result<SeamFigures, MediaError> {
    let area = |picture: &RgbImage| u64::from(picture.width()) * u64::from(picture.height());
    let (width, height) = if area(after) < area(before) { after.dimensions() } else { before.dimensions() };
    let (before, after) = (fill(before, width, height)?, fill(after, width, height)?);
    let figures = Sums::of(&before, &after).figures();
    figures.ok_or_else(|| MediaError::encode("the picture has no pixels"))
}

/// Sums of differences, after minus before.
#[derive(Default)]
struct Sums {
    pixels: f64,
    luma: f64,
    luma_squared: f64,
    blue: f64,
    red: f64,
}

impl Sums {
    fn of(before: &RgbImage, after: &RgbImage) -> Self {
        // ITU-R BT.709: Y′ = 0.2126 R′ + 0.7152 G′ + 0.0722 B′, Cb = (B′ − Y′) ÷ 1.8556, Cr = (R′ − Y′) ÷ 1.5748. All
        // of it is linear, so that differences can be converted instead of pixels.
        let mut sums = Self::default();
        for (old, new) in before.as_raw().chunks_exact(3).zip(after.as_raw().chunks_exact(3)) {
            let [r, g, b] = [0, 1, 2].map(|channel| f64::from(new[channel]) - f64::from(old[channel]));
            let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
            sums.pixels += 1.0;
            sums.luma += luma;
            sums.luma_squared += luma * luma;
            sums.blue += (b - luma) / 1.8556;
            sums.red += (r - luma) / 1.5748;
        }
        sums
    }

    fn figures(&self) -> Option<SeamFigures> {
        if self.pixels < 1.0 {
            return None;
        }
        let brightness = self.luma / self.pixels;
        let colour = (self.blue / self.pixels).hypot(self.red / self.pixels);
        let error = self.luma_squared / self.pixels;
        let psnr = decibels(error);
        // What is left when both are brought to the same mean.
        let likeness = decibels(error - brightness * brightness);
        let (lighter, tinted) = (brightness.abs() / BRIGHTER, colour / TINTED);
        let verdict = if likeness < OTHER {
            SeamVerdict::Jump
        } else if lighter.max(tinted) >= 1.0 {
            if lighter >= tinted { SeamVerdict::Brightness } else { SeamVerdict::Colour }
        } else if psnr >= REPEATED {
            SeamVerdict::Repeated
        } else {
            SeamVerdict::Clean
        };
        Some(SeamFigures { psnr, brightness, colour, verdict })
    }
}

/// Peak signal-to-noise ratio of a mean squared error.
fn decibels(error: f64) -> f64 {
    if error <= 0.0 { SAME } else { (10.0 * (255.0 * 255.0 / error).log10()).min(SAME) }
}
