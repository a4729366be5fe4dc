//! What may be spent without asking again: checked here, whoever asks, when jobs are made. And what was billed lately.

use jiff::Timestamp;
use lastframe_library::Library;
use lastframe_model::{Consent, Guard, GuardBreach, Job, Provider, RecentBills, Request, Usd, bills};

use crate::error::EngineError;
use crate::run::Inner;

impl Inner {
    /// Refuses new jobs that pass a guard without the person's yes. Practice jobs cost nothing and pass.
    pub(crate) async fn guard(&self, jobs: &[Job], consent: Consent) -> Result<(), EngineError> {
        let guards = self.settings().guards;
        let paid: Vec<&Job> = jobs.iter().filter(|job| job.provider.is_paid()).collect();
        if consent == Consent::Beyond || paid.is_empty() {
            return Ok(());
        }
        let cost = |job: &&Job| job.estimate.cost;
        if let Some(limit) = guards.job_ceiling
            && let Some(job) = paid.iter().find(|job| cost(job).is_none_or(|cost| cost > limit))
        {
            let breach = GuardBreach { guard: Guard::JobCeiling, limit, amount: job.estimate.cost };
            return Err(EngineError::NeedsYes(breach));
        }
        if let Some(limit) = guards.monthly_budget {
            let total: Option<Usd> = paid.iter().map(cost).sum();
            let amount = match total {
                Some(total) => Some(self.spent_this_month().await? + total),
                None => None,
            };
            if amount.is_none_or(|amount| amount > limit) {
                return Err(EngineError::NeedsYes(GuardBreach { guard: Guard::MonthlyBudget, limit, amount }));
            }
        }
        Ok(())
    }

    /// What the last jobs of the request's kind were billed.
    pub(crate) async fn recent_bills(
        &self,
        request: Request,
        provider: Provider,
    ) -> Result<Option<RecentBills>, EngineError> {
        let prices = self.settings().prices;
        let read = move |library: &Library| {
            let bills = library.bills(&provider, &request, bills::RECENT)?;
            Ok(RecentBills::of(&bills, &request, &provider, &prices))
        };
        self.with_library(read).await
    }

    /// USD since the first of the month.
    pub(crate) async fn spent_this_month(&self) -> Result<Usd, EngineError> {
        let since = month_of(self.clock.now(), &self.time_zone);
        self.with_library(move |library| library.spent_since(since)).await
    }
}

/// When the month of `now` began where the person is.
fn month_of(now: Timestamp, zone: &jiff::tz::TimeZone) -> Timestamp {
    let first = now.to_zoned(zone.clone()).first_of_month().and_then(|day| day.start_of_day());
    first.map_or(now, |day| day.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_where_the_person_is() {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let month = |now: &str| month_of(now.parse().unwrap(), &zone).to_string();
        assert_eq!(month("2026-11-22T10:00:00Z"), "2026-10-31T16:00:00Z");
        assert_eq!(month("2026-10-31T16:00:00Z"), "2026-10-31T16:00:00Z", "its first second belongs to it");
        assert_eq!(month("2026-10-31T15:59:59Z"), "2026-09-30T16:00:00Z");
    }
}
