"""A page of the manuscript looks like a page of a book, and every word on it is the book's."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core_types import Mark, MarkKind, PauseKind, Segment, SegmentKind
from engine.shelf_types import Line
from studio.pages.typesetting import set_page, set_words
from studio.pages.wording import say_about, say_clock, say_count, say_megabytes, say_minutes, say_time_left

LEFT_OUT = frozenset({MarkKind.NOTE_MARK})


def line(text: str, start: int = 0, **more: object) -> Line:
    return Line(Segment(start, start + len(text), text, text.strip(), **more), None)  # type: ignore[arg-type]


def plain(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_emphasis_is_set_and_silent_marks_are_faint() -> None:
    segment = line("A very odd crow.1 ", 10).segment
    marks = [Mark(MarkKind.EMPHASIS, 12, 20), Mark(MarkKind.STRONG, 17, 25), Mark(MarkKind.NOTE_MARK, 26, 27)]
    assert set_words(segment, marks, LEFT_OUT) == (
        "A <em>very </em><strong><em>odd</em></strong><strong> crow</strong>."
        '<span class="unread" title="Not read aloud">1</span>'
    )
    assert "unread" not in set_words(segment, marks, frozenset())


@given(
    st.text(min_size=1, max_size=60),
    st.lists(st.tuples(st.sampled_from(list(MarkKind)), st.integers(0, 70), st.integers(0, 70)), max_size=6),
)
def test_no_mark_adds_or_loses_a_letter(text: str, spans: list[tuple[MarkKind, int, int]]) -> None:
    marks = [Mark(kind, min(start, end), max(start, end)) for kind, start, end in spans]
    shown = set_words(line(text, 5).segment, marks, LEFT_OUT)
    assert plain(shown) == text.rstrip()


def test_lines_of_one_paragraph_stand_together() -> None:
    page = set_page(
        [line("One. "), line("Two.", pause=PauseKind.PARAGRAPH), line("Three.", pause=PauseKind.SCENE)], (), LEFT_OUT
    )
    assert page.count('<p class="narration">') == 2 and "One.</span> <span" in page
    assert page.endswith("⁂</p>")


def test_verse_keeps_its_lines() -> None:
    verse = [line("Seven for bread,\n", kind=SegmentKind.VERSE), line("eight for the bell", kind=SegmentKind.VERSE)]
    assert "bread,</span>\n<span" in set_page(verse, (), LEFT_OUT)


def test_a_chapter_can_begin_at_a_paragraph_only() -> None:
    lines = [line("One. "), line("Two.", pause=PauseKind.PARAGRAPH), line("Three.", pause=PauseKind.PARAGRAPH)]
    assert set_page(lines, (), LEFT_OUT, split=3).count('data-act="split"') == 2
    assert "data-act" not in set_page(lines, (), LEFT_OUT)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (say_minutes(0.4), "under a minute"),
        (say_about(0.4), "under a minute"),
        (say_about(59.6), "about 1 h"),
        (say_minutes(200), "3 h 20 min"),
        (say_clock(3729), "1:02:09"),
        (say_clock(65), "1:05"),
        (say_count(1, "chapter"), "1 chapter"),
        (say_count(12034, "word"), "12,034 words"),
        (say_megabytes(0), "nothing"),
        (say_megabytes(640_000), "640 kB"),
        (say_megabytes(1_240_000_000), "1.2 GB"),
        (say_time_left(None), ""),
        (say_time_left(4), "a few seconds left"),
        (say_time_left(44), "about 40 seconds left"),
        (say_time_left(95), "about 2 minutes left"),
        (say_time_left(7200), "about 2 h left"),
    ],
)
def test_figures_are_said_as_a_person_would(said: str, expected: str) -> None:
    assert said == expected
