CREATE TABLE shipments (
    number     TEXT PRIMARY KEY,
    carrier    TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    status     TEXT NOT NULL DEFAULT 'registered',
    eta        TEXT,
    created_at TEXT NOT NULL
);
