-- What is asked of all documents at once: their texts, their tagged passages; documents taken off the shelf; questions.

ALTER TABLE documents ADD COLUMN removed_at TEXT;  -- ISO 8601, UTC; NULL: it stands on the shelf

-- Made of a document's current analysis, and made anew where the number is not that of the current one.
CREATE TABLE digests (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256),
    analysis        INTEGER NOT NULL,
    text            BLOB NOT NULL,       -- zlib of MessagePack, see app/workspace/digests.py
    tagged          BLOB NOT NULL        -- the same
);

CREATE TABLE questions (
    text     TEXT PRIMARY KEY,
    asked_at TEXT NOT NULL               -- ISO 8601, UTC
);
