"""What a person chose for lines goes with their text, however the lines are cut anew."""

import pytest

from engine.core_types import SILENCE, Segment, SegmentKind
from engine.project.choices import keep_choices, share_words

TEXT = "“Late again,” said Emma. “And wet.” He did not answer her.\n\n"


def cut(*places, text=TEXT):
    """Lines of the text, cut at these words."""
    edges = [0, *(text.index(place) for place in places), len(text)]
    return [
        Segment(start, end, text[start:end], text[start:end].strip(), id=start + 1)
        for start, end in zip(edges, edges[1:], strict=False)
    ]


def choose(line, **choices):
    from dataclasses import replace

    return replace(line, **choices)


def test_a_line_of_the_same_span_keeps_its_words_and_its_try():
    before = cut("He did")
    before[1] = choose(before[1], own_words="He was silent.", seed=3)
    (_, line), lost = keep_choices(cut("He did"), before).lines, keep_choices(cut("He did"), before).unsaid
    assert (line.own_words, line.seed, lost) == ("He was silent.", 3, [])


def test_own_words_are_cut_where_the_line_is():
    before = cut("He did")
    before[0] = choose(before[0], own_words="“Late once more,” said dear Emma. “And soaking wet.”")
    carried = keep_choices(cut("said", "“And", "He did"), before)
    assert [line.own_words for line in carried.lines] == [
        "“Late once more,”", "said dear Emma.", "“And soaking wet.”", "",
    ]  # fmt: skip


def test_a_piece_whose_words_are_the_manuscripts_has_none_of_its_own():
    before = cut("He did")
    before[0] = choose(before[0], own_words="“Late again,” said Emma. “And dry.”")
    carried = keep_choices(cut("said", "“And", "He did"), before)
    assert [line.own_words for line in carried.lines] == ["", "", "“And dry.”", ""]


def test_words_quite_unlike_the_manuscripts_stay_whole_and_the_rest_is_silent():
    before = cut("He did")
    before[0] = choose(before[0], own_words="Something different altogether happened here instead.")
    carried = keep_choices(cut("said", "“And", "He did"), before)
    spoken = [line.own_words for line in carried.lines]
    assert spoken.count(SILENCE) == 2 and "Something different altogether happened here instead." in spoken


def test_a_line_left_unsaid_stays_unsaid_in_all_its_pieces():
    before = cut("He did")
    before[0] = choose(before[0], own_words=SILENCE)
    carried = keep_choices(cut("said", "He did"), before)
    assert [line.said for line in carried.lines] == ["", "", "He did not answer her."]


def test_lines_that_are_joined_say_both_their_words():
    before = cut("said", "“And", "He did")
    before[0] = choose(before[0], own_words="“Late once more,”")
    carried = keep_choices(cut("He did"), before)
    assert carried.lines[0].own_words == "“Late once more,” said Emma. “And wet.”"


def test_a_settled_speaker_goes_to_the_lines_that_lie_in_what_was_settled():
    before = cut("said", "“And", "He did")
    before[2] = choose(before[2], speaker="Emma", settled=True, reason="settled by hand")
    new = [choose(line, kind=SegmentKind.DIALOGUE, speaker="X", doubt=0.4) for line in cut("said", "“And", "wet", "He")]
    carried = keep_choices(new, before)
    assert [(line.speaker, line.settled, line.doubt) for line in carried.lines] == [
        ("X", False, 0.4), ("X", False, 0.4), ("Emma", True, 0.0), ("Emma", True, 0.0), ("X", False, 0.4),
    ]  # fmt: skip


def test_what_finds_no_place_is_told():
    before = [choose(cut("He did")[1], own_words="Silent, he was.", speaker="Emma", settled=True)]
    carried = keep_choices(cut(), before)
    assert (carried.unsettled, carried.unsaid) == (before, before)
    assert not any(line.settled or line.own_words for line in carried.lines)


@pytest.mark.parametrize(
    ("said", "spoken", "shared"),
    [
        ("a b c d", ["a b", "c d"], ["", ""]),
        ("a x c d", ["a b", "c d"], ["a x", ""]),
        ("a b c d e", ["a b", "c d"], ["", "c d e"]),
        ("a b", ["a b", "c"], ["", SILENCE]),
        ("", ["a b", "c"], [SILENCE, SILENCE]),
        ("a b", ["", "a b"], ["", ""]),
    ],
)
def test_words_are_shared_out_in_order_and_none_is_lost(said, spoken, shared):
    assert share_words(said, spoken) == shared
