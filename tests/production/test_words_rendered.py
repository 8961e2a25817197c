"""A word said another way is rendered where it stands, and nowhere else: through the whole production."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from engine.core_types import Clip, SpeechRequest
from engine.errors import SynthesisError
from engine.manuscript.lexicon import LexiconEntry
from engine.production import Production
from engine.project.lexicon_store import Reach
from tests.fakes import FakeSynthesizer, plug_in


class Listener(FakeSynthesizer):
    """An engine that keeps what it was asked to say."""

    def __init__(self) -> None:
        super().__init__("hibari")
        self.card = replace(self.card, takes_phonemes=True)
        self.asked: list[SpeechRequest] = []

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        self.asked += requests
        return super().speak(requests)


@pytest.fixture
def listener() -> Iterator[Listener]:
    engine = Listener()
    with plug_in(engine):
        yield engine


@pytest.mark.parametrize(
    ("entry", "said", "ipa"),
    [
        (LexiconEntry("keeper", "kipper"), "The kipper climbed the stairs at dusk.", []),
        (LexiconEntry("keeper", phonemes="ˈkɪpə"), "The keeper climbed the stairs at dusk.", ["ˈkɪpə"]),
        (LexiconEntry("keeper", "kipper", "ˈkɪpə"), "The kipper climbed the stairs at dusk.", ["ˈkɪpə"]),
    ],
)
def test_only_the_lines_with_the_word_are_spoken_again(
    production: Production, slug: str, listener: Listener, entry: LexiconEntry, said: str, ipa: list[str]
) -> None:
    production.narrate(slug)
    before = len(listener.asked)
    production.lexicon_desk.add(Reach(slug), entry)
    production.narrate(slug)
    again = listener.asked[before:]
    assert [(one.spoken_text, [sound.ipa for sound in one.sounds]) for one in again] == [(said, ipa)]
    (kept,) = production.lexicon_desk.entries(Reach(slug))
    production.lexicon_desk.remove(Reach(slug), kept.id)
    production.narrate(slug)
    assert len(listener.asked) == before + 1  # what was spoken first is there still


def test_entries_for_every_book_hold_for_a_book_that_is_opened_later(
    production: Production, manuscript: object
) -> None:
    production.lexicon_desk.add(Reach(), LexiconEntry("keeper", "kipper"))
    slug = production.import_book(manuscript).slug  # type: ignore[arg-type]
    first = production.line_desk.lines(slug, production.chapters(slug)[1].id)
    assert any("kipper" in line.segment.said for line in first)


def test_a_line_that_is_heard_alone_is_the_one_that_is_narrated(
    production: Production, slug: str, listener: Listener
) -> None:
    production.lexicon_desk.add(Reach(slug), LexiconEntry("keeper", phonemes="ˈkɪpə"))
    (line,) = [
        line
        for chapter in production.chapters(slug)
        for line in production.line_desk.lines(slug, chapter.id)
        if "keeper climbed" in line.segment.said
    ]
    production.line_desk.hear_line(slug, line.segment.id)
    production.narrate(slug)
    assert [len(one.sounds) for one in listener.asked].count(1) == 1


def test_a_word_is_heard_before_and_after(production: Production, slug: str, listener: Listener) -> None:
    entry = LexiconEntry("keeper", phonemes="ˈkɪpə")
    desk, book = production.sample_desk, production.book(slug)
    before, after = (desk.hear_words(book, "The keeper.", tried) for tried in (None, entry))
    assert before != after and before.is_file() and after.is_file()
    assert [[sound.ipa for sound in one.sounds] for one in listener.asked] == [[], ["ˈkɪpə"]]
