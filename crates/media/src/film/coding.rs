//! Coding one unit of a film: one thread decodes and scales, the calling one codes; between them waits a handful of
//! pictures at most. What becomes of the coded pictures is others' business.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use image::imageops::replace;
use image::{Rgb, RgbImage};
use lastframe_model::PixelSize;
use openh264::decoder::DecodedYUV;
use openh264::formats::YUVSource;

use super::plan::Survey;
use super::time::Time;
use super::units::{Run, Unit};
use super::{JoinError, PartError};
use crate::MediaError;
use crate::colour::{self, Canvas, Planes};
use crate::container::Movie;
use crate::frames::each_frame;
use crate::framing::inscribed;
use crate::h264::Colours;
use crate::picture::fill;
use crate::turn::Turn;
use crate::write::{Coded, Coder};

/// Pictures that wait between the two threads.
const WAITING: usize = 4;

/// A film that is coded anew.
pub(super) struct Anew<'a> {
    pub survey: &'a Survey,
    pub time: &'a Time,
    pub size: PixelSize,
}

impl Anew<'_> {
    /// A coder of its pictures. All of them write the same parameter sets.
    pub fn coder(&self) -> Result<Coder, MediaError> {
        Coder::new(self.size.width, self.size.height, self.time.fps())
    }

    /// Codes a unit and gives its frames, one after the other.
    pub fn code(
        &self,
        unit: &Unit,
        mut coder: Coder,
        give: &mut dyn FnMut(Coded) -> Result<(), JoinError>,
    ) -> Result<(), JoinError> {
        // Both ends of the channel are gone when this returns, so that the other thread ends with this one.
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(WAITING);
            let decoding = scope.spawn(move || {
                for run in &unit.runs {
                    if self.decode(run, &sender)?.is_break() {
                        break;
                    }
                }
                Ok::<_, JoinError>(())
            });
            let given = code(&mut coder, &receiver, give);
            drop(receiver);
            // Why there are no more pictures is told before what that led to.
            decoding.join().map_err(|_| MediaError::decode("the decoder failed"))??;
            given
        })
    }

    /// Decodes and scales a run, and breaks when nobody takes the pictures any more.
    fn decode(&self, run: &Run, out: &SyncSender<Picture>) -> Result<ControlFlow<()>, JoinError> {
        let Run { part, places } = run;
        let (part, shot) = (*part, &self.survey.shots[*part]);
        let at = |error| PartError { part, error };
        let mut movie = Movie::open(&shot.path).map_err(at)?;
        if movie.bytes() != shot.bytes {
            return Err(at(MediaError::not_a_video("it is being changed by another program")).into());
        }
        // When each of its frames goes, as numbers of frames of the film. Known beforehand, the decoder only counts.
        let shown_at = |place: usize| movie.presented().get(place).map(|index| movie.samples()[*index].shown_at);
        let first = shown_at(0).unwrap_or(0);
        let reached = |place: usize| {
            #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
            let within = shown_at(place).map_or(shot.length, |at| at - first) as f64 / f64::from(shot.timescale);
            self.time.reached(part, within)
        };
        let end =
            |place: usize| if place == shot.frames as usize { self.time.frames[part + 1] } else { reached(place) };
        let ends: Vec<u32> = (places.start + 1..=places.end).map(end).collect();
        let mut done = if places.start == 0 { self.time.frames[part] } else { reached(places.start) };
        let mut place = 0;
        let mut failed = None;
        let mut begins = true;
        let turn = movie.turn();
        each_frame(&mut movie, places.clone(), &mut |picture, colours| {
            let end = ends.get(place).copied().unwrap_or(done);
            place += 1;
            let frames = end.saturating_sub(done);
            done = done.max(end);
            if frames == 0 {
                return ControlFlow::Continue(());
            }
            let picture = match fitted(picture, colours, turn, self.size) {
                Ok(canvas) => Picture { canvas, frames, begins: std::mem::take(&mut begins) },
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            };
            // Nobody takes it: whoever does not, says why.
            if out.send(picture).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .map_err(at)?;
        match failed {
            Some(error) => Err(at(error).into()),
            None if place < places.len() => Ok(ControlFlow::Break(())),
            None => Ok(ControlFlow::Continue(())),
        }
    }
}

/// A picture, and how many frames of the film show it; the first of them begins a run.
struct Picture {
    canvas: Canvas,
    frames: u32,
    begins: bool,
}

fn code(
    coder: &mut Coder,
    pictures: &Receiver<Picture>,
    give: &mut dyn FnMut(Coded) -> Result<(), JoinError>,
) -> Result<(), JoinError> {
    let mut fresh = true;
    for picture in pictures {
        if picture.begins && !std::mem::take(&mut fresh) {
            coder.begin_group();
        }
        for _ in 0..picture.frames {
            give(coder.code(&picture.canvas)?)?;
        }
    }
    Ok(())
}

/// A picture as it goes into the film. One that stands upright and has the film's size and colours is
/// not touched.
fn fitted(picture: &DecodedYUV<'_>, colours: Colours, turn: Turn, size: PixelSize) -> Result<Canvas, MediaError> {
    let (width, height) = picture.dimensions();
    let planes =
        Planes { luma: picture.y(), blue: picture.u(), red: picture.v(), strides: picture.strides(), width, height };
    let incomplete = || MediaError::decode("the decoded picture is incomplete");
    let (wide, high) = (size.width as usize, size.height as usize);
    if turn == Turn::None && (width, height) == (wide, high) && colours == Colours::BT709 {
        return Canvas::of(&planes).ok_or_else(incomplete);
    }
    let whole = colour::to_rgb(&planes, colours).ok_or_else(incomplete)?;
    let mut canvas = Canvas::new(wide, high);
    canvas.load(&on_black(turn.upright(whole), size)?);
    Ok(canvas)
}

/// The whole picture in another size, in its own shape.
fn on_black(picture: RgbImage, size: PixelSize) -> Result<RgbImage, MediaError> {
    let (width, height) = inscribed(picture.dimensions(), (size.width, size.height));
    let inner = if picture.dimensions() == (width, height) { picture } else { fill(&picture, width, height)? };
    if (width, height) == (size.width, size.height) {
        return Ok(inner);
    }
    let mut whole = RgbImage::from_pixel(size.width, size.height, Rgb([0; 3]));
    replace(&mut whole, &inner, ((size.width - width) / 2).into(), ((size.height - height) / 2).into());
    Ok(whole)
}
