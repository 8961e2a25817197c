-- Recorded voices, what they were made of, and the record of their owners' leave.

CREATE TABLE consent_ledger (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    signature TEXT NOT NULL
);
-- Against mistakes of this program; against others there are the hashes and the signatures.
CREATE TRIGGER consents_are_not_edited BEFORE UPDATE ON consent_ledger
BEGIN
    SELECT RAISE(ABORT, 'an entry of the record of consents is never changed');
END;
CREATE TRIGGER consents_are_not_deleted BEFORE DELETE ON consent_ledger
BEGIN
    SELECT RAISE(ABORT, 'an entry of the record of consents is never deleted');
END;

CREATE TABLE challenges (
    id TEXT PRIMARY KEY NOT NULL,
    voice TEXT NOT NULL,
    terms JSON NOT NULL,
    wording TEXT NOT NULL,
    words JSON NOT NULL,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT NOT NULL
);

CREATE TABLE voices (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    folder TEXT NOT NULL,
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    voice_id INTEGER NOT NULL REFERENCES voices (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    seconds REAL NOT NULL,
    words TEXT NOT NULL,
    recording TEXT NOT NULL,
    chosen BOOLEAN NOT NULL,
    scorecard JSON,
    UNIQUE (voice_id, name)
);

CREATE TABLE guest_links (
    token_sha256 TEXT PRIMARY KEY NOT NULL,
    voice TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT NOT NULL
);
