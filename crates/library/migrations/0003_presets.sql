-- Settings under a name, as the JSON of a request without pictures. `folded` is the name in lower case, of any
-- script (SQLite's own lower() knows ASCII only), so that no two presets differ in case alone.
CREATE TABLE presets (
    name    TEXT PRIMARY KEY,
    folded  TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL CHECK (json_valid(request))
) STRICT;

-- Earlier prompts, read out of the requests without parsing any of them.
CREATE INDEX jobs_by_prompt ON jobs (trim(request ->> '$.prompt', char(9, 10, 13, 32)), created_at);
