//! Days, weeks and months where the person is.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A span of days where the person is, both ends included; an end that is missing is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Days {
    /// The first, `2026-11-01`.
    pub from: Option<Date>,
    /// The last.
    pub to: Option<Date>,
}

impl Days {
    /// When the first day begins and when the last one is over. A day begins at midnight, or when the clocks that skip
    /// it go on.
    #[must_use]
    pub fn bounds(&self, zone: &TimeZone) -> (Option<Timestamp>, Option<Timestamp>) {
        let after = self.to.and_then(|day| day.tomorrow().ok());
        (self.from.and_then(|day| begin(day, zone)), after.and_then(|day| begin(day, zone)))
    }
}

/// When a day begins in a zone.
pub(super) fn begin(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).and_then(|noon| noon.start_of_day()).ok().map(|zoned| zoned.timestamp())
}

/// The day of a time in a zone.
pub(super) fn day_of(time: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(time).date()
}

/// The day on which a week begins, as `Intl.Locale` counts: 1 is Monday, 7 is Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Week(pub u8);

/// Monday, as ISO 8601 has it.
impl Default for Week {
    fn default() -> Self {
        Self(1)
    }
}

/// When today, this week and this month began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Today.
    pub day: Date,
    /// The first day of the week.
    pub week: Date,
    /// The first day of the month.
    pub month: Date,
}

impl Marks {
    /// Those of `now`.
    #[must_use]
    pub fn of(now: Timestamp, zone: &TimeZone, week: Week) -> Self {
        let day = day_of(now, zone);
        let begins = i64::from((week.0 + 6) % 7);
        let since = (i64::from(day.weekday().to_monday_zero_offset()) - begins).rem_euclid(7);
        Self { day, week: day.checked_sub(since.days()).unwrap_or(day), month: day.first_of_month() }
    }

    /// When the month began.
    #[must_use]
    pub fn month_began(&self, zone: &TimeZone) -> Option<Timestamp> {
        begin(self.month, zone)
    }
}
