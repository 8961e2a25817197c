"""The engines that can speak, by name; each is loaded when it is first needed, once for the process.

Whoever wants to speak brings a Gate, which is asked before every line: there is no way to an engine round it.

To add an engine, write an adapter (a class that keeps the ``Synthesizer`` promises and is the only file importing its
model) and give it a line in ENGINES. ``tests/narration/test_synthesizer_contract.py`` says whether it keeps them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from engine.core_types import Clip, EngineCard, Gate, SpeechRequest, Synthesizer
from engine.errors import NotFound, SynthesisError
from engine.narration import hibari_synthesizer


class Engine:
    """One engine that can be chosen: its card costs nothing, itself is loaded on first use. Safe from any thread."""

    def __init__(self, read_card: Callable[[], EngineCard], load: Callable[[], Synthesizer]) -> None:
        self._read_card, self._load = read_card, load
        self._card: EngineCard | None = None
        self._synthesizer: Synthesizer | None = None
        self._loading = threading.Lock()

    @property
    def card(self) -> EngineCard:
        if self._card is None:  # asked once for every line of a book, so kept
            self._card = self._read_card()
        return self._card

    @property
    def synthesizer(self) -> Synthesizer:
        with self._loading:
            if self._synthesizer is None:
                self._synthesizer = self._load()
            return self._synthesizer


ENGINES: dict[str, Engine] = {
    "hibari": Engine(hibari_synthesizer.read_card, hibari_synthesizer.HibariSynthesizer),
}


def engine_cards() -> list[EngineCard]:
    """What each engine is and can do, the embedded one first. Nothing is loaded."""
    return [engine.card for engine in ENGINES.values()]


def find_card(name: str) -> EngineCard:
    """The card of the engine of that name, without loading it. Raises NotFound."""
    return _find_engine(name).card


def load_synthesizer(name: str, gate: Gate) -> Synthesizer:
    """The engine of that name, ready to speak for whom the gate lets through; loaded once for the process.

    Raises NotFound, or SynthesisError when it is not installed or not usable; speaking raises ConsentRefused.
    """
    return _GatedSynthesizer(_find_engine(name).synthesizer, gate)


def warm_engine(name: str) -> None:
    """Load an engine ahead of its first line. Raises as `load_synthesizer` does."""
    _ = _find_engine(name).synthesizer


class _GatedSynthesizer:
    """An engine behind its gate: asked for all voices before a batch begins, and again before each line is given out,
    so that a leave withdrawn meanwhile ends the very next line."""

    def __init__(self, synthesizer: Synthesizer, gate: Gate) -> None:
        self.card = synthesizer.card
        self._synthesizer, self._gate = synthesizer, gate

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        for voice in {request.voice for request in requests}:
            self._gate.check(voice)
        for request, spoken in zip(requests, self._synthesizer.speak(requests), strict=True):
            self._gate.check(request.voice)
            yield spoken


def _find_engine(name: str) -> Engine:
    if name not in ENGINES:
        raise NotFound(f'There is no voice engine called "{name}". There is: {", ".join(ENGINES)}.')
    return ENGINES[name]
