-- A range of the reviewer's own may go on over the end of its page.

ALTER TABLE findings ADD COLUMN more BLOB;  -- MessagePack: what lies on the pages behind the first; NULL: nothing does
