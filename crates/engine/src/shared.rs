//! What a copy of a clip tells others, and what is believed of what others tell. Knows no files and asks no library: those
//! are asked for through [`Kept`].
//!
//! Whatever is read here may have been written by anybody. It becomes a draft in the form, so that it may be any request
//! that a person could have typed in, and nothing more: nothing in it is called, opened, or looked for outside the library.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lastframe_model::check::{EXPIRES_AFTER, PROMPT_MAX};
use lastframe_model::extra::is_name;
use lastframe_model::ids::is_sha256;
use lastframe_model::length::{FPS, FRAMES};
use lastframe_model::live::MAX_PARAMETERS;
use lastframe_model::{Catalogue, ClipId, ExtraValue, ImageRef, Length, Request};
use serde::{Deserialize, Serialize};

/// The form of [`SharedRecipe`] that is written.
const VERSION: u32 = 1;
/// Most bytes of a recipe that is read: one of the library holds the service's reply as well.
const MAX_BYTES: usize = 8 << 20;
/// Characters of a title.
const TITLE: usize = 80;
/// Most characters of a model's id.
const MODEL_ID: usize = 128;
/// Most reference images of a request.
const REFERENCES: usize = 4;

/// What a copy that leaves the library carries: what is needed to make the shot again, and nothing else. Not in it:
/// what it cost, the account's task, the service's address and reply, the callback URL, the clip's own id, and any path.
/// Pictures and the clip that it continues are named by their ids in the library it came from; only there do they mean
/// anything, and their bytes are not carried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedRecipe {
    /// Version of this form; 1.
    pub version: u32,
    /// The program that wrote it, and its version.
    pub program: String,
    /// When the shot was asked for.
    pub created_at: Timestamp,
    /// What was asked for; `callback_url` is always `None`.
    pub request: Request,
    /// SHA-256 of the file that this is a copy of, so that it is known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The same of the clip that it goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues_sha256: Option<String>,
}

impl SharedRecipe {
    /// The recipe of a request that was made at that time.
    pub(crate) fn of(request: &Request, created_at: Timestamp) -> Self {
        Self {
            version: VERSION,
            program: format!("Lastframe {}", env!("CARGO_PKG_VERSION")),
            created_at,
            request: Request { callback_url: None, extra: without_addresses(&request.extra), ..request.clone() },
            sha256: None,
            continues_sha256: None,
        }
    }

    /// The first line of the prompt, cut to 80 characters.
    pub(crate) fn title(&self) -> String {
        let line = self.request.prompt.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("Lastframe");
        match line.char_indices().nth(TITLE) {
            None => line.to_owned(),
            Some((end, _)) => format!("{}…", line[..end].trim_end()),
        }
    }

    /// Model, seed and program.
    pub(crate) fn comment(&self) -> String {
        let model = self.request.model.as_str();
        match self.request.seed {
            Some(seed) => format!("{model} · seed {seed} · Lastframe"),
            None => format!("{model} · Lastframe"),
        }
    }
}

/// What this library has of what a recipe refers to.
pub(crate) trait Kept {
    /// The picture of that id, with its true facts; those of the recipe are not believed.
    fn picture(&self, told: &ImageRef) -> Option<ImageRef>;
    /// Whether the clip is here.
    fn clip(&self, id: &ClipId) -> bool;
}

/// The recipe beside a clip, as far as it is needed here; the model has no default, so that not any JSON is a recipe.
#[derive(Deserialize)]
struct OfLibrary {
    clip: Asked,
}

#[derive(Deserialize)]
struct Asked {
    request: Request,
    #[serde(default)]
    created_at: Option<Timestamp>,
    #[serde(default)]
    sha256: Option<String>,
}

/// What a recipe says, as far as it is believed.
pub(crate) struct Believed {
    pub(crate) request: Request,
    pub(crate) created_at: Option<Timestamp>,
    /// Of the file that it was written for.
    pub(crate) sha256: Option<String>,
    /// Of the clip that it goes on from.
    pub(crate) continues_sha256: Option<String>,
    /// The frame of that clip that it starts from, if it is not its last.
    pub(crate) continues_frame: Option<u32>,
}

/// What makes a request one, rather than a page of defaults.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "model")]
    _model: String,
    #[serde(rename = "prompt")]
    _prompt: String,
}

/// The two forms, told apart by what they hold.
#[derive(Deserialize)]
struct Form {
    version: u32,
    #[serde(default)]
    request: Option<Told>,
    #[serde(default)]
    clip: Option<ToldClip>,
}

#[derive(Deserialize)]
struct ToldClip {
    #[serde(rename = "request")]
    _request: Told,
}

/// The request in a recipe: one that a copy carried, or one of a library. `None` if it is none, or one of a later form.
pub(crate) fn read(json: &[u8], kept: &impl Kept) -> Option<Request> {
    read_all(json, kept).map(|told| told.request)
}

/// The same with what else it says.
pub(crate) fn read_all(json: &[u8], kept: &impl Kept) -> Option<Believed> {
    if json.len() > MAX_BYTES {
        return None;
    }
    let form: Form = serde_json::from_slice(json).ok()?;
    let sum = |told: Option<String>| told.filter(|text| is_sha256(text));
    match form {
        Form { version: VERSION, request: Some(_), clip: None } => {
            let told = serde_json::from_slice::<SharedRecipe>(json).ok()?;
            Some(Believed {
                continues_frame: told.request.continues_frame,
                request: believed(told.request, kept)?,
                created_at: Some(told.created_at),
                sha256: sum(told.sha256),
                continues_sha256: sum(told.continues_sha256),
            })
        }
        Form { clip: Some(_), request: None, .. } => {
            let told = serde_json::from_slice::<OfLibrary>(json).ok()?.clip;
            Some(Believed {
                request: believed(told.request, kept)?,
                created_at: told.created_at,
                sha256: sum(told.sha256),
                continues_sha256: None,
                continues_frame: None,
            })
        }
        Form { .. } => None,
    }
}

/// A stranger's request made into one that a form may show.
fn believed(mut request: Request, kept: &impl Kept) -> Option<Request> {
    let model = request.model.as_str();
    let readable = !model.is_empty() && model.chars().count() <= MODEL_ID && !model.chars().any(char::is_control);
    if !readable || request.prompt.chars().count() > PROMPT_MAX {
        return None;
    }
    let had_first = request.first_frame.is_some();
    request.first_frame = request.first_frame.and_then(|told| kept.picture(&told));
    request.last_frame = request.last_frame.and_then(|told| kept.picture(&told));
    let references = request.reference_images.iter().take(REFERENCES);
    request.reference_images = references.filter_map(|told| kept.picture(told)).collect();
    // Without the frame that it began with, the shot does not go on from there.
    let begins_there = !had_first || request.first_frame.is_some();
    if !request.continues.as_ref().is_some_and(|clip| begins_there && kept.clip(clip)) {
        request.continue_nothing();
    }
    request.length = length(request.length);
    request.expires_after = request.expires_after.clamp(*EXPIRES_AFTER.start(), *EXPIRES_AFTER.end());
    request.callback_url = None;
    request.extra = without_addresses(&request.extra);
    Some(request)
}

/// The parameters of a model's own that may travel: whatever is an address could make the service call it, like a
/// callback.
fn without_addresses(extra: &BTreeMap<String, ExtraValue>) -> BTreeMap<String, ExtraValue> {
    let travels = |(name, value): &(&String, &ExtraValue)| {
        let short = |text: &String| text.chars().count() <= PROMPT_MAX && !text.contains("://");
        is_name(name) && !matches!(value, ExtraValue::Text(text) if !short(text))
    };
    let kept = extra.iter().filter(travels).take(MAX_PARAMETERS);
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A length within what any model makes.
fn length(told: Length) -> Length {
    match told {
        Length::Frames(frames) if Length::is_allowed_frames(frames) => told,
        Length::Frames(frames) => {
            let frames = frames.clamp(*FRAMES.start(), *FRAMES.end());
            Length::nearest_frames(f64::from(frames) / f64::from(FPS))
        }
        Length::Seconds(seconds) => {
            let models = Catalogue::built_in().models;
            let shortest = models.iter().map(|model| model.min_seconds).min().unwrap_or(1);
            let longest = models.iter().map(|model| model.max_seconds).max().unwrap_or(shortest);
            Length::Seconds(seconds.clamp(shortest, longest.max(shortest)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lastframe_model::{ImageFormat, ImageId, ModelId};

    /// A library with one picture, "here", and one clip, "here".
    struct One;

    impl Kept for One {
        fn picture(&self, told: &ImageRef) -> Option<ImageRef> {
            (told.id.as_str() == "here").then(|| picture("here", 800))
        }
        fn clip(&self, id: &ClipId) -> bool {
            id.as_str() == "here"
        }
    }

    fn picture(id: &str, width: u32) -> ImageRef {
        ImageRef { id: ImageId::new(id), format: ImageFormat::Png, width, height: 600, bytes: 1.0 }
    }

    fn shared(request: Request) -> Vec<u8> {
        let recipe = SharedRecipe { request, ..SharedRecipe::of(&Request::default(), Timestamp::UNIX_EPOCH) };
        serde_json::to_vec(&recipe).unwrap()
    }

    #[test]
    fn a_title_is_one_short_line() {
        let title = |prompt: &str| {
            let request = Request { prompt: prompt.into(), ..Request::default() };
            SharedRecipe::of(&request, Timestamp::UNIX_EPOCH).title()
        };
        assert_eq!(title("\n  A boat \nin the rain"), "A boat");
        assert_eq!(title(" "), "Lastframe");
        assert_eq!(title(&"字".repeat(81)), format!("{}…", "字".repeat(80)));
    }

    #[test]
    fn what_is_not_here_is_left_out_and_what_is_here_is_looked_at() {
        let request = Request {
            prompt: "A boat".into(),
            first_frame: Some(picture("here", 1)),
            last_frame: Some(picture("elsewhere", 800)),
            reference_images: vec![picture("elsewhere", 800), picture("here", u32::MAX)],
            callback_url: Some("https://attacker.example/".into()),
            continues: Some(ClipId::new("here")),
            ..Request::default()
        };
        let read = |request: &Request| super::read(&shared(request.clone()), &One).unwrap();
        let got = read(&request);
        assert_eq!(got.first_frame, Some(picture("here", 800)), "the facts are those of the picture that is here");
        assert_eq!((got.last_frame, got.reference_images), (None, vec![picture("here", 800)]));
        assert_eq!(got.callback_url, None, "a stranger's file makes nobody call anybody");
        assert_eq!(got.continues, Some(ClipId::new("here")));
        let gone = Request { continues: Some(ClipId::new("../../etc")), ..request.clone() };
        assert_eq!(read(&gone).continues, None);
        let headless = Request { first_frame: Some(picture("elsewhere", 800)), ..request };
        assert_eq!(read(&headless).continues, None, "without its first frame it does not go on from there");
    }

    #[test]
    fn numbers_are_moved_into_their_ranges() {
        let read = |request: Request| super::read(&shared(request), &One).unwrap();
        for (told, believed) in [
            (Length::Seconds(0), Length::Seconds(2)),
            (Length::Seconds(u32::MAX), Length::Seconds(12)),
            (Length::Seconds(7), Length::Seconds(7)),
            (Length::Frames(0), Length::Frames(29)),
            (Length::Frames(u32::MAX), Length::Frames(289)),
            (Length::Frames(57), Length::Frames(57)),
        ] {
            assert_eq!(read(Request { length: told, ..Request::default() }).length, believed, "{told:?}");
        }
        for (told, believed) in [(0, 3_600), (u32::MAX, 259_200), (7_200, 7_200)] {
            assert_eq!(read(Request { expires_after: told, ..Request::default() }).expires_after, believed);
        }
    }

    #[test]
    fn not_everything_is_a_recipe() {
        let good = serde_json::json!({ "model": "m", "prompt": "A boat", "seed": 7 });
        let of_library = serde_json::json!({ "version": 1, "clip": { "request": good, "new": 1 }, "reply": "{}" });
        let read = |json: &serde_json::Value| super::read(json.to_string().as_bytes(), &One);
        assert_eq!(read(&of_library).unwrap().seed, Some(7));
        let date = "2026-11-22T00:00:00Z";
        let long = |field: &str, length: usize| {
            let mut request = good.clone();
            request[field] = "x".repeat(length).into();
            serde_json::json!({ "version": 1, "program": "p", "created_at": date, "request": request })
        };
        assert!(read(&long("prompt", PROMPT_MAX)).is_some());
        for bad in [
            serde_json::json!({}),
            serde_json::json!([]),
            serde_json::json!({ "version": 1 }),
            serde_json::json!({ "version": 1, "program": "p", "created_at": date, "request": {} }),
            serde_json::json!({ "version": 2, "program": "p", "created_at": date, "request": good }),
            serde_json::json!({ "version": 1, "program": "p", "created_at": "yesterday", "request": good }),
            serde_json::json!({ "version": 1, "clip": { "request": { "model": "m" } } }),
            serde_json::json!({ "version": 1, "clip": { "request": { "model": "m", "prompt": "", "seed": -5 } } }),
            long("prompt", PROMPT_MAX + 1),
            long("model", MODEL_ID + 1),
            long("model", 0),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
        assert_eq!(super::read(&vec![b' '; MAX_BYTES + 1], &One), None);
        assert_eq!(super::read("[".repeat(100_000).as_bytes(), &One), None, "no depth is too deep to refuse");
        assert_eq!(ModelId::new("m"), super::read(of_library.to_string().as_bytes(), &One).unwrap().model);
    }
}
