//! One frame: the plate seen by the moving camera, the light of the moment, what floats and falls.

use image::RgbImage;

use super::alive::{self, Weather};
use super::noise::{lerp, step};
use super::plate::Plate;
use super::{Look, Scene, scenes_water};

/// Pixels between two places at which slow things (light, camera) are computed; between them it is linear.
const STEP: usize = 8;

/// Where the camera is: sideways in units of the half height, and how near.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    pub x: f32,
    pub y: f32,
    pub zoom: f32,
}

impl Camera {
    /// The camera `way` (0 – 1) through a shot of a look.
    pub fn of(look: &Look, aspect: f32, fixed: bool, way: f32) -> Self {
        if fixed {
            return Self { x: 0.0, y: 0.0, zoom: 1.02 };
        }
        let room = 0.045 * aspect.min(1.6);
        let along = (way - 0.5) * 2.0;
        Self { x: look.pan.0 * room * along * 0.5, y: look.pan.1 * 0.03 * along, zoom: 1.02 + 0.05 * way }
    }
}

/// Draws the frame at `t` seconds into `out`.
pub(super) fn draw(plate: &Plate, look: &Look, camera: Camera, t: f32, out: &mut RgbImage) {
    let (width, height) = (out.width() as usize, out.height() as usize);
    let unit = height as f32 / 2.0;
    let flip = if look.mirrored { -1.0 } else { 1.0 };
    let columns = width.div_ceil(STEP) + 1;
    let place = |column: usize| ((column * STEP) as f32 - width as f32 / 2.0) / unit * flip;
    let light_row = |row: usize| -> Vec<[f32; 4]> {
        let y = (height as f32 / 2.0 - row as f32) / unit;
        (0..columns)
            .map(|column| {
                let (factor, add) = alive::light(look, place(column), y, t);
                [factor * 256.0, add[0], add[1], add[2]]
            })
            .collect()
    };
    let (mut above, mut below) = (light_row(0), light_row(STEP));
    let mut ends = vec![(0_i32, 0_i32); columns];
    let mut away = vec![(0.0_f32, 0.0_f32); columns];
    let stride = width * 3;
    let pixels: &mut [u8] = out;
    for (row, line) in pixels.chunks_exact_mut(stride).enumerate() {
        if row % STEP == 0 && row > 0 {
            above = std::mem::replace(&mut below, light_row(row + STEP));
        }
        let share = (row % STEP) as f32 / STEP as f32;
        let y = (height as f32 / 2.0 - row as f32 - 0.5) / unit;
        let near = alive::nearness(look, y);
        // Two rows share their displacement, and every second place lies between its neighbours.
        if row % 2 == 0 {
            for column in (0..columns).step_by(2) {
                away[column] = alive::displacement(look, place(column), y, t);
            }
            for column in (1..columns).step_by(2) {
                let (before, after) = (away[column - 1], away[(column + 1).min(columns - 1) & !1]);
                away[column] = ((before.0 + after.0) * 0.5, (before.1 + after.1) * 0.5);
            }
        }
        for (column, (end, (dx, dy))) in ends.iter_mut().zip(&away).enumerate() {
            let px = (place(column) + dx + camera.x * near) / camera.zoom;
            let py = (y + dy + camera.y * near) / camera.zoom;
            *end = (
                ((plate.width as f32 / 2.0 + px * plate.scale - 0.5) * 256.0) as i32,
                ((plate.height as f32 / 2.0 - py * plate.scale - 0.5) * 256.0) as i32,
            );
        }
        for (column, block) in line.chunks_mut(STEP * 3).enumerate() {
            let ((x0, y0), (x1, y1)) = (ends[column], ends[column + 1]);
            let at = |i: usize, channel: usize| lerp(above[i][channel], below[i][channel], share);
            let mut light = [0, 1, 2, 3].map(|channel| at(column, channel));
            let change = [0, 1, 2, 3].map(|channel| (at(column + 1, channel) - light[channel]) / STEP as f32);
            for (i, pixel) in block.chunks_exact_mut(3).enumerate() {
                let i = i as i32;
                let source = plate.at(x0 + (x1 - x0) * i / STEP as i32, y0 + (y1 - y0) * i / STEP as i32);
                let factor = light[0];
                for channel in 0..3 {
                    let lit = source[channel] as f32 * factor * (1.0 / 256.0);
                    let add = light[channel + 1];
                    pixel[channel] = (lit + add * (1.0 - lit * (1.0 / 300.0)) + 0.5) as u8;
                }
                for channel in 0..4 {
                    light[channel] += change[channel];
                }
            }
        }
    }
    if look.boat {
        boat(look, camera, t, out);
    }
    if let Some(kind) = alive::weather(look) {
        fall(kind, look, t, out);
    }
}

/// Mixes a colour into a pixel.
fn blend(out: &mut RgbImage, x: i32, y: i32, colour: [f32; 3], share: f32) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
    if let Some(pixel) = out.get_pixel_mut_checked(x, y) {
        for (value, colour) in pixel.0.iter_mut().zip(colour) {
            *value = lerp(f32::from(*value), colour, share).clamp(0.0, 255.0) as u8;
        }
    }
}

/// The paper boat, its reflection and its wake.
fn boat(look: &Look, camera: Camera, t: f32, out: &mut RgbImage) {
    let aspect = out.width() as f32 / out.height() as f32;
    let (unit, middle) = (out.height() as f32 / 2.0, out.width() as f32 / 2.0);
    let (line, size) = match look.scene {
        Scene::Rain => (-0.46, 0.17),
        Scene::Sea => (-0.42, 0.15),
        Scene::Lighthouse => (-0.52, 0.11),
        _ => (-0.40, 0.12),
    };
    let way = look.pan.0.signum();
    let x = (-0.34 + 0.075 * t) * way * aspect.min(1.5) * 0.8 - camera.x;
    let y = line - 0.012 * t + 0.010 * (t * 2.1).sin();
    let size = size * (1.0 + 0.035 * t) * camera.zoom;
    let (sin, cos) = (0.10 * (t * 1.55).sin() - 0.03 * way).sin_cos();
    let bounds =
        |low: f32, high: f32, limit: u32| (low.floor().max(0.0) as i32, (high.ceil() as i32).min(limit as i32));
    let (left, right) = bounds(middle + (x - size * 1.6) * unit, middle + (x + size * 1.6) * unit, out.width());
    let (top, bottom) = bounds(unit - (y + size * 1.3) * unit, unit - (y - size * 1.5) * unit, out.height());
    let tint = if look.scene == Scene::Rain { [255.0, 236.0, 214.0] } else { [255.0, 240.0, 226.0] };
    for row in top..bottom {
        for column in left..right {
            let p = (((column as f32 + 0.5 - middle) / unit - x) / size, ((unit - row as f32 - 0.5) / unit - y) / size);
            let turned = (p.0 * cos + p.1 * sin, -p.0 * sin + p.1 * cos);
            // Below the waterline: what the water gives back, broken by its ripples.
            if p.1 < -0.02 {
                let ripple = 0.10 * (p.1 * 19.0 + t * 5.0).sin() * (0.4 - p.1);
                let (cover, light) = scenes_water::boat(p.0 + ripple, -p.1 * 0.92 - 0.10);
                let fade = 0.42 * step(-1.2, -0.05, p.1) * cover;
                let grey = [light.0, light.1, light.2].map(f32::sqrt);
                blend(out, column, row, [tint[0] * grey[0], tint[1] * grey[1], tint[2] * grey[2]], fade);
                let shade = step(1.15, 0.2, (p.0 * 0.9).hypot(p.1 * 5.0)) * 0.5;
                blend(out, column, row, [6.0, 9.0, 14.0], shade * (1.0 - cover));
            }
            let (cover, light) = scenes_water::boat(turned.0, turned.1);
            // Its foot stands a little in the water.
            let cover = cover * step(-0.07, -0.03, p.1);
            let lit = [light.0, light.1, light.2].map(f32::sqrt);
            blend(out, column, row, [tint[0] * lit[0], tint[1] * lit[1], tint[2] * lit[2]], cover);
        }
    }
}

/// Rain, snow, plankton, sparks.
fn fall(kind: Weather, look: &Look, t: f32, out: &mut RgbImage) {
    let (width, height) = (out.width() as f32, out.height() as f32);
    let unit = height / 2.0;
    for speck in alive::specks(kind, look.salt, width / height, t) {
        let (x, y) = (width / 2.0 + speck.at.0 * unit, unit - speck.at.1 * unit);
        let radius = (speck.size * unit).max(0.7);
        let (way_x, way_y) = (speck.way.0 * unit, speck.way.1 * unit);
        let steps = way_y.max(1.0) as i32;
        if way_y > 1.0 {
            for i in 0..steps {
                let part = i as f32 / steps as f32;
                let (cx, cy) = (x + way_x * part, y - way_y * part);
                // A drop is brightest in the middle of its streak.
                let strength = speck.strength * (1.0 - (part * 2.0 - 1.0).powi(2));
                let column = cx.floor();
                blend(out, column as i32, cy as i32, speck.light, strength * (1.0 - (cx - column)) * radius.min(1.4));
                blend(out, column as i32 + 1, cy as i32, speck.light, strength * (cx - column) * radius.min(1.4));
            }
        } else {
            let reach = (radius * 1.6).ceil() as i32;
            for dy in -reach..=reach {
                for dx in -reach..=reach {
                    let (px, py) = (x.floor() + dx as f32, y.floor() + dy as f32);
                    let away = (px + 0.5 - x).hypot(py + 0.5 - y);
                    let share = speck.strength * step(radius * 1.6, radius * 0.3, away);
                    if share > 0.0 {
                        blend(out, px as i32, py as i32, speck.light, share);
                    }
                }
            }
        }
    }
}
