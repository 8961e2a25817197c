"""Takes become a chapter at the level, with the peaks and the silence that stores ask for.

One gain for the whole chapter, so that a whisper stays softer than a shout, then a limiter for the few peaks that stand
out. The gain follows from what was measured when the takes were made; no pass over the sound is needed to find it. The
encoded file is measured, and made again when coding or limiting moved it off the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.assembly.encoding import decode_m4a, encode_m4a
from engine.assembly.joining import Timeline, join_takes, place_takes
from engine.assembly.limiting import PeakLimiter
from engine.assembly.measuring import measure_clips, measure_file
from engine.audio import SILENCE_DB
from engine.core_types import AudioMeasures, ChapterAudio, MasterTargets, PauseKind, Pauses, ShouldStop, Take
from engine.disk import write_beside
from engine.errors import Stopped

MASTERING_VERSION = 1  # part of a chapter's key: count up when the sound of a mastered chapter changes

# Between lines: a take goes this part of the way, and at most so many dB, to the chapter's median speech level. Half
# the way brings a soft voice and a loud one within reach of each other, and who whispers stays softer than who shouts.
EVENING = 0.5
MOST_EVENING_DB = 6.0
SHORTEST_EVENED_S = 1.0  # "No!" is too short to tell how loud its voice is

# A chapter that is mostly head and tail cannot be lifted to the target: see _choose_level.
LOUDEST_SPEECH_DB = -15.0
LOUDEST_TITLE_DB = -13.0
SOFTEST_FILE_DB = -22.5

OVERSHOOT_DB = 0.6  # decoded peaks stand this much over what was encoded, at most; 0.25 dB was the most seen in speech
TRIES = 3
GAIN_YIELDS = 0.6  # of a decibel of gain, under a limiter that is already at work

Blocks = Iterator[NDArray[np.float32]]
Encode = Callable[[Blocks, Timeline, Path], None]
Measure = Callable[[Path], AudioMeasures]


@dataclass(frozen=True, slots=True)
class Level:
    """How a chapter is brought to its targets."""

    gain_db: float
    ceiling_db: float  # of the limiter
    wanted_rms_db: float  # of the file; SILENCE_DB when nothing is spoken


def master_chapter(
    lines: Sequence[tuple[Take | None, PauseKind]],
    pauses: Pauses,
    targets: MasterTargets,
    destination: Path,
    title: str,
    should_stop: ShouldStop | None = None,
) -> ChapterAudio:
    """Join, master and encode a chapter to an AAC .m4a file: listened to as it is, and bound into the M4B unchanged.

    A line without a take is silent: only its pause counts, and of pauses in a row only the longest. ``line_starts_s``
    holds one entry for each line given, a silent one's where it would be. The measures are the encoded file's, and are
    told as they are also where the targets could not be met (a silent chapter). Memory does not grow with the chapter.
    Raises AudioError (a take cannot be read), DiskFull, WorkspaceReadOnly, Stopped; ``destination`` then stays as it
    was.
    """

    def encode(blocks: Blocks, timeline: Timeline, path: Path) -> None:
        encode_m4a(blocks, timeline.samples, timeline.rate_hz, title, path)

    def measure(path: Path) -> AudioMeasures:
        return measure_clips(decode_m4a(path))

    return master_lines(lines, pauses, targets, destination, title, encode, measure, should_stop)


def master_lines(
    lines: Sequence[tuple[Take | None, PauseKind]],
    pauses: Pauses,
    targets: MasterTargets,
    destination: Path,
    title: str,
    encode: Encode,
    measure: Measure = measure_file,
    should_stop: ShouldStop | None = None,
) -> ChapterAudio:
    """What master_chapter does, into the kind of file that ``encode`` writes and ``measure`` reads."""
    timeline = even_levels(place_takes(lines, pauses, targets))
    level: Level | None = _choose_level(timeline, targets)
    tried: list[tuple[Level, AudioMeasures]] = []
    with write_beside(destination) as path:
        while level is not None:
            encode(_render(timeline, level, should_stop), timeline, path)
            measures = measure(path)
            tried.append((level, measures))
            level = _correct_level(tried, targets)
    return ChapterAudio(destination, title, measures, timeline.line_starts_s)


def even_levels(timeline: Timeline) -> Timeline:
    """The takes with gains that bring their levels gently closer to each other."""
    long = [placed for placed in timeline.takes if placed.speech_s >= SHORTEST_EVENED_S]
    if not long:
        return timeline
    median_db = float(np.median([placed.take.measures.rms_db for placed in long]))
    takes = []
    for placed in timeline.takes:
        if placed.speech_s >= SHORTEST_EVENED_S:
            away_db = median_db - placed.take.measures.rms_db
            placed = replace(placed, gain_db=float(np.clip(EVENING * away_db, -MOST_EVENING_DB, MOST_EVENING_DB)))
        takes.append(placed)
    return replace(timeline, takes=tuple(takes))


def _choose_level(timeline: Timeline, targets: MasterTargets) -> Level:
    """The gain that gives the file its RMS, head, tail and pauses included, as stores measure it.

    A part title of one second between a head of one and a tail of three is a fifth speech: to lift such a file to
    -20 dB its speech would stand at -13 dB, far louder than the chapter that follows. So speech is not lifted over
    -15 dB, which leaves this file at -22 dB; a title still shorter may go to -13 dB, and no further, to stay over the
    -23 dB where stores refuse a file.
    """
    ceiling_db = targets.peak_db - OVERSHOOT_DB
    energy = sum(
        10.0 ** ((placed.take.measures.rms_db + placed.gain_db) / 10.0) * placed.speech_s for placed in timeline.takes
    )
    if energy <= 0.0:
        return Level(0.0, ceiling_db, SILENCE_DB)
    file_db = 10.0 * float(np.log10(energy * timeline.rate_hz / timeline.samples))
    speech_db = 10.0 * float(np.log10(energy / timeline.speech_s))
    loudest_db = max(LOUDEST_SPEECH_DB, min(LOUDEST_TITLE_DB, SOFTEST_FILE_DB - file_db + speech_db))
    gain_db = min(targets.rms_db - file_db, loudest_db - speech_db)
    return Level(gain_db, ceiling_db, file_db + gain_db)


def _correct_level(tried: Sequence[tuple[Level, AudioMeasures]], targets: MasterTargets) -> Level | None:
    """What to try next, or None when the file is as it should be or was made often enough.

    Where peaks stand far out, the limiter takes back a part of what the gain gives; how much is guessed at first and
    known from the second try on.
    """
    level, measures = tried[-1]
    off_db = level.wanted_rms_db - measures.rms_db
    over_db = measures.peak_db - targets.peak_db
    # a title that could not be lifted to the target has no room left for what the limiter took
    tolerance_db = min(targets.rms_tolerance_db, max(0.25, level.wanted_rms_db - SOFTEST_FILE_DB))
    right = abs(off_db) <= tolerance_db and over_db <= 0.0
    if right or len(tried) == TRIES or level.wanted_rms_db == SILENCE_DB:
        return None
    gain_db = level.gain_db
    if abs(off_db) > tolerance_db / 2:
        yielded = GAIN_YIELDS if off_db > 0.0 else 1.0
        before, rms_before_db = tried[0][0], tried[0][1].rms_db
        if gain_db != before.gain_db:
            yielded = float(np.clip((measures.rms_db - rms_before_db) / (gain_db - before.gain_db), 0.3, 1.0))
        gain_db += off_db / yielded
    ceiling_db = level.ceiling_db - (over_db + 0.2 if over_db > 0.0 else 0.0)
    return replace(level, gain_db=gain_db, ceiling_db=ceiling_db)


def _render(timeline: Timeline, level: Level, should_stop: ShouldStop | None) -> Blocks:
    limiter = PeakLimiter(level.ceiling_db, timeline.rate_hz)
    for block in join_takes(timeline, level.gain_db):
        if should_stop is not None and should_stop():
            raise Stopped("Stopped. The chapter made before is as it was.")
        yield limiter.feed(block)
    yield limiter.finish()
