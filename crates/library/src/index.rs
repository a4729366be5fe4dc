//! The shelf in memory: 64 bytes a clip, ordered and filtered in a few milliseconds. Knows rows and numbers; what words
//! are found in is told from outside.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use lastframe_model::gallery::folded;
use lastframe_model::{
    CardState, ClipId, ClipOrigin, CommonMarks, GalleryQuery, ModelId, Ratio, Resolution, Shape, SortKey, TagCount, Usd,
};
use rusqlite::Connection;

use crate::days::Days;
use crate::error::LibraryError;
use crate::{order, rows};

mod films;

pub(crate) use films::Head;

/// Decimals of a dollar that are kept: the service's own figures have four.
const DECIMALS: u32 = 9;
/// No cost is known.
pub(crate) const NO_COST: i64 = i64::MIN;

/// What is kept of a clip.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// Of its id: ids of one time sort by it.
    key: u128,
    /// Microseconds since 1970.
    pub(crate) made: i64,
    /// 10⁻⁹ USD, or [`NO_COST`].
    pub(crate) cost: i64,
    pub(crate) seconds: f64,
    pub(crate) bytes: f64,
    /// `shelf.n`.
    pub(crate) n: u32,
    /// Place in [`Index::tag_sets`].
    tags: u32,
    /// Place in [`Index::shapes`].
    pub(crate) shape: u16,
    /// Place in [`Index::models`].
    model: u16,
    resolution: Resolution,
    ratio: Ratio,
    origin: ClipOrigin,
    flags: u8,
}

const STARRED: u8 = 1;
const TRASHED: u8 = 2;
const MISSING: u8 = 4;

impl Entry {
    pub(crate) fn origin(&self) -> ClipOrigin {
        self.origin
    }

    pub(crate) fn is_trashed(&self) -> bool {
        self.flags & TRASHED != 0
    }
}

/// A set of numbers of clips.
#[derive(Default)]
pub(crate) struct Numbers(Vec<u64>);

impl Numbers {
    pub(crate) fn insert(&mut self, n: u32) {
        let (word, bit) = ((n / 64) as usize, n % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    pub(crate) fn has(&self, n: u32) -> bool {
        self.0.get((n / 64) as usize).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }
}

/// Every clip, and the answer that was asked for last.
#[derive(Default)]
pub(crate) struct Index {
    /// The last change that it has.
    pub(crate) revision: u32,
    /// By key and number.
    entries: Vec<Entry>,
    /// Places in `entries`, newest first.
    by_date: Vec<u32>,
    models: Vec<String>,
    pub(crate) shapes: Vec<Shape>,
    tag_sets: Vec<Vec<String>>,
    /// The set of the JSON text.
    known_sets: HashMap<String, u32>,
    /// Of clips that continue another: its key.
    before: HashMap<u32, u128>,
    /// For every place the first clip of its film; empty while nobody has asked.
    roots: Vec<u32>,
    /// The films that nobody had to save, the newest change first; `None` while nobody has asked.
    heads: Option<Vec<Head>>,
    /// The order that was asked for last.
    last: Option<Last>,
}

struct Last {
    query: GalleryQuery,
    zone: TimeZone,
    revision: u32,
    order: Vec<u32>,
}

/// Of the id's form: ids are UUIDs that sort by time; any other is taken by its first letters.
pub(crate) fn key_of(id: &str) -> u128 {
    let mut digits = id.bytes().filter(|byte| *byte != b'-');
    let uuid = (id.len() == 36)
        .then(|| digits.try_fold(0_u128, |sum, byte| Some(sum << 4 | u128::from((byte as char).to_digit(16)?))));
    uuid.flatten().unwrap_or_else(|| {
        let mut first = [0; 16];
        for (to, byte) in first.iter_mut().zip(id.bytes()) {
            *to = byte;
        }
        u128::from_be_bytes(first)
    })
}

/// US dollars of a sum in 10⁻⁹ USD.
pub(crate) fn usd(sum: i128) -> Usd {
    Usd::new(rust_decimal::Decimal::from_i128_with_scale(sum, DECIMALS).normalize())
}

/// In 10⁻⁹ USD; what has more decimals is rounded there.
fn cost_of(usd: Usd) -> Option<i64> {
    let mut amount = usd.amount().round_dp(DECIMALS);
    amount.rescale(DECIMALS);
    i64::try_from(amount.mantissa()).ok()
}

fn place<T>(list: &mut Vec<T>, wanted: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> u16 {
    let found = list.iter().position(wanted);
    let found = found.unwrap_or_else(|| {
        // Beyond what a library ever has, the last one stands for the others.
        if list.len() < 0xd000 {
            list.push(new());
        }
        list.len() - 1
    });
    u16::try_from(found).unwrap_or(u16::MAX)
}

impl Index {
    /// Brings it to what the library has.
    pub(crate) fn sync(&mut self, connection: &Connection) -> Result<(), LibraryError> {
        let revision = crate::shelf::revision(connection)?;
        if revision == self.revision {
            return Ok(());
        }
        if revision < self.revision {
            *self = Self::default(); // another database has taken its place
        }
        let columns = "SELECT n, clip, made, model, resolution, ratio, provider, width, height, seconds, bytes, cost, \
                       starred, trashed, missing, tags, continues FROM shelf";
        // From the start the whole table is read as it lies; later only what changed.
        let rest = if self.revision == 0 { "WHERE ?1 = 0" } else { "WHERE changed > ?1" };
        let mut statement = connection.prepare_cached(&format!("{columns} {rest}"))?;
        let mut found = statement.query([self.revision])?;
        let (mut gone, mut new) = (Numbers::default(), Vec::new());
        while let Some(row) = found.next()? {
            let n: u32 = row.get(0)?;
            self.before.remove(&n);
            let id = row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?;
            let entry = id.map(key_of).map(|key| self.entry(row, n, key)).transpose()?;
            match entry {
                // What is written on a clip does not move it.
                Some(entry) if self.replace(&entry) => {}
                entry => {
                    gone.insert(n);
                    new.extend(entry);
                }
            }
        }
        if !gone.0.is_empty() {
            self.entries.retain(|entry| !gone.has(entry.n));
            self.entries.extend(new);
            // Nearly sorted already: the newest come last.
            self.entries.sort_by_key(|entry| (entry.key, entry.n));
            self.entries.shrink_to_fit();
            let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            self.by_date = (0..count).rev().collect();
            self.by_date.sort_by_key(|place| std::cmp::Reverse(self.entries[*place as usize].made));
        }
        self.revision = revision;
        self.last = None;
        self.roots = Vec::new();
        self.heads = None;
        Ok(())
    }

    /// Puts a clip in the place of what was known of it, if that is its place still.
    fn replace(&mut self, entry: &Entry) -> bool {
        let place = self.entries.binary_search_by_key(&(entry.key, entry.n), |known| (known.key, known.n));
        let known = place.ok().and_then(|place| self.entries.get_mut(place)).filter(|known| known.made == entry.made);
        known.map(|known| *known = *entry).is_some()
    }

    fn entry(&mut self, row: &rusqlite::Row<'_>, n: u32, key: u128) -> rusqlite::Result<Entry> {
        let text = |column: usize| row.get_ref(column).map(|value| value.as_str().unwrap_or_default());
        let model = text(3)?;
        let shape = Shape { width: row.get(7)?, height: row.get(8)? };
        let flag = |column: usize, bit: u8| row.get::<_, bool>(column).map(|on| if on { bit } else { 0 });
        if let Some(before) = row.get_ref(16)?.as_str_or_null()? {
            self.before.insert(n, key_of(before));
        }
        let cost: Option<Usd> = row.get_ref(11)?.as_str_or_null()?.and_then(|text| text.parse().ok());
        Ok(Entry {
            key,
            made: row.get(2)?,
            cost: cost.and_then(cost_of).unwrap_or(NO_COST),
            seconds: row.get(9)?,
            bytes: row.get(10)?,
            n,
            tags: self.tag_set(text(15)?),
            shape: place(&mut self.shapes, |known| *known == shape, || shape),
            model: place(&mut self.models, |known| known == model, || model.to_owned()),
            resolution: text(4)?.parse().unwrap_or_default(),
            ratio: text(5)?.parse().unwrap_or_default(),
            origin: rows::origin(text(6)?),
            flags: flag(12, STARRED)? | flag(13, TRASHED)? | flag(14, MISSING)?,
        })
    }

    fn tag_set(&mut self, json: &str) -> u32 {
        if let Some(known) = self.known_sets.get(json) {
            return *known;
        }
        let number = u32::try_from(self.tag_sets.len()).unwrap_or(u32::MAX);
        self.tag_sets.push(serde_json::from_str(json).unwrap_or_default());
        self.known_sets.insert(json.to_owned(), number);
        number
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.by_date.iter().map(|place| &self.entries[*place as usize])
    }

    pub(crate) fn at(&self, place: u32) -> &Entry {
        &self.entries[place as usize]
    }

    /// The order that was asked for last, if this is what was asked for.
    pub(crate) fn known(&self, query: &GalleryQuery, zone: &TimeZone) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| last.revision == self.revision && last.query == *query && last.zone == *zone)
    }

    /// Places of the clips that were asked for last.
    pub(crate) fn order(&self) -> &[u32] {
        self.last.as_ref().map_or(&[], |last| &last.order)
    }

    /// Finds and orders clips: those of `hits`, if there are any words. [`Self::order`] has them afterwards.
    ///
    /// # Errors
    /// [`LibraryError::NoDay`] for a day that is none.
    pub(crate) fn ask(
        &mut self,
        query: &GalleryQuery,
        zone: &TimeZone,
        hits: Option<&Numbers>,
    ) -> Result<(), LibraryError> {
        let filter = &query.filter;
        let days = Days::span(&filter.days, zone)?;
        let models: Vec<bool> = self.models.iter().map(|model| is_in(&filter.models, &ModelId::new(model))).collect();
        let tags: Vec<bool> = self.tag_sets.iter().map(|set| has_all(set, &filter.tags)).collect();
        let film = filter.film.as_ref().map(|clip| self.tree(key_of(clip.as_str())));
        let cost = (filter.cost.from.and_then(cost_of), filter.cost.to.and_then(cost_of));
        let fits = |entry: &Entry| {
            entry.is_trashed() == query.trash
                && hits.is_none_or(|hits| hits.has(entry.n))
                && models[usize::from(entry.model)]
                && is_in(&filter.resolutions, &entry.resolution)
                && is_in(&filter.ratios, &entry.ratio)
                && filter.seconds.has(&entry.seconds)
                && (filter.cost.is_open()
                    || (entry.cost != NO_COST
                        && cost.0.is_none_or(|from| entry.cost >= from)
                        && cost.1.is_none_or(|to| entry.cost <= to)))
                && days.contains(&entry.made)
                && (!filter.starred || entry.flags & STARRED != 0)
                && tags[entry.tags as usize]
                && film.as_ref().is_none_or(|film| film.has(entry.n))
                && filter.origin.is_none_or(|origin| origin == entry.origin)
                && (!filter.missing || entry.flags & MISSING != 0)
        };
        let mut order: Vec<u32> = Vec::new();
        if filter.states.is_empty() || filter.states.contains(&CardState::Done) {
            let all = self.by_date.iter().copied();
            order.extend(all.filter(|place| fits(&self.entries[*place as usize])));
        }
        if query.sort.by == SortKey::Film {
            self.find_roots();
        }
        order::sort(&mut order, query.sort, &self.entries, &self.by_date, &self.roots);
        order.shrink_to_fit();
        let (query, zone) = (query.clone(), zone.clone());
        self.last = Some(Last { query, zone, revision: self.revision, order });
        Ok(())
    }

    fn place_of(&self, key: u128) -> Option<u32> {
        let place = self.entries.partition_point(|entry| entry.key < key);
        self.entries.get(place).filter(|entry| entry.key == key).and_then(|_| u32::try_from(place).ok())
    }

    /// What is written on all of these clips, as far as they are here.
    pub(crate) fn in_common(&self, clips: &[ClipId]) -> CommonMarks {
        let (mut starred, mut sets) = (true, BTreeSet::new());
        for place in clips.iter().filter_map(|clip| self.place_of(key_of(clip.as_str()))) {
            let entry = self.at(place);
            starred &= entry.flags & STARRED != 0;
            sets.insert(entry.tags);
        }
        let sets: Vec<&[String]> = sets.into_iter().map(|set| self.tag_sets[set as usize].as_slice()).collect();
        let in_all = |tag: &&String| sets.iter().all(|set| has_all(set, std::slice::from_ref(*tag)));
        let tags = sets.first().map(|first| first.iter().filter(in_all).cloned().collect()).unwrap_or_default();
        CommonMarks { starred: starred && !sets.is_empty(), tags }
    }

    /// Every tag outside the trash, the most used first.
    pub(crate) fn tag_counts(&self) -> Vec<TagCount> {
        let mut of_sets = vec![0_u32; self.tag_sets.len()];
        for entry in self.entries.iter().filter(|entry| !entry.is_trashed()) {
            of_sets[entry.tags as usize] += 1;
        }
        let mut counts: HashMap<String, TagCount> = HashMap::new();
        for (set, clips) in self.tag_sets.iter().zip(of_sets).filter(|(_, clips)| *clips > 0) {
            for name in set {
                let count = counts.entry(folded(name)).or_insert(TagCount { name: name.clone(), clips: 0 });
                count.clips += clips;
            }
        }
        let mut counts: Vec<(String, TagCount)> = counts.into_iter().collect();
        counts.sort_by(|(a, x), (b, y)| y.clips.cmp(&x.clips).then_with(|| a.cmp(b)));
        counts.into_iter().map(|(_, count)| count).collect()
    }

    /// How a tag is written already, in whatever case it is asked for.
    pub(crate) fn spelling(&self, tag: &str) -> Option<&str> {
        let wanted = folded(tag);
        self.tag_sets.iter().flatten().find(|known| folded(known) == wanted).map(String::as_str)
    }
}

fn is_in<T: PartialEq>(wanted: &[T], value: &T) -> bool {
    wanted.is_empty() || wanted.contains(value)
}

fn has_all(set: &[String], wanted: &[String]) -> bool {
    wanted.iter().all(|tag| set.iter().any(|name| folded(name) == folded(tag)))
}
