//! What a clip costs: pixel sizes, tokens, prices. Money is decimal, never a float.

use std::collections::HashSet;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::catalogue;
use crate::ids::ModelId;
use crate::request::{Ratio, Request, Resolution, ServiceTier};
use crate::settings::SettingsError;

/// US dollars, exact. A decimal string in JSON (`"0.1853"`), as the service writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Usd(
    #[serde(with = "rust_decimal::serde::str")]
    #[specta(type = String)]
    Decimal,
);

impl Usd {
    /// No money.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// An amount.
    #[must_use]
    pub fn new(amount: Decimal) -> Self {
        Self(amount)
    }

    /// The amount as a decimal.
    #[must_use]
    pub fn amount(self) -> Decimal {
        self.0
    }

    /// Rounded to a hundredth of a cent, half away from zero: the grain of the service's own figures.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self(self.0.round_dp_with_strategy(4, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
    }
}

impl FromStr for Usd {
    type Err = rust_decimal::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).map(Self)
    }
}

impl std::fmt::Display for Usd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

impl std::ops::Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, std::ops::Add::add)
    }
}

/// Width and height of a video in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct PixelSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A ratio and the size that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RatioSize {
    /// The ratio.
    pub ratio: Ratio,
    /// Pixels.
    pub size: PixelSize,
}

/// The fixed ratios with their size at each resolution (service-api, "What it costs").
/// 480p and 720p were read in published tables; 1080p is an estimate.
const SIZES: [(Ratio, [(u32, u32); 3]); 6] = [
    (Ratio::R16x9, [(864, 480), (1248, 704), (1920, 1088)]),
    (Ratio::R4x3, [(736, 544), (1120, 832), (1664, 1248)]),
    (Ratio::R1x1, [(640, 640), (960, 960), (1440, 1440)]),
    (Ratio::R3x4, [(544, 736), (832, 1120), (1248, 1664)]),
    (Ratio::R9x16, [(480, 864), (704, 1248), (1088, 1920)]),
    (Ratio::R21x9, [(960, 416), (1504, 640), (2176, 928)]),
];

impl PixelSize {
    /// The size of a fixed ratio at a resolution; `None` for `adaptive`, whose size depends on the picture.
    #[must_use]
    pub fn of(resolution: Resolution, ratio: Ratio) -> Option<Self> {
        let column = match resolution {
            Resolution::P480 => 0,
            Resolution::P720 => 1,
            Resolution::P1080 => 2,
        };
        SIZES.iter().find(|row| row.0 == ratio).map(|row| {
            let (width, height) = row.1[column];
            Self { width, height }
        })
    }

    /// The size that the request would have in each ratio, `adaptive` last.
    #[must_use]
    pub fn of_ratios(request: &Request) -> Vec<RatioSize> {
        let sized = |ratio: &Ratio| {
            let request = Request { ratio: *ratio, ..request.clone() };
            RatioSize { ratio: *ratio, size: Self::of_request(&request) }
        };
        Ratio::ALL.iter().map(sized).collect()
    }

    /// The fixed ratio whose shape is nearest to a picture of this size (by the logarithm of width / height).
    #[must_use]
    pub fn nearest_ratio(width: u32, height: u32) -> Ratio {
        let wanted = (f64::from(width.max(1)) / f64::from(height.max(1))).ln();
        let distance = |row: &(Ratio, [(u32, u32); 3])| {
            let (w, h) = row.1[1];
            ((f64::from(w) / f64::from(h)).ln() - wanted).abs()
        };
        SIZES.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map_or(Ratio::R16x9, |row| row.0)
    }

    /// The size that a request will have, `adaptive` resolved by its first picture.
    #[must_use]
    pub fn of_request(request: &Request) -> Self {
        let ratio = match request.ratio {
            Ratio::Adaptive => {
                request.images().next().map_or(Ratio::R16x9, |image| Self::nearest_ratio(image.width, image.height))
            }
            fixed => fixed,
        };
        Self::of(request.resolution, ratio).unwrap_or(Self { width: 1248, height: 704 })
    }
}

/// Price of one model, in USD per million tokens. Data that the person may edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Price {
    /// The model.
    pub model: ModelId,
    /// Silent video.
    pub silent: Usd,
    /// Video with sound; the same as `silent` where the model has none.
    pub with_audio: Usd,
    /// Silent video of the flex tier, where it is not the table's share of online.
    #[serde(default)]
    pub flex_silent: Option<Usd>,
    /// Video with sound of the flex tier, where it is not the table's share of online.
    #[serde(default)]
    pub flex_with_audio: Option<Usd>,
}

impl Price {
    /// A price online; flex is the table's share of it.
    #[must_use]
    pub fn online(model: ModelId, silent: Usd, with_audio: Usd) -> Self {
        Self { model, silent, with_audio, flex_silent: None, flex_with_audio: None }
    }

    /// Every amount of the row.
    fn amounts(&mut self) -> impl Iterator<Item = &mut Usd> {
        let flex = self.flex_silent.iter_mut().chain(self.flex_with_audio.iter_mut());
        [&mut self.silent, &mut self.with_audio].into_iter().chain(flex)
    }
}

/// The highest price that is taken for one, in USD per million tokens.
const PRICE_MAX: i64 = 1_000_000;
/// Decimals of a price.
const PRICE_DECIMALS: u32 = 6;

/// Prices by model, and what flex is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PriceTable {
    /// One row a model.
    pub prices: Vec<Price>,
    /// What the flex tier costs as a share of online: 0 – 1. A row with a flex price of its own does without.
    pub flex_share: Usd,
}

impl Default for PriceTable {
    /// List prices seen upstream (service-api); `flex` half.
    fn default() -> Self {
        let price = |model: &str, silent: i64, with_audio: i64| {
            Price::online(ModelId::new(model), Usd(Decimal::new(silent, 1)), Usd(Decimal::new(with_audio, 1)))
        };
        Self {
            prices: vec![
                price(catalogue::LITE_T2V, 18, 18),
                price(catalogue::LITE_I2V, 18, 18),
                price(catalogue::PRO, 25, 25),
                price(catalogue::PRO_FAST, 10, 10),
                price(catalogue::PRO_1_5, 12, 24),
            ],
            flex_share: Usd(Decimal::new(5, 1)),
        }
    }
}

/// What a request will probably cost. Always called an estimate; what is billed wins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Estimate {
    /// Size of the video.
    pub size: PixelSize,
    /// Frames of the finished file.
    pub frames: u32,
    /// Length in seconds at 24 fps.
    pub seconds: f64,
    /// Billed tokens: width × height × billed frames / 1024.
    pub tokens: f64,
    /// USD; `None` for a model without a price.
    pub cost: Option<Usd>,
}

/// Billed tokens of a video: width × height × fps × seconds / 1024, whole tokens, rounded down.
#[must_use]
pub fn tokens(size: PixelSize, billed_frames: u32) -> u64 {
    u64::from(size.width) * u64::from(size.height) * u64::from(billed_frames) / 1024
}

impl PriceTable {
    /// The row of a model, if it has a price.
    #[must_use]
    pub fn row(&self, model: &ModelId) -> Option<&Price> {
        self.prices.iter().find(|price| price.model == *model)
    }

    /// USD per million tokens for this request, flex included.
    #[must_use]
    pub fn per_million(&self, request: &Request) -> Option<Usd> {
        let price = self.row(&request.model)?;
        let (online, flex) = if request.generate_audio {
            (price.with_audio, price.flex_with_audio)
        } else {
            (price.silent, price.flex_silent)
        };
        match request.service_tier {
            ServiceTier::Default => Some(online),
            ServiceTier::Flex => {
                flex.or_else(|| online.0.checked_mul(self.flex_share.0).map(|flex| Usd(flex.normalize())))
            }
        }
    }

    /// The same table with every amount in its one spelling, or why one cannot be.
    ///
    /// # Errors
    /// [`SettingsError::Price`] for an amount outside 0 – 1,000,000 USD or with more than six decimals,
    /// [`SettingsError::FlexShare`] for a share outside 0 – 1, [`SettingsError::PriceTwice`] for a model with two rows or
    /// a row without a model.
    pub fn checked(mut self) -> Result<Self, SettingsError> {
        let spelled = |amount: Usd, most: Decimal| {
            let spelled = amount.0.normalize();
            let fits = spelled.scale() <= PRICE_DECIMALS && (Decimal::ZERO..=most).contains(&spelled);
            fits.then_some(Usd(spelled))
        };
        for amount in self.prices.iter_mut().flat_map(Price::amounts) {
            *amount = spelled(*amount, Decimal::from(PRICE_MAX)).ok_or(SettingsError::Price)?;
        }
        self.flex_share = spelled(self.flex_share, Decimal::ONE).ok_or(SettingsError::FlexShare)?;
        let mut models = HashSet::new();
        if self.prices.iter().any(|price| price.model.as_str().is_empty() || !models.insert(&price.model)) {
            return Err(SettingsError::PriceTwice);
        }
        Ok(self)
    }

    /// The estimate for one clip.
    #[must_use]
    pub fn estimate(&self, request: &Request) -> Estimate {
        let size = PixelSize::of_request(request);
        let tokens = tokens(size, request.length.billed_frames());
        let cost = self
            .per_million(request)
            .and_then(|price| Decimal::from(tokens).checked_mul(price.0))
            .map(|cost| Usd(cost / Decimal::from(1_000_000)).rounded());
        #[expect(clippy::cast_precision_loss, reason = "at most 2176 × 928 × u32::MAX / 1024, far under 2⁵³")]
        let tokens = tokens as f64;
        Estimate { size, frames: request.length.rendered_frames(), seconds: request.length.seconds(), tokens, cost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::length::Length;

    #[test]
    fn the_documented_example_costs_what_it_says() {
        let estimate = PriceTable::default().estimate(&Request::default());
        assert_eq!(estimate.size, PixelSize { width: 1248, height: 704 });
        assert!((estimate.tokens - 102_960.0).abs() < f64::EPSILON, "1248 · 704 · 24 · 5 / 1024");
        assert_eq!(estimate.cost.map(|c| c.to_string()).as_deref(), Some("0.1853"));
        assert_eq!(estimate.frames, 121);
    }

    #[test]
    fn flex_is_half_and_sound_is_double() {
        let table = PriceTable::default();
        let pro = Request { model: ModelId::new(catalogue::PRO_1_5), ..Request::default() };
        let cost = |request: &Request| table.estimate(request).cost.map(Usd::amount);
        let silent = cost(&pro);
        assert_eq!(silent, Decimal::from_str("0.1236").ok(), "102,960 tokens at 1.2");
        assert_eq!(cost(&Request { generate_audio: true, ..pro.clone() }), Decimal::from_str("0.2471").ok());
        assert_eq!(cost(&Request { service_tier: ServiceTier::Flex, ..pro }), Decimal::from_str("0.0618").ok());
    }

    #[test]
    fn every_size_of_the_table_is_a_multiple_of_16_and_near_its_ratio() {
        for (ratio, sizes) in SIZES {
            for (width, height) in sizes {
                assert_eq!((width % 16, height % 16), (0, 0), "{ratio} {width}×{height}: H.264 codes 16×16 blocks");
                assert_eq!(PixelSize::nearest_ratio(width, height), ratio, "{width}×{height}");
            }
        }
    }

    #[test]
    fn a_model_without_a_price_has_an_estimate_without_a_cost() {
        let request = Request { model: ModelId::new("new"), length: Length::Frames(57), ..Request::default() };
        let estimate = PriceTable::default().estimate(&request);
        assert_eq!(estimate.cost, None);
        assert!((estimate.seconds - 2.375).abs() < 1e-9);
    }

    #[test]
    fn money_is_a_string_on_the_wire() {
        let cost: Usd = serde_json::from_str("\"0.1853\"").unwrap();
        assert_eq!(serde_json::to_string(&cost).unwrap(), "\"0.1853\"");
    }
}

#[cfg(test)]
#[path = "cost_table_tests.rs"]
mod table_tests;
