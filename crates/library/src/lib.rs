//! SQLite rows and the files beside them.
//!
//! Owns what is durable: jobs, the intents of their submits, clips, and the pictures given to the service.
//! A job moves only by compare-and-set here, and a submit is written down before it is sent; the database
//! itself refuses a second one that could be accepted. Knows no HTTP, no decoding, no window, and no clock:
//! times come in with what is stored.
//!
//! Every call blocks. All share one connection, so there is one writer in this program; other programs may
//! read at the same time, and write only if they hold the [`Ownership`].

mod clips;
mod error;
mod files;
mod folders;
mod images;
mod intents;
mod jobs;
mod owner;
mod places;
mod recipe;
mod rows;
mod schema;
mod settings;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use error::LibraryError;
pub use files::{place_file, sha256_of, write_file};
pub use owner::Ownership;
pub use places::{Places, clip_of, file_of};
pub use recipe::Recipe;
pub use settings::read_settings;

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
        let library =
            Self { shared: Arc::new(Shared { connection: Mutex::new(connection), places: RwLock::new(places) }) };
        library.greet_clips_folder()?;
        Ok(library)
    }

    /// Where things are now.
    #[must_use]
    pub fn places(&self) -> Places {
        self.shared.places.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on new clips go to `folder`, which is made if it is missing. Clips that are there already stay
    /// where they are and are still found.
    pub fn set_clips_folder(&self, folder: impl Into<PathBuf>) -> Result<(), LibraryError> {
        let folder = folder.into();
        let folder = std::path::absolute(&folder).map_err(|source| LibraryError::io(&folder, source))?;
        std::fs::create_dir_all(&folder).map_err(|source| LibraryError::io(&folder, source))?;
        self.write(|tx| folders::id_of(tx, &folder).map(|_| ()))?;
        self.shared.places.write().unwrap_or_else(PoisonError::into_inner).clips = folder;
        Ok(())
    }

    /// Claims the library for running jobs, until the returned value is dropped. `program` is told to others.
    ///
    /// # Errors
    /// [`LibraryError::Owned`] with the name and process id of the program that has it.
    pub fn own(&self, program: &str) -> Result<Ownership, LibraryError> {
        Ownership::claim(&self.places(), program)
    }

    /// Makes the clips folder if it was never used before. One that was used and is gone is away (a drive that
    /// is not connected), and must not be replaced by an empty folder of its name.
    fn greet_clips_folder(&self) -> Result<(), LibraryError> {
        let folder = self.places().clips;
        if self.read(|connection| folders::is_known(connection, &folder))? {
            return Ok(());
        }
        match std::fs::create_dir_all(&folder) {
            Ok(()) => self.write(|tx| folders::id_of(tx, &folder).map(|_| ())),
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "the clips folder cannot be made");
                Ok(())
            }
        }
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
        let mut connection = self.connection();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}
