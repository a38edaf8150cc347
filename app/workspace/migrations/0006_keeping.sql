-- Files that are found again or kept inside; what changed since it was last looked at; lists over all documents.

ALTER TABLE documents ADD COLUMN size INTEGER NOT NULL DEFAULT 0;      -- bytes of the file; 0: not known
ALTER TABLE documents ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;  -- another one after every change of its findings

CREATE TRIGGER finding_added AFTER INSERT ON findings BEGIN
    UPDATE documents SET revision = revision + 1 WHERE sha256 = new.document_sha256;
END;

CREATE TRIGGER finding_changed AFTER UPDATE ON findings BEGIN
    UPDATE documents SET revision = revision + 1 WHERE sha256 = new.document_sha256;
END;

-- How far each document is, without reading its findings: the condition is that of Library.shelf.
CREATE INDEX findings_shown ON findings (document_sha256, decision)
    WHERE selected OR decision <> 'undecided' OR comment <> '' OR owner <> '' OR due <> '' OR raised
    OR own_tags IS NOT NULL;

-- The passages of the matrix: a quarter of the findings have tags (x'90': none) or had some before the reviewer took them away.
CREATE INDEX findings_tagged ON findings (document_sha256) WHERE tags <> x'90' OR own_tags IS NOT NULL;

-- What somebody is to take care of, and until when; few findings have an owner or a date.
CREATE INDEX findings_owned ON findings (owner) WHERE owner <> '';
CREATE INDEX findings_due ON findings (due) WHERE due <> '';
CREATE INDEX findings_decided ON findings (decision) WHERE decision <> 'undecided';

-- Documents that are kept inside the workspace. The pieces come first, each in a transaction of its own, so that nobody waits
-- long to write; a document is kept once it has its row here. Pieces without one are of a program that was killed.
CREATE TABLE embedded (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256) ON DELETE CASCADE,
    size            INTEGER NOT NULL,    -- bytes of the file
    embedded_at     TEXT NOT NULL        -- ISO 8601, UTC
);

CREATE TABLE embedded_pieces (
    document_sha256 TEXT NOT NULL REFERENCES documents (sha256) ON DELETE CASCADE,
    number          INTEGER NOT NULL,    -- from 0
    content         BLOB NOT NULL,       -- zlib of up to a mebibyte of the file
    UNIQUE (document_sha256, number)
);
