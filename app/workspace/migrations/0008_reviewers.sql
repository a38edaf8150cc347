-- Who decided when, and what others who reviewed the same document said.

ALTER TABLE findings ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';  -- as the reviewer called herself; empty: not said
ALTER TABLE findings ADD COLUMN decided_at TEXT NOT NULL DEFAULT '';  -- ISO 8601, UTC; of the last change; empty: none, or before this was kept

CREATE TABLE opinions (
    finding_id TEXT NOT NULL REFERENCES findings (id),
    reviewer   TEXT NOT NULL,
    content    BLOB NOT NULL,            -- MessagePack of an Opinion, see app/review/handover.py
    PRIMARY KEY (finding_id, reviewer)
) WITHOUT ROWID;
