//! What jobs cost. Only reads; the sums are the window's own.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lastframe_model::usage::{Asked, csv, json};
use lastframe_model::{Days, Sum, Usage, Week};

use crate::arguments;
use crate::failure::{CliError, End};
use crate::output::Output;
use crate::place::Place;

/// The sums in words, or the whole ledger as a file.
pub fn run(wanted: &arguments::Usage, place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let zone = TimeZone::system();
    let days = Days { from: wanted.from, to: wanted.to };
    if wanted.csv || output.json {
        let (rows, sum) = library.usage_rows(&days, &zone)?;
        let file = if wanted.csv { csv(&rows) } else { json(days, sum, &rows)? };
        output.file(&file)?;
        return Ok(End::Done);
    }
    let usage = library.usage(Asked { now: Timestamp::now(), zone, week: Week::default(), days })?;
    output.file(format!("{}\n", words(&usage, days)).as_bytes())?;
    Ok(End::Done)
}

fn words(usage: &Usage, days: Days) -> String {
    let mut lines = vec![
        line("today", &usage.today),
        line("this week", &usage.week),
        line("this month", &usage.month),
        line("in all", &usage.all),
    ];
    if days != Days::default() {
        lines.push(line("in those days", &usage.period));
    }
    lines.push(String::new());
    lines.extend(usage.models.iter().map(|model| line(model.model.as_str(), &model.sum)));
    let sum = &usage.period;
    lines.push(String::new());
    lines.push(format!(
        "estimated  ${} for what was billed; {:+} from that to the bills",
        sum.estimated,
        sum.difference.amount()
    ));
    if sum.unpriced > 0 {
        lines.push(format!("not known  {} jobs have neither a price nor a bill", sum.unpriced));
    }
    lines.join("\n").trim_end().to_owned()
}

fn line(name: &str, sum: &Sum) -> String {
    let mut words = vec![format!("{name:<28}  ${} billed, {} clips, {} jobs", sum.billed, sum.clips, sum.jobs)];
    if sum.awaited > 0 {
        words.push(format!("about ${} not billed yet", sum.expected));
    }
    if sum.open_ended > 0 {
        words.push(format!("perhaps ${} for {} with an unknown end", sum.perhaps, sum.open_ended));
    }
    words.join(", ")
}
