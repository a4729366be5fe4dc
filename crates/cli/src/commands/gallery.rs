//! Finding and organising clips. Finding only reads; whoever marks or bins clips owns the library meanwhile, since a
//! window that is open would not hear of it.

use jiff::tz::TimeZone;
use lastframe_library::Library;
use lastframe_model::{Clip, ClipId, ClipPage, Filter, GalleryQuery, Mark, ModelId, Sort, Span};

use crate::arguments::{Finding, Marking, Trashing};
use crate::commands::read::lines;
use crate::failure::{CliError, End};
use crate::output::{Output, clip_line};
use crate::place::{self, Place};

/// How many clips are read at once.
const PAGE: u32 = 200;

/// Clips that fit, in the order that was asked for.
pub fn clips(finding: &Finding, place: &Place, output: Output) -> Result<End, CliError> {
    let filter = Filter {
        models: finding.model.iter().map(ModelId::new).collect(),
        days: Span { from: finding.from.clone(), to: finding.to.clone() },
        starred: finding.starred,
        tags: finding.tag.clone(),
        ..Filter::default()
    };
    let sort = Sort { by: finding.sort.into(), descending: !finding.ascending };
    let text = finding.search.clone().unwrap_or_default();
    list(&GalleryQuery { text, filter, sort, trash: finding.trash }, place, output)
}

fn list(query: &GalleryQuery, place: &Place, output: Output) -> Result<End, CliError> {
    let clips: Vec<Clip> = all(&place.library()?, query)?.into_iter().map(|clip| place.shown(clip)).collect();
    let page = ClipPage { total: u32::try_from(clips.len()).unwrap_or(u32::MAX), clips };
    output.result(&page, || lines(&page.clips, clip_line, "There is no such clip."))?;
    Ok(End::Done)
}

/// Every clip of a query.
pub fn all(library: &Library, query: &GalleryQuery) -> Result<Vec<Clip>, CliError> {
    let zone = TimeZone::system();
    let mut clips: Vec<Clip> = Vec::new();
    loop {
        let from = u32::try_from(clips.len()).unwrap_or(u32::MAX);
        let page = library.gallery_page(query, &zone, from, PAGE)?;
        if page.is_empty() {
            return Ok(clips);
        }
        clips.extend(page);
    }
}

/// Writes on a clip, and shows it.
pub fn mark(marking: &Marking, place: &Place, output: Output) -> Result<End, CliError> {
    let library = place.library()?;
    let _owned = library.own("lastframe mark")?;
    let id = place::clip(&library, &marking.clip)?.id;
    for mark in marks(marking) {
        // A text that cannot be written is refused before anything is.
        mark.checked().map_err(lastframe_library::LibraryError::from)?;
    }
    for mark in marks(marking) {
        library.mark_clips(std::slice::from_ref(&id), mark)?;
    }
    recipes(&library, output);
    let clip = place.shown(place::clip(&library, id.as_str())?);
    output.result(&clip, || clip_line(&clip))?;
    Ok(End::Done)
}

fn marks(marking: &Marking) -> Vec<Mark> {
    let mut marks = Vec::new();
    if marking.star || marking.unstar {
        marks.push(Mark::Star { on: marking.star });
    }
    let tag = |on: bool| move |name: &String| Mark::Tag { name: name.clone(), on };
    marks.extend(marking.untag.iter().map(tag(false)));
    marks.extend(marking.tag.iter().map(tag(true)));
    marks.extend(marking.note.iter().map(|text| Mark::Note { text: text.clone() }));
    marks.extend(marking.name.iter().map(|text| Mark::Name { text: text.clone() }));
    marks
}

/// Puts clips into the trash, takes them out, or lists what is in it.
pub fn trash(trashing: &Trashing, place: &Place, output: Output) -> Result<End, CliError> {
    if trashing.list {
        return list(&GalleryQuery { trash: true, ..GalleryQuery::default() }, place, output);
    }
    let library = place.library()?;
    let _owned = library.own("lastframe trash")?;
    let found = trashing.clips.iter().map(|id| place::clip(&library, id).map(|clip| clip.id));
    let ids: Vec<ClipId> = found.collect::<Result<_, _>>()?;
    if trashing.restore {
        library.restore_clips(&ids)?;
    } else {
        library.trash_clips(&ids, jiff::Timestamp::now())?;
    }
    recipes(&library, output);
    let clips = ids.iter().map(|id| place::clip(&library, id.as_str()).map(|clip| place.shown(clip)));
    let clips: Vec<Clip> = clips.collect::<Result<_, _>>()?;
    output.result(&clips, || lines(&clips, clip_line, "There is no such clip."))?;
    Ok(End::Done)
}

/// What was done is done; what cannot be written beside the videos now is written by the next program that can.
fn recipes(library: &Library, output: Output) {
    if let Err(error) = library.write_recipes(|| true) {
        output.say(&format!("The recipe beside the video could not be written yet: {error}"));
    }
}
