//! Lists of requests: read against the form and the library, and made jobs of all at once or not at all.

use std::collections::HashSet;

use lastframe_library::Library;
use lastframe_media as media;
use lastframe_model::batch::{Around, BatchError, MAX_BYTES, MAX_ROWS, NoPicture};
use lastframe_model::{Batch, BatchEntry, Consent, ImageId, ImageRef, Job, Provider, Request, read_batch};

use crate::error::EngineError;
use crate::run::{Inner, blocking};

/// Acts that made jobs already, by the id that the person's click gave them. Dead with this run: so is the window
/// whose second click it could be.
pub(crate) type Started = tokio::sync::Mutex<HashSet<String>>;

impl Inner {
    pub(crate) async fn read_batch(&self, text: String, base: Request) -> Result<Batch, EngineError> {
        if text.len() > MAX_BYTES {
            return Err(EngineError::NoBatch(BatchError::TooLarge));
        }
        let (library, catalogue, prices) = (self.library.clone(), self.catalogue(), self.settings().prices);
        let read = blocking(move || {
            let around = Around { catalogue: &catalogue, prices: &prices };
            read_batch(&text, &base, &around, &mut |name| kept_picture(&library, name))
        });
        read.await?.map_err(EngineError::NoBatch)
    }

    pub(crate) async fn start_batch(
        &self,
        act: String,
        rows: Vec<BatchEntry>,
        provider: Provider,
        consent: Consent,
    ) -> Result<Vec<Job>, EngineError> {
        if rows.is_empty() {
            return Err(EngineError::NoBatch(BatchError::Empty));
        }
        if rows.len() > MAX_ROWS {
            return Err(EngineError::NoBatch(BatchError::TooManyRows(rows.len())));
        }
        // Held until its jobs are written down: the second click waits here, and then finds it done.
        let mut started = self.started.lock().await;
        if started.contains(&act) {
            return Err(EngineError::AlreadyStarted);
        }
        let mut jobs = Vec::new();
        for (row, BatchEntry { request, count }) in (1..).zip(rows) {
            let made = self.jobs_of(request, count, &provider).await;
            jobs.extend(made.map_err(|error| EngineError::Row { row, error: Box::new(error) })?);
        }
        let jobs = self.write_down(jobs, consent).await?;
        started.insert(act);
        Ok(jobs)
    }
}

/// A picture of the library, by its id.
fn kept_picture(library: &Library, name: &str) -> Result<ImageRef, NoPicture> {
    let id = ImageId::new(name.to_lowercase());
    let bytes = library.image_bytes(&id).map_err(|error| NoPicture::Unusable(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| NoPicture::NotKept(name.to_owned()))?;
    let facts = media::picture_facts(&bytes).map_err(|error| NoPicture::Unusable(error.to_string()))?;
    #[expect(clippy::cast_precision_loss, reason = "compared with 30 MB")]
    let bytes = bytes.len() as f64;
    Ok(ImageRef { id, format: facts.format, width: facts.width, height: facts.height, bytes })
}
