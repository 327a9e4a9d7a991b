-- Of use only to the process that made it: removed when that one is gone without having done so.
ALTER TABLE machines ADD COLUMN is_temporary INTEGER NOT NULL DEFAULT 0;
