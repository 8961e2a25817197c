"""The books of a series share a cast."""

import pytest

from engine.core_types import NARRATOR, Shape
from engine.errors import EditRefused

SECOND = """THE GARDEN WALL

CHAPTER I. Spring

Miss Emma Hart had grown older. Doctor Bell looked in at the gate.

“Good day,” said Emma Hart.

“It is no good day,” said Doctor Bell.

“Emma Hart!” cried Mr. Knight. “You here?”

“I am,” said Emma Hart.
"""


@pytest.fixture
def second(shelf):
    return shelf.open(SECOND, "wall.txt")


def voices(desk, slug):
    return {role.name: role.voice for role in desk.roles(slug) if role.voice}


def test_a_book_that_joins_takes_the_voices_the_series_has(desk, slug, second):
    desk.give_voice(slug, "Emma", "iris", Shape(1.5))
    desk.give_voice(slug, "Mr. Knight", "otto")
    assert desk.set_series(slug, "The Garden") == 0
    assert desk.set_series(second, " The  Garden ") == 2
    assert voices(desk, second) == {NARRATOR: "hazel", "Emma Hart": "iris", "Mr. Knight": "otto"}
    (emma,) = [role for role in desk.roles(second) if role.name == "Emma Hart"]
    assert emma.shape == Shape(1.5)
    assert desk.series() == ["The Garden"]


def test_a_series_is_the_same_whatever_its_capitals(desk, slug, second):
    desk.give_voice(slug, "Emma", "iris")
    desk.set_series(slug, "The Garden")
    assert desk.set_series(second, "the garden") >= 1
    assert desk.series() == ["The Garden"]
    assert voices(desk, second)["Emma Hart"] == "iris"


def test_a_voice_given_in_a_series_is_there_for_its_next_book(desk, slug, second):
    desk.set_series(slug, "The Garden")
    desk.give_voice(slug, "Emma", "iris")
    desk.give_voice(slug, NARRATOR, "otto")
    assert {role.name: role.voice for role in desk.series_roles("The Garden")} == {NARRATOR: "otto", "Emma": "iris"}
    assert desk.set_series(second, "The Garden") == 2
    assert voices(desk, second) == {NARRATOR: "otto", "Emma Hart": "iris"}


def test_the_series_goes_before_and_learns_what_it_has_not(desk, slug, second):
    desk.give_voice(slug, "Emma", "iris")
    desk.set_series(slug, "The Garden")
    desk.give_voice(second, "Emma Hart", "wren")
    desk.give_voice(second, "Doctor Bell", "otto")
    desk.set_series(second, "The Garden")
    assert voices(desk, second)["Emma Hart"] == "iris"
    assert {role.name for role in desk.series_roles("The Garden")} == {NARRATOR, "Emma", "Doctor Bell"}


def test_two_people_of_one_surname_are_not_taken_for_each_other(desk, slug, second):
    desk.give_voice(slug, "Mrs. Bell", "wren")
    desk.set_series(slug, "The Garden")
    desk.set_series(second, "The Garden")
    assert "Doctor Bell" not in voices(desk, second)


def test_joining_is_undone_with_all_it_brought(desk, shelf, slug, second):
    desk.give_voice(slug, "Emma", "iris")
    desk.set_series(slug, "The Garden")
    before, kept = shelf.everything(second), desk.series_roles("The Garden")
    desk.give_voice(second, "Doctor Bell", "otto")
    desk.set_series(second, "The Garden")
    assert desk.undo(second) == "put it into the series The Garden"
    desk.undo(second)
    assert shelf.everything(second) == before and desk.series_roles("The Garden") == kept


def test_a_book_leaves_with_the_voices_it_has(desk, shelf, slug):
    desk.give_voice(slug, "Emma", "iris")
    desk.set_series(slug, "The Garden")
    desk.set_series(slug, "")
    assert shelf.books.summary(slug).series == "" and voices(desk, slug)["Emma"] == "iris"
    desk.give_voice(slug, "Emma", "wren")
    assert [role.voice for role in desk.series_roles("The Garden") if role.name == "Emma"] == ["iris"]


def test_a_renamed_role_is_still_known_in_the_series(desk, slug, second):
    desk.set_series(slug, "The Garden")
    desk.give_voice(slug, "Emma", "iris")
    desk.rename_role(slug, "Emma", "The Heroine")
    desk.give_voice(slug, "The Heroine", "wren")
    assert [role.voice for role in desk.series_roles("The Garden") if role.name == "Emma"] == ["wren"]
    desk.set_series(second, "The Garden")
    assert voices(desk, second)["Emma Hart"] == "wren"


def test_a_series_needs_a_name_of_reasonable_length(desk, slug):
    with pytest.raises(EditRefused, match="too long"):
        desk.set_series(slug, "x" * 200)


def test_words_are_said_as_the_series_says_them_once_the_book_has_joined(shelf):
    from engine.manuscript.lexicon import Lexicon, LexiconEntry
    from engine.script_desk import ScriptDesk

    respoken = []
    lexicons = {"": Lexicon(), "The Garden": Lexicon((LexiconEntry("Hart", "Heart"),))}
    desk = ScriptDesk(
        shelf.books,
        shelf.database,
        lambda slug: lexicons[shelf.books.summary(slug).series] if slug else None,
        lambda slug, before: respoken.append((slug, before)),
    )
    slug = shelf.open()
    desk.set_series(slug, "The Garden")
    desk.undo(slug)
    desk.set_series(slug, "")
    assert respoken == [(slug, lexicons[""]), (slug, lexicons["The Garden"])]
