-- Whether its first start may go on from a template.
ALTER TABLE machines ADD COLUMN warm_start INTEGER NOT NULL DEFAULT 0;
