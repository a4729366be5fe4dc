//! Make the clips of a list: each row is checked before anything is sent or written, and then all of them are made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lastframe_engine::Engine;
use lastframe_model::batch::{Around, MAX_BYTES, NoPicture};
use lastframe_model::{
    Batch, BatchEntry, BatchRow, Field, ImageId, ImageRef, Length, Problem, Provider, Request, read_batch,
};

use crate::commands::pictures::Picture;
use crate::failure::CliError;
use crate::output::{Output, money};
use crate::place::Place;

/// A list, and the files that its rows name.
pub struct List {
    /// How it was given.
    name: &'static str,
    pub batch: Batch,
    files: Files,
}

/// Pictures beside the list. In the rows each has its number here as its id, until it is kept.
struct Files {
    folder: PathBuf,
    /// By their names in the list.
    known: BTreeMap<String, Result<ImageRef, NoPicture>>,
}

impl Files {
    fn find(&mut self, name: &str) -> Result<ImageRef, NoPicture> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let id = ImageId::new(format!("file-{}", self.known.len()));
        let read = Picture::read(&self.folder.join(name), Field::FirstFrame);
        let found = match read {
            Ok(picture) => Ok(ImageRef { id, ..picture.facts }),
            Err(CliError::Invalid { message, .. }) => Err(NoPicture::Unusable(message)),
            Err(error) => Err(NoPicture::Unusable(error.to_string())),
        };
        self.known.insert(name.to_owned(), found.clone());
        found
    }
}

impl List {
    /// Reads a list; what a row does not say is as in `base`. What is left out is said.
    pub fn read(
        name: &'static str,
        path: &Path,
        base: &Request,
        place: &Place,
        output: Output,
    ) -> Result<Self, CliError> {
        let refused = |why: String| {
            let message = format!("{}: {why}", path.display());
            CliError::Batch { list: name, row: None, column: None, message }
        };
        let size = std::fs::metadata(path).map_err(|error| refused(error.to_string()))?.len();
        // Before it is read: twice as much is what UTF-16 makes of the limit.
        if size > 2 * MAX_BYTES as u64 {
            return Err(refused("A list has at most 1 MB.".to_owned()));
        }
        let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        let text = text_of(&bytes).ok_or_else(|| refused("it is not text in UTF-8 or UTF-16.".to_owned()))?;
        let mut files = Files { folder: path.parent().unwrap_or(Path::new("")).to_owned(), known: BTreeMap::new() };
        let (catalogue, prices) = (place.catalogue(), &place.settings.prices);
        let around = Around { catalogue: &catalogue, prices };
        let batch = read_batch(&text, base, &around, &mut |name| files.find(name))
            .map_err(|error| refused(error.to_string()))?;
        if !batch.unknown_columns.is_empty() {
            output.say(&format!("Columns that mean nothing here were left out: {}.", batch.unknown_columns.join(", ")));
        }
        Ok(Self { name, batch, files })
    }

    /// Says everything that is wrong, and refuses the list if any row cannot be sent.
    pub fn check(&self, output: Output) -> Result<(), CliError> {
        let problems = self.batch.rows.iter().enumerate();
        self.refuse(problems.flat_map(|(place, row)| row.problems.iter().map(move |problem| (place, problem))), output)
    }

    /// The same with problems found elsewhere, each with the place of its row from 0.
    pub fn refuse<'a>(
        &self,
        problems: impl Iterator<Item = (usize, &'a Problem)>,
        output: Output,
    ) -> Result<(), CliError> {
        let mut refusal = None;
        for (place, problem) in problems {
            let row = self.batch.rows.get(place);
            let number = u32::try_from(place.saturating_add(1)).unwrap_or(u32::MAX);
            let error = CliError::Batch {
                list: self.name,
                row: row.map(|row| (number, row.line)),
                column: row.map(|row| (problem.field, column(row, problem.field))),
                message: problem.message.clone(),
            };
            match (problem.warning, &refusal) {
                // The first is how the command fails.
                (false, None) => refusal = Some(error),
                _ => output.say(&error.to_string()),
            }
        }
        refusal.map_or(Ok(()), Err)
    }

    /// The rows with their pictures kept in the library.
    pub async fn keep(self, engine: &Engine) -> Result<Vec<BatchEntry>, CliError> {
        let mut kept: BTreeMap<ImageId, ImageRef> = BTreeMap::new();
        for (name, found) in &self.files.known {
            let Ok(found) = found else { continue };
            let picture = Picture::read(&self.files.folder.join(name), Field::FirstFrame)?;
            kept.insert(found.id.clone(), engine.keep_image(picture.bytes).await?);
        }
        let replace = |image: &mut ImageRef| {
            if let Some(kept) = kept.get(&image.id) {
                *image = kept.clone();
            }
        };
        let entry = |row: BatchRow| {
            let BatchRow { mut request, count, .. } = row;
            request.first_frame.iter_mut().for_each(replace);
            request.last_frame.iter_mut().for_each(replace);
            request.reference_images.iter_mut().for_each(replace);
            BatchEntry { request, count }
        };
        Ok(self.batch.rows.into_iter().map(entry).collect())
    }
}

/// What each row and all of them would cost, in words.
pub fn estimate(batch: &Batch, provider: &Provider) -> String {
    let line = |(row, number): (&BatchRow, u32)| {
        let problem = row.refusal().map(|problem| format!("  --{}: {}", column(row, problem.field), problem.message));
        let words = problem.unwrap_or_else(|| {
            let clips = if row.count > 1 { format!("{} × ", row.count) } else { String::new() };
            let size = row.estimate.size;
            let cost = money(row.total, provider);
            format!("  about {cost}  {clips}{}×{}, {:.3} s", size.width, size.height, row.estimate.seconds)
        });
        format!("row {number}{words}")
    };
    let mut lines: Vec<String> = batch.rows.iter().zip(1..).map(line).collect();
    let going = batch.rows.iter().filter(|row| row.refusal().is_none()).count();
    lines.push(format!(
        "about {} for {going} of {} rows; nothing was sent",
        money(batch.total, provider),
        batch.rows.len()
    ));
    lines.join("\n")
}

/// The flag of a field, as the row gives it.
fn column(row: &BatchRow, field: Field) -> &'static str {
    match (field, row.request.length) {
        (Field::Length, Length::Frames(_)) => "frames",
        (field, _) => field.flag(),
    }
}

/// The text of a file as editors and spreadsheets write it.
fn text_of(bytes: &[u8]) -> Option<String> {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.get(2..)?.chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}
