//! What moves in a scene by itself: how water and curtains of light are displaced, how lamps flicker,
//! rain and snow. Pure functions of place and time; the frame draws them.

use super::noise::{fbm1, h1, n2, step};
use super::scenes_water::{self, BANK, LAMP, STREET};
use super::{Look, Scene, scenes_land};

/// What falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Rain.
    Rain,
    /// Snow.
    Snow,
    /// Slow bubbles and plankton.
    Drift,
    /// Sparks that rise.
    Sparks,
}

/// What falls in a look.
pub(super) fn weather(look: &Look) -> Option<Weather> {
    match look.scene {
        Scene::Rain => Some(Weather::Rain),
        Scene::Forest => Some(Weather::Snow),
        Scene::Jellyfish => Some(Weather::Drift),
        Scene::Lanterns => Some(look.weather.unwrap_or(Weather::Sparks)),
        _ => look.weather,
    }
}

/// How far a place is from the camera, 1 far – 2 near: near things pass faster.
pub(super) fn nearness(look: &Look, y: f32) -> f32 {
    let horizon = match look.scene {
        Scene::Rain => STREET,
        Scene::Sea => -0.10,
        Scene::Lanterns => BANK,
        Scene::Lighthouse | Scene::Aurora | Scene::Forest | Scene::Moon => -0.20,
        Scene::Ridges => 0.15,
        Scene::Dunes => 0.05,
        Scene::Jellyfish => return 1.0,
    };
    1.0 + 0.9 * step(0.0, 1.3, horizon - y)
}

/// By how much what is seen at a place comes from elsewhere on the plate, at `t` seconds.
pub(super) fn displacement(look: &Look, x: f32, y: f32, t: f32) -> (f32, f32) {
    match look.scene {
        Scene::Sea => water(x, y, t, -0.10, 0.022),
        Scene::Rain => {
            let (dx, dy) = water(x, y, t * 1.6, STREET, 0.010);
            (dx * 1.6, dy)
        }
        Scene::Lighthouse => {
            // The cliff does not sway: water only left of it.
            let share = step(0.02, -0.14, x);
            let (dx, dy) = water(x, y, t, -0.22, 0.020);
            (dx * share, dy * share)
        }
        Scene::Lanterns => {
            let (dx, dy) = water(x, y, t * 0.8, BANK, 0.010);
            (dx, dy + 0.006 * step(0.0, 0.4, BANK - y) * (t * 1.3 + x * 3.0).sin())
        }
        Scene::Aurora => {
            if y < scenes_land::LAKE {
                water(x, y, t * 0.7, scenes_land::LAKE, 0.014)
            } else {
                let high = step(scenes_land::LAKE + 0.28, 0.25, y);
                (high * 0.035 * ((x * 5.0 + t * 0.9).sin() + (x * 11.0 - t * 0.6 + y * 3.0).sin() * 0.5), 0.0)
            }
        }
        Scene::Jellyfish => {
            let pulse = (t * 1.9).sin();
            let below = step(0.35, -0.7, y);
            (
                0.030 * below * (y * 5.0 + t * 1.5).sin() + 0.010 * (y * 3.0 + t).sin(),
                0.022 * pulse * step(1.4, 0.2, x.hypot(y)) + 0.012 * (t * 0.8 + x * 2.0).sin(),
            )
        }
        Scene::Forest | Scene::Ridges | Scene::Dunes | Scene::Moon => (0.0, 0.0),
    }
}

/// Ripples below a horizon: wide and slow near the camera, fine and quick far away.
fn water(x: f32, y: f32, t: f32, horizon: f32, height: f32) -> (f32, f32) {
    let below = horizon - y;
    if below <= 0.0 {
        return (0.0, 0.0);
    }
    let near = step(0.0, 0.9, below);
    let far = 1.0 / (below + 0.07);
    let swell = (far * 1.9 + t * 2.1 + x * (1.6 + far * 0.15)).sin();
    let cross = (far * 3.1 - t * 1.7 - x * (3.4 + far * 0.2)).sin();
    let size = height * (0.15 + near) * step(0.0, 0.05, below);
    (size * (0.8 * cross + 0.4 * swell), size * (0.9 * swell + 0.5 * cross))
}

/// The light of a moment at a place: a factor, and colour that is added (0 – 255).
pub(super) fn light(look: &Look, x: f32, y: f32, t: f32) -> (f32, [f32; 3]) {
    let salt = look.salt;
    match look.scene {
        Scene::Lighthouse => {
            let b = scenes_water::beams(x, y, t) * (0.62 + 0.5 * n2(x * 5.0 + t * 0.3 + 50.0, y * 5.0 + 50.0));
            let lamp = (-(x - LAMP.0).hypot(y - LAMP.1) * 7.0).exp() * (0.75 + 0.25 * (t * 2.6).sin());
            let b = b * 150.0 + lamp * 70.0;
            (1.0, [b, b * 0.86, b * 0.60])
        }
        Scene::Lanterns => {
            let flicker =
                1.0 + 0.16 * (fbm1(t * 2.2 + x * 3.0 + salt, 3) - 0.45) + 0.05 * (t * 5.0 + x * 9.0 + y * 7.0).sin();
            (flicker, [0.0; 3])
        }
        Scene::Rain => {
            let sign = fbm1(t * 3.0 + h1((x * 2.0).round() + salt) * 40.0, 3);
            let pulse = step(0.1, 0.9, y.abs()) * 0.14 * (sign - 0.45);
            // Headlights sweep the wet street now and then.
            let car = (-((x - 2.6 + (t * 0.9 + salt).rem_euclid(7.0) * 0.75).abs()) * 2.2).exp() * step(0.25, -0.25, y);
            (1.0 + pulse, [26.0 * car, 22.0 * car, 16.0 * car])
        }
        Scene::Aurora => {
            let wave = fbm1(x * 2.4 + t * 0.55 + salt + 30.0, 3) - 0.45;
            let high = step(-0.3, 0.3, y.abs());
            (1.0 + 0.55 * wave * high, [0.0; 3])
        }
        Scene::Sea => {
            let gleam = step(-0.10, -0.45, y) * 0.08 * (x * 7.0 + t * 1.4 + y * 19.0).sin();
            (1.0 + gleam, [0.0; 3])
        }
        Scene::Jellyfish => {
            let pulse = 0.07 * (t * 1.9).sin() * (-x.hypot(y - 0.2) * 1.6).exp();
            let shafts = 0.10 * (fbm1((x - 0.1).atan2(1.8 - y) * 9.0 + t * 0.35 + 20.0, 3) - 0.4) * step(-0.6, 1.0, y);
            (1.0 + pulse + shafts, [0.0; 3])
        }
        Scene::Forest => {
            let d = (x - scenes_land::HUT.0).hypot((y - scenes_land::HUT.1) * 1.4);
            let fire = (-d * 6.0).exp() * (fbm1(t * 3.2 + salt, 3) - 0.42) * 60.0;
            (1.0, [fire, fire * 0.55, fire * 0.2])
        }
        Scene::Ridges => {
            let mist = step(0.25, -0.2, y) * step(-1.0, -0.2, y);
            let drift = n2(x * 1.6 + t * 0.16 + 40.0, y * 5.0 + 40.0) - 0.5;
            (1.0, [mist * drift * 34.0, mist * drift * 30.0, mist * drift * 28.0])
        }
        Scene::Dunes => {
            let dust = step(0.05, -0.5, y) * step(0.55, 0.8, n2(x * 2.2 - t * 0.9 + 60.0, y * 12.0 + t * 0.2 + 60.0));
            (1.0 + 0.03 * (t * 0.5 + x).sin(), [dust * 16.0, dust * 12.0, dust * 8.0])
        }
        Scene::Moon => {
            let haze =
                step(0.15, -0.25, y) * step(-0.6, -0.2, y) * (n2(x * 1.4 - t * 0.14 + 40.0, y * 7.0 + 40.0) - 0.4);
            (1.0, [haze * 44.0, haze * 32.0, haze * 32.0])
        }
    }
}

/// One falling thing at a moment: place, way (a streak's length), size in units, strength 0 – 1.
pub(super) struct Speck {
    pub at: (f32, f32),
    pub way: (f32, f32),
    pub size: f32,
    pub light: [f32; 3],
    pub strength: f32,
}

/// What falls at `t` seconds in a picture `aspect` times as wide as high.
pub(super) fn specks(kind: Weather, salt: f32, aspect: f32, t: f32) -> impl Iterator<Item = Speck> {
    let count = match kind {
        Weather::Rain => 420.0 * aspect.max(0.6),
        Weather::Snow => 260.0 * aspect.max(0.6),
        Weather::Drift => 90.0 * aspect.max(0.6),
        Weather::Sparks => 46.0 * aspect.max(0.6),
    } as u32;
    (0..count).map(move |i| {
        let f = i as f32 + salt * 3.0;
        let (a, b, c) = (h1(f * 1.3 + 0.1), h1(f * 2.7 + 0.2), h1(f * 4.1 + 0.3));
        let near = c * c;
        let across = |x: f32| (x.rem_euclid(1.0) * 2.0 - 1.0) * (aspect + 0.1);
        let down = |y: f32| 1.15 - 2.3 * y.rem_euclid(1.0);
        match kind {
            Weather::Rain => {
                let y = down(b + t * (0.75 + 0.9 * near));
                Speck {
                    at: (across(a) - y * 0.09, y),
                    way: (0.09 * (0.05 + 0.10 * near), 0.05 + 0.10 * near),
                    size: 0.0014 + 0.0012 * near,
                    light: [190.0, 212.0, 228.0],
                    strength: 0.10 + 0.22 * near,
                }
            }
            Weather::Snow => Speck {
                at: (
                    across(a + t * 0.012 * (1.0 + near)) + 0.04 * (t * (0.6 + a) + b * 6.0).sin(),
                    down(b + t * (0.05 + 0.10 * near)),
                ),
                way: (0.0, 0.0),
                size: 0.003 + 0.008 * near,
                light: [236.0, 242.0, 250.0],
                strength: 0.35 + 0.4 * (1.0 - near),
            },
            Weather::Drift => Speck {
                at: (across(a) + 0.03 * (t * 0.5 + b * 9.0).sin(), -down(b + t * (0.008 + 0.02 * near))),
                way: (0.0, 0.0),
                size: 0.002 + 0.006 * near,
                light: [170.0, 226.0, 230.0],
                strength: 0.22 + 0.3 * (0.5 + 0.5 * (t * (0.7 + a) + c * 20.0).sin()),
            },
            Weather::Sparks => Speck {
                at: (across(a) + 0.05 * (t * 0.7 + b * 9.0).sin(), -down(b + t * (0.02 + 0.04 * near))),
                way: (0.0, 0.0),
                size: 0.0018 + 0.002 * near,
                light: [255.0, 178.0, 92.0],
                strength: 0.5 * (0.5 + 0.5 * (t * (2.0 + 3.0 * a) + c * 20.0).sin()),
            },
        }
    })
}
