-- Which document is a new version of which, and which finding continues which.

CREATE TABLE versions (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256),
    predecessor     TEXT NOT NULL REFERENCES documents (sha256) CHECK (predecessor <> document_sha256),
    recognised      TEXT NOT NULL CHECK (recognised IN ('told', 'offered')),  -- the reviewer said so; or took an offer
    at              TEXT NOT NULL        -- ISO 8601, UTC
);

CREATE TABLE carried (
    finding_id  TEXT PRIMARY KEY REFERENCES findings (id),
    source_id   TEXT NOT NULL REFERENCES findings (id),
    kind        TEXT NOT NULL CHECK (kind IN ('same', 'moved', 'changed', 'split', 'merged')),
    decided_at  TEXT NOT NULL DEFAULT '' -- when the reviewer last said something of the source; ISO 8601, UTC
);

CREATE INDEX carried_by_source ON carried (source_id);
