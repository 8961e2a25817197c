"""A mastered chapter is judged by its encoded file: level, peak, floor, head, tail."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.assembly import mastering
from engine.assembly.joining import place_takes
from engine.assembly.mastering import even_levels, master_chapter
from engine.assembly.measuring import measure_file
from engine.audio import measure_take, read_clip, write_clip
from engine.core_types import AudioMeasures, Clip, MasterTargets, PauseKind, Pauses, Take
from engine.errors import AudioError, DiskFull, Stopped, WorkspaceReadOnly

MakeTake = Callable[..., Take]
Lines = list[tuple[Take | None, PauseKind]]
TARGETS = MasterTargets()
PAUSES = Pauses()


def lines_of(*takes: Take | None) -> Lines:
    return [(take, PauseKind.SENTENCE) for take in takes]


def assert_meets_targets(measures: AudioMeasures) -> None:
    assert measures.rms_db == pytest.approx(TARGETS.rms_db, abs=TARGETS.rms_tolerance_db)
    assert measures.peak_db <= TARGETS.peak_db
    assert measures.noise_floor_db <= TARGETS.noise_floor_db
    assert measures.noise_floor_db > -90.0  # room tone, not nothing
    assert 0.0 <= measures.head_s - TARGETS.head_s <= 0.1
    assert 0.0 <= measures.tail_s - TARGETS.tail_s <= 0.15


def clip_hard(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(samples * 8, -1, 1)


@pytest.mark.parametrize(
    "kind", ["as usual", "hot", "soft", "off zero", "clipped", "peaky", "uneven", "of other rates", "with silent lines"]
)
def test_a_chapter_meets_its_targets_whatever_its_takes_are_like(
    make_take: MakeTake, tmp_path: Path, kind: str
) -> None:
    random = np.random.default_rng(3)
    spikes = (0.03 * random.standard_normal(72_000) + 0.9 * (random.random(72_000) > 0.9999)).astype(np.float32)
    clipped = clip_hard(read_clip(make_take(4.0).path).samples)
    lines = {
        "as usual": lambda: lines_of(*(make_take(4.0) for _ in range(3))),
        "hot": lambda: lines_of(*(make_take(4.0, level_db=-3.0) for _ in range(3))),
        "soft": lambda: lines_of(*(make_take(4.0, level_db=-50.0) for _ in range(3))),
        "off zero": lambda: lines_of(*(make_take(4.0, offset=0.15) for _ in range(3))),
        "clipped": lambda: lines_of(make_take(samples=clipped), make_take(4.0)),
        "peaky": lambda: lines_of(*(make_take(samples=spikes) for _ in range(3))),
        "uneven": lambda: lines_of(*(make_take(4.0, level_db=db) for db in (-40.0, -25.0, -12.0, -26.0))),
        "of other rates": lambda: lines_of(*(make_take(4.0, rate_hz=hz) for hz in (8_000, 16_000, 44_100, 48_000))),
        "with silent lines": lambda: lines_of(None, make_take(6.0), None, None, make_take(3.0), None),
    }[kind]()
    audio = master_chapter(lines, PAUSES, TARGETS, tmp_path / "chapter.m4a", kind)
    assert len(audio.line_starts_s) == len(lines)
    assert_meets_targets(audio.measures)


def test_lines_begin_where_the_chapter_says(
    make_take: MakeTake, tmp_path: Path, decode: Callable[[Path], NDArray[np.float32]]
) -> None:
    takes = [make_take(1.5, pitch_hz=pitch) for pitch in (100, 160, 220)]
    lines: Lines = [(takes[0], PauseKind.CLAUSE), (None, PauseKind.SCENE), *lines_of(*takes[1:])]
    audio = master_chapter(lines, PAUSES, TARGETS, tmp_path / "chapter.m4a", "One")
    samples = decode(audio.path)  # by PyAV's own reader of the file, as players read it
    assert measure_file(audio.path) == audio.measures
    assert len(samples) == pytest.approx(audio.measures.seconds * TARGETS.rate_hz, abs=1)
    for line in (0, 2, 3):
        start = int(audio.line_starts_s[line] * TARGETS.rate_hz)
        before, after = samples[start - 1764 : start - 882], samples[start : start + 882]
        assert np.abs(before).max() < 0.005 < 0.02 < np.abs(after).max()


def test_a_short_title_is_not_blown_up_to_the_level_of_a_chapter(make_take: MakeTake, tmp_path: Path) -> None:
    title = make_take(1.0)
    audio = master_chapter(lines_of(title), PAUSES, TARGETS, tmp_path / "title.m4a", "Part One")
    assert -23.0 < audio.measures.rms_db < -20.0  # inside what stores take
    speech_share_db = 10 * np.log10(1.0 / audio.measures.seconds)
    assert audio.measures.rms_db - speech_share_db < -14.0
    assert audio.measures.peak_db <= TARGETS.peak_db


def test_a_chapter_without_speech_is_room_tone_and_measured_as_that(make_take: MakeTake, tmp_path: Path) -> None:
    silent = make_take(samples=np.zeros(4800, np.float32))
    audio = master_chapter(
        [(silent, PauseKind.SCENE), (None, PauseKind.CHAPTER)], PAUSES, TARGETS, tmp_path / "a.m4a", ""
    )
    assert audio.measures.seconds == pytest.approx(4.1, abs=0.05)
    assert audio.measures.rms_db == pytest.approx(-72.0, abs=1.5)
    assert audio.line_starts_s == pytest.approx((1.0, 1.0), abs=0.02)


def test_a_whisper_comes_nearer_and_stays_softer_than_a_shout(make_take: MakeTake) -> None:
    takes = [make_take(level_db=db) for db in (-44.0, -25.0, -25.0, -25.0, -17.0)]
    levelled = even_levels(place_takes(lines_of(*takes), PAUSES, TARGETS)).takes
    whisper, speech, shout = (levelled[n].take.measures.rms_db + levelled[n].gain_db for n in (0, 1, 4))
    assert levelled[0].gain_db == pytest.approx(6.0)
    assert levelled[4].gain_db == pytest.approx(-4.0, abs=0.2)
    assert whisper < speech - 6.0 < speech < shout - 3.0


def test_a_word_too_short_to_be_measured_is_left_at_its_level(make_take: MakeTake) -> None:
    word, sentence = make_take(0.5, level_db=-15.0), make_take(3.0)
    gains = [placed.gain_db for placed in even_levels(place_takes(lines_of(word, sentence), PAUSES, TARGETS)).takes]
    assert gains[0] == 0.0


def test_a_file_that_came_out_too_loud_is_made_again(
    make_take: MakeTake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(3)
    spikes = (0.03 * random.standard_normal(72_000) + 0.9 * (random.random(72_000) > 0.9999)).astype(np.float32)
    monkeypatch.setattr(mastering, "OVERSHOOT_DB", -2.0)  # a limiter that lets through two decibels too much
    audio = master_chapter(lines_of(make_take(samples=spikes)), PAUSES, TARGETS, tmp_path / "a.m4a", "")
    assert audio.measures.peak_db <= TARGETS.peak_db


def test_the_same_takes_make_the_same_file(make_take: MakeTake, tmp_path: Path) -> None:
    lines = lines_of(make_take(), make_take())
    files = [master_chapter(lines, PAUSES, TARGETS, tmp_path / f"{n}.m4a", "One").path for n in (1, 2)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_stopping_leaves_the_chapter_made_before(make_take: MakeTake, tmp_path: Path) -> None:
    destination = tmp_path / "chapter.m4a"
    destination.write_bytes(b"made before")
    with pytest.raises(Stopped):
        master_chapter(lines_of(make_take()), PAUSES, TARGETS, destination, "One", should_stop=lambda: True)
    assert destination.read_bytes() == b"made before"
    assert list(tmp_path.glob("*.partial")) == []


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EACCES, WorkspaceReadOnly)])
def test_a_disk_that_refuses_leaves_the_chapter_made_before(
    make_take: MakeTake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    destination = tmp_path / "chapter.m4a"
    destination.write_bytes(b"made before")

    def write_some_then_fail(blocks: object, samples: int, rate_hz: int, title: str, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(number, "the system's words")

    monkeypatch.setattr(mastering, "encode_m4a", write_some_then_fail)
    with pytest.raises(kind, match=r"chapter\.m4a"):
        master_chapter(lines_of(make_take()), PAUSES, TARGETS, destination, "One")
    assert destination.read_bytes() == b"made before"
    assert list(tmp_path.glob("*.partial")) == []


def test_a_damaged_take_is_told_and_leaves_nothing(make_take: MakeTake, tmp_path: Path) -> None:
    take = make_take()
    take.path.write_bytes(take.path.read_bytes()[:40])
    with pytest.raises(AudioError, match=take.path.name):
        master_chapter(lines_of(take), PAUSES, TARGETS, tmp_path / "chapter.m4a", "One")
    assert list(tmp_path.glob("chapter*")) == []


@pytest.mark.parametrize(
    "name", ["lj_a.wav", "vctk_p360_clean.flac", "libri_2412.flac", "mfa_whisper.flac", "poem_de.mp3"]
)
def test_real_speech_meets_the_targets(shared: Path, tmp_path: Path, name: str) -> None:
    recording = read_clip(shared / "material" / "audio" / name)
    clip = Clip(recording.samples[: 20 * recording.rate_hz], recording.rate_hz)
    write_clip(clip, tmp_path / "take.flac")
    take = Take(name, tmp_path / "take.flac", clip.seconds, clip.rate_hz, 0, measure_take(clip))
    audio = master_chapter(lines_of(take), PAUSES, TARGETS, tmp_path / "chapter.m4a", name)
    assert audio.measures.rms_db == pytest.approx(TARGETS.rms_db, abs=TARGETS.rms_tolerance_db)
    assert audio.measures.peak_db <= TARGETS.peak_db
    assert audio.measures.noise_floor_db <= TARGETS.noise_floor_db
    assert audio.measures.head_s >= TARGETS.head_s
    assert audio.measures.tail_s >= TARGETS.tail_s
