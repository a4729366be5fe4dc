//! How a video is to be turned before it is shown. Phones code what the sensor sees and note in the track how it was held;
//! players turn the pictures, and so must everything that takes pictures out of a video. Knows a matrix only; `picture` turns pixels.

/// A turn by a right angle, mirrored or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Shown as it is coded.
    None,
    /// A quarter clockwise.
    Right,
    /// Upside down.
    Half,
    /// A quarter counter-clockwise.
    Left,
    /// Left and right change places.
    Mirror,
    /// Top and bottom change places.
    Flip,
    /// A quarter clockwise, then mirrored.
    RightMirror,
    /// A quarter counter-clockwise, then mirrored.
    LeftMirror,
}

impl Turn {
    /// Of the matrix of a track (ISO/IEC 14496-12, 8.3.2): its numbers a, b, c, d are 16.16 fixed point, and the pixel at
    /// (x, y) is shown at (a·x + c·y, b·x + d·y); where to is left to the player. A matrix that does anything else, such
    /// as stretching or leaning, turns nothing.
    pub fn of(matrix: &[i32; 9]) -> Self {
        const ONE: i32 = 0x0001_0000;
        const MINUS: i32 = -ONE;
        let [a, b, _, c, d, ..] = *matrix;
        match (a, b, c, d) {
            (0, ONE, MINUS, 0) => Self::Right,
            (MINUS, 0, 0, MINUS) => Self::Half,
            (0, MINUS, ONE, 0) => Self::Left,
            (MINUS, 0, 0, ONE) => Self::Mirror,
            (ONE, 0, 0, MINUS) => Self::Flip,
            (0, ONE, ONE, 0) => Self::RightMirror,
            (0, MINUS, MINUS, 0) => Self::LeftMirror,
            _ => Self::None,
        }
    }

    /// The size in which pictures of a coded size are shown.
    pub fn shown(self, (width, height): (u32, u32)) -> (u32, u32) {
        let lying = matches!(self, Self::Right | Self::Left | Self::RightMirror | Self::LeftMirror);
        if lying { (height, width) } else { (width, height) }
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

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
            assert_eq!(turn == Turn::None, numbers == [1, 0, 0, 1], "{numbers:?}");
        }
    }

    #[test]
    fn any_other_matrix_turns_nothing() {
        for numbers in [[0, 0, 0, 0], [2, 0, 0, 1], [1, 1, -1, 1], [1, 0, 1, 1]] {
            assert_eq!(Turn::of(&matrix(numbers)), Turn::None, "{numbers:?}");
        }
        assert_eq!(Turn::of(&[46341, 46341, 0, -46341, 46341, 0, 0, 0, 0x4000_0000]), Turn::None, "45 degrees");
    }
}
