-- Whose process runs the job: while that one lives, the job is not interrupted, whatever has become of its machine.
ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
