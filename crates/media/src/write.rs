//! H.264, coded with a key frame every second so that stepping through frames is quick, and MP4s of it at 24 frames a
//! second, tables first. The same pictures give the same bytes.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::num::NonZeroU32;
use std::path::Path;

use image::RgbImage;
use lastframe_model::length::FPS;
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, QpRange,
    RateControlMode, UsageType, VuiConfig,
};
use shiguredo_mp4::TrackKind;
use shiguredo_mp4::bitstream::h264::{self, H264NalUnitType, H264SampleEntryConfig, LengthSize};
use shiguredo_mp4::boxes::SampleEntry;
use shiguredo_mp4::mux::{Mp4FileMuxer, Mp4FileMuxerOptions, Sample, estimate_maximum_moov_box_size};

use crate::MediaError;
use crate::colour::Canvas;

/// Ticks of the video's clock in one frame.
const TICKS: u32 = 512;
/// Quantiser of every frame, 0 – 51, less is better: about 42 dB, and some
/// 6 Mbit/s for a calm shot of 1248 × 704. Constant quality suits a file better than the constant rate of a call.
const QUALITY: u8 = 21;
/// Bits a second announced in the stream, for each pixel of the picture.
const RATE_PER_PIXEL: u32 = 8;

/// Codes pictures of one size, one after the other.
pub(crate) struct Coder {
    encoder: Encoder,
    /// Whether the next picture is the first.
    fresh: bool,
}

/// A coded picture.
pub(crate) struct Coded {
    /// Slices, each after its length.
    pub data: Vec<u8>,
    /// Whether decoding can start here.
    pub keyframe: bool,
    /// What all pictures need to be decoded; with the first one.
    pub entry: Option<SampleEntry>,
}

impl Coder {
    /// For pictures of that size at so many frames a second.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`] for odd sizes or more than 3840 × 2160 (either way up).
    pub fn new(width: u32, height: u32, fps: f64) -> Result<Self, MediaError> {
        let (long, short) = (width.max(height), width.min(height));
        if long > 3840 || !(16..=2160).contains(&short) || !width.is_multiple_of(2) || !height.is_multiple_of(2) {
            return Err(MediaError::unsupported(format!("A video of {width} × {height} pixels")));
        }
        Ok(Self { encoder: encoder(width, height, fps)?, fresh: true })
    }

    /// Makes the next picture a key frame.
    pub fn begin_group(&mut self) {
        self.encoder.force_intra_frame();
    }

    /// Codes a picture.
    pub fn code(&mut self, picture: &Canvas) -> Result<Coded, MediaError> {
        let (stream, keyframe) = {
            let coded = self.encoder.encode(picture).map_err(MediaError::encode)?;
            (coded.to_vec(), matches!(coded.frame_type(), FrameType::IDR))
        };
        let entry = if std::mem::take(&mut self.fresh) {
            let config = H264SampleEntryConfig { length_size: LengthSize::FourBytes };
            Some(SampleEntry::Avc1(h264::build_avc1_box_from_annexb(&stream, &config).map_err(MediaError::encode)?))
        } else {
            None
        };
        Ok(Coded { data: slices(&stream)?, keyframe, entry })
    }
}

/// Writes one video, frame by frame.
pub struct VideoWriter {
    file: BufWriter<File>,
    muxer: Mp4FileMuxer,
    coder: Coder,
    canvas: Canvas,
    size: (u32, u32),
    position: u64,
    /// Frames still to come.
    left: u32,
    written: u32,
}

impl VideoWriter {
    /// Begins a video of at most `frames` frames in a new file at `path`.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`] for odd sizes or more than 3840 × 2160 (either way up),
    /// [`MediaError::Io`] when the file cannot be made.
    pub fn create(path: &Path, width: u32, height: u32, frames: u32) -> Result<Self, MediaError> {
        let coder = Coder::new(width, height, FPS.into())?;
        let options = Mp4FileMuxerOptions {
            reserved_moov_box_size: estimate_maximum_moov_box_size(&[frames as usize]),
            ..Mp4FileMuxerOptions::default()
        };
        let muxer = Mp4FileMuxer::with_options(options).map_err(MediaError::encode)?;
        let mut file = BufWriter::new(File::create(path)?);
        let head = muxer.initial_boxes_bytes();
        file.write_all(head)?;
        let position = head.len() as u64;
        let canvas = Canvas::new(width as usize, height as usize);
        Ok(Self { file, muxer, coder, canvas, size: (width, height), position, left: frames, written: 0 })
    }

    /// Adds a frame.
    ///
    /// # Errors
    ///
    /// [`MediaError::Encode`] for a picture of another size, or more frames than announced.
    pub fn push(&mut self, picture: &RgbImage) -> Result<(), MediaError> {
        if picture.dimensions() != self.size {
            return Err(MediaError::encode("the frame has another size than the video"));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| MediaError::encode("more frames than announced"))?;
        self.canvas.load(picture);
        let Coded { data, keyframe, entry } = self.coder.code(&self.canvas)?;
        self.file.write_all(&data)?;
        let timescale = NonZeroU32::new(FPS * TICKS).ok_or_else(|| MediaError::encode("no time scale"))?;
        self.muxer
            .append_sample(&Sample {
                track_kind: TrackKind::Video,
                sample_entry: entry,
                keyframe,
                timescale,
                duration: TICKS,
                composition_time_offset: None,
                data_offset: self.position,
                data_size: data.len(),
            })
            .map_err(MediaError::encode)?;
        self.position += data.len() as u64;
        self.written += 1;
        Ok(())
    }

    /// Writes the tables and brings the file to the disk.
    ///
    /// # Errors
    ///
    /// [`MediaError::Encode`] for a video without frames, [`MediaError::Io`] when the disk is full.
    pub fn finish(mut self) -> Result<(), MediaError> {
        if self.written == 0 {
            return Err(MediaError::encode("a video needs at least one frame"));
        }
        let boxes = self.muxer.finalize().map_err(MediaError::encode)?;
        for (offset, bytes) in boxes.offset_and_bytes_pairs() {
            self.file.seek(SeekFrom::Start(offset))?;
            self.file.write_all(bytes)?;
        }
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(())
    }
}

fn encoder(width: u32, height: u32, fps: f64) -> Result<Encoder, MediaError> {
    let rate = width * height * RATE_PER_PIXEL;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most some hundred")]
    let (hertz, second) = (fps as f32, fps.round().max(1.0) as u32);
    let config = EncoderConfig::new()
        .bitrate(BitRate::from_bps(rate))
        .max_frame_rate(FrameRate::from_hz(hertz))
        .usage_type(UsageType::CameraVideoRealTime)
        .rate_control_mode(RateControlMode::Bufferbased)
        .qp(QpRange::new(QUALITY, QUALITY + 2))
        .skip_frames(false)
        .scene_change_detect(false)
        .background_detection(false)
        .adaptive_quantization(false)
        .profile(Profile::High)
        .complexity(Complexity::Low)
        .num_threads(1)
        .vui(VuiConfig::bt709())
        .intra_frame_period(IntraFramePeriod::from_num_frames(second));
    Encoder::with_api_config(OpenH264API::from_source(), config).map_err(MediaError::encode)
}

/// The coded slices of a frame, each after its length; parameter sets stay in the tables.
fn slices(stream: &[u8]) -> Result<Vec<u8>, MediaError> {
    let mut data = Vec::with_capacity(stream.len());
    for unit in h264::parse_annexb_nal_units(stream).map_err(MediaError::encode)? {
        if !matches!(unit.nal_unit_type, H264NalUnitType::Sps | H264NalUnitType::Pps) {
            let length = u32::try_from(unit.data.len()).map_err(MediaError::encode)?;
            data.extend(length.to_be_bytes());
            data.extend(unit.data);
        }
    }
    Ok(data)
}
