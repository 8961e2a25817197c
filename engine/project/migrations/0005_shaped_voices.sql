-- Characters bent from a recorded voice, which have its recordings and its owner's leave and no others; which voices
-- an audiobook was made with; which books a guest is asked to give leave for.

CREATE TABLE shaped_voices (
    id INTEGER PRIMARY KEY,
    voice_id INTEGER NOT NULL REFERENCES voices (id) ON DELETE CASCADE,
    name TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    shape JSON NOT NULL
);

CREATE TABLE export_voices (
    path TEXT NOT NULL,
    voice TEXT NOT NULL,
    PRIMARY KEY (path, voice)
);

ALTER TABLE guest_links ADD COLUMN projects JSON NOT NULL DEFAULT '[]';
