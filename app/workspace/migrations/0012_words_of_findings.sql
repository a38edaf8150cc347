-- What words are looked for in when the findings of all documents are asked for: what each finding shows, folded.

-- Made anew where findings changed since, or where their rows have other numbers, as in a file that was written anew.
CREATE TABLE folded_findings (
    document_sha256 TEXT PRIMARY KEY REFERENCES documents (sha256),
    revision        INTEGER NOT NULL,    -- as in `documents`
    last_number     INTEGER NOT NULL,    -- of the last row of its findings, and the id in that row
    last_id         TEXT NOT NULL,
    content         BLOB NOT NULL        -- MessagePack, see app/workspace/folded_findings.py
);
