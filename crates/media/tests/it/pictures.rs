//! Pictures: what they are is read from their bytes, and bombs do not go off.

use std::io::Cursor;

use image::{RgbImage, RgbaImage};
use lastframe_media::{MediaError, PictureFacts, decode_picture, encode_png, encode_poster, fill, picture_facts};
use lastframe_model::ImageFormat;

use crate::{psnr, scene};

#[test]
fn every_format_that_the_service_takes_is_recognised_by_its_bytes() {
    let picture = scene(320, 200, 0);
    for (encoder, format) in [
        (image::ImageFormat::Jpeg, ImageFormat::Jpeg),
        (image::ImageFormat::Png, ImageFormat::Png),
        (image::ImageFormat::WebP, ImageFormat::Webp),
        (image::ImageFormat::Bmp, ImageFormat::Bmp),
        (image::ImageFormat::Tiff, ImageFormat::Tiff),
        (image::ImageFormat::Gif, ImageFormat::Gif),
    ] {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, encoder).unwrap();
        let bytes = bytes.into_inner();
        assert_eq!(picture_facts(&bytes).unwrap(), PictureFacts { format, width: 320, height: 200 });
        let back = decode_picture(&bytes).unwrap();
        assert!(psnr(&back, &picture) > 25.0, "{format:?} decodes to the same picture");
        let head = decode_picture(&bytes[..20]).map(|_| ());
        assert!(matches!(head, Err(MediaError::NotAPicture { .. })), "twenty bytes of {format:?}: {head:?}");
    }
}

#[test]
fn a_png_comes_back_exactly_and_a_poster_is_small() {
    let picture = scene(1248, 704, 4);
    assert_eq!(decode_picture(&encode_png(&picture).unwrap()).unwrap(), picture, "PNG loses nothing");
    let poster = encode_poster(&picture).unwrap();
    let facts = picture_facts(&poster).unwrap();
    assert_eq!(facts, PictureFacts { format: ImageFormat::Webp, width: 640, height: 361 });
    let shown = decode_picture(&poster).unwrap();
    assert!(psnr(&shown, &fill(&picture, 640, 361).unwrap()) > 30.0, "a poster looks like its frame");
    let portrait = picture_facts(&encode_poster(&scene(480, 864, 0)).unwrap()).unwrap();
    assert_eq!((portrait.width, portrait.height), (480, 864), "nothing is enlarged");
}

#[test]
fn filling_cuts_both_sides_alike() {
    // Thirds of red, green and blue; the middle third has the wanted shape.
    let picture = RgbImage::from_fn(900, 300, |x, _| match x / 300 {
        0 => image::Rgb([255, 0, 0]),
        1 => image::Rgb([0, 255, 0]),
        _ => image::Rgb([0, 0, 255]),
    });
    let square = fill(&picture, 100, 100).unwrap();
    assert_eq!(square.get_pixel(50, 50).0, [0, 255, 0]);
    assert_eq!(square.get_pixel(10, 50).0, [0, 255, 0], "the left third is cut off");
    assert_eq!(square.get_pixel(90, 50).0, [0, 255, 0], "the right third is cut off");
    assert!(fill(&picture, 0, 10).is_err(), "a picture without pixels cannot be made");
}

#[test]
fn transparent_parts_become_black() {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbaImage::from_fn(320, 320, |x, _| image::Rgba([200, 100, 50, if x < 160 { 0 } else { 255 }]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let flat = decode_picture(&bytes.into_inner()).unwrap();
    assert_eq!(flat.get_pixel(10, 10).0, [0, 0, 0]);
    assert_eq!(flat.get_pixel(300, 10).0, [200, 100, 50]);
}

#[test]
fn a_small_file_that_claims_to_be_huge_is_refused() {
    // A PNG head with 60,000 × 60,000 pixels: 14 GB if it were believed.
    let mut bytes = encode_png(&scene(32, 32, 0)).unwrap();
    bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    assert!(matches!(decode_picture(&bytes), Err(MediaError::NotAPicture { .. })));
    for junk in [&b""[..], b"GIF", b"<svg/>", &[0; 64]] {
        assert!(matches!(picture_facts(junk), Err(MediaError::NotAPicture { .. })), "{junk:?}");
    }
}
