//! How soon questions are answered. Every question is a new one, so that no answer is remembered from before, and its
//! answer is written as JSON, as the window is given it.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use lastframe_library::{Library, LibraryError, Places};
use lastframe_model::usage::Asked;
use lastframe_model::{
    ClipId, Days, Filter, GalleryQuery, Mark, ModelId, Ratio, Resolution, Sort, SortKey, Span, UsageQuery, UsageSort,
    Week,
};
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
    /// How many times as long the peer took (p50): the same rows scanned by a plain query.
    peer_times: Option<f64>,
}

/// A library that was made by the generator, and who asks it.
struct Bench {
    home: Places,
    library: Library,
    zone: TimeZone,
    dice: Dice,
    figures: Vec<Figure>,
}

fn timed<T>(work: impl FnOnce() -> Result<T, LibraryError>) -> Result<(Duration, T), LibraryError> {
    let start = Instant::now();
    let done = work()?;
    Ok((start.elapsed(), done))
}

/// Measures a library that was made by the generator.
pub fn all(home: &Path) -> Result<Vec<Figure>, LibraryError> {
    let home = Places::resolve(Some(home.to_owned()), None)?;
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let library = Library::open(home.clone())?;
    let mut bench = Bench { home, library, zone, dice: Dice::new(7), figures: Vec::new() };
    bench.starting()?;
    bench.searching()?;
    bench.filtering()?;
    bench.sorting()?;
    bench.paging()?;
    bench.marking()?;
    bench.listing_films()?;
    bench.adding_up()?;
    Ok(bench.figures)
}

impl Bench {
    fn told(&mut self, what: &'static str, mut times: Vec<Duration>, peer: Option<Duration>) {
        times.sort();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        let ms = |time: Duration| (time.as_secs_f64() * 100_000.0).round() / 100.0;
        let peer_times = peer.map(|peer| (peer.as_secs_f64() / at(50).as_secs_f64() * 10.0).round() / 10.0);
        self.figures.push(Figure { what, p50_ms: ms(at(50)), p95_ms: ms(at(95)), peer_times });
    }

    /// Asks each question once.
    fn ask(&self, queries: &[GalleryQuery]) -> Result<Vec<Duration>, LibraryError> {
        queries.iter().map(|query| Ok(timed(|| shelf(&self.library, query, &self.zone))?.0)).collect()
    }

    fn starting(&mut self) -> Result<(), LibraryError> {
        let mut times = Vec::new();
        for _ in 0..5 {
            self.library = Library::open(self.home.clone())?;
            times.push(timed(|| shelf(&self.library, &GalleryQuery::default(), &self.zone))?.0);
        }
        self.told("first shelf after the start", times, None);
        Ok(())
    }

    fn searching(&mut self) -> Result<(), LibraryError> {
        let connection = Connection::open(self.home.database())?;
        let mut scans = Vec::new();
        for _ in 0..10 {
            let word = format!("%{}%", words(&mut self.dice, false));
            scans.push(timed(|| scan(&connection, &word))?.0);
        }
        scans.sort();
        let peer = scans[scans.len() / 2];
        for (what, chinese) in [("search in English", false), ("search in Chinese", true)] {
            let query = |dice: &mut Dice| GalleryQuery { text: words(dice, chinese), ..GalleryQuery::default() };
            let queries: Vec<_> = (0..ROUNDS).map(|_| query(&mut self.dice)).collect();
            let times = self.ask(&queries)?;
            self.told(what, times, Some(peer));
        }
        let letters = ["a", "的", "s", "，", "l", "光", "d", "雾", "c", "n"].into_iter().cycle().take(ROUNDS);
        let queries: Vec<_> = letters
            .map(|letter| {
                let days = Span { from: Some(format!("20{:02}-01-01", self.dice.roll(20))), to: None }; // to be a new one
                let filter = Filter { days, ..Filter::default() };
                GalleryQuery { text: letter.to_owned(), filter, ..GalleryQuery::default() }
            })
            .collect();
        let times = self.ask(&queries)?;
        self.told("search of one letter", times, Some(peer));
        Ok(())
    }

    fn filtering(&mut self) -> Result<(), LibraryError> {
        let queries: Vec<_> = (0..ROUNDS).map(|_| filter(&mut self.dice)).collect();
        let times = self.ask(&queries)?;
        self.told("filters", times, None);
        Ok(())
    }

    fn sorting(&mut self) -> Result<(), LibraryError> {
        let keys = [SortKey::Date, SortKey::Cost, SortKey::Length, SortKey::Film].into_iter().cycle().take(ROUNDS);
        let queries: Vec<_> = keys
            .map(|by| {
                let sort = Sort { by, descending: self.dice.chance(50) };
                let from = Some(f64::from(u32::try_from(self.dice.roll(1000)).unwrap_or(0)) / 1000.0);
                let filter = Filter { seconds: Span { from, to: None }, ..Filter::default() };
                GalleryQuery { sort, filter, ..GalleryQuery::default() }
            })
            .collect();
        let times = self.ask(&queries)?;
        self.told("sorts of everything", times, None);
        Ok(())
    }

    fn paging(&mut self) -> Result<(), LibraryError> {
        let everything = GalleryQuery::default();
        let total = self.library.gallery(&everything, &self.zone)?.total;
        for (what, from) in [("page of 100 at the top", 0), ("page of 100 at the end", total.saturating_sub(100))] {
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                let page = || {
                    let clips = self.library.gallery_page(&everything, &self.zone, from, 100)?;
                    Ok(black_box(serde_json::to_string(&clips)?).len())
                };
                times.push(timed(page)?.0);
            }
            self.told(what, times, None);
        }
        Ok(())
    }

    fn marking(&mut self) -> Result<(), LibraryError> {
        let everything = GalleryQuery::default();
        let total = self.library.gallery(&everything, &self.zone)?.total;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let place = u32::try_from(self.dice.roll(total as usize)).unwrap_or(0);
            let clip = self.library.gallery_ids(&everything, &self.zone, place, 1)?;
            let on = self.dice.chance(50);
            let star = || {
                self.library.mark_clips(&clip, Mark::Star { on })?;
                shelf(&self.library, &everything, &self.zone)
            };
            times.push(timed(star)?.0);
        }
        self.told("star, and the shelf again", times, None);

        let some: Vec<ClipId> = self.library.gallery_ids(&everything, &self.zone, 0, 2_000)?;
        let mut times = Vec::new();
        for on in [true, false, true, false] {
            let name = "bulk".to_owned();
            times.push(timed(|| self.library.mark_clips(&some, Mark::Tag { name, on }))?.0);
        }
        self.told("tag on 2,000 clips", times, None);
        Ok(())
    }

    fn listing_films(&mut self) -> Result<(), LibraryError> {
        let clip = self.library.gallery_ids(&GalleryQuery::default(), &self.zone, 0, 1)?;
        let mut times = Vec::new();
        for on in [true, false].into_iter().cycle().take(20) {
            self.library.mark_clips(&clip, Mark::Star { on })?; // so that what is known is old
            times.push(timed(|| self.films("", 0))?.0);
        }
        self.told("first page of films after a change", times, None);
        let total = self.library.films("", 0, 1)?.total;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let from = self.dice.roll(total as usize);
            times.push(timed(|| self.films("", u32::try_from(from).unwrap_or(0)))?.0);
        }
        self.told("page of films anywhere", times, None);
        let mut times = Vec::new();
        for chinese in [false, true].into_iter().cycle().take(ROUNDS) {
            let search = words(&mut self.dice, chinese);
            times.push(timed(|| self.films(&search, 0))?.0);
        }
        self.told("search for a film", times, None);
        Ok(())
    }

    /// A page as it leaves the library.
    fn films(&self, search: &str, from: u32) -> Result<usize, LibraryError> {
        Ok(black_box(serde_json::to_string(&self.library.films(search, from, 60)?)?).len())
    }

    /// The ledger of the same library: every job was billed.
    fn adding_up(&mut self) -> Result<(), LibraryError> {
        let connection = Connection::open(self.home.database())?;
        let mut naive = Vec::new();
        for _ in 0..5 {
            naive.push(timed(|| bills(&connection))?.0);
        }
        naive.sort();
        let (mut sums, mut pages) = (Vec::new(), Vec::new());
        for _ in 0..9 {
            let asked =
                Asked { now: jiff::Timestamp::now(), zone: self.zone.clone(), week: Week(7), days: Days::default() };
            sums.push(timed(|| Ok(black_box(serde_json::to_string(&self.library.usage(asked)?)?).len()))?.0);
            let query = UsageQuery { sort: UsageSort::Billed, descending: true, ..UsageQuery::default() };
            pages.push(timed(|| self.library.usage_page(&query, &self.zone, 30_000, 60))?.0);
        }
        self.told("sums of the ledger", sums, Some(naive[naive.len() / 2]));
        self.told("a page of the ledger, by bill", pages, None);
        Ok(())
    }
}

/// A shelf as the window is given it; its bytes.
fn shelf(library: &Library, query: &GalleryQuery, zone: &TimeZone) -> Result<usize, LibraryError> {
    Ok(black_box(serde_json::to_string(&library.gallery(query, zone)?)?).len())
}

/// The peer of a search: what somebody would write who knew nothing but SQL.
fn scan(connection: &Connection, word: &str) -> Result<usize, LibraryError> {
    let scan = "SELECT clips.id FROM clips JOIN jobs ON jobs.id = clips.job
                WHERE jobs.request ->> '$.prompt' LIKE ?1 OR clips.note LIKE ?1";
    let mut statement = connection.prepare_cached(scan)?;
    Ok(statement.query_map([word], |row| row.get::<_, String>(0))?.count())
}

/// The peer of the ledger's sums: every job read whole, every bill out of its clip's JSON.
fn bills(connection: &Connection) -> Result<usize, LibraryError> {
    let all = "SELECT jobs.created_at, jobs.request ->> '$.model', coalesce(clips.billed ->> '$.cost',
               jobs.estimate ->> '$.cost') FROM jobs NOT INDEXED LEFT JOIN clips ON clips.job = jobs.id";
    let mut statement = connection.prepare_cached(all)?;
    Ok(statement.query_map([], |row| row.get::<_, Option<String>>(2))?.count())
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
