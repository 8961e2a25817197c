"""Whatever the text and its marks, segments lose nothing, stay short, and say all that is to be said, in order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core_types import BLOCK_KINDS, LEFT_OUT_BY_DEFAULT, Chapter, Mark, MarkKind, PauseKind
from engine.manuscript.segments import check_lossless, segment_book, segment_chapter

BLOCKS = sorted(BLOCK_KINDS)
INLINE = sorted(set(MarkKind) - BLOCK_KINDS)
PIECES = [
    *[
        "The mill",
        " ",
        "\n",
        ". ",
        "? ",
        "! ",
        "“",
        "”",
        '"',
        "Mr. ",
        "I. ",
        "; ",
        ", ",
        " and ",
        "—",
        "--",
        "…",
        ". . . ",
    ],
    *["é", "ñ", "水", "。", "水車が回る", "؟ ", "*", "_", "[", "]", "1", "1984", "x" * 70, "\u00ad", "\u200b", "\t"],
    *["HE SAID ", "said he", "\n\n", "* * *", "\u0301", "¿Qué? ", "« Oui ! » ", "Ω", "\ufeff"],
]
LANGUAGES = ["en", "fr", "de-AT", "zh", "xx-nowhere", ""]
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=80).map("".join))


@st.composite
def marked_chapters(draw: st.DrawFn) -> Chapter:
    """A chapter whose block marks do not overlap, with white space between, and inline marks inside the blocks."""
    text, marks = draw(st.sampled_from(["", " ", "\n"])), []
    for kind in draw(st.lists(st.sampled_from(BLOCKS), max_size=5)):
        block = draw(texts.map(str.strip))
        if not block:
            continue
        start = len(text)
        marks.append(Mark(kind, start, start + len(block)))
        for inline in draw(st.lists(st.sampled_from(INLINE), max_size=3)):
            low, high = sorted(draw(st.tuples(*[st.integers(start, start + len(block))] * 2)))
            marks.append(Mark(inline, low, high))
        text += block + draw(st.sampled_from(["\n\n", "\n", " ", ""]))
    return Chapter("A chapter", text, tuple(draw(st.permutations(marks))))


def letters_to_say(chapter: Chapter) -> str:
    """The letters and digits that no mark silences, as the spoken text must have them."""
    silent = set()
    for mark in chapter.marks:
        if mark.kind in LEFT_OUT_BY_DEFAULT or mark.kind is MarkKind.SCENE_BREAK:
            silent.update(range(mark.start, mark.end))
    return letters_of("".join(letter for place, letter in enumerate(chapter.text) if place not in silent))


def letters_of(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(texts, st.sampled_from(LANGUAGES), st.sampled_from([1, 20, 300]))
def test_text_without_marks_loses_nothing(text: str, language: str, limit: int) -> None:
    chapter = Chapter("A chapter", text)
    segments = segment_chapter(chapter, language, max_characters=limit)
    check_lossless(chapter, segments)
    if language != "en":
        assert all(len(segment.spoken_text) <= limit for segment in segments)
        assert letters_of("".join(segment.spoken_text for segment in segments)) == letters_of(text)
    else:  # the words for a single sign can be longer than the shortest limit
        assert all(len(segment.spoken_text) <= max(limit, 20) for segment in segments)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(marked_chapters(), st.sampled_from([40, 300]))
def test_marked_chapters_lose_nothing_and_say_all_that_is_not_left_out(chapter: Chapter, limit: int) -> None:
    assert all(len(segment.spoken_text) <= limit for segment in segment_chapter(chapter, "en", max_characters=limit))
    segments = segment_chapter(chapter, "de", max_characters=limit)  # English numbers are said in words
    check_lossless(chapter, segments)
    assert all(len(segment.spoken_text) <= limit for segment in segments)
    assert all(not segment.text[:1].isspace() for segment in segments[1:])
    if not any(mark.kind is MarkKind.HEADING for mark in chapter.marks):  # a heading's numerals are said as numbers
        assert letters_of("".join(segment.spoken_text for segment in segments)) == letters_to_say(chapter)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(marked_chapters())
def test_only_the_end_of_a_chapter_has_its_pause(chapter: Chapter) -> None:
    segments = segment_chapter(chapter, "en")
    tail = [segment.pause is PauseKind.CHAPTER for segment in segments]
    assert tail == sorted(tail)
    if segments:
        assert tail[-1]
        assert sum(bool(segment.spoken_text) for segment in segments if segment.pause is PauseKind.CHAPTER) <= 1


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(marked_chapters(), min_size=2, max_size=3))
def test_segmenting_is_deterministic_alone_and_in_a_book(chapters: list[Chapter]) -> None:
    assert segment_book(chapters, "en") == [segment_chapter(chapter, "en") for chapter in chapters]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(marked_chapters())
def test_marks_that_break_the_rules_still_lose_nothing(chapter: Chapter) -> None:
    wild = [Mark(mark.kind, mark.start - 3, mark.end + 5) for mark in chapter.marks]
    damaged = Chapter(chapter.title, chapter.text, (*chapter.marks, *wild))
    check_lossless(damaged, segment_chapter(damaged, "en"))
