//! From the cells of a row to a request.

use std::str::FromStr;

use super::columns::{Column, Row};
use super::{NoPicture, Unread};
use crate::catalogue::Catalogue;
use crate::error::Field;
use crate::ids::ModelId;
use crate::image::ImageRef;
use crate::length::Length;
use crate::request::{Ratio, Request, Resolution, ServiceTier};

/// How much of a text that cannot be understood is repeated, in characters.
const REPEATED: usize = 60;

type Pictures<'a> = &'a mut dyn FnMut(&str) -> Result<ImageRef, NoPicture>;

/// A request, how many clips of it, and the cells that could not be understood.
pub(super) fn read(
    row: &Row,
    columns: &[(Option<Column>, String)],
    base: &Request,
    catalogue: &Catalogue,
    picture: Pictures<'_>,
) -> (Request, u32, Vec<Unread>) {
    let mut reading = Reading { request: base.clone(), count: 1, catalogue, timed: None, unread: Vec::new() };
    if columns.iter().any(|(column, _)| *column == Some(Column::Prompt)) {
        // An empty cell is an empty prompt: nobody wants to pay for one that stands elsewhere.
        reading.request.prompt.clear();
    }
    for ((column, name), text) in columns.iter().zip(&row.cells) {
        let Some(column) = *column else { continue };
        if text.is_empty() {
            continue;
        }
        if let Err((field, why)) = reading.cell(column, text, picture) {
            reading.unread.push(unread(field, name, text, why));
        }
    }
    if row.cells.len() > columns.len() {
        let why = format!(
            "The row has {} cells for {} columns: a text with commas has to stand in quotation marks.",
            row.cells.len(),
            columns.len()
        );
        let over = row.cells[columns.len()..].join(", ");
        reading.unread.push(unread(Field::Prompt, "", &over, why));
    }
    (reading.request, reading.count, reading.unread)
}

fn unread(field: Field, column: &str, text: &str, message: String) -> Unread {
    let mut short: String = text.chars().take(REPEATED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Unread { field, column: column.to_owned(), text: short, message }
}

struct Reading<'a> {
    request: Request,
    count: u32,
    catalogue: &'a Catalogue,
    /// Which column said how long it is.
    timed: Option<Column>,
    unread: Vec<Unread>,
}

impl Reading<'_> {
    /// Takes one cell over, or says at which field it could not be understood and why.
    fn cell(&mut self, column: Column, text: &str, picture: Pictures<'_>) -> Result<(), (Field, String)> {
        let request = &mut self.request;
        match column {
            Column::Prompt => text.clone_into(&mut request.prompt),
            Column::Model => request.model = model(text, self.catalogue),
            Column::FirstFrame => {
                request.first_frame = Some(picture(text).map_err(|why| (Field::FirstFrame, why.to_string()))?);
                // Another beginning than that of the request behind it.
                request.continue_nothing();
                request.reference_images.clear();
            }
            Column::LastFrame => {
                request.last_frame = Some(picture(text).map_err(|why| (Field::LastFrame, why.to_string()))?);
                request.reference_images.clear();
            }
            Column::Reference => {
                let pictures = text.split(['|', ';']).map(|one| picture(one.trim())).collect::<Result<Vec<_>, _>>();
                request.reference_images = pictures.map_err(|why| (Field::ReferenceImages, why.to_string()))?;
                (request.first_frame, request.last_frame) = (None, None);
                request.continue_nothing();
            }
            Column::Resolution => request.resolution = word::<Resolution>(Field::Resolution, &plain(text))?,
            Column::Ratio => {
                let text = plain(text);
                let text = if text == "自适应" { "adaptive" } else { &text };
                request.ratio = word::<Ratio>(Field::Ratio, text)?;
            }
            Column::Duration | Column::Frames => {
                let units: &[&str] =
                    if column == Column::Duration { &["seconds", "sec", "s", "秒"] } else { &["frames", "帧"] };
                let number = number(Field::Length, text, units)?;
                if self.timed.replace(column).is_some_and(|other| other != column) {
                    return Err((Field::Length, "Give the seconds or the frames, not both.".to_owned()));
                }
                request.length =
                    if column == Column::Duration { Length::Seconds(number) } else { Length::Frames(number) };
            }
            Column::Seed => {
                let any = matches!(plain(text).as_str(), "-1" | "random" | "随机");
                request.seed = if any { None } else { Some(number(Field::Seed, text, &[])?) };
            }
            Column::Count => self.count = number(Field::Count, text, &[])?,
            Column::CameraFixed => request.camera_fixed = yes_or_no(Field::CameraFixed, text)?,
            Column::Watermark => request.watermark = yes_or_no(Field::Watermark, text)?,
            Column::ReturnLastFrame => request.return_last_frame = yes_or_no(Field::LastFrame, text)?,
            Column::ServiceTier => {
                let text = plain(text);
                let text = if matches!(text.as_str(), "online" | "在线") { "default" } else { &text };
                request.service_tier = word::<ServiceTier>(Field::ServiceTier, text)?;
            }
            Column::ExpiresAfter => request.expires_after = number(Field::ExpiresAfter, text, &["s", "秒"])?,
            Column::CallbackUrl => request.callback_url = Some(text.to_owned()),
            Column::Audio => request.generate_audio = yes_or_no(Field::GenerateAudio, text)?,
            Column::Draft => request.draft = yes_or_no(Field::Draft, text)?,
        }
        Ok(())
    }
}

/// Lower case, and the wide letters of Chinese keyboards as narrow ones.
fn plain(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    };
    text.trim().chars().map(narrow).collect::<String>().to_lowercase()
}

/// A model by its id or either of its names; anything else is an id that the check will not know.
fn model(text: &str, catalogue: &Catalogue) -> ModelId {
    let wanted = text.trim();
    let named = |name: &str| name.eq_ignore_ascii_case(wanted);
    let found =
        catalogue.models.iter().find(|model| [model.id.as_str(), &model.name, &model.full_name].into_iter().any(named));
    found.map_or_else(|| ModelId::new(wanted), |model| model.id.clone())
}

fn word<T: FromStr<Err: ToString>>(field: Field, text: &str) -> Result<T, (Field, String)> {
    text.parse().map_err(|error: T::Err| (field, format!("“{text}” is {}.", error.to_string())))
}

fn number(field: Field, text: &str, units: &[&str]) -> Result<u32, (Field, String)> {
    let plain = plain(text);
    let bare = units.iter().find_map(|unit| plain.strip_suffix(unit)).unwrap_or(&plain).trim();
    bare.parse().map_err(|_| (field, format!("“{}” is not a whole number that can be taken here.", text.trim())))
}

fn yes_or_no(field: Field, text: &str) -> Result<bool, (Field, String)> {
    match plain(text).as_str() {
        "true" | "yes" | "y" | "on" | "1" | "是" | "真" | "开" => Ok(true),
        "false" | "no" | "n" | "off" | "0" | "否" | "假" | "关" => Ok(false),
        _ => Err((field, format!("“{}” is neither yes nor no.", text.trim()))),
    }
}
