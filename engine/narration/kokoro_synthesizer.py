"""Kokoro-82M: 28 English voices, American and British, without a graphics card, at about the speed of speech.

Nothing beyond the base install is needed, only the model's files. Kokoro was trained to hear the sounds that misaki
writes for English words, and hibari brings misaki's dictionaries and rules for both kinds of English, so the words go
through those. (The package kokoro-onnx would have espeak write other spellings of the same sounds: 21 MB more, one
line at a time, and measured no better: docs/engines.md.) The network is run by onnxruntime.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core_types import Clip, EngineCard, Shape, Sounds, SpeechRequest, VoiceProfile
from engine.errors import ModelError, SynthesisError
from engine.narration.hibari_synthesizer import is_foreign, mark_sounds, quote_words
from engine.narration.shaping import bend_speech, check_shape
from engine.narration.xtts.pitch import find_pitch
from engine.network import open_network

NAME = "kokoro"
MODEL = "model.onnx"
VOICE_SHAPE = (510, 256)  # a row for each number of sounds
ADAPTER_VERSION = 1  # raise when the same request would sound different: it is part of every take's key
RATE_HZ = 24_000
MOST_SOUNDS = 510
INPUTS = {"input_ids", "style", "speed"}
SILENT_PEAK = 1e-3
HIGHEST_PEAK = 0.99
# The network reads a line in one way. Each try after the first borrows the manner of a slightly shorter or longer line
# and a slightly other speed, which moves melody and stress here and there and leaves the voice alone.
TRIES = ((0, 1.0), (12, 0.97), (-12, 1.04), (25, 1.0), (-20, 0.95), (40, 1.03), (6, 1.07))
# Where a line too long for the network is cut: at the end of a sentence, else of a clause, else between words.
ENDS = (re.compile(r"(?<=[.!?…])[”\")]* "), re.compile(r"(?<=[,;:—])[”\")]* "), re.compile(" "))

NOT_INSTALLED = "The voice engine hibari, whose dictionaries Kokoro uses, is not installed. Start with launch.py."


def read_card(model_sha256: str = "") -> EngineCard:
    """What Kokoro is with this model; without one, as it will be."""
    return EngineCard(
        name=NAME,
        version=f"{model_sha256[:16] or 'no-model'}+kokoro{ADAPTER_VERSION}",
        rate_hz=RATE_HZ,
        languages=("en",),
        max_characters=400,
        licence="Apache-2.0",
        description="28 English voices, American and British; no graphics card needed, about the speed of speech.",
        takes_phonemes=True,
    )


class KokoroSynthesizer:
    """The Synthesizer protocol over one shared model; onnxruntime lets several threads speak at once."""

    def __init__(self, folder: Path, model_sha256: str) -> None:
        """Load the model in ``folder``: about 2 s. Raises ModelError, SynthesisError."""
        self.card = read_card(model_sha256)
        self._folder = folder
        self._ids = load_alphabet()
        self._session = open_session(folder / MODEL)
        self._read_voice = cache(lambda name: read_voice(folder / "voices" / f"{name}.bin"))
        for british in (False, True):
            load_reader(british)  # made on first use, which must not happen in two threads at once

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        """Yield a clip for each request, in order, with the engine's own short quiet at both ends.

        A SynthesisError for another engine's voice, a shape beyond the bounds, and words it cannot say.
        """
        for request in requests:
            try:
                check_voice(request.voice)
                yield Clip(self._speak_line(request), RATE_HZ)
            except SynthesisError as error:
                yield error

    def _speak_line(self, request: SpeechRequest) -> NDArray[np.float32]:
        shape = request.voice.shape
        manner, speed = TRIES[request.seed % len(TRIES)]
        styles = self._read_voice(request.voice.speaker)
        british = request.voice.speaker.startswith("b")
        pieces = []
        for sounds in find_sounds(request.spoken_text, request.sounds, british):
            ids = [self._ids[sound] for sound in sounds if sound in self._ids]
            row = min(max(len(ids) - 1 + manner, 0), len(styles) - 1)
            inputs = {
                "input_ids": np.asarray([[0, *ids, 0]], np.int64),
                "style": styles[row : row + 1],
                "speed": np.asarray([speed * shape.pace], np.float32),
            }
            pieces.append(np.asarray(self._session.run(None, inputs)[0], np.float32).ravel())
        samples = np.concatenate(pieces)
        peak = float(np.max(np.abs(samples), initial=0.0))
        if not np.isfinite(samples).all() or peak < SILENT_PEAK:
            raise SynthesisError(f"{quote_words(request.spoken_text)} came out silent or damaged. Change the words.")
        if peak > HIGHEST_PEAK:
            samples = samples * np.float32(HIGHEST_PEAK / peak)
        if shape.semitones or shape.formant != 1.0:
            samples = bend_speech(samples, RATE_HZ, find_pitch(samples, RATE_HZ), Shape(shape.semitones, shape.formant))
        return samples


# --- from words to sounds -----------------------------------------------------------------------------------------


def find_sounds(text: str, sounds: Sequence[Sounds], british: bool) -> list[str]:
    """The sounds of the words in Kokoro's alphabet, in pieces of at most MOST_SOUNDS. Raises SynthesisError."""
    if is_foreign(text) and not sounds:
        raise SynthesisError(f"{quote_words(text)} cannot be said by Kokoro: its voices here speak English.")
    line = " ".join(mark_sounds(text, sounds).split())
    known = load_alphabet()
    said = "".join(sound for sound in load_reader(british)(line) if sound in known) if line else ""
    pieces = [piece for piece in split_sounds(said) if any(sound.isalpha() for sound in piece)]
    if not pieces:
        raise SynthesisError(f"There is nothing to say in {quote_words(text)}. Change the words or leave it out.")
    return pieces


def split_sounds(said: str) -> Iterator[str]:
    """Pieces of at most MOST_SOUNDS, cut at the best of ENDS that leaves no crumb."""
    while len(said) > MOST_SOUNDS:
        cut = MOST_SOUNDS
        for end in ENDS:
            places = [match.end() for match in end.finditer(said, 0, MOST_SOUNDS)]
            if places and places[-1] > MOST_SOUNDS // 3:
                cut = places[-1]
                break
        yield said[:cut].strip()
        said = said[cut:].strip()
    if said:
        yield said


@cache
def load_reader(british: bool) -> Any:
    """What writes English words as sounds, once for the process: ``reader(line) -> str``. Raises SynthesisError."""
    try:
        from hibari.g2p import G2P

        reader: Any = G2P(british=british)
        reader.oov  # noqa: B018  made on first use, which must not happen in two threads at once
    except (ImportError, AttributeError, OSError) as error:
        raise SynthesisError(NOT_INSTALLED) from error
    return reader


@cache
def load_alphabet() -> dict[str, int]:
    """The number of each sound in Kokoro's alphabet, which is also hibari's. Raises SynthesisError."""
    try:
        from hibari.tts import ASSETS

        ids: dict[str, int] = json.loads((Path(ASSETS) / "vocab.json").read_text(encoding="utf-8"))
    except (ImportError, OSError, ValueError) as error:
        raise SynthesisError(NOT_INSTALLED) from error
    return ids


# --- the model's files --------------------------------------------------------------------------------------------


def open_session(path: Path) -> Any:
    """The network, on one thread a line. Raises ModelError when the file is not Kokoro's."""
    try:
        session = open_network(path)
    except Exception as error:  # onnxruntime has a class of its own for each thing that is wrong with a file
        raise ModelError(
            f"The model file {path} is damaged or cut short. Remove the model and get it again."
        ) from error
    if {given.name for given in session.get_inputs()} != INPUTS:
        raise ModelError(f"The model file {path} is not Kokoro v1.0. Remove the model and get it again.")
    return session


def read_voice(path: Path) -> NDArray[np.float32]:
    """A voice: a row of 256 numbers for each number of sounds in a line. Raises ModelError."""
    try:
        numbers = np.fromfile(path, np.float32)
    except OSError as error:
        raise ModelError(f"Kokoro's voice {path} is not there. Remove the model and get it again.") from error
    if numbers.size != VOICE_SHAPE[0] * VOICE_SHAPE[1] or not np.isfinite(numbers).all():
        raise ModelError(f"Kokoro's voice {path} is damaged or cut short. Remove the model and get it again.")
    return numbers.reshape(VOICE_SHAPE)


def check_voice(voice: VoiceProfile) -> None:
    """Raises SynthesisError when Kokoro cannot speak with this voice."""
    if voice.engine != NAME or not re.fullmatch(r"[ab][fm]_[a-z]+", voice.speaker):
        raise SynthesisError(
            f'The voice "{voice.name}" is made for {voice.engine} from "{voice.speaker}", which Kokoro does not have. '
            "Choose another voice."
        )
    check_shape(voice, "Kokoro")
