"""The engines that can speak, by name; each is loaded when it is first needed, once for the process.

The embedded one is always there. The others are listed whether or not they can speak: their packages may be missing, or
their models (``models.py``), and loading them says so. `use_models` says in which folder this process's models are.

Whoever wants to speak brings a Gate, which is asked before every line: there is no way to an engine round it.

To add an engine, write an adapter (a class that keeps the ``Synthesizer`` promises and is the only file importing its
model) and give it a line in ENGINES. ``tests/narration/test_synthesizer_contract.py`` says whether it keeps them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from engine.core_types import Clip, EngineCard, Gate, SpeechRequest, Synthesizer
from engine.errors import ModelError, ModelMissing, NotFound, SynthesisError
from engine.narration import hibari_synthesizer, kokoro_synthesizer, pocket_synthesizer, xtts_synthesizer
from engine.narration.models import find_model, find_sha256, read_stamp, recall_sha256
from engine.narration.xtts.card import check_installed as check_xtts_installed


class Engine:
    """One engine that can be chosen: its card costs nothing, itself is loaded on first use. Safe from any thread.

    ``stamp`` gives something that is another when the engine's model has come, changed or gone: then the card is read
    and the engine loaded anew.
    """

    def __init__(
        self,
        read_card: Callable[[], EngineCard],
        load: Callable[[], Synthesizer],
        stamp: Callable[[], object] = lambda: None,
        plain: Callable[[], EngineCard] | None = None,
    ) -> None:
        """``plain`` gives the card of the engine without a model, for whoever cannot wait for a look at that."""
        self._read_card, self._load, self._stamp = read_card, load, stamp
        self.read_plain_card = plain or read_card
        self._card: tuple[object, EngineCard] | None = None
        self._synthesizer: tuple[object, Synthesizer] | None = None
        self._loading = threading.Lock()

    @property
    def card(self) -> EngineCard:
        stamp, kept = self._stamp(), self._card
        if kept is None or kept[0] != stamp:  # asked once for every line of a book, so kept
            card = self._read_card()
            kept = self._card = (self._stamp(), card)  # reading may have written down what it found
        return kept[1]

    @property
    def synthesizer(self) -> Synthesizer:
        with self._loading:
            stamp, kept = self._stamp(), self._synthesizer
            if kept is None or kept[0] != stamp:
                self._synthesizer = None  # so that two models are never in the memory at once
                synthesizer = self._load()
                kept = self._synthesizer = (self._stamp(), synthesizer)
            return kept[1]


# --- engines whose model is not in the package ----------------------------------------------------------------------

_models = Path("models").absolute()
_device = ""


def use_models(folder: Path, device: str = "") -> None:
    """From now on engines find their weights in this folder: that of the workspace this process has open.

    ``device`` "cpu" has them leave a graphics card alone.
    """
    global _models, _device
    _models, _device = folder, device


def _stamp_models(*names: str) -> Callable[[], object]:
    return lambda: (_models, *(read_stamp(_models, name) for name in names))


def _find_sha256(name: str) -> str:
    """Of the model's weights; "" while there is no model that may be used."""
    try:
        return find_sha256(_models, name)
    except ModelError:
        return ""


def _read_kokoro_card() -> EngineCard:
    return kokoro_synthesizer.read_card(_find_sha256("kokoro-82m"))


def _load_kokoro() -> Synthesizer:
    folder = find_model(_models, "kokoro-82m")
    return kokoro_synthesizer.KokoroSynthesizer(folder, find_sha256(_models, "kokoro-82m"))


def _read_xtts_card() -> EngineCard:
    try:
        folder = find_model(_models, "xtts-v2")
    except ModelError:
        return xtts_synthesizer.read_card()
    return xtts_synthesizer.read_card(folder, recall_sha256(_models, "xtts-v2"))


def _load_xtts() -> Synthesizer:
    check_xtts_installed()  # said first: the model is of no use without
    folder = find_model(_models, "xtts-v2")
    return xtts_synthesizer.load_xtts(folder, _device, sha256=recall_sha256(_models, "xtts-v2"))


def _find_pocket() -> str:
    """The Pocket model that is here: the one that clones, else the one with its own voices. Raises ModelMissing."""
    for name in ("pocket-tts", "pocket-tts-voices"):
        try:
            find_model(_models, name)
            return name
        except ModelMissing:
            pass
    raise ModelMissing(
        "Pocket TTS has no model yet. Get it on the page Engines, or with “python3 launch.py models get pocket-tts” "
        "(it clones, and its makers want to be asked) or “python3 launch.py models get pocket-tts-voices” (five voices "
        "of its own)."
    )


def _read_pocket_card() -> EngineCard:
    try:
        name = _find_pocket()
    except ModelError:
        return pocket_synthesizer.read_card()
    return pocket_synthesizer.read_card(_find_sha256(name), clones=name == "pocket-tts")


def _load_pocket() -> Synthesizer:
    pocket_synthesizer.check_installed()
    name = _find_pocket()
    return pocket_synthesizer.PocketSynthesizer(
        find_model(_models, name), find_sha256(_models, name), clones=name == "pocket-tts"
    )


ENGINES: dict[str, Engine] = {
    "hibari": Engine(hibari_synthesizer.read_card, hibari_synthesizer.HibariSynthesizer),
    "xtts": Engine(_read_xtts_card, _load_xtts, _stamp_models("xtts-v2"), xtts_synthesizer.read_card),
    "kokoro": Engine(_read_kokoro_card, _load_kokoro, _stamp_models("kokoro-82m")),
    "pocket": Engine(_read_pocket_card, _load_pocket, _stamp_models("pocket-tts", "pocket-tts-voices")),
}


def engine_cards() -> list[EngineCard]:
    """What each engine is and can do, the embedded one first. Nothing is loaded."""
    return [engine.card for engine in ENGINES.values()]


def find_card(name: str) -> EngineCard:
    """The card of the engine of that name, without loading it. Raises NotFound."""
    return _find_engine(name).card


def load_synthesizer(name: str, gate: Gate) -> GatedSynthesizer:
    """The engine of that name, ready to speak for whom the gate lets through; loaded once for the process.

    Raises NotFound, or SynthesisError when it is not installed or not usable; speaking raises ConsentRefused.
    """
    return GatedSynthesizer(_find_engine(name).synthesizer, gate)


def warm_engine(name: str) -> None:
    """Load an engine ahead of its first line. Raises as `load_synthesizer` does."""
    _ = _find_engine(name).synthesizer


class GatedSynthesizer:
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

    def stream(self, request: SpeechRequest) -> Iterator[Clip]:
        """A line in stretches, the first as soon as it can be heard; whole from an engine that cannot. Raises
        SynthesisError."""
        self._gate.check(request.voice)
        stream = getattr(self._synthesizer, "stream", None) if self.card.streams else None
        for spoken in stream(request) if stream else self._synthesizer.speak([request]):
            if isinstance(spoken, SynthesisError):
                raise spoken
            self._gate.check(request.voice)
            yield spoken


def _find_engine(name: str) -> Engine:
    if name not in ENGINES:
        raise NotFound(f'There is no voice engine called "{name}". There is: {", ".join(ENGINES)}.')
    return ENGINES[name]
