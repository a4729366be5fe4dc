//! How long tasks took, learned from the jobs themselves: written beside what the service said of a finished
//! task, so that no table has to be kept in step with another.

use lastframe_model::{JobId, Provider, Request};
use rusqlite::params;

use crate::Library;
use crate::error::LibraryError;
use crate::rows;

impl Library {
    /// Notes how many seconds the service took for a job's task, from the submit to its end. A job whose
    /// completion was not written down is left alone.
    pub fn note_duration(&self, job: &JobId, seconds: f64) -> Result<(), LibraryError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE jobs SET completion = json_set(completion, '$.seconds', ?2)
                 WHERE id = ?1 AND completion IS NOT NULL",
            )?
            .execute(params![job.as_str(), seconds])?;
            Ok(())
        })
    }

    /// Seconds that the last `limit` tasks of this service took which were asked for as this request is (same model,
    /// same service tier), newest first.
    pub fn durations(&self, provider: &Provider, like: &Request, limit: u32) -> Result<Vec<f64>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT completion ->> '$.seconds' FROM jobs
                 WHERE provider = ?1 AND completion IS NOT NULL AND model = ?2
                 AND request ->> '$.service_tier' = ?3 AND completion ->> '$.seconds' IS NOT NULL
                 ORDER BY id DESC LIMIT ?4",
            )?;
            let tier = like.service_tier.word();
            let provider = rows::provider_text(provider);
            let found = statement
                .query_map(params![provider, like.model.as_str(), tier, limit], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            Ok(found)
        })
    }
}
