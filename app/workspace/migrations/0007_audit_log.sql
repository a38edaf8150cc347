-- What happened in the workspace, one signed link of a chain each (app/review/audit.py). Nothing in it is ever changed.

CREATE TABLE audit_log (
    number    INTEGER PRIMARY KEY,       -- from 1 without gaps
    signer    TEXT NOT NULL,             -- fingerprint of the public key, as in the entry
    content   BLOB NOT NULL,             -- canonical JSON of the entry
    hash      BLOB NOT NULL,             -- SHA-256 of the content
    signature BLOB NOT NULL              -- Ed25519 of the hash
);

-- What an entry tells of one document besides hashes, which goes when the document is forgotten: the salt that values' hashes
-- were made with, without which short ones cannot be guessed; and names and words, of which the entry has the hash.
CREATE TABLE audit_notes (
    number          INTEGER NOT NULL REFERENCES audit_log (number),
    document_sha256 TEXT NOT NULL,       -- empty: of no document in particular
    salt            BLOB NOT NULL,
    note            BLOB NOT NULL,       -- canonical JSON
    PRIMARY KEY (number, document_sha256)
) WITHOUT ROWID;

CREATE TABLE audit_workspace (
    id    TEXT NOT NULL,                 -- by which the head that was seen last is kept outside of this file
    begun INTEGER NOT NULL CHECK (begun IN (0, 1))
);
INSERT INTO audit_workspace (id, begun) VALUES (lower(hex(randomblob(16))), 0);

CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_is_not_shortened BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_notes_are_not_changed BEFORE UPDATE ON audit_notes
BEGIN SELECT RAISE(ABORT, 'what an entry tells is not changed'); END;
