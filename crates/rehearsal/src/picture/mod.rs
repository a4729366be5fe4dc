//! What a clip shows: a scene chosen by the words of the prompt, varied by the seed, drawn once as a
//! plate and then moved, with the things that live in it (water, rain, light) drawn on every frame.
//!
//! The same prompt and seed give the same pictures, byte for byte. Knows no task, no file and no HTTP.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "pixels and colours: every number is far inside the range of its type"
)]
#![expect(
    clippy::many_single_char_names,
    clippy::similar_names,
    clippy::suboptimal_flops,
    reason = "x, y, t, k and c mean in a formula what they mean in every book about it"
)]

mod alive;
mod frame;
mod noise;
mod plate;
mod prompt;
mod scenes_land;
mod scenes_water;
mod shot;

pub(crate) use shot::Shot;

/// The scenes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scene {
    Rain,
    Sea,
    Lighthouse,
    Lanterns,
    Ridges,
    Forest,
    Dunes,
    Moon,
    Aurora,
    Jellyfish,
}

impl Scene {
    /// Every scene.
    pub const ALL: [Self; 10] = [
        Self::Rain,
        Self::Sea,
        Self::Lighthouse,
        Self::Lanterns,
        Self::Ridges,
        Self::Forest,
        Self::Dunes,
        Self::Moon,
        Self::Aurora,
        Self::Jellyfish,
    ];

    /// Whether a boat can float in it.
    pub fn has_water(self) -> bool {
        matches!(self, Self::Rain | Self::Sea | Self::Lighthouse | Self::Lanterns | Self::Aurora)
    }
}

/// How a scene is varied: by the seed, the words, and pictures to resemble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    /// Which scene.
    pub scene: Scene,
    /// Whether the prompt says which scene; otherwise chance chose it.
    pub named: bool,
    /// 0 – 1: time of the day, or the light.
    pub hour: f32,
    /// Moves the noise, so that clouds, hills and waves are others.
    pub shift: f32,
    /// Moves lamps, lanterns and particles.
    pub salt: f32,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
    /// Share of each colour, about 1.
    pub grade: [f32; 3],
    /// Way of the camera across the picture, −1 – 1.
    pub pan: (f32, f32),
    /// Whether a paper boat floats in it.
    pub boat: bool,
    /// Whether it rains or snows although the scene has no weather of its own.
    pub weather: Option<alive::Weather>,
}
