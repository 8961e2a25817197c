"""Pocket TTS by Kyutai: a person's own recorded voice on a processor, in English; what it speaks may be published.

The only file that imports pocket_tts. Its makers give the weights that clone to whoever asks them; the others come with
fixed voices alone, and then this adapter has no cloning either. Nothing is fetched here: the package is pointed at the
files of the model manager.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio import read_clip, remove_offset, resample
from engine.core_types import Clip, EngineCard, Shape, SpeechRequest, VoiceProfile
from engine.errors import AudioError, ModelError, RecordingRefused, SynthesisError
from engine.narration.hibari_synthesizer import is_foreign, quote_words
from engine.narration.reference import check_voice_heard
from engine.narration.shaping import bend_speech, check_shape
from engine.narration.xtts.pitch import find_pitch

NAME = "pocket"
ADAPTER_VERSION = 1  # raise when the same request would sound different: it is part of every take's key
RATE_HZ = 24_000
NEEDED = ("pocket_tts", "torch", "safetensors")
LONGEST_PROMPT_S = 30.0  # of a voice's clips: more only costs memory
QUIET_S = 0.1  # put at both ends; the model begins and ends with the words
SILENT_PEAK, HIGHEST_PEAK = 1e-3, 0.99
MOST_VOICES = 8  # kept in the memory, a few MB each


def read_card(model_sha256: str = "", clones: bool = True) -> EngineCard:
    """What Pocket TTS is with this model; without one, as it can be. Nothing needs to be installed."""
    try:
        release = version("pocket-tts")
    except PackageNotFoundError:
        release = "none"
    return EngineCard(
        name=NAME,
        version=f"{release}+{model_sha256[:16] or 'no-model'}+pocket{ADAPTER_VERSION}",
        rate_hz=RATE_HZ,
        languages=("en",),
        max_characters=300,
        licence="CC-BY-4.0; no cloning without consent",
        description="Your own recorded voice in English, without a graphics card, at about the speed of speech."
        if clones
        else "Five English voices of its own; cloning needs its makers' leave.",
        clones=clones,
    )


def check_installed() -> None:
    """Raises SynthesisError that says what to do when a part is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise SynthesisError(
            f"The voice engine Pocket TTS is not installed ({', '.join(missing)} is missing). "
            "Install it with “python3 launch.py add pocket”."
        )


class PocketSynthesizer:
    """The Synthesizer protocol over one model. The package says one line at a time; lines of all threads take turns."""

    def __init__(self, folder: Path, model_sha256: str, clones: bool) -> None:
        """Load the model in ``folder``. Raises SynthesisError when it is not installed, ModelError for its files."""
        check_installed()
        self.card = read_card(model_sha256, clones)
        self._folder = folder
        self._model = load_model(folder)
        self._model.has_voice_cloning = clones
        self._model.max_decoder_frames_per_call = 1  # else timing decides, and with it the last bits of each sample
        self._turn = threading.Lock()
        self._voices: OrderedDict[tuple[str, str], Any] = OrderedDict()

    @property
    def has_voice_cloning(self) -> bool:
        """Whether it speaks with recorded voices, or with its own alone."""
        return bool(self._model.has_voice_cloning)

    def speak(self, requests: Sequence[SpeechRequest]) -> Iterator[Clip | SynthesisError]:
        """Yield a clip for each request, in order, with a short quiet at both ends.

        A SynthesisError for another engine's voice, a recorded voice where the model cannot clone, a shape beyond
        the bounds, and words it cannot say.
        """
        for request in requests:
            try:
                self._check_voice(request.voice)
                yield Clip(self._speak_line(request), RATE_HZ)
            except SynthesisError as error:
                yield error

    def _speak_line(self, request: SpeechRequest) -> NDArray[np.float32]:
        import torch

        text = " ".join(request.spoken_text.split())
        if not any(letter.isalnum() for letter in text):
            raise SynthesisError(f"There is nothing to say in {quote_words(text)}. Change the words or leave it out.")
        if is_foreign(text):
            raise SynthesisError(f"{quote_words(text)} cannot be said by Pocket TTS: this model speaks English.")
        with self._turn, torch.random.fork_rng(devices=[]):
            voice = self._find_voice(request.voice)
            torch.manual_seed(request.seed)  # the package draws from the one source of chance the process has
            try:
                spoken = self._model.generate_audio(voice, text)
            except (RuntimeError, ValueError, AssertionError) as error:
                raise SynthesisError(
                    f"{quote_words(text)} could not be said by Pocket TTS. Change the words."
                ) from error
        samples = remove_offset(np.asarray(spoken.detach().cpu().numpy(), np.float32).ravel())
        peak = float(np.max(np.abs(samples), initial=0.0))
        if not np.isfinite(samples).all() or peak < SILENT_PEAK:
            raise SynthesisError(f"{quote_words(text)} came out silent or damaged. Redo it, or change the words.")
        if peak > HIGHEST_PEAK:
            samples = samples * np.float32(HIGHEST_PEAK / peak)
        if request.voice.shape != Shape():
            samples = bend_speech(samples, RATE_HZ, find_pitch(samples, RATE_HZ), request.voice.shape)
        return np.pad(samples, int(QUIET_S * RATE_HZ))

    def _check_voice(self, voice: VoiceProfile) -> None:
        fixed = self._folder / "voices" / f"{voice.speaker}.safetensors"
        if voice.engine != NAME or not (voice.clips or fixed.is_file()):
            raise SynthesisError(
                f'The voice "{voice.name}" is made for {voice.engine} from "{voice.speaker}", which Pocket TTS does '
                "not have. Choose another voice."
            )
        if voice.clips and not self.has_voice_cloning:
            raise SynthesisError(
                f'Pocket TTS cannot speak with the recorded voice "{voice.name}": the model that is here has only its '
                "own voices. Its makers give the one that clones to whoever asks: see the page Engines."
            )
        check_shape(voice, "Pocket TTS")

    def _find_voice(self, voice: VoiceProfile) -> Any:
        """What the model knows of a voice, worked out once: about 2 s for a recorded one. Raises SynthesisError."""
        key = (voice.speaker, voice.fingerprint)
        if key not in self._voices:
            if voice.clips:
                import torch

                prompt: Any = torch.from_numpy(join_clips(voice))[None]
            else:
                prompt = self._folder / "voices" / f"{voice.speaker}.safetensors"
            try:
                self._voices[key] = self._model.get_state_for_audio_prompt(prompt)
            except (RuntimeError, ValueError, OSError) as error:
                raise SynthesisError(f"Pocket TTS cannot make a voice of “{voice.name}”. Record it anew.") from error
            while len(self._voices) > MOST_VOICES:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        return self._voices[key]


def join_clips(voice: VoiceProfile) -> NDArray[np.float32]:
    """The voice's clips in a row, at RATE_HZ, up to LONGEST_PROMPT_S. Raises SynthesisError."""
    pieces: list[NDArray[np.float32]] = []
    room = int(LONGEST_PROMPT_S * RATE_HZ)
    for path in voice.clips:
        try:
            samples = resample(read_clip(path), RATE_HZ).samples[:room]
        except (AudioError, OSError) as error:
            raise SynthesisError(f"A recording of the voice “{voice.label}” cannot be read: {error}") from error
        pieces.append(samples)
        room -= len(samples)
    joined = np.concatenate(pieces)
    try:
        check_voice_heard(joined, RATE_HZ, voice.label)
    except RecordingRefused as error:
        raise SynthesisError(str(error)) from error
    return joined


def load_model(folder: Path) -> Any:
    """The package's model over the files in ``folder``. Raises ModelError.

    Its layout is the package's own for English, or that in ``config.yaml`` when the folder has one.
    """
    import yaml
    from pocket_tts import TTSModel
    from pocket_tts.utils.config import CONFIGS_DIR

    source = folder / "config.yaml"
    source = source if source.is_file() else CONFIGS_DIR / "english.yaml"
    tokenizer = next(
        (folder / name for name in ("tokenizer.json", "tokenizer.model") if (folder / name).is_file()), None
    )
    if tokenizer is None:
        raise ModelError(f"There is no tokenizer.json in {folder}. Remove the model and get it again.")
    try:
        layout = yaml.safe_load(source.read_text(encoding="utf-8"))
        layout["weights_path"] = str(folder / "model.safetensors")
        layout["weights_path_without_voice_cloning"] = None
        layout["flow_lm"]["lookup_table"]["tokenizer_path"] = str(tokenizer)
        with tempfile.TemporaryDirectory() as place:
            written = Path(place) / "english.yaml"
            written.write_text(yaml.safe_dump(layout), encoding="utf-8")
            return TTSModel.load_model(config=written)
    except Exception as error:  # whatever the package finds wrong with a file, a person can do one thing about it
        raise ModelError(
            f"The Pocket TTS model in {folder} cannot be loaded: it is damaged, or of another release of the package. "
            "Remove the model and get it again."
        ) from error
