//! The way from a provider to a client of it: a key, or the practice service in this process.

use lastframe_model::Provider;
use lastframe_provider::Client;
use lastframe_rehearsal::{Options, Rehearsal};
use lastframe_secrets::account_of;

use crate::failure::CliError;
use crate::place::Place;

/// A client, and the practice service behind it if that is what it speaks to.
pub struct Connection {
    /// Speaks to the service.
    pub client: Client,
    /// Runs as long as this is kept.
    pub rehearsal: Option<Rehearsal>,
}

/// The client of a hosted service.
///
/// # Errors
/// [`CliError::KeyMissing`] if no key is stored for it.
pub async fn service(place: &Place, address: &str) -> Result<Client, CliError> {
    let account = account_of(address);
    match place.keys.key(&account).await? {
        Some(key) => Ok(Client::new(address, key)?),
        None => Err(CliError::KeyMissing { account }),
    }
}

/// The client of any provider; starts the practice service if it is wanted. Must own the library, since the service
/// keeps its tasks there.
pub async fn provider(place: &Place, provider: &Provider) -> Result<Connection, CliError> {
    match provider {
        Provider::Service { address } => Ok(Connection { client: service(place, address).await?, rehearsal: None }),
        Provider::Rehearsal => {
            let options = Options { speed: place.rehearsal_speed, ..Options::in_folder(place.places.rehearsal()) };
            let options = match &place.rehearsal_models {
                Some(file) => options.with_models_of(file)?,
                None => options,
            };
            let rehearsal = Rehearsal::start(options).await?;
            let client = Client::new(rehearsal.address(), rehearsal.key())?;
            Ok(Connection { client, rehearsal: Some(rehearsal) })
        }
        // Nobody made it from here.
        Provider::Imported => Err(lastframe_engine::EngineError::NotConnected.into()),
    }
}
