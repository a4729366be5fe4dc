//! How a video is to be turned before it is shown. Phones code what the sensor sees and note in the track how it was held;
//! players turn the pictures, and so must everything that takes pictures out of a video. Knows a matrix and pixels only.

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

/// A turn by a right angle, mirrored or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn(Orientation);

impl Turn {
    /// Of the matrix of a track (ISO/IEC 14496-12, 8.3.2): its numbers a, b, c, d are 16.16 fixed point, and the pixel at
    /// (x, y) is shown at (a·x + c·y, b·x + d·y); where to is left to the player. A matrix that does anything else, such
    /// as stretching or leaning, turns nothing.
    pub fn of(matrix: &[i32; 9]) -> Self {
        const ONE: i32 = 0x0001_0000;
        const MINUS: i32 = -ONE;
        let [a, b, _, c, d, ..] = *matrix;
        Self(match (a, b, c, d) {
            (0, ONE, MINUS, 0) => Orientation::Rotate90,
            (MINUS, 0, 0, MINUS) => Orientation::Rotate180,
            (0, MINUS, ONE, 0) => Orientation::Rotate270,
            (MINUS, 0, 0, ONE) => Orientation::FlipHorizontal,
            (ONE, 0, 0, MINUS) => Orientation::FlipVertical,
            (0, ONE, ONE, 0) => Orientation::Rotate90FlipH,
            (0, MINUS, MINUS, 0) => Orientation::Rotate270FlipH,
            _ => Orientation::NoTransforms,
        })
    }

    /// Whether pictures are shown as they are coded.
    pub fn is_none(self) -> bool {
        self.0 == Orientation::NoTransforms
    }

    /// The size in which pictures of a coded size are shown.
    pub fn shown(self, (width, height): (u32, u32)) -> (u32, u32) {
        let lying = matches!(
            self.0,
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
        );
        if lying { (height, width) } else { (width, height) }
    }

    /// A picture as it is shown.
    pub fn upright(self, picture: RgbImage) -> RgbImage {
        if self.is_none() {
            return picture;
        }
        let mut picture = DynamicImage::ImageRgb8(picture);
        picture.apply_orientation(self.0);
        picture.into_rgb8()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the matrix itself puts each pixel of a picture.
    fn by_definition(picture: &RgbImage, [a, b, c, d]: [i32; 4]) -> RgbImage {
        let placed: Vec<_> = picture
            .enumerate_pixels()
            .map(|(across, down, pixel)| {
                let (across, down) = (across.cast_signed(), down.cast_signed());
                (a * across + c * down, b * across + d * down, *pixel)
            })
            .collect();
        let left = placed.iter().map(|pixel| pixel.0).min().unwrap();
        let top = placed.iter().map(|pixel| pixel.1).min().unwrap();
        let lying = a == 0;
        let (width, height) = picture.dimensions();
        let mut shown = if lying { RgbImage::new(height, width) } else { RgbImage::new(width, height) };
        for (across, down, pixel) in placed {
            shown.put_pixel((across - left).cast_unsigned(), (down - top).cast_unsigned(), pixel);
        }
        shown
    }

    fn matrix([a, b, c, d]: [i32; 4]) -> [i32; 9] {
        [a << 16, b << 16, 0, c << 16, d << 16, 0, 7 << 16, 0, 0x4000_0000]
    }

    #[test]
    fn every_right_angle_and_its_mirror_image_put_pixels_where_the_matrix_does() {
        let picture = RgbImage::from_fn(3, 2, |x, y| image::Rgb([u8::try_from(10 * x + y).unwrap(); 3]));
        let turns = [
            [1, 0, 0, 1],
            [0, 1, -1, 0],
            [-1, 0, 0, -1],
            [0, -1, 1, 0],
            [-1, 0, 0, 1],
            [1, 0, 0, -1],
            [0, 1, 1, 0],
            [0, -1, -1, 0],
        ];
        for numbers in turns {
            let turn = Turn::of(&matrix(numbers));
            let upright = turn.upright(picture.clone());
            assert_eq!(upright, by_definition(&picture, numbers), "{numbers:?}");
            assert_eq!(upright.dimensions(), turn.shown((3, 2)), "{numbers:?}");
            assert_eq!(turn.is_none(), numbers == [1, 0, 0, 1], "{numbers:?}");
        }
    }

    #[test]
    fn any_other_matrix_turns_nothing() {
        for numbers in [[0, 0, 0, 0], [2, 0, 0, 1], [1, 1, -1, 1], [1, 0, 1, 1]] {
            assert!(Turn::of(&matrix(numbers)).is_none(), "{numbers:?}");
        }
        assert!(Turn::of(&[46341, 46341, 0, -46341, 46341, 0, 0, 0, 0x4000_0000]).is_none(), "45 degrees");
    }
}
