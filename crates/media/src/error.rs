//! What can be wrong with a video or a picture. Says it in words; knows nothing of jobs or windows.

/// Why a media file could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The bytes are not an MP4 video, or its tables contradict each other.
    #[error("This is not a readable MP4 video: {why}.")]
    NotAVideo {
        /// What was found.
        why: String,
    },
    /// The file ends before the pictures that its tables promise.
    #[error("The video is cut short: {missing} bytes are missing.")]
    Truncated {
        /// Bytes between the end of the file and the end of its last frame.
        missing: u64,
    },
    /// The bytes are not a picture in one of the formats that the service takes.
    #[error("This is not a readable picture: {why}.")]
    NotAPicture {
        /// What was found.
        why: String,
    },
    /// A kind of file that exists but is not read or made here.
    #[error("{what} cannot be read here.")]
    Unsupported {
        /// The codec, container or size.
        what: String,
    },
    /// The video has no frame of that number.
    #[error("There is no frame {index}: the video has {frames}.")]
    NoSuchFrame {
        /// The frame asked for, counted from 0.
        index: u32,
        /// How many there are.
        frames: u32,
    },
    /// The H.264 stream is damaged.
    #[error("The video's pictures cannot be decoded: {why}.")]
    Decode {
        /// What the decoder said.
        why: String,
    },
    /// A picture or video could not be made.
    #[error("The picture or video cannot be encoded: {why}.")]
    Encode {
        /// What the encoder said.
        why: String,
    },
    /// The file could not be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

#[expect(clippy::needless_pass_by_value, reason = "by value, these can stand in `map_err`")]
impl MediaError {
    pub(crate) fn not_a_video(why: impl Into<String>) -> Self {
        Self::NotAVideo { why: why.into() }
    }

    pub(crate) fn decode(why: impl ToString) -> Self {
        Self::Decode { why: why.to_string() }
    }

    pub(crate) fn encode(why: impl ToString) -> Self {
        Self::Encode { why: why.to_string() }
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }
}
