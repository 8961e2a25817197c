"""Who may hear an audiobook: no more people than its voices' owners gave leave for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core_types import EngineCard
from engine.errors import OutOfScope, UncastSpeaker
from engine.production import Production
from engine.voice_types import Use
from tests.fakes import FakeSynthesizer, plug_in
from tests.voices.people import make_terms, pass_all, record_sample


@pytest.fixture
def production(production: Production, monkeypatch: pytest.MonkeyPatch):
    """One in which recorded voices speak in tones."""
    production.voice_desk.profiles_desk.choose_engine = lambda: "fake"
    monkeypatch.setattr(production.engine_desk, "cloning_engine", lambda _language="en": "fake")
    with plug_in(FakeSynthesizer()):
        yield production


def give_leave(production: Production, use: Use) -> str:
    desk = production.voice_desk
    name = desk.begin("Anna Lind")
    samples = [record_sample(desk.voice(name).row.folder)]
    desk._voices.keep_samples(name, samples)
    consent = desk.consents.grant(pass_all(desk.consents.issue(name, make_terms(use=use), {}), samples))
    desk._voices.change(name, state="ready")
    return consent.id


def describe(path: Path) -> str:
    import mutagen.mp4

    return " ".join(mutagen.mp4.MP4(path).tags.get("ldes", []))


def test_a_voice_given_for_private_listening_is_not_published(production, slug):
    give_leave(production, Use.PRIVATE)
    production.choose_voice(slug, "anna-lind")
    assert "private listening only" in " ".join(production.why_private(slug))
    with pytest.raises(OutOfScope, match="private listening only"):
        production.export(slug, use=Use.PUBLICATION)
    assert all(chapter.rendered == 0 for chapter in production.chapters(slug))  # refused before anything is spoken
    made, _ = production.export(slug)
    assert "For private listening only." in describe(made.path)


def test_a_voice_given_for_publication_is_published(production, slug):
    give_leave(production, Use.PUBLICATION)
    production.choose_voice(slug, "anna-lind")
    assert production.why_private(slug) == []
    made, _ = production.export(slug, use=Use.PUBLICATION)
    assert "private" not in describe(made.path)


def test_an_engine_for_private_use_keeps_the_book_private(production, slug):
    give_leave(production, Use.PUBLICATION)
    production.choose_voice(slug, "anna-lind")
    engine = FakeSynthesizer()
    engine.card = EngineCard("fake", "1", 24_000, ("en",), 300, "CPML-1.0", publishable=False)
    with plug_in(engine), pytest.raises(OutOfScope, match="fake speaks is for private use only"):
        production.export(slug, use=Use.PUBLICATION)


def test_what_was_spoken_before_a_leave_was_taken_back_makes_no_new_audiobook(production, slug):
    consent = give_leave(production, Use.PRIVATE)
    production.choose_voice(slug, "anna-lind")
    made, _ = production.export(slug)
    assert str(made.path) in " ".join(production.voice_desk.revoke_consent(consent))
    before = made.path.stat().st_mtime_ns
    with pytest.raises(UncastSpeaker):
        production.export(slug)
    assert made.path.stat().st_mtime_ns == before


def test_asking_who_may_hear_it_reads_no_recording(production, slug, monkeypatch):
    give_leave(production, Use.PRIVATE)
    production.choose_voice(slug, "anna-lind")
    monkeypatch.setattr("engine.voices.consent_gate.hash_file", lambda path: pytest.fail(f"read {path}"))
    assert "private listening only" in " ".join(production.why_private(slug))
