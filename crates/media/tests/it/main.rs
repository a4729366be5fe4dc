//! The public API on real files: made by `VideoWriter`, and by ffmpeg where it is installed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "made-up pictures: every number is small"
)]

mod anew;
mod beside;
mod copies;
#[cfg(target_os = "linux")]
mod disk;
mod ffmpeg;
mod film_sound;
mod films;
mod foreign;
mod framing;
mod hostile;
mod own;
mod pictures;
mod seams;
mod strips;
mod turned;

use image::RgbImage;

/// A picture with gradients, edges and movement, number `frame` of a sequence.
fn scene(width: u32, height: u32, frame: u32) -> RgbImage {
    let (w, h) = (width as f32, height as f32);
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / w, y as f32 / h);
        let wave = ((u * 9.0 + frame as f32 * 0.05).sin() + (v * 7.0 - frame as f32 * 0.03).cos()) * 0.25 + 0.5;
        let disc = (u - 0.3 - frame as f32 * 0.003).hypot((v - 0.5) * h / w) < 0.12;
        if disc {
            image::Rgb([240, 180, 60])
        } else {
            image::Rgb([(wave * 200.0) as u8, (v * 180.0) as u8 + 20, ((1.0 - wave) * 150.0 + u * 80.0) as u8])
        }
    })
}

/// Peak signal-to-noise ratio of two pictures of one size, in dB over all channels.
fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions(), "only pictures of one size can be compared");
    let sum: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2)).sum();
    10.0 * (255.0_f64.powi(2) / (sum / a.as_raw().len() as f64).max(1e-9)).log10()
}

/// The sample at which a click begins, of those around one.
fn loudest(sound: &[f32], around: usize) -> usize {
    let from = around.saturating_sub(6000);
    let heard = &sound[from..(around + 6000).min(sound.len())];
    from + heard.iter().position(|value| value.abs() > 0.2).unwrap()
}
