"""The embedded engine: hibari, one small English voice, about a hundred times faster than real time on one core.

Only this file and the Kokoro adapter, which uses its dictionaries, import hibari. Beyond its public names (``Hibari``,
``phonemize``, ``ids``) it uses two things inside: the session's six outputs and ``dsp.synth``, which makes sound of
them. One of the six is the pitch, and knowing it is what makes bending the voice into characters both cheap and clean
(``shaping.py``). Other releases of hibari may be laid out otherwise; loading checks that, and the lock file pins the
release.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core_types import Clip, EngineCard, Shape, Sounds, SpeechRequest, VoiceProfile
from engine.errors import LexiconError, SynthesisError
from engine.narration.hibari_sounds import add_s, write_sounds
from engine.narration.shaping import bend_speech, check_shape

NAME = "hibari"
SPEAKER = "heart"  # the one voice inside the package; the others would be downloaded
SHAPING_VERSION = 1  # raise when the same request would sound different: it is part of every take's key
OUTPUTS = ["lh", "theta", "ln", "lr", "phi", "f0"]

# hibari reads a line in one way, and its own seed changes only noise far below hearing. So that a redo is something
# else to choose from, each try after the first asks for a slightly other speed: the melody moves by one to three
# semitones here and there, and the length by two to seven per cent.
SPEED_OF_TRY = (1.0, 0.93, 1.1, 0.88, 1.15, 0.95, 1.05)

LONGEST_CHUNK = 400  # phonemes; hibari was trained on no longer ones and splits at commas, but not without them
SILENT_PEAK = 1e-3
LONGEST_QUOTE = 60  # characters of a line shown in a message

# "[word](/sounds/)" sets a word's sounds in hibari; in a manuscript it is only an odd way to write.
PLAIN_BRACKETS = str.maketrans("[]", "()")
POSSESSIVE = re.compile(r"['’]s\b")
STRESS_AND_LENGTH = frozenset("ˈˌː")


def read_card() -> EngineCard:
    """What hibari is, without loading it. Raises SynthesisError when it is not installed."""
    try:
        release = version("hibari-tts")
    except PackageNotFoundError as error:
        raise SynthesisError(
            "The voice engine hibari is not installed. Start Voxfolio with launch.py, which installs it."
        ) from error
    return EngineCard(
        name=NAME,
        version=f"{release}+shaping{SHAPING_VERSION}",
        rate_hz=24_000,
        languages=("en",),
        max_characters=300,
        licence="Apache-2.0",
        description="A small, fast English voice that needs no download and no graphics card.",
        takes_phonemes=True,
    )


class HibariSynthesizer:
    """The Synthesizer protocol over one shared model.

    Speaking changes nothing in the model or its dictionaries, and the time goes into onnxruntime and numpy, which let
    other threads run: one model serves all threads, without a lock. Each request has its own random numbers. The
    neutral shape at seed 0 is bit for bit what ``Hibari()(text, seed=0)`` returns.
    """

    def __init__(self) -> None:
        """Load the model: about 0.3 s. Raises SynthesisError when hibari is missing or laid out otherwise."""
        self.card = read_card()
        try:
            from hibari import Hibari, dsp

            self._hibari: Any = Hibari(voice=SPEAKER, threads=1)
            self._dsp: Any = dsp
            self._hibari.g2p.oov  # noqa: B018  made on first use, which must not happen in two threads at once
            outputs = [output.name for output in self._hibari.sess.get_outputs()]
            known = outputs == OUTPUTS and (dsp.SR, callable(dsp.synth)) == (self.card.rate_hz, True)
        except (ImportError, AttributeError, OSError, RuntimeError) as error:
            raise SynthesisError(
                "The voice engine hibari cannot be loaded. Delete the folder .venv and start launch.py again."
            ) from error
        if not known:
            raise SynthesisError(
                f"The voice engine hibari {version('hibari-tts')} is not laid out as this Voxfolio expects. "
                "Start Voxfolio with launch.py, which installs the right release."
            )

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        """Yield a clip for each request, in order, with the engine's own short quiet at both ends.

        A SynthesisError for another engine's voice, a shape beyond the bounds, and words it cannot say.
        """
        for request in requests:
            try:
                check_voice(request.voice)
                yield Clip(self._speak_line(request), self.card.rate_hz)
            except SynthesisError as error:
                yield error

    def _speak_line(self, request: SpeechRequest) -> NDArray[np.float32]:
        speed = SPEED_OF_TRY[request.seed % len(SPEED_OF_TRY)]
        noise = np.random.default_rng(request.seed)
        chunks = [
            self._speak_chunk(phonemes, speed, request.voice.shape, noise)
            for phonemes in self._find_phonemes(request.spoken_text, request.sounds)
        ]
        samples = np.concatenate(chunks)
        if not np.isfinite(samples).all() or np.max(np.abs(samples), initial=0.0) < SILENT_PEAK:
            raise SynthesisError(f"{quote_words(request.spoken_text)} came out silent or damaged. Change the words.")
        return samples

    def _speak_chunk(
        self, phonemes: str, speed: float, shape: Shape, noise: np.random.Generator
    ) -> NDArray[np.float32]:
        ids = np.asarray([self._hibari.ids(phonemes)], np.int64)
        outputs = self._hibari.sess.run(None, {"ids": ids, "speed": np.asarray([speed], np.float32)})
        parts = [output[0] for output in outputs]
        samples: NDArray[np.float32] = self._dsp.synth(*parts, noise)
        if shape == Shape():
            return samples
        pitch_hz = spread_pitch(parts[OUTPUTS.index("f0")], len(samples))
        return bend_speech(samples, self.card.rate_hz, pitch_hz, shape)

    def _find_phonemes(self, text: str, sounds: Sequence[Sounds]) -> list[str]:
        """The sounds of the words, in pieces the model says well. Raises SynthesisError when there are none."""
        if is_foreign(text) and not sounds:
            raise SynthesisError(f"{quote_words(text)} cannot be said by hibari: it speaks English.")
        pieces: list[str] = []
        for phonemes in self._hibari.phonemize(mark_sounds(text, sounds)):
            pieces.extend(split_phonemes(phonemes))
        if not any(sound.isalpha() and sound not in STRESS_AND_LENGTH for piece in pieces for sound in piece):
            raise SynthesisError(f"There is nothing to say in {quote_words(text)}. Change the words or leave it out.")
        return pieces


def mark_sounds(text: str, sounds: Sequence[Sounds]) -> str:
    """The text with the words that have sounds of their own written as hibari wants them. Raises SynthesisError."""
    pieces: list[str] = []
    place = 0
    for sound in sounds:
        try:
            said = write_sounds(sound.ipa)
        except LexiconError as error:
            raise SynthesisError(f"{quote_words(text)} cannot be said: {error}") from error
        pieces.append(text[place : sound.start].translate(PLAIN_BRACKETS))
        place = sound.end
        if ending := POSSESSIVE.match(text, place):
            said, place = add_s(said), ending.end()
        pieces.append(f"[word](/{said}/)")
    return "".join([*pieces, text[place:].translate(PLAIN_BRACKETS)])


def find_unknown_words(words: Iterable[str]) -> list[str]:
    """Those of the words that are in none of hibari's dictionaries: it guesses how they sound from their letters.

    Loads the dictionaries the first time (0.7 s). Raises SynthesisError when hibari is not installed.
    """
    look_up, token, context = load_dictionary()
    return [word for word in words if look_up(token(word, "NNP"), context)[0] is None]


@cache
def load_dictionary() -> tuple[Any, Any, Any]:
    try:
        from hibari.g2p import G2P, Context
        from hibari.g2p.token import Tok
    except ImportError as error:
        raise SynthesisError(
            "The voice engine hibari is not installed. Start Voxfolio with launch.py, which installs it."
        ) from error
    return G2P(oov=False).lexicon, Tok, Context()


def check_voice(voice: VoiceProfile) -> None:
    """Raises SynthesisError when hibari cannot speak with this voice."""
    if (voice.engine, voice.speaker) != (NAME, SPEAKER):
        raise SynthesisError(
            f'The voice "{voice.name}" is made for {voice.engine} from "{voice.speaker}", which hibari does not have. '
            "Choose another voice."
        )
    check_shape(voice, "hibari")


def spread_pitch(frames_hz: NDArray[np.float32], length: int) -> NDArray[np.float64]:
    """The pitch at each of ``length`` samples from one value a frame, as hibari does it."""
    middles = (np.arange(length) + 0.5) * len(frames_hz) / length - 0.5
    return np.interp(middles, np.arange(len(frames_hz)), frames_hz.astype(np.float64))


def split_phonemes(phonemes: str) -> Iterator[str]:
    """Pieces of at most LONGEST_CHUNK phonemes, cut between words where it can be."""
    while len(phonemes) > LONGEST_CHUNK:
        cut = phonemes.rfind(" ", 1, LONGEST_CHUNK)
        cut = cut if cut > 0 else LONGEST_CHUNK
        yield phonemes[:cut]
        phonemes = phonemes[cut:].lstrip()
    if phonemes:
        yield phonemes


def is_foreign(text: str) -> bool:
    """Whether most letters are of another script; a single Greek word in an English line is let through."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin * 2 < len(letters)


def quote_words(text: str) -> str:
    """The words as part of a sentence to a person: in quotes, on one line, not too many."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if len(line) > LONGEST_QUOTE:
        line = line[:LONGEST_QUOTE].rstrip() + "…"
    return f"“{line}”" if line else "an empty line"
