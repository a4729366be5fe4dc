//! How soon questions are answered. Every question is a new one, so that no answer is remembered from before.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use lastframe_library::{Library, LibraryError, Places};
use lastframe_model::{ClipId, Filter, GalleryQuery, Mark, ModelId, Ratio, Resolution, Sort, SortKey, Span};
use rusqlite::Connection;
use serde::Serialize;

use crate::generator::Dice;

/// Questions of each kind.
const ROUNDS: usize = 60;

/// A kind of question.
#[derive(Serialize)]
pub struct Figure {
    what: &'static str,
    p50_ms: f64,
    p95_ms: f64,
    /// How many times as long the peer took (p50): a scan with LIKE over prompts and notes.
    peer_times: Option<f64>,
}

fn figure(what: &'static str, mut times: Vec<Duration>, peer: Option<Duration>) -> Figure {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let ms = |time: Duration| (time.as_secs_f64() * 100_000.0).round() / 100.0;
    let peer_times = peer.map(|peer| (peer.as_secs_f64() / at(50).as_secs_f64()).round());
    Figure { what, p50_ms: ms(at(50)), p95_ms: ms(at(95)), peer_times }
}

fn timed<T>(work: impl FnOnce() -> Result<T, LibraryError>) -> Result<(Duration, T), LibraryError> {
    let start = Instant::now();
    let done = work()?;
    Ok((start.elapsed(), done))
}

/// Measures a library that was made by the generator.
pub fn all(home: &Path) -> Result<Vec<Figure>, LibraryError> {
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let places = Places::resolve(Some(home.to_owned()), None)?;
    let mut figures = Vec::new();

    let mut starts = Vec::new();
    for _ in 0..5 {
        let library = Library::open(places.clone())?;
        starts.push(timed(|| library.gallery(&GalleryQuery::default(), &zone))?.0);
    }
    figures.push(figure("first shelf after the start", starts, None));

    let library = Library::open(places.clone())?;
    library.gallery(&GalleryQuery::default(), &zone)?;
    let mut dice = Dice::new(7);
    let connection = Connection::open(places.database())?;
    let mut scans = Vec::new();
    for _ in 0..10 {
        let word = format!("%{}%", words(&mut dice, false));
        scans.push(
            timed(|| {
                let scan = "SELECT clips.id FROM clips JOIN jobs ON jobs.id = clips.job
                        WHERE jobs.request ->> '$.prompt' LIKE ?1 OR clips.note LIKE ?1";
                let mut statement = connection.prepare_cached(scan)?;
                Ok(statement.query_map([&word], |row| row.get::<_, String>(0))?.count())
            })?
            .0,
        );
    }
    scans.sort();
    let peer = scans[scans.len() / 2];

    for (what, chinese) in [("search in English", false), ("search in Chinese", true)] {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let query = GalleryQuery { text: words(&mut dice, chinese), ..GalleryQuery::default() };
            times.push(timed(|| library.gallery(&query, &zone))?.0);
        }
        figures.push(figure(what, times, Some(peer)));
    }
    let mut times = Vec::new();
    for letter in ["a", "的", "s", "，", "l", "光", "d", "雾", "c", "n"].into_iter().cycle().take(ROUNDS) {
        let days = Span { from: Some(format!("20{:02}-01-01", dice.roll(20))), to: None }; // so that it is a new one
        let query = GalleryQuery {
            text: letter.to_owned(),
            filter: Filter { days, ..Filter::default() },
            ..GalleryQuery::default()
        };
        times.push(timed(|| library.gallery(&query, &zone))?.0);
    }
    figures.push(figure("search of one letter", times, Some(peer)));

    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let query = filter(&mut dice);
        times.push(timed(|| library.gallery(&query, &zone))?.0);
    }
    figures.push(figure("filters", times, None));

    let mut times = Vec::new();
    for key in [SortKey::Date, SortKey::Cost, SortKey::Length, SortKey::Film].into_iter().cycle().take(ROUNDS) {
        let sort = Sort { by: key, descending: dice.chance(50) };
        let seconds = Span { from: Some(f64::from(u32::try_from(dice.roll(1000)).unwrap_or(0)) / 1000.0), to: None };
        let query = GalleryQuery { sort, filter: Filter { seconds, ..Filter::default() }, ..GalleryQuery::default() };
        times.push(timed(|| library.gallery(&query, &zone))?.0);
    }
    figures.push(figure("sorts of everything", times, None));

    let everything = GalleryQuery::default();
    let total = library.gallery(&everything, &zone)?.total;
    for (what, from) in [("page of 100 at the top", 0), ("page of 100 at the end", total.saturating_sub(100))] {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            times.push(timed(|| library.gallery_page(&everything, &zone, from, 100))?.0);
        }
        figures.push(figure(what, times, None));
    }

    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let place = u32::try_from(dice.roll(total as usize)).unwrap_or(0);
        let clip = library.gallery_ids(&everything, &zone, place, 1)?;
        let on = dice.chance(50);
        times.push(
            timed(|| {
                library.mark_clips(&clip, Mark::Star { on })?;
                library.gallery(&everything, &zone)
            })?
            .0,
        );
    }
    figures.push(figure("star, and the shelf again", times, None));

    let mut times = Vec::new();
    for _ in 0..10 {
        times.push(timed(|| library.films())?.0);
    }
    figures.push(figure("list of all films", times, None));

    let some: Vec<ClipId> = library.gallery_ids(&everything, &zone, 0, 2_000)?;
    let mut times = Vec::new();
    for on in [true, false, true, false] {
        let name = "bulk".to_owned();
        times.push(timed(|| library.mark_clips(&some, Mark::Tag { name, on }))?.0);
    }
    figures.push(figure("tag on 2,000 clips", times, None));
    Ok(figures)
}

fn words(dice: &mut Dice, chinese: bool) -> String {
    let english =
        ["light", "fog", "horses", "neon alley", "jazz trio", "lavender", "watch", "paper ci", "dunes", "35mm"];
    let chinese_words = ["灯塔", "光", "雨夜", "电车", "月亮", "客户", "水墨山水", "镜", "咖啡 烛光", "胶片颗粒"];
    let word = if chinese { dice.one(&chinese_words) } else { dice.one(&english) };
    match dice.roll(3) {
        0 if chinese => format!("{word} 第{}", dice.roll(90)),
        0 => format!("{word} scene {}", dice.roll(90)),
        1 => format!("{word}{}", " ".repeat(dice.roll(50))),
        _ => format!("{}{word}", " ".repeat(dice.roll(50))),
    }
}

fn filter(dice: &mut Dice) -> GalleryQuery {
    let mut filter = Filter::default();
    let models = ["spark_dance_v1_0_lite_t2v", "spark_dance_v1_0_pro", "spark_dance_v1_5_pro"];
    if dice.chance(50) {
        filter.models = vec![ModelId::new(*dice.one(&models))];
    }
    if dice.chance(40) {
        filter.resolutions = vec![*dice.one(&[Resolution::P480, Resolution::P720])];
    }
    if dice.chance(40) {
        filter.ratios = vec![Ratio::ALL[dice.roll(Ratio::ALL.len())], Ratio::R16x9];
    }
    if dice.chance(30) {
        filter.tags = vec![(*dice.one(&["night", "夜景", "keeper"])).to_owned()];
    }
    filter.starred = dice.chance(20);
    filter.seconds.from = Some(f64::from(u32::try_from(dice.roll(5000)).unwrap_or(0)) / 1000.0);
    filter.days.to = Some(format!("2026-{:02}-{:02}", 1 + dice.roll(12), 1 + dice.roll(28)));
    GalleryQuery { filter, ..GalleryQuery::default() }
}
