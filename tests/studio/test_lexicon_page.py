"""The Pronunciation page: a word is tried, heard, kept, changed and taken away; lists come and go as files."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from engine.manuscript.lexicon import LexiconEntry
from engine.production import Production
from engine.project.lexicon_store import Reach
from engine.settings import Settings
from studio.lexicon_media import lexicon_routes
from studio.pages.lexicon import LexiconPage
from tests.fakes import FakeSynthesizer, plug_in
from tests.studio.conftest import HOSTILE, Visitor, request

TEXT = "Rhys <b>climbed</b> the stairs.\n\nNobody saw him go.\n\n“Rhys!” they called to Nguyen. “Rhys, come!”\n"


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Production]:  # type: ignore[override]
    opened = Production(Settings(tmp_path / "workspace"))
    yield opened
    opened.close()


@pytest.fixture
def slug(production: Production, tmp_path: Path) -> str:
    manuscript = tmp_path / "stairs.txt"
    manuscript.write_text(TEXT, encoding="utf-8")
    return production.import_book(manuscript).slug


@pytest.fixture
def visitor(production: Production) -> Visitor:
    return Visitor(LexiconPage(production))


def attempt(
    visitor: Visitor, slug: str, written: str, spoken: str = "", sounds: str = "", **more: Any
) -> dict[str, Any]:
    """Press “Hear it, see its lines” with these fields."""
    page = visitor.page
    assert isinstance(page, LexiconPage)
    values = {"scope": "book", "whole": True, "case": False, "part": "", "note": "", "entry_id": 0, **more}
    return visitor.read(page.answer(page.try_word)(request(book=slug), written, spoken, sounds, *values.values()))


def press_keep(visitor: Visitor, slug: str, trial: str) -> dict[str, Any]:
    """Press the button that the trial shows, with what goes along with it."""
    button = re.search(r'<button[^>]*data-act="keep"[^>]*>', trial)
    assert button
    data = {name: html.unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', button.group())}
    return visitor.press(data.pop("act"), dict(data), book=slug)


def test_every_line_is_shown_with_the_word_marked_and_counted_before_it_is_kept(visitor: Visitor, slug: str) -> None:
    trial = attempt(visitor, slug, "Rhys", "Reese")["trial"]
    assert "Rendered again: <b>3 lines</b>" in trial
    assert trial.count("<mark>Rhys</mark>") == 3
    assert "Nobody" not in trial and "<b>climbed" not in trial
    assert "hear-before" in trial and "spoken=Reese" in trial


def test_what_was_tried_is_kept(visitor: Visitor, production: Production, slug: str) -> None:
    trial = attempt(visitor, slug, "  Rhys ", "Reese", "ˈɹiːs", case=True, note='as "he" says')["trial"]
    shown = press_keep(visitor, slug, trial)
    assert "3 lines will be spoken anew" in shown["notice"] and shown["trial"] == ""
    (kept,) = production.lexicon_desk.entries(Reach(slug))
    assert kept.entry == LexiconEntry("Rhys", "Reese", "ˈɹiːs", match_case=True, note='as "he" says')
    assert "“Reese”" in shown["lists"] and "3 lines" in shown["lists"] and "in this case only" in shown["lists"]


def test_a_kept_word_is_changed_in_its_place(visitor: Visitor, production: Production, slug: str) -> None:
    production.lexicon_desk.add(Reach(slug), LexiconEntry("Rhys", "Rice"))
    (kept,) = production.lexicon_desk.entries(Reach(slug))
    opened = visitor.open(book=slug, entry=str(kept.id), scope="book")
    assert (opened["written"], opened["spoken"], opened["entry_id"]) == ("Rhys", "Rice", kept.id)
    assert "3 lines" in opened["trial"]
    press_keep(visitor, slug, attempt(visitor, slug, "Rhys", "Reese", entry_id=kept.id)["trial"])
    assert [(one.id, one.entry.spoken) for one in production.lexicon_desk.entries(Reach(slug))] == [(kept.id, "Reese")]


def test_removing_asks_first_and_says_the_word_as_before(visitor: Visitor, production: Production, slug: str) -> None:
    production.lexicon_desk.add(Reach(), LexiconEntry("Rhys", "Reese"))
    (kept,) = production.lexicon_desk.entries(Reach())
    assert "data-confirm" in visitor.open(book=slug)["lists"]
    shown = visitor.press("remove", {"id": str(kept.id), "scope": "shared"}, book=slug)
    assert production.lexicon_desk.entries(Reach()) == [] and "Removed." in shown["notice"]


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        (("", "x"), "No word"),
        (("Rhys", ""), "Nothing says how"),
        (("Rhys", "", "w8"), "“8”"),
    ],
)
def test_what_cannot_be_used_is_told(visitor: Visitor, slug: str, fields: tuple[str, ...], part: str) -> None:
    assert part in attempt(visitor, slug, *fields)["notice"]


def test_a_series_is_offered_where_there_is_one(visitor: Visitor, production: Production, slug: str) -> None:
    assert [value for _, value in visitor.open(book=slug)["scope"].choices] == ["book", "shared"]
    assert "series" in attempt(visitor, slug, "Rhys", "Reese", scope="nonsense")["notice"]
    production._books.change(slug, series=HOSTILE)
    opened = visitor.open(book=slug)
    assert [value for _, value in opened["scope"].choices] == ["book", "series", "shared"]
    assert "<script>" not in opened["lists"]


def test_words_of_no_dictionary_are_offered_to_be_heard(visitor: Visitor, slug: str) -> None:
    doubtful = visitor.open(book=slug)["doubtful"]
    assert "<b>Rhys</b>" in doubtful and "3 ×" in doubtful and "word=Rhys" in doubtful
    assert visitor.open(book=slug, word="Rhys")["written"] == "Rhys"


def test_a_hostile_word_stays_text(visitor: Visitor, production: Production, slug: str) -> None:
    production.lexicon_desk.add(Reach(slug), LexiconEntry(HOSTILE, HOSTILE, note=HOSTILE))
    assert "<script" not in "".join(str(value) for value in visitor.open(book=slug).values() if isinstance(value, str))
    assert "<script" not in attempt(visitor, slug, HOSTILE, "x")["trial"]


def test_words_are_taken_from_a_dropped_file(
    visitor: Visitor, production: Production, slug: str, tmp_path: Path
) -> None:
    page, file = visitor.page, tmp_path / "words.csv"
    assert isinstance(page, LexiconPage)
    file.write_text("written,spoken\nRhys,Reese\n", encoding="utf-8")
    shown = visitor.read(page.answer(page.take_file)(request(book=slug), str(file), "shared"))
    assert "1 word taken from words.csv. 3 lines" in shown["notice"] and not file.exists()
    assert [one.entry.written for one in production.lexicon_desk.entries(Reach())] == ["Rhys"]


# --- by address ---------------------------------------------------------------------------------------------------


@pytest.fixture
def client(production: Production) -> TestClient:  # type: ignore[override]
    app = FastAPI()
    app.include_router(lexicon_routes(production))
    return TestClient(app)


def test_before_and_after_are_two_sounds(client: TestClient, slug: str) -> None:
    with plug_in(FakeSynthesizer("hibari")):
        before = client.get(f"/media/words/{slug}", params={"text": "Rhys ran."})
        after = client.get(f"/media/words/{slug}", params={"text": "Rhys ran.", "written": "Rhys", "spoken": "Reese"})
        same = client.get(f"/media/words/{slug}", params={"text": "He ran.", "written": "Rhys", "spoken": "Reese"})
    assert (before.status_code, after.status_code, same.status_code) == (200, 200, 200)
    assert before.headers["content-type"] == "audio/flac" and before.content != after.content


@pytest.mark.parametrize("kind", ["csv", "pls"])
def test_a_list_is_carried_away_as_a_file(client: TestClient, production: Production, slug: str, kind: str) -> None:
    production.lexicon_desk.add(Reach(slug), LexiconEntry("Rhys", "Reese"))
    answer = client.get(f"/media/words/{slug}/book.{kind}")
    assert "Rhys" in answer.text and f"words-{slug}.{kind}" in answer.headers["content-disposition"]


@pytest.mark.parametrize("path", ["nowhere/book.csv", "{slug}/book.exe", "{slug}/nothing.csv", "{slug}/series.csv"])
def test_a_list_that_is_not_there_is_told(client: TestClient, slug: str, path: str) -> None:
    answer = client.get(f"/media/words/{path.format(slug=slug)}")
    assert answer.status_code in (404, 409) and answer.text.endswith(".")
