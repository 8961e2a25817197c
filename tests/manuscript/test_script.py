"""The script: every word of the book that is said, once, in order, with who says it."""

import re

from engine.core_types import UNKNOWN, Chapter, Mark, MarkKind
from engine.manuscript.script import write_script

TEXT = """THE MEETING

Emma Price came in without knocking. "You are late," said Mr. Hall.

"I know," said Emma. "The bridge was closed."[1]

"Closed?"

The sign said "No Entry" and nobody had read it."""


def chapter(text: str = TEXT) -> Chapter:
    marks, start = [], 0
    for block in text.split("\n\n"):
        kind = MarkKind.HEADING if block.isupper() else MarkKind.PARAGRAPH
        marks.append(Mark(kind, start, start + len(block)))
        start += len(block) + 2
    marks += [Mark(MarkKind.NOTE_MARK, match.start(), match.end()) for match in re.finditer(r"\[1\]", text)]
    return Chapter("One", text, tuple(marks))


def test_each_stretch_has_its_speaker_and_its_place():
    script = write_script([chapter()], "en")
    assert [(entry.speaker, entry.kind, entry.text) for entry in script.entries[:6]] == [
        ("Narrator", "heading", "THE MEETING"),
        ("Narrator", "narration", "Emma Price came in without knocking."),
        ("Mr. Hall", "dialogue", "You are late,"),
        ("Narrator", "narration", "said Mr. Hall."),
        (script.entries[4].speaker, "dialogue", "I know,"),
        ("Narrator", "narration", "said Emma."),
    ]
    assert "Emma" in script.entries[4].speaker and "Emma" in script.entries[4].reason
    assert all(TEXT[entry.start : entry.end] == entry.text for entry in script.entries)


def test_no_letter_of_the_text_is_lost_or_read_twice():
    entries = write_script([chapter()], "en").entries
    assert all(before.end <= after.start for before, after in zip(entries, entries[1:], strict=False))
    said = "".join(entry.text for entry in entries)
    assert re.sub(r"\W", "", said).replace("1", "") == re.sub(r"\W", "", TEXT).replace("1", "")


def test_notes_are_silent_and_words_only_quoted_are_told():
    entries = write_script([chapter()], "en").entries
    assert not any("1" in entry.spoken for entry in entries)
    assert any("No Entry" in entry.text and entry.speaker == "Narrator" for entry in entries)


def test_speech_of_nobody_known_is_not_the_narrators():
    entries = write_script([chapter('"Who is there?"')], "en").entries
    assert entries[0].speaker == UNKNOWN and entries[0].doubt == 1.0


def test_a_book_without_a_word_has_an_empty_script():
    assert write_script([Chapter("", "")], "en").entries == ()
    assert write_script([], "en").characters == ()
