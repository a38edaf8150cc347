-- Who decided when, and what others who reviewed the same document said.

ALTER TABLE findings ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';  -- as the reviewer calls herself; empty: not said
ALTER TABLE findings ADD COLUMN decided_at TEXT NOT NULL DEFAULT '';  -- ISO 8601, UTC; empty: undecided, or from before this was kept
ALTER TABLE findings ADD COLUMN opinions BLOB;                        -- MessagePack of Opinions, see app/review/findings.py; NULL: none
