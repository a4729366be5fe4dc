//! The ledger and the budget's marks, at the engine's clock and where the person is.

use lastframe_model::usage::{Asked, Marks, csv, json};
use lastframe_model::{BudgetMark, BudgetWarning, Days, Usage, UsageFormat, UsagePage, UsageQuery, Week};

use crate::error::EngineError;
use crate::run::Inner;

impl Inner {
    pub(crate) async fn usage(&self, days: Days, week: Week) -> Result<Usage, EngineError> {
        let asked = Asked { now: self.clock.now(), zone: self.time_zone.clone(), week, days };
        self.with_library(move |library| library.usage(asked)).await
    }

    pub(crate) async fn usage_page(&self, query: UsageQuery, from: u32, count: u32) -> Result<UsagePage, EngineError> {
        let zone = self.time_zone.clone();
        self.with_library(move |library| library.usage_page(&query, &zone, from, count)).await
    }

    pub(crate) async fn usage_file(&self, days: Days, format: UsageFormat) -> Result<Vec<u8>, EngineError> {
        let zone = self.time_zone.clone();
        let bytes = self.with_library(move |library| {
            let (rows, sum) = library.usage_rows(&days, &zone)?;
            Ok(match format {
                UsageFormat::Csv => csv(&rows),
                UsageFormat::Json => json(days, sum, &rows)?,
            })
        });
        bytes.await
    }

    /// A mark of the monthly budget that was reached and is being said now, for the first time.
    pub(crate) async fn budget_warning(&self) -> Result<Option<BudgetWarning>, EngineError> {
        let Some(budget) = self.settings().guards.monthly_budget else { return Ok(None) };
        let spent = self.spent_this_month().await?;
        let Some(mark) = BudgetMark::of(spent, budget) else { return Ok(None) };
        let month = Marks::of(self.clock.now(), &self.time_zone, Week::default()).month.strftime("%Y-%m").to_string();
        let news = self.with_library(move |library| library.say_budget_mark(&month, budget, mark)).await?;
        Ok(news.then_some(BudgetWarning { mark, spent, budget }))
    }
}
