//! Two marks on the way to the end of a monthly budget, each said once.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::Usd;

/// How far a budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum BudgetMark {
    /// 80 % of it, or more.
    Near,
    /// All of it, or more.
    Reached,
}

impl BudgetMark {
    /// The mark that an amount has reached.
    #[must_use]
    pub fn of(spent: Usd, budget: Usd) -> Option<Self> {
        let near = budget.amount().checked_mul(Decimal::new(8, 1))?;
        if spent == Usd::ZERO {
            None // a budget of nothing is a wish to be asked, not a warning
        } else if spent >= budget {
            Some(Self::Reached)
        } else {
            (spent.amount() >= near).then_some(Self::Near)
        }
    }
}

/// A mark that was reached and not said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BudgetWarning {
    /// Which.
    pub mark: BudgetMark,
    /// What counts in this month, USD.
    pub spent: Usd,
    /// The budget, USD.
    pub budget: Usd,
}
