//! Prompts that were used before, read out of the jobs: every clip has one, and a job that came to nothing has its
//! words all the same.

use lastframe_model::PastPrompt;

use crate::Library;
use crate::error::LibraryError;
use crate::rows;

impl Library {
    /// Prompts ever used here, newest first, each once: at most `limit` of those that have every word of `search`
    /// in them, in upper or lower case. A search without words finds all.
    pub fn prompts(&self, search: &str, limit: u32) -> Result<Vec<PastPrompt>, LibraryError> {
        let search = search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.read(|connection| {
            // The expression is that of the index `jobs_by_prompt`.
            let mut statement = connection.prepare_cached(
                "SELECT trim(request ->> '$.prompt', char(9, 10, 13, 32)) AS prompt, max(created_at), count(*)
                 FROM jobs WHERE provider <> 'imported' GROUP BY prompt HAVING prompt <> '' ORDER BY max(created_at) DESC, max(id) DESC",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while found.len() < limit
                && let Some(row) = rows.next()?
            {
                let prompt: String = row.get(0)?;
                // Compared here: SQLite knows upper and lower case of ASCII only.
                let lower = if words.is_empty() { String::new() } else { prompt.to_lowercase() };
                if words.iter().all(|word| lower.contains(word)) {
                    found.push(PastPrompt { prompt, used_at: rows::time(row, 1)?, times: row.get(2)? });
                }
            }
            Ok(found)
        })
    }
}
