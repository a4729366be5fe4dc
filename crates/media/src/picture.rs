//! Pictures as bytes: what they are, their pixels, PNGs and posters. Formats are read from the bytes,
//! never from a name; decoding is bounded, so that a small file cannot fill the memory.

use std::borrow::Cow;
use std::io::Cursor;

use fast_image_resize as resize;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, Rgb, RgbImage, RgbaImage};
use lastframe_model::ImageFormat;

use crate::MediaError;
use crate::turn::Turn;

/// Widest poster, in pixels.
const POSTER_WIDTH: u32 = 640;
/// Widest thumbnail, in pixels.
const THUMBNAIL_WIDTH: u32 = 320;
/// WebP quality of posters, 0 – 100.
/// How much time libwebp takes, 0 – 6. Its own 4 takes 1.7 times as long as 2 and makes a poster a twentieth smaller.
const WEBP_METHOD: i32 = 2;
const POSTER_QUALITY: f32 = 82.0;
/// Longest side of a picture that is decoded, in pixels. The service takes less than 6000.
const MAX_SIDE: u32 = 12_000;
/// Memory that decoding one picture may take, in bytes.
const MAX_MEMORY: u64 = 512 << 20;

/// What a picture's bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureFacts {
    /// Format.
    pub format: ImageFormat,
    /// Pixels, as it is shown: an orientation noted by a camera is applied.
    pub width: u32,
    /// Pixels, as it is shown.
    pub height: u32,
}

#[expect(clippy::needless_pass_by_value, reason = "by value, it can stand in `map_err`")]
fn not_a_picture(why: impl ToString) -> MediaError {
    MediaError::NotAPicture { why: why.to_string() }
}

fn unreadable(error: ImageError) -> MediaError {
    match error {
        ImageError::Limits(_) => not_a_picture("it has more than 12,000 px a side, or would fill the memory"),
        error => not_a_picture(error),
    }
}

fn reader(bytes: &[u8]) -> Result<(ImageFormat, impl ImageDecoder + '_), MediaError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let format = match reader.format() {
        Some(image::ImageFormat::Jpeg) => ImageFormat::Jpeg,
        Some(image::ImageFormat::Png) => ImageFormat::Png,
        Some(image::ImageFormat::WebP) => ImageFormat::Webp,
        Some(image::ImageFormat::Bmp) => ImageFormat::Bmp,
        Some(image::ImageFormat::Tiff) => ImageFormat::Tiff,
        Some(image::ImageFormat::Gif) => ImageFormat::Gif,
        _ => return Err(not_a_picture("it is none of JPEG, PNG, WebP, BMP, TIFF and GIF")),
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    Ok((format, reader.into_decoder().map_err(unreadable)?))
}

/// Reads the format and size of a picture from its bytes, without decoding its pixels.
///
/// # Errors
///
/// [`MediaError::NotAPicture`] for anything but JPEG, PNG, WebP, BMP, TIFF and GIF, or a damaged head.
pub fn picture_facts(bytes: &[u8]) -> Result<PictureFacts, MediaError> {
    let (format, mut decoder) = reader(bytes)?;
    let (width, height) = decoder.dimensions();
    let turned = decoder.orientation().is_ok_and(|orientation| {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
    });
    let (width, height) = if turned { (height, width) } else { (width, height) };
    Ok(PictureFacts { format, width, height })
}

impl Turn {
    /// A picture as it is shown.
    pub fn upright(self, picture: RgbImage) -> RgbImage {
        let orientation = match self {
            Self::None => return picture,
            Self::Right => Orientation::Rotate90,
            Self::Half => Orientation::Rotate180,
            Self::Left => Orientation::Rotate270,
            Self::Mirror => Orientation::FlipHorizontal,
            Self::Flip => Orientation::FlipVertical,
            Self::RightMirror => Orientation::Rotate90FlipH,
            Self::LeftMirror => Orientation::Rotate270FlipH,
        };
        let mut picture = DynamicImage::ImageRgb8(picture);
        picture.apply_orientation(orientation);
        picture.into_rgb8()
    }
}

/// A picture with its pixels as they are meant to be seen.
pub(crate) struct Upright {
    /// Turned as the camera noted.
    pub pixels: RgbaImage,
    /// Its ICC profile, if that is one for red, green and blue.
    pub profile: Option<Vec<u8>>,
}

/// All pixels of a picture. Of an animation, its first frame.
pub(crate) fn upright(bytes: &[u8]) -> Result<Upright, MediaError> {
    let (_, mut decoder) = reader(bytes)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    // One of greys or inks does not describe the pixels that come out of the decoder.
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| profile.get(16..20) == Some(b"RGB "));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(Upright { pixels: picture.into_rgba8(), profile })
}

/// Transparent parts over one colour.
pub(crate) fn flatten(picture: &RgbaImage, behind: Rgb<u8>) -> RgbImage {
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (out, pixel) in flat.pixels_mut().zip(picture.pixels()) {
        let alpha = u32::from(pixel[3]);
        for channel in 0..3 {
            let seen = u32::from(pixel[channel]) * alpha + u32::from(behind[channel]) * (255 - alpha);
            out[channel] = u8::try_from((seen + 127) / 255).unwrap_or(255);
        }
    }
    flat
}

/// The pixels of a picture, upright, transparent parts over black. Of an animation, its first frame.
///
/// # Errors
///
/// As [`picture_facts`], and for damaged pixels and pictures of more than 12,000 px a side.
pub fn decode_picture(bytes: &[u8]) -> Result<RgbImage, MediaError> {
    let (_, mut decoder) = reader(bytes)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    if picture.color().has_alpha() { Ok(flatten(&picture.into_rgba8(), Rgb([0; 3]))) } else { Ok(picture.into_rgb8()) }
}

/// A PNG of a picture.
///
/// # Errors
///
/// [`MediaError::Encode`] for a picture without pixels.
pub fn encode_png(picture: &RgbImage) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).map_err(MediaError::encode)?;
    Ok(bytes)
}

/// A WebP of a picture, at most 640 px wide, for the gallery.
///
/// # Errors
///
/// [`MediaError::Encode`] for a picture without pixels or with more than 16,383 px a side.
pub fn encode_poster(picture: &RgbImage) -> Result<Vec<u8>, MediaError> {
    encode_webp(&*at_most(picture, POSTER_WIDTH)?, POSTER_QUALITY)
}

/// A WebP of a picture in any format, at most 320 px wide: a quarter of a poster's pixels, for cards that show no more.
///
/// # Errors
///
/// [`MediaError::Picture`] for what is no picture, otherwise as [`encode_poster`].
pub fn thumbnail(picture: &[u8]) -> Result<Vec<u8>, MediaError> {
    encode_webp(&*at_most(&decode_picture(picture)?, THUMBNAIL_WIDTH)?, POSTER_QUALITY)
}

/// The picture, made smaller if it is wider.
fn at_most(picture: &RgbImage, widest: u32) -> Result<Cow<'_, RgbImage>, MediaError> {
    let (width, height) = picture.dimensions();
    if width <= widest {
        return Ok(Cow::Borrowed(picture));
    }
    let scaled = (u64::from(height) * u64::from(widest) + u64::from(width) / 2) / u64::from(width);
    Ok(Cow::Owned(fill(picture, widest, u32::try_from(scaled.max(1)).unwrap_or(1))?))
}

/// A WebP of a picture. `quality` is 0 – 100.
pub(crate) fn encode_webp(picture: &RgbImage, quality: f32) -> Result<Vec<u8>, MediaError> {
    let refused = |error: &dyn std::fmt::Debug| MediaError::encode(format!("WebP refused it ({error:?})"));
    let mut config = webp::WebPConfig::new().map_err(|()| refused(&"its settings"))?;
    config.quality = quality;
    config.method = WEBP_METHOD;
    let encoder = webp::Encoder::from_rgb(picture.as_raw(), picture.width(), picture.height());
    let bytes = encoder.encode_advanced(&config).map_err(|error| refused(&error))?;
    Ok(bytes.to_vec())
}

/// A picture scaled to fill `width` × `height` pixels; what hangs over is cut off on both sides alike.
///
/// # Errors
///
/// [`MediaError::Encode`] when either size has no pixels.
pub fn fill(picture: &RgbImage, width: u32, height: u32) -> Result<RgbImage, MediaError> {
    if picture.dimensions() == (width, height) {
        return Ok(picture.clone());
    }
    if width == 0 || height == 0 || picture.as_raw().is_empty() {
        return Err(MediaError::encode("the picture has no pixels"));
    }
    let mut with_alpha = vec![255; picture.as_raw().len() / 3 * 4];
    for (out, pixel) in with_alpha.chunks_exact_mut(4).zip(picture.as_raw().chunks_exact(3)) {
        out[..3].copy_from_slice(pixel);
    }
    let source =
        resize::images::Image::from_vec_u8(picture.width(), picture.height(), with_alpha, resize::PixelType::U8x4)
            .map_err(MediaError::encode)?;
    let mut scaled = resize::images::Image::new(width, height, resize::PixelType::U8x4);
    let options = resize::ResizeOptions::new()
        .resize_alg(resize::ResizeAlg::Convolution(resize::FilterType::Lanczos3))
        .fit_into_destination(None)
        .use_alpha(false);
    resize::Resizer::new().resize(&source, &mut scaled, &options).map_err(MediaError::encode)?;
    let mut pixels = vec![0; scaled.buffer().len() / 4 * 3];
    for (out, pixel) in pixels.chunks_exact_mut(3).zip(scaled.buffer().chunks_exact(4)) {
        out.copy_from_slice(&pixel[..3]);
    }
    RgbImage::from_raw(width, height, pixels).ok_or_else(|| MediaError::encode("the picture has no pixels"))
}
