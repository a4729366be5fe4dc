//! Bringing a still picture into another shape: a window cut out of it, or all of it on a background. The same act on
//! the same bytes gives the same bytes, so that what is kept by its content is kept once.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, RgbaImage, imageops};
use lastframe_model::{Background, Framing, PixelSize};

use crate::MediaError;
use crate::picture::{self, Upright, fill};

/// Longest side of what is made, in pixels: the service takes less.
const MAX_OUT: u32 = 6_000;

/// A PNG of exactly `size`, made of a picture in any of the formats that the service takes: upright, without transparent
/// parts, with the colour profile that the picture has. Of an animation, its first frame. A window outside 0 – 1 is
/// moved inside.
///
/// # Errors
///
/// As [`crate::decode_picture`]; [`MediaError::Encode`] when `size` has no pixels or more than 6,000 a side.
pub fn frame_picture(bytes: &[u8], size: PixelSize, framing: Framing) -> Result<Vec<u8>, MediaError> {
    let PixelSize { width, height } = size;
    if width.max(height) > MAX_OUT {
        return Err(MediaError::encode(format!("{width} × {height} px is more than a picture of a request may have")));
    }
    let Upright { pixels, profile } = picture::upright(bytes)?;
    if width == 0 || height == 0 || pixels.width() == 0 || pixels.height() == 0 {
        return Err(MediaError::encode("the picture has no pixels"));
    }
    let framed = match framing {
        Framing::Crop { x, y } => {
            let window = window(pixels.dimensions(), (width, height), (x, y));
            let cut = imageops::crop_imm(&pixels, window.left, window.top, window.width, window.height).to_image();
            drop(pixels);
            fill(&picture::flatten(&cut, Rgb([0; 3])), width, height)?
        }
        Framing::Fit { background } => {
            let colour = match background {
                Background::Black => Rgb([0; 3]),
                Background::Edge => edge_colour(&pixels),
            };
            let (inner_width, inner_height) = inscribed(pixels.dimensions(), (width, height));
            let flat = picture::flatten(&pixels, colour);
            drop(pixels);
            let inner = fill(&flat, inner_width, inner_height)?;
            let mut whole = RgbImage::from_pixel(width, height, colour);
            let (left, top) = ((width - inner_width) / 2, (height - inner_height) / 2);
            imageops::replace(&mut whole, &inner, i64::from(left), i64::from(top));
            whole
        }
    };
    encode(&framed, profile)
}

/// A part of a picture, in its pixels.
struct Window {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

/// The largest window of the wanted shape in a picture. `at` is where it lies, 0 – 1 in each direction.
fn window((width, height): (u32, u32), wanted: (u32, u32), at: (f64, f64)) -> Window {
    let (w, h) = (u64::from(width), u64::from(height));
    let (wanted_w, wanted_h) = (u64::from(wanted.0), u64::from(wanted.1));
    let rounded = |over: u64, under: u64| (over + under / 2) / under;
    let (cut_w, cut_h) = if w * wanted_h > h * wanted_w {
        (rounded(h * wanted_w, wanted_h).clamp(1, w), h)
    } else {
        (w, rounded(w * wanted_h, wanted_w).clamp(1, h))
    };
    let (cut_w, cut_h) = (u32::try_from(cut_w).unwrap_or(width), u32::try_from(cut_h).unwrap_or(height));
    Window { left: start(width - cut_w, at.0), top: start(height - cut_h, at.1), width: cut_w, height: cut_h }
}

/// Where a window begins that has `room` pixels to move in.
fn start(room: u32, at: f64) -> u32 {
    let at = if at.is_nan() { 0.5 } else { at.clamp(0.0, 1.0) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and room")]
    let start = (f64::from(room) * at).round() as u32;
    start.min(room)
}

/// The largest size of a picture's own shape within another.
pub(crate) fn inscribed((width, height): (u32, u32), (outer_w, outer_h): (u32, u32)) -> (u32, u32) {
    let (w, h) = (u64::from(width), u64::from(height));
    let (ow, oh) = (u64::from(outer_w), u64::from(outer_h));
    let rounded =
        |over: u64, under: u64, most: u32| u32::try_from((over + under / 2) / under).unwrap_or(most).clamp(1, most);
    if w * oh > h * ow { (outer_w, rounded(h * ow, w, outer_h)) } else { (rounded(w * oh, h, outer_w), outer_h) }
}

/// The mean colour of the outermost pixels, as far as they are seen; black when none is.
fn edge_colour(pixels: &RgbaImage) -> Rgb<u8> {
    let (width, height) = pixels.dimensions();
    let rows = (0..width).flat_map(|x| [(x, 0), (x, height - 1)]);
    let columns = (0..height).flat_map(|y| [(0, y), (width - 1, y)]);
    let (mut sums, mut weight) = ([0_u64; 3], 0_u64);
    for (x, y) in rows.chain(columns) {
        let pixel = pixels.get_pixel(x, y).0;
        let alpha = u64::from(pixel[3]);
        weight += alpha;
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(value) * alpha;
        }
    }
    let mean = |sum: u64| (sum + weight / 2).checked_div(weight).unwrap_or(0);
    Rgb(sums.map(|sum| u8::try_from(mean(sum)).unwrap_or(255)))
}

fn encode(picture: &RgbImage, profile: Option<Vec<u8>>) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(Cursor::new(&mut bytes));
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).map_err(MediaError::encode)?;
    }
    let (width, height) = picture.dimensions();
    encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8).map_err(MediaError::encode)?;
    Ok(bytes)
}
