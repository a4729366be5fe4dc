//! SQLite rows and the files beside them.
//!
//! Owns what is durable: jobs, the intents of their submits, clips, and the pictures given to the service.
//! A job moves only by compare-and-set here, and a submit is written down before it is sent; the database
//! itself refuses a second one that could be accepted. Knows no HTTP, no decoding, no window, and no clock:
//! times come in with what is stored.
//!
//! Every call blocks. All share one connection, so there is one writer in this program; other programs may
//! read at the same time, and write only if they hold the [`Ownership`].

mod away;
mod bills;
mod clips;
pub mod crash;
mod days;
mod durations;
mod error;
mod files;
mod film_files;
mod film_list;
mod film_trees;
mod films;
mod folders;
mod gallery;
mod images;
mod imports;
mod index;
mod intents;
mod jobs;
mod marks;
mod order;
mod owner;
mod places;
mod presence;
mod presets;
mod prompts;
mod rebuild;
mod recipe;
mod reserve;
mod rows;
mod salvage;
mod schema;
mod seams;
mod searches;
mod settings;
mod shelf;
mod state;
mod storyboards;
mod trash;
mod usage;
mod verify;
mod words;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use error::LibraryError;
pub use files::{
    copy_hashed, keep_made, place_file, place_synced, sha256_of, sweep_made, try_writing, write_beside, write_file,
};
pub use imports::{Imported, remove_unentered};
pub use jobs::Completion;
pub use owner::Ownership;
pub use places::{Places, clip_of, file_of};
pub use presence::Looked;
pub use rebuild::{Rebuild, Rebuilt, Refused};
pub use recipe::Recipe;
pub use reserve::Accepted;
pub use settings::{read_settings, write_setting, write_settings_copy};
pub use storyboards::ShotStart;
pub use verify::check_file;

/// A library that is open. Clones share it.
#[derive(Clone)]
pub struct Library {
    shared: Arc<Shared>,
}

struct Shared {
    /// The one connection. Held for one short call or transaction at a time.
    connection: Mutex<Connection>,
    /// Where things are. The clips folder changes when the person chooses another.
    places: RwLock<Places>,
    /// The lock of whoever owned the library through this value last; dead once that was given back.
    held: RwLock<Option<Weak<owner::Held>>>,
    /// Where ids of accepted tasks go that the database cannot take. Opened when the library is owned.
    reserve: Mutex<Option<reserve::Reserve>>,
    /// What clips are found and ordered by, as far as it was asked for. Locked before the connection, never after.
    index: Mutex<index::Index>,
    /// Held by whoever puts clips into the trash, takes them out of it or deletes them: what is being taken back is not
    /// deleted in that moment. Locked before everything else.
    trash: Mutex<()>,
    /// What was seen on the disk when the library was last looked through.
    seen: Mutex<presence::Seen>,
}

impl Library {
    /// Opens the library, making what is missing, and brings its database to this program's schema.
    ///
    /// # Errors
    /// [`LibraryError::NewerSchema`] if a newer program wrote it (nothing is changed then);
    /// [`LibraryError::Owned`] if it needs a migration while another program works on it.
    /// A clips folder that is away is no error here: jobs wait for it.
    pub fn open(places: Places) -> Result<Self, LibraryError> {
        files::private_folder(&places.home)?;
        files::private_folder(&places.images())?;
        let connection = schema::open(&places)?;
        let shared = Shared {
            connection: Mutex::new(connection),
            places: RwLock::new(places),
            held: RwLock::default(),
            reserve: Mutex::default(),
            index: Mutex::default(),
            trash: Mutex::default(),
            seen: Mutex::default(),
        };
        let library = Self { shared: Arc::new(shared) };
        library.greet_clips_folder()?;
        Ok(library)
    }

    /// Where things are now.
    #[must_use]
    pub fn places(&self) -> Places {
        self.shared.places.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on new clips go to `folder`, which is made if it is missing. Clips that are there already stay
    /// where they are and are still found. One that is chosen once more is as it should be, also if it is empty: see
    /// [`Self::is_away`].
    pub fn set_clips_folder(&self, folder: impl Into<PathBuf>) -> Result<(), LibraryError> {
        let folder = folder.into();
        let folder = std::path::absolute(&folder).map_err(|source| LibraryError::io(&folder, source))?;
        std::fs::create_dir_all(&folder).map_err(|source| LibraryError::io(&folder, source))?;
        let moved = folder != self.places().clips;
        let anew = !moved && self.begin_anew(&folder)?;
        self.write(|tx| {
            folders::id_of(tx, &folder)?;
            if moved || anew { films::all_due(tx) } else { Ok(()) }
        })?;
        self.shared.places.write().unwrap_or_else(PoisonError::into_inner).clips = folder;
        Ok(())
    }

    /// Claims the library for running jobs, until the returned value is dropped. `program` is told to others.
    /// From then on nothing is written through this library any more, and what is being written at that moment
    /// keeps it from others until it is done.
    ///
    /// If the last program was cut off, the database is checked first (a quarter of a second for ten thousand clips).
    ///
    /// # Errors
    /// [`LibraryError::Owned`] with the name and process id of the program that has it.
    /// [`LibraryError::Damaged`] if the check finds something; the next start then checks again.
    pub fn own(&self, program: &str) -> Result<Ownership, LibraryError> {
        let places = self.places();
        let ownership = Ownership::claim(&places, program)?;
        if ownership.follows_a_crash() {
            tracing::warn!("the last program that worked on this library was cut off; its database is checked");
            self.read(schema::check)?;
            ownership.is_sound();
        }
        *self.reserve() = Some(reserve::Reserve::prepare(&places.reserve()));
        *self.shared.held.write().unwrap_or_else(PoisonError::into_inner) = Some(ownership.watch());
        Ok(ownership)
    }

    /// Makes the clips folder if it was never used before. One that was used and is gone is away (a drive that
    /// is not connected), and must not be replaced by an empty folder of its name.
    fn greet_clips_folder(&self) -> Result<(), LibraryError> {
        let folder = self.places().clips;
        if self.read(|connection| folders::is_known(connection, &folder))? {
            return Ok(());
        }
        match std::fs::create_dir_all(&folder) {
            Ok(()) => self.write(|tx| {
                folders::id_of(tx, &folder)?;
                films::all_due(tx)
            }),
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "the clips folder cannot be made");
                Ok(())
            }
        }
    }

    fn reserve(&self) -> MutexGuard<'_, Option<reserve::Reserve>> {
        self.shared.reserve.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> MutexGuard<'_, index::Index> {
        // A panic while it is brought up to date could leave half of it: then it is made anew.
        self.shared.index.lock().unwrap_or_else(|poisoned| {
            let mut index = poisoned.into_inner();
            *index = index::Index::default();
            self.shared.index.clear_poison();
            index
        })
    }

    fn trash(&self) -> MutexGuard<'_, ()> {
        self.shared.trash.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the library from others for as long as the value lives. `None` where it was never owned through this
    /// value: choosing a folder is no work on jobs.
    fn hold(&self) -> Result<Option<Arc<owner::Held>>, LibraryError> {
        let held = self.shared.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|held| held.upgrade().ok_or(LibraryError::NotOwned)).transpose()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between statements rolls its transaction back, so the connection is sound afterwards.
        self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one reading.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, LibraryError>) -> Result<T, LibraryError> {
        work(&self.connection())
    }

    /// Runs one transaction: all of it is durable when this returns, or none of it happened.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, LibraryError>,
    ) -> Result<T, LibraryError> {
        // Declared first, so that it ends last: after the commit and after the connection is free.
        let _held = self.hold()?;
        let mut connection = self.connection();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}
