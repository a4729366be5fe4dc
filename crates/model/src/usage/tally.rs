//! One pass over the ledger, oldest first, that adds up everything the place shows.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::days::{begin, day_of};
use super::{Bar, Charge, Days, FilmSum, Marks, ModelSum, Sum, Usage, Week};
use crate::cost::Usd;
use crate::ids::{ClipId, ModelId};

/// More days than this are shown as months.
const MOST_DAYS: i32 = 62;
/// So many films are told.
const MOST_FILMS: usize = 12;

/// What is asked of a tally.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Now.
    pub now: Timestamp,
    /// Where the person is.
    pub zone: TimeZone,
    /// When a week begins there.
    pub week: Week,
    /// The days whose sums by model, day and film are wanted.
    pub days: Days,
}

/// One job, as a tally looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// When it was made: a text whose order is the order of times, and the time.
    pub made_at: &'a str,
    /// The model's id.
    pub model: &'a str,
    /// The film it belongs to.
    pub film: Option<&'a str>,
    /// Expected length in seconds.
    pub seconds: f64,
    /// Its money.
    pub charge: Charge,
}

/// Bounds as the texts that times are compared by.
struct Since {
    today: String,
    week: String,
    month: String,
    from: String,
    until: Option<String>,
}

struct Day {
    date: Date,
    sum: Sum,
    billed: Vec<Usd>,
}

/// Adds up jobs.
pub struct Tally {
    asked: Asked,
    marks: Marks,
    since: Since,
    /// How a time is written so that texts sort as times do.
    today: Sum,
    week: Sum,
    month: Sum,
    all: Sum,
    period: Sum,
    models: Vec<(String, Sum)>,
    days: Vec<Day>,
    /// When the newest of the days is over.
    day_ends: String,
    films: HashMap<String, Sum>,
    rehearsals: u32,
}

impl Tally {
    /// Nothing yet. `text` writes a time as [`Entry::made_at`] has it.
    #[must_use]
    pub fn new(asked: Asked, text: impl Fn(Timestamp) -> String) -> Self {
        let marks = Marks::of(asked.now, &asked.zone, asked.week);
        let at = |day| begin(day, &asked.zone).map(&text).unwrap_or_default();
        let (from, until) = asked.days.bounds(&asked.zone);
        let since = Since {
            today: at(marks.day),
            week: at(marks.week),
            month: at(marks.month),
            from: from.map(&text).unwrap_or_default(),
            until: until.map(&text),
        };
        Self {
            asked,
            marks,
            since,
            today: Sum::default(),
            week: Sum::default(),
            month: Sum::default(),
            all: Sum::default(),
            period: Sum::default(),
            models: Vec::new(),
            days: Vec::new(),
            day_ends: String::new(),
            films: HashMap::new(),
            rehearsals: 0,
        }
    }

    /// Adds one job. They come oldest first.
    pub fn add(&mut self, entry: &Entry<'_>, text: impl Fn(Timestamp) -> String) {
        let Entry { made_at, seconds, charge, .. } = *entry;
        let since = &self.since;
        let within = made_at >= since.from.as_str() && since.until.as_deref().is_none_or(|until| made_at < until);
        if !charge.real {
            self.rehearsals += u32::from(within);
            return;
        }
        self.all.add(&charge, seconds);
        for (begins, sum) in
            [(&since.today, &mut self.today), (&since.week, &mut self.week), (&since.month, &mut self.month)]
        {
            if made_at >= begins.as_str() {
                sum.add(&charge, seconds);
            }
        }
        if !within {
            return;
        }
        self.period.add(&charge, seconds);
        let model = self.model(entry.model);
        self.models[model].1.add(&charge, seconds);
        self.add_to_day(entry, model, text);
        if let Some(film) = entry.film {
            if let Some(sum) = self.films.get_mut(film) {
                sum.add(&charge, seconds);
            } else {
                self.films.entry(film.to_owned()).or_default().add(&charge, seconds);
            }
        }
    }

    fn model(&mut self, id: &str) -> usize {
        self.models.iter().position(|(known, _)| known == id).unwrap_or_else(|| {
            self.models.push((id.to_owned(), Sum::default()));
            self.models.len() - 1
        })
    }

    fn add_to_day(&mut self, entry: &Entry<'_>, model: usize, text: impl Fn(Timestamp) -> String) {
        if entry.made_at >= self.day_ends.as_str() {
            // Only the first job of each day is looked up in the calendar.
            let Ok(time) = entry.made_at.parse::<Timestamp>() else { return };
            let date = day_of(time, &self.asked.zone);
            let next = date.tomorrow().ok().and_then(|day| begin(day, &self.asked.zone));
            self.day_ends = next.map_or_else(|| "\u{10ffff}".to_owned(), text);
            self.days.push(Day { date, sum: Sum::default(), billed: Vec::new() });
        }
        let Some(day) = self.days.last_mut() else { return };
        day.sum.add(&entry.charge, entry.seconds);
        if let Some(billed) = entry.charge.billed {
            if day.billed.len() <= model {
                day.billed.resize(model + 1, Usd::ZERO);
            }
            day.billed[model] = super::plus(day.billed[model], billed);
        }
    }

    /// What came out. `prompt` gives the prompt of the clip that a film begins with.
    #[must_use]
    pub fn finish(self, prompt: impl Fn(&str) -> Option<String>) -> Usage {
        let mut order: Vec<usize> = (0..self.models.len()).collect();
        order.sort_by(|a, b| self.models[*b].1.counted.cmp(&self.models[*a].1.counted));
        let (bars, by_month) = self.bars(&order);
        let film_count = u32::try_from(self.films.len()).unwrap_or(u32::MAX);
        let mut films: Vec<(&String, &Sum)> = self.films.iter().collect();
        films.sort_by(|a, b| b.1.counted.cmp(&a.1.counted).then_with(|| b.0.cmp(a.0)));
        let films = films.into_iter().take(MOST_FILMS).map(|(film, sum)| FilmSum {
            prompt: prompt(film).unwrap_or_default(),
            film: ClipId::new(film),
            sum: *sum,
        });
        let films = films.collect();
        let models = order.into_iter().map(|index| {
            let (model, sum) = &self.models[index];
            ModelSum { model: ModelId::new(model), sum: *sum }
        });
        Usage {
            day: self.marks.day.to_string(),
            week_from: self.marks.week.to_string(),
            today: self.today,
            week: self.week,
            month: self.month,
            all: self.all,
            period: self.period,
            models: models.collect(),
            bars,
            by_month,
            films,
            film_count,
            rehearsals: self.rehearsals,
        }
    }

    /// A bar a day from the first to the last, those without a job too; or one a month.
    fn bars(&self, order: &[usize]) -> (Vec<Bar>, bool) {
        let Days { from, to } = self.asked.days;
        let (oldest, newest) = (self.days.first().map(|day| day.date), self.days.last().map(|day| day.date));
        // No bars for the days that are still to come, unless a clock that went wrong put a job there.
        let last = newest.max(Some(self.marks.day)).map(|last| to.map_or(last, |to| to.min(last)));
        let (Some(first), Some(last)) = (from.or(oldest), last) else { return (Vec::new(), false) };
        let by_month = first.until(last).is_ok_and(|span| span.get_days() > MOST_DAYS);
        let begins = |day: Date| if by_month { day.first_of_month() } else { day };
        let step = if by_month { 1.month() } else { 1.day() };
        let mut bars = Vec::new();
        let mut days = self.days.iter().peekable();
        let mut at = begins(first);
        while at <= last {
            let mut bar = Day { date: at, sum: Sum::default(), billed: vec![Usd::ZERO; order.len()] };
            while let Some(day) = days.next_if(|day| begins(day.date) <= at) {
                bar.sum = bar.sum.with(&day.sum);
                for (place, model) in order.iter().enumerate() {
                    let more = day.billed.get(*model).copied().unwrap_or_default();
                    bar.billed[place] = super::plus(bar.billed[place], more);
                }
            }
            let name = if by_month { bar.date.strftime("%Y-%m").to_string() } else { bar.date.to_string() };
            bars.push(Bar { at: name, sum: bar.sum, billed: bar.billed });
            let Ok(next) = at.checked_add(step) else { break };
            at = next;
        }
        (bars, by_month)
    }
}

impl Sum {
    /// Both together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let plus = super::plus;
        Self {
            jobs: self.jobs + other.jobs,
            clips: self.clips + other.clips,
            seconds: self.seconds + other.seconds,
            billed: plus(self.billed, other.billed),
            expected: plus(self.expected, other.expected),
            perhaps: plus(self.perhaps, other.perhaps),
            counted: plus(self.counted, other.counted),
            unpriced: self.unpriced + other.unpriced,
            estimated: plus(self.estimated, other.estimated),
            difference: plus(self.difference, other.difference),
            failed: self.failed + other.failed,
            open_ended: self.open_ended + other.open_ended,
            awaited: self.awaited + other.awaited,
        }
    }
}
