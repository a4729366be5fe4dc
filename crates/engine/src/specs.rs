//! The catalogue that can change: live specs from a spec service, kept beside the library.
//!
//! Nothing waits for it. What was fetched is kept in `models.json`, and judged again whenever it is read: the file is
//! other people's data like the reply was. The practice service is a spec service too, so that rehearsing asks nobody
//! else. A fetch that fails changes nothing but what is said about it.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use lastframe_library::{LibraryError, Places, write_file};
use lastframe_model::live::{self, Summary, shown};
use lastframe_model::{Catalogue, Event, Freshness, ModelSpec, Provider, RefusedSpec, Settings, SpecProblem};
use lastframe_provider::{ClientError, Specs, SpecsError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::EngineError;
use crate::run::{Inner, blocking};

/// How long live specs serve before they are fetched again without being asked for.
const FRESH_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// How often it is looked whether they are still fresh.
const LOOK: Duration = Duration::from_hours(1);
/// How long a whole fetch may take.
const FETCH: Duration = Duration::from_mins(3);
/// Most bytes of all specs together, and of the file.
const ALL_BYTES: usize = 8 << 20;
/// Most spec services whose models are kept.
const SOURCES: usize = 4;
/// The form of the file.
const VERSION: u32 = 1;

/// Where live specs come from, and for whose models they are.
#[derive(Clone, Debug)]
pub struct SpecSource {
    provider: Provider,
    base: String,
    specs: Specs,
}

impl SpecSource {
    /// The spec service that belongs to what makes a provider's clips; `base` is the address that clips are asked of:
    /// a spec that names another endpoint is refused.
    ///
    /// # Errors
    /// [`ClientError::Address`] for an address that is neither https nor on this computer.
    pub fn new(provider: Provider, base: &str, specs_address: &str) -> Result<Self, ClientError> {
        Ok(Self { provider, base: base.to_owned(), specs: Specs::new(specs_address)? })
    }

    /// The same source: another start of the practice service has another port.
    fn is(&self, kept: &Kept) -> bool {
        self.provider == kept.provider
            && (self.provider == Provider::Rehearsal || self.specs.address() == kept.specs_address)
    }
}

/// What was fetched from one source.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    provider: Provider,
    specs_address: String,
    base: String,
    fetched_at: Timestamp,
    models: Vec<KeptModel>,
    refused: Vec<RefusedSpec>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeptModel {
    id: String,
    description: String,
    /// As received.
    spec: Value,
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    version: u32,
    sources: Vec<Kept>,
}

impl Kept {
    fn catalogue(&self) -> Catalogue {
        let mut refused = self.refused.clone();
        let mut models: Vec<ModelSpec> = Vec::new();
        for kept in &self.models {
            match read(&kept.spec, &kept.id, &kept.description, &self.base) {
                Ok(model) => models.push(model),
                Err(one) => refused.push(one),
            }
        }
        let (fetched_at, address) = (Some(self.fetched_at), Some(self.specs_address.clone()));
        Catalogue { live: Freshness { fetched_at, address, refused, problem: None }, ..Catalogue::with_live(models) }
    }
}

fn read(spec: &Value, id: &str, description: &str, base: &str) -> Result<ModelSpec, RefusedSpec> {
    let summary = Summary { id: id.to_owned(), description: description.to_owned() };
    live::read(spec, &summary, base).map_err(|error| refusal(id, error.problem, error.message))
}

fn refusal(id: &str, code: SpecProblem, message: String) -> RefusedSpec {
    RefusedSpec { model: shown(id), code, message }
}

/// The catalogue as it was last fetched for a provider, or the built-in one where nothing was, or live specs are off.
/// Asks nobody.
#[must_use]
pub fn kept_catalogue(places: &Places, settings: &Settings, provider: &Provider) -> Catalogue {
    let of = |kept: &&Kept| {
        kept.provider == *provider && (*provider == Provider::Rehearsal || kept.specs_address == settings.specs_address)
    };
    if !settings.live_specs {
        return Catalogue::built_in();
    }
    load(&places.models_file()).iter().find(of).map_or_else(Catalogue::built_in, Kept::catalogue)
}

/// Fetches every spec of a source and keeps them. Nothing changes when that fails.
///
/// # Errors
/// [`EngineError::Offline`] or [`EngineError::Service`]; [`EngineError::Library`] when the file cannot be written.
pub async fn refresh(places: &Places, source: &SpecSource, now: Timestamp) -> Result<Catalogue, EngineError> {
    let fetched = tokio::time::timeout(FETCH, fetch(source, now)).await;
    let kept = fetched.unwrap_or_else(|_| Err(SpecsError::Offline("it took too long".to_owned())));
    let kept = kept.map_err(|error| match error {
        SpecsError::Offline(_) => EngineError::Offline(error.to_string()),
        error => EngineError::Service(error.to_string()),
    })?;
    let (file, source) = (places.models_file(), source.clone());
    blocking(move || {
        let catalogue = kept.catalogue();
        let mut sources = load(&file);
        sources.retain(|other| !source.is(other));
        sources.insert(0, kept);
        sources.truncate(SOURCES);
        let bytes = serde_json::to_vec(&File { version: VERSION, sources }).map_err(LibraryError::Json)?;
        write_file(&file, &bytes)?;
        Ok(catalogue)
    })
    .await?
}

/// What the file holds; nothing if it is not ours, or damaged: then it is fetched anew.
fn load(file: &Path) -> Vec<Kept> {
    let small = std::fs::metadata(file).is_ok_and(|found| found.len() <= (SOURCES * ALL_BYTES) as u64);
    let bytes = if small { std::fs::read(file).ok() } else { None };
    let read = bytes.and_then(|bytes| serde_json::from_slice::<File>(&bytes).ok());
    read.filter(|file| file.version == VERSION).map(|file| file.sources).unwrap_or_default()
}

async fn fetch(source: &SpecSource, now: Timestamp) -> Result<Kept, SpecsError> {
    let (mut models, mut refused, mut bytes) = (Vec::new(), Vec::new(), 0);
    for Summary { id, description } in source.specs.list().await? {
        if !live::is_model_id(&id) {
            let message = "No model can be called that.".to_owned();
            refused.push(refusal(&id, SpecProblem::Model, message));
            continue;
        }
        let spec = match source.specs.spec(&id).await {
            Ok(spec) => spec,
            Err(error @ SpecsError::Offline(_)) => return Err(error),
            Err(error) => {
                let code = match error {
                    SpecsError::TooLong => SpecProblem::TooMuch,
                    SpecsError::NotDocumented => SpecProblem::Shape,
                    _ => SpecProblem::Missing,
                };
                refused.push(refusal(&id, code, error.to_string()));
                continue;
            }
        };
        match read(&spec, &id, &description, &source.base) {
            Ok(_) => {
                bytes += spec.to_string().len() + description.len();
                if bytes > ALL_BYTES {
                    return Err(SpecsError::TooLong);
                }
                models.push(KeptModel { id, description, spec });
            }
            Err(one) => refused.push(one),
        }
    }
    let (provider, base) = (source.provider.clone(), source.base.clone());
    let specs_address = source.specs.address().to_owned();
    Ok(Kept { provider, specs_address, base, fetched_at: now, models, refused })
}

/// What the engine remembers about live specs.
#[derive(Default)]
pub(crate) struct Live {
    /// `None` while they are off.
    source: std::sync::Mutex<Option<SpecSource>>,
    /// When and where they were last asked for in this run.
    tried: std::sync::Mutex<Option<(String, Timestamp)>>,
    /// Held while they are fetched.
    fetching: tokio::sync::Mutex<()>,
    /// Makes [`Inner::keep_catalogue`] look.
    pub(crate) changed: tokio::sync::Notify,
}

impl Inner {
    /// The models that can be asked for now.
    pub(crate) fn catalogue(&self) -> Catalogue {
        self.catalogue.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    pub(crate) fn put_catalogue(&self, catalogue: Catalogue) {
        let mut now = self.catalogue.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *now != catalogue {
            now.clone_from(&catalogue);
            drop(now);
            (self.events)(Event::Catalogue(catalogue));
        }
    }

    /// Uses another source from now on, or none: then the built-in catalogue serves.
    pub(crate) async fn use_specs(&self, source: Option<SpecSource>) {
        lock(&self.live.source).clone_from(&source);
        let file = self.library.places().models_file();
        let kept = blocking(move || {
            let source = source?;
            load(&file).iter().find(|kept| source.is(kept)).map(Kept::catalogue)
        });
        let catalogue = kept.await.ok().flatten().unwrap_or_else(Catalogue::built_in);
        self.put_catalogue(catalogue);
        self.live.changed.notify_one();
    }

    pub(crate) async fn refresh_catalogue(&self) -> Result<Catalogue, EngineError> {
        let _alone = self.live.fetching.lock().await;
        let Some(source) = lock(&self.live.source).clone() else { return Ok(self.catalogue()) };
        let now = self.clock.now();
        *lock(&self.live.tried) = Some((source.specs.address().to_owned(), now));
        let fetched = refresh(&self.library.places(), &source, now).await;
        // Chosen anew while it was fetched: this answer is about models that nobody asks for now.
        let chosen = lock(&self.live.source).as_ref().map(|now| now.specs.address().to_owned());
        if chosen.as_deref() != Some(source.specs.address()) {
            return Ok(self.catalogue());
        }
        match fetched {
            Ok(catalogue) => {
                self.put_catalogue(catalogue.clone());
                Ok(catalogue)
            }
            Err(error) => {
                let mut catalogue = self.catalogue();
                catalogue.live.problem = Some(error.to_string());
                self.put_catalogue(catalogue);
                Err(error)
            }
        }
    }

    /// Keeps the catalogue fresh until the engine stops: at most one fetch a day that nobody asked for.
    pub(crate) async fn keep_catalogue(self: std::sync::Arc<Self>) {
        loop {
            tokio::select! {
                () = self.live.changed.notified() => {}
                () = self.clock.sleep(LOOK) => {}
                () = self.stop.cancelled() => return,
            }
            if !self.catalogue_is_due() {
                continue;
            }
            let refreshed = tokio::select! {
                refreshed = self.refresh_catalogue() => refreshed,
                () = self.stop.cancelled() => return,
            };
            if let Err(error) = refreshed {
                tracing::info!(%error, "the model specs could not be fetched; those of before serve");
            }
        }
    }

    fn catalogue_is_due(&self) -> bool {
        let Some(source) = lock(&self.live.source).clone() else { return false };
        let now = self.clock.now();
        // A clock that was set back is no reason to wait for years.
        let old = |then: Timestamp| now.duration_since(then).abs() >= FRESH_FOR;
        let tried = lock(&self.live.tried).clone();
        if tried.is_some_and(|(address, then)| address == source.specs.address() && !old(then)) {
            return false;
        }
        // The practice service is asked at every start: it is right here.
        source.provider == Provider::Rehearsal || self.catalogue().live.fetched_at.is_none_or(old)
    }
}

fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
