//! Files that are brought in: read, copied and decoded on all cores, entered by one.
//!
//! Nothing stands under its final name that was not whole and on the disk before. Which names are about to be given is
//! written down first, so that a program that dies in between leaves no half clip: the next one takes them away.

mod one;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lastframe_library::crash::{self, Point};
use lastframe_library::{Imported, Library, LibraryError, Places, place_synced, remove_unentered, write_file};
use lastframe_media as media;
use lastframe_model::{
    Clip, ClipId, FilmId, ImportProblem, ImportProgress, ImportSummary, KnownFile, KnownFilm, RefusedFile, SavedFilm,
};
use tokio_util::sync::CancellationToken;

use crate::error::EngineError;
use crate::film_recipe::ToldFilm;
use crate::last_frames::last_frame_png;
use crate::pictures::keep_png;
use crate::run::{Inner, blocking};
use crate::whole::guarded;
use one::{Prepared, Refusal, Taken};

/// Files that are read at once: what each holds is one picture and a piece of its file.
const MOST_THREADS: usize = 4;
/// Clips that are entered together: so many share one write of the database.
const TOGETHER: usize = 16;
/// How often it is told how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(150);
/// The list of names that are being given.
const PLACING: &str = "placing";

/// Imports one after the other: two at once would sweep away each other's files.
static ALONE: Mutex<()> = Mutex::new(());

pub(crate) async fn run(
    inner: Arc<Inner>,
    files: Vec<PathBuf>,
    stop: CancellationToken,
    told: impl Fn(ImportProgress) + Send + Sync + 'static,
) -> Result<ImportSummary, EngineError> {
    blocking(move || {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let summary = Import::new(&inner, files, &stop).run(&told);
        link(&inner);
        inner.last_frames.draw(summary.clips.iter().cloned());
        summary
    })
    .await
}

/// One import.
struct Import<'a> {
    inner: &'a Inner,
    places: Places,
    files: Vec<PathBuf>,
    stop: &'a CancellationToken,
    /// Set once nothing can be written any more: no other file is tried.
    over: AtomicBool,
    next: AtomicUsize,
}

impl<'a> Import<'a> {
    fn new(inner: &'a Inner, files: Vec<PathBuf>, stop: &'a CancellationToken) -> Self {
        let places = inner.library.places();
        Self { inner, places, files, stop, over: AtomicBool::new(false), next: AtomicUsize::new(0) }
    }

    fn run(&self, told: &(dyn Fn(ImportProgress) + Send + Sync)) -> ImportSummary {
        let mut entering = Entering::new(self, told);
        if let Err(refusal) = self.prepare_folder() {
            entering.refuse_all(&refusal);
            return entering.finish();
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, MOST_THREADS);
        // Bounded: who reads waits for who enters, so that nothing piles up.
        let (sender, receiver) = sync_channel(TOGETHER);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let sender = sender.clone();
                scope.spawn(move || self.read(&sender));
            }
            drop(sender);
            entering.enter_all(&receiver);
        });
        entering.enter_films();
        self.clear();
        entering.finish()
    }

    fn prepare_folder(&self) -> Result<(), Refusal> {
        let clips = &self.places.clips;
        if self.inner.library.is_away(clips).map_err(|error| Refusal::of_library(&error))? {
            return Err(Refusal::of_library(&LibraryError::FolderGone(clips.clone())));
        }
        sweep(&self.inner.library);
        let staging = self.places.staging();
        match std::fs::create_dir(&staging) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(one::unwritable(&staging, error)),
            _ => Ok(()),
        }
    }

    fn is_over(&self) -> bool {
        self.stop.is_cancelled() || self.inner.stop.is_cancelled() || self.over.load(Ordering::Relaxed)
    }

    /// Takes one file after the other, until there is none or it is over.
    fn read(&self, sender: &SyncSender<(usize, Result<Taken, Refusal>)>) {
        while !self.is_over() {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.files.get(index) else { return };
            let taken = one::take(self.inner, &self.places, file);
            if taken.as_ref().is_err_and(|refusal| refusal.problem.is_of_the_library()) {
                self.over.store(true, Ordering::Relaxed);
            }
            let mut message = (index, taken);
            // Not a plain `send`: nobody may be listening any more when entering has failed.
            loop {
                match sender.try_send(message) {
                    Ok(()) => break,
                    Err(TrySendError::Disconnected(_)) => return,
                    Err(TrySendError::Full(back)) => {
                        message = back;
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
            }
        }
    }

    /// Takes away the folder in which files were made ready.
    fn clear(&self) {
        if let Err(error) = std::fs::remove_dir_all(self.places.staging()) {
            tracing::debug!(%error, "the folder of the import could not be removed");
        }
    }
}

/// What enters prepared clips, and keeps the accounts.
struct Entering<'a> {
    import: &'a Import<'a>,
    told: &'a (dyn Fn(ImportProgress) + Send + Sync),
    told_at: Option<Instant>,
    progress: ImportProgress,
    /// Films that files say they are, and that nobody has looked for yet.
    films_told: Vec<(usize, ToldFilm)>,
    /// By the place of their file among those given.
    clips: Vec<(usize, ClipId)>,
    known: Vec<(usize, KnownFile)>,
    films: Vec<(usize, KnownFilm)>,
    refused: Vec<(usize, RefusedFile)>,
}

impl<'a> Entering<'a> {
    fn new(import: &'a Import<'a>, told: &'a (dyn Fn(ImportProgress) + Send + Sync)) -> Self {
        let progress = ImportProgress { total: count(import.files.len()), done: 0, taken: 0 };
        let entering = Self {
            import,
            told,
            told_at: None,
            progress,
            films_told: Vec::new(),
            clips: Vec::new(),
            known: Vec::new(),
            films: Vec::new(),
            refused: Vec::new(),
        };
        (entering.told)(entering.progress.clone());
        entering
    }

    fn enter_all(&mut self, receiver: &Receiver<(usize, Result<Taken, Refusal>)>) {
        while let Ok(first) = receiver.recv() {
            let rest: Vec<_> = receiver.try_iter().take(TOGETHER - 1).collect();
            let mut prepared = Vec::new();
            for (index, taken) in std::iter::once(first).chain(rest) {
                match taken {
                    Ok(Taken::New(new)) => prepared.push((index, *new)),
                    Ok(Taken::Known(clip)) => self.knows(index, clip),
                    // Its clips may be among those that are still to come.
                    Ok(Taken::Film(film)) => self.films_told.push((index, film)),
                    Err(refusal) => self.refuse(index, &refusal),
                }
            }
            self.enter(prepared);
            self.tell(false);
        }
    }

    /// Makes films of those files whose clips are all here by now, and clips of the others.
    fn enter_films(&mut self) {
        let Import { inner, places, .. } = self.import;
        for (index, told) in std::mem::take(&mut self.films_told) {
            if self.import.is_over() {
                return;
            }
            match restore_film(inner, &told) {
                Ok(Some(film)) => {
                    self.progress.done += 1;
                    self.films.push((index, KnownFilm { file: self.shown(index), film }));
                }
                Ok(None) => {
                    let file = self.import.files.get(index).cloned().unwrap_or_default();
                    match one::take_clip(inner, places, &file) {
                        Ok(Taken::New(new)) => self.enter(vec![(index, *new)]),
                        Ok(Taken::Known(clip)) => self.knows(index, clip),
                        Ok(Taken::Film(_)) => {} // it was to be a clip, whatever it is
                        Err(refusal) => self.refuse(index, &refusal),
                    }
                }
                Err(error) => self.refuse(index, &Refusal::of_library(&error)),
            }
            self.tell(false);
        }
    }

    fn enter(&mut self, mut prepared: Vec<(usize, Prepared)>) {
        // The same bytes may be given twice, or have come in with the batch before.
        let mut here = HashSet::new();
        let library = &self.import.inner.library;
        let mut twice = Vec::new();
        prepared.retain(|(index, new)| {
            let known = library.clip_of_bytes(&[&new.clip.sha256]).ok().flatten().map(|clip| clip.id);
            let repeated = !here.insert(new.clip.sha256.clone());
            if repeated || known.is_some() {
                twice.push((*index, new.clip.sha256.clone()));
            }
            !repeated && known.is_none()
        });
        if !prepared.is_empty() {
            let (indices, new): (Vec<usize>, Vec<Prepared>) = prepared.into_iter().unzip();
            match place(library, &self.import.places, new) {
                Ok(clips) => {
                    for (index, clip) in indices.into_iter().zip(clips) {
                        self.clips.push((index, clip.id.clone()));
                        self.progress.done += 1;
                        self.progress.taken += 1;
                        self.import.inner.tell_clip(clip);
                    }
                }
                Err(error) => {
                    self.import.over.store(true, Ordering::Relaxed);
                    let refusal = Refusal::of_library(&error);
                    for index in indices {
                        self.refuse(index, &refusal);
                    }
                }
            }
        }
        for (index, sha256) in twice {
            match library.clip_of_bytes(&[&sha256]) {
                Ok(Some(clip)) => self.knows(index, clip.id),
                // Its twin could not be entered either.
                _ => self.refuse(
                    index,
                    &Refusal { problem: ImportProblem::Library, message: "It could not be entered.".to_owned() },
                ),
            }
        }
    }

    fn knows(&mut self, index: usize, clip: ClipId) {
        self.progress.done += 1;
        self.known.push((index, KnownFile { file: self.shown(index), clip }));
    }

    fn refuse(&mut self, index: usize, refusal: &Refusal) {
        self.progress.done += 1;
        let Refusal { problem, message } = refusal;
        self.refused
            .push((index, RefusedFile { file: self.shown(index), problem: *problem, message: message.clone() }));
    }

    fn refuse_all(&mut self, refusal: &Refusal) {
        (0..self.import.files.len()).for_each(|index| self.refuse(index, refusal));
    }

    fn shown(&self, index: usize) -> String {
        self.import.files.get(index).map(|file| file.display().to_string()).unwrap_or_default()
    }

    fn tell(&mut self, last: bool) {
        if last || self.told_at.is_none_or(|at| at.elapsed() >= TOLD_EVERY) {
            self.told_at = Some(Instant::now());
            (self.told)(self.progress.clone());
        }
    }

    fn finish(mut self) -> ImportSummary {
        self.clips.sort_unstable_by_key(|(index, _)| *index);
        self.known.sort_by_key(|(index, _)| *index);
        self.films.sort_by_key(|(index, _)| *index);
        self.refused.sort_by_key(|(index, _)| *index);
        let left = self.progress.total.saturating_sub(self.progress.done);
        self.progress.done = self.progress.total;
        self.tell(true);
        ImportSummary {
            clips: self.clips.into_iter().map(|(_, clip)| clip).collect(),
            known: self.known.into_iter().map(|(_, known)| known).collect(),
            films: self.films.into_iter().map(|(_, film)| film).collect(),
            refused: self.refused.into_iter().map(|(_, refused)| refused).collect(),
            left,
        }
    }
}

/// The film whose clips a recipe names, saved if nobody has saved it yet; `None` if one of them is not here.
fn restore_film(inner: &Inner, told: &ToldFilm) -> Result<Option<FilmId>, LibraryError> {
    let mut path = Vec::new();
    for sum in &told.shots {
        let Some(clip) = inner.library.clip_of_bytes(&[sum])? else { return Ok(None) };
        path.push(clip.id);
    }
    if let Some(film) = inner.library.saved_films()?.into_iter().find(|film| film.path == path) {
        return Ok(Some(film.id));
    }
    let now = inner.clock.now();
    let id = FilmId::new(inner.ids.job(now).as_str());
    let (name, note) = (told.name.clone(), String::new());
    let film = inner.library.save_film(SavedFilm { id, name, note, path, made_at: now, changed_at: now })?;
    inner.films.changed();
    Ok(Some(film.id))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Gives prepared clips their final names and enters them, all or none.
fn place(library: &Library, places: &Places, new: Vec<Prepared>) -> Result<Vec<Clip>, LibraryError> {
    let mark = places.staging().join(PLACING);
    let names: Vec<&str> = new.iter().map(|new| new.clip.file.as_str()).collect();
    write_file(&mark, &serde_json::to_vec(&names)?)?;
    let moves: Vec<(PathBuf, PathBuf)> = new.iter().flat_map(|new| new.moves.clone()).collect();
    let rows: Vec<(Clip, Imported)> = new.into_iter().map(|new| (new.clip, new.imported)).collect();
    let entered = place_synced(&moves)
        .inspect(|()| crash::reached(Point::ImportPlaced))
        .and_then(|()| library.enter_imports(places, &rows));
    if entered.is_err() {
        withdraw(library, places, &rows.iter().map(|(clip, _)| clip.file.clone()).collect::<Vec<_>>());
    }
    crash::reached(Point::ImportEntered);
    if let Err(error) = std::fs::remove_file(&mark) {
        tracing::debug!(%error, "the list of an import could not be removed");
    }
    entered
}

/// Takes away what was placed and has no row.
fn withdraw(library: &Library, places: &Places, files: &[String]) {
    for file in files {
        let path = places.clips.join(file);
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let entered = library.has_clip(&ClipId::new(stem)).unwrap_or(true);
        if !entered && let Err(error) = remove_unentered(&path) {
            tracing::warn!(%error, "what an import left could not be removed");
        }
    }
}

/// Takes away what imports of programs that died left behind, in every folder of clips. To be called by whoever owns the
/// library, while nobody imports. What cannot be removed now does no harm.
pub(crate) fn sweep(library: &Library) {
    let Ok(folders) = library.known_folders() else { return };
    let Places { home, clips } = library.places();
    for clips in folders.into_iter().chain([clips]) {
        let places = Places { home: home.clone(), clips };
        let staging = places.staging();
        if !staging.is_dir() {
            continue;
        }
        if let Ok(list) = std::fs::read(staging.join(PLACING)) {
            let files: Vec<String> = serde_json::from_slice(&list).unwrap_or_default();
            // The list lies in a folder that others may write to: only names that this program gives are followed.
            let ours: Vec<String> = files.into_iter().filter(|file| is_ours(file)).collect();
            withdraw(library, &places, &ours);
        }
        if let Err(error) = std::fs::remove_dir_all(&staging) {
            tracing::warn!(%error, "what an import left could not be removed");
        }
    }
}

/// `2026-11/<clip id>.mp4`
fn is_ours(file: &str) -> bool {
    let Some((month, name)) = file.split_once('/') else { return false };
    let plain = |text: &str| lastframe_model::ids::is_plain(text);
    plain(month) && name.strip_suffix(".mp4").is_some_and(plain)
}

/// Films that came in as files are films again: each clip goes on from the one whose bytes its recipe names.
fn link(inner: &Inner) {
    let pairs = inner.library.loose_continuations().unwrap_or_default();
    for (clip, earlier, number) in pairs {
        match link_one(&inner.library, &clip, &earlier, number) {
            Ok(Some(clip)) => inner.tell_clip(clip),
            Ok(None) => {}
            Err(error) => tracing::warn!(%clip, %error, "a clip of a film could not be joined to the one before it"),
        }
    }
}

fn link_one(
    library: &Library,
    id: &ClipId,
    earlier: &ClipId,
    number: Option<u32>,
) -> Result<Option<Clip>, EngineError> {
    let Some(before) = library.clip(earlier)? else { return Ok(None) };
    // A recipe may name any number.
    let number = number.filter(|number| number.saturating_add(1) < before.media.frames);
    let png = match number {
        None => last_frame_png(library, &before).ok(),
        Some(number) => {
            let frame = guarded(|| media::frame_at(&library.places().clip_file(&before), number));
            frame.and_then(|frame| media::encode_png(&frame)).ok()
        }
    };
    let Some(png) = png else { return Ok(None) };
    Ok(Some(library.link_import(id, earlier, number, &keep_png(library, &png)?)?))
}
