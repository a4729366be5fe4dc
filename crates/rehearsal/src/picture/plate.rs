//! A plate: a scene drawn once, somewhat larger than the frame, and the look of film that is put on it.

use super::noise::{V3, h2};
use super::{Look, Scene, scenes_land, scenes_water};

/// How much larger than the frame a plate is: the room in which the camera moves.
pub(super) const MARGIN: f32 = 1.14;

/// A picture to sample from, four bytes a pixel. Half a height of it is `MARGIN` units.
pub(super) struct Plate {
    pub width: usize,
    pub height: usize,
    /// Pixels for one unit of the picture's half height.
    pub scale: f32,
    pub pixels: Vec<[u8; 4]>,
}

impl Plate {
    /// Draws the plate of a look for frames of that size, on two threads.
    pub fn draw(look: &Look, width: u32, height: u32) -> Self {
        // Marching rays through dunes is dear; sand is soft enough to be drawn smaller.
        let detail = if look.scene == Scene::Dunes { 0.62 } else { 1.0 };
        let (w, h) = (width as f32 * MARGIN * detail, height as f32 * MARGIN * detail);
        let (w, h) = (w.ceil() as usize, h.ceil() as usize);
        let scale = height as f32 / 2.0 * detail;
        let mut pixels = vec![[0_u8; 4]; w * h];
        let rows_each = h.div_ceil(2);
        let street = scenes_water::rain(look);
        let shade = |x: f32, y: f32| match look.scene {
            Scene::Rain => street(x, y),
            // Waves towards the horizon are finer than a pixel: two looks at each keep them from glittering.
            Scene::Sea if y < -0.05 => {
                let between = 0.25 / scale;
                (scenes_water::sea(x - between, y + between, look) + scenes_water::sea(x + between, y - between, look))
                    * 0.5
            }
            Scene::Sea => scenes_water::sea(x, y, look),
            Scene::Lighthouse => scenes_water::lighthouse(x, y, look),
            Scene::Lanterns => scenes_water::lanterns(x, y, look),
            Scene::Ridges => scenes_land::ridges(x, y, look),
            Scene::Forest => scenes_land::forest(x, y, look),
            Scene::Dunes => scenes_land::dunes(x, y, look),
            Scene::Moon => scenes_land::moon(x, y, look),
            Scene::Aurora => scenes_land::aurora(x, y, look),
            Scene::Jellyfish => scenes_land::jellyfish(x, y, look),
        };
        let aspect = width as f32 / height as f32;
        std::thread::scope(|scope| {
            for (half, rows) in pixels.chunks_mut(rows_each * w).enumerate() {
                let shade = &shade;
                scope.spawn(move || {
                    for (row, line) in rows.chunks_mut(w).enumerate() {
                        let y = (h as f32 / 2.0 - (half * rows_each + row) as f32 - 0.5) / scale;
                        for (column, pixel) in line.iter_mut().enumerate() {
                            let x = (column as f32 + 0.5 - w as f32 / 2.0) / scale;
                            let grain = h2(column as f32, (half * rows_each + row) as f32) - 0.5;
                            *pixel = develop(shade(x, y), (x / aspect, y), look, grain);
                        }
                    }
                });
            }
        });
        Self { width: w, height: h, scale, pixels }
    }

    /// A plate of a finished picture, which fills the frame exactly.
    pub fn of(picture: &image::RgbImage) -> Self {
        let pixels = picture.pixels().map(|pixel| [pixel[0], pixel[1], pixel[2], 0]).collect();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self { width, height, scale: height as f32 / 2.0, pixels }
    }

    /// The colour at a place in plate pixels, 8 bits of fraction, held inside the plate.
    #[inline]
    pub fn at(&self, x: i32, y: i32) -> [u32; 3] {
        let x = x.clamp(0, ((self.width as i32 - 1) << 8) - 1);
        let y = y.clamp(0, ((self.height as i32 - 1) << 8) - 1);
        let (u, v) = ((x & 255) as u64, (y & 255) as u64);
        let at = (y >> 8) as usize * self.width + (x >> 8) as usize;
        // Three colours ride in one number, sixteen bits each, so that one multiplication weighs them all.
        let wide = |pixel: [u8; 4]| u64::from(pixel[0]) | u64::from(pixel[1]) << 16 | u64::from(pixel[2]) << 32;
        let between =
            |a: u64, b: u64, share: u64| ((a * (256 - share) + b * share + 0x0080_0080_0080) >> 8) & 0x00ff_00ff_00ff;
        let (a, b) = (wide(self.pixels[at]), wide(self.pixels[at + 1]));
        let (c, d) = (wide(self.pixels[at + self.width]), wide(self.pixels[at + self.width + 1]));
        let mixed = between(between(a, b, u), between(c, d, u), v);
        [(mixed & 255) as u32, (mixed >> 16 & 255) as u32, (mixed >> 32 & 255) as u32]
    }
}

/// From linear light to a display colour: vignette, the curve of film, a little grain.
fn develop(light: V3, at: (f32, f32), look: &Look, grain: f32) -> [u8; 4] {
    let corner = (at.0 * at.0 + at.1 * at.1) * 0.25;
    let dim = 1.0 - 0.5 * (corner * 1.3).min(1.6).powf(1.2) * 0.9;
    let curve = |x: f32| {
        let x = (x * dim.max(0.2) * 0.975).max(0.0);
        ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).clamp(0.0, 1.0).powf(1.0 / 2.2)
    };
    let c = V3(curve(light.0 * look.grade[0]), curve(light.1 * look.grade[1]), curve(light.2 * look.grade[2]));
    let luma = c.dot(V3(0.3, 0.59, 0.11));
    let cool = super::noise::step(0.4, 0.0, luma);
    let c = c * V3(1.0 - 0.03 * cool, 1.0, 1.0 + 0.03 * cool);
    let c = V3(luma, luma, luma) + (c - V3(luma, luma, luma)) * 1.04;
    let byte = |x: f32| ((x * 0.985 + 0.012 + grain * 0.012) * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
    [byte(c.0), byte(c.1), byte(c.2), 0]
}
