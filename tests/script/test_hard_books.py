"""Books that are hard on whoever looks for speakers: each is opened, and the desk answers."""

from itertools import pairwise

import pytest

from engine.core_types import NARRATOR, UNKNOWN
from engine.shelf_types import Reading

NAMES = ["Will Grace", "Grace Will", "May Hope", "Mark Rose"]
TALK = "“Where is it?” said {0}.\n\n“Here,” said {1}. “Where else?”\n\n“Indeed.”\n\n“Quite so.”\n\n"


def chapter(number, body):
    return f"CHAPTER {number}. Part {number}\n\n{body}\n\n"


HARD = {
    "quotation marks only": chapter(1, "“”\n\n“ ”\n\n““””\n\n\"\"\n\n‘’") + chapter(2, "“A.”"),
    "nothing but speech": chapter(1, "\n\n".join(f"“This is line {n}.”" for n in range(60))),
    "unclosed to the end": chapter(1, "Ann sat.\n\n“And then,” said Ann, “it all " + "went on and on, " * 900)
    + chapter(2, "“Done,” said Ann."),
    "every paragraph unclosed": chapter(1, "\n\n".join(f"“Ann said line {n} and never stopped" for n in range(50))),
    "one name for two": chapter(1, TALK.format("John Smith", "Mary Smith") + TALK.format("Smith", "John"))
    + chapter(2, TALK.format("John Smith the younger", "Smith")),
    "names that are words": chapter(1, "".join(TALK.format(one, two) for one, two in pairwise(NAMES)))
    + "Will will go. May may stay. Grace had grace, and hope had Hope. Mark my words, said Mark.",
    "names the script needs": chapter(1, TALK.format("Narrator", "Unknown") * 3),
    "the same chapter twice": 2 * chapter(1, "Ann Lee and Bob Dee came in.\n\n" + TALK.format("Ann", "Bob")),
    "all capitals": chapter(1, "ANN LEE AND BOB DEE CAME IN.\n\n" + TALK.format("Ann", "Bob").upper() * 3),
    "no capitals": chapter(1, "ann lee and bob dee came in.\n\n" + TALK.format("ann", "bob").lower() * 3),
    "mixed languages": chapter(1, TALK.format("Ann", "Bob") + "« Où est-il ? » dit Pierre.\n\n„Hier“, sagte Hans.")
    + "— No sé —dijo Juan.\n",
    "dashes": chapter(1, "\n\n".join(f"— I am line {n}, said Ann." for n in range(30))),
    "a play": chapter(1, "\n\n".join(f"{name}. I speak the line {n}." for n in range(20) for name in ("ANN", "BOB"))),
    "very long name": chapter(1, "“Yes,” said " + " ".join(["Bartholomew"] * 40) + ".\n\n" * 3),
    "signs of other scripts": chapter(1, "“\u202eYes\u202c,” said A\u0301nn\u200b. “\U0001f600”\n\n“No,” said 李雷."),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_the_book_is_opened_and_every_question_about_its_script_answered(shelf, name):
    slug = shelf.open(HARD[name], "hard.txt")
    lines, desk = shelf.lines(slug), shelf.desk
    roles = {role.name: role for role in desk.roles(slug)}
    assert {line.speaker for line in lines if line.said} <= roles.keys()
    assert len({role.casefold() for role in roles}) == len(roles) and all(0 < len(role) <= 80 for role in roles)
    assert sum(role.lines for role in roles.values()) == sum(bool(line.said) for line in lines)
    assert all(0.0 <= line.doubt <= 1.0 for line in lines)
    desk.strip(slug)
    for doubtful in desk.doubtful(slug, 0.0, count=5):
        assert doubtful.segment.speaker not in (NARRATOR,) and len(doubtful.candidates) <= 9
    desk.find_speakers(slug)
    assert shelf.lines(slug) == lines
    spoken = [line for line in lines if line.speaker != NARRATOR]
    if spoken:
        desk.settle(slug, spoken[-1].id, "The Owl")
        assert shelf.lines(slug) != lines
        desk.undo(slug)
    assert shelf.lines(slug) == lines
    desk.write_csv(slug, shelf.folder / "hard.csv")
    assert desk.read_csv(slug, shelf.folder / "hard.csv") == 0
    assert shelf.reimport(slug, HARD[name], "hard.txt")[0].startswith(f"{sum(bool(line.said) for line in lines):,} of")
    assert shelf.lines(slug) == lines


def test_a_character_called_as_the_script_calls_its_own_is_told_from_them(shelf):
    slug = shelf.open(HARD["names the script needs"], "hard.txt")
    spoken = {line.speaker for line in shelf.lines(slug) if line.text.startswith("“")}
    assert NARRATOR not in spoken and "Narrator (2)" in spoken
    told = {line.speaker for line in shelf.lines(slug) if line.text.startswith("said")}
    assert told == {NARRATOR}


def test_a_long_book_without_a_quotation_is_the_narrators(shelf):
    body = "The tide went out, and nobody on the shore had a word to say about it. " * 70
    slug = shelf.open("".join(chapter(number, body) for number in range(1, 21)), "long.txt")
    assert shelf.books.summary(slug).words > 20_000
    assert {line.speaker for line in shelf.lines(slug)} == {NARRATOR}
    assert shelf.desk.doubtful(slug, 0.0) == [] and shelf.desk.count_doubtful(slug, 0.0) == 0
    assert [role.name for role in shelf.desk.roles(slug) if role.lines] == [NARRATOR]


def test_lines_of_nobody_are_nobodys_and_a_full_cast_says_so(shelf):
    slug = shelf.open(HARD["nothing but speech"], "hard.txt")
    last = shelf.desk.roles(slug)[-1]
    assert last.name == UNKNOWN and last.lines > 50
    shelf.desk.set_reading(slug, Reading.FULL_CAST)
    from engine.core_types import VoiceProfile

    cast = shelf.desk.cast(slug, lambda name: VoiceProfile(name, name, "", "fake", name, name))
    assert list(cast.voices) == [NARRATOR]


def test_the_author_on_the_title_page_is_no_character(shelf, slug):
    names = [role.name for role in shelf.desk.roles(slug)] + [a for r in shelf.desk.roles(slug) for a in r.aliases]
    assert not any("Winter" in name for name in names)
