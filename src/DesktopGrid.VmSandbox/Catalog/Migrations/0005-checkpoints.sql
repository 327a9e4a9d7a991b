-- Instants of machines. A row is written when the instant's file and the disk's snapshot are on the disk.
CREATE TABLE checkpoints (
    id           TEXT PRIMARY KEY,       -- names the file and the snapshot
    machine_id   TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,          -- the caller's; of one name there may be two generations
    taken_at     INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,       -- counts within the machine: two may be of one millisecond
    length       INTEGER NOT NULL,       -- bytes of the file
    state_bytes  INTEGER NOT NULL,       -- bytes of the state in it
    sha256       TEXT NOT NULL,          -- of the file
    machine_type TEXT NOT NULL,
    cpu_model    TEXT NOT NULL,
    accelerator  TEXT NOT NULL,
    qemu_version TEXT NOT NULL,
    UNIQUE (machine_id, sequence)
) STRICT;
