//! From the words of a prompt to a scene. English and Chinese; words that say nothing here choose by
//! their hash, so that the same words always show the same.

use sha2::{Digest, Sha256};

use super::alive::Weather;
use super::{Look, Scene};

/// Words of each scene. A word counts once; longer words say more than short ones.
const WORDS: [(Scene, &[&str]); 10] = [
    (
        Scene::Rain,
        &[
            "rainy",
            "rain",
            "street",
            "neon",
            "city",
            "alley",
            "umbrella",
            "puddle",
            "night market",
            "traffic",
            "car",
            "taxi",
            "cyberpunk",
            "tokyo",
            "wet",
            "雨",
            "街",
            "霓虹",
            "城市",
            "都市",
            "巷",
            "伞",
            "夜市",
            "车",
        ],
    ),
    (
        Scene::Sea,
        &[
            "sea", "ocean", "wave", "waves", "beach", "sunset", "dusk", "sail", "ship", "surf", "horizon", "island",
            "whale", "海", "浪", "沙滩", "日落", "夕阳", "黄昏", "船", "航",
        ],
    ),
    (
        Scene::Lighthouse,
        &[
            "lighthouse",
            "cliff",
            "coast",
            "harbour",
            "harbor",
            "beacon",
            "storm",
            "fog",
            "灯塔",
            "悬崖",
            "海岸",
            "港",
            "雾",
        ],
    ),
    (
        Scene::Lanterns,
        &[
            "lantern",
            "lanterns",
            "river",
            "candle",
            "festival",
            "floating lights",
            "灯笼",
            "河",
            "蜡烛",
            "节日",
            "元宵",
            "花灯",
        ],
    ),
    (
        Scene::Ridges,
        &[
            "mountain",
            "mountains",
            "ridge",
            "ridges",
            "hill",
            "hills",
            "valley",
            "mist",
            "sunrise",
            "dawn",
            "山",
            "谷",
            "晨",
            "日出",
            "云海",
        ],
    ),
    (
        Scene::Forest,
        &[
            "forest", "snow", "snowy", "winter", "tree", "trees", "pine", "fir", "cabin", "hut", "fox", "wolf", "森林",
            "雪", "冬", "树", "松", "木屋", "狐",
        ],
    ),
    (
        Scene::Dunes,
        &[
            "dune", "dunes", "desert", "sand", "camel", "caravan", "sahara", "mars", "沙漠", "沙丘", "骆驼", "火星",
            "大漠",
        ],
    ),
    (
        Scene::Moon,
        &[
            "moon",
            "moonlight",
            "moonrise",
            "ice",
            "frozen",
            "glacier",
            "planet",
            "space",
            "astronaut",
            "crater",
            "月",
            "冰",
            "行星",
            "太空",
            "宇航",
        ],
    ),
    (
        Scene::Aurora,
        &[
            "aurora",
            "northern lights",
            "polar",
            "stars",
            "starry",
            "night sky",
            "lake",
            "milky way",
            "galaxy",
            "极光",
            "星空",
            "星",
            "湖",
            "银河",
        ],
    ),
    (
        Scene::Jellyfish,
        &[
            "jellyfish",
            "underwater",
            "deep sea",
            "reef",
            "coral",
            "aquarium",
            "diving",
            "fish",
            "水母",
            "水下",
            "深海",
            "珊瑚",
            "潜水",
            "鱼",
        ],
    ),
];

fn has(text: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return text.contains(word);
    }
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric());
        let after = text[at + word.len()..].chars().next().is_none_or(|c| !c.is_ascii_alphanumeric());
        before && after
    })
}

/// The look of a prompt at a seed.
pub(super) fn look(prompt: &str, seed: u32) -> Look {
    let text = prompt.to_lowercase();
    let words = Sha256::digest(text.trim().as_bytes());
    let score = |words: &[&str]| -> usize {
        let weight = |word: &&str| if word.is_ascii() { word.len() } else { word.len() + 2 };
        words.iter().filter(|word| has(&text, word)).map(weight).sum()
    };
    let best = WORDS.iter().map(|(scene, words)| (score(words), *scene)).rev().max_by_key(|(score, _)| *score);
    let named = best.filter(|(score, _)| *score > 0).map(|(_, scene)| scene);
    let scene = match named {
        Some(scene) => scene,
        None => Scene::ALL[usize::from(words[0]) % Scene::ALL.len()],
    };
    let any = |list: &[&str]| list.iter().any(|word| has(&text, word));
    let boat = scene.has_water() && any(&["boat", "boats", "ship", "sail", "sails", "canoe", "船", "舟", "帆"]);
    let weather = if any(&["rain", "rainy", "storm", "雨", "暴风"]) {
        Some(Weather::Rain)
    } else if any(&["snow", "snowy", "snowfall", "雪"]) {
        Some(Weather::Snow)
    } else {
        None
    };
    // The seed decides everything else; the words take part, so that two prompts of one seed differ.
    let dice = Sha256::new().chain_update(words).chain_update(seed.to_le_bytes()).finalize();
    let die = |at: usize| f32::from(u16::from_le_bytes([dice[at], dice[at + 1]])) / 65_535.0;
    let hour = if any(&["night", "midnight", "夜", "午夜"]) {
        0.75 + 0.2 * die(0)
    } else if any(&["morning", "noon", "day", "dawn", "sunrise", "早晨", "白天", "清晨"]) {
        0.05 + 0.25 * die(0)
    } else {
        0.15 + 0.6 * die(0)
    };
    Look {
        scene,
        named: named.is_some(),
        hour,
        shift: (die(2) * 24.0).round() * 1.37,
        salt: (die(4) * 400.0).round(),
        mirrored: die(6) > 0.5,
        grade: [0.95 + 0.10 * die(8), 0.97 + 0.06 * die(10), 0.94 + 0.12 * die(12)],
        pan: (if die(14) > 0.5 { 1.0 } else { -1.0 } * (0.6 + 0.4 * die(16)), (die(18) - 0.5) * 0.6),
        boat,
        weather,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_the_scene_in_english_and_chinese() {
        for (prompt, scene) in [
            ("A paper boat drifts down a rainy street", Scene::Rain),
            ("一只纸船漂过下雨的街道", Scene::Rain),
            ("The sea at dusk, slow waves", Scene::Sea),
            ("黄昏的大海", Scene::Sea),
            ("A lighthouse above the fog", Scene::Lighthouse),
            ("海边的灯塔", Scene::Lighthouse),
            ("Lanterns float on a river", Scene::Lanterns),
            ("A fox in the snowy forest", Scene::Forest),
            ("Camels cross the dunes", Scene::Dunes),
            ("The moon rises over the ice", Scene::Moon),
            ("Aurora over a lake", Scene::Aurora),
            ("极光与湖", Scene::Aurora),
            ("Jellyfish", Scene::Jellyfish),
            ("Mist between mountains at dawn", Scene::Ridges),
        ] {
            assert_eq!(look(prompt, 1).scene, scene, "{prompt}");
        }
    }

    #[test]
    fn parts_of_words_do_not_count() {
        assert!(!has("a train arrives", "rain"), "a train is not rain");
        assert!(!has("research", "sea"));
        assert!(has("rain, then sun", "rain"));
    }

    #[test]
    fn words_that_say_nothing_choose_by_their_hash() {
        let scenes: std::collections::HashSet<Scene> =
            (0..60).map(|n| look(&format!("concept {n}"), 0).scene).collect();
        assert!(scenes.len() >= 7, "sixty prompts show {} scenes", scenes.len());
        assert_eq!(look("concept 1", 0), look("concept 1", 0), "the same words show the same");
        assert_ne!(look("concept 1", 0), look("concept 1", 1), "another seed varies it");
    }

    #[test]
    fn boats_float_where_there_is_water() {
        assert!(look("A paper boat drifts down a rainy street", 3).boat);
        assert!(!look("A boat lies in the desert among dunes", 3).boat);
        assert!(!look("A rainy street", 3).boat);
    }
}
