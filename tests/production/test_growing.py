"""A voice tried with an engine that streams is heard while it is still speaking."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core_types import Clip, SpeechRequest
from engine.errors import NotFound, SynthesisError
from engine.growing import Growing, read_growing, write_growing
from engine.production import Production
from engine.worker import Worker
from tests.fakes import FakeSynthesizer, plug_in

RATE_HZ = 24_000


class Streaming(FakeSynthesizer):
    """Says the first half of a line at once and the rest when it is let."""

    def __init__(self) -> None:
        super().__init__("hibari")
        self.card = replace(self.card, streams=True)
        self.go_on = threading.Event()
        self.fails = False

    def stream(self, request: SpeechRequest) -> Iterator[Clip]:
        if self.fails:
            raise SynthesisError("The engine cannot say this. Change the words.")
        (clip,) = self.speak([request])
        assert isinstance(clip, Clip)
        half = len(clip.samples) // 2
        yield Clip(clip.samples[:half], clip.rate_hz)
        assert self.go_on.wait(60)
        yield Clip(clip.samples[half:], clip.rate_hz)


@pytest.fixture
def engine(production: Production) -> Iterator[Streaming]:
    """The engine of the shipped voices, and a worker that has it."""
    streaming = Streaming()
    worker = Worker(production)
    with plug_in(streaming):
        running = threading.Thread(target=worker.run)
        running.start()
        while not production.queue.has_worker():
            pass
        yield streaming
        streaming.go_on.set()
        worker.leave()
        running.join(60)
    assert not running.is_alive()


def test_the_first_stretch_is_heard_before_the_last_is_spoken(production: Production, engine: Streaming) -> None:
    desk, text = production.sample_desk, "Good evening, said the lamp."
    growing = desk.follow_voice("hazel", text)
    assert isinstance(growing, Growing)
    heard = desk.hear_growing(growing.path.name, growing.job_id)
    assert not isinstance(heard, Path)
    first = b""
    while len(first) < 10_000:
        first += next(heard)
    assert not production.job(growing.job_id).state.over
    engine.go_on.set()
    sound, rate_hz = soundfile.read(io.BytesIO(first + b"".join(heard)))
    whole = desk.follow_voice("hazel", text)
    assert isinstance(whole, Path) and whole.suffix == ".flac" and rate_hz == RATE_HZ
    assert np.allclose(sound, soundfile.read(whole)[0], atol=1e-3)
    assert desk.hear_growing(growing.path.name, growing.job_id) == whole  # who comes late hears the whole


def test_an_engine_that_fails_at_once_is_a_sentence(production: Production, engine: Streaming) -> None:
    with pytest.raises(SynthesisError, match="no words"):
        production.sample_desk.follow_voice("hazel", "…")
    engine.fails = True
    with pytest.raises(SynthesisError, match="Change the words"):
        production.sample_desk.follow_voice("hazel", "Good night.")


@pytest.mark.parametrize("name", ["../studio.db", "x.growing.wav", "..\\..\\aaaaaaaaaaaaaaaaaaaaaaaa.growing.wav"])
def test_no_other_file_is_read(production: Production, name: str) -> None:
    with pytest.raises(NotFound):
        production.sample_desk.hear_growing(name, 1)


def test_what_was_written_before_the_end_is_read_to_its_end(tmp_path: Path) -> None:
    tone = Clip(np.linspace(-1.0, 1.0, 5000, dtype=np.float32), RATE_HZ)
    whole = write_growing(iter([tone, tone]), tmp_path / "a.wav", RATE_HZ)
    assert len(whole.samples) == 10_000
    sound, _ = soundfile.read(io.BytesIO(b"".join(read_growing(tmp_path / "a.wav", lambda: True))))
    assert np.allclose(sound, whole.samples, atol=1e-3)
