-- What the reviewer looked at, and what she said of passages that she was shown without their importance.

CREATE TABLE shown (
    document_sha256 TEXT NOT NULL REFERENCES documents (sha256),
    unit            TEXT NOT NULL CHECK (unit IN ('page', 'character')),
    "start"         INTEGER NOT NULL CHECK ("start" >= 0),
    "end"           INTEGER NOT NULL CHECK ("end" > "start"),  -- half-open; pages count from 1
    PRIMARY KEY (document_sha256, unit, "start")
) WITHOUT ROWID;

CREATE TABLE second_looks (
    document_sha256 TEXT NOT NULL REFERENCES documents (sha256),
    "start"         INTEGER NOT NULL,
    "end"           INTEGER NOT NULL,
    matters         INTEGER NOT NULL CHECK (matters IN (0, 1)),
    cut             INTEGER NOT NULL,    -- how many passages were selected when it was drawn
    model_sha256    TEXT NOT NULL,
    draw            INTEGER NOT NULL,    -- number of the draw, from 0
    at              TEXT NOT NULL,
    PRIMARY KEY (document_sha256, "start", "end")
) WITHOUT ROWID;
