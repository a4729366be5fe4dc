-- Shots written ahead. Where a storyboard stands is read out of the jobs of its shots and stored nowhere. `wait` is a question
-- to the person, `agreed` what they said yes to beyond a guard on spending.
CREATE TABLE storyboards (
    id       TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    approval TEXT NOT NULL CHECK (approval IN ('each_seam', 'run_through')),
    halted   INTEGER NOT NULL DEFAULT 0 CHECK (halted IN (0, 1)),
    put_away INTEGER NOT NULL DEFAULT 0 CHECK (put_away IN (0, 1)),
    wait     TEXT CHECK (wait IS NULL OR json_valid(wait)),
    agreed   TEXT CHECK (agreed IS NULL OR json_valid(agreed)),
    made_at  TEXT NOT NULL
) STRICT;

-- A shot has the job that counts for it. It is set in the transaction that writes the job down, and only where the shot
-- has none (or the one that is being replaced): nothing starts a shot twice.
CREATE TABLE shots (
    storyboard TEXT NOT NULL REFERENCES storyboards (id),
    place      INTEGER NOT NULL CHECK (place >= 0),
    request    TEXT NOT NULL CHECK (json_valid(request)),
    job        TEXT UNIQUE REFERENCES jobs (id),
    PRIMARY KEY (storyboard, place)
) STRICT;

-- Every job that a shot ever had: those that were replaced were paid for, too.
CREATE TABLE shot_jobs (
    job        TEXT PRIMARY KEY REFERENCES jobs (id),
    storyboard TEXT NOT NULL,
    place      INTEGER NOT NULL,
    FOREIGN KEY (storyboard, place) REFERENCES shots (storyboard, place)
) STRICT;
CREATE INDEX jobs_of_shots ON shot_jobs (storyboard, place);
