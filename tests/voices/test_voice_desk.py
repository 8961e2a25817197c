"""A voice's life at the desk: characters, the map, carried elsewhere, made into a data set, invited, taken back."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio import write_clip
from engine.core_types import Shape
from engine.disk import hash_file
from engine.errors import ConsentMissing, ConsentOver, ConsentRefused, EditRefused, NotFound, RecordingRefused
from engine.project.database import Database
from engine.settings import Settings
from engine.voice_desk import VoiceDesk
from engine.voice_types import Sample, Use
from engine.voices.dataset import choose_validation, find_outliers
from engine.voices.parcel import MAGIC
from engine.voices.presets import find_preset, preset_voices
from engine.voices.shape_suggestions import choose_apart, name_shape
from engine.voices.voice_map import draw_map, measure_distances
from engine.voices.voiceprint import Voiceprints
from tests.voices.people import (
    OTHER_READING,
    READING,
    Listener,
    make_terms,
    next_year,
    pass_all,
    read_statement,
    record_sample,
)

PASSPHRASE = "seven grey geese"
FURTHER = "When the last boat had come in, she counted the baskets twice and went home."


def open_desk(workspace: Path) -> VoiceDesk:
    (workspace / "scratch").mkdir(parents=True, exist_ok=True)
    settings = Settings(workspace)
    return VoiceDesk(settings, Database(settings.database), lambda: workspace / "no-recogniser")


def make_voice(desk: VoiceDesk, days: int = 300, texts: tuple[str, ...] = ("", FURTHER)) -> str:
    """A voice whose owner gave leave, without going through the checks again."""
    name = desk.begin("Anna Lind")
    folder = desk.voice(name).row.folder
    samples = [record_sample(folder, "hazel", text) if text else record_sample(folder, "hazel") for text in texts]
    desk._voices.keep_samples(name, samples)
    challenge = desk.consents.issue(name, make_terms(use=Use.PUBLICATION, until=next_year(days)), {})
    desk.consents.grant(pass_all(challenge, samples))
    desk._voices.change(name, state="ready")
    return name


@pytest.fixture
def desk(tmp_path: Path) -> VoiceDesk:
    return open_desk(tmp_path / "studio")


@pytest.fixture
def voice(desk: VoiceDesk) -> str:
    return make_voice(desk)


# --- standing ----------------------------------------------------------------------------------------------------


def test_a_consent_that_ends_within_a_month_is_warned_of(desk: VoiceDesk) -> None:
    assert desk.voice(make_voice(desk, days=12)).days_left == 12
    assert desk.voice(make_voice(desk, days=200)).days_left is None


def test_a_voice_without_leave_is_nobodys_to_use(desk: VoiceDesk) -> None:
    name = desk.begin("Peter Hall")
    desk._voices.keep_samples(name, [record_sample(desk.voice(name).row.folder)])
    assert desk.profiles() == []
    with pytest.raises(NotFound, match="not ready"):
        desk.find_profile(name)


def test_too_little_speech_is_told_before_a_statement_is_made(desk: VoiceDesk) -> None:
    with pytest.raises(EditRefused, match="0 seconds"):
        desk.ask_consent(desk.begin("Peter Hall"), make_terms(), {})


def test_taking_leave_back_deletes_recordings_characters_and_trial_sounds(desk: VoiceDesk, voice: str) -> None:
    character = desk.profiles_desk.add_character(voice, "Old Anna", Shape(-3.0, 0.92, 0.9))
    trial = desk.profiles_desk.hear_bent(voice, Shape(-3.0, 0.92, 0.9))
    consent = desk.voice(voice).consent
    assert consent and trial.is_file()
    desk.note_export(Path("book.m4b"), [character])
    told = desk.revoke_consent(consent.id)
    assert "deleted" in told[-1] and not trial.exists()
    assert not desk.voice(voice).row.folder.exists() and desk.profiles() == []
    with pytest.raises(NotFound):
        desk.find_profile(character)


def test_the_audiobooks_made_with_a_voice_or_its_characters_are_listed(desk: VoiceDesk, voice: str) -> None:
    character = desk.profiles_desk.add_character(voice, "Old Anna", Shape(-3.0, 0.92, 0.9))
    desk.note_export(Path("one.m4b"), [voice, "hazel"])
    desk.note_export(Path("two.m4b"), [character])
    desk.note_export(Path("three.m4b"), ["hazel"])
    assert desk.exports_with(voice) == [Path("one.m4b"), Path("two.m4b")]
    desk.note_export(Path("one.m4b"), ["hazel"])  # made again with another voice
    assert desk.exports_with(voice) == [Path("two.m4b")]


# --- characters --------------------------------------------------------------------------------------------------


def test_a_character_has_the_recordings_and_the_leave_of_its_voice(desk: VoiceDesk, voice: str) -> None:
    name = desk.profiles_desk.add_character(voice, "Old Anna", Shape(-3.0, 0.92, 0.9))
    plain, character = desk.find_profile(voice), desk.find_profile(name)
    assert replace(character, name=plain.name, label=plain.label, description=plain.description, shape=Shape()) == plain
    desk.make_gate().check(character)
    desk.profiles_desk.remove_character(name)
    assert [profile.name for profile in desk.profiles()] == [voice]


def test_a_character_without_a_shape_is_refused(desk: VoiceDesk, voice: str) -> None:
    with pytest.raises(EditRefused, match="the voice itself"):
        desk.profiles_desk.add_character(voice, "Anna again", Shape())


def test_a_voice_and_its_character_never_share_a_name(desk: VoiceDesk, voice: str) -> None:
    assert desk.profiles_desk.add_character(voice, "Anna Lind", Shape(2.0)) != voice
    assert desk.begin("Anna Lind") not in [voice, *(each.name for each in desk.voice(voice).characters)]


def test_bending_changes_who_speaks_and_not_how_long(desk: VoiceDesk, voice: str) -> None:
    import soundfile

    plain, lower = (desk.profiles_desk.hear_bent(voice, shape) for shape in (Shape(), Shape(-6.0, 0.85)))
    assert soundfile.info(lower).duration == pytest.approx(soundfile.info(plain).duration, abs=0.05)
    assert desk.measure_likeness(voice, lower) < desk.measure_likeness(voice, plain) - 0.1


def test_suggested_shapes_are_apart_from_each_other() -> None:
    around = [np.array([np.cos(angle), np.sin(angle)], np.float32) for angle in (0.0, 0.1, 1.0, 1.05, 1.5)]
    shapes = [Shape(float(number)) for number in range(1, 5)]
    chosen = choose_apart(around, shapes, 4)
    assert [shape.semitones for shape, _ in chosen] == [4.0, 2.0]
    assert all(apart >= 0.08 for _, apart in chosen)


def test_a_shape_is_said_in_words() -> None:
    assert name_shape(Shape(-7.0, 0.8, 0.9)) == "much lower, larger, slower"
    assert name_shape(Shape()) == "as it is"


# --- who sounds like whom ----------------------------------------------------------------------------------------


def test_the_map_keeps_what_two_dimensions_can_hold() -> None:
    spots = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.5], [0.7, 0.3]])
    wanted = np.linalg.norm(spots[:, None] - spots[None], axis=2)
    drawn = draw_map(wanted)
    kept = np.linalg.norm(drawn[:, None] - drawn[None], axis=2)
    assert np.allclose(kept, wanted / np.ptp(drawn_scale(spots)), atol=1e-6)
    assert drawn.min() >= -1e-9 and drawn.max() <= 1.0 + 1e-9


def drawn_scale(spots: np.ndarray) -> np.ndarray:
    """The coordinate along which classical scaling spreads the spots most."""
    centred = spots - spots.mean(axis=0)
    directions = np.linalg.svd(centred)[2]
    along = centred @ directions.T
    return along[:, np.ptp(along, axis=0).argmax()]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_voices_make_a_map_too(count: int) -> None:
    same = [np.array([1.0, 0.0], np.float32)] * count
    assert draw_map(measure_distances(same)).shape == (count, 2)


def test_every_shipped_voice_of_the_embedded_engine_has_been_measured(desk: VoiceDesk) -> None:
    own = [voice for voice in preset_voices() if voice.engine == "hibari"]
    assert {place.voice.name for place in desk.profiles_desk.draw_map(own)} == {voice.name for voice in own}
    distance = desk.profiles_desk.make_distance(lambda one, other: -1.0)
    pairs = [distance(one, other) for one in own for other in own if one.name < other.name]
    assert min(pairs) > 0.1


def test_the_same_person_is_near_and_another_is_far(desk: VoiceDesk, voice: str) -> None:
    distance = desk.profiles_desk.make_distance(lambda one, other: -1.0)
    anna = desk.find_profile(voice)  # hazel reads for her
    assert distance(anna, anna) == 0.0
    assert distance(anna, find_preset("hazel")) < 0.1 < 0.2 < distance(anna, find_preset("bruno"))
    assert distance(anna, replace(find_preset("bruno"), shape=Shape(1.0))) == -1.0  # would have to be spoken first


def test_a_clip_of_somebody_else_stands_out(desk: VoiceDesk, voice: str) -> None:
    stranger = record_sample(desk.voice(voice).row.folder, "bruno")
    desk._voices.keep_samples(voice, [stranger])
    alike = desk.profiles_desk.compare_samples(voice)
    assert min(alike, key=lambda id_: alike[id_]) == stranger.id


# --- carried elsewhere -------------------------------------------------------------------------------------------


@pytest.fixture
def parcel(desk: VoiceDesk, voice: str, tmp_path: Path) -> Path:
    desk.profiles_desk.add_character(voice, "Old Anna", Shape(-3.0, 0.92, 0.9))
    path = tmp_path / "anna.voxvoice"
    desk.export_voice(voice, PASSPHRASE, path)
    return path


def test_a_voice_arrives_with_its_consent_and_characters(parcel: Path, tmp_path: Path) -> None:
    other = open_desk(tmp_path / "other")
    name = other.import_voice(parcel, PASSPHRASE)
    assert other.voice(name).standing == "in force" and other.voice(name).consent is not None
    assert [profile.label for profile in other.profiles()] == ["Anna Lind", "Old Anna"]
    for profile in other.profiles():
        other.make_gate(use=Use.PUBLICATION).check(profile)


def test_the_file_says_nothing_to_whom_it_is_not_meant_for(parcel: Path) -> None:
    assert b"Anna" not in parcel.read_bytes() and b"fLaC" not in parcel.read_bytes()


@pytest.mark.parametrize("place", [len(MAGIC) + 20, -1, -2000])
def test_a_file_that_was_changed_does_not_open(parcel: Path, tmp_path: Path, place: int) -> None:
    data = bytearray(parcel.read_bytes())
    data[place] ^= 1
    parcel.write_bytes(data)
    other = open_desk(tmp_path / "other")
    with pytest.raises((ConsentMissing, RecordingRefused)):
        other.import_voice(parcel, PASSPHRASE)
    assert other.voices() == []


def test_a_wrong_passphrase_is_told_so(parcel: Path, tmp_path: Path) -> None:
    with pytest.raises(ConsentMissing, match="does not open with this passphrase"):
        open_desk(tmp_path / "other").import_voice(parcel, "six grey geese")


def test_another_file_is_no_voice(tmp_path: Path, desk: VoiceDesk) -> None:
    (tmp_path / "x.voxvoice").write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(RecordingRefused, match="no voice file"):
        desk.import_voice(tmp_path / "x.voxvoice", PASSPHRASE)


def test_a_header_that_asks_for_all_memory_is_refused(tmp_path: Path, desk: VoiceDesk) -> None:
    header = {"kdf": "scrypt", "n": 1 << 30, "r": 64, "p": 1, "salt": "00", "nonce": "00" * 12}
    (tmp_path / "x.voxvoice").write_bytes(MAGIC + json.dumps(header).encode() + b"\n" + bytes(64))
    with pytest.raises(RecordingRefused, match="damaged"):
        desk.import_voice(tmp_path / "x.voxvoice", PASSPHRASE)


def test_recordings_nobody_gave_leave_for_are_not_taken_in(desk: VoiceDesk, voice: str, tmp_path: Path) -> None:
    stranger = record_sample(desk.voice(voice).row.folder, "bruno")
    desk._voices.keep_samples(voice, [stranger])
    desk.export_voice(voice, PASSPHRASE, tmp_path / "mixed.voxvoice")
    other = open_desk(tmp_path / "other")
    with pytest.raises(ConsentMissing, match="gave no leave for"):
        other.import_voice(tmp_path / "mixed.voxvoice", PASSPHRASE)
    assert other.voices() == [] and not list((tmp_path / "other" / "voices").rglob("*.flac"))


def test_a_voice_that_is_here_is_not_taken_in_twice_and_never_after_its_leave_ended(
    desk: VoiceDesk, voice: str, parcel: Path
) -> None:
    with pytest.raises(EditRefused, match="here already"):
        desk.import_voice(parcel, PASSPHRASE)
    desk.remove(voice)
    with pytest.raises(ConsentOver, match="not taken in again"):
        desk.import_voice(parcel, PASSPHRASE)
    assert desk.voices() == []


def test_a_short_passphrase_and_a_voice_without_leave_are_refused(desk: VoiceDesk, voice: str, tmp_path: Path) -> None:
    with pytest.raises(RecordingRefused, match="at least 8"):
        desk.export_voice(voice, "geese", tmp_path / "a.voxvoice")
    with pytest.raises(EditRefused, match="no consent in force"):
        desk.export_voice(desk.begin("Peter Hall"), PASSPHRASE, tmp_path / "a.voxvoice")
    assert not list(tmp_path.glob("*.voxvoice"))


# --- data set ----------------------------------------------------------------------------------------------------


def test_a_data_set_has_the_layout_of_ljspeech(desk: VoiceDesk, voice: str, tmp_path: Path) -> None:
    report = desk.export_dataset(voice, tmp_path / "set.zip")
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        lines = archive.read(f"{voice}/metadata.csv").decode().splitlines()
        split = {name: archive.read(f"{voice}/{name}.txt").decode().splitlines() for name in ("train", "validation")}
        clips = [name for name in archive.namelist() if name.endswith(".wav")]
    assert report.clips == len(lines) == len(clips) == 2
    assert sorted([*split["train"], *split["validation"]]) == sorted(lines) and split["validation"]
    for line in lines:
        id_, raw, normal = line.split("|")
        assert f"{voice}/wavs/{id_}.wav" in clips and raw == normal and raw.endswith(".")


def test_clips_that_are_left_out_are_not_in_the_data_set(desk: VoiceDesk, voice: str) -> None:
    desk.choose(voice, desk.voice(voice).samples[0].id, False)
    assert desk.survey_dataset(voice).clips == 1


def test_clips_without_words_have_to_be_written_down_first(desk: VoiceDesk, voice: str, tmp_path: Path) -> None:
    desk.write_words(voice, desk.voice(voice).samples[0].id, "")
    with pytest.raises(RecordingRefused, match="One clip has no words"):
        desk.export_dataset(voice, tmp_path / "set.zip")
    assert not (tmp_path / "set.zip").exists()


def test_words_that_do_not_fit_their_clip_are_pointed_out(tmp_path: Path) -> None:
    even = [Sample(str(n), tmp_path, str(n), 5.0 + n / 10, "word " * (15 + n % 2)) for n in range(10)]
    assert find_outliers(even) == []
    odd = [*even, Sample("odd", tmp_path, "odd", 5.0, "one word"), Sample("more", tmp_path, "more", 5.0, "word " * 60)]
    found = dict(find_outliers(odd))
    assert found.keys() == {"odd", "more"} and "fewer" in found["odd"] and "more" in found["more"]


def test_one_clip_in_twenty_validates_and_always_the_same_ones() -> None:
    hashes = [str(number) for number in range(100)]
    assert sum(choose_validation(hashes)) == 5 and choose_validation(hashes) == choose_validation(hashes)
    assert choose_validation(["one"]) == [False]


# --- guests ------------------------------------------------------------------------------------------------------


def test_an_invitation_names_its_voice_and_its_books_until_it_is_spent(desk: VoiceDesk) -> None:
    name = desk.begin("Peter Hall")
    token = desk.invite(name, ["the-crow"])
    assert desk.open_invitation(token) == name and desk.invited_projects(token) == ("the-crow",)
    desk.close_invitation(token)
    with pytest.raises(ConsentRefused, match="was used already"):
        desk.open_invitation(token)


def test_a_changed_clip_stops_the_voice(desk: VoiceDesk, voice: str) -> None:
    sample = desk.voice(voice).samples[0]
    sample.path.write_bytes(sample.path.read_bytes() + b"x")
    assert hash_file(sample.path) != sample.sha256
    with pytest.raises(ConsentMissing):
        desk.make_gate().check(desk.find_profile(voice))


# --- a second person ---------------------------------------------------------------------------------------------


@pytest.fixture
def unsure(desk: VoiceDesk, tmp_path: Path) -> tuple[str, str]:
    """A voice and the challenge of its statement, of which too little was understood."""
    name = desk.begin("Anna Lind")
    folder = desk.voice(name).row.folder
    desk._voices.keep_samples(
        name, [record_sample(folder, "hazel", text) for text in (READING, OTHER_READING, FURTHER)]
    )
    desk._recogniser = Listener("nobody could follow this")
    challenge = desk.ask_consent(name, make_terms(), {})
    write_clip(read_statement("hazel", challenge.wording), tmp_path / "statement.wav")
    report, consent = desk.hand_in(name, challenge.id, tmp_path / "statement.wav")
    assert report.may_be_reviewed and consent is None
    return name, challenge.id


def test_a_statement_waits_for_a_second_person_until_tomorrow(desk, unsure, tmp_path):
    name, challenge = unsure
    tomorrow = open_desk(tmp_path / "studio")
    assert tomorrow.find_statement(name, challenge).is_file()
    assert list(tomorrow.waiting_statements(name)) == [challenge]
    consent = tomorrow.attest(name, challenge, "Ruth Berg")
    assert consent.by_hand and tomorrow.voice(name).is_ready
    assert tomorrow.waiting_statements(name) == {}
    with pytest.raises(NotFound, match="read once more"):
        tomorrow.attest(name, challenge, "Ruth Berg")


@pytest.mark.parametrize("what", ["waiting-*.json", "recording-*"])
def test_a_waiting_statement_that_was_changed_cannot_be_attested(desk, unsure, what):
    name, challenge = unsure
    (path,) = (desk.voice(name).row.folder / "statements").glob(what)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"unsure", b"passed") if what.endswith("json") else content + b"more")
    assert path.read_bytes() != content
    with pytest.raises(NotFound, match="read once more"):
        desk.attest(name, challenge, "Ruth Berg")


def test_a_recording_is_listened_to_once_and_only_while_it_is_the_one_that_was_measured(tmp_path, monkeypatch):
    sample = record_sample(tmp_path, "hazel")
    prints = Voiceprints()
    (first,) = prints.take([sample])
    monkeypatch.setattr("engine.voices.voiceprint.take_voiceprint", lambda clip: pytest.fail("heard again"))
    assert prints.take([sample]) == [first]
    sample.path.write_bytes(sample.path.read_bytes() + b"more")
    with pytest.raises(RecordingRefused, match="changed or is gone"):
        prints.take([sample])
