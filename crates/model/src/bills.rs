//! What clips were really billed, held against what they are expected to cost. It only tells: a price is changed by the
//! person alone.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::{Estimate, PriceTable, Usd};
use crate::job::Provider;
use crate::request::{Request, ServiceTier};

/// How many of the last bills are looked at.
pub const RECENT: u32 = 5;
/// A price is off when the bills are further from it than this, in percent.
const TOLERANCE: i64 = 5;
/// A suggested price has the fewest decimals that are within this share of what was billed.
const TIDY: Decimal = Decimal::from_parts(5, 0, 0, false, 4);
const MILLION: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// What one finished job was billed, and what had been expected of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bill {
    /// USD, as the service said.
    pub cost: Usd,
    /// Tokens, if the service said how many.
    pub tokens: Option<f64>,
    /// What was expected when the button was pressed.
    pub estimate: Estimate,
}

impl Bill {
    /// Tokens that the cost is for. A service that does not say them bills by size: those expected of it.
    fn tokens(&self) -> Option<Decimal> {
        let said = self.tokens.filter(|tokens| *tokens >= 1.0).unwrap_or(self.estimate.tokens);
        Decimal::from_f64(said).filter(|tokens| *tokens >= Decimal::ONE)
    }

    /// USD per million tokens. `None` for a bill that says no price: of nothing, or for nothing.
    fn per_million(&self) -> Option<Decimal> {
        let cost = self.cost.amount();
        (cost > Decimal::ZERO).then(|| cost.checked_mul(MILLION)?.checked_div(self.tokens()?)).flatten()
    }
}

/// What the last jobs of a request's kind (model, tier, sound, draft) were billed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct RecentBills {
    /// How many.
    pub count: u32,
    /// The price that they were billed at, in USD per million tokens: the middle one.
    pub per_million: Usd,
    /// What a clip of the request would cost at that price, in USD.
    pub cost: Usd,
    /// Whether all of them were of the request's own size and length, so that [`Self::cost`] is what each was billed.
    pub same_size: bool,
    /// Whether the price in the table is more than 5 % off.
    pub off: bool,
    /// By how many percent of the table's price they were dearer (or cheaper, below 0); `None` without a price.
    pub percent: Option<i32>,
    /// The price to put into the table, in USD per million tokens. Only where it is off or missing, and never from a
    /// rehearsal, whose costs are pretended, nor from drafts, which have no price of their own there.
    pub suggestion: Option<Usd>,
}

impl RecentBills {
    /// Holds bills of the request's kind against the table. `None` without a bill that says a price.
    #[must_use]
    pub fn of(bills: &[Bill], request: &Request, provider: &Provider, prices: &PriceTable) -> Option<Self> {
        let mut rates: Vec<Decimal> = bills.iter().filter_map(Bill::per_million).collect();
        rates.sort_unstable();
        let rate = median(&rates)?;
        let tokens = Decimal::from_f64(prices.estimate(request).tokens)?;
        let same_size = bills.iter().all(|bill| bill.tokens() == Some(tokens));
        let price = prices.per_million(request).map(Usd::amount);
        let apart = price.and_then(|price| rate.checked_sub(price));
        let off = match (price, apart) {
            // What is too much to be multiplied is off as well.
            (Some(price), Some(apart)) => {
                let allowed = price.checked_mul(Decimal::from(TOLERANCE));
                apart.abs().checked_mul(Decimal::from(100)).zip(allowed).is_none_or(|(apart, allowed)| apart > allowed)
            }
            _ => false,
        };
        let percent = price
            .zip(apart)
            .filter(|(price, _)| !price.is_zero())
            .and_then(|(price, apart)| apart.checked_mul(Decimal::from(100))?.checked_div(price)?.round().to_i32());
        // A row has an online price first: from flex alone it would be a guess.
        let has_place = price.is_some() || request.service_tier == ServiceTier::Default;
        let may_suggest = (off || price.is_none()) && has_place && provider.is_paid() && !request.draft;
        Some(Self {
            count: u32::try_from(rates.len()).unwrap_or(u32::MAX),
            per_million: Usd::new(rate.round_dp(6).normalize()),
            cost: Usd::new(rate.checked_mul(tokens)? / MILLION).rounded(),
            same_size,
            off,
            percent,
            suggestion: may_suggest.then(|| Usd::new(tidy(rate))),
        })
    }
}

/// The middle of sorted numbers; the mean of the two in the middle where there are two.
fn median(sorted: &[Decimal]) -> Option<Decimal> {
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    upper.checked_add(*sorted.get(half.checked_sub(1)?)?).map(|both| both / Decimal::TWO)
}

/// The shortest price that is as good as the one billed: bills are rounded, prices hardly ever are.
fn tidy(rate: Decimal) -> Decimal {
    let near = |price: &Decimal| rate.checked_mul(TIDY).is_some_and(|least| (rate - *price).abs() <= least);
    (0..6).map(|decimals| rate.round_dp(decimals)).find(near).unwrap_or_else(|| rate.round_dp(6)).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::ids::ModelId;

    const SERVICE: &str = "https://cloud.vtrix.ai";

    fn usd(text: &str) -> Usd {
        text.parse().unwrap()
    }

    /// A bill for five seconds of 720p: 102,960 tokens.
    fn bill(cost: &str) -> Bill {
        let estimate = PriceTable::default().estimate(&Request::default());
        Bill { cost: usd(cost), tokens: Some(102_960.0), estimate }
    }

    fn of(bills: &[Bill], request: &Request) -> Option<RecentBills> {
        let service = Provider::Service { address: SERVICE.into() };
        RecentBills::of(bills, request, &service, &PriceTable::default())
    }

    #[test]
    fn bills_as_expected_are_told_and_nothing_is_suggested() {
        let recent = of(&[bill("0.1853"); 5], &Request::default()).unwrap();
        assert_eq!((recent.count, recent.cost, recent.same_size), (5, usd("0.1853"), true));
        assert_eq!((recent.off, recent.percent, recent.suggestion), (false, Some(0), None));
        assert_eq!(of(&[], &Request::default()), None);
    }

    #[test]
    fn more_than_five_percent_is_off_and_five_is_not() {
        // 1.8 × 1.05 = 1.89 → 0.1945944; the next hundredth of a cent is beyond.
        let exactly = Bill { cost: usd("0.1945944"), ..bill("0") };
        assert!(!of(&[exactly], &Request::default()).unwrap().off, "5 % itself is not over 5 %");
        let beyond = of(&[bill("0.1946")], &Request::default()).unwrap();
        assert!(beyond.off, "{beyond:?}");
        let below = of(&[bill("0.17")], &Request::default()).unwrap();
        assert_eq!((below.off, below.percent), (true, Some(-8)), "cheaper is a drift as well");
        assert_eq!(below.suggestion, Some(usd("1.651")), "0.17 / 0.10296 = 1.6511…");
    }

    #[test]
    fn the_suggestion_is_the_price_and_not_the_rounding_of_a_bill() {
        // 102,960 × 1.9 = 0.195624, billed as 0.1956: 1.89977 per million.
        let recent = of(&[bill("0.1956"); 3], &Request::default()).unwrap();
        assert_eq!(recent.per_million, usd("1.899767"));
        assert_eq!((recent.off, recent.percent, recent.suggestion), (true, Some(6), Some(usd("1.9"))));
    }

    #[test]
    fn one_odd_bill_moves_nothing() {
        let recent = of(&[bill("9.99"), bill("0.1853"), bill("0.1853")], &Request::default()).unwrap();
        assert_eq!((recent.cost, recent.off), (usd("0.1853"), false), "the middle one counts");
        let free = of(&[bill("0"), bill("0.1853")], &Request::default()).unwrap();
        assert_eq!((free.count, free.off), (1, false), "a gift is no price");
        assert_eq!(of(&[bill("0")], &Request::default()), None);
    }

    #[test]
    fn without_tokens_the_cost_is_held_against_the_size_expected_then() {
        let silent = |cost| Bill { tokens: None, ..bill(cost) };
        let recent = of(&[silent("0.1956"), silent("0.1956")], &Request::default()).unwrap();
        assert_eq!((recent.suggestion, recent.same_size), (Some(usd("1.9")), true));
        let nonsense = Bill { tokens: Some(0.0), ..bill("0.1956") };
        assert_eq!(of(&[nonsense], &Request::default()).unwrap().suggestion, Some(usd("1.9")));
    }

    #[test]
    fn another_size_is_told_at_the_price_billed() {
        let small = Request { resolution: crate::request::Resolution::P480, ..Request::default() };
        let recent = of(&[bill("0.1956")], &small).unwrap();
        assert!(!recent.same_size);
        // 864 · 480 · 120 / 1024 = 48,600 tokens at 1.899767…
        assert_eq!(recent.cost, usd("0.0923"));
    }

    #[test]
    fn nothing_is_suggested_from_pretended_costs_drafts_or_a_guess() {
        let rehearsed =
            RecentBills::of(&[bill("9")], &Request::default(), &Provider::Rehearsal, &PriceTable::default());
        assert_eq!(rehearsed.map(|recent| (recent.off, recent.suggestion)), Some((true, None)));
        let draft = Request { draft: true, ..Request::default() };
        assert_eq!(of(&[bill("9")], &draft).unwrap().suggestion, None, "drafts have no price of their own");
        let new = Request { model: ModelId::new("new"), ..Request::default() };
        let told = of(&[bill("0.1853")], &new).unwrap();
        assert_eq!((told.off, told.percent, told.suggestion), (false, None, Some(usd("1.8"))));
        let flex = Request { service_tier: ServiceTier::Flex, ..new };
        assert_eq!(of(&[bill("0.1853")], &flex).unwrap().suggestion, None, "an online price cannot be told from flex");
        assert!(PriceTable::default().row(&ModelId::new(catalogue::PRO)).is_some());
    }

    #[test]
    fn absurd_bills_are_no_panic() {
        for cost in ["79228162514264337593543950335", "10000000000000000000000", "0.0000000000000000000000000001", "-5"]
        {
            let _ = of(&[bill(cost)], &Request::default());
            let _ = of(&[Bill { tokens: Some(1.0), ..bill(cost) }], &Request::default());
            let _ = of(&[Bill { tokens: Some(f64::INFINITY), ..bill(cost) }], &Request::default());
            let _ = of(&[Bill { tokens: Some(f64::NAN), ..bill(cost) }], &Request::default());
        }
    }
}
