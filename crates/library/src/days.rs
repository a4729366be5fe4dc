//! Days where the person is, without asking the time zone about every clip: only where a day begins and ends.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lastframe_model::Span;

use crate::error::LibraryError;

/// A way through times that remembers the day it is in.
pub(crate) struct Days<'a> {
    zone: &'a TimeZone,
    within: Range<i64>,
}

impl<'a> Days<'a> {
    pub(crate) fn new(zone: &'a TimeZone) -> Self {
        Self { zone, within: 0..0 }
    }

    /// The day of a time in microseconds since 1970, if it is another than that of the call before.
    pub(crate) fn turned(&mut self, made: i64) -> Option<Date> {
        if self.within.contains(&made) {
            return None;
        }
        let time = Timestamp::from_microsecond(made).unwrap_or(Timestamp::UNIX_EPOCH);
        let day = time.to_zoned(self.zone.clone()).date();
        self.within = begin(day, self.zone).unwrap_or(made)..after(day, self.zone).unwrap_or(i64::MAX);
        if !self.within.contains(&made) {
            self.within = made..made.saturating_add(1); // a zone that skipped this day
        }
        Some(day)
    }

    /// The times of a span of days, in microseconds since 1970.
    ///
    /// # Errors
    /// [`LibraryError::NoDay`].
    pub(crate) fn span(days: &Span<String>, zone: &TimeZone) -> Result<Range<i64>, LibraryError> {
        let day = |text: &String| text.parse::<Date>().map_err(|_| LibraryError::NoDay(text.clone()));
        let from = days.from.as_ref().map(day).transpose()?.and_then(|day| begin(day, zone));
        let to = days.to.as_ref().map(day).transpose()?.and_then(|day| after(day, zone));
        Ok(from.unwrap_or(i64::MIN)..to.unwrap_or(i64::MAX))
    }
}

fn begin(day: Date, zone: &TimeZone) -> Option<i64> {
    // The first moment of the day, also where the clocks are set ahead at midnight.
    day.to_zoned(zone.clone()).ok()?.start_of_day().ok().map(|time| time.timestamp().as_microsecond())
}

fn after(day: Date, zone: &TimeZone) -> Option<i64> {
    begin(day.tomorrow().ok()?, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_person_is_also_when_clocks_are_set() {
        for name in ["UTC", "Asia/Shanghai", "America/Sao_Paulo", "Europe/Berlin", "Pacific/Apia", "America/Havana"] {
            let zone = TimeZone::get(name).unwrap();
            let mut days = Days::new(&zone);
            let mut day = None;
            // Every 7 minutes over a year and a bit, in which Berlin and Havana set their clocks.
            for step in 0..80_000_i64 {
                let made = 1_293_000_000_000_000 + step * 420_000_000;
                day = days.turned(made).or(day);
                let told = Timestamp::from_microsecond(made).unwrap().to_zoned(zone.clone()).date();
                assert_eq!(day, Some(told), "{name}: {told}");
            }
        }
    }

    #[test]
    fn a_span_of_days_has_both_its_days_whole() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let day = || Some("2026-03-29".to_owned()); // 23 hours
        let range = Days::span(&Span { from: day(), to: day() }, &zone).unwrap();
        assert_eq!((range.end - range.start) / 3_600_000_000, 23);
        let none = Span { from: Some("2026-02-30".to_owned()), to: None };
        assert!(matches!(Days::span(&none, &zone), Err(LibraryError::NoDay(day)) if day == "2026-02-30"));
    }
}
