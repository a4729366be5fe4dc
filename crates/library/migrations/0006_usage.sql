-- What a job was billed stays with the job, whatever becomes of its clip: it was paid for. `completion` has it from the
-- moment the service says so; clips that were entered without one (made again from recipes) bring it along.
UPDATE jobs SET completion = json_object('billed', json(clips.billed), 'reply', '')
    FROM clips WHERE clips.job = jobs.id AND jobs.completion IS NULL;
CREATE TRIGGER bill_of_a_clip AFTER INSERT ON clips BEGIN
    UPDATE jobs SET completion = json_set(coalesce(completion, '{"reply":""}'), '$.billed', json(new.billed))
        WHERE id = new.job;
END;

-- The ledger, so that its sums are read out of one index without parsing any JSON.
ALTER TABLE jobs ADD COLUMN billed_cost TEXT GENERATED ALWAYS AS (completion ->> '$.billed.cost') VIRTUAL;
ALTER TABLE jobs ADD COLUMN billed_tokens REAL GENERATED ALWAYS AS (completion ->> '$.billed.tokens') VIRTUAL;
ALTER TABLE jobs ADD COLUMN failure_code TEXT GENERATED ALWAYS AS (failure ->> '$.code') VIRTUAL;
ALTER TABLE jobs ADD COLUMN expected_seconds REAL GENERATED ALWAYS AS (estimate ->> '$.seconds') VIRTUAL;
ALTER TABLE jobs ADD COLUMN sent INTEGER GENERATED ALWAYS AS (submitted_at IS NOT NULL) VIRTUAL;
CREATE INDEX jobs_by_usage ON jobs (created_at, id, provider, state, sent, failure_code, model, estimated_cost,
    billed_cost, billed_tokens, expected_seconds);

-- Which job continues which: a clip has the id of its job.
CREATE INDEX jobs_of_films ON jobs (continues, id) WHERE continues IS NOT NULL;
