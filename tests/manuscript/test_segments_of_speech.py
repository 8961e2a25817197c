"""Cut at speech, each line is in one speaker's mouth, and the lines still are the text and say what it says."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core_types import NARRATOR, UNKNOWN, Chapter, Mark, MarkKind, PauseKind, Segment, SegmentKind
from engine.manuscript.segments import check_lossless, segment_book, segment_chapter
from engine.manuscript.speakers import SpokenLine, attribute_speakers

PIECES = [
    *["“", "”", '"', "« ", " »", "—", " —", "--", "(", ")", "_", "'", "...", ".", ", ", "? ", "! ", ". ", " ", "\n\n"],
    *["Yes", "no", "Mr. Hall", "said Ann", "he", "HE SAID ", "1,200", "£5", "IV", "é", "水", "[1]", "\u00ad", "\n"],
]
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def speech_in(text: str, *spoken: str, kind: str = "dialogue", speaker: str | None = "Ann") -> list[SpokenLine]:
    lines, place = [], 0
    for words in spoken:
        place = text.index(words, place)
        lines.append(SpokenLine(place, place + len(words), kind, speaker, 0.25, "tag: said Ann"))
        place += len(words)
    return lines


def cut(text: str, *lines: SpokenLine, marks: tuple[Mark, ...] = (), language: str = "en") -> tuple[Segment, ...]:
    chapter = Chapter("One", text, marks)
    segments = segment_chapter(chapter, language, speech=lines)
    check_lossless(chapter, segments)
    return segments


def show(segments: tuple[Segment, ...]) -> list[tuple[str, str]]:
    return [(segment.speaker, segment.text) for segment in segments]


@pytest.mark.parametrize(
    ("text", "spoken", "pieces"),
    [
        ("“Come in,” said Ann. “It is late.”", "Come in,|It is late.", "“Come in,” |said Ann. |“It is late.”"),
        ('"Come in," said Ann. "It is late."', "Come in,|It is late.", '"Come in," |said Ann. |"It is late."'),
        ("‘Come in’, said Ann. ‘It is late’.", "Come in|It is late", "‘Come in’, |said Ann. |‘It is late’."),
        ("« Entre », dit Ann. « Il est tard. »", "Entre|Il est tard.", "« Entre », |dit Ann. |« Il est tard. »"),
        ("»Komm«, sagte Ann. »Es ist spät.«", "Komm|Es ist spät.", "»Komm«, |sagte Ann. |»Es ist spät.«"),
        ("„Komm,“ sagte Ann. „Es ist spät.“", "Komm,|Es ist spät.", "„Komm,“ |sagte Ann. |„Es ist spät.“"),
        ("—Sí —dijo Ann—. Es tarde.", "Sí|Es tarde.", "—Sí |—dijo Ann—. |Es tarde."),
        ("「来い」と言った。", "来い", "「来い」|と言った。"),
        ("“Come in,”—she paused—“now.”", "Come in,|now.", "“Come in,”|—she paused—|“now.”"),
        ("Ann said (“come in”) and sat.", "come in", "Ann said |(“come in”) |and sat."),
        ("“Come in,”[1] said Ann.", "Come in,", "“Come in,”|[1] said Ann."),
        ("“Come (he smiled). It is late.”", "Come|. It is late.", "“Come |(he smiled). |It is late.”"),
        ("“Come—(he smiled)—it is late.”", "Come|it is late.", "“Come|—(he smiled)—|it is late.”"),
        ("He said, “Come in.”  She did.", "Come in.", "He said, |“Come in.”  |She did."),
    ],
)
def test_marks_go_with_the_speech_and_white_space_with_what_stands_before_it(
    text: str, spoken: str, pieces: str
) -> None:
    segments = cut(text, *speech_in(text, *spoken.split("|")), language="fr" if "dit" in text else "en")
    assert [segment.text for segment in segments] == pieces.split("|")
    told = [segment.speaker == NARRATOR for segment in segments]
    assert all(before != after for before, after in pairwise(told))


def test_a_piece_says_its_part_of_the_line_as_the_whole_line_says_it() -> None:
    text = "“At 5,” said Mr. Hall--of No. 7, St. Ann’s Rd.--“it was £1,200.”"
    whole = segment_chapter(Chapter("One", text), "en")
    segments = cut(text, *speech_in(text, "At 5,", "it was £1,200."))
    assert "".join(segment.spoken_text for segment in whole) == (
        "“At five,” said Mister Hall—of Number seven, Saint Ann’s Road—“it was one thousand two hundred pounds.”"
    )
    assert [segment.spoken_text for segment in segments] == [
        "“At five,”",
        "said Mister Hall—of Number seven, Saint Ann’s Road—",
        "“it was one thousand two hundred pounds.”",
    ]


def test_speech_has_its_speaker_with_doubt_and_reason_and_the_rest_is_the_narrators() -> None:
    text = "“Yes,” said Ann."
    spoken, told = cut(text, *speech_in(text, "Yes,"))
    assert (spoken.speaker, spoken.doubt, spoken.reason) == ("Ann", 0.25, "tag: said Ann")
    assert (spoken.kind, spoken.pause) == (SegmentKind.DIALOGUE, PauseKind.CLAUSE)
    assert (told.speaker, told.doubt, told.reason) == (NARRATOR, 0.0, "")
    assert (told.kind, told.pause) == (SegmentKind.NARRATION, PauseKind.CHAPTER)


@pytest.mark.parametrize(
    ("kind", "speaker", "expected"),
    [
        ("dialogue", None, (SegmentKind.DIALOGUE, UNKNOWN)),
        ("thought", "Ann", (SegmentKind.THOUGHT, "Ann")),
        ("thought", None, (SegmentKind.THOUGHT, UNKNOWN)),
        ("letter", None, (SegmentKind.LETTER, NARRATOR)),
    ],
)
def test_speech_of_nobody_known_is_unknown_and_a_letter_is_read_by_the_narrator(kind, speaker, expected) -> None:
    text = "“Meet me at the mill.” She put it down."
    first, _ = cut(text, *speech_in(text, "Meet me at the mill.", kind=kind, speaker=speaker))
    assert (first.kind, first.speaker) == expected


@pytest.mark.parametrize("kind", ["quoted", "verse"])
def test_words_only_quoted_are_told_and_cut_nothing(kind: str) -> None:
    text = "The sign said “No Entry” and nobody had read it."
    assert show(cut(text, *speech_in(text, "No Entry", kind=kind, speaker=None))) == [(NARRATOR, text)]


@pytest.mark.parametrize("block", [MarkKind.VERSE, MarkKind.BLOCK_QUOTE, MarkKind.LIST_ITEM])
def test_a_block_set_off_from_the_text_keeps_its_kind_and_takes_the_speaker(block: MarkKind) -> None:
    text = "“O where are you going?” said reader to rider."
    segments = cut(text, *speech_in(text, "O where are you going?"), marks=(Mark(block, 0, len(text)),))
    assert [segment.speaker for segment in segments] == ["Ann", NARRATOR]
    assert {segment.kind for segment in segments} == {SegmentKind(block.value)}


def test_nobody_speaks_in_a_heading() -> None:
    text = "“Help!” cried Tom"
    segments = cut(text, *speech_in(text, "Help!"), marks=(Mark(MarkKind.HEADING, 0, len(text)),))
    assert show(segments) == [(NARRATOR, text)]


def test_a_speech_of_several_sentences_is_cut_where_sentences_end_as_ever() -> None:
    long = "The wheel of the mill has gone round by night and by day for more than a hundred years"
    text = f"“{long}. {long},” said Ann."
    segments = cut(text, *speech_in(text, f"{long}. {long},"))
    assert show(segments) == [("Ann", f"“{long}. "), ("Ann", f"{long},” "), (NARRATOR, "said Ann.")]
    assert [segment.pause for segment in segments] == [PauseKind.SENTENCE, PauseKind.CLAUSE, PauseKind.CHAPTER]


def test_a_speech_that_goes_on_in_the_next_paragraph_is_one_mouth_in_two_lines() -> None:
    text = "“It was night.\n\n“Nobody came,” said Ann."
    segments = cut(text, *speech_in(text, "It was night.", "Nobody came,"))
    assert show(segments) == [("Ann", "“It was night.\n\n"), ("Ann", "“Nobody came,” "), (NARRATOR, "said Ann.")]


def test_two_who_speak_in_one_line_are_two_lines_and_one_who_goes_on_is_one() -> None:
    text = "“Yes.” “No.” “Perhaps.”"
    yes, no, perhaps = (speech_in(text, word)[0] for word in ("Yes.", "No.", "Perhaps."))
    tom = SpokenLine(no.start, no.end, "dialogue", "Tom", 0.5, "")
    assert show(cut(text, yes, tom, perhaps)) == [("Ann", "“Yes.” "), ("Tom", "“No.” "), ("Ann", "“Perhaps.”")]
    doubtful = SpokenLine(no.start, no.end, "dialogue", "Ann", 0.5, "")
    (together,) = cut(text, yes, doubtful, perhaps)
    assert (together.speaker, together.doubt, together.reason) == ("Ann", 0.5, "tag: said Ann")


def test_marks_alone_are_no_line_of_anybody() -> None:
    text = "“Yes”—“No” … “”"
    segments = cut(text, *speech_in(text, "Yes"), *speech_in(text, "No", speaker="Tom"))
    assert show(segments) == [("Ann", "“Yes”—"), ("Tom", "“No” … “”")]


def test_what_is_not_read_aloud_is_not_cut() -> None:
    text = "“Yes,” said Ann."
    note = (Mark(MarkKind.NOTE, 0, len(text)),)
    assert show(cut(text, *speech_in(text, "Yes,"), marks=note)) == [(NARRATOR, text)]


def test_without_speech_the_lines_are_what_they_were() -> None:
    chapters = [Chapter("One", "“Yes,” said Ann. “It is late.”"), Chapter("Two", "It was. Nobody came.")]
    assert segment_book(chapters, "en", speech=[[], []]) == segment_book(chapters, "en")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("“Come in,” said Ann. “It is late.” “No.” He left.", "Come in,|It is late.|No."),
        ("« Entre », dit Ann. « Il est tard. » « Oui » « Non »", "Entre|Il est tard.|Oui|Non"),
        ("—Sí —dijo Ann—. Es tarde, y hace frío.", "Sí|Es tarde, y hace frío."),
        ("“Yes”—“No” (“perhaps”) … “”", "Yes|No|perhaps"),
    ],
)
def test_lines_cut_again_at_the_speech_they_hold_are_the_same_lines(text: str, spoken: str) -> None:
    lines = speech_in(text, *spoken.split("|"))
    segments = cut(text, *(replace(line, speaker=f"Guest {place}") for place, line in enumerate(lines)))
    held = [segment for segment in segments if segment.speaker != NARRATOR]
    again = [
        SpokenLine(line.start, line.start + len(line.text.rstrip()), line.kind, line.speaker, line.doubt, line.reason)
        for line in held
    ]
    assert len(held) == len(lines) and cut(text, *again) == segments


@settings(max_examples=80, deadline=None, derandomize=True)
@given(texts, st.sampled_from(["en", "fr", "xx"]), st.sampled_from([40, 300]), st.data())
def test_whatever_is_said_to_be_speech_loses_nothing_and_says_the_same(text, language, limit, data) -> None:
    edges = data.draw(st.lists(st.integers(-1, len(text) + 1), max_size=12))
    kinds = st.sampled_from(["dialogue", "thought", "letter", "quoted"])
    names = st.sampled_from(["Ann", "Tom", None])
    lines = [SpokenLine(*edge, data.draw(kinds), data.draw(names), 0.5, "because") for edge in pairwise(edges)]
    chapter = Chapter("One", text)
    plain = segment_chapter(chapter, language, limit)
    segments = segment_chapter(chapter, language, limit, speech=lines)
    check_lossless(chapter, segments)
    letters = lambda made: "".join("".join(segment.spoken_text.split()) for segment in made)  # noqa: E731
    assert letters(segments) == letters(plain)
    assert all(not segment.text[:1].isspace() for segment in segments[1:] if segment not in plain)
    assert {segment.start for segment in plain} <= {segment.start for segment in segments}
    pieces = [segment for segment in segments if segment not in plain]
    assert all(any(map(str.isalnum, piece.spoken_text)) for piece in pieces if piece.kind is not SegmentKind.NARRATION)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(texts)
def test_what_the_analysis_finds_is_cut_without_loss(text: str) -> None:
    chapter = Chapter("One", text)
    (lines,) = attribute_speakers([chapter], "en").lines
    segments = segment_chapter(chapter, "en", speech=lines)
    check_lossless(chapter, segments)
    spoken = {line.start for line in lines if line.kind in ("dialogue", "thought")}
    found = [segment for segment in segments if segment.kind in (SegmentKind.DIALOGUE, SegmentKind.THOUGHT)]
    assert all(any(segment.start <= start < segment.end for start in spoken) for segment in found)


def test_a_line_of_a_thousand_speeches_takes_no_longer_than_its_length_deserves() -> None:
    text = "“Yes,” he said, " * 5_000
    started = time.process_time()
    (lines,) = attribute_speakers([Chapter("One", text)], "en").lines
    studied = time.process_time()
    cut(text, *lines)
    assert time.process_time() - studied < 10 + (studied - started)
