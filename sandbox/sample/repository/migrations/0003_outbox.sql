CREATE TABLE outbox (
    id        INTEGER PRIMARY KEY,
    number    TEXT NOT NULL REFERENCES shipments (number),
    recipient TEXT NOT NULL,
    kind      TEXT NOT NULL,
    body      TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    sent_at   TEXT,
    UNIQUE (number, kind)
);
