"""What a person sees and can do on each page."""

from __future__ import annotations

import html.parser
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.core_types import MarkKind, Pauses
from engine.shelf_types import JobState
from studio.pages.audiobook import AudiobookPage
from studio.pages.frame import STATIONS, Page
from studio.pages.home import HomePage
from studio.pages.manuscript import ManuscriptPage
from studio.pages.narration import NarrationPage
from studio.pages.turning import LINES_A_PAGE
from studio.pages.voices import VoicesPage
from tests.studio.conftest import HOSTILE, Visitor, request
from tests.studio.fake_production import FakeProduction

Visit = Callable[[type[Page]], Visitor]
BOOK_PAGES = (ManuscriptPage, VoicesPage, NarrationPage, AudiobookPage)


class Reader(html.parser.HTMLParser):
    """The elements and attributes a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes


def all_html(shown: dict[str, object]) -> str:
    """What is drawn as HTML; what stands in a field is text to the browser anyway."""
    return "".join(str(value) for name, value in shown.items() if isinstance(value, str) and "details" not in name)


# -- every page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [HomePage, *BOOK_PAGES])
def test_a_hostile_title_stays_text(visit: Visit, page: type[Page]) -> None:
    reader = Reader(all_html(visit(page).open(book="hostile")))
    assert "script" not in reader.tags
    assert [name for name, _ in reader.attributes if name.startswith("on")] == []
    assert [value for name, value in reader.attributes if name == "src" and value == "x"] == []


@pytest.mark.parametrize("page", BOOK_PAGES)
@pytest.mark.parametrize("slug", ["", "nowhere", "<b>"])
def test_a_page_without_its_book_shows_the_way_to_the_shelf(visit: Visit, page: type[Page], slug: str) -> None:
    if page is VoicesPage and not slug:
        pytest.skip("voices can be looked at without a book")
    shown = visit(page).open(book=slug)
    assert 'href="/"' in shown["notice"] and "<b>" not in shown["notice"]
    assert shown["body"].visible is False


@pytest.mark.parametrize("page", BOOK_PAGES)
def test_the_header_keeps_the_book_and_marks_the_page(visit: Visit, page: type[Page]) -> None:
    header = visit(page).open(book="done")["header"]
    assert header.count("?book=done") == len(STATIONS)
    assert header.count('aria-current="page"') == 1
    assert f'href="{page.path}?book=done" id="to-{page.station.lower()}" aria-current="page"' in header


def test_stations_behind_are_ticked(visit: Visit) -> None:
    assert visit(VoicesPage).open(book="light")["header"].count("done") == 0
    assert visit(VoicesPage).open(book="busy")["header"].count('class="done"') == 3
    assert visit(VoicesPage).open(book="done")["header"].count('class="done"') == 4


def test_the_unforeseen_is_a_sentence_and_offers_the_log(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(VoicesPage)
    production.voices = lambda: 1 / 0  # type: ignore[assignment, method-assign]
    notice = visitor.open(book="light")["notice"]
    assert 'href="/media/log"' in notice and "ZeroDivision" not in notice


# -- home ----------------------------------------------------------------------------------------------------------


def test_an_empty_shelf_is_inviting(visit: Visit, production: FakeProduction) -> None:
    production.shelf.clear()
    shown = visit(HomePage).open()
    assert "From manuscript to audiobook" in shown["welcome"] and "empty-shelf" in shown["shelf"]


def test_the_shelf_tells_how_far_each_book_is(visit: Visit) -> None:
    shelf = visit(HomePage).open()["shelf"]
    assert shelf.count('class="card"') == 7
    assert "40% narrated" in shelf and "Not narrated yet" in shelf and "38 MB" in shelf


def test_deleting_asks_first_then_takes_the_book_off_the_shelf(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(HomePage)
    assert "data-confirm" in visitor.open()["shelf"]
    shown = visitor.press("delete", {"book": "light"})
    assert "light" not in production.shelf and "is deleted" in shown["notice"]


def test_a_dropped_manuscript_is_read_and_opened(visit: Visit, production: FakeProduction, tmp_path: Path) -> None:
    dropped = tmp_path / "moby.epub"
    dropped.write_bytes(b"text")
    visitor = visit(HomePage)
    steps = [visitor.read(step) for step in visitor.page.answer_in_steps(visitor.page.import_manuscript)(str(dropped))]
    assert any("Chapter 1 of 2" in str(step.get("importing")) for step in steps)
    assert steps[-1]["cue"]["go"] == "/manuscript?book=moby"
    assert "moby" in production.shelf and not dropped.exists()


def test_an_unreadable_manuscript_is_explained(visit: Visit, tmp_path: Path) -> None:
    dropped = tmp_path / "empty.epub"
    dropped.write_bytes(b"")
    visitor = visit(HomePage)
    last = [*visitor.page.answer_in_steps(visitor.page.import_manuscript)(str(dropped))][-1]
    assert "empty.epub is empty. Choose another file." in visitor.read(last)["notice"]


# -- manuscript ----------------------------------------------------------------------------------------------------


def test_the_manuscript_shows_its_text_without_sending_the_whole_book(visit: Visit, production: FakeProduction) -> None:
    long = production.chapters("light")[1]
    reading = visit(ManuscriptPage).open(book="light", chapter=str(long.id))["reading"]
    assert reading.count('class="line"') == LINES_A_PAGE
    later = visit(ManuscriptPage).open(book="light", chapter=str(long.id), **{"from": "100"})["reading"]
    assert later.count('class="line"') == 20 and "Lines 101 to 120 of 120" in later


def test_words_are_shown_as_they_are_said(visit: Visit) -> None:
    assert "the 3rd of March" in visit(ManuscriptPage).open(book="light")["reading"]
    assert "the third of March" in visit(ManuscriptPage).open(book="light", words="said")["reading"]


def test_chapters_can_be_put_in_order(visit: Visit, production: FakeProduction) -> None:
    first, second, third = production.chapters("light")
    visitor = visit(ManuscriptPage)
    visitor.press("rename", {"id": str(first.id), "value": "The Letter"}, book="light")
    visitor.press("move", {"id": str(second.id), "number": "1"}, book="light")
    visitor.press("include", {"id": str(third.id), "value": "true"}, book="light")
    visitor.press("merge", {"id": str(second.id)}, book="light")
    shown = visitor.press("split", {"id": str(first.id), "line": "100004", "value": "Part 2"}, book="light")
    assert [chapter.title for chapter in production.chapters("light")] == ["Chapter 2", "The Letter", "Copyright"]
    assert production.chapters("light")[2].include
    assert production.asked[-2:] == [("merge", second.id), ("split", first.id, 100004, "Part 2")]
    assert "The Letter" in shown["contents"]


def test_a_refused_change_is_explained(visit: Visit, production: FakeProduction) -> None:
    chapter = production.chapters("light")[0]
    shown = visit(ManuscriptPage).press("rename", {"id": str(chapter.id), "value": " "}, book="light")
    assert "A chapter needs a title" in shown["notice"]


def test_footnotes_and_page_numbers_can_be_read(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(ManuscriptPage)
    visitor.press("read-notes", {"value": "true"}, book="light")
    assert production.book("light").left_out == {MarkKind.NOTE_MARK, MarkKind.PAGE_NUMBER}
    visitor.press("read-page-numbers", {"value": "true"}, book="light")
    shown = visitor.press("read-notes", {"value": "false"}, book="light")
    assert production.book("light").left_out == {MarkKind.NOTE_MARK, MarkKind.NOTE}
    assert 'id="read-page-numbers" checked' in shown["contents"]


def test_a_section_left_out_says_why_and_can_be_looked_at(visit: Visit, production: FakeProduction) -> None:
    left_out = production.chapters("light")[2]
    shown = visit(ManuscriptPage).open(book="light", chapter=str(left_out.id))
    assert "Left out: copyright" in shown["contents"]
    assert "its switch brings it back" in shown["reading"]


def test_details_are_filled_in_and_kept(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(ManuscriptPage)
    page = visitor.page
    assert isinstance(page, ManuscriptPage)
    assert visitor.open(book="light")["details-author"] == "Ada Marsh"
    shown = visitor.read(page.details.keep(request(book="light"), "New", "Nia", "en-GB", "1920"))
    book = production.book("light")
    assert (book.title, book.author, book.language, book.year) == ("New", "Nia", "en-GB", "1920")
    assert "Saved" in shown["notice"] and "New" in shown["header"]


# -- voices --------------------------------------------------------------------------------------------------------


def test_every_voice_can_be_heard_and_chosen(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(VoicesPage)
    cards = visitor.open(book="light")["cards"]
    assert cards.count("data-sound") == 3 and cards.count('data-act="choose"') == 2
    shown = visitor.press("choose", {"name": "otto"}, book="light")
    assert production.book("light").voice == "otto" and 'id="choose-iris"' in shown["cards"]


def test_an_unknown_voice_is_explained(visit: Visit) -> None:
    assert "no voice called" in visit(VoicesPage).press("choose", {"name": "x"}, book="light")["notice"]


# -- narration -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "words", "button"),
    [
        ("light", "Ready to narrate", 'id="narrate"'),
        ("waiting", "Beginning in a moment", 'id="stop"'),
        ("busy", "40% · Chapter 1 of 2 · about 2 minutes left", 'id="stop"'),
        ("stopped", "Stopped at 40%", "Go on"),
        ("failed", "The disk is full. Make room and try again.", "Try again"),
        ("done", "The book is narrated", 'href="/audiobook?book=done"'),
    ],
)
def test_the_state_of_the_work_and_what_to_do_next(visit: Visit, slug: str, words: str, button: str) -> None:
    status = visit(NarrationPage).open(book=slug)["status"]
    assert words in status and button in status


def test_narrate_and_stop_are_asked_of_the_worker(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(NarrationPage)
    assert 'id="stop"' in visitor.press("narrate", book="light")["status"]
    job = production.current_job("light")
    assert job is not None
    visitor.press("stop", {"job": str(job.id)}, book="light")
    chapter = production.chapters("stopped")[1]
    visitor.press("narrate-chapter", {"id": str(chapter.id)}, book="stopped")
    assert production.asked == [("narrate", "light", None), ("stop", job.id), ("narrate", "stopped", [chapter.id])]


def test_watching_costs_nothing_when_nothing_is_made(visit: Visit, production: FakeProduction) -> None:
    page = visit(NarrationPage).page
    assert isinstance(page, NarrationPage)
    production.chapters = lambda slug: 1 / 0  # type: ignore[assignment, method-assign]
    assert page.watch(request(book="done"), "") == {}  # type: ignore[arg-type]
    assert page.watch(request(), "") == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("page", [NarrationPage, AudiobookPage])
def test_the_end_of_the_work_is_noticed_at_once(visit: Visit, production: FakeProduction, page: type[Page]) -> None:
    visitor = visit(page)
    watch = visitor.page.answer(visitor.page.watch, quiet=True)  # type: ignore[attr-defined]
    busy = visitor.read(watch(request(book="busy"), ""))["status"]
    assert 'id="stop"' in busy
    production.work("busy", JobState.DONE, 1.0)
    over = visitor.read(watch(request(book="busy"), busy))
    assert 'id="stop"' not in over["status"] and "notice" not in over


def test_a_failing_look_leaves_a_sentence_not_an_error(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(NarrationPage)
    assert isinstance(visitor.page, NarrationPage)
    production.delete_book("busy")
    shown = visitor.read(visitor.page.answer(visitor.page.look, quiet=True)(request(book="busy")))
    assert "There is no book" in shown["notice"]


def test_a_finished_chapter_can_be_heard_while_the_next_is_spoken(visit: Visit) -> None:
    chapters = visit(NarrationPage).open(book="busy")["chapters"]
    assert chapters.count("data-sound") == 1 and "Ready" in chapters and "% spoken" in chapters


def test_lines_come_by_the_page(visit: Visit, production: FakeProduction) -> None:
    long = production.chapters("light")[1]
    lines = visit(NarrationPage).open(book="light", chapter=str(long.id))["lines"]
    assert lines.count("line-play") == LINES_A_PAGE and f"Lines 1 to {LINES_A_PAGE} of 120" in lines


def test_a_redone_line_has_another_sound_and_is_played(visit: Visit, production: FakeProduction) -> None:
    line = production.line_desk.lines("done", production.chapters("done")[0].id)[2].segment
    visitor = visit(NarrationPage)
    before = visitor.open(book="done")["lines"]
    shown = visitor.press("redo", {"id": str(line.id)}, book="done")
    assert shown["cue"]["play"] not in before and shown["cue"]["play"] in shown["lines"]


def test_changed_words_are_shown_beside_the_manuscripts(visit: Visit, production: FakeProduction) -> None:
    line = production.line_desk.lines("done", production.chapters("done")[0].id)[2].segment
    shown = visit(NarrationPage).press("change-words", {"id": str(line.id), "value": "Say <this>"}, book="done")
    assert "Said: Say &lt;this&gt;" in shown["lines"] and "it said" in shown["lines"]


def test_pauses_are_kept_when_they_are_sensible(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(NarrationPage)
    assert isinstance(visitor.page, NarrationPage)
    visitor.page.keep_pauses(request(book="light"), 0.1, 0.2, 0.3, 4.0, 0.5)  # type: ignore[arg-type]
    assert production.book("light").pauses == Pauses(0.1, 0.2, 0.3, 4.0, 0.5)
    for wrong in (None, -1, 99):
        shown = visitor.read(visitor.page.answer(visitor.page.keep_pauses)(request(book="light"), wrong, 1, 1, 1, 1))
        assert "A pause is between" in shown["notice"]


# -- audiobook -----------------------------------------------------------------------------------------------------


def test_each_chapter_is_measured_against_the_stores_limits(visit: Visit) -> None:
    measures = visit(AudiobookPage).open(book="done")["measures"]
    assert "1 chapter of 2 outside the limits" in measures
    assert measures.count('class="outside"') == 1 and "−17.2 dB" in measures


def test_nothing_is_measured_before_it_is_narrated(visit: Visit) -> None:
    assert "nothing to measure yet" in visit(AudiobookPage).open(book="light")["measures"]


def test_an_export_is_asked_for_and_watched(visit: Visit, production: FakeProduction) -> None:
    visitor = visit(AudiobookPage)
    shown = visitor.press("export", {"format": "mp3"}, book="done")
    assert production.asked == [("export", "done", ("mp3",))]
    assert "Making the audiobook" in shown["status"] and 'id="stop"' in shown["status"]


def test_the_audiobook_page_says_who_may_hear_it(visit: Visit, production: FakeProduction) -> None:
    assert "may be published" in visit(AudiobookPage).open(book="done")["audience"]
    production.private["done"] = ["Anna Lind gave leave for private listening only."]
    shown = visit(AudiobookPage).open(book="done")["audience"]
    assert "For private listening only" in shown and "Anna Lind gave leave" in shown


def test_a_failed_export_says_why_and_can_be_tried_again(visit: Visit, production: FakeProduction) -> None:
    production.request_export("done")
    production.work("done", JobState.FAILED, 1.0, "The disk is full.")
    status = visit(AudiobookPage).open(book="done")["status"]
    assert "The disk is full." in status and 'id="export"' in status


def test_finished_files_can_be_downloaded(visit: Visit, production: FakeProduction) -> None:
    production.finish_export("done", 'A "Tale".m4b')
    production.finish_export("done", "A Tale", folder=True)
    finished = visit(AudiobookPage).open(book="done")["finished"]
    assert 'href="/media/export/done/A%20%22Tale%22.m4b"' in finished
    assert 'href="/media/export/done/A%20Tale.zip"' in finished


def test_a_page_answers_only_what_it_offers(visit: Visit) -> None:
    for page in (HomePage, *BOOK_PAGES):
        shown = visit(page).press("format-disk", book="light")
        assert "notice" in shown


def test_nothing_of_the_title_is_lost_on_the_way_to_the_page(visit: Visit) -> None:
    class Words(html.parser.HTMLParser):
        text = ""

        def handle_data(self, data: str) -> None:
            self.text += data

    words = Words()
    words.feed(visit(ManuscriptPage).open(book="hostile")["heading"])
    assert HOSTILE in words.text


def test_a_strange_address_is_only_a_strange_address(visit: Visit) -> None:
    for value in ("-1", "x", "9" * 30, "²", ""):
        shown = visit(NarrationPage).open(book="light", chapter=value, **{"from": value})
        assert shown["lines"].count("line-play") == 12


def test_events_carry_numbers_as_words(visit: Visit) -> None:
    """The page's data attributes are text; a broken one is explained, not raised."""
    event = SimpleNamespace(act="redo", id="no number")
    page = visit(NarrationPage).page
    assert "did not foresee" in page.answer(page.act)(event, request(book="light"))[page.notice]
