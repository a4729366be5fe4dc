-- Films that the person saved: a path through clips, under a name. A film that nobody saved is derived from `jobs.continues`.
CREATE TABLE films (
    id         TEXT PRIMARY KEY,
    name       TEXT,
    note       TEXT NOT NULL,
    path       TEXT NOT NULL CHECK (json_valid(path)),  -- array of clip ids, in playing order, never empty
    made_at    TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    ends_with  TEXT GENERATED ALWAYS AS (path ->> '$[#-1]') VIRTUAL
) STRICT;

-- A clip that continues the last one of a path comes to it.
CREATE INDEX films_by_end ON films (ends_with);

-- Films whose files are not what their rows are, in the order of the changes. Filled by the database itself, so that no
-- change is forgotten; a film that is due and has no row was deleted.
CREATE TABLE films_due (
    n    INTEGER PRIMARY KEY AUTOINCREMENT,
    film TEXT NOT NULL
) STRICT;
CREATE TRIGGER film_made AFTER INSERT ON films BEGIN INSERT INTO films_due (film) VALUES (new.id); END;
CREATE TRIGGER film_changed AFTER UPDATE ON films BEGIN INSERT INTO films_due (film) VALUES (new.id); END;
CREATE TRIGGER film_deleted AFTER DELETE ON films BEGIN INSERT INTO films_due (film) VALUES (old.id); END;

-- What seams look like. Files of clips never change, so that each is measured once.
CREATE TABLE seams (
    before  TEXT NOT NULL,
    frame   INTEGER NOT NULL,  -- of `before`, from 0: the last that is shown
    after   TEXT NOT NULL,
    measure TEXT NOT NULL CHECK (json_valid(measure)),
    PRIMARY KEY (before, frame, after)
) STRICT, WITHOUT ROWID;
CREATE INDEX seams_by_after ON seams (after);
