//! The little of AAC that must be known to carry sound from one file into another without decoding it: which kind it
//! is, and what silence of that kind looks like. Knows no container.

use shiguredo_mp4::boxes::SampleEntry;
use shiguredo_mp4::descriptors::DecoderConfigDescriptor;

/// Samples in one frame.
pub(crate) const FRAME: u32 = 1024;

/// Sampling rates by their index (ISO/IEC 14496-3, table 1.18).
const RATES: [u32; 13] = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

/// A kind of AAC sound. Frames of the same kind can follow each other in one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aac {
    /// Samples a second.
    pub rate: u32,
    /// The arrangement of channels, 1 – 7.
    channels: u8,
}

impl Aac {
    /// What a sample entry describes, if that is AAC-LC with frames of 1024 samples. Everything else, such as sound
    /// whose upper half is made up by the decoder (HE-AAC), cannot be mixed with silence of ours.
    pub fn of(entry: &SampleEntry) -> Option<Self> {
        let SampleEntry::Mp4a(entry) = entry else { return None };
        let config = &entry.esds_box.es.dec_config_descr;
        if config.object_type_indication != DecoderConfigDescriptor::OBJECT_TYPE_INDICATION_AUDIO_ISO_IEC_14496_3 {
            return None;
        }
        Self::of_config(&config.dec_specific_info.as_ref()?.payload)
    }

    /// Of an `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1).
    fn of_config(config: &[u8]) -> Option<Self> {
        let mut bits = Reader { bytes: config, position: 0 };
        let low_complexity = bits.take(5)? == 2;
        let rate = match bits.take(4)? {
            15 => bits.take(24)?,
            index => *RATES.get(usize::try_from(index).ok()?)?,
        };
        let channels = u8::try_from(bits.take(4)?).ok()?;
        // Frames of 1024, no core coder, no extension.
        let plain = bits.take(3)? == 0;
        // An extension may follow that says whether there is more than meets an old decoder.
        let extended = bits.take(11) == Some(0x2b7) && bits.take(5) == Some(5) && bits.take(1) == Some(1);
        (low_complexity && plain && !extended && rate > 0 && (1..=7).contains(&channels))
            .then_some(Self { rate, channels })
    }

    /// A frame of digital silence (ISO/IEC 14496-3, 4.4.2): every channel has no band at all.
    pub fn silence(self) -> Vec<u8> {
        const SINGLE: u32 = 0;
        const PAIR: u32 = 1;
        const LOW: u32 = 3;
        let elements: &[u32] = match self.channels {
            1 => &[SINGLE],
            2 => &[PAIR],
            3 => &[SINGLE, PAIR],
            4 => &[SINGLE, PAIR, SINGLE],
            5 => &[SINGLE, PAIR, PAIR],
            6 => &[SINGLE, PAIR, PAIR, LOW],
            _ => &[SINGLE, PAIR, PAIR, PAIR, LOW],
        };
        let mut bits = Writer::default();
        for (index, element) in elements.iter().enumerate() {
            // Elements of one kind are told apart by their number.
            let number = elements[..index].iter().filter(|earlier| *earlier == element).count();
            bits.put(*element, 3);
            bits.put(u32::try_from(number).unwrap_or(0), 4);
            if *element == PAIR {
                bits.put(0, 1); // each channel has a window of its own
                bits.channel();
            }
            bits.channel();
        }
        bits.put(7, 3); // the end
        bits.bytes
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.position / 8)?;
            value = (value << 1) | u32::from((byte >> (7 - self.position % 8)) & 1);
            self.position += 1;
        }
        Some(value)
    }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    position: usize,
}

impl Writer {
    fn put(&mut self, value: u32, count: usize) {
        for bit in (0..count).rev() {
            if self.position.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut().filter(|_| value >> bit & 1 == 1) {
                *last |= 0x80 >> (self.position % 8);
            }
            self.position += 1;
        }
    }

    /// One channel: gain 0, one long window, no bands, and so neither sections, scale factors nor spectrum.
    fn channel(&mut self) {
        self.put(0, 8); // global gain
        self.put(0, 1 + 2 + 1 + 6 + 1); // reserved, long window, its shape, bands, prediction
        self.put(0, 3); // pulses, noise shaping, gain control
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_told_apart() {
        let kind = |rate, channels| Some(Aac { rate, channels });
        assert_eq!(Aac::of_config(&[0x12, 0x10]), kind(44_100, 2));
        // As ffmpeg writes it: an extension that says that there is none.
        assert_eq!(Aac::of_config(&[0x12, 0x10, 0x56, 0xe5, 0x00]), kind(44_100, 2));
        assert_eq!(Aac::of_config(&[0x11, 0x88]), kind(48_000, 1));
        assert_eq!(Aac::of_config(&[0x12, 0x10, 0x56, 0xe5, 0x80]), None, "a band extension is another kind");
        assert_eq!(Aac::of_config(&[0x2b, 0x92, 0x08, 0x00]), None, "HE-AAC said outright");
        assert_eq!(Aac::of_config(&[0x12]), None, "cut short");
        assert_eq!(Aac::of_config(&[0x12, 0x14]), None, "frames of 960 samples");
    }
}
