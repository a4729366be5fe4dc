-- What is looked for when a file turns up.
CREATE INDEX clips_missing ON clips (id) WHERE missing = 1;
-- The clips of one folder on the disk, side by side.
CREATE INDEX clips_by_place ON clips (folder, file);

-- Of a file that was brought in: its name, and what the recipe inside it says of the clip that it is a copy of, as JSON.
-- Such a clip's job is of the provider 'imported' and has no intent: it was never sent from here.
ALTER TABLE clips ADD COLUMN imported TEXT CHECK (imported IS NULL OR json_valid(imported));
ALTER TABLE clips ADD COLUMN original_sha256 TEXT GENERATED ALWAYS AS (imported ->> '$.original_sha256') VIRTUAL;
ALTER TABLE clips ADD COLUMN continues_sha256 TEXT GENERATED ALWAYS AS (imported ->> '$.continues_sha256') VIRTUAL;

-- Whether a file is here already: by its own bytes, or by those of the clip that it is a copy of.
CREATE INDEX clips_by_sha256 ON clips (sha256);
CREATE INDEX clips_by_original ON clips (original_sha256) WHERE original_sha256 IS NOT NULL;
CREATE INDEX clips_by_continued ON clips (continues_sha256) WHERE continues_sha256 IS NOT NULL;

-- The end of the queue, where each new job is put.
CREATE INDEX jobs_by_position ON jobs (position);
