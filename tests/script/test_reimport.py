"""A changed manuscript in the same project: what a person did is still there where the text is."""

import re

import pytest

from engine.contents_desk import ContentsDesk
from engine.core_types import NARRATOR, SILENCE
from engine.errors import EditRefused, EmptyManuscript
from tests.script.conftest import BOOK


def test_the_same_manuscript_again_changes_nothing(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    desk.give_voice(slug, "Emma", "iris")
    before = shelf.everything(slug)
    told = shelf.reimport(slug, BOOK)
    assert shelf.everything(slug) == before
    assert told == ["30 of 30 lines are as they were and need not be spoken again.", "1 correction kept."]


def test_a_new_chapter_moves_nothing_that_was_settled(desk, shelf, slug):
    line = shelf.line(slug, "Alone?")
    desk.settle(slug, line.id, "Mr. Knight")
    shelf.books.change_segment(shelf.line(slug, "Nobody spoke").id, own_words="Silence.", seed=2)
    before = shelf.speakers(slug)
    new = BOOK.replace("CHAPTER II. Noon", "CHAPTER II. Between\n\nIt rained for an hour.\n\nCHAPTER III. Noon")
    told = shelf.reimport(slug, new.replace("CHAPTER III. Night", "CHAPTER IV. Night"))
    assert shelf.speakers(slug) == before
    assert shelf.line(slug, "Alone?").settled
    night = shelf.line(slug, "Nobody spoke")
    assert (night.own_words, night.seed) == ("Silence.", 2)
    assert any(sentence.startswith("New: “CHAPTER II. Between”") for sentence in told)


def test_a_corrected_misprint_does_not_lose_who_speaks_but_the_words_said_instead(desk, shelf, slug):
    line = shelf.line(slug, "The clock is fast")
    desk.settle(slug, line.id, "Mrs. Bell")
    shelf.books.change_segment(line.id, own_words="The clock is quick.")
    told = shelf.reimport(slug, BOOK.replace("has been since my father died", "has been since my mother died"))
    now = shelf.line(slug, "my mother died")
    assert (now.speaker, now.settled, now.own_words) == ("Mrs. Bell", True, "")
    assert told[-1] == "0 lines with your own words kept; 1 had no place any more: “The clock is quick.”."


def test_other_quotation_marks_and_line_ends_are_no_other_text(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    shelf.books.change_segment(shelf.line(slug, "“Open.”").id, own_words="Wide open!")
    straight = BOOK.translate(str.maketrans("“”", '""')).replace("there before her,", "there\nbefore her,")
    shelf.reimport(slug, straight)
    assert shelf.line(slug, '"Alone?"').settled and shelf.line(slug, '"Open."').own_words == "Wide open!"


def test_a_line_that_is_gone_is_told_with_its_speaker(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    desk.settle(slug, shelf.line(slug, "“Open.”").id, "Emma")
    told = shelf.reimport(slug, BOOK.replace("“Alone?”\n\n", ""))
    assert "1 correction kept; 1 had no place any more: “Alone?” (Mr. Knight)." in told
    assert shelf.line(slug, "“Open.”").settled


def test_roles_as_they_were_named_merged_and_voiced_stay(desk, shelf, slug):
    desk.rename_role(slug, "Emma", "Miss Hart")
    desk.merge_roles(slug, "Mr. Knight", "Mrs. Bell")
    desk.give_voice(slug, "Miss Hart", "iris")
    shelf.reimport(slug, BOOK.replace("“Open.”", "“Open.”\n\n“Wide open?”\n\n“Very,” said Mr. Knight."))
    said = shelf.speakers(slug)
    assert said["“Very,”"] == "Mrs. Bell" and "Emma" not in said.values()
    assert [role.voice for role in desk.roles(slug) if role.name == "Miss Hart"] == ["iris"]


def test_a_chapter_that_moved_takes_its_corrections_along(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "It was mended in March").id, "Emma")
    head, morning, noon, night = re.split("(?=CHAPTER )", BOOK)
    moved = head + noon + morning + night
    shelf.reimport(slug, moved)
    assert shelf.line(slug, "It was mended in March").settled
    assert [row.title.split(". ")[-1] for row in shelf.books.contents(slug)][1:] == ["Noon", "Morning", "Night"]


def test_what_was_done_to_the_contents_stays_done(desk, shelf, slug):
    contents = ContentsDesk(shelf.books, desk)
    _, morning, noon, night = (row.id for row in shelf.books.contents(slug))
    contents.rename(slug, morning, "The Beginning")
    contents.include(slug, night, False)
    shelf.reimport(slug, BOOK.replace("early", "very early").replace("swung", "swung and swung"))
    rows = shelf.books.contents(slug)
    assert [(row.title, row.include) for row in rows[1:]] == [
        ("The Beginning", True), ("CHAPTER II. Noon", True), ("CHAPTER III. Night", False),
    ]  # fmt: skip
    assert [row.id for row in rows[1:]] == [morning, noon, night]


def test_a_title_the_author_changed_is_changed(shelf, slug):
    shelf.reimport(slug, BOOK.replace("CHAPTER II. Noon", "CHAPTER II. Midday"))
    assert "CHAPTER II. Midday" in [row.title for row in shelf.books.contents(slug)]


def test_merged_chapters_are_merged_again_and_a_split_one_split(desk, shelf, slug):
    contents = ContentsDesk(shelf.books, desk)
    _, morning, noon, _ = (row.id for row in shelf.books.contents(slug))
    contents.split(slug, morning, shelf.line(slug, "It was mended in March").id, "The Clock")
    contents.merge_with_next(slug, noon)
    before = [row.title for row in shelf.books.contents(slug)]
    assert len(before) == 4
    shelf.reimport(slug, BOOK.replace("Nobody spoke that night.", "Nobody spoke a word that night."))
    assert [row.title for row in shelf.books.contents(slug)] == before
    assert shelf.line(slug, "Nobody spoke a word").speaker == NARRATOR


def test_chapters_a_person_moved_stay_moved(desk, shelf, slug):
    night = shelf.books.contents(slug)[3].id
    shelf.books.move_chapter(slug, night, 2)
    before = [row.title for row in shelf.books.contents(slug)]
    shelf.reimport(slug, BOOK.replace("early", "rather early"))
    assert [row.title for row in shelf.books.contents(slug)] == before


def test_details_a_person_changed_stay_and_others_follow_the_manuscript(shelf, slug):
    shelf.books.change(slug, author="A. Winter")
    shelf.reimport(slug, BOOK.replace("THE GARDEN GATE", "THE GREEN GATE"))
    summary = shelf.books.summary(slug)
    assert (summary.title.casefold(), summary.author) == ("the green gate", "A. Winter")


def test_the_file_before_is_kept_beside_the_new_one(shelf, slug):
    shelf.reimport(slug, BOOK.replace("early", "soon"))
    shelf.reimport(slug, BOOK.replace("early", "late"))
    source = shelf.books.folder(slug).source
    files = {path.name: "late" in path.read_text(encoding="utf-8").split("Emma Hart")[1] for path in source.iterdir()}
    assert sorted(files) == ["manuscript-1.txt", "manuscript-2.txt", "manuscript.txt"]
    assert "very" not in (source / "manuscript-1.txt").read_text(encoding="utf-8")
    assert "garden soon" in (source / "manuscript-2.txt").read_text(encoding="utf-8")
    assert "garden late" in (source / "manuscript.txt").read_text(encoding="utf-8")


def test_another_book_is_not_taken_for_a_new_version(shelf, slug):
    before, files = shelf.everything(slug), sorted(shelf.books.folder(slug).source.iterdir())
    other = "THE SEA\n\nCHAPTER I. Storm\n\n" + "\n\n".join(f"Wave {n} broke upon rock {n}." for n in range(60))
    with pytest.raises(EditRefused, match="nothing was changed"):
        shelf.reimport(slug, other)
    assert shelf.everything(slug) == before and sorted(shelf.books.folder(slug).source.iterdir()) == files


def test_a_failure_half_way_leaves_everything_as_it_was(desk, shelf, slug, monkeypatch):
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    before = shelf.everything(slug)
    source = shelf.books.folder(slug).source
    files = {path.name: path.read_bytes() for path in source.iterdir()}

    def fail(*arguments):
        raise RuntimeError("the power went")

    monkeypatch.setattr("engine.project.new_version.renumber", fail)
    with pytest.raises(RuntimeError):
        shelf.reimport(slug, BOOK.replace("early", "soon"))
    assert shelf.everything(slug) == before
    assert {path.name: path.read_bytes() for path in source.iterdir()} == files


def test_work_done_meanwhile_is_not_lost(desk, shelf, slug, monkeypatch):
    from engine import script_desk

    kept, tries = script_desk.keep_version, []

    def keep_later(*arguments):
        if not tries:
            tries.append(desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight"))
        return kept(*arguments)

    monkeypatch.setattr(script_desk, "keep_version", keep_later)
    shelf.reimport(slug, BOOK.replace("early", "soon"))
    assert shelf.line(slug, "Alone?").speaker == "Mr. Knight"


def test_undo_after_a_new_version_is_right_or_refused(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "“You are late,”").id, "Mrs. Bell")
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    shelf.reimport(slug, BOOK.replace("The sign said", "A sign by the wall said"))
    desk.undo(slug)
    assert shelf.line(slug, "Alone?").speaker == "Mrs. Bell"
    shelf.reimport(slug, BOOK.replace("early", "before the sun had risen"))
    before = shelf.everything(slug)
    with pytest.raises(EditRefused, match="cannot be undone any more"):
        desk.undo(slug)
    assert shelf.everything(slug) == before


def test_a_line_left_unsaid_stays_unsaid(shelf, slug):
    shelf.books.change_segment(shelf.line(slug, "The sign said").id, own_words=SILENCE)
    shelf.reimport(slug, BOOK.replace("early", "soon"))
    assert shelf.line(slug, "The sign said").said == ""


def test_an_empty_new_version_is_refused(shelf, slug):
    from engine.core_types import Book, Chapter

    before, path = shelf.everything(slug), shelf.write("x")
    with pytest.raises((EditRefused, EmptyManuscript)):
        shelf.desk.reimport(slug, Book("Empty", (Chapter("One", "* * *"),)), path, "empty.txt")
    assert shelf.everything(slug) == before
