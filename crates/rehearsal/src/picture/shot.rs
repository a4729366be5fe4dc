//! A whole shot: from the given first frame, through the scene of the prompt, to the given last one.

use std::sync::mpsc;

use image::RgbImage;
use lastframe_media::MediaError;
use lastframe_model::length::FPS;
use lastframe_model::{PixelSize, Request};

use super::frame::{self, Camera};
use super::noise::{fbm, step};
use super::plate::Plate;
use super::{Look, prompt};

/// Pixels between two places of a dissolve.
const CELL: usize = 16;
/// Frames drawn ahead of the one that is being encoded.
const AHEAD: usize = 3;

/// A shot, ready to be rendered.
pub(crate) struct Shot {
    size: PixelSize,
    frames: u32,
    look: Look,
    camera_fixed: bool,
    watermark: bool,
    first: Option<RgbImage>,
    last: Option<RgbImage>,
}

impl Shot {
    /// Prepares a shot. Pictures are scaled to fill the frame; references tint the light.
    pub fn new(
        request: &Request,
        first: Option<&RgbImage>,
        last: Option<&RgbImage>,
        references: &[RgbImage],
    ) -> Result<Self, MediaError> {
        let size = PixelSize::of_request(request);
        let fill = |picture: &RgbImage| lastframe_media::fill(picture, size.width, size.height);
        let mut look = prompt::look(&request.prompt, request.seed.unwrap_or(0));
        for picture in references {
            let small = lastframe_media::fill(picture, 8, 8)?;
            let mean =
                |channel: usize| small.pixels().map(|pixel| f32::from(pixel[channel])).sum::<f32>() / 64.0 + 16.0;
            let means = [mean(0), mean(1), mean(2)];
            let grey = (means[0] + means[1] + means[2]) / 3.0;
            for (share, mean) in look.grade.iter_mut().zip(means) {
                *share *= (mean / grey).powf(0.6 / references.len() as f32).clamp(0.6, 1.6);
            }
        }
        Ok(Self {
            size,
            frames: request.length.rendered_frames(),
            look,
            camera_fixed: request.camera_fixed,
            watermark: request.watermark,
            first: first.map(fill).transpose()?,
            last: last.map(fill).transpose()?,
        })
    }

    /// How many frames it has.
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// Pixels.
    pub fn width(&self) -> u32 {
        self.size.width
    }

    /// Pixels.
    pub fn height(&self) -> u32 {
        self.size.height
    }

    /// Draws every frame in order and hands each to `sink` with its number, until that says `false`.
    /// Returns the last frame drawn, without the mark. Drawing runs ahead on a thread of its own.
    pub fn render(
        &self,
        mut sink: impl FnMut(u32, &RgbImage) -> Result<bool, MediaError>,
    ) -> Result<RgbImage, MediaError> {
        let (send, receive) = mpsc::sync_channel::<RgbImage>(AHEAD);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let film = Film::new(self);
                for number in 0..self.frames {
                    if send.send(film.frame(number)).is_err() {
                        break;
                    }
                }
            });
            let mut newest = RgbImage::new(self.size.width, self.size.height);
            // Leaving the loop drops the receiver, which ends the drawing thread.
            for (number, mut picture) in (0..).zip(receive) {
                let clean = (number + 1 == self.frames).then(|| picture.clone());
                if self.watermark {
                    mark(&mut picture);
                }
                let go_on = sink(number, &picture)?;
                newest = clean.unwrap_or(picture);
                if !go_on {
                    break;
                }
            }
            Ok(newest)
        })
    }
}

/// What a shot is drawn from.
struct Film<'a> {
    shot: &'a Shot,
    plate: Plate,
    first: Option<Plate>,
    last: Option<Plate>,
    /// Noise of the dissolves, 0 – 1, one value a cell.
    grain: Vec<f32>,
    columns: usize,
}

impl<'a> Film<'a> {
    fn new(shot: &'a Shot) -> Self {
        let columns = (shot.size.width as usize).div_ceil(CELL) + 1;
        let rows = (shot.size.height as usize).div_ceil(CELL) + 1;
        let grain = (0..rows * columns)
            .map(|i| {
                let (x, y) = ((i % columns) as f32, (i / columns) as f32);
                ((fbm(x * 0.09 + shot.look.shift, y * 0.09 + 30.0, 4) - 0.2) / 0.55).clamp(0.0, 1.0)
            })
            .collect();
        Self {
            shot,
            plate: Plate::draw(&shot.look, shot.size.width, shot.size.height),
            first: shot.first.as_ref().map(Plate::of),
            last: shot.last.as_ref().map(Plate::of),
            grain,
            columns,
        }
    }

    fn frame(&self, number: u32) -> RgbImage {
        let shot = self.shot;
        let way = number as f32 / (shot.frames - 1).max(1) as f32;
        let seconds = number as f32 / FPS as f32;
        if number == 0
            && let Some(first) = &shot.first
        {
            return first.clone();
        }
        if number + 1 == shot.frames
            && let Some(last) = &shot.last
        {
            return last.clone();
        }
        let aspect = shot.size.width as f32 / shot.size.height as f32;
        let mut out = RgbImage::new(shot.size.width, shot.size.height);
        // What is left of the first frame and what is there of the last: the edges of two dissolves.
        // A next beat that names no other scene stays where the film is.
        let stays = self.first.is_some() && !shot.look.named;
        let leaving = if stays { 0.0 } else { step(0.08, 0.72, way) * 1.6 };
        let arriving = step(0.45, 0.98, way) * 1.6;
        let only_last = self.last.is_some() && arriving >= 1.6;
        if !only_last {
            let camera = Camera::of(&shot.look, aspect, shot.camera_fixed, way);
            frame::draw(&self.plate, &shot.look, camera, seconds, &mut out);
        }
        if let Some(first) = &self.first {
            self.dissolve(first, way, leaving, &mut out);
        }
        if let Some(last) = &self.last {
            // Seen backwards, arriving at a picture is leaving it.
            self.dissolve(last, 1.0 - way, 1.6 - arriving, &mut out);
        }
        out
    }

    /// Lays a picture over `out` where the dissolve has not reached; `way` moves the camera away from it.
    fn dissolve(&self, picture: &Plate, way: f32, edge: f32, out: &mut RgbImage) {
        if edge >= 1.6 {
            return;
        }
        let (zoom, slide) = if self.shot.camera_fixed {
            (1.0, 0.0)
        } else {
            (1.0 + 0.10 * way, self.shot.look.pan.0 * 0.03 * way * way)
        };
        let (width, height) = (out.width() as usize, out.height() as usize);
        let pixels: &mut [u8] = out;
        let cover = |i: usize| 256.0 * step(edge - 0.6, edge, self.grain[i]);
        let scale = |x: f32, centre: f32| ((centre + (x - centre) / zoom) * 256.0) as i32;
        let slide = (slide * height as f32 * 128.0) as i32;
        let across = (256.0 / zoom) as i32;
        for (row, line) in pixels.chunks_exact_mut(width * 3).enumerate() {
            let y = scale(row as f32, (height as f32 - 1.0) / 2.0);
            let (cell, down) = (row / CELL * self.columns, (row % CELL) as f32 / CELL as f32);
            for (column, block) in line.chunks_mut(CELL * 3).enumerate() {
                let i = cell + column;
                let left = super::noise::lerp(cover(i), cover(i + self.columns), down);
                let right = super::noise::lerp(cover(i + 1), cover(i + self.columns + 1), down);
                if left <= 0.0 && right <= 0.0 {
                    continue;
                }
                let x = scale((column * CELL) as f32, (width as f32 - 1.0) / 2.0) + slide;
                for (i, pixel) in block.chunks_exact_mut(3).enumerate() {
                    let share = (left + (right - left) * i as f32 / CELL as f32) as u32;
                    let source = picture.at(x + across * i as i32, y);
                    for (value, source) in pixel.iter_mut().zip(source) {
                        *value = ((u32::from(*value) * (256 - share) + source * share) >> 8) as u8;
                    }
                }
            }
        }
    }
}

/// The mark in the corner: two frames that meet at a seam.
fn mark(picture: &mut RgbImage) {
    let unit = (picture.height().min(picture.width()) / 90).max(4);
    let (right, bottom) = (picture.width() - unit * 3, picture.height() - unit * 3);
    let (left, top) = (right - unit * 6, bottom - unit * 4);
    let line = (unit / 4).max(1);
    let seam = left + unit * 3;
    for y in top..bottom {
        for x in left..right {
            let rim = x < left + line || x >= right - line || y < top + line || y >= bottom - line;
            let colour = if x.abs_diff(seam) <= line / 2 + line % 2 { [255, 176, 64] } else { [255, 255, 255] };
            if rim || colour[2] == 64 {
                let pixel = picture.get_pixel_mut(x, y);
                for channel in 0..3 {
                    pixel[channel] = ((u16::from(pixel[channel]) * 2 + colour[channel] * 3) / 5) as u8;
                }
            }
        }
    }
}
