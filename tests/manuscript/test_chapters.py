"""Merging and splitting chapters changes the contents, never the text or the lines."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core_types import Chapter, Mark, MarkKind, PauseKind, Segment, SegmentKind
from engine.errors import EditRefused
from engine.manuscript.chapters import merge_chapters, split_chapter


def script(text: str, title: str = "t", **chapter) -> tuple[Chapter, tuple[Segment, ...]]:
    lines, start = [], 0
    for word in text.split(" "):
        end = min(len(text), start + len(word) + 1)
        lines.append(Segment(start, end, text[start:end], word, seed=start))
        start = end
    return Chapter(title, text, (Mark(MarkKind.PARAGRAPH, 0, len(text)),), **chapter), tuple(lines if text else ())


def covers(chapter: Chapter, lines: tuple[Segment, ...]) -> bool:
    spans = [(line.start, line.end) for line in lines]
    joined = all(before[1] == after[0] for before, after in itertools.pairwise(spans))
    texts = all(line.text == chapter.text[line.start : line.end] for line in lines)
    return joined and texts and "".join(line.text for line in lines) == chapter.text


words = st.text(st.sampled_from("ab "), max_size=12)


@given(words, words)
def test_a_merged_chapter_holds_both_texts_and_all_lines(first, second):
    chapter, lines = merge_chapters(script(first, "one"), script(second, "two"))
    assert covers(chapter, lines)
    assert chapter.title == "one"
    assert chapter.text.startswith(first) and chapter.text.endswith(second)
    said = [line.said for line in (*script(first)[1], *script(second)[1]) if line.said]
    assert [line.said for line in lines if line.said] == said
    assert chapter.marks[1].start == len(chapter.text) - len(second)


@given(st.lists(st.sampled_from(["a", "bb", "ccc"]), min_size=2, max_size=8), st.data())
def test_a_split_chapter_is_the_same_text_in_two_parts(chosen, data):
    chapter, lines = script(" ".join(chosen))
    at = data.draw(st.integers(1, len(lines) - 1))
    (before, head), (after, tail) = split_chapter(chapter, lines, at, "New")
    assert covers(before, head) and covers(after, tail)
    assert before.text + after.text == chapter.text
    assert [line.said for line in (*head, *tail)] == [line.said for line in lines]
    assert [line.seed for line in (*head, *tail)] == [line.seed for line in lines]
    assert after.source_start == len(before.text)
    assert all(0 <= mark.start < mark.end <= len(part.text) for part in (before, after) for mark in part.marks)


def test_neighbours_of_one_text_file_merge_into_the_slice_they_were():
    chapter, lines = script("one two three", source="m.txt", source_start=7)
    parts = split_chapter(chapter, lines, 1, "New")
    assert merge_chapters(*parts)[0].text == chapter.text


def test_the_end_of_the_first_half_ends_a_chapter_and_in_a_merge_only_a_paragraph():
    chapter, lines = script("one two three")
    parts = split_chapter(chapter, lines, 2, "")
    assert parts[0][1][-1].pause is PauseKind.CHAPTER
    assert parts[1][0].title == "t (continued)"
    assert merge_chapters(*parts)[1][1].pause is PauseKind.PARAGRAPH


def cut_script() -> tuple[Chapter, tuple[Segment, ...]]:
    text = "“Come in,” said Ann. “It is late.”"
    by_ann = Segment(
        0, 11, text[:11], "“Come in,”", SegmentKind.DIALOGUE, PauseKind.CLAUSE, "Ann", 0.25, "tag: said Ann"
    )
    lines = (
        by_ann,
        Segment(11, 21, text[11:21], "said Ann.", pause=PauseKind.CLAUSE, own_words="Ann said.", seed=3),
        replace(by_ann, start=21, end=34, text=text[21:], spoken_text=text[21:], pause=PauseKind.CHAPTER, settled=True),
    )
    return Chapter("t", text, (Mark(MarkKind.PARAGRAPH, 0, len(text)),)), lines


@pytest.mark.parametrize("at", [1, 2])
def test_a_chapter_splits_between_speech_and_tag_and_merges_with_every_choice_kept(at):
    chapter, lines = cut_script()
    halves = split_chapter(chapter, lines, at, "New")
    assert covers(*halves[0]) and covers(*halves[1])
    assert halves[0][1][-1].pause is PauseKind.CHAPTER
    merged, again = merge_chapters(*halves)
    assert covers(merged, again)

    def choices(line: Segment) -> tuple[object, ...]:
        return line.kind, line.speaker, line.doubt, line.reason, line.settled, line.own_words, line.seed, line.said

    assert [choices(line) for line in again] == [choices(line) for line in lines]


@pytest.mark.parametrize("at", [0, 3, -1])
def test_a_chapter_cannot_be_split_before_its_first_line_or_after_its_last(at):
    chapter, lines = script("one two three")
    with pytest.raises(EditRefused, match="later line"):
        split_chapter(chapter, lines, at, "New")
