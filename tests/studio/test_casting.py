"""What a person sees and can do on the cast page."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest

from engine.core_types import NARRATOR, UNKNOWN, Shape
from engine.shelf_types import Reading, Role
from studio.pages.casting import CastingPage
from studio.pages.casting_doubts import CONTEXT, crop_after, crop_before, unwrap
from studio.pages.casting_people import SHOWN, tell_bend
from studio.pages.casting_place import Place
from studio.pages.casting_strip import COLOURS, paint_roles, show_strip
from studio.pages.narration import NarrationPage
from tests.fake_script import FakeScript, Told
from tests.studio.cast_production import FIRST, CastProduction
from tests.studio.conftest import HOSTILE, Visitor, request
from tests.studio.test_pages import Reader, all_html

BOOK = {"book": "light"}


@pytest.fixture
def production(tmp_path: Path) -> CastProduction:
    return CastProduction(tmp_path / "workspace")


@pytest.fixture
def visitor(production: CastProduction) -> Visitor:
    return Visitor(CastingPage(production))  # type: ignore[arg-type]


def cast_of(script: FakeScript) -> dict[str, str]:
    return {role.name: role.voice for role in script.roles("light") if role.name != NARRATOR}


# -- which reading -------------------------------------------------------------------------------------------------


def test_a_book_begins_with_one_voice_and_nobody_is_missed(visitor: Visitor) -> None:
    shown = visitor.open(**BOOK)
    assert 'id="one-voice" data-act="one-voice" aria-pressed="true"' in shown["choice"]
    assert "Hazel reads everything." in shown["choice"] and 'id="uncast"' not in shown["choice"]
    assert shown["people"].count("<select data-act") == 1  # the narrator's


def test_a_full_cast_names_those_without_a_voice_and_how_many_lines_wait(visitor: Visitor) -> None:
    shown = visitor.press("full-cast", **BOOK)
    assert 'role="alert" id="uncast"' in shown["choice"] and "4 speakers have lines and no voice" in shown["choice"]
    assert "Emma (2 lines)" in shown["choice"] and "nobody yet (2 lines)" in shown["choice"]
    assert 'data-act="suggest"' in shown["choice"]


def test_one_press_gives_suggested_voices_and_one_undo_takes_them_back(
    visitor: Visitor, production: CastProduction
) -> None:
    visitor.press("full-cast", **BOOK)
    shown = visitor.press("suggest", **BOOK)
    assert 'id="uncast"' not in shown["choice"] and "4 speakers given a voice" in shown["notice"]
    assert all(cast_of(production.script_desk).values())
    assert "Undo: give the suggested voices" in shown["heading"]
    shown = visitor.press("undo", **BOOK)
    assert not any(cast_of(production.script_desk).values()) and 'id="uncast"' in shown["choice"]


def test_one_press_goes_back_to_one_voice(visitor: Visitor, production: CastProduction) -> None:
    visitor.press("full-cast", **BOOK)
    shown = visitor.press("one-voice", **BOOK)
    assert production.script_desk.reading is Reading.ONE_VOICE and 'id="uncast"' not in shown["choice"]


def test_what_cannot_be_done_is_explained(visitor: Visitor) -> None:
    assert "There is nothing to undo." in visitor.press("undo", **BOOK)["notice"]
    assert "Choose the speaker" in visitor.press("merge", {"name": "Emma", "into": ""}, **BOOK)["notice"]
    assert "Type a name" in visitor.press("rename", {"name": "Emma", "value": " "}, **BOOK)["notice"]
    assert "There is a Harriet" in visitor.press("rename", {"name": "Emma", "value": "Harriet"}, **BOOK)["notice"]


# -- the speakers --------------------------------------------------------------------------------------------------


def test_speakers_come_by_how_much_they_speak_with_a_line_to_hear(visitor: Visitor) -> None:
    people = visitor.open(**BOOK)["people"]
    assert re.findall(r'data-role="([^"]+)"', people) == [NARRATOR, "Emma", "Mr. Knightley", "Harriet", UNKNOWN]
    assert "also Miss Woodhouse<" in people and "Nobody yet" in people
    assert people.count("data-sound") == 5


def test_a_line_is_heard_anew_when_its_voice_is_another(visitor: Visitor) -> None:
    visitor.press("full-cast", **BOOK)
    sounds = []
    for voice in ("agnes", "augusta"):
        people = visitor.press("voice", {"name": "Emma", "value": voice}, **BOOK)["people"]
        sounds += re.findall(r'data-sound="(/media/line/light/2002[^"]*)"', people)
    assert len(set(sounds)) == 2
    waiting = re.search(r'data-role="Harriet">(.*?)<div', people)
    assert waiting and "data-sound" not in waiting[1]


def test_a_voice_can_be_chosen_or_the_suggested_one_taken(visitor: Visitor, production: CastProduction) -> None:
    people = visitor.press("full-cast", **BOOK)["people"]
    assert "Take Augusta" in people and '<option value="" selected>No voice</option>' in people
    visitor.press("voice", {"name": "Emma", "value": "agnes"}, **BOOK)
    shown = visitor.press("voice", {"name": "Harriet", "value": "augusta", "shape": "4.5,0.9,1.0"}, **BOOK)
    assert cast_of(production.script_desk)["Emma"] == "agnes"
    assert production.script_desk.cast["Harriet"].shape == Shape(4.5, 0.9, 1.0)
    assert "Augusta, higher" in shown["people"]


def test_the_narrators_voice_is_chosen_here_as_well(visitor: Visitor) -> None:
    shown = visitor.press("voice", {"name": NARRATOR, "value": "arthur"}, **BOOK)
    assert "Arthur reads everything." in shown["choice"]


def test_a_speaker_opens_to_be_changed(visitor: Visitor, production: CastProduction) -> None:
    people = visitor.open(**BOOK, role="Emma")["people"]
    assert people.count('class="role-card"') == 1 and 'aria-expanded="true"' in people
    assert 'data-alias="Miss Woodhouse"' in people and 'data-alias="Emma"' not in people
    visitor.press("gender", {"name": "Emma", "value": "M"}, **BOOK)
    visitor.press("age", {"name": "Emma", "value": "old"}, **BOOK)
    visitor.press("narrator", {"name": "Emma", "value": "true"}, **BOOK)
    emma = production.script_desk.cast["Emma"]
    assert (emma.gender, emma.age, emma.is_narrator) == ("M", "old", True)
    assert '<p class="voice-of hint">the narrator\'s voice' in visitor.press("full-cast", **BOOK)["people"]


def test_speakers_are_renamed_merged_and_split(visitor: Visitor, production: CastProduction) -> None:
    visitor.press("rename", {"name": "Emma", "value": "Miss  Emma"}, **BOOK)
    visitor.press("split", {"name": "Miss Emma", "alias": "Miss Woodhouse", "value": "Isabella"}, **BOOK)
    shown = visitor.press("merge", {"name": "Harriet", "into": "Miss Emma"}, **BOOK)
    assert set(cast_of(production.script_desk)) == {"Miss Emma", "Mr. Knightley", UNKNOWN, "Isabella"}
    assert "Harriet and Miss Emma are one now." in shown["notice"]


def test_voices_hard_to_tell_apart_are_told(visitor: Visitor, production: CastProduction) -> None:
    talk: list[Told] = [("Emma", "“Yes.”", 0.0), ("Harriet", "“No.”", 0.0)] * 5
    production.script_desk.chapters = FakeScript.of(talk).chapters
    for name in ("Emma", "Harriet"):
        production.script_desk.give_voice("light", name, "agnes")
    people = visitor.press("full-cast", **BOOK)["people"]
    assert "1 pair of voices hard to tell apart" in people and "both speak with Agnes&#x27;s voice" in people


# -- the picture ---------------------------------------------------------------------------------------------------


def test_each_chapter_is_a_strip_of_who_speaks_where(visitor: Visitor, production: CastProduction) -> None:
    strip = visitor.open(**BOOK)["strip"]
    assert strip.count("<svg") == 2
    first = strip[strip.index("<svg") :]
    assert 'data-name="Emma" data-lines="1001"' in first and f'data-name="{UNKNOWN}" data-lines="1004,1"' in first
    assert 'class="in-doubt"' in first
    assert "Emma 25%" in strip  # for those who do not see it
    production.contents_desk.include("light", production.contents["light"][1].id, False)
    assert visitor.open(**BOOK)["strip"].count("<svg") == 1


def test_stretches_lie_where_their_words_are(production: CastProduction) -> None:
    script = FakeScript.of([("Emma", "a" * 249, 0.0), (NARRATOR, "b" * 499, 0.0), ("Emma", "c" * 249, 0.0)])
    strip = show_strip(Place("light"), script.strip("light"), {1: "One"}, paint_roles(script.roles("light")))
    assert 'd="M0 6h250M750 6h250"' in strip


def test_the_twelve_who_speak_most_have_colours_of_their_own() -> None:
    roles = [Role(NARRATOR, lines=9), *(Role(f"Speaker {n}", lines=99 - n) for n in range(20)), Role("Silent")]
    paints = paint_roles(roles)
    assert len({paint for paint in paints.values() if paint.startswith("c")}) == COLOURS
    assert paints["Speaker 19"] == "rest" and paints[NARRATOR] == "told" and "Silent" not in paints


def test_a_line_pressed_in_the_picture_comes_to_the_desk(visitor: Visitor) -> None:
    doubts = visitor.open(**BOOK, line="2001")["doubts"]
    assert "“I am tired.”" in doubts and 'id="doubts-back"' in doubts
    gone = visitor.open(**BOOK, line="999999")
    assert not gone.get("notice") and 'class="doubtful"' not in gone["doubts"]


def test_the_book_is_studied_while_the_page_is_looked_at(visitor: Visitor, production: CastProduction) -> None:
    visitor.open(**BOOK)
    for thread in threading.enumerate():
        if thread.name == "study":
            thread.join()
    assert production.script_desk.studied == ["light"]
    page = visitor.page
    assert isinstance(page, CastingPage)
    production.script_desk.warm_up = lambda slug: 1 / 0  # type: ignore[assignment, method-assign]
    page.study_ahead("light")  # nobody has asked, nobody is told


# -- the doubts ----------------------------------------------------------------------------------------------------


def test_the_most_doubtful_line_comes_first_in_its_context(visitor: Visitor) -> None:
    doubts = visitor.open(**BOOK)["doubts"]
    assert '<b id="doubts-left">3</b> lines left above 30 %' in doubts
    assert "60 % in doubt" in doubts and "“The roads are dry.” </span>" in doubts
    assert '<mark id="doubt-line" tabindex="-1">“Then let us walk.”</mark>' in doubts
    assert "“Gladly.”" in doubts


def test_candidates_have_a_key_each_and_the_narrator_has_0(visitor: Visitor) -> None:
    doubts = visitor.open(**BOOK, above="20", after="1005")["doubts"]
    keys = dict(re.findall(r'data-name="([^"]+)" data-key="(\w)"', doubts))
    assert keys == {"Harriet": "1", "Emma": "2", "Mr. Knightley": "3", NARRATOR: "0"}
    assert 'data-name="Harriet" data-key="1" data-now' in doubts


@pytest.mark.parametrize(("above", "left"), [("10", 5), ("20", 4), ("30", 3), ("50", 2), ("", 3), ("7", 3), ("x", 3)])
def test_the_chosen_doubt_says_how_many_lines_are_left(visitor: Visitor, above: str, left: int) -> None:
    assert f'<b id="doubts-left">{left}</b>' in visitor.open(**BOOK, above=above)["doubts"]


def test_settling_says_how_many_neighbours_changed_and_shows_the_next(visitor: Visitor) -> None:
    shown = visitor.press("settle", {"id": "1004", "name": "Emma"}, **BOOK)
    assert "Emma it is. 1 line of the same conversation changed with it." in shown["said"]
    assert '<b id="doubts-left">2</b>' in shown["doubts"] and "“Gladly.”</mark>" in shown["doubts"]
    assert visitor.open(**BOOK)["said"] == ""


def test_a_name_nobody_had_makes_a_speaker(visitor: Visitor, production: CastProduction) -> None:
    visitor.press("settle", {"id": "1004", "name": " Miss   Bates "}, **BOOK)
    assert "Miss Bates" in cast_of(production.script_desk)
    assert "Type who speaks" in visitor.press("settle", {"id": "1005", "name": ""}, **BOOK)["notice"]


def test_lines_can_be_skipped_and_come_round_again(visitor: Visitor) -> None:
    doubts = visitor.open(**BOOK)["doubts"]
    assert 'id="doubt-skip" data-key="skip" href="/cast?book=light&amp;after=1004"' in doubts
    last = visitor.open(**BOOK, after="2001")["doubts"]
    assert "the ones you skipped" in last and 'id="doubts-again"' in last


def test_what_is_opened_on_one_side_stays_while_the_other_is_used(visitor: Visitor) -> None:
    shown = visitor.open(**BOOK, above="20", after="1004", role="Emma", all="yes")
    assert (
        'id="doubt-skip" data-key="skip" href="/cast?book=light&amp;above=20&amp;after=1005&amp;role=Emma'
        in shown["doubts"]
    )
    assert 'href="/cast?book=light&amp;above=20&amp;after=1004&amp;role=Harriet&amp;all=yes"' in shown["people"]


def test_when_all_is_settled_the_next_level_is_offered(visitor: Visitor, production: CastProduction) -> None:
    for line in (1004, 1005, 2001):
        production.script_desk.settle("light", line, "Emma")
    doubts = visitor.open(**BOOK)["doubts"]
    assert "Nothing is left above 30 %." in doubts and "Go on with those above 20 %" in doubts
    for line in (1003, 2002):
        production.script_desk.settle("light", line, "Emma")
    assert "Nothing is left to settle here." in visitor.open(**BOOK)["doubts"]


def test_context_is_cut_at_words() -> None:
    words = "word " * 200
    assert crop_before(words).startswith("… word ") and len(crop_before(words)) <= CONTEXT + 2
    assert crop_after(words, "line.\n\n").startswith("\n\nword ") and crop_after(words, "x").endswith("word …")
    assert unwrap("one\ntwo\n\nthree\n") == "one two\n\nthree "
    assert crop_before("short") == "short" and crop_after("", "end\n") == "\n"


# -- many lines at once --------------------------------------------------------------------------------------------


def test_all_lines_of_a_speaker_are_given_to_another(visitor: Visitor, production: CastProduction) -> None:
    data: dict[str, object] = {"old": "Emma", "new": "Harriet", "chapter": "1"}
    shown = visitor.press("replace", data, **BOOK)
    assert "1 line given to Harriet." in shown["notice"]
    visitor.press("replace", {**data, "chapter": ""}, **BOOK)
    assert {role.name: role.lines for role in production.script_desk.roles("light")}["Emma"] == 0


def test_a_changed_table_is_read_and_a_damaged_one_refused(
    visitor: Visitor, production: CastProduction, tmp_path: Path
) -> None:
    page, table = visitor.page, tmp_path / "script.csv"
    assert isinstance(page, CastingPage)
    production.script_desk.write_csv("light", table)
    table.write_text(table.read_text(encoding="utf-8").replace(UNKNOWN, "Harriet"), encoding="utf-8")
    shown = visitor.read(page.answer(page.read_table)(request(**BOOK), str(table)))
    assert "2 lines changed." in shown["notice"] and not table.exists()
    table.write_text("nonsense", encoding="utf-8")
    assert "no script" in visitor.read(page.answer(page.read_table)(request(**BOOK), str(table)))["notice"]


def test_the_table_is_offered_and_the_series_kept(visitor: Visitor, production: CastProduction) -> None:
    assert 'href="/media/script/light"' in visitor.open(**BOOK)["tools"]
    visitor.press("series", {"series": " The  Highbury Books "}, **BOOK)
    assert production.script_desk.kept_series == "The Highbury Books"
    assert 'value="The Highbury Books"' in visitor.open(**BOOK)["tools"]


def test_speakers_are_found_in_a_book_that_was_never_looked_through(tmp_path: Path) -> None:
    silent: list[Told] = [(NARRATOR, "Nobody said a word.", 0.0)]
    production = CastProduction(tmp_path / "workspace", FakeScript.of(silent))
    visitor = Visitor(CastingPage(production))  # type: ignore[arg-type]
    page = visitor.page
    assert isinstance(page, CastingPage)
    shown = visitor.open(**BOOK)
    assert 'data-press="#find-speakers"' in shown["choice"]
    assert (shown["strip"], shown["people"], shown["doubts"]) == ("", "", "")
    production.script_desk.chapters = FakeScript.of(FIRST).chapters
    steps = [visitor.read(step) for step in page.find_speakers(request(**BOOK))]  # type: ignore[arg-type]
    assert production.script_desk.found == ["light"] and "Reading The Keeper" in str(steps[0])
    assert "Found." in steps[-1]["notice"] and steps[-1]["finding"] == ""


def test_a_failed_search_is_explained(visitor: Visitor, production: CastProduction) -> None:
    page = visitor.page
    assert isinstance(page, CastingPage)
    production.delete_book("light")
    steps = [visitor.read(step) for step in page.find_speakers(request(**BOOK))]  # type: ignore[arg-type]
    assert "There is no book" in steps[-1]["notice"] and steps[-1]["finding"] == ""


# -- hostile and large ---------------------------------------------------------------------------------------------


def test_hostile_names_and_words_stay_text(tmp_path: Path) -> None:
    words: list[Told] = [(NARRATOR, HOSTILE, 0.0), (HOSTILE, HOSTILE, 0.6), ("Emma", HOSTILE, 0.1)]
    script = FakeScript.of(words, roles=(Role(HOSTILE, (f"also {HOSTILE}",), HOSTILE, HOSTILE),))
    script.kept_series = HOSTILE
    visitor = Visitor(CastingPage(CastProduction(tmp_path / "workspace", script)))  # type: ignore[arg-type]
    visitor.press("full-cast", **BOOK)
    reader = Reader(all_html(visitor.open(**BOOK, role=HOSTILE)))
    assert "script" not in reader.tags and "img" not in reader.tags[4:]
    assert [name for name, _ in reader.attributes if name.startswith("on")] == []


def test_a_novel_of_three_hundred_speakers_is_shown_at_once(tmp_path: Path) -> None:
    names = [f"Speaker {number} of the very long and honourable house of {'Tregellan' * 6}" for number in range(300)]
    script = FakeScript.of(
        *([line for place in range(250) for line in ((names[(place * n) % 300], "“A word with you.”", 0.2),
          (NARRATOR, "And so it went on for a while.", 0.0))] for n in range(1, 21))
    )  # fmt: skip
    production = CastProduction(tmp_path / "workspace", script)
    visitor = Visitor(CastingPage(production))  # type: ignore[arg-type]
    visitor.press("full-cast", **BOOK)
    begun = time.perf_counter()
    shown = visitor.open(**BOOK)
    assert time.perf_counter() - begun < 5  # a quiet machine takes a tenth of it
    rows, more = shown["people"].count("data-role="), re.findall(r"Show [\d,]+ more", shown["people"])
    assert (rows, more) == (SHOWN + 1, ["Show 275 more"])
    assert len(all_html(shown)) < 800_000
    everybody = visitor.open(**BOOK, all="yes")["people"].count("data-role=")
    assert everybody == 301


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (None, ""),
        (Shape(), ""),
        (Shape(2.0, 1.08, 1.03), ", higher"),
        (Shape(-2.0, 0.93, 0.97), ", deeper"),
        (Shape(6.0, 1.3, 1.04), ", smaller, higher"),
        (Shape(-1.0, 0.96, 0.88), ", slower"),
        (Shape(0.5, 1.0, 1.0), ", changed a little"),
    ],
)
def test_a_bent_voice_is_told_in_words(shape: Shape | None, words: str) -> None:
    assert tell_bend(Shape(), shape) == words


# -- elsewhere in the studio ---------------------------------------------------------------------------------------


def test_speakers_without_a_voice_lead_from_narration_to_the_cast(production: CastProduction) -> None:
    narration = Visitor(NarrationPage(production))  # type: ignore[arg-type]
    assert 'id="to-uncast"' not in narration.open(**BOOK)["status"]
    production.script_desk.set_reading("light", Reading.FULL_CAST)
    assert 'id="to-uncast" href="/cast?book=light"' in narration.open(**BOOK)["status"]
    production.cast_desk.accept_suggestions("light")
    assert 'id="to-uncast"' not in narration.open(**BOOK)["status"]
