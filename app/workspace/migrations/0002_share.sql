-- How much the reviewer wants to read of a document, where she chose it herself.

ALTER TABLE documents ADD COLUMN share REAL CHECK (share > 0 AND share <= 1);  -- NULL: the selection is the model's
