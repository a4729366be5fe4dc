//! Scenes with water: a sea at dusk, a lighthouse, lanterns on a river, a rainy street. Each is a
//! function from a point of the picture (height −1 to 1, y up) to linear light.

use std::f32::consts::PI;

use super::Look;
use super::noise::{V3, fbm, fbm1, h1, lerp, mix, n2, person, rgb, segment, step};

pub(super) fn sea_sky(d: V3, look: &Look) -> V3 {
    let k = look.hour;
    let y = d.1.max(0.0);
    let top = mix(rgb(52., 78., 122.), rgb(16., 22., 46.), k);
    let middle = mix(rgb(214., 140., 128.), rgb(78., 62., 96.), k);
    let low = mix(rgb(255., 182., 104.), rgb(196., 92., 74.), k);
    let mut c = mix(low, middle, step(0.0, 0.14, y));
    c = mix(c, top, step(0.06, 0.5, y));
    let q = (d.0 / (d.1 + 0.09), d.2 / (d.1 + 0.09));
    let cloud = step(0.46, 0.86, fbm(q.0 * 0.55 + 3.0 + look.shift, q.1 * 1.5 + k * 2.0, 5));
    c = mix(c, mix(low * 1.15, middle * 0.55, step(0.05, 0.3, y)), cloud * 0.75 * step(0.0, 0.06, y));
    let sun = V3(0.22, 0.055 - 0.075 * k, 1.0).normal();
    let a = d.dot(sun).max(0.0);
    c += rgb(255., 176., 96.) * (a.powi(14) * 0.35 * (1.0 - k * 0.6) + a.powi(220) * 0.8);
    c + V3(3.0, 1.9, 0.9) * step(0.999_35, 0.9996, a)
}

fn wave(x: f32, y: f32) -> f32 {
    let (mut sum, mut amplitude, mut d) = (0.0, 1.0, (0.3, 1.0));
    for i in 0..6_u8 {
        let i = f32::from(i);
        let phase = x * d.0 + y * d.1 + fbm(x * 0.6 + i, y * 0.6 + i, 2) * 2.2;
        sum += amplitude * (1.0 - phase.sin().abs());
        d = ((0.8 * d.0 - 0.6 * d.1) * 1.62, (0.6 * d.0 + 0.8 * d.1) * 1.62);
        amplitude *= 0.52;
    }
    sum
}

pub(super) fn sea(x: f32, y: f32, look: &Look) -> V3 {
    let k = look.hour;
    let ray = V3(x, y + 0.10, 1.7).normal();
    if ray.1 > 0.0 {
        return sea_sky(ray, look);
    }
    let t = 1.1 / -ray.1.min(-1e-4);
    let p = (ray.0 * t + look.shift, ray.2 * t + k * 4.0);
    let e = 0.004 + t * 0.0018;
    let steep = 0.16 / (1.0 + t * 0.09);
    let w = wave(p.0 * 0.9, p.1 * 0.9);
    let slope_x = (wave((p.0 + e) * 0.9, p.1 * 0.9) - w) / e * steep;
    let slope_z = (wave(p.0 * 0.9, (p.1 + e) * 0.9) - w) / e * steep;
    let n = V3(-slope_x, 1.0, -slope_z).normal();
    let mut r = ray - n * (2.0 * ray.dot(n));
    r.1 = r.1.abs();
    let mirror = 0.03 + 0.97 * (1.0 - n.dot(ray * -1.0).max(0.0)).powf(4.5);
    let deep = mix(rgb(10., 34., 48.), rgb(6., 12., 26.), k) * (0.6 + 0.35 * w);
    let mut c = mix(deep, sea_sky(r.normal(), look), mirror.clamp(0.0, 1.0));
    c += mix(rgb(60., 90., 92.), rgb(20., 24., 44.), k) * (step(1.25, 1.9, w) * 0.25 / (1.0 + t * 0.2));
    mix(c, sea_sky(V3(ray.0, 0.004, ray.2).normal(), look) * 0.9, step(10.0, 80.0, t))
}

/// Where the lamp of the lighthouse is.
pub(super) const LAMP: (f32, f32) = (0.36, 0.335);

pub(super) fn lighthouse(x: f32, y: f32, look: &Look) -> V3 {
    let k = look.hour;
    let mut c = mix(rgb(96., 124., 140.), rgb(22., 36., 58.), step(-0.2, 0.8, y));
    c = mix(c, rgb(178., 142., 128.), (-(y + 0.12).abs() * 7.0).exp() * 0.7);
    c = c * (0.82 + 0.4 * fbm(x * 1.6 + k + look.shift, y * 4.0 + k, 6));
    let d = (x - LAMP.0, y - LAMP.1);
    let horizon = -0.20;
    if y < horizon {
        let t = 0.5 / (horizon - y + 0.02);
        let w = wave(x * t * 0.7 + k + look.shift, t * 1.4 + k);
        c = mix(
            rgb(26., 44., 58.),
            rgb(96., 108., 116.),
            (w * 0.32 - 0.1 + (-(horizon - y) * 9.0).exp() * 0.5).clamp(0.0, 1.0),
        );
        c += rgb(255., 205., 140.) * (0.5 * (-(x - LAMP.0).abs() * 5.0).exp() * step(1.1, 1.9, w) * 0.6);
    }
    let cliff = -0.16 + 0.16 * step(-0.12, 0.42, x) - 0.02 * x
        + 0.05 * (fbm1(x * 7.0 + 40.0, 6) - 0.5) * 2.0 * step(-0.2, 0.1, x);
    let edge = step(-0.046, -0.036, x + 0.16 * (y + 0.2) + 0.13 * (fbm1(y * 9.0 + 60.0, 7) - 0.5));
    let rock = mix(
        rgb(12., 17., 22.),
        rgb(58., 58., 56.),
        step(0.35, 0.75, fbm(x * 9.0, y * 16.0, 6)) * step(-0.5, 0.05, y) * 0.8,
    );
    c = mix(c, rock, step(0.004, -0.004, y - cliff) * edge);
    let q = x - LAMP.0;
    let width = (0.038 - 0.0315 * y).max(0.02);
    let body = (q.abs() - width).max((y - 0.30).max(-(y + 0.06)));
    let mut paint = mix(rgb(206., 200., 190.), rgb(70., 76., 86.), step(-0.9, 0.9, q / 0.035)) * 0.62;
    paint = mix(
        paint,
        rgb(150., 54., 44.) * (0.7 * (1.0 - 0.4 * q / 0.03)),
        f32::from(super::noise::fract(y * 6.2 + 0.3) > 0.5),
    );
    c = mix(c, paint, step(0.003, -0.003, body));
    c = mix(c, rgb(20., 22., 26.), step(0.003, -0.003, (q.abs() - 0.042).max((y - 0.303).abs() - 0.006)));
    let roof = (q.abs() - 0.026 + 0.9 * (y - 0.365).max(0.0)).max((y - 0.40).max(0.303 - y));
    c = mix(c, rgb(22., 22., 26.), step(0.003, -0.003, roof));
    c = mix(c, V3(2.6, 1.9, 1.0), step(0.003, -0.003, (q.abs() - 0.021).max((y - 0.337).abs() - 0.024)));
    let far = d.0.hypot(d.1);
    c += rgb(255., 210., 140.) * (0.9 * (-far * 13.0).exp() + 0.25 * (-far * 3.0).exp());
    let mist = fbm(x * 2.6 + 7.0 + k + 0.8 * fbm(x * 5.0, y * 9.0, 4), y * 5.4 + 1.0, 6);
    mix(c, rgb(120., 126., 132.) * 0.8, 0.34 * step(0.42, 0.85, mist) * step(0.16, -0.24, y))
}

/// The turning beams of the lighthouse: added light at a moment `t` in seconds.
pub(super) fn beams(x: f32, y: f32, t: f32) -> f32 {
    let d = (x - LAMP.0, y - LAMP.1);
    let mut sum = 0.0;
    for i in 0..2_u8 {
        let angle = 2.6 + t * 0.42 + f32::from(i) * PI;
        let u = (angle.cos(), angle.sin() * 0.34);
        let length = u.0.hypot(u.1);
        let along = (d.0 * u.0 + d.1 * u.1) / length;
        if along > 0.0 {
            let away = (d.0 * u.1 - d.1 * u.0).abs() / length;
            sum += (-along * 1.15).exp() * step(0.018 + along * 0.15, 0.0, away);
        }
    }
    sum
}

/// How high the far bank of the river stands.
pub(super) const BANK: f32 = 0.30;

pub(super) fn lanterns(x: f32, y: f32, look: &Look) -> V3 {
    let mut c = mix(rgb(14., 26., 40.), rgb(30., 50., 66.), step(0.9, BANK, y));
    if y < BANK {
        let t = 0.5 / (BANK - y + 0.03);
        let w = fbm(x * t * 2.5 + look.shift, t * 9.0, 5);
        c = mix(rgb(8., 18., 26.), rgb(30., 50., 62.), w * (-(BANK - y) * 1.2).exp() + 0.1);
    }
    let hills = BANK
        + 0.03
        + 0.16 * fbm1(x * 2.2 + 11.0 + look.shift, 5) * step(-0.2, 0.7, x.abs())
        + 0.03 * fbm1(x * 11.0 + 50.0, 4);
    if y > BANK {
        c = mix(c, rgb(5., 9., 13.), step(0.004, -0.004, y - hills));
    }
    for i in 0..64_u8 {
        let f = f32::from(63 - i);
        let z = 1.05 + ((f + h1(f * 3.0 + look.salt)) / 64.0).powf(1.5) * 11.0;
        let across = (h1(f * 7.7 + look.salt) * 2.0 - 1.0) * (0.5 + 0.34 * z);
        let s = (across / z * 1.1, BANK - 0.92 / z + 0.012);
        let r = 0.165 / z;
        let d = (x - s.0, y - s.1);
        if d.0.abs() > r * 6.0 || d.1.abs() > r * 8.0 {
            continue;
        }
        let blur = (1.0 / z - 0.42).abs() * 0.05 + 0.002;
        let glow = 0.75 + 0.4 * h1(f * 2.0);
        let col = mix(V3(1.0, 0.50, 0.14), V3(1.0, 0.30, 0.10), h1(f * 5.0));
        let b = (d.0.abs() - r * 0.62, (d.1 - r * 0.75).abs() - r * 0.72);
        let body = b.0.max(0.0).hypot(b.1.max(0.0)) + b.0.max(b.1).min(0.0) - r * 0.1;
        let g = (d.1 / (r * 1.5)).clamp(0.0, 1.0);
        let lit = col * (glow * (1.9 - 1.35 * g)) + V3(0.9, 0.5, 0.15) * ((-g * 4.0).exp() * 0.5);
        c = mix(c, lit, step(blur, -blur, body) * 0.96);
        c += col * (glow * 0.10 * (-(d.0.hypot(d.1) / r) * 1.25).exp());
        if d.1 < 0.0 && y < BANK {
            let below = -d.1 / r;
            let wobble = (n2(x * 20.0, y * 120.0) - 0.5) * r * 1.1 * (0.3 + below * 0.4);
            let mut shine = step(r * 0.75, r * 0.1, (d.0 + wobble).abs()) * (-below * 0.85).exp();
            shine *= 0.45 + 0.75 * f32::from(n2(x * 9.0, y * 150.0 / z * 1.6 + f) > 0.42);
            c += col * (glow * 0.55 * shine);
        }
    }
    c
}

/// Where the wet street meets the city.
pub(super) const STREET: f32 = 0.03;

/// One lamp of the rainy street: place, radius, colour with its strength.
struct Lamp {
    at: (f32, f32),
    radius: f32,
    light: V3,
}

fn lamps(look: &Look) -> impl Iterator<Item = Lamp> + '_ {
    (0..120_u8).filter_map(|i| {
        let f = f32::from(i) + look.salt;
        let z = lerp(1.0, 14.0, h1(f * 3.1).powf(1.2));
        let side = if h1(f * 7.3) > 0.5 { 1.0 } else { -1.0 };
        let kind = h1(f * 1.9);
        let (p, light) = if kind < 0.55 {
            let neon = h1(f * 8.8);
            let light = match neon {
                n if n > 0.72 => V3(0.30, 0.78, 0.9),
                n if n > 0.56 => V3(1.0, 0.18, 0.42),
                _ => V3(1.0, 0.58, 0.22),
            };
            ((side * (1.25 + 0.5 * h1(f * 2.2)), 0.1 + 2.2 * h1(f * 5.5)), light)
        } else if kind < 0.8 {
            let light = if side > 0.0 { V3(1.5, 0.15, 0.09) } else { V3(1.5, 1.35, 1.1) };
            ((side * 0.42 + 0.12 * (h1(f * 6.0) - 0.5), -0.16), light)
        } else {
            let light = if h1(f * 9.9) > 0.35 { V3(1.3, 0.86, 0.39) } else { V3(0.32, 1.17, 0.65) };
            ((side * 0.95, 0.75), light)
        };
        let at = (p.0 / z * 1.5, p.1 / z * 1.5 + STREET);
        (at.0.abs() < 2.6).then_some(Lamp { at, radius: (0.010 + 0.055 * (1.0 / z - 0.34).abs()) * 1.15, light })
    })
}

/// The rainy street, its lamps found once.
pub(super) fn rain(look: &Look) -> impl Fn(f32, f32) -> V3 + Sync + use<> {
    let lamps: Vec<Lamp> = lamps(look).collect();
    let (alone, shift) = (!look.boat, look.shift);
    move |x, y| {
        let wet = y < STREET;
        let mut c = mix(rgb(18., 30., 44.), rgb(44., 62., 78.), step(0.9, -0.1, (y - STREET).abs()));
        let walls = step(0.15, -0.1, 0.62 - x.abs() * 0.75 - y * 0.2) * 0.9;
        c = mix(c, rgb(10., 16., 24.), walls);
        // Windows of the houses on both sides: rows and columns that shrink towards the end of the street.
        let depth = 0.62 / (x.abs() - 0.10).max(0.02);
        if !wet && walls > 0.2 && depth < 6.0 {
            let (across, up) = (depth * 15.0, (y - STREET) * depth * 12.0);
            let (row, column) = (super::noise::floor(up), super::noise::floor(across));
            let lit = h1(row * 3.7 + column * 11.3 + x.signum() * 5.0 + shift);
            let inside = step(0.34, 0.22, (super::noise::fract(across) - 0.5).abs())
                * step(0.36, 0.24, (super::noise::fract(up) - 0.5).abs());
            if lit > 0.74 {
                let warm = mix(rgb(255., 186., 104.), rgb(96., 190., 214.), f32::from(lit > 0.90));
                let bright = 0.03 + 0.20 * h1(lit * 91.0).powi(2);
                c += warm * (inside * bright * step(0.2, 0.6, walls) * step(6.0, 2.0, depth));
            }
        }
        let mut g = (x, y);
        if wet {
            g.1 = STREET + (STREET - y) * 0.82;
            g.0 += (n2(x * 9.0 + shift, y * 70.0) - 0.5) * 0.10 * (STREET - y + 0.05);
        }
        let stretch = if wet { 0.22 + 0.2 * n2(x * 3.0, y * 30.0) } else { 1.0 };
        let strength = if wet { 0.42 * (-(STREET - y) * 0.7).exp() } else { 1.0 };
        for lamp in &lamps {
            let (dx, dy) = (g.0 - lamp.at.0, (g.1 - lamp.at.1) * stretch);
            let d2 = dx * dx + dy * dy;
            let glow = 0.000_17 / (d2 + 0.004);
            let r = lamp.radius;
            let disc = if d2 < r * r {
                let d = d2.sqrt();
                step(r, r * 0.82, d) * (0.72 + 0.28 * step(r * 0.55, r, d))
            } else {
                0.0
            };
            c += lamp.light * (strength * (disc * 0.36 + glow));
        }
        if wet {
            let near = 0.12 + STREET - y;
            c = c * (0.74 + 0.5 * fbm(x * 5.0 / near + shift, 1.4 / near, 4));
            // Tarmac and kerb lines run to the vanishing point.
            let kerb = (x.abs() - 0.16 - (STREET - y) * 1.25).abs();
            c += rgb(120., 140., 160.) * (0.05 * step(0.02, 0.0, kerb) * step(0.0, 0.2, STREET - y));
        }
        if alone {
            let q = ((x + 0.42) / 0.30, (y + 0.30) / 0.30);
            c = mix(c, rgb(6., 9., 13.), step(0.004, -0.004, person(q, true) * 0.30));
            if y < -0.30 {
                c = mix(c, c * 0.35, step(0.03, -0.02, person((q.0, -q.1), true) * 0.30));
            }
        }
        c
    }
}

/// A folded paper boat: how much of a point it covers, and its light. Its waterline is y = 0, its length 2.
pub(super) fn boat(x: f32, y: f32) -> (f32, V3) {
    let edge = 0.02;
    let side = |a: (f32, f32), b: (f32, f32)| (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0);
    let inside = |points: &[(f32, f32)]| {
        let mut least = f32::MAX;
        for (i, a) in points.iter().enumerate() {
            let b = points[(i + 1) % points.len()];
            least = least.min(side(*a, b) / (b.0 - a.0).hypot(b.1 - a.1));
        }
        step(-edge, edge, least)
    };
    let hull = inside(&[(-0.62, -0.06), (0.62, -0.06), (1.0, 0.42), (-1.0, 0.42)]);
    let sail_left = inside(&[(-0.44, 0.30), (0.0, 0.30), (0.0, 0.98)]);
    let sail_right = inside(&[(0.0, 0.30), (0.44, 0.30), (0.0, 0.98)]);
    // The rim dips between the points of bow and stern.
    let dip = step(edge, -edge, 0.42 - 0.20 * (1.0 - (x / 1.0).abs()) - y);
    let hull = hull * (1.0 - dip);
    let cover = hull.max(sail_left).max(sail_right);
    let mut light = V3(0.80, 0.80, 0.78) * (0.78 + 0.22 * x);
    if sail_right > hull {
        light = V3(0.86, 0.85, 0.80);
    }
    if sail_left > hull {
        light = V3(0.52, 0.55, 0.60);
    }
    let fold = segment((x, y), (-0.62, -0.06), (0.0, 0.22)).min(segment((x, y), (0.62, -0.06), (0.0, 0.22)));
    (cover, light * (1.0 - 0.22 * step(0.03, 0.0, fold) * hull))
}
