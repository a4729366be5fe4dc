//! Scenes on land and in the sky: ridges, a snowy forest, dunes, moonrise, aurora, and one under water.

use super::Look;
use super::noise::{V3, fbm, fbm1, floor, fract, h1, h2, lerp, mix, n2, person, rgb, step};

pub(super) fn ridges(x: f32, y: f32, look: &Look) -> V3 {
    let k = look.hour;
    let sky = mix(rgb(250., 214., 176.), rgb(92., 128., 160.), step(-0.1, 0.95, y + 0.25));
    let d = (x - 0.42).hypot(y - 0.20 - 0.1 * k);
    let mut c = sky + rgb(255., 220., 170.) * (0.5 * (-d * 3.2).exp() + step(0.072, 0.066, d) * 0.9);
    c = mix(c, rgb(255., 226., 196.), step(0.5, 0.8, fbm(x * 1.2 + k + look.shift, y * 5.0 + k, 5)) * 0.35);
    for i in 0..8_u8 {
        let i = f32::from(i);
        let f = i / 7.0;
        let along = x * (1.0 + f * 0.5) + i * 5.3 + look.shift + 90.0;
        let crest = 0.16 - 0.62 * f * f - 0.06 * f
            + (0.16 + 0.12 * f) * (fbm1(along * (1.3 + f * 0.9), 7) - 0.5) * 2.0 * (0.55 + 0.45 * f);
        let mut top = crest;
        if i > 5.0 {
            let trees = x * (46.0 - 6.0 * (i - 6.0));
            let tree = floor(trees);
            top += (0.018 + 0.03 * h1(tree + i * 9.0)) * (1.0 - (fract(trees) - 0.5).abs() * 2.0) * (0.6 + 0.4 * f);
        }
        let cover = step(0.0035, -0.0035, y - top);
        if cover <= 0.0 {
            continue;
        }
        let near = mix(rgb(108., 122., 142.), rgb(14., 24., 34.), step(0.3, 1.0, f));
        let mut land = mix(rgb(226., 186., 164.), near, step(0.0, 0.55, f));
        let mist = step(0.02, 0.30, crest - y) * (1.0 - f * 0.85) * (0.45 + 0.6 * fbm(x * 3.0 + i, y * 8.0 + i, 4));
        land = mix(land, rgb(240., 206., 182.), (mist * 0.9).clamp(0.0, 0.8));
        c = mix(c, land, cover);
    }
    c
}

fn fir(x: f32, y: f32, s: f32) -> f32 {
    if !(0.0..=1.0).contains(&y) {
        return 0.0;
    }
    let mut w = (1.0 - y) * 0.20;
    w *= 0.55 + 0.55 * (1.0 - fract(y * 9.0 + s));
    w *= 0.75 + 0.5 * n2(y * 40.0, s * 9.0 + x.signum() * 3.0);
    step(0.012, -0.012, x.abs() - w - 0.008)
}

/// Where the hut of the forest stands.
pub(super) const HUT: (f32, f32) = (0.10, -0.235);

pub(super) fn forest(x: f32, y: f32, look: &Look) -> V3 {
    let fog = mix(rgb(122., 146., 164.), rgb(86., 108., 136.), step(-0.4, 0.9, y));
    let mut c = fog * (1.0 + 0.12 * fbm(x * 2.0 + look.shift, y * 2.0, 4));
    let hut = (x - HUT.0, y - HUT.1);
    let glow = hut.0.hypot(hut.1 * 1.15);
    for i in 0..7_u8 {
        let i = f32::from(i);
        let f = i / 6.0;
        let ground = -0.20 - 0.34 * f * f - 0.03 * f
            + 0.035 * (fbm1(x * (1.0 + f) + i * 7.0 + 80.0 + look.shift, 4) - 0.5) * 2.0;
        let n = lerp(13.0, 2.1, f.powf(0.7));
        let shift = i * 11.7 + look.shift * 3.0;
        let at = x * n * 0.62 + shift;
        let dark = mix(fog * 0.72, rgb(12., 22., 30.), f.powf(0.8));
        for j in -2..=2_i8 {
            let id = floor(at) + f32::from(j);
            let centre = id + 0.5 + 0.7 * (h1(id * 1.7 + i * 31.0) - 0.5);
            let height = lerp(0.34, 1.75, f.powf(1.1)) * (0.65 + 0.6 * h1(id + i * 3.0));
            if i > 3.0 && ((centre - shift) / (n * 0.62) - 0.10).abs() < 0.22 + 0.2 * f {
                continue;
            }
            let q = ((at - centre) / (n * 0.62) / height, (y - ground + 0.02) / height);
            let cover = fir(q.0, q.1, h1(id * 3.3));
            if cover > 0.0 {
                let detail = 1.2 - 0.6 * f;
                let clumps = fbm(x * 38.0 * detail + i, y * 70.0 * detail, 3);
                let snow = 0.66 * step(0.36, 0.62, clumps) * step(0.02, 0.22, q.1);
                let col = mix(dark, rgb(196., 210., 220.) * lerp(0.75, 0.5, f), snow * (1.0 - 0.45 * f));
                c = mix(c, col, cover);
            }
        }
        let cover = step(0.004, -0.004, y - ground);
        if cover > 0.0 {
            let snow = mix(rgb(168., 186., 200.), rgb(112., 136., 164.), f);
            c = mix(c, snow * (0.86 + 0.24 * fbm(x * 5.0 + i, y * 22.0 + i, 5)), cover);
        }
        c = mix(c, fog, 0.16 * (1.0 - f) * step(0.4, -0.1, y - ground));
        if (i - 3.0).abs() < 0.5 {
            let wall = (hut.0.abs() - 0.075).max((hut.1 + 0.005).abs() - 0.045);
            let roof = (hut.1 - 0.105 + hut.0.abs() * 0.62).max(-(hut.1 - 0.035));
            c = mix(c, rgb(26., 22., 26.), step(0.003, -0.003, wall));
            c = mix(c, rgb(190., 204., 216.), step(0.003, -0.003, roof));
            let window = ((hut.0.abs() - 0.034).abs() - 0.017).max(hut.1.abs() - 0.019);
            c = mix(c, V3(2.4, 1.25, 0.4), step(0.003, -0.002, window));
            c += V3(1.0, 0.48, 0.14) * (0.30 * (-glow * 7.5).exp());
            if y < HUT.1 {
                let spill = (hut.0 * 0.9).hypot((hut.1 + 0.10) * 2.6);
                c += V3(1.0, 0.5, 0.16) * (0.5 * (-spill * 7.0).exp());
            }
        }
    }
    c
}

fn dune(x: f32, z: f32) -> f32 {
    let w = (fbm(x * 0.11, z * 0.11, 2) * 5.4, fbm(x * 0.11 + 9.0, z * 0.11 + 9.0, 2) * 5.4);
    let u = (x * 0.55 + z * 0.85 + w.0 * 1.6) * 0.13;
    let (k, f) = (floor(u), fract(u));
    let s = if f < 0.7 { (f / 0.7).powf(1.35) } else { ((1.0 - f) / 0.3).powf(1.15) };
    let a = 1.2 + 2.2 * n2(k * 3.1, (x * 0.85 - z * 0.5) * 0.05 + w.1 * 0.2);
    let f = fract((x * 0.9 - z * 0.3 + w.1 * 2.0) * 0.31);
    s * a * 1.25 + 0.32 * (if f < 0.65 { f / 0.65 } else { (1.0 - f) / 0.35 }) * step(0.1, 0.7, s)
}

pub(super) fn dunes(x: f32, y: f32, look: &Look) -> V3 {
    let k = look.hour;
    let sun = V3(-0.86, 0.17 - 0.10 * k, 0.42).normal();
    let eye = V3(3.0 + k * 5.0 + look.shift, 5.4, k * 9.0);
    let ray = V3(x, y - 0.24, 2.1).normal();
    let top = mix(rgb(70., 112., 140.), rgb(40., 52., 92.), k);
    let low = mix(rgb(246., 196., 132.), rgb(238., 128., 84.), k);
    let mut sky = mix(low, top, (ray.1.max(0.0) * 2.6).clamp(0.0, 1.0).powf(0.6));
    let near_sun = ray.dot(V3(-0.5, 0.07, 0.9).normal()).max(0.0);
    sky += rgb(255., 190., 120.) * (near_sun.powi(40) * 0.5) + rgb(255., 210., 150.) * (near_sun.powi(6) * 0.16);
    sky = sky * (1.0 + 0.14 * fbm(ray.0 * 3.0 + 20.0, ray.1 * 22.0, 4));
    let (mut t, mut before, mut hit) = (1.0_f32, 1.0_f32, false);
    for _ in 0..90 {
        let p = eye + ray * t;
        if p.1 > 5.6 && ray.1 > 0.0 {
            break;
        }
        let d = p.1 - dune(p.0, p.2);
        if d < 0.003 * t {
            hit = true;
            break;
        }
        before = t;
        t += (d * 0.42).max(0.014 * t);
        if t > 110.0 {
            break;
        }
    }
    let mut c = sky;
    if hit {
        for _ in 0..5 {
            let middle = (t + before) * 0.5;
            let p = eye + ray * middle;
            if p.1 < dune(p.0, p.2) { t = middle } else { before = middle }
        }
        let p = eye + ray * t;
        let e = 0.02 + 0.0016 * t;
        let slope_x = dune(p.0 - e, p.2) - dune(p.0 + e, p.2);
        let slope_z = dune(p.0, p.2 - e) - dune(p.0, p.2 + e);
        let mut n = V3(slope_x, 2.0 * e, slope_z).normal();
        let ripple = ((p.0 * 0.8 + p.2 * 1.1 + fbm(p.0 * 0.9, p.2 * 0.9, 3) * 3.0) * 14.0).sin();
        n = (n + V3(0.09, 0.0, 0.07) * (ripple * (-t * 0.07).exp())).normal();
        let (mut lit, mut q) = (1.0_f32, 0.12);
        for _ in 0..16 {
            let s = p + sun * q;
            let d = s.1 - dune(s.0, s.2);
            lit = lit.min(step(-0.02, 0.03, d / q));
            if lit < 0.01 || q > 16.0 {
                break;
            }
            q += (d * 0.7).max(0.16);
        }
        let light = n.dot(sun).max(0.0) * lit;
        let sand = mix(rgb(214., 150., 96.), rgb(222., 138., 92.), k);
        let ambient = V3(0.10, 0.13, 0.20) * (0.5 + 0.5 * n.1) + V3(0.05, 0.03, 0.0175);
        c = sand * (V3(2.5, 1.75, 1.1) * (light * 1.25) + ambient);
        c += V3(0.03, 0.03, 0.03) * (n2(p.0 * 70.0, p.2 * 70.0) * light);
        c = mix(c, low * 0.86, 1.0 - (-(t * 0.0165).powf(1.7)).exp());
    }
    let size = 0.085 + 0.06 * k;
    let q = ((x + 0.27 - 0.4 * k) / size, (y + 0.028 + 0.02 * k) / size);
    mix(c, rgb(24., 18., 22.), step(0.002, -0.002, person(q, false) * size))
}

pub(super) fn moon(x: f32, y: f32, look: &Look) -> V3 {
    let k = look.hour;
    let mut c = mix(rgb(196., 122., 102.), rgb(30., 42., 76.), step(-0.25, 0.85, y));
    let (sx, sy) = (x * 40.0, y * 40.0);
    let star = f32::from(h2(floor(sx) + 500.0, floor(sy)) > 0.93);
    c += V3(0.8, 0.8, 0.8) * (star * step(0.12, 0.0, (fract(sx) - 0.5).hypot(fract(sy) - 0.5)) * step(0.1, 0.7, y));
    let m = ((x - 0.08) / 0.47, (y - 0.20 - 0.1 * k) / 0.47);
    let r = m.0.hypot(m.1);
    if r < 1.0 {
        let n = V3(m.0, m.1, (1.0 - r * r).sqrt());
        let q = (n.0 / (1.0 + n.2) * 3.0, n.1 / (1.0 + n.2) * 3.0);
        let t = fbm(q.0 * 1.2 + 3.0 + look.shift, q.1 * 1.2 + 3.0, 6);
        let mut craters = 0.0;
        for i in 0..3_u8 {
            let scale = 1.3 + 1.9 * f32::from(i);
            let g = (q.0 * scale, q.1 * scale);
            for a in -1..=1_i8 {
                for b in -1..=1_i8 {
                    let o = (floor(g.0) + f32::from(a), floor(g.1) + f32::from(b));
                    let salt = f32::from(i) * 9.0;
                    let at = (h2(o.0 + salt, o.1 + salt), h2(o.0 + salt + 57.0, o.1 + salt + 57.0));
                    let z = (g.0 - o.0 - at.0).hypot(g.1 - o.1 - at.1) / (0.2 + 0.25 * h2(o.0, o.1));
                    craters += (step(0.65, 0.95, z) * step(1.25, 0.95, z) - 0.6 * step(0.8, 0.2, z)) * 0.17;
                }
            }
        }
        let light = n.dot(V3(-0.62, 0.42, 0.55).normal()).clamp(0.0, 1.0);
        let mut col = rgb(250., 226., 200.) * ((0.52 + 0.75 * t + craters) * light * 1.15);
        col = mix(col, rgb(206., 132., 110.), 0.34 * step(0.2, -0.9, m.1) + 0.08);
        c = mix(c, col + c * 0.22, step(1.0, 0.985, r));
    }
    c += rgb(255., 190., 150.) * (0.16 * (-(r - 1.0).max(0.0) * 4.0).exp());
    for i in 0..4_u8 {
        let i = f32::from(i);
        let f = i / 3.0;
        let crest = -0.20 - 0.06 * f - 0.10 * f * f
            + (0.10 - 0.05 * f) * (fbm1(x * (2.2 + f) + i * 6.0 + 70.0 + look.shift, 6) - 0.45) * (1.0 - 0.3 * f);
        let land = mix(rgb(168., 110., 108.), rgb(52., 46., 70.), f);
        let land = land * (0.85 + 0.35 * fbm(x * 10.0 + i * 3.0, y * 24.0 + i * 3.0, 5));
        c = mix(c, land, step(0.003, -0.003, y - crest));
    }
    if y < -0.37 {
        let t = 0.30 / (-0.30 - y);
        let p = (x * t * 3.0 + look.shift, t * 3.0);
        let crack = (fbm(p.0 * 1.1, p.1 * 1.1, 5) - 0.5).abs();
        let fine = (fbm(p.0 * 2.3 + 5.0, p.1 * 2.3 + 5.0, 4) - 0.5).abs();
        let mut ice = mix(rgb(120., 96., 112.), rgb(190., 150., 142.), step(4.0, 14.0, t * 3.0));
        ice = ice * (0.75 + 0.45 * fbm(p.0 * 2.0, p.1 * 2.0, 5));
        ice = mix(ice, rgb(28., 30., 52.), (step(0.035, 0.0, crack) * 0.85 + step(0.02, 0.0, fine) * 0.4).min(1.0));
        let shine = (-(x - 0.08).abs() * 3.0).exp() * step(0.4, 0.7, fbm(p.0 * 4.0, p.1, 4));
        ice += rgb(255., 200., 160.) * (0.35 * shine);
        c = mix(c, ice, step(-0.37, -0.40, y));
    }
    let q = ((x + 0.34) / 0.15, (y + 0.55) / 0.15);
    mix(c, rgb(16., 14., 24.), step(0.004, -0.004, person(q, false) * 0.15))
}

/// Where the lake of the aurora begins.
pub(super) const LAKE: f32 = -0.20;

fn curtain(x: f32, y: f32, look: &Look) -> V3 {
    let mut c = mix(rgb(10., 34., 48.), rgb(4., 9., 24.), step(0.0, 0.8, y));
    let (sx, sy) = (x * 46.0, y * 46.0);
    let id = (floor(sx) + 900.0, floor(sy) + 900.0);
    if h2(id.0, id.1) > 0.90 {
        let away = (fract(sx) - 0.5 + 0.6 * (h2(id.0 + 1.0, id.1) - 0.5))
            .hypot(fract(sy) - 0.5 + 0.6 * (h2(id.0, id.1 + 3.0) - 0.5));
        let bright = step(0.14, 0.0, away) * (0.3 + 0.9 * h2(id.0 + 9.0, id.1 + 9.0));
        c += V3(bright, bright, bright);
    }
    for i in 0..3_u8 {
        let f = f32::from(i);
        let at = x * (1.1 + 0.35 * f) + f * 3.7 + look.hour * 0.5 + y * 0.22 + 60.0 + look.shift;
        let base = 0.05 + 0.42 * fbm1(at * 1.25, 4) + 0.07 * f;
        let above = y - base;
        let ray = 0.35 + 0.9 * fbm1(at * 17.0 + f * 7.0 + 0.8 * (at * 3.0).sin(), 4).powf(1.5);
        let edge = step(-0.035, 0.015, above) * (-above.max(0.0) * (4.2 - 0.6 * f)).exp();
        let mut col = mix(rgb(70., 255., 150.), rgb(90., 130., 255.), (above * 2.6).clamp(0.0, 1.0));
        col = mix(col, rgb(255., 90., 150.), step(0.22, 0.5, above) * 0.55);
        c += col * (edge * ray * (0.85 - 0.2 * f) * (0.35 + 1.1 * fbm1(at * 0.9 + 9.0, 2).powf(1.3)));
    }
    c
}

pub(super) fn aurora(x: f32, y: f32, look: &Look) -> V3 {
    let water = y < LAKE;
    let mut q = (x, y);
    if water {
        q.1 = LAKE + (LAKE - y) * 1.15;
        q.0 += (n2(x * 8.0, y * 90.0) - 0.5) * 0.2 * (LAKE - y + 0.02);
    }
    let mut c = curtain(q.0, q.1 - 0.02, look);
    let far = LAKE
        + 0.035
        + 0.20 * fbm1(q.0 * 1.5 + 42.0 + look.shift, 6).powf(1.4) * step(-1.2, 0.9, -q.0 * 0.8)
        + 0.05 * fbm1(q.0 * 6.0 + 40.0, 4);
    let snow = step(0.45, 0.7, fbm(q.0 * 14.0, q.1 * 26.0, 4)) * step(LAKE + 0.05, LAKE + 0.2, q.1);
    c = mix(c, mix(rgb(22., 52., 62.), rgb(140., 170., 180.) * 0.4, snow), step(0.003, -0.003, q.1 - far));
    let trees = q.0 * 64.0;
    let near = LAKE
        + 0.012
        + 0.03 * fbm1(q.0 * 3.0 + 47.0, 3)
        + (0.02 + 0.035 * h1(floor(trees)))
            * (1.0 - (fract(trees) - 0.5).abs() * 2.0)
            * step(0.1, 0.9, (q.0 + 0.1).abs());
    c = mix(c, rgb(3., 9., 13.), step(0.003, -0.003, q.1 - near));
    if water { c * V3(0.62, 0.74, 0.78) + rgb(6., 20., 26.) * 0.4 } else { c }
}

pub(super) fn jellyfish(x: f32, y: f32, look: &Look) -> V3 {
    let k = look.hour;
    let mut c = mix(rgb(2., 16., 34.), rgb(10., 84., 112.), step(-0.9, 1.2, y));
    let angle = (x - 0.1).atan2(1.5 - y);
    c += rgb(90., 190., 200.) * (0.35 * fbm1(angle * 14.0 + 33.0 + look.shift, 4).powf(2.5) * step(-0.8, 1.3, y));
    for (j, (o, size)) in
        [((0.46, 0.48), 0.2), ((-0.50, -0.28), 0.3), ((0.02, 0.20 + 0.06 * k), 1.0)].into_iter().enumerate()
    {
        let mut q = ((x - o.0) / (0.46 * size), (y - o.1) / (0.46 * size));
        q.0 += 0.06 * (q.1 * 2.0 + k * 3.0).sin();
        let big = if j == 2 { 1.0 } else { 0.42 };
        let salt = j as f32;
        let r = q.0.hypot(q.1 * 1.18);
        if r > 5.0 {
            continue;
        }
        let bell = step(1.0, 0.97, r) * step(-0.16, -0.08, q.1 + 0.04 * (q.0 * 14.0).cos());
        let rim = r.clamp(0.0, 1.0).powi(5);
        let rib = 0.5 + 0.5 * (q.0.atan2(q.1 + 0.9) * 26.0).cos();
        let col = mix(rgb(255., 176., 150.), rgb(250., 120., 130.), q.1.clamp(0.0, 1.0));
        let lit = 0.20 + 0.75 * rim + 0.22 * rib * r + 0.45 * (-q.0.hypot(q.1 - 0.12) * 4.0).exp();
        c = mix(c, c * 0.6 + col * lit, bell * 0.9 * big);
        c += col * (0.18 * big * (-(r - 1.0).max(0.0) * 4.5).exp());
        let below = -(q.1 + 0.06);
        if below < 0.0 || q.0.abs() > 2.2 {
            continue;
        }
        for i in 0..15_u8 {
            let n = f32::from(i);
            let f = n / 14.0 * 2.0 - 1.0;
            let length = 2.3 + 1.3 * h1(n * 3.0 + salt);
            let at = f * (0.82 - 0.09 * below)
                + 0.13 * (below * 2.6 + n * 1.7 + k * 5.0).sin() * below * 0.7
                + 0.05 * (below * 7.0 + n * 4.0).sin();
            let w = 0.010 + 0.006 * h1(n);
            c += col * (big * 0.55 * step(w * 2.6, 0.0, (q.0 - at).abs()) * step(length, 0.0, below));
        }
        let below = -(q.1 + 0.02);
        for i in 0..4_u8 {
            let n = f32::from(i);
            let f = n / 3.0 * 2.0 - 1.0;
            let at = f * 0.26 + 0.12 * (below * 3.0 + n * 2.0).sin() * below;
            let w = (0.09 * (1.0 - below / 1.9) * (0.7 + 0.5 * (below * 16.0 + n * 2.0).sin())).max(1e-4);
            c += col * (big * 0.42 * step(w, w * 0.2, (q.0 - at).abs()) * step(1.8, 0.0, below));
        }
    }
    c
}
