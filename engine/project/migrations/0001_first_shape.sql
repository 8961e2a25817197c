-- The first shape: books, their chapters and segments, takes, mastered chapters, exports, the render queue.

CREATE TABLE books (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    language TEXT NOT NULL,
    year TEXT NOT NULL,
    description TEXT NOT NULL,
    narrator TEXT NOT NULL,
    source_name TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    cover_file TEXT,
    voice TEXT NOT NULL,
    pauses JSON NOT NULL,
    left_out JSON NOT NULL,
    findings JSON NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE chapters (
    id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    words INTEGER NOT NULL,
    marks JSON NOT NULL,
    include BOOLEAN NOT NULL,
    left_out_reason TEXT NOT NULL,
    source TEXT NOT NULL,
    source_start INTEGER NOT NULL
);
CREATE INDEX chapters_in_order ON chapters (book_id, position);

CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    chapter_id INTEGER NOT NULL REFERENCES chapters (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    spoken_text TEXT NOT NULL,
    own_words TEXT NOT NULL,
    kind TEXT NOT NULL,
    pause TEXT NOT NULL,
    speaker TEXT NOT NULL,
    doubt REAL NOT NULL,
    seed INTEGER NOT NULL
);
CREATE INDEX segments_in_order ON segments (chapter_id, start);

CREATE TABLE takes (
    book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    "key" TEXT NOT NULL,
    seconds REAL NOT NULL,
    rate_hz INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    speech_start_s REAL NOT NULL,
    speech_end_s REAL NOT NULL,
    rms_db REAL NOT NULL,
    peak_db REAL NOT NULL,
    findings JSON NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (book_id, "key")
);

CREATE TABLE chapter_audio (
    chapter_id INTEGER PRIMARY KEY REFERENCES chapters (id) ON DELETE CASCADE,
    "key" TEXT NOT NULL,
    file TEXT NOT NULL,
    measures JSON NOT NULL,
    line_starts JSON NOT NULL
);

CREATE TABLE exports (
    id INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id) ON DELETE CASCADE,
    format TEXT NOT NULL,
    path TEXT NOT NULL,
    seconds REAL NOT NULL,
    bytes INTEGER NOT NULL,
    marks JSON NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (book_id, path)
);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    book_id INTEGER REFERENCES books (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    details JSON NOT NULL,
    station TEXT NOT NULL,
    done REAL NOT NULL,
    total REAL NOT NULL,
    eta_seconds REAL,
    message TEXT NOT NULL,
    results JSON NOT NULL,
    stop_requested BOOLEAN NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX jobs_by_state ON jobs (state, kind);

CREATE TABLE worker (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    beat_at REAL NOT NULL
);
