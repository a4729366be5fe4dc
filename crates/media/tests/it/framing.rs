//! Cropping and fitting: what is kept of a picture, where it lies, and that the same act gives the same bytes.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageEncoder, Rgb, RgbImage, RgbaImage};
use lastframe_media::{MediaError, decode_picture, encode_png, frame_picture, picture_facts};
use lastframe_model::{Background, Framing, ImageFormat, PixelSize};

use crate::{psnr, scene};

const WIDE: PixelSize = PixelSize { width: 1248, height: 704 };
const MIDDLE: Framing = Framing::Crop { x: 0.5, y: 0.5 };
const FIT: Framing = Framing::Fit { background: Background::Edge };

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// Thirds of red, green and blue, from left to right.
fn thirds(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| Rgb([RED, GREEN, BLUE][(x * 3 / width) as usize]))
}

fn framed(bytes: &[u8], size: PixelSize, framing: Framing) -> RgbImage {
    let out = frame_picture(bytes, size, framing).unwrap();
    let facts = picture_facts(&out).unwrap();
    assert_eq!((facts.format, facts.width, facts.height), (ImageFormat::Png, size.width, size.height));
    assert!(out.len() < 30 * 1024 * 1024, "the service takes it");
    assert_eq!(out, frame_picture(bytes, size, framing).unwrap(), "the same act gives the same bytes");
    decode_picture(&out).unwrap()
}

/// Whether a pixel is that colour, but for what scaling and JPEG do to it.
fn is(picture: &RgbImage, x: u32, y: u32, colour: [u8; 3]) -> bool {
    picture.get_pixel(x, y).0.iter().zip(colour).all(|(is, wanted)| is.abs_diff(wanted) < 24)
}

#[test]
fn a_two_to_one_photo_is_cropped_where_the_window_lies() {
    let photo = encode_png(&thirds(2400, 1200)).unwrap();
    // The window has 2127 of 2400 pixels: the outer thirds are cut on one side or on both alike.
    let share = |x: f64| {
        let out = framed(&photo, WIDE, Framing::Crop { x, y: 0.5 });
        let row = |colour| (0..WIDE.width).filter(|x| is(&out, *x, 352, colour)).count();
        (row(RED), row(BLUE))
    };
    let (left, middle, right) = (share(0.0), share(0.5), share(1.0));
    assert!(left.0 > left.1 + 150, "at the left the red third is whole: {left:?}");
    assert!(middle.0.abs_diff(middle.1) <= 2, "in the middle both lose the same: {middle:?}");
    assert!(right.1 > right.0 + 150, "at the right the blue third is whole: {right:?}");
    assert_eq!(share(-3.0), left, "a window outside is moved inside");
    assert_eq!(share(f64::NAN), middle);
}

#[test]
fn a_two_to_one_photo_is_fitted_whole() {
    let photo = encode_png(&thirds(2400, 1200)).unwrap();
    let out = framed(&photo, WIDE, Framing::Fit { background: Background::Black });
    // 1248 × 624 of 704 rows: 40 black ones above and below.
    for (x, y, colour) in [(5, 20, [0; 3]), (5, 684, [0; 3]), (5, 60, RED), (624, 352, GREEN), (1242, 640, BLUE)] {
        assert!(is(&out, x, y, colour), "{x}, {y} is {:?}", out.get_pixel(x, y));
    }
    let edged = framed(&encode_png(&RgbImage::from_pixel(900, 300, Rgb([40, 90, 160]))).unwrap(), WIDE, FIT);
    assert!(is(&edged, 600, 3, [40, 90, 160]), "the background has the colour of the edge");
    let tall = framed(&photo, PixelSize { width: 704, height: 1248 }, FIT);
    assert!(is(&tall, 20, 624, RED) && is(&tall, 690, 624, BLUE), "in a tall clip too, all of it is there");
}

#[test]
fn what_is_upright_for_the_camera_is_upright_here() {
    // Shot with the camera on its side: the pixels lie, a note says so (EXIF orientation 6: turn right).
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::from(thirds(1200, 600)).rotate270().write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let note = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = [&jpeg[..2], note, &jpeg[2..]].concat();
    let facts = picture_facts(&turned).unwrap();
    assert_eq!((facts.width, facts.height), (1200, 600), "the size is the one that is seen");
    let out = framed(&turned, WIDE, Framing::Crop { x: 0.0, y: 0.5 });
    assert!(is(&out, 30, 352, RED) && is(&out, 620, 352, GREEN) && is(&out, 1230, 352, BLUE), "left is red");
    let back = picture_facts(&frame_picture(&turned, WIDE, MIDDLE).unwrap()).unwrap();
    assert_eq!((back.width, back.height), (1248, 704), "and it is turned only once");
}

#[test]
fn transparent_parts_lie_on_the_background() {
    // An opaque left half; the right half is transparent, whatever colour hides in it.
    let picture = RgbaImage::from_fn(600, 600, |x, _| {
        if x < 300 { image::Rgba([200, 100, 50, 255]) } else { image::Rgba([9, 250, 9, 0]) }
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    let square = PixelSize { width: 960, height: 960 };
    let edged = framed(&bytes, square, FIT);
    assert!(is(&edged, 900, 480, [200, 100, 50]), "what is not seen has no part in the colour of the edge");
    let black = framed(&bytes, square, Framing::Fit { background: Background::Black });
    assert!(is(&black, 900, 480, [0; 3]) && is(&black, 50, 480, [200, 100, 50]));
    assert!(is(&framed(&bytes, square, MIDDLE), 900, 480, [0; 3]), "a cropped one lies on black");
}

#[test]
fn of_an_animation_the_first_picture_is_taken() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for colour in [[250, 0, 0, 255], [0, 0, 250, 255]] {
        encoder.encode_frame(image::Frame::new(RgbaImage::from_pixel(400, 400, image::Rgba(colour)))).unwrap();
    }
    drop(encoder);
    assert!(is(&framed(&bytes, WIDE, MIDDLE), 600, 300, [250, 0, 0]));
}

#[test]
fn tiny_and_huge_ones_come_out_in_the_clips_size() {
    let tiny = framed(&encode_png(&thirds(9, 6)).unwrap(), WIDE, FIT);
    assert!(is(&tiny, 624, 352, GREEN));
    let dot = framed(&encode_png(&RgbImage::from_pixel(1, 1, Rgb([7, 77, 177]))).unwrap(), WIDE, MIDDLE);
    assert!(is(&dot, 0, 703, [7, 77, 177]), "one pixel is a picture too");
    let strip = framed(&encode_png(&thirds(6000, 6)).unwrap(), WIDE, FIT);
    assert!(is(&strip, 624, 351, GREEN), "a strip keeps at least a pixel of height");
    let mut huge = Cursor::new(Vec::new());
    RgbImage::from_pixel(6100, 6050, Rgb(GREEN)).write_to(&mut huge, image::ImageFormat::Jpeg).unwrap();
    let out = frame_picture(huge.get_ref(), WIDE, MIDDLE).unwrap();
    assert!(is(&decode_picture(&out).unwrap(), 624, 352, GREEN), "larger than the service takes is no trouble here");
    let same = scene(1248, 704, 1);
    let kept = framed(&encode_png(&same).unwrap(), WIDE, MIDDLE);
    assert!(psnr(&kept, &same) > 60.0, "what has the size already is not touched");
}

#[test]
fn the_colour_profile_comes_along() {
    // Enough of a profile for what looks at it: its length, and that it is for red, green and blue.
    let profile = |space: &[u8; 4]| {
        let mut profile = vec![0_u8; 132];
        profile[..4].copy_from_slice(&132_u32.to_be_bytes());
        profile[16..20].copy_from_slice(space);
        profile
    };
    for (space, comes) in [(b"RGB ", true), (b"GRAY", false)] {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(Cursor::new(&mut bytes));
        encoder.set_icc_profile(profile(space)).unwrap();
        let picture = scene(640, 640, 2);
        encoder.write_image(picture.as_raw(), 640, 640, image::ExtendedColorType::Rgb8).unwrap();
        let out = frame_picture(&bytes, WIDE, MIDDLE).unwrap();
        let mut decoder = image::codecs::png::PngDecoder::new(Cursor::new(&out)).unwrap();
        let kept = decoder.icc_profile().unwrap();
        assert_eq!(kept, comes.then(|| profile(space)), "{}", String::from_utf8_lossy(space));
    }
}

/// The checksum of a PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}

#[test]
fn what_cannot_be_read_is_said_and_bombs_do_not_go_off() {
    let png = encode_png(&scene(640, 480, 0)).unwrap();
    let cut = frame_picture(&png[..png.len() / 2], WIDE, MIDDLE);
    assert!(matches!(cut, Err(MediaError::NotAPicture { .. })), "half a picture is none: {cut:?}");
    // A whole and valid head that claims 50,000 × 50,000 pixels, 7.5 GB, and a picture that is really too long.
    let mut bomb = png.clone();
    bomb[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let checksum = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
    for bytes in [bomb, encode_png(&RgbImage::new(12_001, 2)).unwrap()] {
        let error = picture_facts(&bytes).unwrap_err().to_string();
        assert!(error.contains("12,000 px"), "{error}");
        assert!(matches!(frame_picture(&bytes, WIDE, FIT), Err(MediaError::NotAPicture { .. })));
    }
    let nothing = frame_picture(&png, PixelSize { width: 0, height: 704 }, FIT);
    assert!(matches!(nothing, Err(MediaError::Encode { .. })));
    let vast = frame_picture(&png, PixelSize { width: 60_000, height: 60_000 }, FIT);
    assert!(matches!(vast, Err(MediaError::Encode { .. })), "nobody may ask for 10 GB of pixels");
}
