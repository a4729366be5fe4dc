//! Recipes of strangers: the JSON in a copy, or beside a clip of another library.
//!
//! Whatever it says: no panic, no number outside its range, nobody called, nothing but what is in this library; and what
//! is believed once is believed again as it is.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/engine/src/shared.rs"]
mod shared;

use lastframe_model::check::problems;
use lastframe_model::{Catalogue, Clip, ClipId, Continuation, ImageFormat, ImageRef, Length, PriceTable, Request};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use shared::{Kept, SharedRecipe};

/// As `lastframe_library::Recipe`, which needs SQLite to be built.
#[derive(Deserialize)]
struct OfLibrary {
    version: u32,
    clip: Clip,
    reply: String,
}

/// A library that has every second thing.
struct Half;

impl Kept for Half {
    fn picture(&self, told: &ImageRef) -> Option<ImageRef> {
        let here = told.id.as_str().len().is_multiple_of(2);
        here.then(|| ImageRef { id: told.id.clone(), format: ImageFormat::Png, width: 800, height: 600, bytes: 9.0 })
    }
    fn clip(&self, id: &ClipId) -> bool {
        id.as_str().len().is_multiple_of(2)
    }
}

fn check(request: &Request) {
    let catalogue = Catalogue::built_in();
    assert_eq!(request.callback_url, None);
    assert!(request.images().all(|picture| (picture.width, picture.bytes) == (800, 9.0)), "only facts of this library");
    assert!(request.reference_images.len() <= 4 && (3_600..=259_200).contains(&request.expires_after));
    match request.length {
        Length::Seconds(seconds) => assert!((2..=12).contains(&seconds)),
        Length::Frames(frames) => assert!(Length::is_allowed_frames(frames)),
    }
    let _ = (problems(request, &catalogue), PriceTable::default().estimate(request));
    let _ = (Continuation::fit(request.clone(), &catalogue), Continuation::adjust(request.clone(), &catalogue));
}

fuzz_target!(|data: &[u8]| {
    if let Ok(OfLibrary { clip, .. }) = serde_json::from_slice(data) {
        let _ = clip.cost();
        // What stands in a library's own file is not bounded: estimates and fitting must bear it all the same.
        let _ = PriceTable::default().estimate(&clip.request);
        let _ = Continuation::adjust(clip.request, &Catalogue::built_in());
    }
    let Some(request) = shared::read(data, &Half) else { return };
    check(&request);
    let recipe = SharedRecipe::of(&request, jiff::Timestamp::UNIX_EPOCH);
    assert!(recipe.title().chars().count() <= 81 && !recipe.comment().is_empty());
    let json = serde_json::to_vec(&recipe).unwrap();
    assert_eq!(shared::read(&json, &Half).as_ref(), Some(&request), "what was believed is believed again");
});
