-- What a person does to clips. The same stands in the clip's recipe, so that a rebuild brings it back.
ALTER TABLE clips ADD COLUMN name TEXT;
ALTER TABLE clips ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE clips ADD COLUMN starred INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1));
ALTER TABLE clips ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));
-- When it was put into the trash. Its files stay where they are until it is deleted for good.
ALTER TABLE clips ADD COLUMN trashed_at TEXT;
-- Whether its file was not there when it was last looked for.
ALTER TABLE clips ADD COLUMN missing INTEGER NOT NULL DEFAULT 0 CHECK (missing IN (0, 1));
-- The change (see `shelf.changed`) that its recipe does not have yet.
ALTER TABLE clips ADD COLUMN recipe_due INTEGER;
CREATE INDEX clips_in_trash ON clips (trashed_at) WHERE trashed_at IS NOT NULL;
CREATE INDEX clips_with_recipe_due ON clips (recipe_due) WHERE recipe_due IS NOT NULL;

-- What clips are found and ordered by, one narrow row a clip, so that a hundred thousand are read in no time. Derived
-- from `clips` and `jobs` by `shelf.rs`, which also fills it where it is empty or of an older form.
CREATE TABLE shelf (
    n          INTEGER PRIMARY KEY,  -- the clip's number, also in `words`; never given to another
    clip       TEXT UNIQUE,          -- NULL: deleted for good
    changed    INTEGER NOT NULL,     -- grows with every change of any row; the greatest is the revision of the gallery
    made       INTEGER NOT NULL,     -- microseconds since 1970, when the button was pressed
    model      TEXT NOT NULL,
    resolution TEXT NOT NULL,
    ratio      TEXT NOT NULL,
    provider   TEXT NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    seconds    REAL NOT NULL,
    bytes      REAL NOT NULL,
    cost       TEXT,
    starred    INTEGER NOT NULL,
    trashed    INTEGER NOT NULL,
    missing    INTEGER NOT NULL,
    tags       TEXT NOT NULL,
    continues  TEXT
) STRICT;
CREATE UNIQUE INDEX shelf_by_change ON shelf (changed);

-- The words of prompts, notes, names and tags by `shelf.n`, prepared by `words.rs`. Symbols count as letters, so that
-- emoji are found; the texts themselves are not kept a second time.
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', contentless_delete = 1, prefix = '1 2 3',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
);

-- Queries of the gallery under a name, as JSON. `folded` as in `presets`.
CREATE TABLE searches (
    name   TEXT PRIMARY KEY,
    folded TEXT NOT NULL UNIQUE,
    query  TEXT NOT NULL CHECK (json_valid(query))
) STRICT;
