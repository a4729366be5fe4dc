//! Finding clips: words in English and Chinese, filters, orders, pages.

#[path = "../../examples/many_clips/generator.rs"]
pub(crate) mod generator;

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lastframe_library::{Library, LibraryError};
use lastframe_model::gallery::folded;
use lastframe_model::{
    CardState, Clip, ClipId, ClipOrigin, Filter, GalleryQuery, Mark, ModelId, Provider, Ratio, Request, Resolution,
    Sort, SortKey, Span, Usd,
};
use proptest::prelude::*;

use crate::{World, at};

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn searched(library: &Library, text: &str) -> Vec<String> {
    let query = GalleryQuery { text: text.to_owned(), ..GalleryQuery::default() };
    let mut ids = ids(library, &query);
    ids.sort();
    ids
}

fn ids(library: &Library, query: &GalleryQuery) -> Vec<String> {
    let ids = library.gallery_ids(query, &zone(), 0, u32::MAX).unwrap();
    ids.into_iter().map(|id| id.as_str().to_owned()).collect()
}

/// Clips with these ids and prompts.
fn world(clips: &[(&str, &str)]) -> World {
    let world = World::new();
    for ((id, prompt), minute) in clips.iter().zip(1..) {
        world.clip_of(id, minute, Request { prompt: (*prompt).to_owned(), ..Request::default() });
    }
    world
}

#[test]
fn chinese_is_found_by_one_two_and_many_characters_without_spaces() {
    let world = world(&[
        ("tower", "黑色悬崖上的灯塔，在夜里亮起"),
        ("lamp", "一盏灯，一座塔"),
        ("mixed", "夜景4K超清，35mm胶片"),
        ("english", "A lighthouse at night"),
        ("kana", "夜のカフェ"),
    ]);
    let found = |text: &str| searched(&world.library, text);
    assert_eq!(found("灯"), ["lamp", "tower"], "one character");
    assert_eq!(found("灯塔"), ["tower"], "two stand next to each other, not anywhere");
    assert_eq!(found("悬崖上的灯塔"), ["tower"], "many");
    assert_eq!(found("塔 灯"), ["lamp", "tower"], "two words in any order");
    assert_eq!(found("夜里 悬崖"), ["tower"]);
    assert_eq!(found("灯塔夜里"), [""; 0], "what does not stand together is not found together");
    assert_eq!(found("灯塔，在"), ["tower"], "a sign in it means nothing");
    assert_eq!(found("4K"), ["mixed"]);
    assert_eq!(found("夜景4k超"), ["mixed"], "both scripts in one word, whatever the case");
    assert_eq!(found("景4"), ["mixed"], "the beginning of a word after Chinese");
    assert_eq!(found("胶片 35"), ["mixed"]);
    assert_eq!(found("カフェ"), ["kana"]);
    assert_eq!(found("夜").len(), 3);
}

#[test]
fn other_words_are_found_by_their_beginnings_in_any_case_and_with_or_without_accents() {
    let world =
        world(&[("a", "Two foxes in the snow, café light"), ("b", "FOX ON FIRE"), ("c", "Ärger im Hafen 🐱🚀")]);
    let found = |text: &str| searched(&world.library, text);
    assert_eq!(found("fox"), ["a", "b"]);
    assert_eq!(found("FOXES sno"), ["a"], "all words, in any order");
    assert_eq!(found("foxes fire"), [""; 0]);
    assert_eq!(found("cafe"), ["a"]);
    assert_eq!(found("ärg"), ["c"]);
    assert_eq!(found("ÄRGER"), ["c"]);
    assert_eq!(found("🐱"), ["c"], "emoji are words, too");
    assert_eq!(found("oxes"), [""; 0], "not from the middle of a word");
    assert_eq!(found("").len(), 3);
    assert_eq!(found(" \u{3000}\n").len(), 3);
}

#[test]
fn syntax_of_the_search_engine_is_text() {
    let world =
        world(&[("a", "a boat near the NOT so far OR here AND there"), ("b", "said \"wow\" (twice) 100% text:x")]);
    let found = |text: &str| searched(&world.library, text);
    assert_eq!(found("NOT"), ["a"], "an operator is a word");
    assert_eq!(found("boat OR wow"), [""; 0], "three words that must all be there");
    assert_eq!(found("boat NOT wow"), [""; 0]);
    assert_eq!(found("text:x"), ["b"]);
    assert_eq!(found("wow\" OR \"boat"), [""; 0]);
    assert_eq!(found("100%"), ["b"]);
    assert_eq!(found("(twice)"), ["b"]);
    for signs in ["\"", "*", "%", "'", "--", "()", "NEAR(", "\"\"\"", "^", "a\" *", "{a b}:", "\\", ";DROP TABLE words"]
    {
        let query = GalleryQuery { text: signs.to_owned(), ..GalleryQuery::default() };
        world.library.gallery(&query, &zone()).unwrap_or_else(|error| panic!("{signs:?}: {error}"));
    }
    assert_eq!(found("*"), [""; 0], "a sign alone is not in any text");
    assert_eq!(found("boat *"), ["a"], "and beside words it says nothing");
    assert_eq!(found("\0boat\0"), ["a"]);
    assert_eq!(found(&"x".repeat(100_000)), [""; 0]);
    assert_eq!(found(&"zz ".repeat(3_000)), [""; 0], "however many words");
}

#[test]
fn notes_names_and_tags_are_found_as_soon_as_they_are_written_and_no_longer_than_that() {
    let world = world(&[("a", "boat"), ("b", "boat")]);
    let mark = |mark: Mark| world.library.mark_clips(&[ClipId::new("a")], mark).unwrap();
    let found = |text: &str| searched(&world.library, text);
    mark(Mark::Note { text: "手在结尾处闪烁".to_owned() });
    mark(Mark::Name { text: "Opening shot".to_owned() });
    mark(Mark::Tag { name: "客户".to_owned(), on: true });
    for text in ["闪烁", "opening", "客户", "boat 闪烁 shot 客户"] {
        assert_eq!(found(text), ["a"], "{text}");
    }
    assert_eq!(found("shot手"), [""; 0], "one text does not run into the next");
    mark(Mark::Note { text: "better".to_owned() });
    assert_eq!((found("闪烁"), found("bet")), (vec![], vec!["a".to_owned()]));
    mark(Mark::Name { text: String::new() });
    mark(Mark::Tag { name: "客户".to_owned(), on: false });
    assert_eq!((found("opening").len(), found("客户").len(), found("boat").len()), (0, 0, 2));
    assert_eq!(searched(&world.again(), "bet"), ["a"], "also after a restart");
}

struct Many {
    _folder: tempfile::TempDir,
    library: Library,
    /// Newest first.
    clips: Vec<Clip>,
}

/// Fifteen hundred clips, and what they are, read one by one.
static MANY: LazyLock<Many> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let library = generator::fill(folder.path(), 1_500, 42, now).unwrap();
    let ids = |trash| GalleryQuery { trash, ..GalleryQuery::default() };
    let all = [false, true].map(|trash| library.gallery_ids(&ids(trash), &zone(), 0, u32::MAX).unwrap());
    let mut clips: Vec<Clip> = all.iter().flatten().map(|id| library.clip(id).unwrap().unwrap()).collect();
    clips.sort_by_key(|clip| (clip.created_at, clip.id.as_str().to_owned()));
    clips.reverse();
    Many { _folder: folder, library, clips }
});

fn origin(clip: &Clip) -> ClipOrigin {
    if clip.provider == Provider::Rehearsal { ClipOrigin::Rehearsal } else { ClipOrigin::Real }
}

fn day(clip: &Clip) -> String {
    clip.created_at.to_zoned(zone()).date().to_string()
}

/// The first clip of a clip's film.
fn root<'a>(clip: &'a Clip, by_id: &HashMap<&str, &'a Clip>) -> &'a Clip {
    let mut first = clip;
    while let Some(before) = first.request.continues.as_ref().and_then(|id| by_id.get(id.as_str())) {
        first = before;
    }
    first
}

fn is_after(clip: &Clip, film: &ClipId, by_id: &HashMap<&str, &Clip>) -> bool {
    let mut this = Some(clip);
    while let Some(clip) = this {
        if clip.id == *film {
            return true;
        }
        this = clip.request.continues.as_ref().and_then(|id| by_id.get(id.as_str())).copied();
    }
    false
}

/// As slow and plain as can be: every clip is asked every question.
fn naive(clips: &[Clip], query: &GalleryQuery) -> Vec<String> {
    let by_id: HashMap<&str, &Clip> = clips.iter().map(|clip| (clip.id.as_str(), clip)).collect();
    let filter = &query.filter;
    let any = |empty: bool, has: bool| empty || has;
    let lower = |text: &str| text.to_lowercase();
    let mut found: Vec<&Clip> = clips
        .iter()
        .filter(|clip| {
            let request = &clip.request;
            let texts = [&request.prompt, &clip.note].into_iter().chain(clip.name.as_ref()).chain(&clip.tags);
            let words: Vec<String> = texts
                .flat_map(|text| {
                    lower(text).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()
                })
                .collect();
            // The words asked for here are Chinese, or whole English words.
            let has = |wanted: &str| {
                words
                    .iter()
                    .any(|word| if wanted.is_ascii() { word.starts_with(wanted) } else { word.contains(wanted) })
            };
            clip.trashed_at.is_some() == query.trash
                && query.text.split_whitespace().all(|word| has(&lower(word)))
                && any(filter.models.is_empty(), filter.models.contains(&request.model))
                && any(filter.resolutions.is_empty(), filter.resolutions.contains(&request.resolution))
                && any(filter.ratios.is_empty(), filter.ratios.contains(&request.ratio))
                && filter.seconds.has(&clip.media.seconds)
                && any(filter.cost.is_open(), clip.cost().is_some_and(|cost| filter.cost.has(&cost)))
                && filter.days.has(&day(clip))
                && any(!filter.starred, clip.starred)
                && filter.tags.iter().all(|tag| clip.tags.iter().any(|own| folded(own) == folded(tag)))
                && filter.film.as_ref().is_none_or(|film| is_after(clip, film, &by_id))
                && filter.origin.is_none_or(|wanted| wanted == origin(clip))
                && any(!filter.missing, clip.missing)
                && any(filter.states.is_empty(), filter.states.contains(&CardState::Done))
        })
        .collect();
    let Sort { by, descending } = query.sort;
    let turn = |order: std::cmp::Ordering| if descending { order.reverse() } else { order };
    match by {
        SortKey::Date if descending => {}
        SortKey::Date => found.reverse(),
        SortKey::Cost => found.sort_by(|a, b| match (a.cost(), b.cost()) {
            (Some(a), Some(b)) => turn(a.cmp(&b)),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }),
        SortKey::Length => found.sort_by(|a, b| turn(a.media.seconds.total_cmp(&b.media.seconds))),
        SortKey::Film => found.sort_by(|a, b| {
            let (first, second) = (root(a, &by_id), root(b, &by_id));
            let films = (first.created_at, first.id.as_str()).cmp(&(second.created_at, second.id.as_str()));
            turn(films).then_with(|| (a.created_at, a.id.as_str()).cmp(&(b.created_at, b.id.as_str())))
        }),
    }
    found.into_iter().map(|clip| clip.id.as_str().to_owned()).collect()
}

fn some<T: Clone + std::fmt::Debug + 'static>(of: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let most = of.len().min(2);
    prop_oneof![3 => Just(Vec::new()), 1 => proptest::sample::subsequence(of, 1..=most)]
}

fn spans<T: Clone + std::fmt::Debug + 'static>(of: &[T]) -> impl Strategy<Value = Span<T>> + use<T> {
    let end = || prop_oneof![3 => Just(None), 1 => proptest::sample::select(of.to_vec()).prop_map(Some)];
    (end(), end()).prop_map(|(from, to)| Span { from, to })
}

fn filters() -> impl Strategy<Value = Filter> {
    let models = ["spark_dance_v1_0_lite_t2v", "spark_dance_v1_0_pro", "no_such_model"].map(ModelId::new).to_vec();
    let costs: Vec<Usd> = ["0", "0.0350", "0.1", "0.1853", "0.5", "3"].iter().map(|usd| usd.parse().unwrap()).collect();
    let days = ["2026-11-07", "2026-11-15", "2026-11-20", "2026-11-22", "2020-01-01"].map(str::to_owned).to_vec();
    let tags = ["NIGHT", "夜景", "keeper", "nobody"].map(str::to_owned).to_vec();
    let films: Vec<ClipId> = MANY.clips.iter().rev().step_by(97).map(|clip| clip.id.clone()).collect();
    let film = prop_oneof![5 => Just(None), 1 => proptest::sample::select(films).prop_map(Some)];
    let origin = proptest::sample::select(vec![
        None,
        None,
        Some(ClipOrigin::Real),
        Some(ClipOrigin::Rehearsal),
        Some(ClipOrigin::Imported),
    ]);
    let rare = || proptest::bool::weighted(0.15);
    let first = (
        some(models),
        some(Resolution::ALL.to_vec()),
        some(Ratio::ALL.to_vec()),
        spans(&[2.0, 121.0 / 24.0, 5.0, 10.0]),
        spans(&costs),
        spans(&days),
    );
    let states = some(vec![CardState::Done, CardState::Failed]);
    (first, rare(), some(tags), film, origin, rare(), states).prop_map(
        |((models, resolutions, ratios, seconds, cost, days), starred, tags, film, origin, missing, states)| Filter {
            models,
            resolutions,
            ratios,
            seconds,
            cost,
            days,
            starred,
            tags,
            film,
            origin,
            missing,
            states,
        },
    )
}

fn queries() -> impl Strategy<Value = GalleryQuery> {
    let words = ["", "", "", "灯", "灯塔", "light", "雨夜", "客户", "neon 雨", "best take", "scene 12", "第1", "zebra"];
    let keys = vec![SortKey::Date, SortKey::Cost, SortKey::Length, SortKey::Film];
    let sort = (proptest::sample::select(keys), any::<bool>()).prop_map(|(by, descending)| Sort { by, descending });
    (proptest::sample::select(words.to_vec()), filters(), sort, proptest::bool::weighted(0.2))
        .prop_map(|(text, filter, sort, trash)| GalleryQuery { text: text.to_owned(), filter, sort, trash })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_filter_and_order_finds_what_asking_every_clip_finds(query in queries()) {
        let Many { library, clips, .. } = &*MANY;
        let expected = naive(clips, &query);
        prop_assert_eq!(ids(library, &query), expected.clone());
        let shelf = library.gallery(&query, &zone()).unwrap();
        prop_assert_eq!(shelf.total as usize, expected.len());
        let by_id: HashMap<&str, &Clip> = clips.iter().map(|clip| (clip.id.as_str(), clip)).collect();
        let shown: Vec<&Clip> = expected.iter().map(|id| by_id[id.as_str()]).collect();
        let sizes: Vec<(u32, u32)> = shelf
            .layout
            .encode_utf16()
            .map(|unit| shelf.shapes[usize::from(unit) - 0x100])
            .map(|shape| (shape.width, shape.height))
            .collect();
        prop_assert_eq!(sizes, shown.iter().map(|clip| (clip.media.width, clip.media.height)).collect::<Vec<_>>());
        if query.sort.by == SortKey::Date {
            days_add_up(&shelf, &shown)?;
        } else {
            prop_assert!(shelf.days.is_empty());
        }
        if let Some(last) = expected.last() {
            let place = library.gallery_place(&query, &zone(), &ClipId::new(last.as_str())).unwrap();
            prop_assert_eq!(place, Some(shelf.total - 1));
        }
    }
}

fn days_add_up(shelf: &lastframe_model::Shelf, shown: &[&Clip]) -> Result<(), TestCaseError> {
    let mut rest = shown.iter();
    for told in &shelf.days {
        let clips: Vec<&Clip> = rest.by_ref().take(told.clips as usize).copied().collect();
        prop_assert!(clips.iter().all(|clip| day(clip) == told.day));
        let sum = |wanted| {
            let costs = clips.iter().filter(|clip| origin(clip) == wanted).filter_map(|clip| clip.cost());
            costs.reduce(|a, b| a + b)
        };
        prop_assert_eq!((told.spent, told.pretend), (sum(ClipOrigin::Real), sum(ClipOrigin::Rehearsal)));
        let bytes: f64 = clips.iter().map(|clip| clip.media.bytes).sum();
        prop_assert!((told.bytes - bytes).abs() < 0.5);
    }
    prop_assert_eq!(rest.count(), 0, "every clip is in a day");
    prop_assert!(shelf.days.windows(2).all(|two| two[0].day != two[1].day), "each day is there once");
    Ok(())
}

#[test]
fn pages_of_any_size_are_the_whole() {
    let Many { library, .. } = &*MANY;
    for by in [SortKey::Date, SortKey::Cost, SortKey::Film] {
        let query = GalleryQuery { sort: Sort { by, descending: true }, ..GalleryQuery::default() };
        let whole = ids(library, &query);
        for size in [1, 7, 100, 999] {
            let mut pages = Vec::new();
            let last = if size == 1 { 50 } else { whole.len() };
            while pages.len() < last {
                let from = u32::try_from(pages.len()).unwrap();
                let page = library.gallery_page(&query, &zone(), from, size).unwrap();
                assert!(!page.is_empty() && page.len() <= size as usize);
                pages.extend(page.into_iter().map(|clip| clip.id.as_str().to_owned()));
            }
            assert_eq!(pages, whole[..pages.len()], "{by:?} by {size}");
        }
        let beyond = u32::try_from(whole.len()).unwrap();
        assert_eq!(library.gallery_page(&query, &zone(), beyond, 10).unwrap(), []);
        assert_eq!(library.gallery_page(&query, &zone(), u32::MAX, u32::MAX).unwrap(), []);
    }
}

#[test]
fn an_answer_is_never_older_than_the_last_change() {
    let world = world(&[("a", "boat"), ("b", "boat")]);
    let boats = GalleryQuery { text: "boat".to_owned(), ..GalleryQuery::default() };
    let before = world.library.gallery(&boats, &zone()).unwrap();
    assert_eq!(before.total, 2);
    world.clip_of("c", 3, Request { prompt: "boat".to_owned(), ..Request::default() });
    let after = world.library.gallery(&boats, &zone()).unwrap();
    assert_eq!(after.total, 3);
    assert!(after.revision > before.revision);
    // Another program that looks at the same library.
    let other = world.again();
    assert_eq!(other.gallery(&boats, &zone()).unwrap().total, 3);
    world.library.trash_clips(&[ClipId::new("b")], at(9)).unwrap();
    assert_eq!(ids(&other, &boats), ids(&world.library, &boats));
    assert_eq!(other.gallery(&boats, &zone()).unwrap().total, 2);
}

#[test]
fn what_is_kept_from_change_to_change_is_what_a_fresh_start_reads() {
    let home = tempfile::tempdir().unwrap();
    let library = generator::fill(home.path(), 240, 5, at(0)).unwrap();
    let mut dice = generator::Dice::new(3);
    let keys = [SortKey::Date, SortKey::Cost, SortKey::Length, SortKey::Film];
    for step in 0..48 {
        let trash = dice.chance(30);
        let of = GalleryQuery { trash, ..GalleryQuery::default() };
        let total = usize::try_from(library.gallery(&of, &zone()).unwrap().total).unwrap();
        let from = u32::try_from(dice.roll(total)).unwrap();
        let some = library.gallery_ids(&of, &zone(), from, 1 + u32::try_from(dice.roll(3)).unwrap()).unwrap();
        match (trash, dice.roll(4)) {
            (true, 0) => drop(library.delete_clips(&some).unwrap()),
            (true, _) => drop(library.restore_clips(&some).unwrap()),
            (false, 0) => drop(library.trash_clips(&some, at(0)).unwrap()),
            (false, 1) => drop(library.mark_clips(&some, Mark::Star { on: dice.chance(50) }).unwrap()),
            (false, 2) => drop(library.mark_clips(&some, Mark::Name { text: format!("name {step}") }).unwrap()),
            (false, _) => {
                let mark = Mark::Tag { name: format!("tag {}", dice.roll(3)), on: dice.chance(70) };
                library.mark_clips(&some, mark).unwrap();
            }
        }
        let fresh = Library::open(library.places()).unwrap();
        let sort = Sort { by: keys[step % keys.len()], descending: dice.chance(50) };
        let filter = Filter { starred: dice.chance(30), ..Filter::default() };
        let query = GalleryQuery { sort, filter, trash: dice.chance(20), ..GalleryQuery::default() };
        assert_eq!(ids(&library, &query), ids(&fresh, &query), "step {step}: {query:?}");
        let shelves = (library.gallery(&query, &zone()).unwrap(), fresh.gallery(&query, &zone()).unwrap());
        assert_eq!(shelves.0, shelves.1, "step {step}: {query:?}");
        assert_eq!(library.tags().unwrap(), fresh.tags().unwrap(), "step {step}");
    }
}

#[test]
fn what_clips_are_found_by_can_be_read_before_anybody_asks_while_others_write() {
    let home = tempfile::tempdir().unwrap();
    let library = generator::fill(home.path(), 500, 9, at(0)).unwrap();
    let everything = GalleryQuery::default();
    let some = library.gallery_ids(&everything, &zone(), 0, 20).unwrap();
    let early = Library::open(library.places()).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| early.prepare_gallery().unwrap());
        for clip in &some {
            library.mark_clips(std::slice::from_ref(clip), Mark::Star { on: true }).unwrap();
        }
    });
    assert_eq!(ids(&early, &everything), ids(&library, &everything));
    let starred = GalleryQuery { filter: Filter { starred: true, ..Filter::default() }, ..everything };
    assert_eq!(
        ids(&early, &starred),
        ids(&library, &starred),
        "what was written meanwhile is read with the next answer"
    );
    assert!(ids(&early, &starred).len() >= some.len());
}

#[test]
fn days_begin_at_midnight_where_the_person_is() {
    let world = world(&[("a", "boat")]); // asked for at 10:00 UTC
    let told = |zone: &str| {
        let zone = TimeZone::get(zone).unwrap();
        world.library.gallery(&GalleryQuery::default(), &zone).unwrap().days[0].day.clone()
    };
    assert_eq!((told("UTC"), told("Pacific/Kiritimati")), ("2026-11-22".to_owned(), "2026-11-23".to_owned()));
    let days = Span { from: Some("2026-11-23".to_owned()), to: None };
    let query = GalleryQuery { filter: Filter { days, ..Filter::default() }, ..GalleryQuery::default() };
    let total = |zone: &str| world.library.gallery(&query, &TimeZone::get(zone).unwrap()).unwrap().total;
    assert_eq!((total("UTC"), total("Pacific/Kiritimati")), (0, 1));
    let wrong = Span { from: None, to: Some("yesterday".to_owned()) };
    let query = GalleryQuery { filter: Filter { days: wrong, ..Filter::default() }, ..GalleryQuery::default() };
    assert!(matches!(world.library.gallery(&query, &zone()), Err(LibraryError::NoDay(_))));
}

#[test]
fn a_film_that_bites_its_tail_can_be_ordered_and_asked_for() {
    let world = World::new();
    for (id, before) in [("a", "c"), ("b", "a"), ("c", "b"), ("d", "gone")] {
        world.clip(id, 1, Some(before));
    }
    let sort = Sort { by: SortKey::Film, descending: true };
    assert_eq!(ids(&world.library, &GalleryQuery { sort, ..GalleryQuery::default() }).len(), 4);
    let film = Filter { film: Some(ClipId::new("b")), ..Filter::default() };
    assert_eq!(ids(&world.library, &GalleryQuery { filter: film, ..GalleryQuery::default() }).len(), 3);
}

#[test]
fn searches_are_saved_by_name_and_survive_a_restart() {
    let world = World::new();
    let query = GalleryQuery {
        text: "灯塔".to_owned(),
        filter: Filter { starred: true, ..Filter::default() },
        ..GalleryQuery::default()
    };
    world.library.save_search(" Night  shots ", query.clone()).unwrap();
    world.library.save_search("best", GalleryQuery::default()).unwrap();
    let saved = world.library.save_search("NIGHT SHOTS", query.clone()).unwrap();
    let names: Vec<_> = saved.iter().map(|search| search.name.as_str()).collect();
    assert_eq!(names, ["best", "NIGHT SHOTS"], "one name, whatever its case");
    assert_eq!(world.again().saved_searches().unwrap()[1].query, query);
    assert_eq!(world.library.delete_search("night shots").unwrap().len(), 1);
    assert_eq!(world.library.delete_search("night shots").unwrap().len(), 1, "what is gone is gone");
    assert!(matches!(world.library.save_search(" ", query), Err(LibraryError::Mark(_))));
}
