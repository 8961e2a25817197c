"""Takes on one line of time: the pauses, the joints, the room tone under them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.assembly.joining import BLOCK, ROOM_TONE_DB, Timeline, join_takes, make_room_tone, place_takes
from engine.assembly.limiting import PeakLimiter
from engine.audio import rms_db
from engine.core_types import MasterTargets, PauseKind, Pauses, Take
from engine.errors import AudioError

MakeTake = Callable[..., Take]
TARGETS = MasterTargets()
PAUSES = Pauses()
RATE = TARGETS.rate_hz


def join(timeline: Timeline, gain_db: float = 0.0) -> NDArray[np.float32]:
    return np.concatenate(list(join_takes(timeline, gain_db)))


def find_sound(samples: NDArray[np.float32], threshold: float = 0.01) -> list[tuple[float, float]]:
    """Start and end, in seconds, of every stretch of sound that 60 ms of quiet separate from the next."""
    loud = np.flatnonzero(np.abs(samples) > threshold)
    breaks = np.flatnonzero(np.diff(loud) > 0.06 * RATE)
    starts, ends = loud[np.concatenate([[0], breaks + 1])], loud[np.concatenate([breaks, [-1]])]
    return [(start / RATE, end / RATE) for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize("kind", [kind for kind in PauseKind if PAUSES.seconds_for(kind) > 0.1])
def test_the_silence_between_two_lines_is_the_pause_of_its_kind(make_take: MakeTake, kind: PauseKind) -> None:
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, 24_000).astype(np.float32)
    lines = [(make_take(samples=noise, before_s=b, after_s=a), kind) for b, a in ((0.1, 0.4), (0.0, 0.0), (0.7, 0.05))]
    sounds = find_sound(join(place_takes(lines, PAUSES, TARGETS)))
    assert len(sounds) == 3
    for (_, end), (start, _) in zip(sounds, sounds[1:], strict=False):
        assert start - end == pytest.approx(PAUSES.seconds_for(kind), abs=0.02)


def test_pauses_in_a_row_do_not_add_up_the_longest_counts(make_take: MakeTake) -> None:
    take = make_take()
    lines = [
        (take, PauseKind.PARAGRAPH),
        (None, PauseKind.SCENE),
        (None, PauseKind.SENTENCE),
        (take, PauseKind.CHAPTER),
    ]
    placed = place_takes(lines, PAUSES, TARGETS)
    spoken_s = take.measures.speech_end_s - take.measures.speech_start_s
    assert placed.line_starts_s[3] - placed.line_starts_s[0] == pytest.approx(spoken_s + PAUSES.scene_s)


def test_every_line_given_has_its_start_also_a_silent_one(make_take: MakeTake) -> None:
    silent = make_take(samples=np.zeros(4800, np.float32))
    lines = [
        (None, PauseKind.SCENE), (make_take(), PauseKind.SENTENCE), (silent, PauseKind.SCENE), (None, PauseKind.CHAPTER)
    ]  # fmt: skip
    starts = place_takes(lines, PAUSES, TARGETS).line_starts_s
    assert len(starts) == 4
    assert list(starts) == sorted(starts)
    assert starts[0] == starts[1] == pytest.approx(TARGETS.head_s, abs=0.02)


def test_the_head_and_the_tail_do_not_depend_on_the_pauses_there(make_take: MakeTake) -> None:
    take = make_take()
    plain = place_takes([(take, PauseKind.CHAPTER)], PAUSES, TARGETS)
    padded = place_takes([(None, PauseKind.SCENE), (take, PauseKind.SCENE), (None, PauseKind.SCENE)], PAUSES, TARGETS)
    assert padded.samples == plain.samples
    ((start, end),) = find_sound(join(plain, gain_db=20.0), threshold=0.02)
    assert start == pytest.approx(TARGETS.head_s, abs=0.03)
    assert plain.samples / RATE - end == pytest.approx(TARGETS.tail_s, abs=0.1)


@pytest.mark.parametrize("offset", [0.0, 0.2], ids=["about zero", "off zero"])
def test_a_joint_has_no_click_even_where_a_take_is_cut_in_the_middle_of_a_wave(
    make_take: MakeTake, offset: float
) -> None:
    wave = (0.5 * np.cos(2 * np.pi * 200 * np.arange(24_000) / 24_000)).astype(np.float32)  # begins at its top
    takes = [make_take(samples=wave, before_s=0.0, after_s=0.0, offset=offset) for _ in range(3)]
    timeline = place_takes([(take, PauseKind.CLAUSE) for take in takes], PAUSES, TARGETS)
    jumps = np.abs(np.diff(join(timeline)))
    inside = jumps[timeline.takes[0].start + 4000 : timeline.takes[0].start + 40_000].max()
    assert jumps.max() <= inside * 1.05  # as it was cut, the first jump would be 0.5: thirty times as much


def test_a_fade_takes_nothing_from_a_take_that_has_silence_around_it(make_take: MakeTake) -> None:
    burst = np.zeros(2400, np.float32)
    burst[[0, -1]] = 0.5  # a consonant at the very first and very last moment
    joined = join(place_takes([(make_take(samples=burst, rate_hz=RATE), PauseKind.CHAPTER)], PAUSES, TARGETS))
    assert np.sort(np.abs(joined))[-2:] == pytest.approx([0.5, 0.5], abs=0.01)


def test_lines_without_a_pause_overlap_in_their_silence_only(make_take: MakeTake) -> None:
    none = Pauses(0.0, 0.0, 0.0, 0.0, 0.0)
    noise = np.random.default_rng(2).uniform(-0.3, 0.3, 24_000).astype(np.float32)
    takes = [make_take(samples=noise) for _ in range(2)]
    timeline = place_takes([(take, PauseKind.SENTENCE) for take in takes], none, TARGETS)
    joined = join(timeline)
    ((start, end),) = find_sound(joined)
    assert end - start == pytest.approx(2.0, abs=0.03)
    joint = timeline.takes[1].start
    around, inside = joined[joint - 2205 : joint + 2205], joined[joint - 22_050 : joint - 4410]
    assert rms_db(around) == pytest.approx(rms_db(inside), abs=0.5)  # nothing sounds twice at once, or not at all


def test_takes_of_any_rate_keep_their_pitch_and_length(make_take: MakeTake) -> None:
    for rate_hz in (8_000, 16_000, 22_050, 24_000, 44_100, 48_000):
        tone = (0.3 * np.sin(2 * np.pi * 1000 * np.arange(rate_hz) / rate_hz)).astype(np.float32)
        joined = join(place_takes([(make_take(samples=tone, rate_hz=rate_hz), PauseKind.CHAPTER)], PAUSES, TARGETS))
        ((start, end),) = find_sound(joined)
        assert end - start == pytest.approx(1.0, abs=0.02)
        heard = joined[int((start + 0.1) * RATE) :][: RATE // 2]
        assert np.argmax(np.abs(np.fft.rfft(heard))) * 2 == pytest.approx(1000, abs=4)


def test_room_tone_runs_under_the_whole_chapter_and_is_never_digital_zero(make_take: MakeTake) -> None:
    timeline = place_takes([(make_take(), PauseKind.SCENE), (make_take(), PauseKind.CHAPTER)], PAUSES, TARGETS)
    joined = join(timeline)
    head, tail = joined[: RATE // 2], joined[-2 * RATE :]
    middle = joined[timeline.takes[1].start - RATE : timeline.takes[1].start - RATE // 2]
    for quiet in (head, middle, tail):
        assert rms_db(quiet) == pytest.approx(ROOM_TONE_DB, abs=1.5)
    assert np.count_nonzero(joined) > 0.999 * len(joined)


def test_room_tone_comes_round_without_a_seam() -> None:
    tone = make_room_tone(RATE)
    assert abs(tone[0] - tone[-1]) <= np.abs(np.diff(tone)).max()
    assert rms_db(tone) == pytest.approx(ROOM_TONE_DB, abs=0.1)
    assert len(tone) % BLOCK == 0


def test_a_take_whose_file_is_gone_is_told_by_name(make_take: MakeTake) -> None:
    take = make_take()
    take.path.unlink()
    with pytest.raises(AudioError, match=take.path.name):
        join(place_takes([(take, PauseKind.CHAPTER)], PAUSES, TARGETS))


def test_memory_does_not_grow_with_the_chapter(make_take: MakeTake) -> None:
    take = make_take(seconds=6.0)
    make_room_tone(RATE)

    def measure_peak(lines: int) -> int:
        timeline = place_takes([(take, PauseKind.SENTENCE)] * lines, PAUSES, TARGETS)
        tracemalloc.start()
        limiter = PeakLimiter(-20.0, RATE)
        for block in join_takes(timeline, 0.0):
            limiter.feed(block)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    two_minutes, twenty_minutes = measure_peak(18), measure_peak(180)
    assert twenty_minutes < two_minutes + 1_000_000
