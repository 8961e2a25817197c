"""What goes wrong with XTTS, and that it is noticed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.narration.xtts.guards import (
    Fault,
    check_piece,
    find_stray_sound,
    is_looping,
    limit_piece,
    needs_another_try,
    rank_faults,
)
from engine.narration.xtts.sizes import RATE_HZ, TOKENS_PER_S

RANDOM = np.random.default_rng(1)


def say(seconds: float, level: float = 0.1) -> np.ndarray:
    """Something like speech: noise in syllables, soft at both ends."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time_s)
    ends = np.clip(np.minimum(time_s, seconds - time_s) / 0.1, 0, 1) ** 2
    return (level * RANDOM.standard_normal(len(time_s)) * syllables * ends).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE_HZ), np.float32)


def tokens(seconds: float) -> list[int]:
    return RANDOM.integers(0, 1000, int(seconds * TOKENS_PER_S)).tolist()


def faults(samples: np.ndarray, expected_s: float, stopped: bool = True, codes: list[int] | None = None) -> list[Fault]:
    return check_piece(tokens(len(samples) / RATE_HZ) if codes is None else codes, stopped, samples, expected_s)


@pytest.mark.parametrize("share", [0.7, 1.0, 1.4])
def test_speech_of_about_the_expected_length_is_good(share):
    assert faults(say(4.0 * share), 4.0) == []


def test_what_says_too_little_or_too_much_for_its_words_is_told():
    assert faults(say(1.5), 4.0) == [Fault.TOO_SHORT]
    assert faults(say(9.0), 4.0) == [Fault.TOO_LONG]


def test_silence_around_the_words_does_not_count():
    assert faults(np.concatenate([quiet(2), say(4), quiet(6)]), 4.0) == []


def test_a_piece_that_had_to_be_cut_off_ran_away():
    assert Fault.RUNAWAY in faults(say(4), 4.0, stopped=False)


def test_a_word_cut_off_is_heard():
    whole = say(4)
    assert faults(whole[: 2 * RATE_HZ + RATE_HZ // 16 * 1], 2.0) == [Fault.LOUD_END]


def test_silence_and_damage_are_told():
    assert faults(quiet(3), 3.0) == [Fault.SILENT]
    broken = say(3)
    broken[100] = np.nan
    assert faults(broken, 3.0) == [Fault.SILENT]


@pytest.mark.parametrize("loop", [[7], [7, 8], list(range(11)), list(range(40))])
def test_the_same_over_and_over_is_noticed(loop):
    codes = tokens(2) + loop * (30 if len(loop) == 1 else 5)
    assert is_looping(codes)


def test_a_word_said_twice_or_a_held_vowel_is_no_loop():
    word = tokens(0.7)
    assert not is_looping(tokens(1) + word + word)
    assert not is_looping(tokens(1) + [5] * 12 + tokens(1))
    assert not is_looping([])


def test_a_sound_alone_after_a_long_silence_is_stray():
    line = np.concatenate([say(3), quiet(1), say(0.3, 0.05)])
    cut = find_stray_sound(line)
    assert cut is not None and 2.7 * RATE_HZ < cut < 3.9 * RATE_HZ
    assert Fault.STRAY_SOUND in faults(line, 3.5)


def test_a_last_word_after_a_breath_is_not_stray():
    assert find_stray_sound(np.concatenate([say(3), quiet(0.4), say(0.4)])) is None
    assert find_stray_sound(np.concatenate([say(3), quiet(1.2), say(1.5)])) is None


def test_whatever_follows_a_single_word_is_not_the_word():
    word = say(0.5)
    babble = np.concatenate([word, quiet(0.45), say(1.6)])
    assert find_stray_sound(babble) is None
    cut = find_stray_sound(babble, lone=True)
    assert cut is not None and 0.4 * RATE_HZ < cut < 0.9 * RATE_HZ
    told = check_piece(tokens(2.5), True, babble, 0.6, lone=True)
    assert told == [Fault.STRAY_SOUND] and check_piece(tokens(2.5), True, babble, 0.6) == [Fault.TOO_LONG]
    assert check_piece(tokens(1.7), True, say(1.7), 0.6, lone=True) == [Fault.TOO_LONG]  # babble without a silence
    assert check_piece(tokens(0.5), True, word, 0.6, lone=True) == [] and find_stray_sound(word, lone=True) is None
    late = np.concatenate([say(0.06), quiet(0.4), word])
    assert find_stray_sound(late, lone=True) is None
    assert limit_piece(4, "en", 602, lone=True).cap < limit_piece(4, "en", 602).cap


def test_a_stray_sound_is_taken_off_and_not_worth_another_try():
    assert not needs_another_try([Fault.STRAY_SOUND])
    assert needs_another_try([Fault.LOUD_END])


def test_the_better_of_two_tries_is_the_one_with_the_lesser_fault():
    ranks = [rank_faults(faults) for faults in ([], [Fault.LOUD_END], [Fault.TOO_SHORT], [Fault.RUNAWAY])]
    assert ranks == sorted(ranks) and len(set(ranks)) == 4


def test_limits_follow_the_text():
    short, long = limit_piece(12, "en", 602), limit_piece(240, "en", 602)
    assert short.floor < short.cap < long.cap == 602
    assert short.floor < short.expected_s * TOKENS_PER_S < short.cap
    assert long.floor < long.expected_s * TOKENS_PER_S < long.cap


def test_languages_with_more_in_a_letter_are_given_more_time():
    assert limit_piece(40, "zh", 602).expected_s > 3 * limit_piece(40, "en", 602).expected_s
