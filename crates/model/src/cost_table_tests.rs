//! Sizes, tokens and costs of the reference as plain numbers, worked out apart from the program.

use super::*;
use crate::length::Length;

/// Ratio, resolution, pixels, tokens of five seconds (width × height × 24 × 5 / 1024), and their cost in USD at 1.8, 2.5,
/// 1.0, 1.2 and 2.4 per million, rounded to a hundredth of a cent.
type Line = (Ratio, Resolution, (u32, u32), u32, [&'static str; 5]);

#[rustfmt::skip]
const TABLE: [Line; 18] = [
    (Ratio::R16x9, Resolution::P480, (864, 480), 48_600, ["0.0875", "0.1215", "0.0486", "0.0583", "0.1166"]),
    (Ratio::R16x9, Resolution::P720, (1248, 704), 102_960, ["0.1853", "0.2574", "0.1030", "0.1236", "0.2471"]),
    (Ratio::R16x9, Resolution::P1080, (1920, 1088), 244_800, ["0.4406", "0.6120", "0.2448", "0.2938", "0.5875"]),
    (Ratio::R4x3, Resolution::P480, (736, 544), 46_920, ["0.0845", "0.1173", "0.0469", "0.0563", "0.1126"]),
    (Ratio::R4x3, Resolution::P720, (1120, 832), 109_200, ["0.1966", "0.2730", "0.1092", "0.1310", "0.2621"]),
    (Ratio::R4x3, Resolution::P1080, (1664, 1248), 243_360, ["0.4380", "0.6084", "0.2434", "0.2920", "0.5841"]),
    (Ratio::R1x1, Resolution::P480, (640, 640), 48_000, ["0.0864", "0.1200", "0.0480", "0.0576", "0.1152"]),
    (Ratio::R1x1, Resolution::P720, (960, 960), 108_000, ["0.1944", "0.2700", "0.1080", "0.1296", "0.2592"]),
    (Ratio::R1x1, Resolution::P1080, (1440, 1440), 243_000, ["0.4374", "0.6075", "0.2430", "0.2916", "0.5832"]),
    (Ratio::R3x4, Resolution::P480, (544, 736), 46_920, ["0.0845", "0.1173", "0.0469", "0.0563", "0.1126"]),
    (Ratio::R3x4, Resolution::P720, (832, 1120), 109_200, ["0.1966", "0.2730", "0.1092", "0.1310", "0.2621"]),
    (Ratio::R3x4, Resolution::P1080, (1248, 1664), 243_360, ["0.4380", "0.6084", "0.2434", "0.2920", "0.5841"]),
    (Ratio::R9x16, Resolution::P480, (480, 864), 48_600, ["0.0875", "0.1215", "0.0486", "0.0583", "0.1166"]),
    (Ratio::R9x16, Resolution::P720, (704, 1248), 102_960, ["0.1853", "0.2574", "0.1030", "0.1236", "0.2471"]),
    (Ratio::R9x16, Resolution::P1080, (1088, 1920), 244_800, ["0.4406", "0.6120", "0.2448", "0.2938", "0.5875"]),
    (Ratio::R21x9, Resolution::P480, (960, 416), 46_800, ["0.0842", "0.1170", "0.0468", "0.0562", "0.1123"]),
    (Ratio::R21x9, Resolution::P720, (1504, 640), 112_800, ["0.2030", "0.2820", "0.1128", "0.1354", "0.2707"]),
    (Ratio::R21x9, Resolution::P1080, (2176, 928), 236_640, ["0.4260", "0.5916", "0.2366", "0.2840", "0.5679"]),
];

/// Model, sound, and the column of the table that its list price is in.
const COLUMNS: [(&str, bool, usize); 6] = [
    (catalogue::LITE_T2V, false, 0),
    (catalogue::LITE_I2V, false, 0),
    (catalogue::PRO, false, 1),
    (catalogue::PRO_FAST, false, 2),
    (catalogue::PRO_1_5, false, 3),
    (catalogue::PRO_1_5, true, 4),
];

#[test]
fn eighteen_sizes_cost_what_the_reference_says_for_every_model() {
    let prices = PriceTable::default();
    for (ratio, resolution, (width, height), tokens, costs) in TABLE {
        for (model, generate_audio, column) in COLUMNS {
            let request =
                Request { model: ModelId::new(model), ratio, resolution, generate_audio, ..Request::default() };
            let estimate = prices.estimate(&request);
            let what = format!("{model} {resolution} {ratio}, sound: {generate_audio}");
            assert_eq!(estimate.size, PixelSize { width, height }, "{what}");
            assert!((estimate.tokens - f64::from(tokens)).abs() < f64::EPSILON, "{what}: {} tokens", estimate.tokens);
            assert_eq!(estimate.cost, costs[column].parse().ok(), "{what}");
        }
    }
}

#[test]
fn flex_costs_half_of_it() {
    // Half of 0.185328, 0.2574, 0.10296, 0.123552 and 0.247104, rounded: 720p, 16:9, five seconds.
    let halves = ["0.0927", "0.1287", "0.0515", "0.0618", "0.1236"];
    for (model, generate_audio, column) in COLUMNS {
        let request = Request {
            model: ModelId::new(model),
            generate_audio,
            service_tier: ServiceTier::Flex,
            ..Request::default()
        };
        assert_eq!(PriceTable::default().estimate(&request).cost, halves[column].parse().ok(), "{model}");
    }
}

#[test]
fn length_moves_the_cost_as_the_formula_says() {
    // 1248 · 704 / 1024 = 858 tokens a frame.
    for (length, tokens, cost) in [
        (Length::Seconds(2), 41_184, "0.0741"),
        (Length::Seconds(12), 247_104, "0.4448"),
        (Length::Frames(29), 24_882, "0.0448"),
        (Length::Frames(57), 48_906, "0.0880"),
        (Length::Frames(289), 247_962, "0.4463"),
    ] {
        let estimate = PriceTable::default().estimate(&Request { length, ..Request::default() });
        assert!((estimate.tokens - f64::from(tokens)).abs() < f64::EPSILON, "{length:?}");
        assert_eq!(estimate.cost, cost.parse().ok(), "{length:?}");
    }
}

#[test]
fn the_sizes_of_all_ratios_are_told_and_adaptive_follows_the_picture() {
    let sizes = |request: &Request| PixelSize::of_ratios(request);
    let plain = sizes(&Request::default());
    let size_of = |sizes: &[RatioSize], ratio| sizes.iter().find(|one| one.ratio == ratio).map(|one| one.size);
    assert_eq!(plain.len(), 7);
    for (ratio, resolution, (width, height), ..) in TABLE {
        let told = sizes(&Request { resolution, ..Request::default() });
        assert_eq!(size_of(&told, ratio), Some(PixelSize { width, height }), "{resolution} {ratio}");
    }
    let picture = crate::image::ImageRef {
        id: crate::ids::ImageId::new("0"),
        format: crate::image::ImageFormat::Png,
        width: 600,
        height: 800,
        bytes: 1.0,
    };
    let told = sizes(&Request { first_frame: Some(picture), ..Request::default() });
    assert_eq!(size_of(&told, Ratio::Adaptive), Some(PixelSize { width: 832, height: 1120 }), "3:4");
}

#[test]
fn a_flex_price_of_its_own_wins_over_the_share() {
    let mut table = PriceTable::default();
    table.prices[0].flex_silent = "1.5".parse().ok();
    let flex = Request { service_tier: ServiceTier::Flex, ..Request::default() };
    assert_eq!(table.per_million(&flex), "1.5".parse().ok());
    assert_eq!(table.per_million(&Request::default()), "1.8".parse().ok(), "online stays");
    let other = Request { model: ModelId::new(catalogue::PRO), ..flex };
    assert_eq!(table.per_million(&other), "1.25".parse().ok(), "another row keeps the share");
}

#[test]
fn a_table_is_taken_only_with_amounts_that_are_prices() {
    let with = |change: &dyn Fn(&mut PriceTable)| {
        let mut table = PriceTable::default();
        change(&mut table);
        table.checked()
    };
    let usd = |text: &str| text.parse::<Usd>().unwrap();
    for (amount, taken) in [
        ("0", true),
        ("1000000", true),
        ("0.000001", true),
        ("-0.01", false),
        ("1000000.01", false),
        ("0.0000001", false),
    ] {
        assert_eq!(with(&|table| table.prices[1].silent = usd(amount)).is_ok(), taken, "silent {amount}");
        assert_eq!(with(&|table| table.prices[1].with_audio = usd(amount)).is_ok(), taken, "sound {amount}");
        assert_eq!(with(&|table| table.prices[1].flex_silent = Some(usd(amount))).is_ok(), taken, "flex {amount}");
        assert_eq!(with(&|table| table.prices[1].flex_with_audio = Some(usd(amount))).is_ok(), taken, "{amount}");
    }
    assert_eq!(with(&|table| table.prices[0].silent = usd("-1")), Err(SettingsError::Price));
    assert_eq!(with(&|table| table.flex_share = usd("1.1")), Err(SettingsError::FlexShare));
    assert_eq!(with(&|table| table.flex_share = usd("-0.1")), Err(SettingsError::FlexShare));
    assert_eq!(with(&|table| table.prices.push(table.prices[0].clone())), Err(SettingsError::PriceTwice));
    assert_eq!(with(&|table| table.prices[0].model = ModelId::new("")), Err(SettingsError::PriceTwice));
    let spelled = with(&|table| table.prices[0].silent = usd("1.900")).unwrap();
    assert_eq!(spelled.prices[0].silent.to_string(), "1.9", "one spelling");
}

#[test]
fn a_table_of_an_older_program_is_read() {
    let old = r#"{"prices":[{"model":"m","silent":"1.8","with_audio":"1.8"}],"flex_share":"0.5"}"#;
    let table: PriceTable = serde_json::from_str(old).unwrap();
    assert_eq!(table.prices, [Price::online(ModelId::new("m"), "1.8".parse().unwrap(), "1.8".parse().unwrap())]);
}
