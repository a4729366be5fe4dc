-- Words and times: a job's state is the word of `JobState`; a time is RFC 3339 in UTC with nine decimals,
-- so that the order of the text is the order of the times. Columns marked VIRTUAL are read out of the JSON
-- beside them, so that a fact is stored once and can still be searched.

-- Where clips have ever been kept. A clip remembers its folder, so that choosing another loses none.
CREATE TABLE folders (
    id   INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE jobs (
    id             TEXT PRIMARY KEY,
    state          TEXT NOT NULL CHECK (state IN (
                       'queued', 'submitting', 'running', 'downloading', 'done', 'failed', 'unknown', 'canceled')),
    revision       INTEGER NOT NULL CHECK (revision >= 0),
    provider       TEXT NOT NULL,                   -- 'rehearsal', or the base address of a service
    request        TEXT NOT NULL CHECK (json_valid(request)),
    estimate       TEXT NOT NULL CHECK (json_valid(estimate)),
    task_id        TEXT,
    progress       REAL,
    failure        TEXT CHECK (failure IS NULL OR json_valid(failure)),
    wait           TEXT CHECK (wait IS NULL OR json_valid(wait)),
    created_at     TEXT NOT NULL,
    submitted_at   TEXT,
    finished_at    TEXT,
    dismissed      INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1)),
    model          TEXT GENERATED ALWAYS AS (request ->> '$.model') VIRTUAL,
    continues      TEXT GENERATED ALWAYS AS (request ->> '$.continues') VIRTUAL,
    estimated_cost TEXT GENERATED ALWAYS AS (estimate ->> '$.cost') VIRTUAL,
    CHECK (task_id IS NOT NULL OR state NOT IN ('running', 'downloading', 'done'))
) STRICT;

CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_continues ON jobs (continues) WHERE continues IS NOT NULL;

-- One row for each POST that was about to be sent, written before it was. `outcome` is
--   NULL        not known yet: the POST may be on its way
--   'not_taken' it provably never left, or the service turned it away before looking at it (401, 429):
--               nothing is owed, and the job may be sent again
--   'accepted'  the service gave it a task
--   'refused'   the service looked at it and said no
--   'lost'      no reply, or none that says: it may have been accepted
CREATE TABLE intents (
    job            TEXT NOT NULL REFERENCES jobs (id),
    attempt        INTEGER NOT NULL CHECK (attempt >= 1),
    payload_sha256 TEXT NOT NULL,
    sent_at        TEXT NOT NULL,
    outcome        TEXT CHECK (outcome IN ('not_taken', 'accepted', 'refused', 'lost')),
    settled_at     TEXT,
    PRIMARY KEY (job, attempt)
) STRICT;

-- The law that nothing is paid for twice: a job has at most one POST that may have been accepted.
CREATE UNIQUE INDEX one_intent_that_counts ON intents (job) WHERE outcome IS NULL OR outcome <> 'not_taken';

-- What a finished job brought. What was asked for stays in `jobs`.
CREATE TABLE clips (
    id                      TEXT PRIMARY KEY,
    job                     TEXT NOT NULL UNIQUE REFERENCES jobs (id),
    folder                  INTEGER NOT NULL REFERENCES folders (id),
    file                    TEXT NOT NULL,          -- relative to the folder, with '/'
    sha256                  TEXT NOT NULL,
    media                   TEXT NOT NULL CHECK (json_valid(media)),
    billed                  TEXT NOT NULL CHECK (json_valid(billed)),
    last_frame_from_service INTEGER NOT NULL CHECK (last_frame_from_service IN (0, 1)),
    finished_at             TEXT NOT NULL,
    reply                   TEXT NOT NULL,          -- the service's, as received, signed links masked
    billed_cost             TEXT GENERATED ALWAYS AS (billed ->> '$.cost') VIRTUAL
) STRICT;

CREATE INDEX clips_by_time ON clips (finished_at, id);
