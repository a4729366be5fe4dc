//! The table of prices: kept in the settings, so that nobody may have the window open while it is changed here.

use lastframe_library::{Library, write_setting};
use lastframe_model::{Catalogue, ModelId, Price, PriceTable, Provider, RecentBills, Request, ServiceTier, Usd, bills};
use serde::Serialize;

use crate::arguments::{Prices, SetPrice};
use crate::failure::{CliError, End};
use crate::output::Output;
use crate::place::Place;

/// One price and what was really billed.
#[derive(Serialize)]
struct Line {
    model: ModelId,
    sound: bool,
    service_tier: ServiceTier,
    /// USD per million tokens; `None` for a model without a price.
    per_million: Option<Usd>,
    /// What the last jobs of the kind were billed; `None` where there were none.
    billed: Option<RecentBills>,
}

/// The table as it is listed.
#[derive(Serialize)]
struct Listed<'a> {
    table: &'a PriceTable,
    kinds: Vec<Line>,
}

pub fn run(prices: &Prices, place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let table = match prices {
        Prices::List => place.settings.prices.clone(),
        Prices::Set(wanted) => change(&library, place, set(place.settings.prices.clone(), wanted)?)?,
        Prices::Reset { model: None } => change(&library, place, PriceTable::default())?,
        Prices::Reset { model: Some(model) } => {
            let table = reset(place.settings.prices.clone(), &ModelId::new(model.trim()));
            change(&library, place, table)?
        }
    };
    let kinds = kinds(&library, &table, &place.catalogue(), &place.provider)?;
    let listed = Listed { table: &table, kinds };
    output.result(&listed, || words(&listed))?;
    Ok(End::Done)
}

/// What the last jobs of the request's kind were billed.
pub fn recent(
    library: &Library,
    request: &Request,
    provider: &Provider,
    prices: &PriceTable,
) -> Result<Option<RecentBills>, CliError> {
    let found = library.bills(provider, request, bills::RECENT)?;
    Ok(RecentBills::of(&found, request, provider, prices))
}

fn set(mut table: PriceTable, wanted: &SetPrice) -> Result<PriceTable, CliError> {
    if let Some(share) = wanted.flex_share {
        table.flex_share = share;
    }
    let Some(model) = wanted.model.as_deref().map(str::trim) else { return Ok(table) };
    let index = match (table.prices.iter().position(|price| price.model.as_str() == model), wanted.silent) {
        (Some(index), _) => index,
        (None, Some(silent)) => {
            table.prices.push(Price::online(ModelId::new(model), silent, wanted.with_audio.unwrap_or(silent)));
            table.prices.len() - 1
        }
        (None, None) => return Err(CliError::NoPrice { model: model.to_owned() }),
    };
    let row = &mut table.prices[index];
    if let Some(silent) = wanted.silent {
        let alike = row.silent == row.with_audio;
        row.silent = silent;
        if alike {
            row.with_audio = silent;
        }
    }
    row.with_audio = wanted.with_audio.unwrap_or(row.with_audio);
    row.flex_silent = wanted.flex.or(row.flex_silent);
    row.flex_with_audio = wanted.flex_with_audio.or(row.flex_with_audio);
    Ok(table)
}

/// The row of the list in place of the model's own; a model that the list does not have loses its price.
fn reset(mut table: PriceTable, model: &ModelId) -> PriceTable {
    let listed = PriceTable::default().row(model).cloned();
    match (table.prices.iter().position(|price| price.model == *model), listed) {
        (Some(index), Some(row)) => table.prices[index] = row,
        (Some(index), None) => drop(table.prices.remove(index)),
        (None, row) => table.prices.extend(row),
    }
    table
}

fn change(library: &Library, place: &Place, table: PriceTable) -> Result<PriceTable, CliError> {
    let table = table.checked()?;
    let _owned = library.own("lastframe prices")?;
    write_setting(&place.places, "prices", serde_json::to_value(&table)?)?;
    Ok(table)
}

/// Every model of the table and of the catalogue, in either tier, with sound where it can make any.
fn kinds(
    library: &Library,
    table: &PriceTable,
    catalogue: &Catalogue,
    provider: &Provider,
) -> Result<Vec<Line>, CliError> {
    let mut models: Vec<ModelId> = catalogue.models.iter().map(|model| model.id.clone()).collect();
    models.extend(table.prices.iter().map(|row| row.model.clone()).filter(|model| catalogue.get(model).is_none()));
    let mut lines = Vec::new();
    for model in models {
        let audio = catalogue.get(&model).is_none_or(|known| known.audio);
        for sound in [false, true].into_iter().take(1 + usize::from(audio)) {
            for service_tier in ServiceTier::ALL {
                let request = Request {
                    model: model.clone(),
                    generate_audio: sound,
                    service_tier: *service_tier,
                    ..Request::default()
                };
                let billed = recent(library, &request, provider, table)?;
                let per_million = table.per_million(&request);
                lines.push(Line { model: model.clone(), sound, service_tier: *service_tier, per_million, billed });
            }
        }
    }
    Ok(lines)
}

fn words(listed: &Listed<'_>) -> String {
    let line = |line: &Line| {
        let tier = if line.service_tier == ServiceTier::Flex { "flex" } else { "online" };
        let sound = if line.sound { ", with sound" } else { "" };
        let price =
            line.per_million.map_or_else(|| "no price".to_owned(), |price| format!("${}", price.amount().normalize()));
        let billed = line.billed.map(|billed| format!("  {}", at_which(&billed))).unwrap_or_default();
        format!("{:<28}  {:<18}  {price:>9}{billed}", line.model, format!("{tier}{sound}"))
    };
    let head = "US dollars per million tokens. Estimates are made with these; what the service bills always wins.";
    std::iter::once(head.to_owned()).chain(listed.kinds.iter().map(line)).collect::<Vec<_>>().join("\n")
}

fn last(count: u32) -> String {
    if count == 1 { "the last one was".to_owned() } else { format!("the last {count} were") }
}

/// At which price the last jobs were billed, and whether the table is off.
fn at_which(billed: &RecentBills) -> String {
    let off = match (billed.off, billed.percent) {
        (true, Some(percent)) => format!(" ({percent:+} %)"),
        (true, None) => " (not free)".to_owned(),
        _ => String::new(),
    };
    format!("{} billed at ${}{off}", last(billed.count), billed.per_million)
}

/// What a clip of the request would have been billed lately, in a sentence.
pub fn lately(billed: &RecentBills, request: &Request) -> String {
    let size = if billed.same_size {
        format!("{} billed ${} each", last(billed.count), billed.cost)
    } else {
        format!("by the last {} billed it would be ${}", billed.count, billed.cost)
    };
    let Some(price) = billed.suggestion else { return size };
    let amount = match (request.service_tier, request.generate_audio) {
        (ServiceTier::Default, false) => "silent",
        (ServiceTier::Default, true) => "with-audio",
        (ServiceTier::Flex, false) => "flex",
        (ServiceTier::Flex, true) => "flex-with-audio",
    };
    format!("{size}; to estimate with that: lastframe prices set {} --{amount} {price}", request.model)
}
