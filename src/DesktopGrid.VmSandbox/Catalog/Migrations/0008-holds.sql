-- Whether the machine stands for its computer's owner, not for its caller: who takes it up after a crash of its host lets it go on.
ALTER TABLE machines ADD COLUMN is_held INTEGER NOT NULL DEFAULT 0;
