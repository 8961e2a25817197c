"""Each measure of a scorecard: its figure, the verdict on it, and the places in the recording it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.audio import db_to_amplitude
from engine.core_types import Clip
from engine.errors import ModelError
from engine.voice_types import Measure, Verdict
from engine.voices import prompts, verdicts
from engine.voices.acoustics import bandwidth, decay_time, find_tones, hum_level
from engine.voices.listening_score import WINDOW_S, ListeningScore, score_windows
from engine.voices.loudness import (
    Loudness,
    background_level,
    find_dropouts,
    find_sounds_between,
    level_variation,
    signal_to_noise,
)
from engine.voices.pitch import find_pitch, pitch_variation, voiced_share
from engine.voices.speech_finder import RATE_HZ, Span
from engine.voices.survey import Survey
from engine.voices.voice_count import count_voices
from engine.voices.word_check import check_fluency, compare_words

Transcribe = Callable[[Clip], str]

CLEANED_DB = -20.0  # what speech will be brought to; the noise floor is told as it will be then
SCORED_AT_DB = -26.0  # the listening model's own recordings are about this loud
CLIPPED_GAP_S = 0.1  # cut-off samples this near are one bad place
DECAY_NEEDS_DB = 15.0  # above the noise, whose steady level would pass for reverberation
LONGEST_TO_HEAR_S = 120.0  # a recogniser takes seconds for each minute


class Judged(NamedTuple):
    """A measure and where in the recording it is about."""

    measure: Measure
    places: Sequence[Span] = ()


def judge_duration(survey: Survey) -> Judged:
    return Judged(verdicts.DURATION.judge(round(speech_seconds(survey), 2)))


def speech_seconds(survey: Survey) -> float:
    return sum(end - start for start, end in survey.speech)


def judge_level(survey: Survey, loudness: Loudness) -> list[Judged]:
    """How loud it is, how evenly, and what is heard when nobody speaks. There has to be speech."""
    within = survey.speech[-1][1] - survey.speech[0][0]
    sounds = find_sounds_between(survey, loudness)
    sounding = sum(end - start for start, end in sounds) / survey.seconds
    dropouts = find_dropouts(survey, loudness)
    variation, off_level = level_variation(loudness)
    background = background_level(loudness)
    floor = None if background is None else CLEANED_DB + background
    return [
        Judged(verdicts.PAUSES.judge(round(100.0 * speech_seconds(survey) / within, 1))),
        Judged(verdicts.LEVEL.judge(round(loudness.speech_db, 1))),
        Judged(verdicts.CLIPPING.judge(round(100.0 * survey.channels.clipped, 4)), _join_times(survey)),
        Judged(verdicts.NOISE.judge(rounded(signal_to_noise(loudness)))),
        Judged(verdicts.FLOOR.judge(rounded(floor))),
        Judged(verdicts.SOUNDS.judge(round(100.0 * sounding, 1)), sounds),
        Judged(verdicts.DROPOUTS.judge(float(len(dropouts))), dropouts),
        Judged(verdicts.VARIATION.judge(rounded(variation), "There is too little speech to compare."), off_level),
        Judged(verdicts.OFFSET.judge(round(100.0 * abs(survey.channels.offset), 3))),
    ]


def judge_pitch(survey: Survey) -> list[Judged]:
    """Whether it is a voice and no whisper, and whether it stays in one register. There has to be speech."""
    pitch = find_pitch(survey.samples, survey.speech)
    too_little = "There is too little speech to compare."
    return [
        Judged(verdicts.VOICED.judge(rounded(voiced_share(pitch), 1, 100.0), too_little)),
        Judged(verdicts.PITCH.judge(rounded(pitch_variation(pitch)), too_little)),
    ]


def _join_times(survey: Survey) -> list[Span]:
    places: list[Span] = []
    for time in survey.clipped_s:
        if places and time - places[-1][1] < CLIPPED_GAP_S:
            places[-1] = (places[-1][0], float(time) + 0.01)
        else:
            places.append((float(time), float(time) + 0.01))
    return places


def judge_sound(survey: Survey, loudness: Loudness) -> list[Judged]:
    """What room, microphone and mains add. There has to be speech."""
    noise = signal_to_noise(loudness)
    if noise is not None and noise < DECAY_NEEDS_DB:
        reverberation = verdicts.REVERBERATION.judge(None, "The noise has to go before the room can be heard.")
    else:
        too_little = "There is too little speech to hear the room by."
        reverberation = verdicts.REVERBERATION.judge(rounded(decay_time(survey), 3), too_little)
    hum = hum_level(survey, loudness.speech_db)
    tones, places = find_tones(survey, survey.speech, loudness.speech_db)
    music = verdicts.MUSIC.judge(rounded(tones, 3, 100.0), "There are no pauses in which music could be heard.")
    return [
        Judged(reverberation),
        Judged(verdicts.BANDWIDTH.judge(bandwidth(survey))),
        Judged(verdicts.HUM.judge(rounded(hum), "There is too little sound to tell.")),
        Judged(music, places),
    ]


def judge_voices(survey: Survey) -> Judged:
    """Whether one person speaks. There has to be speech."""
    if survey.channels.unlike:
        advice = "Its two channels hold different sounds: bring the one with your voice alone."
        return Judged(replace(verdicts.VOICES.judge(2.0), advice=advice), [(0.0, survey.seconds)])
    try:
        count = count_voices(survey)
    except ModelError as error:
        return Judged(verdicts.VOICES.judge(None, str(error)))
    if count is None:
        return Judged(verdicts.VOICES.judge(None, "There is too little speech to tell one voice from another."))
    measure = verdicts.VOICES.judge(float(count.voices))
    if count.surely_two:
        measure = replace(measure, verdict=Verdict.RED)
    return Judged(measure, count.places if count.voices > 1 else ())


def judge_listening(survey: Survey, loudness: Loudness, stretches: list[Span]) -> tuple[Judged, list[ListeningScore]]:
    """What listeners would say, and what of each of the stretches."""
    gain = np.float32(db_to_amplitude(SCORED_AT_DB - loudness.speech_db))
    windows = [survey.cut(start, min(end, start + WINDOW_S)) * gain for start, end in stretches]
    try:
        scores = score_windows(np.clip(window, -1.0, 1.0) for window in windows)
    except ModelError as error:
        return Judged(verdicts.LISTENING.judge(None, str(error))), []
    speech, background, overall = np.mean(scores, axis=0)
    measure = verdicts.LISTENING.judge(round(float(overall), 2))
    if background < verdicts.LEAST_BACKGROUND or speech < verdicts.LEAST_SPEECH:
        verdict = Verdict.AMBER if measure.verdict == Verdict.GREEN else measure.verdict
        measure = replace(measure, verdict=verdict, advice=verdicts.LISTENING.advice)
    poor = [
        stretch
        for stretch, score in zip(stretches, scores, strict=True)
        if verdicts.LISTENING.judge(score.overall).verdict != Verdict.GREEN
    ]
    return Judged(measure, poor), scores


def judge_words(survey: Survey, prompt: str, transcribe: Transcribe | None) -> Judged:
    """Whether the prompt was read, or, without one, whether words were said twice over."""
    rule = verdicts.WORDS
    if transcribe is None:
        return Judged(rule.judge(None, "The words were not compared: no model that hears words is installed."))
    if survey.seconds > LONGEST_TO_HEAR_S:
        return Judged(rule.judge(None, "The words were not compared: that is done for up to two minutes."))
    start, end = survey.speech[0][0], survey.speech[-1][1]
    try:
        heard = transcribe(Clip(survey.cut(start - 0.3, end + 0.3), RATE_HZ))
    except ModelError as error:
        return Judged(rule.judge(None, str(error)))
    check = compare_words(prompt, heard) if prompt else check_fluency(heard)
    measure = rule.judge(round(100.0 * check.right, 1))
    if measure.verdict != Verdict.GREEN:
        reason = ""
        if check.repeated:
            reason = f" Said more than once: {quote_some(check.repeated)}."
        elif check.missing:
            reason = f" Not heard: {quote_some(check.missing)}."
        measure = replace(measure, advice=measure.advice.removesuffix(".") + "." + reason)
    return Judged(measure, [(start, end)])


def quote_some(words: Sequence[str], count: int = 4) -> str:
    quoted = ", ".join(f"“{word}”" for word in words[:count])
    return f"{quoted} and others" if len(words) > count else quoted


def judge_coverage(read: Sequence[str], phonemize: prompts.Phonemize | None) -> Judged:
    """How many of the sounds of English have been read in all."""
    sounds = prompts.sounds_read(read, phonemize) if read else None
    if sounds is None:
        return Judged(verdicts.COVERAGE.judge(None, "Nobody said which words are read here."))
    measure = verdicts.COVERAGE.judge(round(100.0 * prompts.coverage(sounds), 1))
    if sum(len(text.split()) for text in read) < verdicts.LEAST_WORDS:
        measure = replace(measure, verdict=Verdict.GREEN, advice="")
    return Judged(measure)


def rounded(value: float | None, digits: int = 1, factor: float = 1.0) -> float | None:
    return None if value is None else round(factor * value, digits)
