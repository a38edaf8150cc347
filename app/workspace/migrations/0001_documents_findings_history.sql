-- Documents, analyses, findings and the history of operations.

CREATE TABLE documents (
    sha256     TEXT PRIMARY KEY,
    file       TEXT NOT NULL,            -- absolute path where the document was opened last
    title      TEXT NOT NULL,
    format     TEXT NOT NULL,
    page_count INTEGER NOT NULL,
    added_at   TEXT NOT NULL             -- ISO 8601, UTC
);

CREATE TABLE analyses (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,  -- the highest of a document is its current analysis
    document_sha256 TEXT NOT NULL REFERENCES documents (sha256),
    model_sha256    TEXT NOT NULL,
    settings        TEXT NOT NULL,       -- canonical JSON
    analyzed_at     TEXT NOT NULL,
    content         BLOB NOT NULL,       -- zlib of MessagePack of an Analysis
    UNIQUE (document_sha256, model_sha256, settings)
);

-- Rows are never deleted: the history points at them, and a decision must outlive an analysis that no longer selects its passage.
CREATE TABLE findings (
    id              TEXT PRIMARY KEY,
    document_sha256 TEXT NOT NULL REFERENCES documents (sha256),
    "start"         INTEGER NOT NULL,
    "end"           INTEGER NOT NULL,
    page            INTEGER NOT NULL,
    text            TEXT NOT NULL,
    quads           BLOB NOT NULL,       -- MessagePack
    importance      REAL NOT NULL,
    low             REAL NOT NULL,
    high            REAL NOT NULL,
    tags            BLOB NOT NULL,       -- MessagePack
    rank            INTEGER NOT NULL,
    selected        INTEGER NOT NULL CHECK (selected IN (0, 1)),
    decision        TEXT NOT NULL DEFAULT 'undecided'
                    CHECK (decision IN ('undecided', 'accepted', 'rejected', 'edited', 'added')),
    comment         TEXT NOT NULL DEFAULT ''
);

CREATE INDEX findings_by_place ON findings (document_sha256, "start", "end");

CREATE TABLE history (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    at         TEXT NOT NULL,
    finding_id TEXT NOT NULL REFERENCES findings (id),
    operation  TEXT NOT NULL,            -- JSON, see app/review/operations.py
    inverse    TEXT NOT NULL,
    undone     INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
);
