//! Libraries of many clips, as a person would have them after years: rows in English and Chinese, with files if wanted.
//!
//! Rows are written past the library, in one transaction, and what is derived from them is left to its next start: a
//! hundred thousand clips take some seconds. The same seed makes the same library.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use lastframe_library::{Library, LibraryError, Places};
use lastframe_model::{
    Billed, Catalogue, ClipId, Length, MediaFacts, PriceTable, Ratio, Request, Resolution, ServiceTier,
};
use rusqlite::{Connection, params};

const SHOTS: [&str; 6] =
    ["a slow dolly over", "close-up of", "an aerial view of", "a macro shot of", "rain over", "a portrait in"];
const THINGS: [&str; 16] = [
    "a lighthouse on a black cliff",
    "fishing boats in the harbour",
    "an old tram in Lisbon",
    "a glass whale",
    "wild horses on the beach",
    "a neon alley",
    "the workshop of a watchmaker",
    "a paper city",
    "two foxes in snow",
    "a jazz trio in a small bar",
    "steam rising from noodles",
    "a field of lavender",
    "the moon over dunes",
    "an astronaut watering plants",
    "a café at dawn",
    "the last train",
];
const LIGHTS: [&str; 8] = [
    "at the blue hour",
    "in golden light",
    "under heavy clouds",
    "lit by candles",
    "in fog",
    "at noon, hard shadows",
    "with film grain, 35mm",
    "in slow motion",
];
const CHINESE: [&str; 16] = [
    "黑色悬崖上的灯塔",
    "港口里的渔船",
    "里斯本的老电车",
    "玻璃鲸鱼在云海中游过",
    "雪地里的两只狐狸",
    "霓虹小巷的雨夜",
    "钟表匠的工作室",
    "纸做的城市",
    "小酒馆里的爵士三重奏",
    "面条升起的热气",
    "薰衣草田",
    "沙丘上的月亮",
    "宇航员在给植物浇水",
    "清晨的咖啡馆",
    "最后一班火车",
    "水墨山水，薄雾缭绕",
];
const CHINESE_LIGHTS: [&str; 6] = ["蓝调时刻", "金色的光", "阴云密布", "烛光", "雾中", "慢镜头，胶片颗粒"];
const TAGS: [&str; 14] = [
    "keeper", "client A", "B-roll", "night", "draft", "夜景", "客户", "选片", "storm", "portrait", "test", "海",
    "intro", "Ending",
];
const NOTES: [&str; 6] = [
    "the hands flicker near the end",
    "best take, use the last second",
    "光线太硬，重做",
    "客户喜欢这条",
    "too slow",
    "配乐用第三首",
];

/// Numbers that look random and are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(0x9e37_79b9_7f4a_7c15))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 .. sides
    pub fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % sides.max(1) as u64).unwrap_or(0)
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }

    /// Whether it happens in so many of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

fn prompt(dice: &mut Dice) -> String {
    let scene = dice.roll(9_000);
    match dice.roll(10) {
        0..5 => format!("{} {}, {}, scene {scene}", dice.one(&SHOTS), dice.one(&THINGS), dice.one(&LIGHTS)),
        5..9 => format!("{}，{}，第{scene}镜", dice.one(&CHINESE), dice.one(&CHINESE_LIGHTS)),
        _ => format!("{} 4K {}, {}", dice.one(&CHINESE), dice.one(&THINGS), dice.one(&CHINESE_LIGHTS)),
    }
}

fn request(dice: &mut Dice, catalogue: &Catalogue, continues: Option<&str>) -> Request {
    let resolutions = [Resolution::P720, Resolution::P720, Resolution::P480, Resolution::P1080];
    let tier = if dice.chance(20) { ServiceTier::Flex } else { ServiceTier::Default };
    Request {
        model: dice.one(&catalogue.models).id.clone(),
        prompt: prompt(dice),
        resolution: *dice.one(&resolutions),
        ratio: Ratio::ALL[dice.roll(Ratio::ALL.len())],
        length: Length::Seconds(*dice.one(&[5, 5, 5, 10, 2, 12])),
        seed: u32::try_from(dice.next() >> 32).ok(),
        service_tier: tier,
        continues: continues.map(ClipId::new),
        ..Request::default()
    }
}

/// Makes a library of so many clips in `home`, the last of them at `now`, and opens it.
///
/// # Errors
/// As [`Library::open`].
pub fn fill(home: &Path, clips: usize, seed: u64, now: Timestamp) -> Result<Library, LibraryError> {
    let places = Places::resolve(Some(home.to_owned()), None)?;
    drop(Library::open(places.clone())?);
    let mut connection = Connection::open(places.database())?;
    let tx = connection.transaction()?;
    write(&tx, clips, seed, now)?;
    tx.execute("DELETE FROM state WHERE name = 'shelf_form'", [])?;
    tx.commit()?;
    drop(connection);
    // A folder of clips with nothing in it would be a drive that is not connected.
    let films = places.clips.join("films");
    std::fs::create_dir_all(&films).map_err(|source| LibraryError::Io { path: films, source })?;
    Library::open(places)
}

fn write(tx: &rusqlite::Transaction<'_>, clips: usize, seed: u64, now: Timestamp) -> Result<(), LibraryError> {
    let (catalogue, prices) = (Catalogue::built_in(), PriceTable::default());
    let mut dice = Dice::new(seed);
    let mut made: Vec<String> = Vec::with_capacity(clips);
    let mut job = tx.prepare(
        "INSERT INTO jobs (id, state, revision, provider, request, estimate, task_id, created_at, submitted_at,
         finished_at, position) VALUES (?1, 'done', 4, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)",
    )?;
    let mut clip = tx.prepare(
        "INSERT INTO clips (id, job, folder, file, sha256, media, billed, last_frame_from_service, finished_at, reply,
         name, note, starred, tags, trashed_at, missing) VALUES (?1, ?1, 1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    // Two hundred clips on a working day; some come four at a time.
    let first = now - SignedDuration::from_secs(i64::try_from(clips).unwrap_or(0) * 432);
    for number in 0..clips {
        let at = first + SignedDuration::from_secs(i64::try_from(number / 4 * 4).unwrap_or(0) * 432);
        let id = id(at, &mut dice);
        let continues = (!made.is_empty() && dice.chance(20)).then(|| {
            let near = made.len().min(40);
            made[made.len() - 1 - dice.roll(near)].clone()
        });
        let request = request(&mut dice, &catalogue, continues.as_deref());
        let rehearsal = dice.chance(30);
        let estimate = prices.estimate(&request);
        let provider = if rehearsal { "rehearsal" } else { "https://cloud.vtrix.ai" };
        let (created, finished) = (format!("{at:.9}"), format!("{:.9}", at + SignedDuration::from_secs(90)));
        let media = MediaFacts {
            width: estimate.size.width,
            height: estimate.size.height,
            frames: estimate.frames,
            fps: 24.0,
            seconds: f64::from(estimate.frames) / 24.0,
            audio: false,
            bytes: 1_000_000.0 + f64::from(u32::try_from(dice.roll(9_000_000)).unwrap_or(0)),
        };
        let billed = Billed {
            cost: if dice.chance(90) { estimate.cost } else { None },
            discount: None,
            tokens: Some(estimate.tokens),
        };
        let mut tags: Vec<&str> = Vec::new();
        while tags.len() < 4 && dice.chance(30) {
            let tag = dice.one(&TAGS);
            if !tags.contains(tag) {
                tags.push(tag);
            }
        }
        let json = |value: serde_json::Result<String>| value.map_err(LibraryError::from);
        let position = f64::from(u32::try_from(number).unwrap_or(0));
        job.execute(params![
            id,
            provider,
            json(serde_json::to_string(&request))?,
            json(serde_json::to_string(&estimate))?,
            format!("task-{id}"),
            created,
            finished,
            position
        ])?;
        clip.execute(params![
            id,
            format!("{}/{id}.mp4", at.strftime("%Y-%m")),
            "0".repeat(64),
            json(serde_json::to_string(&media))?,
            json(serde_json::to_string(&billed))?,
            finished,
            format!("{{\"id\":\"task-{id}\",\"status\":\"completed\",\"model\":\"{}\"}}", request.model),
            dice.chance(5).then(|| format!("Take {}", dice.roll(500))),
            if dice.chance(10) { *dice.one(&NOTES) } else { "" },
            dice.chance(8),
            json(serde_json::to_string(&tags))?,
            dice.chance(2).then(|| format!("{now:.9}")),
            dice.roll(1000) < 5,
        ])?;
        made.push(id);
    }
    Ok(())
}

/// Of the form of a UUID version 7: ids sort by time.
fn id(at: Timestamp, dice: &mut Dice) -> String {
    let (time, low) = (at.as_millisecond(), dice.next());
    format!(
        "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
        time >> 16,
        time & 0xffff,
        low & 0xfff,
        (low >> 12) & 0xfff,
        dice.next() & 0xffff_ffff_ffff
    )
}
