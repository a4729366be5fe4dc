//! Measures what films cost: joining beside `cp` of the same bytes, coding anew beside ffmpeg, and the last frame of a clip.
//!
//! `cargo run --release -p lastframe-media --example films -- FOLDER [ROUNDS [join|anew|last]]` measures the clips that lie in FOLDER
//! (`scripts/bench/films.mjs` has them made) and prints the figures as JSON. Each is taken in turns with its peer, so that
//! both see the same computer; the first turn fills the disk cache and is not counted.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own, for the command line")]

use std::error::Error;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use lastframe_media::{Part, Progress, join, last_frame, reencode};
use lastframe_model::PixelSize;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A figure beside that of a peer, medians in milliseconds.
struct Row {
    what: String,
    ms: f64,
    peer: String,
    peer_ms: Option<f64>,
}

impl Row {
    fn json(&self) -> String {
        let Self { what, ms, peer, .. } = self;
        let peer_ms = self.peer_ms.map_or("null".to_owned(), |ms| format!("{ms:.1}"));
        format!("{{\"what\":\"{what}\",\"ms\":{ms:.1},\"peer\":\"{peer}\",\"peer_ms\":{peer_ms}}}")
    }
}

fn part(path: &Path) -> Part {
    Part { path: path.to_owned(), frames: None, skip_first: false, title: "A shot".to_owned() }
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn timed(mut act: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let start = Instant::now();
    act()?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

/// Both acts in turns.
fn beside(
    rounds: usize,
    mut one: impl FnMut() -> Outcome<()>,
    mut other: impl FnMut() -> Outcome<()>,
) -> Outcome<(f64, f64)> {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (first, second) = (timed(&mut one)?, timed(&mut other)?);
        if round > 0 {
            ones.push(first);
            others.push(second);
        }
    }
    Ok((median(ones), median(others)))
}

fn run(program: &str, arguments: &[&str]) -> Outcome<()> {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
}

fn joining(folder: &Path, rounds: usize) -> Outcome<Row> {
    let clips: Vec<PathBuf> = (0..10).map(|number| folder.join(format!("clip-{number}.mp4"))).collect();
    let parts: Vec<Part> = clips.iter().map(|clip| part(clip)).collect();
    let copies = folder.join("copies");
    std::fs::create_dir_all(&copies)?;
    let film = folder.join("film.mp4");
    let bytes: u64 = clips.iter().map(|clip| clip.metadata().map(|facts| facts.len())).sum::<Result<_, _>>()?;
    let names: Vec<String> =
        clips.iter().map(|clip| clip.display().to_string()).chain([copies.display().to_string()]).collect();
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let (ms, peer_ms) = beside(
        rounds,
        || {
            std::fs::remove_file(&film).or_else(absent)?;
            Ok(join(&parts, &film, None, &mut on)?)
        },
        || {
            std::fs::remove_dir_all(&copies)?;
            std::fs::create_dir(&copies)?;
            run("cp", &arguments)?;
            // A film is on the disk when it has its name; so must the copies be.
            for copy in std::fs::read_dir(&copies)? {
                File::open(copy?.path())?.sync_all()?;
            }
            Ok(())
        },
    )?;
    let what = format!("join ten clips of 5 s, 720p, {} MB", bytes / 1_000_000);
    Ok(Row { what, ms, peer: "cp and sync of the same bytes".to_owned(), peer_ms: Some(peer_ms) })
}

fn absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Two clips of different make as one film, in two sizes.
fn coding(folder: &Path, rounds: usize) -> Outcome<Vec<Row>> {
    let encoders = Command::new("ffmpeg").args(["-hide_banner", "-v", "error", "-encoders"]).output()?;
    let open = String::from_utf8_lossy(&encoders.stdout).contains("libopenh264");
    let (peer, coder): (&str, &[&str]) = if open {
        ("ffmpeg libopenh264", &["-c:v", "libopenh264", "-rc_mode", "off", "-g", "24"])
    } else {
        // Debian's ffmpeg has no libopenh264.
        ("ffmpeg libx264 ultrafast", &["-c:v", "libx264", "-preset", "ultrafast", "-qp", "22", "-g", "24"])
    };
    let film = folder.join("film.mp4");
    let (one, two) = (folder.join("clip-0.mp4"), folder.join("other.mp4"));
    let (first, second) = (one.display().to_string(), two.display().to_string());
    let target = folder.join("peer.mp4").display().to_string();
    let mut rows = Vec::new();
    for (name, size) in
        [("720p", PixelSize { width: 1248, height: 704 }), ("480p", PixelSize { width: 864, height: 480 })]
    {
        let scale = format!("scale={}:{}:flags=lanczos,setsar=1", size.width, size.height);
        let filter = format!("[0:v]{scale}[a];[1:v]{scale}[b];[a][b]concat=n=2[v]");
        let mut arguments = vec!["-v", "error", "-y", "-i", &first, "-i", &second, "-filter_complex", &filter];
        arguments.extend(["-map", "[v]", "-r", "24", "-pix_fmt", "yuv420p"]);
        arguments.extend(coder);
        arguments.push(&target);
        let (ms, peer_ms) = beside(
            rounds,
            || Ok(reencode(&[part(&one), part(&two)], &film, size, 24.0, None, &mut on)?),
            || run("ffmpeg", &arguments),
        )?;
        rows.push(Row { what: format!("code 10 s anew as {name}"), ms, peer: peer.to_owned(), peer_ms: Some(peer_ms) });
    }
    Ok(rows)
}

/// The peer decodes from the last key frame on, on all cores, and makes red, green and blue of the last pictures that come.
fn last(folder: &Path, rounds: usize) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, what) in
        [("last-250", "a key frame every 250"), ("last-one", "one key frame"), ("last-24", "a key frame a second")]
    {
        let clip = folder.join(format!("{name}.mp4"));
        let file = clip.display().to_string();
        let arguments = ["-v", "error", "-sseof", "-0.05", "-i", &file, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"];
        let ours = || last_frame(&clip).map(drop).map_err(Into::into);
        let (ms, peer_ms) = beside(rounds, ours, || run("ffmpeg", &arguments))?;
        let what = format!("last frame of 12 s, 1080p, {what}");
        rows.push(Row { what, ms, peer: "ffmpeg -sseof".to_owned(), peer_ms: Some(peer_ms) });
    }
    Ok(rows)
}

fn measure(folder: &Path, rounds: usize, only: Option<&str>) -> Outcome<Vec<Row>> {
    let wanted = |what| only.is_none_or(|only| only == what);
    let mut rows = Vec::new();
    if wanted("join") {
        rows.push(joining(folder, rounds * 3)?);
    }
    if wanted("anew") {
        rows.extend(coding(folder, rounds.min(3))?);
    }
    if wanted("last") {
        rows.extend(last(folder, rounds)?);
    }
    Ok(rows)
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = words.first() else {
        eprintln!("films FOLDER [ROUNDS [join|anew|last]]");
        return ExitCode::from(2);
    };
    let rounds = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(5);
    match measure(Path::new(folder), rounds, words.get(2).map(String::as_str)) {
        Ok(rows) => {
            let rows: Vec<String> = rows.iter().map(Row::json).collect();
            println!("[{}]", rows.join(","));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
