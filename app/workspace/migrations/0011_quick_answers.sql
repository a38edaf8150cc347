-- What the search and the matrix are answered from, so that the first answer comes as soon as the next one.

-- What is searched: made of `digests.text`, and made anew where it is missing, as in the file of an older program.
CREATE TABLE folded_texts (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256),
    characters      TEXT NOT NULL,       -- every one that stands in it, once
    spaced          INTEGER NOT NULL CHECK (spaced IN (0, 1)),  -- white space is doubled somewhere in it
    content         BLOB NOT NULL        -- LZ4 of UTF-8, see app/workspace/texts.py
);

-- A row of the matrix, made anew where the analysis is not the current one or findings changed since.
CREATE TABLE matrix_rows (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256),
    analysis        INTEGER NOT NULL,
    revision        INTEGER NOT NULL,    -- as in `documents`
    content         BLOB NOT NULL        -- MessagePack, see app/workspace/rows.py
);

-- As before, and what only other reviewers said something of; the condition is that of packing.SHOWN.
DROP INDEX findings_shown;
CREATE INDEX findings_shown ON findings (document_sha256, decision)
    WHERE selected OR decision <> 'undecided' OR comment <> '' OR owner <> '' OR due <> '' OR raised
    OR own_tags IS NOT NULL OR opinions IS NOT NULL;
