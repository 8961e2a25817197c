-- Who speaks each line and why, the roles of a book and their voices, what can be undone, and how words are said.

ALTER TABLE books ADD COLUMN reading TEXT NOT NULL DEFAULT 'one voice';
ALTER TABLE books ADD COLUMN series TEXT NOT NULL DEFAULT '';

ALTER TABLE segments ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE segments ADD COLUMN settled BOOLEAN NOT NULL DEFAULT 0;

CREATE TABLE roles (
    id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    aliases JSON NOT NULL,
    found_names JSON NOT NULL,
    gender TEXT NOT NULL,
    age TEXT NOT NULL,
    voice TEXT NOT NULL,
    shape JSON,
    is_narrator BOOLEAN NOT NULL,
    UNIQUE (book_id, name)
);

CREATE TABLE edits (
    id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    deed TEXT NOT NULL,
    before JSON NOT NULL,
    made_at TEXT NOT NULL
);
CREATE INDEX edits_of_book ON edits (book_id, id);

CREATE TABLE series_roles (
    id INTEGER PRIMARY KEY,
    series TEXT NOT NULL,
    name TEXT NOT NULL,
    aliases JSON NOT NULL,
    gender TEXT NOT NULL,
    age TEXT NOT NULL,
    voice TEXT NOT NULL,
    shape JSON,
    UNIQUE (series, name)
);

CREATE TABLE lexicon_entries (
    id INTEGER PRIMARY KEY,
    book_id INTEGER REFERENCES books (id) ON DELETE CASCADE,
    series TEXT NOT NULL,
    written TEXT NOT NULL,
    spoken TEXT NOT NULL,
    phonemes TEXT NOT NULL,
    whole_word BOOLEAN NOT NULL,
    match_case BOOLEAN NOT NULL,
    part_of_speech TEXT NOT NULL,
    note TEXT NOT NULL
);
