//! Whether the parts of a film can be joined as they are, and what the film will be.

use lastframe_model::PixelSize;

use super::layout::Layout;
use super::shots::Shot;
use super::sound::{self, Found};
use super::{JoinPlan, Part, PartError, Reason, Route};
use crate::MediaError;
use crate::samples::{MAX_FRAMES, Sample};

/// Longest film, in seconds: half a day.
const MAX_SECONDS: f64 = 43_200.0;
/// Rates nearer to each other than this, as a share of one, are the same: 24 and 24000 ÷ 1001 are not.
const SAME_RATE: f64 = 0.000_5;

/// Reads the tables of all parts and says how they can become one film.
///
/// # Errors
///
/// [`PartError`] for the first part that cannot be used: as [`crate::probe`], [`MediaError::NoSuchFrame`] for more frames
/// than there are, [`MediaError::Unsupported`] for no frame at all, for pictures that would have to be decoded and cannot
/// be, for no part at all, and where the film would be longer than half a day.
pub fn plan(parts: &[Part]) -> Result<JoinPlan, PartError> {
    let mut survey = Survey::of(parts)?;
    let (bytes, reasons) = match survey.layout() {
        Ok(layout) => (Some(layout.size()), Vec::new()),
        Err(reasons) => (None, reasons),
    };
    if !reasons.is_empty() {
        survey.decodable()?;
    }
    let size = survey.most(|shot| shot.size, PixelSize::eq).unwrap_or(PixelSize { width: 0, height: 0 });
    Ok(JoinPlan {
        route: if reasons.is_empty() { Route::Join } else { Route::Reencode },
        size: if reasons.is_empty() { size } else { PixelSize { width: even(size.width), height: even(size.height) } },
        reasons,
        fps: survey.most(rate, |one, other| same_rate(*one, *other)).unwrap_or_default(),
        frames: survey.frames(),
        seconds: survey.shots.iter().map(Shot::seconds).sum(),
        bytes,
        sound: sound::kept(&survey.sounds()),
    })
}

/// All parts, and why they cannot be joined.
#[derive(Debug)]
pub(super) struct Survey {
    pub shots: Vec<Shot>,
    pub reasons: Vec<Reason>,
    /// Ticks a second of the film's pictures; 1 where the clocks cannot be reconciled.
    pub clock: u32,
}

impl Survey {
    pub fn of(parts: &[Part]) -> Result<Self, PartError> {
        if parts.is_empty() {
            return Err(PartError { part: 0, error: MediaError::unsupported("A film without parts") });
        }
        let mut shots: Vec<Shot> = Vec::with_capacity(parts.len());
        let (mut seconds, mut samples) = (0.0, 0_usize);
        for (index, part) in parts.iter().enumerate() {
            let repeated = parts.get(index + 1).is_some_and(|next| next.skip_first);
            let at = |error| PartError { part: index, error };
            let shot = Shot::open(part, repeated).map_err(at)?;
            seconds += shot.seconds();
            samples += shot.samples.len();
            if seconds > MAX_SECONDS || samples > MAX_FRAMES {
                return Err(at(MediaError::unsupported("A film of over half a day or 500,000 frames")));
            }
            shots.push(shot);
        }
        let clock = clock(&shots).map(|clock| if shots.iter().any(|shot| shot.brief) { fine(clock) } else { clock });
        let reasons = reasons(&shots, clock.is_some());
        Ok(Self { shots, reasons, clock: clock.unwrap_or(1) })
    }

    /// How the film will lie in its file, or why it cannot be joined.
    pub fn layout(&self) -> Result<Layout, Vec<Reason>> {
        if !self.reasons.is_empty() {
            return Err(self.reasons.clone());
        }
        // Times that one after the other make no sense: only decoding shows what is meant.
        Layout::of(self).map_err(|_| vec![Reason::OtherRate])
    }

    /// Refuses parts whose pictures cannot be decoded here.
    pub fn decodable(&mut self) -> Result<(), PartError> {
        let mut refused = self.shots.iter_mut().map(|shot| shot.undecodable.take()).enumerate();
        let first = refused.find_map(|(part, error)| Some(PartError { part, error: error? }));
        first.map_or(Ok(()), Err)
    }

    pub fn frames(&self) -> u32 {
        self.shots.iter().map(|shot| shot.frames).sum()
    }

    pub fn sounds(&self) -> Vec<&Found> {
        self.shots.iter().map(|shot| &shot.sound).collect()
    }

    /// The value that most frames have; of two, the earlier.
    fn most<T: Copy>(&self, value: impl Fn(&Shot) -> T, same: impl Fn(&T, &T) -> bool) -> Option<T> {
        let mut sums: Vec<(T, u64)> = Vec::new();
        for shot in &self.shots {
            let value = value(shot);
            match sums.iter_mut().find(|sum| same(&sum.0, &value)) {
                Some(sum) => sum.1 += u64::from(shot.frames),
                None => sums.push((value, shot.frames.into())),
            }
        }
        let most = sums.iter().map(|sum| sum.1).max()?;
        sums.into_iter().find(|sum| sum.1 == most).map(|sum| sum.0)
    }
}

fn even(side: u32) -> u32 {
    (side / 2 * 2).max(16)
}

/// Frames a second.
fn rate(shot: &Shot) -> f64 {
    if shot.frames == 0 { 0.0 } else { f64::from(shot.frames) / shot.seconds() }
}

fn same_rate(one: f64, other: f64) -> bool {
    (one - other).abs() <= one.max(other) * SAME_RATE
}

fn reasons(shots: &[Shot], one_clock: bool) -> Vec<Reason> {
    let Some(first) = shots.first() else { return Vec::new() };
    let turned = |shot: &Shot| (shot.head.matrix, shot.head.width, shot.head.height);
    let mut reasons = Vec::new();
    let mut because = |so: bool, reason| {
        if so {
            reasons.push(reason);
        }
    };
    because(shots.iter().any(|shot| shot.size != first.size), Reason::OtherSize);
    // A part of which nothing is left but what is repeated has no rate of its own.
    let mut rates = shots.iter().map(rate).filter(|rate| *rate > 0.0);
    let usual = rates.next().unwrap_or_default();
    because(!one_clock || rates.any(|rate| !same_rate(rate, usual)), Reason::OtherRate);
    let other = |shot: &Shot| shot.entry.is_none() || shot.entry != first.entry || turned(shot) != turned(first);
    because(shots.iter().any(other), Reason::OtherCodec);
    let inexact = |(index, shot): (usize, &Shot)| !shot.exact || (index > 0 && !shot.fresh);
    because(shots.iter().enumerate().any(inexact), Reason::Trimmed);
    reasons
}

/// Ticks a second in which every part's times can be told exactly: those of the first, or else the least that all share.
fn clock(shots: &[Shot]) -> Option<u32> {
    let first = shots.first()?.timescale;
    if shots.iter().all(|shot| in_clock(shot, first)) {
        return Some(first);
    }
    let shared = shots.iter().try_fold(1_u64, |shared, shot| {
        let scale = u64::from(shot.timescale);
        Some(shared / greatest_divisor(shared, scale) * scale).filter(|shared| *shared <= u32::MAX.into())
    });
    shared.and_then(|shared| u32::try_from(shared).ok())
}

/// A clock of which a tick cannot be seen.
fn fine(clock: u32) -> u32 {
    clock.checked_mul(10_000_u32.div_ceil(clock.max(1))).unwrap_or(clock)
}

fn in_clock(shot: &Shot, clock: u32) -> bool {
    let exact = |ticks: i64| i128::from(ticks) * i128::from(clock) % i128::from(shot.timescale) == 0;
    let first = shot.samples.first().map_or(0, |sample| sample.decoded_at);
    let of_sample = |sample: &Sample| exact(sample.decoded_at - first) && exact(sample.shown_at - sample.decoded_at);
    exact(shot.length) && exact(shot.hidden) && shot.samples.iter().all(of_sample)
}

fn greatest_divisor(mut one: u64, mut other: u64) -> u64 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one.max(1)
}
