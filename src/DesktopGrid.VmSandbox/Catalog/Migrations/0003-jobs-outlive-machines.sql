-- A job's row goes when its caller has been told the end. One whose host process died stays, longer than its machine, until somebody asks.
DROP TABLE jobs;

CREATE TABLE jobs (
    id         TEXT PRIMARY KEY,
    machine_id TEXT NOT NULL,            -- may be gone
    program    TEXT NOT NULL,
    labels     TEXT NOT NULL,            -- JSON
    fate       TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    exit_code  INTEGER
) STRICT;
