"""The people of a book put right, and every change taken back."""

import random

import pytest

from engine.core_types import NARRATOR, UNKNOWN, Shape
from engine.errors import EditRefused, NotFound
from engine.shelf_types import Reading


def names(desk, slug):
    return [role.name for role in desk.roles(slug)]


# --- renamed, merged, split -----------------------------------------------------------------------------------------


def test_a_renamed_role_speaks_its_lines_under_the_new_name_and_stays_so(desk, shelf, slug):
    desk.rename_role(slug, "Emma", "Miss Hart")
    desk.find_speakers(slug)
    assert shelf.speakers(slug)["“Open.”"] == "Miss Hart" and "Emma" not in names(desk, slug)
    (role,) = [role for role in desk.roles(slug) if role.name == "Miss Hart"]
    assert "Emma" in role.aliases and role.lines == 7


def test_a_rename_to_a_name_that_is_there_offers_to_merge(desk, slug):
    with pytest.raises(EditRefused, match="merge"):
        desk.rename_role(slug, "Emma", "mrs. bell")


@pytest.mark.parametrize("name", ["", " \n", "y" * 81, NARRATOR, "unknown"])
def test_a_name_that_cannot_be_is_refused(desk, shelf, slug, name):
    before = shelf.everything(slug)
    with pytest.raises(EditRefused, match=r"\.$"):
        desk.rename_role(slug, "Emma", name)
    assert shelf.everything(slug) == before


@pytest.mark.parametrize("name", [NARRATOR, UNKNOWN])
def test_the_narrator_and_nobody_are_not_renamed_or_merged_away(desk, slug, name):
    for change in (
        lambda: desk.rename_role(slug, name, "Ada"),
        lambda: desk.merge_roles(slug, name, "Emma"),
        lambda: desk.merge_roles(slug, "Emma", name),
        lambda: desk.split_role(slug, name, "I", "Ada"),
    ):
        with pytest.raises((EditRefused, NotFound)):
            change()
    assert desk.last_edit(slug) == ""


def test_only_the_capitals_of_a_name_can_be_changed(desk, slug):
    desk.rename_role(slug, "Emma", "EMMA")
    assert "EMMA" in names(desk, slug)


def test_merged_roles_stay_one_when_speakers_are_found_again(desk, shelf, slug):
    desk.give_voice(slug, "Mr. Knight", "otto", Shape(-2.0))
    desk.merge_roles(slug, "Mr. Knight", "Mrs. Bell")
    desk.find_speakers(slug)
    (role,) = [role for role in desk.roles(slug) if role.name == "Mrs. Bell"]
    assert (role.lines, role.voice, role.shape) == (6, "otto", Shape(-2.0))
    assert "Mr. Knight" in role.aliases and "Mr. Knight" not in names(desk, slug)


def test_a_line_of_a_merged_role_can_still_be_settled_and_solved(desk, shelf, slug):
    desk.merge_roles(slug, "Mr. Knight", "Mrs. Bell")
    changed = desk.settle(slug, shelf.line(slug, "It was mended in March").id, "Emma")
    assert len(changed) == 2 and shelf.speakers(slug)["“Then it was mended badly.”"] == "Mrs. Bell"


def test_roles_that_were_merged_can_be_split_again(desk, shelf, slug):
    before = shelf.speakers(slug)
    desk.merge_roles(slug, "Mr. Knight", "Mrs. Bell")
    desk.split_role(slug, "Mrs. Bell", "Mr. Knight", "George Knight")
    desk.find_speakers(slug)
    was = {text: name.replace("Mr. Knight", "George Knight") for text, name in before.items()}
    assert shelf.speakers(slug) == was


TWO_HARTS = """CHAPTER I. Two

Emma Hart sat by the fire. Miss Hart was at the window, and did not turn.

“It is cold,” said Emma Hart.

“It is June,” said Miss Hart.

“So it is,” said Emma.

“Always,” said Miss Hart.
"""


def test_two_people_under_one_name_are_split_and_stay_apart(desk, shelf):
    slug = shelf.open(TWO_HARTS)
    (both,) = [role for role in desk.roles(slug) if role.lines and role.name != NARRATOR]
    assert both.lines == 4
    desk.split_role(slug, both.name, "Miss Hart", "The Elder Miss Hart")
    said = shelf.speakers(slug)
    assert said["“It is June,”"] == said["“Always,”"] == "The Elder Miss Hart"
    assert said["“It is cold,”"] == said["“So it is,”"] == both.name
    desk.find_speakers(slug)
    assert shelf.speakers(slug) == said
    assert desk.undo(slug) == f"split The Elder Miss Hart from {both.name}"
    assert set(shelf.speakers(slug).values()) == {both.name}


def test_a_settled_line_stays_with_its_role_when_that_is_split(desk, shelf):
    slug = shelf.open(TWO_HARTS)
    name = shelf.speakers(slug)["“Always,”"]
    desk.settle(slug, shelf.line(slug, "Always").id, name)
    desk.split_role(slug, name, "Miss Hart", "The Elder Miss Hart")
    assert shelf.speakers(slug)["“Always,”"] == name


def test_a_name_that_is_not_the_roles_cannot_be_split_off(desk, slug):
    with pytest.raises(EditRefused, match="not one of Emma's names, which are: Emma Hart"):
        desk.split_role(slug, "Emma", "Augusta", "Augusta Hart")
    with pytest.raises(EditRefused, match="already somebody"):
        desk.split_role(slug, "Emma", "Emma Hart", "Mrs. Bell")


def test_the_teller_is_marked_and_stays_so(desk, slug):
    desk.mark_narrator(slug, "Emma", True)
    desk.find_speakers(slug)
    assert [role.name for role in desk.roles(slug) if role.is_narrator] == ["Emma"]
    desk.mark_narrator(slug, "Emma", False)
    assert not any(role.is_narrator for role in desk.roles(slug))


# --- undone ---------------------------------------------------------------------------------------------------------


def list_changes(desk, shelf, slug):
    """One of each kind of change, by the words that undo has for it."""
    line = shelf.line(slug, "It was mended in March").id
    return {
        "give “It was mended in March.” to Emma": lambda: desk.settle(slug, line, "Emma"),
        "give “It was mended in March.” to The Dog": lambda: desk.settle(slug, line, "The Dog"),
        "give the lines of Emma to Mrs. Bell": lambda: desk.replace_speaker(slug, "Emma", "Mrs. Bell"),
        "rename Emma to Miss Hart": lambda: desk.rename_role(slug, "Emma", "Miss Hart"),
        "merge Emma into Mrs. Bell": lambda: desk.merge_roles(slug, "Emma", "Mrs. Bell"),
        "split Ada from Emma": lambda: desk.split_role(slug, "Emma", "Emma Hart", "Ada"),
        "make Emma the one who tells the book": lambda: desk.mark_narrator(slug, "Emma", True),
        "give Emma a voice": lambda: desk.give_voice(slug, "Emma", "iris", Shape(1.0)),
        "give Narrator a voice": lambda: desk.give_voice(slug, NARRATOR, "otto"),
        "give many voices": lambda: desk.give_voices(
            slug, {"Emma": ("iris", None), "Mrs. Bell": ("wren", None)}, "give many voices"
        ),
        "change what is known of Emma": lambda: desk.change_role(slug, "Emma", gender="M", age="old"),
        "have it read by full cast": lambda: desk.set_reading(slug, Reading.FULL_CAST),
        "put it into the series Gates": lambda: desk.set_series(slug, "Gates"),
    }


def test_every_change_can_be_undone(desk, shelf, slug):
    before = shelf.everything(slug)
    for deed, change in list_changes(desk, shelf, slug).items():
        change()
        assert shelf.everything(slug) != before, deed
        assert desk.last_edit(slug) == deed
        assert desk.undo(slug) == deed
        assert shelf.everything(slug) == before, deed
    assert desk.last_edit(slug) == ""


@pytest.mark.parametrize("seed", range(6))
def test_changes_are_undone_the_last_first_until_all_is_as_it_was(desk, shelf, slug, seed):
    chance, states = random.Random(seed), [shelf.everything(slug)]
    for _ in range(12):
        change = chance.choice(list(list_changes(desk, shelf, slug).values()))
        try:
            change()
        except (EditRefused, NotFound):
            continue  # Emma may be merged away by now
        if desk.last_edit(slug) and shelf.everything(slug) != states[-1]:
            states.append(shelf.everything(slug))
    assert len(states) > 3
    while desk.last_edit(slug):
        desk.undo(slug)
        assert shelf.everything(slug) in states
    assert shelf.everything(slug) == states[0]


def test_nothing_to_undo_is_said(desk, slug):
    with pytest.raises(EditRefused, match="nothing to undo"):
        desk.undo(slug)


def test_what_changes_nothing_leaves_nothing_to_undo(desk, shelf, slug):
    desk.set_reading(slug, Reading.ONE_VOICE)
    assert desk.replace_speaker(slug, UNKNOWN, "Emma") == 0
    desk.mark_narrator(slug, "Emma", False)
    assert desk.last_edit(slug) == ""


def test_a_change_is_still_undone_after_speakers_were_found_again(desk, shelf, slug):
    before = shelf.speakers(slug)
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    desk.find_speakers(slug)
    desk.undo(slug)
    assert shelf.speakers(slug) == before


def test_a_change_to_lines_that_are_gone_is_not_undone_and_says_so(desk, shelf, slug):
    from engine.contents_desk import ContentsDesk

    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    noon = shelf.books.contents(slug)[2].id
    ContentsDesk(shelf.books, desk).merge_with_next(slug, noon)
    before = shelf.everything(slug)
    with pytest.raises(EditRefused, match="cannot be undone any more"):
        desk.undo(slug)
    assert shelf.everything(slug) == before and desk.last_edit(slug) == ""
    assert shelf.line(slug, "Alone?").settled


def test_merging_and_splitting_chapters_keeps_who_speaks(desk, shelf, slug):
    from engine.contents_desk import ContentsDesk

    contents = ContentsDesk(shelf.books, desk)
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    before = [(line.text.strip(), line.speaker, line.reason, line.settled) for line in shelf.lines(slug)]
    contents.merge_with_next(slug, shelf.books.contents(slug)[1].id)
    both = shelf.books.contents(slug)[1].id
    contents.split(slug, both, shelf.line(slug, "The dog was there").id, "Part two")
    after = [(line.text.strip(), line.speaker, line.reason, line.settled) for line in shelf.lines(slug)]
    assert after == before
    desk.settle(slug, shelf.line(slug, "The dog was there").id, "Mrs. Bell")
    assert shelf.line(slug, "Alone?").speaker == "Mr. Knight"


def test_a_role_made_by_a_person_stays_when_others_lines_are_its_by_now(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "“Open.”").id, "The Dog")
    line = shelf.line(slug, "Nobody spoke")
    with shelf.database.write("test") as connection:  # as if the analysis had found another line for it
        from sqlalchemy import update

        from engine.project import tables

        connection.execute(update(tables.segments).where(tables.segments.c.id == line.id).values(speaker="The Dog"))
    desk.undo(slug)
    assert shelf.line(slug, "“Open.”").speaker == "Emma" and "The Dog" in names(desk, slug)


def test_the_last_two_hundred_changes_are_kept(desk, slug):
    for _ in range(101):
        desk.set_reading(slug, Reading.FULL_CAST)
        desk.set_reading(slug, Reading.ONE_VOICE)
    undone = 0
    while desk.last_edit(slug):
        desk.undo(slug)
        undone += 1
    assert undone == 200


def test_a_book_that_is_deleted_takes_its_roles_and_changes_along(desk, shelf, slug):
    from sqlalchemy import func, select

    from engine.project import tables

    desk.merge_roles(slug, "Emma", "Mrs. Bell")
    shelf.books.delete(slug)
    with shelf.database.read() as connection:
        for table in (tables.roles, tables.edits, tables.segments):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
