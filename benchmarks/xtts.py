"""How fast XTTS speaks: Voxfolio's batches against the original code one line at a time, in the same run.

    python3 benchmarks/xtts.py                      # a graphics card: 64 and 256 lines, several batch sizes
    python3 benchmarks/xtts.py --small              # a processor: 16 lines, a batch of 16
    python3 benchmarks/xtts.py --growth 7000        # whether memory grows with the book (a tiny model)

Needs what `launch.py add xtts` installs, and for the comparison coqui-tts (without it the column stays empty). The
weights are random and of full size, so nothing here speaks of sound; how many audio tokens a line takes does not depend
on them, as it is fixed to what its text implies. Prints Markdown; benchmarks/results/xtts.md holds such a print.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads fight over a busy machine; set it for a quiet one
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

import torch  # noqa: E402

from benchmarks.machine import describe_machine  # noqa: E402
from benchmarks.random_xtts import ARGUMENTS, TINY, make_checkpoint, make_voice  # noqa: E402
from engine.core_types import Clip, SpeechRequest, VoiceProfile  # noqa: E402
from engine.narration.xtts.decoding import Reading  # noqa: E402
from engine.narration.xtts.sizes import TOKENS_PER_S, Sizes  # noqa: E402
from engine.narration.xtts.sounder import Frames, Sounder  # noqa: E402
from engine.narration.xtts.synthesizer import XttsSynthesizer  # noqa: E402

PASSAGE = (  # Kenneth Grahame, The Wind in the Willows, 1908
    "The Mole had been working very hard all the morning, spring-cleaning his little home.",
    "First with brooms, then with dusters; then on ladders and steps and chairs, with a brush and a pail of whitewash.",
    "Till he had dust in his throat and eyes, and splashes of whitewash all over his black fur, and an aching back.",
    "Bother!",
    "Hang spring-cleaning!",
    "Something up above was calling him imperiously, and he made for the steep little tunnel.",
    "So he scraped and scratched and scrabbled and scrooged, working busily with his little paws.",
    "Up we go! Up we go!",
    "This is fine, he said to himself.",
    "The sunshine struck hot on his fur, soft breezes caressed his heated brow, and after the seclusion of the "
    "cellarage he had lived in so long the carol of happy birds fell on his dulled hearing almost like a shout.",
    "Jumping off all his four legs at once, he pursued his way across the meadow till he reached the hedge.",
    "Sixpence for the privilege of passing by the private road!",
    "He was bowled over in an instant by the impatient and contemptuous Mole.",
    "Onion-sauce! Onion-sauce! he remarked jeeringly, and was gone before they could think of a satisfactory reply.",
    "Why didn't you tell him, said one.",
    "It all seemed too good to be true.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    lines: int
    audio_s: float
    wall_s: float
    cpu_s: float
    first_s: float  # to the first sound
    tokens: int
    sounding_s: float  # in the vocoder; of wall_s, or beside it
    reading_s: float
    memory_mb: float
    floor_s: float  # what reading the weights and the cache would take at the measured bandwidth


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--small", action="store_true", help="16 lines, a batch of 16, for a processor")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--lines", default="", help="how many, such as 64,256")
    parser.add_argument("--rows", default="", help="batch sizes, such as 16,64,128")
    parser.add_argument("--precisions", default="", help="such as float32,bfloat16,float16")
    parser.add_argument("--stock", type=int, default=-1, help="lines for the original code; 0 for none")
    parser.add_argument("--characters", type=int, default=0, help="leave out longer lines")
    parser.add_argument("--growth", type=int, default=0, help="lines of a tiny model, to watch the memory")
    given = parser.parse_args()
    print(f"{describe_machine()}; PyTorch {torch.__version__}, {torch.get_num_threads()} threads; {describe_load()}\n")
    with tempfile.TemporaryDirectory() as folder:
        if given.growth:
            watch_memory(Path(folder), given.growth)
        else:
            compare(Path(folder), given)


def describe_load() -> str:
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return f"{torch.cuda.get_device_name()}, {load}" if torch.cuda.is_available() else load


def compare(folder: Path, given: argparse.Namespace) -> None:
    """The table: the original one by one, then ours in every batch size and precision."""
    on_card = given.device.startswith("cuda")
    counts = split_numbers(given.lines) or ([16] if given.small or not on_card else [64, 256])
    sizes = split_numbers(given.rows) or ([16] if given.small or not on_card else [1, 16, 64, 128, 256])
    precisions = (
        given.precisions.split(",") if given.precisions else (["float16", "float32"] if on_card else ["float32"])
    )
    make_checkpoint(folder / "model", {})
    voice = make_voice(folder / "voice" / "clip.wav")
    bandwidth = measure_bandwidth(given.device)
    rows: list[Row] = []
    loads: list[str] = []
    stock_lines = given.stock if given.stock >= 0 else (2 if given.small else 8)
    if stock_lines:
        rows += measure_stock(choose_lines(max(counts), given.characters)[:stock_lines], given.device, voice, folder)
    for precision in precisions:
        for size in sizes:
            began = now(given.device)
            synthesizer = XttsSynthesizer(folder / "model", given.device, precision, size, fixed=True)
            next(synthesizer.stream(SpeechRequest(PASSAGE[0], voice)))
            loads.append(f"{precision} {now(given.device) - began:.1f} s")
            for count in counts:
                requests = [SpeechRequest(line, voice) for line in choose_lines(count, given.characters)]
                rows.append(measure_ours(synthesizer, requests, f"batch of {size}, {precision}", bandwidth))
                print(f"  measured: {rows[-1].what}, {count} lines in {rows[-1].wall_s:.1f} s", file=sys.stderr)
            del synthesizer
            gc.collect()
    print_table(rows, bandwidth)
    print(f"From the checkpoint's file to the first second of sound: {', '.join(loads)}.")


def split_numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def choose_lines(count: int, longest: int) -> list[str]:
    """Lines of book lengths, none twice the same."""
    lines = [line for line in PASSAGE if not longest or len(line) <= longest]
    return [lines[number % len(lines)] + " " * (number // len(lines)) for number in range(count)]


def measure_bandwidth(device: str) -> float:
    """Bytes a second that can be read: from a copy of half a gibibyte, which reads and writes."""
    source = torch.ones(1 << 27, device=device)
    target = torch.empty_like(source)
    best = 0.0
    for _ in range(4):
        began = now(device)
        target.copy_(source)
        best = max(best, 2 * source.numel() * 4 / (now(device) - began))
    return best


def now(device: str) -> float:
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.perf_counter()


def measure_ours(synthesizer: XttsSynthesizer, requests: list[SpeechRequest], what: str, bandwidth: float) -> Row:
    """One job, after a short one that warms up; on a card the same job twice, so that its graphs are recorded."""
    device = str(synthesizer.place.device)
    timed = TimedSound(device)
    warm = requests if device.startswith("cuda") else requests[3:4]
    for _ in range(2 if device.startswith("cuda") else 1):
        list(synthesizer.speak(warm))
    timed.seconds, timed.tokens = 0.0, 0
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()
    began, cpu, first = now(device), time.process_time(), 0.0
    for request, spoken in zip(requests, synthesizer.speak(requests), strict=True):
        if not isinstance(spoken, Clip):
            raise SystemExit(f"{request.spoken_text}: {spoken}")
        first = first or time.perf_counter() - began
    wall_s = now(device) - began
    tokens = timed.tokens
    weight = synthesizer._model.gpt.final_norm.weight.element_size()
    return Row(
        what,
        len(requests),
        tokens / TOKENS_PER_S,
        wall_s,
        time.process_time() - cpu,
        first,
        tokens,
        timed.seconds,
        wall_s - (0.0 if synthesizer._sounding_threads else timed.seconds),
        read_memory(device),
        find_floor(synthesizer._config.sizes, tokens, synthesizer.place.rows, len(requests), weight) / bandwidth,
    )


class TimedSound:
    """Counts what goes through the vocoder and how long it takes."""

    def __init__(self, device: str) -> None:
        self.seconds, self.tokens = 0.0, 0
        give, make = TimedSound.give, TimedSound.make

        def count(sounder: Sounder, readings: list[Reading], lines: list[Frames]) -> None:
            self.tokens += sum(len(reading.latents) for reading in readings)
            give(sounder, readings, lines)

        def clock(sounder: Sounder, lines: list[Frames]) -> Any:
            began = now(device)
            made = make(sounder, lines)
            self.seconds += now(device) - began
            return made

        Sounder.give, Sounder._make = count, clock  # type: ignore[method-assign, assignment]

    give, make = Sounder.give, Sounder._make  # as they were


def find_floor(sizes: Sizes, tokens: int, rows: int, lines: int, weight: int) -> float:
    """Bytes that reading must move at least: all weights once a step, each row's keys and values once a step."""
    used = min(rows, lines)
    trunk = sizes.layers * 12 * sizes.width**2 + sizes.audio_tokens * sizes.width
    steps = tokens / used
    positions = 32 + 60 + tokens / lines / 2  # voice, text, and half of the audio on average
    cache = used * positions * 2 * sizes.layers * sizes.width
    return steps * weight * (trunk + cache)


def read_memory(device: str) -> float:
    """Peak megabytes: of the card, or of this process."""
    if device.startswith("cuda"):
        return float(torch.cuda.max_memory_allocated()) / 1e6
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e3 if sys.platform != "darwin" else 1e6)


def measure_stock(lines: list[str], device: str, voice: VoiceProfile, folder: Path) -> list[Row]:
    """Xtts.inference, one line after the other, with the same numbers of tokens; [] without coqui-tts."""
    try:
        from benchmarks.stock_xtts import make_stock, stock_config

        model = make_stock(
            stock_config(gpt_number_text_tokens=60, gpt_start_text_token=3, gpt_stop_text_token=0, **ARGUMENTS)
        )
    except ImportError as error:
        print(f"(coqui-tts is not here: {error})\n")
        return []
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    model.tokenizer = VoiceBpeTokenizer(str(folder / "model" / "vocab.json"))
    model.gpt.init_gpt_for_inference()
    model.gpt.eval()
    model.to(device)
    with torch.inference_mode():
        for part in (model.gpt.gpt_inference, model.hifigan_decoder):
            part.eval()
    latents = torch.randn(1, 32, 1024, device=device)
    embedding = torch.nn.functional.normalize(torch.randn(1, 512, 1, device=device), dim=1)
    counts = [count_tokens(line) for line in lines]

    def speak(line: str, tokens: int) -> float:
        spoken = model.inference(line, "en", latents, embedding, min_new_tokens=tokens, max_new_tokens=tokens)
        return len(spoken["wav"]) / 24_000

    speak(lines[0], 8)
    began, cpu = now(device), time.process_time()
    audio_s = [speak(line, tokens) for line, tokens in zip(lines, counts, strict=True)]
    wall_s, cpu_s = now(device) - began, time.process_time() - cpu
    return [
        Row(
            "original, one by one, float32",
            len(lines),
            sum(audio_s),
            wall_s,
            cpu_s,
            0.0,
            sum(counts),
            0.0,
            wall_s,
            read_memory(device),
            0.0,
        )
    ]


def count_tokens(line: str) -> int:
    """As many as Voxfolio fixes for the line."""
    from engine.narration.xtts.guards import limit_piece
    from engine.narration.xtts.text import prepare_words
    from engine.narration.xtts.words import LANGUAGES

    words = prepare_words(line, LANGUAGES["en"])
    return round(limit_piece(len(words), "en", 602).expected_s * TOKENS_PER_S)


def print_table(rows: list[Row], bandwidth: float) -> None:
    stock = next((row for row in rows if row.what.startswith("original")), None)
    print(
        "| | lines | audio s | times real time | against the original | CPU s per audio s | against the original |"
        " tokens/s | vocoder | peak MB | first sound s | of the bandwidth bound |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        speed, cpu = row.audio_s / row.wall_s, row.cpu_s / row.audio_s
        faster = f"{speed / (stock.audio_s / stock.wall_s):.1f}x" if stock else ""
        cheaper = f"{stock.cpu_s / stock.audio_s / cpu:.1f}x" if stock else ""
        share = f"{row.sounding_s / row.wall_s:.0%}" if row.sounding_s else ""
        bound = f"{row.floor_s / row.reading_s:.0%}" if row.floor_s else ""
        first = f"{row.first_s:.2f}" if row.first_s else ""
        print(
            f"| {row.what} | {row.lines} | {row.audio_s:.1f} | {speed:.2f} | {faster} | {cpu:.2f} | {cheaper} | "
            f"{row.tokens / row.wall_s:.0f} | {share} | {row.memory_mb:.0f} | {first} | {bound} |"
        )
    print(f"\nMemory is read at {bandwidth / 1e9:.1f} GB/s here.")


def watch_memory(folder: Path, lines: int) -> None:
    """A long job with a tiny model: the most memory used until each tenth."""
    make_checkpoint(folder / "model", TINY, channels=16)
    synthesizer = XttsSynthesizer(folder / "model", "cpu", rows=16, fixed=True)
    voice = make_voice(folder / "voice" / "clip.wav")
    requests = [SpeechRequest(PASSAGE[number % 9][:40], voice, seed=number) for number in range(lines)]
    print("| lines | memory MB |\n|---|---|")
    for number, memory in enumerate(follow(synthesizer, requests), 1):
        if number % max(1, lines // 10) == 0:
            print(f"| {number} | {memory:.0f} |", flush=True)


def follow(synthesizer: XttsSynthesizer, requests: list[SpeechRequest]) -> Iterator[float]:
    for _ in synthesizer.speak(requests):
        yield read_memory("cpu")


if __name__ == "__main__":
    main()
