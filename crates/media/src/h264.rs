//! The little of H.264 that must be read outside the decoder: how lengths become start codes, and
//! which colours the stream means. Knows no container and no pixels.

use shiguredo_mp4::boxes::AvccBox;

use crate::MediaError;

/// How the numbers of a video mean colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Colours {
    /// Share of red in luma.
    pub red: f32,
    /// Share of blue in luma.
    pub blue: f32,
    /// Whether luma uses 0–255 rather than 16–235.
    pub full_range: bool,
}

impl Colours {
    /// ITU-R BT.601, standard definition.
    pub const BT601: Self = Self { red: 0.299, blue: 0.114, full_range: false };
    /// ITU-R BT.709, high definition.
    pub const BT709: Self = Self { red: 0.2126, blue: 0.0722, full_range: false };
    /// ITU-R BT.2020.
    pub const BT2020: Self = Self { red: 0.2627, blue: 0.0593, full_range: false };
}

/// Parameter sets in the form that the decoder takes, each after a start code.
pub(crate) fn parameter_sets(config: &AvccBox) -> Vec<u8> {
    let mut stream = Vec::new();
    for set in config.sps_list.iter().chain(&config.pps_list) {
        stream.extend([0, 0, 0, 1]);
        stream.extend(set);
    }
    stream
}

/// Appends a sample of length-prefixed units to a stream with start codes.
pub(crate) fn append_units(stream: &mut Vec<u8>, sample: &[u8], config: &AvccBox) -> Result<(), MediaError> {
    for unit in units(sample, config) {
        let unit = unit?;
        if !unit.is_empty() {
            stream.extend([0, 0, 0, 1]);
            stream.extend(unit);
        }
    }
    Ok(())
}

/// The units of a sample, without their lengths. The first error is the last item.
fn units<'a>(sample: &'a [u8], config: &AvccBox) -> impl Iterator<Item = Result<&'a [u8], MediaError>> {
    let width = usize::from(config.length_size_minus_one.get()) + 1;
    let mut rest = sample;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((length, after)) = std::mem::take(&mut rest).split_at_checked(width) else {
            return Some(Err(MediaError::decode("a frame ends in a length")));
        };
        let length = length.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        let Some((unit, after)) = after.split_at_checked(length) else {
            return Some(Err(MediaError::decode("a unit is longer than its frame")));
        };
        rest = after;
        Some(Ok(unit))
    })
}

/// Whether a decoder needs nothing from before for this sample and for those behind it: its slices are of an IDR picture
/// (ITU-T H.264, table 7-1).
pub(crate) fn starts_afresh(sample: &[u8], config: &AvccBox) -> bool {
    slices(sample, config).next().is_some_and(|slice| slice & 31 == 5)
}

/// Whether no other picture is decoded with the help of this one: none of its slices is kept as a reference.
pub(crate) fn stands_alone(sample: &[u8], config: &AvccBox) -> bool {
    let mut slices = slices(sample, config).peekable();
    slices.peek().is_some() && slices.all(|slice| slice & 0x60 == 0)
}

/// The first byte of each coded slice.
fn slices(sample: &[u8], config: &AvccBox) -> impl Iterator<Item = u8> {
    units(sample, config).filter_map(|unit| unit.ok()?.first().copied()).filter(|byte| matches!(byte & 31, 1..=5))
}

/// The colours that a stream means: as its VUI says, else by the custom of players (BT.601 for
/// standard definition, BT.709 above, limited range).
pub(crate) fn colours(config: &AvccBox, height: usize) -> Colours {
    let custom = if height > 576 { Colours::BT709 } else { Colours::BT601 };
    config.sps_list.first().and_then(|sps| signal(sps)).map_or(custom, |signal| {
        let base = match signal.matrix {
            Some(1) => Colours::BT709,
            Some(4..=6) => Colours::BT601,
            Some(9 | 10) => Colours::BT2020,
            _ => custom,
        };
        Colours { full_range: signal.full_range, ..base }
    })
}

struct Signal {
    full_range: bool,
    matrix: Option<u32>,
}

/// Reads a sequence parameter set up to its video signal type (ITU-T H.264, 7.3.2.1.1 and E.1.1).
fn signal(sps: &[u8]) -> Option<Signal> {
    let mut bits = Bits::new(sps.get(1..)?);
    let profile = bits.take(8)?;
    bits.take(16)?;
    bits.exp_golomb()?;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
        let chroma = bits.exp_golomb()?;
        if chroma == 3 {
            bits.take(1)?;
        }
        bits.exp_golomb()?;
        bits.exp_golomb()?;
        bits.take(1)?;
        if bits.take(1)? == 1 {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.take(1)? == 1 {
                    bits.skip_scaling_list(if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.exp_golomb()?;
    match bits.exp_golomb()? {
        0 => {
            bits.exp_golomb()?;
        }
        1 => {
            bits.take(1)?;
            bits.exp_golomb()?;
            bits.exp_golomb()?;
            for _ in 0..bits.exp_golomb()?.min(255) {
                bits.exp_golomb()?;
            }
        }
        _ => {}
    }
    bits.exp_golomb()?;
    bits.take(1)?;
    bits.exp_golomb()?;
    bits.exp_golomb()?;
    if bits.take(1)? == 0 {
        bits.take(1)?;
    }
    bits.take(1)?;
    if bits.take(1)? == 1 {
        for _ in 0..4 {
            bits.exp_golomb()?;
        }
    }
    if bits.take(1)? == 0 {
        return None;
    }
    if bits.take(1)? == 1 && bits.take(8)? == 255 {
        bits.take(32)?;
    }
    if bits.take(1)? == 1 {
        bits.take(1)?;
    }
    if bits.take(1)? == 0 {
        return None;
    }
    bits.take(3)?;
    let full_range = bits.take(1)? == 1;
    let matrix = if bits.take(1)? == 1 {
        bits.take(16)?;
        Some(bits.take(8)?)
    } else {
        None
    };
    Some(Signal { full_range, matrix })
}

/// Bits of a unit, emulation prevention bytes removed.
struct Bits {
    bytes: Vec<u8>,
    position: usize,
}

impl Bits {
    fn new(unit: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(unit.len());
        let mut zeros = 0;
        for byte in unit {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            bytes.push(*byte);
        }
        Self { bytes, position: 0 }
    }

    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0_u32;
        for _ in 0..count {
            let byte = *self.bytes.get(self.position / 8)?;
            value = (value << 1) | u32::from((byte >> (7 - self.position % 8)) & 1);
            self.position += 1;
        }
        Some(value)
    }

    fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.take(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1_u32 << zeros) - 1 + self.take(zeros)?)
    }

    fn skip_scaling_list(&mut self, size: usize) -> Option<()> {
        let (mut last, mut next) = (8_i64, 8_i64);
        for _ in 0..size {
            if next != 0 {
                let code = i64::from(self.exp_golomb()?);
                let delta = if code % 2 == 1 { (code + 1) / 2 } else { -(code / 2) };
                next = (last + delta).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
        Some(())
    }
}
