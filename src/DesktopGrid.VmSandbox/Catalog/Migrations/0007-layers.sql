-- Read-only disks with files that tasks see besides those of the base image.
CREATE TABLE layers (
    id       TEXT PRIMARY KEY,           -- hash of the manifest
    name     TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

-- Which of them a machine has, the lowest at place 0.
CREATE TABLE machine_layers (
    machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    place      INTEGER NOT NULL,
    layer_id   TEXT NOT NULL REFERENCES layers (id),
    PRIMARY KEY (machine_id, place)
) STRICT, WITHOUT ROWID;
