-- What the search and the matrix are answered from, so that the first answer comes as soon as the next one.

-- The text of a document's current analysis, made with its row in `digests`. Where an older program kept it there, it is made
-- anew when it is first asked for, and `digests.text` is empty from then on.
CREATE TABLE texts (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256),
    spaced          INTEGER NOT NULL CHECK (spaced IN (0, 1)),  -- white space is doubled somewhere in the folded text
    folded          BLOB NOT NULL,       -- LZ4 of the folded text in UTF-8, see app/workspace/texts.py
    original        BLOB NOT NULL        -- MessagePack, the same
);

-- A row of the matrix, made anew where the analysis is not the current one or findings changed since.
CREATE TABLE matrix_rows (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256),
    analysis        INTEGER NOT NULL,
    revision        INTEGER NOT NULL,    -- as in `documents`
    content         BLOB NOT NULL        -- MessagePack, see app/workspace/rows.py
);
