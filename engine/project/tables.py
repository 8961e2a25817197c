"""The tables as queries see them. Their making and changing is in migrations/, numbered; a test compares the two.

books -< chapters -< segments          what is read, in which words, by whom
books -< roles, edits                   the speakers and their voices; what can be undone
series_roles                           what a series keeps of its casts
lexicon_entries                        how words are said: in a book, in a series, everywhere
books -< takes                         what was rendered, by content key
chapters - chapter_audio               the mastered chapter and the key of what went into it
books -< exports                       finished audiobooks
books -< jobs, worker                  the render queue and who works it
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, MetaData, Table, Text, text

metadata = MetaData()


def _child_of(table: str) -> Column[int]:
    return Column(f"{table[:-1]}_id", Integer, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


books = Table(
    "books",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("year", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("narrator", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("source_sha256", Text, nullable=False),
    Column("cover_file", Text),
    Column("voice", Text, nullable=False),
    Column("pauses", JSON, nullable=False),
    Column("left_out", JSON, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("reading", Text, nullable=False, server_default="one voice"),
    Column("series", Text, nullable=False, server_default=""),
)

chapters = Table(
    "chapters",
    metadata,
    Column("id", Integer, primary_key=True),
    _child_of("books"),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("marks", JSON, nullable=False),
    Column("include", Boolean, nullable=False),
    Column("left_out_reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_start", Integer, nullable=False),
)

segments = Table(
    "segments",
    metadata,
    Column("id", Integer, primary_key=True),
    _child_of("chapters"),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("spoken_text", Text, nullable=False),
    Column("own_words", Text, nullable=False),  # what a person wants said instead; "" for the manuscript's words
    Column("kind", Text, nullable=False),
    Column("pause", Text, nullable=False),
    Column("speaker", Text, nullable=False),
    Column("doubt", Float, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("settled", Boolean, nullable=False, server_default=text("0")),  # by a person: no analysis changes it
)

roles = Table(
    "roles",
    metadata,
    Column("id", Integer, primary_key=True),
    _child_of("books"),
    Column("name", Text, nullable=False),  # segments.speaker
    Column("aliases", JSON, nullable=False),
    Column("found_names", JSON, nullable=False),  # what the analysis calls those whom a person put together here
    Column("gender", Text, nullable=False),
    Column("age", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("shape", JSON),
    Column("is_narrator", Boolean, nullable=False),
    Column("split_off", JSON, nullable=False, server_default="[]"),  # names a person took from another role
)

edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True),
    _child_of("books"),
    Column("deed", Text, nullable=False),  # in words, as undo offers it: "merge Lizzy into Elizabeth"
    Column("before", JSON, nullable=False),  # the rows as they were
    Column("made_at", Text, nullable=False),
)

series_roles = Table(
    "series_roles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("series", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("gender", Text, nullable=False),
    Column("age", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("shape", JSON),
)

lexicon_entries = Table(
    "lexicon_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("book_id", Integer, ForeignKey("books.id", ondelete="CASCADE")),  # none: the series', or shared by all
    Column("series", Text, nullable=False),  # "" with no book: shared by all
    Column("written", Text, nullable=False),
    Column("spoken", Text, nullable=False),
    Column("phonemes", Text, nullable=False),
    Column("whole_word", Boolean, nullable=False),
    Column("match_case", Boolean, nullable=False),
    Column("part_of_speech", Text, nullable=False),
    Column("note", Text, nullable=False),
)

takes = Table(
    "takes",
    metadata,
    Column("book_id", Integer, ForeignKey("books.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("rate_hz", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("speech_start_s", Float, nullable=False),
    Column("speech_end_s", Float, nullable=False),
    Column("rms_db", Float, nullable=False),
    Column("peak_db", Float, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("created_at", Text, nullable=False),
)

chapter_audio = Table(
    "chapter_audio",
    metadata,
    Column("chapter_id", Integer, ForeignKey("chapters.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("measures", JSON, nullable=False),
    Column("line_starts", JSON, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("id", Integer, primary_key=True),
    _child_of("books"),
    Column("format", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("marks", JSON, nullable=False),
    Column("created_at", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("book_id", Integer, ForeignKey("books.id", ondelete="CASCADE")),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("station", Text, nullable=False),
    Column("done", Float, nullable=False),
    Column("total", Float, nullable=False),
    Column("eta_seconds", Float),
    Column("message", Text, nullable=False),
    Column("results", JSON, nullable=False),
    Column("stop_requested", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
)

worker = Table(
    "worker",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("beat_at", Float, nullable=False),
)
