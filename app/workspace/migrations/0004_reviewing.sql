-- What a reviewer does with a finding besides deciding, and what the window showed last.

ALTER TABLE findings ADD COLUMN edited BLOB;                       -- MessagePack of a Span; NULL: the range is the proposed one
ALTER TABLE findings ADD COLUMN own_tags BLOB;                     -- MessagePack; NULL: the tags are the model's
ALTER TABLE findings ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN due TEXT NOT NULL DEFAULT '';      -- YYYY-MM-DD
ALTER TABLE findings ADD COLUMN raised INTEGER NOT NULL DEFAULT 0 CHECK (raised IN (0, 1));
ALTER TABLE findings ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0 CHECK (skipped IN (0, 1));

ALTER TABLE documents ADD COLUMN page_labels TEXT NOT NULL DEFAULT '';  -- JSON, one a page; empty: they are the pages' numbers

CREATE TABLE window_state (
    "window" TEXT PRIMARY KEY,
    content  TEXT NOT NULL               -- JSON, see app/ui/restoring.py
);
