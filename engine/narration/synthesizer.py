"""The engines that can speak, by name; each is loaded when it is first needed, once for the process.

To add an engine, write an adapter (a class that keeps the ``Synthesizer`` promises and is the only file importing its
model) and give it a line in ENGINES. ``tests/narration/test_synthesizer_contract.py`` says whether it keeps them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.core_types import EngineCard, Synthesizer
from engine.errors import NotFound
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


def load_synthesizer(name: str) -> Synthesizer:
    """The engine of that name, ready to speak; the same object every time. Raises NotFound, or SynthesisError when it
    is not installed or not usable."""
    return _find_engine(name).synthesizer


def _find_engine(name: str) -> Engine:
    if name not in ENGINES:
        raise NotFound(f'There is no voice engine called "{name}". There is: {", ".join(ENGINES)}.')
    return ENGINES[name]
