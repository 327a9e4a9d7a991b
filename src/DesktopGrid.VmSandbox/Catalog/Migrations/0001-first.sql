-- Times are milliseconds since 1970, UTC. Processes are "number:start:boot", so that a reused number is told apart.
CREATE TABLE images (
    id       TEXT PRIMARY KEY,           -- hash of the manifest
    name     TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE machines (
    id              TEXT PRIMARY KEY,
    image_id        TEXT NOT NULL REFERENCES images (id),
    state           TEXT NOT NULL,
    memory_mib      INTEGER NOT NULL,
    virtual_cpus    INTEGER NOT NULL,
    outlives_host   INTEGER NOT NULL,
    boot_timeout_ms INTEGER NOT NULL,
    keep_log_ms     INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    process         TEXT,                -- QEMU's, while it runs
    machine_type    TEXT,
    cpu_model       TEXT,
    qemu_version    TEXT,
    accelerator     TEXT,
    start_path      TEXT,
    confinement     TEXT,                -- JSON, as it was at the last start
    cpu_ms          INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT
) STRICT;

CREATE TABLE labels (
    machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (machine_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id         TEXT PRIMARY KEY,
    machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    program    TEXT NOT NULL,
    fate       TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    exit_code  INTEGER
) STRICT;

CREATE TABLE kept_logs (
    machine_id TEXT PRIMARY KEY,
    keep_until INTEGER NOT NULL
) STRICT;

CREATE TABLE verdicts (
    build       TEXT NOT NULL,           -- QEMU's build and the host's kernel
    accelerator TEXT NOT NULL,
    is_proven   INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (build, accelerator)
) STRICT, WITHOUT ROWID;
