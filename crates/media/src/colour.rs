//! Between RGB pixels and the planes of a video: which matrix, which range, where chroma lies.
//!
//! Videos made here are BT.709 in limited range and say so in the stream. A chroma sample is the mean
//! of its four pixels on the way in and is given to all four on the way out, so that a frame taken
//! out of one video and put into the next keeps its chroma exactly. Knows no file and no codec.

use image::RgbImage;

use crate::h264::Colours;

/// The three planes of a 4:2:0 picture, borrowed.
pub(crate) struct Planes<'a> {
    pub luma: &'a [u8],
    pub blue: &'a [u8],
    pub red: &'a [u8],
    pub strides: (usize, usize, usize),
    pub width: usize,
    pub height: usize,
}

const SHIFT: i32 = 14;

#[expect(clippy::cast_possible_truncation, reason = "coefficients are below 3, times 2¹⁴")]
fn fixed(value: f32) -> i32 {
    (value * 16384.0).round() as i32
}

#[expect(clippy::cast_sign_loss, reason = "clamped to a byte")]
fn byte(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

/// The RGB picture that planes show. `None` when a plane is shorter than its size says.
pub(crate) fn to_rgb(planes: &Planes, colours: Colours) -> Option<RgbImage> {
    let green = 1.0 - colours.red - colours.blue;
    let (luma_scale, chroma_scale, black) =
        if colours.full_range { (1.0, 1.0, 0) } else { (255.0 / 219.0, 255.0 / 224.0, 16) };
    let luma = fixed(luma_scale);
    let red_from_red = fixed(2.0 * (1.0 - colours.red) * chroma_scale);
    let blue_from_blue = fixed(2.0 * (1.0 - colours.blue) * chroma_scale);
    let green_from_red = fixed(2.0 * (1.0 - colours.red) * colours.red / green * chroma_scale);
    let green_from_blue = fixed(2.0 * (1.0 - colours.blue) * colours.blue / green * chroma_scale);
    let (width, height) = (planes.width, planes.height);
    let half = width.div_ceil(2);
    let mut pixels = vec![0; width * height * 3];
    for (y, out) in pixels.chunks_exact_mut((width * 3).max(1)).enumerate() {
        let line = planes.luma.get(y * planes.strides.0..y * planes.strides.0 + width)?;
        let blues = planes.blue.get(y / 2 * planes.strides.1..y / 2 * planes.strides.1 + half)?;
        let reds = planes.red.get(y / 2 * planes.strides.2..y / 2 * planes.strides.2 + half)?;
        let scaled = |value: i32| byte(value >> SHIFT);
        // What chroma adds is the same for the two pixels that share it.
        let added = |blue: u8, red: u8| {
            let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
            [red_from_red * red, -(green_from_red * red + green_from_blue * blue), blue_from_blue * blue]
        };
        let pixel = |value: u8, added: [i32; 3]| {
            let base = (i32::from(value) - black) * luma + (1 << (SHIFT - 1));
            added.map(|added| scaled(base + added))
        };
        let (pairs, odd) = out.as_chunks_mut::<6>();
        let (values, odd_value) = line.as_chunks::<2>();
        for ((out, values), (blue, red)) in pairs.iter_mut().zip(values).zip(blues.iter().zip(reds)) {
            let added = added(*blue, *red);
            out[..3].copy_from_slice(&pixel(values[0], added));
            out[3..].copy_from_slice(&pixel(values[1], added));
        }
        if let (Some(value), Some(blue), Some(red)) = (odd_value.first(), blues.last(), reds.last()) {
            odd.copy_from_slice(&pixel(*value, added(*blue, *red)));
        }
    }
    RgbImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, pixels)
}

/// Planes of a picture to encode: BT.709, limited range, 4:2:0. Width and height are even.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

impl Canvas {
    /// Planes for pictures of that size.
    pub fn new(width: usize, height: usize) -> Self {
        let chroma = vec![128; width / 2 * (height / 2)];
        let luma = vec![16; width * height];
        Self { width, height, luma, blue: chroma.clone(), red: chroma }
    }

    /// Planes that are already as these are to be, copied. `None` when one of them is shorter than its size says.
    pub fn of(planes: &Planes) -> Option<Self> {
        let (width, height) = (planes.width, planes.height);
        let packed = |plane: &[u8], stride: usize, width: usize, height: usize| {
            let mut all = Vec::with_capacity(width * height);
            for row in 0..height {
                all.extend_from_slice(plane.get(row * stride..row * stride + width)?);
            }
            Some(all)
        };
        let (half, rows) = (width / 2, height / 2);
        Some(Self {
            width,
            height,
            luma: packed(planes.luma, planes.strides.0, width, height)?,
            blue: packed(planes.blue, planes.strides.1, half, rows)?,
            red: packed(planes.red, planes.strides.2, half, rows)?,
        })
    }

    /// Converts a picture of exactly this size.
    pub fn load(&mut self, picture: &RgbImage) {
        let (kr, kb) = (Colours::BT709.red, Colours::BT709.blue);
        let kg = 1.0 - kr - kb;
        let luma = [kr, kg, kb].map(|share| fixed(share * 219.0 / 255.0));
        let blue = [-kr, -kg, 1.0 - kb].map(|share| fixed(share / (2.0 * (1.0 - kb)) * 224.0 / 255.0));
        let red = [1.0 - kr, -kg, -kb].map(|share| fixed(share / (2.0 * (1.0 - kr)) * 224.0 / 255.0));
        let width = self.width;
        let stride = width * 3;
        let source: &[u8] = picture.as_raw();
        for (pair, rows) in source.chunks_exact(stride * 2).enumerate() {
            let (upper, lower) = rows.split_at(stride);
            let out = &mut self.luma[pair * 2 * width..(pair * 2 + 2) * width];
            for (pixels, out) in [upper, lower].into_iter().zip(out.chunks_exact_mut(width)) {
                for (pixel, out) in pixels.chunks_exact(3).zip(out) {
                    let sum = luma[0] * i32::from(pixel[0])
                        + luma[1] * i32::from(pixel[1])
                        + luma[2] * i32::from(pixel[2])
                        + (16 << SHIFT)
                        + (1 << (SHIFT - 1));
                    *out = byte(sum >> SHIFT);
                }
            }
            let half = width / 2;
            let blue_row = &mut self.blue[pair * half..(pair + 1) * half];
            let red_row = &mut self.red[pair * half..(pair + 1) * half];
            let squares = upper.chunks_exact(6).zip(lower.chunks_exact(6));
            for ((above, below), (blue_out, red_out)) in squares.zip(blue_row.iter_mut().zip(red_row)) {
                let sum = |channel: usize| {
                    i32::from(above[channel])
                        + i32::from(above[channel + 3])
                        + i32::from(below[channel])
                        + i32::from(below[channel + 3])
                };
                let [r, g, b] = [sum(0), sum(1), sum(2)];
                let scaled = |c: [i32; 3]| {
                    byte((c[0] * r + c[1] * g + c[2] * b + (128 << (SHIFT + 2)) + (1 << (SHIFT + 1))) >> (SHIFT + 2))
                };
                *blue_out = scaled(blue);
                *red_out = scaled(red);
            }
        }
    }
}

impl openh264::formats::YUVSource for Canvas {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.luma
    }

    fn u(&self) -> &[u8] {
        &self.blue
    }

    fn v(&self) -> &[u8] {
        &self.red
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openh264::formats::YUVSource;

    #[test]
    fn the_last_column_of_an_odd_width_has_its_own_luma_and_its_neighbours_chroma() {
        let (luma, blue, red) = ([16, 126, 235, 235, 126, 16], [128, 90], [128, 240]);
        let planes = Planes { luma: &luma, blue: &blue, red: &red, strides: (3, 2, 2), width: 3, height: 2 };
        let even = |value| {
            let luma = [value; 4];
            let planes = Planes { luma: &luma, blue: &[90], red: &[240], strides: (2, 1, 1), width: 2, height: 2 };
            to_rgb(&planes, Colours::BT709).unwrap()
        };
        let picture = to_rgb(&planes, Colours::BT709).unwrap();
        assert_eq!([0, 1].map(|x| picture.get_pixel(x, 0).0), [[0; 3], [128; 3]]);
        assert_eq!(picture.get_pixel(2, 0), even(235).get_pixel(0, 0));
        assert_eq!(picture.get_pixel(2, 1), even(16).get_pixel(1, 1));
    }

    #[test]
    fn flat_colours_survive_the_way_to_planes_and_back() {
        for colour in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 120, 40]] {
            let picture = RgbImage::from_pixel(16, 8, image::Rgb(colour));
            let mut canvas = Canvas::new(16, 8);
            canvas.load(&picture);
            let planes = Planes {
                luma: canvas.y(),
                blue: canvas.u(),
                red: canvas.v(),
                strides: canvas.strides(),
                width: 16,
                height: 8,
            };
            let back = to_rgb(&planes, Colours::BT709).unwrap();
            for (wanted, got) in colour.iter().zip(back.get_pixel(7, 3).0) {
                assert!(wanted.abs_diff(got) <= 2, "{colour:?} came back as {:?}", back.get_pixel(7, 3));
            }
        }
    }

    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "a made-up picture of 64 × 64 pixels"
    )]
    fn a_second_round_trip_changes_almost_nothing() {
        let picture =
            RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * 4) as u8, (y * 4) as u8, ((x * y) % 256) as u8]));
        let round = |picture: &RgbImage| {
            let mut canvas = Canvas::new(64, 64);
            canvas.load(picture);
            let (luma, blue, red, strides) = (canvas.y(), canvas.u(), canvas.v(), canvas.strides());
            to_rgb(&Planes { luma, blue, red, strides, width: 64, height: 64 }, Colours::BT709).unwrap()
        };
        let once = round(&picture);
        let twice = round(&once);
        let mean = once.as_raw().iter().zip(twice.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>()
            / once.as_raw().len() as f64;
        assert!(mean < 2.0, "a film of many clips must not drift: mean difference {mean}");
    }

    #[test]
    fn a_short_plane_is_refused() {
        let planes = Planes { luma: &[0; 10], blue: &[0; 4], red: &[0; 4], strides: (4, 2, 2), width: 4, height: 4 };
        assert!(to_rgb(&planes, Colours::BT709).is_none(), "16 luma samples are needed, 10 are there");
    }
}
