-- Where a queued job stands in the queue: lower goes first. A job that is moved gets a number between its new
-- neighbours, so that moving one changes one row.
ALTER TABLE jobs ADD COLUMN position REAL NOT NULL DEFAULT 0;
UPDATE jobs SET position = rowid;

-- What the service said when the task was completed: the masked reply and what was billed. With it a video that
-- has arrived becomes a clip even if the service is never heard of again.
ALTER TABLE jobs ADD COLUMN completion TEXT CHECK (completion IS NULL OR json_valid(completion));

-- A task belongs to one job, whoever adopts it first. Older versions did not forbid that two jobs follow one task, and
-- each may have made a clip of it: those that came second keep everything they have, marked, and nobody joins them.
-- The one that counts has a clip already, or is nearest to one, or is the older.
ALTER TABLE jobs ADD COLUMN shares_task INTEGER NOT NULL DEFAULT 0 CHECK (shares_task IN (0, 1));
UPDATE jobs SET shares_task = 1 WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (
            PARTITION BY provider, task_id
            ORDER BY CASE state WHEN 'done' THEN 0 WHEN 'downloading' THEN 1 WHEN 'running' THEN 2 ELSE 3 END, id
        ) AS place FROM jobs WHERE task_id IS NOT NULL)
    WHERE place > 1);
CREATE UNIQUE INDEX one_job_of_a_task ON jobs (provider, task_id) WHERE task_id IS NOT NULL AND shares_task = 0;

-- What the program must remember that is neither a job nor a choice in the settings, as JSON: e.g. that the
-- queue was paused.
CREATE TABLE state (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;
