//! Finding clips: the words in the database, everything else in memory.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use lastframe_model::{
    Amount, Clip, ClipId, ClipOrigin, CommonMarks, DayUse, DiskUse, GalleryQuery, Shelf, ShelfDay, SortKey, TagCount,
};
use rusqlite::{Connection, OptionalExtension};

use crate::days::Days;
use crate::error::LibraryError;
use crate::index::{Entry, Index, NO_COST, Numbers, usd};
use crate::words::{Typed, typed};
use crate::{Library, clips, schema, shelf};

/// Most clips of one page.
const PAGE_MAX: u32 = 1_000;
/// The first unit of a layout: what is below are letters and signs that JSON writes otherwise.
const FIRST_UNIT: u32 = 0x100;

/// The clips whose words are looked for; `None` where nothing is.
pub(crate) fn hits(connection: &Connection, text: &str) -> Result<Option<Numbers>, LibraryError> {
    let mut numbers = Numbers::default();
    match typed(text) {
        Typed::Nothing => return Ok(None),
        Typed::Signs => {}
        Typed::Words(expression) => {
            let mut statement = connection.prepare_cached("SELECT rowid FROM words WHERE words MATCH ?1")?;
            let mut rows = statement.query([expression])?;
            while let Some(row) = rows.next()? {
                numbers.insert(row.get(0)?);
            }
        }
    }
    Ok(Some(numbers))
}

impl Library {
    /// Looks into the index as it stands after the last change; the connection is used only as long as that needs it.
    pub(crate) fn indexed<T>(&self, look: impl FnOnce(&mut Index) -> T) -> Result<T, LibraryError> {
        // Always in this order: the index, then the connection.
        let mut index = self.index();
        self.read(|connection| index.sync(connection))?;
        Ok(look(&mut index))
    }

    fn asked<T>(
        &self,
        query: &GalleryQuery,
        zone: &TimeZone,
        look: impl FnOnce(&Index) -> T,
    ) -> Result<T, LibraryError> {
        let mut index = self.index();
        let hits = self.read(|connection| {
            index.sync(connection)?;
            if index.known(query, zone) { Ok(None) } else { hits(connection, &query.text) }
        })?;
        if !index.known(query, zone) {
            index.ask(query, zone, hits.as_ref())?;
        }
        Ok(look(&index))
    }

    /// Reads what clips are found by, so that the first question finds it there. Through a connection of its own: others
    /// use the library meanwhile.
    ///
    /// # Errors
    /// [`LibraryError::Database`]; the first question then tries again.
    pub fn prepare_gallery(&self) -> Result<(), LibraryError> {
        let mut index = self.index();
        index.sync(&schema::reader(&self.places())?)
    }

    /// Number of the last change of any clip.
    pub fn gallery_revision(&self) -> Result<u32, LibraryError> {
        self.read(shelf::revision)
    }

    /// Where every clip of a query stands; days begin at midnight in `zone`.
    ///
    /// # Errors
    /// [`LibraryError::NoDay`] for a day in the filter that is none.
    pub fn gallery(&self, query: &GalleryQuery, zone: &TimeZone) -> Result<Shelf, LibraryError> {
        self.asked(query, zone, |index| shelf_of(index, query, zone))
    }

    /// At most `count` (1,000) clips of a query in its order, from the one at place `from` on.
    ///
    /// # Errors
    /// As [`Self::gallery`].
    pub fn gallery_page(
        &self,
        query: &GalleryQuery,
        zone: &TimeZone,
        from: u32,
        count: u32,
    ) -> Result<Vec<Clip>, LibraryError> {
        let numbers = self.numbers(query, zone, from, count.min(PAGE_MAX))?;
        let kept = self.read(|connection| clips::of_numbers(connection, &numbers))?;
        Ok(self.all_seen(kept))
    }

    /// Ids of the clips of a query in its order, from the one at place `from` on.
    ///
    /// # Errors
    /// As [`Self::gallery`].
    pub fn gallery_ids(
        &self,
        query: &GalleryQuery,
        zone: &TimeZone,
        from: u32,
        count: u32,
    ) -> Result<Vec<ClipId>, LibraryError> {
        let numbers = self.numbers(query, zone, from, count)?;
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT clip FROM shelf WHERE n = ?1 AND clip IS NOT NULL")?;
            let id = |n: &u32| statement.query_row([n], |row| row.get::<_, String>(0)).optional();
            let ids = numbers.iter().map(id).collect::<Result<Vec<_>, _>>()?;
            Ok(ids.into_iter().flatten().map(ClipId::new).collect())
        })
    }

    /// The place of a clip among those of a query; `None` if it is not among them.
    ///
    /// # Errors
    /// As [`Self::gallery`].
    pub fn gallery_place(
        &self,
        query: &GalleryQuery,
        zone: &TimeZone,
        clip: &ClipId,
    ) -> Result<Option<u32>, LibraryError> {
        let n: Option<u32> = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT n FROM shelf WHERE clip = ?1")?;
            Ok(statement.query_row([clip.as_str()], |row| row.get(0)).optional()?)
        })?;
        let Some(n) = n else { return Ok(None) };
        let place = self.asked(query, zone, |index| index.order().iter().position(|place| index.at(*place).n == n))?;
        Ok(place.and_then(|place| u32::try_from(place).ok()))
    }

    fn numbers(&self, query: &GalleryQuery, zone: &TimeZone, from: u32, count: u32) -> Result<Vec<u32>, LibraryError> {
        self.asked(query, zone, |index| {
            let order = index.order().iter().skip(from as usize).take(count as usize);
            order.map(|place| index.at(*place).n).collect()
        })
    }

    /// Every tag of clips outside the trash, the most used first.
    pub fn tags(&self) -> Result<Vec<TagCount>, LibraryError> {
        self.indexed(|index| index.tag_counts())
    }

    /// What is written on all of these clips, those that are not in the library left out.
    pub fn common_marks(&self, clips: &[ClipId]) -> Result<CommonMarks, LibraryError> {
        self.indexed(|index| index.in_common(clips))
    }

    /// What clips take on the disk, in all and by the day in `zone`, newest first. What is free is not asked here.
    pub fn disk_use(&self, zone: &TimeZone) -> Result<DiskUse, LibraryError> {
        self.indexed(|index| {
            let mut told = DiskUse::default();
            let mut days = Days::new(zone);
            for entry in index.entries() {
                let sum = if entry.is_trashed() { &mut told.trash } else { &mut told.clips };
                add(sum, entry);
                if !entry.is_trashed() {
                    if let Some(day) = days.turned(entry.made) {
                        told.days.push(DayUse { day: day.to_string(), count: 0, bytes: 0.0 });
                    }
                    if let Some(day) = told.days.last_mut() {
                        day.count += 1;
                        day.bytes += entry.bytes;
                    }
                }
            }
            told
        })
    }
}

fn add(sum: &mut Amount, entry: &Entry) {
    sum.count += 1;
    sum.bytes += entry.bytes;
}

fn shelf_of(index: &Index, query: &GalleryQuery, zone: &TimeZone) -> Shelf {
    let order = index.order();
    let mut shelf = Shelf {
        revision: index.revision,
        total: u32::try_from(order.len()).unwrap_or(u32::MAX),
        layout: String::with_capacity(order.len() * 2),
        ..Shelf::default()
    };
    let mut units: Vec<Option<char>> = vec![None; index.shapes.len()];
    let mut days = Days::new(zone);
    let mut today: Option<Today> = None;
    for place in order {
        let entry = index.at(*place);
        let shape = usize::from(entry.shape);
        let unit = *units[shape].get_or_insert_with(|| {
            let unit = FIRST_UNIT + u32::try_from(shelf.shapes.len()).unwrap_or_default();
            shelf.shapes.push(index.shapes[shape]);
            // `index` keeps fewer shapes than there are units below the surrogates.
            char::from_u32(unit).unwrap_or('\u{100}')
        });
        shelf.layout.push(unit);
        if query.sort.by == SortKey::Date {
            if let Some(day) = days.turned(entry.made) {
                shelf.days.extend(today.replace(Today::of(day)).map(Today::told));
            }
            if let Some(today) = &mut today {
                today.count(entry);
            }
        }
    }
    shelf.days.extend(today.map(Today::told));
    shelf
}

/// The sums of a day while its clips are counted: in whole numbers, which are dollars only when they are told.
struct Today {
    day: Date,
    clips: u32,
    seconds: f64,
    bytes: f64,
    spent: Option<i128>,
    pretend: Option<i128>,
}

impl Today {
    fn of(day: Date) -> Self {
        Self { day, clips: 0, seconds: 0.0, bytes: 0.0, spent: None, pretend: None }
    }

    fn count(&mut self, entry: &Entry) {
        self.clips += 1;
        self.seconds += entry.seconds;
        self.bytes += entry.bytes;
        let sum = match entry.origin() {
            ClipOrigin::Real => &mut self.spent,
            ClipOrigin::Rehearsal => &mut self.pretend,
            ClipOrigin::Imported => return,
        };
        if entry.cost != NO_COST {
            *sum = Some(sum.unwrap_or(0) + i128::from(entry.cost));
        }
    }

    fn told(self) -> ShelfDay {
        ShelfDay {
            day: self.day.to_string(),
            clips: self.clips,
            seconds: self.seconds,
            spent: self.spent.map(usd),
            pretend: self.pretend.map(usd),
            bytes: self.bytes,
        }
    }
}
