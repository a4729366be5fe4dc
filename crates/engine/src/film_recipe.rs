//! What an exported film tells of itself, so that a library that has its clips can make it a film again, and what is
//! believed of what others tell. Like the recipe of a clip it says nothing of account, bill or computer.

use lastframe_media as media;
use lastframe_model::film::PATH_MAX;
use lastframe_model::gallery::cut_name;
use lastframe_model::ids::is_sha256;
use serde::{Deserialize, Serialize};

use crate::shared::SharedRecipe;

/// The form that is written and read.
const VERSION: u32 = 1;

/// The recipe of a film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FilmRecipe {
    /// Version of this form; 1.
    version: u32,
    /// The program that wrote it, and its version.
    program: String,
    /// The path.
    film: SharedPath,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SharedPath {
    /// What the person called it.
    #[serde(default)]
    name: Option<String>,
    /// In playing order: each shot as a copy of its clip would tell it, with the hash of its file.
    shots: Vec<SharedRecipe>,
}

/// A path as far as it is believed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToldFilm {
    pub(crate) name: Option<String>,
    /// SHA-256 of each shot's file.
    pub(crate) shots: Vec<String>,
}

impl FilmRecipe {
    pub(crate) fn of(name: Option<String>, shots: Vec<SharedRecipe>) -> Self {
        let program = format!("Lastframe {}", env!("CARGO_PKG_VERSION"));
        Self { version: VERSION, program, film: SharedPath { name, shots } }
    }

    /// As the tags of a file. `None` for a recipe that is too long for them.
    pub(crate) fn tags(&self, title: &str) -> Result<Option<media::Tags>, serde_json::Error> {
        let recipe = serde_json::to_string(self)?;
        let comment = format!("{} shots · Lastframe", self.film.shots.len());
        let title = if title.is_empty() { "Lastframe".to_owned() } else { cut_name(title) };
        Ok((recipe.len() <= media::MAX_TAG).then_some(media::Tags { title, comment, recipe }))
    }
}

/// The path in a recipe; `None` if it is no film's, or none that can be trusted to be one.
pub(crate) fn read(json: &str) -> Option<ToldFilm> {
    let told: FilmRecipe = serde_json::from_str(json).ok()?;
    if told.version != VERSION || !(1..=PATH_MAX).contains(&told.film.shots.len()) {
        return None;
    }
    let name = told.film.name.map(|name| cut_name(&name)).filter(|name| !name.is_empty());
    let shots = told.film.shots.into_iter().map(|shot| shot.sha256.filter(|sum| is_sha256(sum)));
    Some(ToldFilm { name, shots: shots.collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lastframe_model::Request;

    use super::*;

    fn shot(sha256: &str) -> SharedRecipe {
        let recipe = SharedRecipe::of(&Request::default(), Timestamp::UNIX_EPOCH);
        SharedRecipe { sha256: Some(sha256.to_owned()), ..recipe }
    }

    #[test]
    fn a_film_tells_its_path_and_nothing_that_cannot_be_one_is_believed() {
        let (one, two) = ("0a".repeat(32), "f9".repeat(32));
        let film = FilmRecipe::of(Some(" Night  ferry ".into()), vec![shot(&one), shot(&two), shot(&one)]);
        let tags = film.tags("Night ferry").unwrap().unwrap();
        let told = read(&tags.recipe).unwrap();
        assert_eq!(told, ToldFilm { name: Some("Night ferry".into()), shots: vec![one.clone(), two, one.clone()] });

        let json = |film: &FilmRecipe| serde_json::to_string(film).unwrap();
        assert_eq!(read(&json(&FilmRecipe::of(None, Vec::new()))), None, "a film of nothing");
        assert_eq!(read(&json(&FilmRecipe::of(None, vec![shot("../../etc/passwd")]))), None, "no hash of a file");
        assert_eq!(read(&json(&FilmRecipe { version: 2, ..film })), None, "a later form");
        assert_eq!(read(&serde_json::to_string(&shot(&one)).unwrap()), None, "that of a clip");
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn a_recipe_that_no_tag_holds_is_left_out() {
        let prompt = "x".repeat(2_000);
        let long = SharedRecipe { request: Request { prompt, ..Request::default() }, ..shot(&"0a".repeat(32)) };
        assert_eq!(FilmRecipe::of(None, vec![long; 600]).tags("").unwrap(), None, "over 1 MB");
    }
}
