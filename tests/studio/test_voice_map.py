"""The map of voices as a page shows it: names that do not lie on each other, pairs that are hard to tell apart."""

from __future__ import annotations

from studio.pages.voice_map import MARGIN, ROOM, make_room, show_pairs


def test_names_do_not_lie_on_each_other() -> None:
    spots = make_room([(50.0, 50.0), (52.0, 50.0), (55.0, 51.0), (20.0, 50.0)])
    near = sorted(y for _, y in spots[:3])
    assert all(below - above > 0.9 * ROOM[1] for above, below in zip(near, near[1:], strict=False))
    assert [x for x, _ in spots] == [50.0, 52.0, 55.0, 20.0] and spots[3] == (20.0, 50.0)
    assert all(MARGIN <= y <= 100.0 - MARGIN for _, y in spots)


def test_pairs_hard_to_tell_apart_are_told_and_many_are_folded() -> None:
    assert show_pairs([]) == ""
    few = show_pairs([("Ada <b>", "Hazel")])
    assert "Ada &lt;b&gt; and Hazel" in few and "<details>" not in few
    many = show_pairs([(f"A{number}", f"B{number}") for number in range(9)])
    assert many.index("A2 and B2") < many.index("6 more") < many.index("A3 and B3")
