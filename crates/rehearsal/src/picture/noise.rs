//! Small mathematics of the pictures: colours as vectors, value noise, smooth steps. No scene in it.

use std::ops::{Add, AddAssign, Mul, Sub};

/// Three numbers: a colour in linear light, or a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct V3(pub f32, pub f32, pub f32);

impl Add for V3 {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0, self.1 + o.1, self.2 + o.2)
    }
}

impl AddAssign for V3 {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}

impl Sub for V3 {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1, self.2 - o.2)
    }
}

impl Mul<f32> for V3 {
    type Output = Self;
    fn mul(self, s: f32) -> Self {
        Self(self.0 * s, self.1 * s, self.2 * s)
    }
}

impl Mul for V3 {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self(self.0 * o.0, self.1 * o.1, self.2 * o.2)
    }
}

impl V3 {
    pub fn dot(self, o: Self) -> f32 {
        self.0 * o.0 + self.1 * o.1 + self.2 * o.2
    }

    pub fn normal(self) -> Self {
        self * (1.0 / self.dot(self).sqrt().max(1e-9))
    }
}

/// A display colour, 0 – 255, in linear light (about the power 2.2, without the power).
pub(super) fn rgb(r: f32, g: f32, b: f32) -> V3 {
    let linear = |c: f32| {
        let x = c / 255.0;
        x * x * (0.8 + 0.2 * x)
    };
    V3(linear(r), linear(g), linear(b))
}

pub(super) fn mix(a: V3, b: V3, s: f32) -> V3 {
    a + (b - a) * s
}

pub(super) fn lerp(a: f32, b: f32, s: f32) -> f32 {
    a + (b - a) * s
}

/// 0 at `a`, 1 at `b` (which may lie below `a`), smooth between.
pub(super) fn step(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// `floor` without a call into the system's library, for |x| under 2³¹.
pub(super) fn floor(x: f32) -> f32 {
    let whole = x as i32 as f32;
    if whole > x { whole - 1.0 } else { whole }
}

pub(super) fn fract(x: f32) -> f32 {
    x - floor(x)
}

fn scramble(mut h: u32) -> f32 {
    h ^= h >> 16;
    h = h.wrapping_mul(0x7feb_352d);
    h ^= h >> 15;
    h = h.wrapping_mul(0x846c_a68b);
    h ^= h >> 16;
    (h >> 8) as f32 / 16_777_216.0
}

/// A number from 0 to 1 that belongs to `x`.
pub(super) fn h1(x: f32) -> f32 {
    scramble(x.to_bits().wrapping_mul(0x9e37_79b9).wrapping_add(0x51ed_270b))
}

/// A number from 0 to 1 that belongs to a point of the grid.
pub(super) fn h2(x: f32, y: f32) -> f32 {
    scramble((x as i32 as u32).wrapping_mul(0x27d4_eb2d) ^ (y as i32 as u32).wrapping_mul(0x1656_67b1).wrapping_add(77))
}

/// Value noise, 0 – 1.
pub(super) fn n2(x: f32, y: f32) -> f32 {
    let (ix, iy) = (floor(x), floor(y));
    let (fx, fy) = (x - ix, y - iy);
    let fade = |f: f32| f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    let (u, v) = (fade(fx), fade(fy));
    let top = lerp(h2(ix, iy), h2(ix + 1.0, iy), u);
    let bottom = lerp(h2(ix, iy + 1.0), h2(ix + 1.0, iy + 1.0), u);
    lerp(top, bottom, v)
}

/// Noise of several octaves, each turned a little.
pub(super) fn fbm(mut x: f32, mut y: f32, octaves: u32) -> f32 {
    let (mut amplitude, mut sum) = (0.5, 0.0);
    for _ in 0..octaves {
        sum += amplitude * n2(x, y);
        (x, y) = ((0.8 * x - 0.6 * y) * 2.03 + 7.1, (0.6 * x + 0.8 * y) * 2.03 + 7.1);
        amplitude *= 0.5;
    }
    sum
}

/// Noise of several octaves along a line.
pub(super) fn fbm1(mut x: f32, octaves: u32) -> f32 {
    let (mut amplitude, mut sum) = (0.5, 0.0);
    for _ in 0..octaves {
        let i = floor(x);
        let f = x - i;
        let smooth = f * f * (3.0 - 2.0 * f);
        sum += amplitude * lerp(h2(i, 91.0), h2(i + 1.0, 91.0), smooth);
        x = x * 2.03 + 3.7;
        amplitude *= 0.5;
    }
    sum
}

/// Distance from a point to a line between two others.
pub(super) fn segment(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (q, d) = ((p.0 - a.0, p.1 - a.1), (b.0 - a.0, b.1 - a.1));
    let along = ((q.0 * d.0 + q.1 * d.1) / (d.0 * d.0 + d.1 * d.1)).clamp(0.0, 1.0);
    (q.0 - d.0 * along).hypot(q.1 - d.1 * along)
}

/// Signed distance to a small standing person, feet at 0, height 1.
pub(super) fn person(p: (f32, f32), umbrella: bool) -> f32 {
    let (x, y) = p;
    let mut d = x.hypot((y - 0.9) * 0.9) - 0.075;
    d = d.min(segment(p, (0.0, 0.78), (0.0, 0.45)) - 0.1 + 0.03 * step(0.45, 0.8, y));
    d = d.min(segment(p, (-0.03, 0.45), (-0.07, 0.02)) - 0.045);
    d = d.min(segment(p, (0.03, 0.45), (0.08, 0.02)) - 0.045);
    d = d.min(segment(p, (0.0, 0.6), (0.0, 0.36)) - 0.11);
    if umbrella {
        let q = (x - 0.02, y - 0.98);
        d = d.min(((q.0 * 0.62).hypot(q.1) - 0.27).max(-q.1 + 0.012 * (q.0 * 30.0).sin()));
    }
    d
}
