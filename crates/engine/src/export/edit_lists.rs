//! A film as editors read it: an edit list (CMX 3600) and FCPXML 1.10. Text only; knows no library and opens no file.
//!
//! Every time is a whole number of frames. An edit list has one rate, that of the film; a clip of another rate is placed
//! by its seconds there, while FCPXML says each clip's own rate.

use std::fmt::Write;

use lastframe_model::PixelSize;

/// A shot as it stands in the lists.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ListedShot {
    /// Name of its file, without a folder.
    pub(super) file: String,
    /// URL of its file.
    pub(super) url: String,
    pub(super) title: String,
    pub(super) size: PixelSize,
    pub(super) rate: Rate,
    /// Frames that the file has.
    pub(super) frames: u32,
    /// Frames that are shown, from the first.
    pub(super) shown: u32,
    pub(super) audio: bool,
}

/// Frames a second, as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// Frames …
    frames: u64,
    /// … in so many seconds.
    seconds: u64,
}

impl Rate {
    /// The fraction that a rate is usually meant to be: whole, of NTSC (×1000/1001), or in thousandths.
    pub(super) fn of(fps: f64) -> Self {
        let near = |rate: Self| (rate.per_second() - fps).abs() < 0.005;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is below a thousand")]
        let round = |number: f64| (number.round() as u64).max(1);
        let whole = Self { frames: round(fps), seconds: 1 };
        let ntsc = Self { frames: round(fps * 1.001) * 1000, seconds: 1001 };
        let found = [whole, ntsc].into_iter().find(|rate| near(*rate));
        found.unwrap_or(Self { frames: round(fps * 1000.0), seconds: 1000 })
    }

    #[expect(clippy::cast_precision_loss, reason = "both are small")]
    fn per_second(self) -> f64 {
        self.frames as f64 / self.seconds as f64
    }

    /// Frames that a second of time code counts.
    fn counted(self) -> u64 {
        self.frames.div_ceil(self.seconds)
    }

    /// So many frames of this rate as seconds, in a form that loses nothing: `121/24s`.
    fn time(self, frames: u64) -> String {
        if frames == 0 { "0s".to_owned() } else { format!("{}/{}s", frames * self.seconds, self.frames) }
    }

    /// So many frames of this rate in frames of another one, nearest.
    fn in_frames_of(self, frames: u64, other: Self) -> u64 {
        let (top, bottom) = (frames * self.seconds * other.frames, self.frames * other.seconds);
        (top + bottom / 2) / bottom
    }
}

/// Time code that drops nothing: `00:00:05:01`.
fn time_code(frames: u64, rate: Rate) -> String {
    let counted = rate.counted();
    let (seconds, rest) = (frames / counted, frames % counted);
    format!("{:02}:{:02}:{:02}:{rest:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// One line of printable ASCII, which is all that an edit list is sure to bring across.
fn plain(text: &str, most: usize) -> String {
    let printable = |letter: char| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '_' };
    text.chars().map(printable).take(most).collect::<String>().trim().to_owned()
}

/// An edit list in the form CMX 3600.
pub(super) fn edl(title: &str, shots: &[ListedShot]) -> String {
    let rate = shots.first().map_or(Rate { frames: 24, seconds: 1 }, |shot| shot.rate);
    let mut text = format!("TITLE: {}\nFCM: NON-DROP FRAME\n", plain(title, 70));
    let mut at = 0;
    for (number, shot) in (1..).zip(shots) {
        let shown = shot.rate.in_frames_of(u64::from(shot.shown), rate);
        let channels = if shot.audio { "B" } else { "V" };
        let [from, to] = [0, shown].map(|frames| time_code(frames, rate));
        let [begin, end] = [at, at + shown].map(|frames| time_code(frames, rate));
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n{number:03}  AX       {channels:<5} C        {from} {to} {begin} {end}\n* FROM CLIP NAME: {}\n",
            plain(&shot.file, 200)
        );
        at += shown;
    }
    text
}

/// Text that XML may hold: its own signs as entities, and nothing that it knows no sign for.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// The film as FCPXML 1.10: a project with one clip behind the other.
pub(super) fn fcpxml(title: &str, shots: &[ListedShot]) -> String {
    let mut formats: Vec<(PixelSize, Rate)> = Vec::new();
    for shot in shots {
        if !formats.contains(&(shot.size, shot.rate)) {
            formats.push((shot.size, shot.rate));
        }
    }
    let format_of = |shot: &ListedShot| 1 + formats.iter().position(|it| *it == (shot.size, shot.rate)).unwrap_or(0);
    let rate = formats.first().map_or(Rate { frames: 24, seconds: 1 }, |(_, rate)| *rate);
    let title = escaped(title);
    let mut resources = String::new();
    for (number, (size, rate)) in (1..).zip(&formats) {
        let _ = write!(
            resources,
            "\n    <format id=\"r{number}\" frameDuration=\"{}\" width=\"{}\" height=\"{}\" colorSpace=\"1-1-1 (Rec. 709)\"/>",
            rate.time(1),
            size.width,
            size.height
        );
    }
    let (mut spine, mut at) = (String::new(), 0);
    for (number, shot) in (formats.len() + 1..).zip(shots) {
        let name = escaped(&shot.title);
        let format = format_of(shot);
        let sound = if shot.audio { " hasAudio=\"1\" audioSources=\"1\" audioChannels=\"2\"" } else { "" };
        let _ = write!(
            resources,
            "\n    <asset id=\"r{number}\" name=\"{name}\" start=\"0s\" duration=\"{}\" hasVideo=\"1\" format=\"r{format}\" videoSources=\"1\"{sound}>\n      <media-rep kind=\"original-media\" src=\"{}\"/>\n    </asset>",
            shot.rate.time(u64::from(shot.frames)),
            escaped(&shot.url)
        );
        // On the film's own frames, so that no gap of less than one is left.
        let shown = shot.rate.in_frames_of(u64::from(shot.shown), rate);
        let _ = write!(
            spine,
            "\n            <asset-clip ref=\"r{number}\" name=\"{name}\" offset=\"{}\" start=\"0s\" duration=\"{}\" format=\"r{format}\" tcFormat=\"NDF\"/>",
            rate.time(at),
            rate.time(shown)
        );
        at += shown;
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE fcpxml>\n<fcpxml version=\"1.10\">\n  <resources>{resources}\n  </resources>\n  <library>\n    <event name=\"{title}\">\n      <project name=\"{title}\">\n        <sequence format=\"r1\" duration=\"{}\" tcStart=\"0s\" tcFormat=\"NDF\">\n          <spine>{spine}\n          </spine>\n        </sequence>\n      </project>\n    </event>\n  </library>\n</fcpxml>\n",
        rate.time(at)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(file: &str, fps: f64, shown: u32) -> ListedShot {
        ListedShot {
            file: file.to_owned(),
            url: format!("file:///films/{file}"),
            title: file.to_owned(),
            size: PixelSize { width: 1248, height: 704 },
            rate: Rate::of(fps),
            frames: 121,
            shown,
            audio: false,
        }
    }

    #[test]
    fn rates_are_the_fractions_that_are_meant() {
        for (fps, frames, seconds) in [
            (24.0, 24, 1),
            (23.976, 24_000, 1001),
            (23.976_023, 24_000, 1001),
            (29.97, 30_000, 1001),
            (25.0, 25, 1),
            (12.5, 12_500, 1000),
        ] {
            assert_eq!(Rate::of(fps), Rate { frames, seconds }, "{fps}");
        }
    }

    #[test]
    fn an_edit_list_is_exact_to_the_frame() {
        let shots = [shot("01 boat.mp4", 24.0, 121), ListedShot { audio: true, ..shot("02 冰.mp4", 24.0, 49) }];
        let expected = "TITLE: Night ferry\n\
            FCM: NON-DROP FRAME\n\
            \n\
            001  AX       V     C        00:00:00:00 00:00:05:01 00:00:00:00 00:00:05:01\n\
            * FROM CLIP NAME: 01 boat.mp4\n\
            \n\
            002  AX       B     C        00:00:00:00 00:00:02:01 00:00:05:01 00:00:07:02\n\
            * FROM CLIP NAME: 02 _.mp4\n";
        assert_eq!(edl("Night ferry", &shots), expected);
        let mixed = edl("", &[shot("a", 24.0, 24), shot("b", 25.0, 50), shot("c", 24.0, 12)]);
        assert!(
            mixed.contains("00:00:00:00 00:00:02:00 00:00:01:00 00:00:03:00"),
            "two seconds of 25 are 48 of 24: {mixed}"
        );
        assert!(mixed.contains("00:00:03:00 00:00:03:12"), "{mixed}");
    }

    #[test]
    fn time_code_counts_hours() {
        assert_eq!(time_code(24 * 3661 + 23, Rate::of(24.0)), "01:01:01:23");
        assert_eq!(time_code(30, Rate::of(29.97)), "00:00:01:00");
    }

    #[test]
    fn fcpxml_escapes_names_and_leaves_no_gap() {
        let shots = [shot("a & <b>.mp4", 24.0, 120), shot("c.mp4", 24.0, 49), shot("d\u{b}.mp4", 25.0, 25)];
        let text = fcpxml("\"Ferry\" & 'night'", &shots);
        assert!(text.contains("<event name=\"&quot;Ferry&quot; &amp; &apos;night&apos;\">"), "{text}");
        assert!(text.contains("name=\"a &amp; &lt;b&gt;.mp4\""), "{text}");
        assert!(text.contains("offset=\"0s\" start=\"0s\" duration=\"120/24s\""), "{text}");
        assert!(text.contains("offset=\"120/24s\" start=\"0s\" duration=\"49/24s\""), "{text}");
        assert!(text.contains("offset=\"169/24s\" start=\"0s\" duration=\"24/24s\" format=\"r2\""), "{text}");
        assert!(text.contains("<sequence format=\"r1\" duration=\"193/24s\""), "{text}");
        assert!(text.contains("frameDuration=\"1/25s\""), "the other rate has a format of its own: {text}");
        assert!(!text.contains('\u{b}'), "XML has no sign for it");
        assert_eq!(text.matches("<asset ").count(), 3);
    }
}
