"""Real recordings whose faults are known: the bad ones are found out, for the right reason, and no good one is red."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.voice_types import Verdict
from engine.voices.samples import check_recording

# All of them are in the benchmark (benchmarks/scorecard.py); these are one of each kind, and short.
BAD = {
    "real_airconditioner_2Owc.wav": "signal-to-noise ratio",
    "real_barking_Ncw8.wav": "sounds between words",
    "vctk_p360_clipped.flac": "clipping",
    "clipdetect_clipped.wav": "clipping",
    "reverb_speech_4ch.flac": "reverberation",
    "german_8k.wav": "bandwidth",
    "stereo_diarization.wav": "more than one speaker",
    "mfa_breaths.flac": "sounds between words",
    "mfa_internalsil.flac": "speech between pauses",
    "mfa_registershift.flac": "level variation",
    "mfa_whisper.flac": "duration of speech",
    "music_song.mp3": "duration of speech",
    "noise3.wav": "duration of speech",
    "mutagen_silence-44-s.mp3": "duration of speech",
}
GOOD = (
    "arctic_aew.wav",
    "f5_country.flac",
    "libri_2412.flac",
    "libri_61.flac",
    "cv_en_651325.mp3",
    "vctk_p360_clean.flac",
)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_recording_is_found_out_for_the_right_reason(shared: Path, name: str) -> None:
    card = check_recording(shared / "material" / "audio" / name)
    assert card.verdict != Verdict.GREEN
    assert BAD[name] in {measure.name for measure in card.measures if measure.verdict != Verdict.GREEN}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_recording_is_never_red(shared: Path, name: str) -> None:
    assert check_recording(shared / "material" / "audio" / name).verdict != Verdict.RED


def test_a_whisper_is_told_from_noise_and_music(shared: Path) -> None:
    audio = shared / "material" / "audio"
    assert "whispered" in check_recording(audio / "mfa_whisper.flac").advice[0]
    assert "music" in check_recording(audio / "music_song.mp3").advice[0]
    assert "noise" in check_recording(audio / "noise3.wav").advice[0]
