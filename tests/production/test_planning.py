"""A chapter as it is rendered: who says which lines in one breath, what waits for a voice, and words dealt out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.breaths import deal_out_words, gather_breaths, join_segments
from engine.core_types import (
    NARRATOR,
    SILENCE,
    UNKNOWN,
    Cast,
    Chapter,
    PauseKind,
    Segment,
    SegmentKind,
)
from engine.errors import NotFound, UncastSpeaker
from engine.manuscript.readers import read_book
from engine.manuscript.segments import segment_book
from engine.manuscript.speakers import attribute_speakers
from engine.narration.synthesizer import find_card
from engine.planning import Direction, find_breath, plan_chapter, refuse_uncast, summarize_chapters
from engine.project.book_store import ChapterRow
from engine.voices.presets import preset_voices

SAMPLE = next((Path(__file__).resolve().parents[2] / "assets" / "sample").glob("*.epub"))
SHARED = Path(__file__).resolve().parents[2].parent / "shared"
NOVELS = sorted((SHARED / "material" / "epub").glob("*love-among*.epub")) + sorted(
    (SHARED / "pdnc" / "data").glob("[AD]*/text.txt")
)
FIRST, SECOND, THIRD = preset_voices()[:3]


def number(segments: Sequence[Segment]) -> list[Segment]:
    return [replace(segment, id=place) for place, segment in enumerate(segments, start=1)]


def script_of(text: str) -> list[Segment]:
    """The lines of a chapter, cut at the speech that is found in it."""
    chapter = Chapter("One", text)
    speech = attribute_speakers([chapter], "en").lines
    return number(segment_book([chapter], "en", speech=speech)[0])


def one_voice(script: Sequence[Segment]) -> Cast:
    return Cast({line.speaker: FIRST for line in script})


def full_cast(script: Sequence[Segment]) -> Cast:
    """The narrator in the first voice, everybody else in the second."""
    return Cast({line.speaker: FIRST if line.speaker == NARRATOR else SECOND for line in script})


def said(script: Sequence[Segment], cast: Cast) -> list[str]:
    return [breath.said for breath in gather_breaths(script, cast) if breath.said]


TEXT = "“Come in,” said Ann. “It is late.”\n\nThe door was open, and the lamp was lit. “Are you there?” Ann asked."


# --- one voice ---------------------------------------------------------------------------------------------------


def compare_requests(manuscript: Path) -> tuple[list[str], list[str]]:
    """What an engine is asked for when one voice reads a book, not cut at speech and cut at speech."""
    book = read_book(manuscript)
    speech = attribute_speakers(book.chapters, book.language).lines
    whole = segment_book(book.chapters, book.language)
    pieces = segment_book(book.chapters, book.language, speech=speech)
    cut = sum(map(len, pieces)) > sum(map(len, whole))
    assert cut, "there is no speech in this book to cut at"
    asked = [breath for script in pieces for breath in gather_breaths(script, one_voice(script))]
    return [line.said for script in whole for line in script if line.said], [b.said for b in asked if b.said]


def test_the_sample_book_in_one_voice_sounds_as_if_nothing_had_been_cut() -> None:
    whole, asked = compare_requests(SAMPLE)
    assert asked == whole


@pytest.mark.skipif(not NOVELS, reason="the collection of real novels is not beside this checkout")
@pytest.mark.parametrize("path", NOVELS, ids=lambda path: path.parent.name + path.suffix)
def test_a_novel_in_one_voice_sounds_as_if_nothing_had_been_cut(path: Path) -> None:
    whole, asked = compare_requests(path)
    different = set(whole) - set(asked)
    assert len(different) <= 0.005 * len(whole), sorted(different)


def test_pauses_in_one_voice_are_those_of_the_uncut_lines() -> None:
    whole = segment_book([Chapter("One", TEXT)], "en")[0]
    script = script_of(TEXT)
    assert len(script) > len(whole)
    breaths = gather_breaths(script, one_voice(script))
    assert [(breath.said, breath.pause) for breath in breaths] == [(line.said, line.pause) for line in whole]
    assert [id_ for breath in breaths for id_ in breath.ids] == [line.id for line in script]


@pytest.mark.parametrize(
    "text",
    [
        "“Come in,”—she paused—“now, before the rain begins to fall.”",
        "“I can understand you—(nodding at him)—your good fortune (he smiled) is great.”",
        "“I see—” he began, but nobody in the room was listening to him.",
        "—Sí —dijo Juan—. No sé nada de eso, ni quiero saberlo tampoco.",
        "« Entre », dit Jean. « Il est tard, et la nuit tombe sur le village. »",
        "「来い」と彼は言った。「もう遅い」",
    ],
)
def test_pieces_are_spaced_as_the_manuscript_spaces_them(text: str) -> None:
    language = "fr" if "dit" in text else "en"
    chapter = Chapter("One", text)
    (speech,) = attribute_speakers([chapter], language).lines
    whole = segment_book([chapter], "xx")[0]
    script = segment_book([chapter], "xx", speech=[speech])[0]
    assert said(script, one_voice(script)) == [line.said for line in whole]


# --- many voices -------------------------------------------------------------------------------------------------


def test_each_voice_says_its_own_pieces() -> None:
    script = script_of(TEXT)
    breaths = gather_breaths(script, full_cast(script))
    assert [(breath.said, breath.voice) for breath in breaths] == [
        ("“Come in,”", SECOND),
        ("said Ann.", FIRST),
        ("“It is late.”", SECOND),
        ("The door was open, and the lamp was lit.", FIRST),
        ("“Are you there?”", SECOND),
        ("Ann asked.", FIRST),
    ]


def test_voices_pause_within_a_sentence_and_longer_where_it_ends() -> None:
    script = script_of("“Come in,” said Ann. “It is late.” She yawned.")
    assert [breath.pause for breath in gather_breaths(script, full_cast(script))] == [
        PauseKind.CLAUSE,
        PauseKind.SENTENCE,
        PauseKind.SENTENCE,
        PauseKind.CHAPTER,
    ]


def test_two_speakers_of_one_voice_are_one_breath_and_a_shape_makes_another_voice() -> None:
    script = script_of(TEXT)
    same = one_voice(script)
    bent = Cast({**same.voices, "Ann": replace(FIRST, shape=replace(FIRST.shape, semitones=3.0))})
    assert len(gather_breaths(script, same)) < len(gather_breaths(script, bent)) == len(script)


def test_a_very_short_tag_is_said_with_the_sentence_after_it() -> None:
    script = script_of("“It is late, and the lamp is out,” said Ann. She looked at the door for a long while.")
    assert said(script, full_cast(script)) == [
        "“It is late, and the lamp is out,”",
        "said Ann. She looked at the door for a long while.",
    ]


def test_nothing_is_joined_across_a_paragraph() -> None:
    script = script_of("“It is late, and the lamp is out,” said Ann.\n\nShe left.")
    assert said(script, full_cast(script))[-2:] == ["said Ann.", "She left."]


def test_no_breath_is_longer_than_the_engine_says_well(monkeypatch: pytest.MonkeyPatch) -> None:
    script = script_of("“The wheel of the mill went round all night,” said Ann, “and in the morning it stood still.”")
    (whole,) = said(script, one_voice(script))
    card = replace(find_card(FIRST.engine), max_characters=60)
    monkeypatch.setattr("engine.breaths.find_card", lambda _: card)
    parts = said(script, one_voice(script))
    assert len(parts) == 2 and " ".join(parts) == whole
    assert all(len(words) <= 60 for words in parts)


def test_a_line_left_unsaid_parts_nobody() -> None:
    script = script_of("“Come in,” said Ann, “it is late.”")
    script[1] = replace(script[1], own_words=SILENCE)
    (breath,) = gather_breaths(script, full_cast(script))
    assert (breath.said, breath.voice, breath.ids) == ("“Come in,” “it is late.”", SECOND, (1, 2, 3))


WORDS = st.sampled_from(["“Yes,”", "“Come in.”", "said Ann", "—she paused—", "he left.", "It rained all night. ", ""])
SPEAKERS = st.sampled_from([NARRATOR, UNKNOWN, "Ann", "Tom"])
LINES = st.builds(
    Segment,
    start=st.just(0),
    end=st.just(1),
    text=st.just("x"),
    spoken_text=WORDS,
    kind=st.sampled_from([SegmentKind.NARRATION, SegmentKind.DIALOGUE, SegmentKind.VERSE]),
    pause=st.sampled_from([PauseKind.CLAUSE, PauseKind.CLAUSE, PauseKind.SENTENCE, PauseKind.PARAGRAPH]),
    speaker=SPEAKERS,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(LINES, max_size=12), st.dictionaries(SPEAKERS, st.sampled_from([FIRST, SECOND]), max_size=4))
def test_every_line_is_in_one_breath_and_said_by_nobody_but_its_own_voice(lines, voices) -> None:
    script = number(lines)
    breaths = gather_breaths(script, Cast(voices))
    assert [id_ for breath in breaths for id_ in breath.ids] == [line.id for line in script]
    for breath in breaths:
        mine = [script[id_ - 1] for id_ in breath.ids if script[id_ - 1].said]
        assert {voices.get(line.speaker) for line in mine} <= {breath.voice}
        assert "".join(breath.said.split()) == "".join("".join(line.said.split()) for line in mine)
        assert breath.pause in (script[breath.ids[-1] - 1].pause, PauseKind.SENTENCE)


# --- speakers without a voice ------------------------------------------------------------------------------------


def test_lines_of_a_speaker_without_a_voice_wait_and_nobody_says_them() -> None:
    script = script_of(TEXT)
    plan = plan_chapter(7, "One", script, Direction(Cast({NARRATOR: FIRST})))
    assert plan.uncast == {"Ann": 3} and plan.key == ""
    assert [request.spoken_text for request in plan.requests.values()] == [
        "said Ann.",
        "The door was open, and the lamp was lit.",
        "Ann asked.",
    ]
    assert not plan.is_complete(plan.requests.keys())
    with pytest.raises(UncastSpeaker, match=r"Ann \(3 lines\)"):
        refuse_uncast([plan])
    assert find_breath(script, Cast({NARRATOR: FIRST}), script[0].id).voice is None


def test_a_plan_with_everybody_cast_refuses_nothing_and_is_complete_with_its_takes() -> None:
    script = script_of(TEXT)
    plan = plan_chapter(7, "One", script, Direction(full_cast(script)))
    refuse_uncast([plan])
    assert plan.key and plan.is_complete(plan.requests.keys())
    assert not plan.is_complete(set(list(plan.requests)[1:]))


def test_many_speakers_without_a_voice_are_named_by_how_much_they_speak() -> None:
    names = [f"Guest {place}" for place in range(8) for _ in range(8 - place)]
    script = number([replace(script_of("Yes.")[0], speaker=name) for name in names])
    with pytest.raises(
        UncastSpeaker, match=r"Guest 0 \(8 lines\), Guest 1 .*, Guest 4 \(4 lines\) and 3 more"
    ) as refusal:
        refuse_uncast([plan_chapter(1, "One", script, Direction(Cast({})))])
    assert "Guest 5" not in str(refusal.value)


def test_a_line_is_found_in_the_breath_it_is_said_in() -> None:
    script = script_of(TEXT)
    assert {find_breath(script, one_voice(script), line.id).ids for line in script} == {(1, 2, 3), (4, 5, 6)}
    assert find_breath(script, full_cast(script), 2).said == "said Ann."


def test_a_line_that_is_gone_is_said_to_be_gone() -> None:
    with pytest.raises(NotFound, match="no longer"):
        find_breath([], Cast({}), 5)


def test_a_chapter_counts_breaths_as_lines_and_waits_with_those_that_have_no_voice() -> None:
    script = script_of(TEXT)
    row = ChapterRow(7, 1, "One", 20, True, "", len(script), 90)
    for cast, lines in ((one_voice(script), 2), (full_cast(script), 6), (Cast({NARRATOR: FIRST}), 6)):
        plan = plan_chapter(7, "One", script, Direction(cast))
        (summary,) = summarize_chapters([row], [plan], plan.requests.keys(), {})
        assert summary.lines == lines
        assert (summary.rendered == lines) is plan.is_complete(plan.requests.keys())


def test_requests_name_the_language_of_the_book() -> None:
    script = script_of("Il est tard.")
    plan = plan_chapter(7, "One", script, Direction(one_voice(script), language="fr-CA"))
    assert [request.language for request in plan.requests.values()] == ["fr"]


# --- lines joined for a person to see, and what a person wants said instead ----------------------------------------


def test_joined_lines_are_one_line_to_a_person() -> None:
    script = script_of("“Come in,” said Ann. “It is late.”")
    script[1] = replace(script[1], seed=4)
    joined = join_segments(script)
    assert joined.text == joined.spoken_text == joined.said == "“Come in,” said Ann. “It is late.”"
    assert (joined.start, joined.end, joined.id, joined.seed) == (0, len(joined.text), script[0].id, 0)
    assert (joined.speaker, joined.own_words, joined.pause) == (script[0].speaker, "", PauseKind.CHAPTER)
    assert joined.doubt == max(line.doubt for line in script)
    assert join_segments(script[:1]) == script[0]


def test_joined_lines_are_what_the_breath_says() -> None:
    script = script_of("“Come in,” said Ann. “It is late.”")
    for own in ("whispered Ann.", SILENCE):
        changed = [script[0], replace(script[1], own_words=own), script[2]]
        (breath,) = gather_breaths(changed, one_voice(script))
        assert join_segments(changed).said == breath.said


def test_lines_left_unsaid_join_to_silence() -> None:
    script = [replace(line, own_words=SILENCE) for line in script_of("“Come in,” said Ann. “It is late.”")]
    assert join_segments(script).said == ""


@pytest.mark.parametrize(
    ("words", "dealt"),
    [
        ("“Come in,” said Ann. “It is late.”", ["", "", ""]),
        ("", ["", "", ""]),
        ("“Come in,” whispered Ann. “It is late.”", ["", "whispered Ann.", ""]),
        ("“Do come in!” said Ann. “It is late.”", ["“Do come in!”", "", ""]),
        ("“Come in. It is late.”", ["“Come in.", SILENCE, "It is late.”"]),
        ("“Come in,” said Ann.", ["", "", SILENCE]),
        ("“Come in,” said Ann quietly. “It is very late.”", ["", "said Ann quietly.", "“It is very late.”"]),
        ("Something else.", None),
    ],
)
def test_changed_words_go_to_the_lines_they_stand_in(words: str, dealt: list[str] | None) -> None:
    script = script_of("“Come in,” said Ann. “It is late.”")
    own = deal_out_words(script, words)
    assert dealt is None or own == dealt
    changed = [replace(line, own_words=mine) for line, mine in zip(script, own, strict=True)]
    assert join_segments(changed).said == (words or join_segments(script).said)


def test_words_given_back_to_a_silent_line_are_its_own_again() -> None:
    script = script_of("“Come in,” said Ann. “It is late.”")
    script[1] = replace(script[1], own_words=SILENCE)
    assert deal_out_words(script, "“Come in,” said Ann. “It is late.”") == ["", "", ""]
    assert deal_out_words(script, "“Come in,” “It is so late.”") == ["", SILENCE, "“It is so late.”"]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=120), st.sampled_from([TEXT, "“Yes,” said Ann--“no.”", "「来い」と言った。", "One."]))
def test_whatever_words_a_person_types_are_said(words: str, text: str) -> None:
    script = script_of(text)
    words = " ".join(words.split())
    own = deal_out_words(script, words)
    changed = [replace(line, own_words=mine) for line, mine in zip(script, own, strict=True)]
    if words:
        assert "".join("".join(line.said.split()) for line in changed) == "".join(words.split())
    else:
        assert changed == script
