CREATE TABLE scans (
    id     INTEGER PRIMARY KEY,
    number TEXT NOT NULL REFERENCES shipments (number),
    code   TEXT NOT NULL,
    place  TEXT NOT NULL,
    at     TEXT NOT NULL,
    UNIQUE (number, code, place, at)
);
CREATE INDEX scans_by_number ON scans (number, at);
