//! What may be spent without asking again: checked here, whoever asks, when jobs are made. And what was billed lately.

use std::cmp::Reverse;

use jiff::Timestamp;
use lastframe_library::Library;
use lastframe_model::{Consent, Guard, GuardBreach, Job, Provider, RecentBills, Request, Usd, bills};

use crate::error::EngineError;
use crate::run::Inner;

impl Inner {
    /// Refuses new jobs that pass a guard without the person's yes. Practice jobs cost nothing and pass.
    pub(crate) async fn guard(&self, jobs: &[Job], consent: Consent) -> Result<(), EngineError> {
        let paid = jobs.iter().filter(|job| job.provider.is_paid());
        let costs: Vec<Option<Usd>> = paid.map(|job| job.estimate.cost).collect();
        if consent == Consent::Beyond || costs.is_empty() {
            return Ok(());
        }
        match self.breaches(&costs).await?.first() {
            Some(breach) => Err(EngineError::NeedsYes(*breach)),
            None => Ok(()),
        }
    }

    /// Every guard that paid jobs of these costs would pass together, and what it would come to.
    pub(crate) async fn breaches(&self, costs: &[Option<Usd>]) -> Result<Vec<GuardBreach>, EngineError> {
        let guards = self.settings().guards;
        let mut breaches = Vec::new();
        // One without a price comes before the dearest: nobody knows what it costs.
        let dearest = costs.iter().min_by_key(|cost| cost.map(Reverse)).copied();
        if let (Some(limit), Some(amount)) = (guards.job_ceiling, dearest)
            && amount.is_none_or(|cost| cost > limit)
        {
            breaches.push(GuardBreach { guard: Guard::JobCeiling, limit, amount });
        }
        if let Some(limit) = guards.monthly_budget {
            let total: Option<Usd> = costs.iter().copied().sum();
            let amount = match total {
                Some(total) => Some(self.spent_this_month().await? + total),
                None => None,
            };
            if amount.is_none_or(|amount| amount > limit) {
                breaches.push(GuardBreach { guard: Guard::MonthlyBudget, limit, amount });
            }
        }
        Ok(breaches)
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
pub(crate) fn month_of(now: Timestamp, zone: &jiff::tz::TimeZone) -> Timestamp {
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
