//! What finished jobs were really billed, read from what the service said of them.

use lastframe_model::{Bill, Billed, Provider, Request};
use rusqlite::params;

use crate::Library;
use crate::error::LibraryError;
use crate::rows;

impl Library {
    /// The last `limit` bills of this service for jobs of the request's kind (model, service tier, sound, draft), the
    /// newest job first. A finished job without a cost in its reply has none; one whose video is still on its way has.
    /// Rehearsal is a service of its own: its pretended costs are never among a real one's.
    pub fn bills(&self, provider: &Provider, like: &Request, limit: u32) -> Result<Vec<Bill>, LibraryError> {
        self.read(|connection| {
            // The `+` keeps SQLite from sorting all finished jobs: from the newest back, it finds five at once.
            let mut statement = connection.prepare_cached(
                "SELECT coalesce(clips.billed, jobs.completion -> '$.billed'), jobs.estimate
                 FROM jobs LEFT JOIN clips ON clips.job = jobs.id
                 WHERE jobs.provider = ?1 AND +jobs.state IN ('done', 'downloading') AND jobs.model = ?2
                 AND coalesce(jobs.request ->> '$.service_tier', 'default') = ?3
                 AND coalesce(jobs.request ->> '$.generate_audio', 0) = ?4
                 AND coalesce(jobs.request ->> '$.draft', 0) = ?5
                 AND coalesce(clips.billed_cost, jobs.completion ->> '$.billed.cost') IS NOT NULL
                 ORDER BY jobs.id DESC LIMIT ?6",
            )?;
            let kind = params![
                rows::provider_text(provider),
                like.model.as_str(),
                like.service_tier.word(),
                like.generate_audio,
                like.draft,
                limit
            ];
            let found = statement.query_map(kind, |row| {
                let billed: Billed = rows::json(row, 0)?;
                let estimate = rows::json(row, 1)?;
                Ok(billed.cost.map(|cost| Bill { cost, tokens: billed.tokens, estimate }))
            })?;
            Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
    }
}
