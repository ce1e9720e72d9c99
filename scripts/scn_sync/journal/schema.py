"""The journal's tables. A journal of an older release is brought up to date when it is opened."""

#: What each version adds to the one before; the last one is what this release writes.
STEPS = (
    """
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    server TEXT NOT NULL,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    read INTEGER NOT NULL DEFAULT 0,
    counts TEXT NOT NULL DEFAULT '{}',
    problem TEXT,
    keep_until TEXT NOT NULL
);
CREATE TABLE batch (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    key TEXT NOT NULL UNIQUE,
    payload BLOB,
    expected TEXT,
    PRIMARY KEY (run_id, number)
);
CREATE TABLE outcome (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    identity BLOB NOT NULL,
    external_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    batch INTEGER,
    place INTEGER,
    status TEXT,
    reasons TEXT NOT NULL,
    PRIMARY KEY (run_id, identity)
) WITHOUT ROWID;
CREATE INDEX outcome_batch ON outcome (run_id, batch, place);
CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    external_id BLOB NOT NULL,
    run TEXT NOT NULL,
    origin TEXT NOT NULL,
    position INTEGER NOT NULL,
    reason TEXT NOT NULL,
    doubts TEXT NOT NULL,
    form TEXT NOT NULL,
    raw BLOB,
    attempts INTEGER NOT NULL DEFAULT 1,
    first_seen TEXT NOT NULL,
    keep_until TEXT NOT NULL,
    UNIQUE (source, external_id)
);
""",
    """
CREATE TABLE acknowledged (
    reading BLOB PRIMARY KEY,
    payload_hash BLOB NOT NULL,
    keep_until TEXT NOT NULL
) WITHOUT ROWID;
""",
)
