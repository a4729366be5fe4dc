//! Debian's ffmpeg as the other maker and as the judge: it makes the parts and says what is in a film.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program prints. Anything that it complains about fails the test. `None` where it is not installed.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(["-v", "error"]).args(arguments).output().ok()?;
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && complaints.is_empty(), "{program} {arguments:?}: {complaints}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A sound with a click half a second after its beginning.
pub const CLICK: &str = "aevalsrc=if(between(t\\,0.5\\,0.505)\\,0.9*sin(2*PI*1000*t)\\,0):s=44100";

/// A clip of another maker.
#[derive(Clone)]
pub struct Clip<'a> {
    pub name: &'a str,
    pub size: &'a str,
    pub rate: &'a str,
    pub frames: u32,
    /// An expression for the sound, as `aevalsrc` takes it.
    pub sound: Option<&'a str>,
    /// To the encoder, the muxer, …
    pub extra: &'a [&'a str],
    /// Which of many pictures it begins with.
    pub from: u32,
}

impl Clip<'_> {
    pub const PLAIN: Clip<'static> =
        Clip { name: "", size: "320x192", rate: "24", frames: 31, sound: None, extra: &[], from: 0 };

    /// `None` where ffmpeg is not installed.
    pub fn make(&self, folder: &Path) -> Option<PathBuf> {
        let path = folder.join(format!("{}.mp4", self.name));
        let pictures = format!("testsrc2=size={}:rate={}", self.size, self.rate);
        let skip = format!("trim=start_frame={},setpts=PTS-STARTPTS,format=yuv420p", self.from);
        let mut arguments = vec!["-y", "-f", "lavfi", "-i", &pictures];
        if let Some(sound) = self.sound {
            arguments.extend(["-f", "lavfi", "-i", sound]);
        }
        let frames = self.frames.to_string();
        arguments.extend(["-vf", &skip, "-frames:v", &frames, "-c:v", "libx264", "-preset", "veryfast", "-g", "12"]);
        arguments.extend(["-threads", "1"]);
        if self.sound.is_some() {
            arguments.extend(["-c:a", "aac", "-shortest"]);
        }
        arguments.extend(self.extra);
        let target = path.display().to_string();
        arguments.push(&target);
        output("ffmpeg", &arguments).map(|_| path)
    }
}

/// One frame of a stream, as `framemd5` tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub time: f64,
    pub hash: String,
}

/// The decoded pictures of a file, each with its time, in the order in which they are shown.
pub fn pictures(path: &Path) -> Vec<Frame> {
    let shown = path.display().to_string();
    let told = output(
        "ffmpeg",
        &["-i", &shown, "-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "framemd5", "-"],
    );
    let mut scale = 1.0;
    let mut frames = Vec::new();
    for line in told.unwrap().lines() {
        if let Some(base) = line.strip_prefix("#tb 0: ") {
            let (over, under) = base.split_once('/').unwrap();
            scale = over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap();
        }
        if !line.starts_with('#') {
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            frames.push(Frame { time: fields[2].parse::<f64>().unwrap() * scale, hash: fields[5].to_owned() });
        }
    }
    frames
}

/// Only the pictures themselves.
pub fn hashes(frames: &[Frame]) -> Vec<&str> {
    frames.iter().map(|frame| frame.hash.as_str()).collect()
}

/// One value that ffprobe tells about a file.
pub fn told(path: &Path, entries: &str, extra: &[&str]) -> Vec<String> {
    let shown = path.display().to_string();
    let mut arguments = vec!["-show_entries", entries, "-of", "csv=p=0"];
    arguments.extend(extra);
    arguments.push(&shown);
    output("ffprobe", &arguments).unwrap().lines().map(str::to_owned).filter(|line| !line.is_empty()).collect()
}

/// The sound of a file as one channel of so many samples a second, from the beginning of the film on.
pub fn samples(path: &Path, rate: u32) -> Vec<f32> {
    let shown = path.display().to_string();
    let rate = rate.to_string();
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i", &shown, "-map", "0:a:0", "-ac", "1", "-ar", &rate, "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    output.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}
