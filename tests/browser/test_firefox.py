"""Voices in Firefox, with a real microphone as far as a computer has one: a sound server of the test's own.

PulseAudio lends a room that nobody hears and a microphone that stands in it; what is played into the room is said.
Where there is no PulseAudio, those tests are skipped. Who reads is a shipped voice, because a statement has words in it
that are drawn while the test runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import correlate

from engine.audio import read_clip, resample, write_clip
from engine.core_types import Clip
from engine.production import Production
from engine.settings import Settings
from tests.browser.firefox import PHONE, Firefox, FirefoxVisitor, find_firefox
from tests.browser.listening import keep_recogniser
from tests.browser.studio_process import StudioProcess
from tests.voices.people import OTHER_READING, READING, read_aloud, read_statement

TEST_SENTENCE = "One, two, three, four, five. The kettle is on, and the door stands open."
MICROPHONE_HZ, LOUDSPEAKER_HZ = 44_100, 48_000  # not the same, as on most computers
READINGS = 3
PIECE = 12_000  # samples: half a second
ALIKE = 0.8  # of 1: the same sound, resampled; any other stretch of speech stays below 0.6
ALLOWED = {"media.navigator.permission.disabled": True}  # nobody has to allow the microphone
TONE = {"media.navigator.streams.fake": True}  # a microphone that Firefox makes up
DRAWN = ".voice-map button.shipped"  # the last thing on the page of voices; what is left half drawn is told as an error
GRADIO_PAGES = ("/", "/manuscript", "/voices", "/cast", "/words", "/narration", "/audiobook", "/engines")


class Room:
    """A sound server with nothing but a silent room, a microphone in it, and a loudspeaker elsewhere."""

    programs = ("pulseaudio", "pactl", "paplay")

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._sound, self.server = folder / "said.wav", f"unix:{folder / 'native'}"
        own = {f"PULSE_{name}_PATH": str(folder) for name in ("RUNTIME", "STATE")}
        self._environment = {**os.environ, **own, "PULSE_SERVER": self.server}
        self._modules: list[str] = []

    def __enter__(self) -> Room:
        door = f"module-native-protocol-unix auth-anonymous=1 socket={self.server.removeprefix('unix:')}"
        loudspeaker = f"module-null-sink sink_name=loudspeaker rate={LOUDSPEAKER_HZ}"
        plain = ["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        self._process = subprocess.Popen(
            ["pulseaudio", "-n", *plain, "-L", door, "-L", loudspeaker],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            if self._process.poll() is not None or not self._call("pactl", "info").returncode:
                break
            time.sleep(0.1)
        else:
            self._process.kill()
        if self._process.poll() is not None:
            pytest.skip("needs PulseAudio, and it does not start here")
        self.plug_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)

    def plug_in(self) -> None:
        for module in (
            f"module-null-sink sink_name=room rate={MICROPHONE_HZ} channels=1",
            "module-remap-source master=room.monitor source_name=microphone",
        ):
            told = self._call("pactl", "load-module", *module.split())
            assert not told.returncode, told.stderr
            self._modules.append(told.stdout.strip())

    def unplug(self) -> None:
        while self._modules:
            self._call("pactl", "unload-module", self._modules.pop())

    def say(self, clip: Clip) -> None:
        """Say it in the room, now, to the end."""
        write_clip(clip, self._sound)
        told = self._call("paplay", "--device=room", "--latency-msec=60", str(self._sound))
        assert not told.returncode, told.stderr

    def _call(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    if not all(map(shutil.which, Room.programs)):
        pytest.skip(f"needs PulseAudio ({', '.join(Room.programs)}), so that a voice can be the microphone")
    with Room(tmp_path_factory.mktemp("sound") / "pulse") as opened:
        yield opened


@pytest.fixture(scope="module")
def open_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Firefox]]:
    """Opens a Firefox with these settings, until the end of the file's tests."""
    program = find_firefox()
    if program is None:
        pytest.skip("needs Firefox, and there is none on this computer")
    with ExitStack() as opened:

        def open_one(prefs: dict[str, bool | int | str], environment: dict[str, str] | None = None) -> Firefox:
            folder = tmp_path_factory.mktemp("firefox") / "profile"
            return opened.enter_context(Firefox(program, folder, prefs, environment or {}))

        yield open_one


@pytest.fixture(scope="module")
def booth(open_firefox: Callable[..., Firefox], room: Room) -> Firefox:
    """A Firefox with that microphone, whose use nobody has to allow."""
    return open_firefox(ALLOWED, {"PULSE_SERVER": room.server})


@pytest.fixture(scope="module")
def studio(open_firefox: Callable[..., Firefox], tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    """A studio that can hear words: the recogniser lies where downloaded models lie."""
    workspace = tmp_path_factory.mktemp("studio") / "workspace"
    keep_recogniser(workspace / "models" / "whisper-base")
    with StudioProcess(workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def production(studio: StudioProcess) -> Iterator[Production]:
    """The same workspace, looked into from here."""
    with closing(Production(Settings(studio.workspace.absolute(), open_browser=False))) as opened:
        yield opened


@pytest.fixture
def speaker(booth: Firefox, studio: StudioProcess) -> Iterator[FirefoxVisitor]:
    """Somebody at the microphone."""
    came = FirefoxVisitor(booth, studio.address)
    yield came
    came.close()


def record(visitor: FirefoxVisitor, button: str, room: Room, clip: Clip, done: str) -> None:
    """Press the button, speak after the countdown, press it again, and wait for what comes of it."""
    visitor.click(button)
    visitor.wait_for(".recorder.live")
    room.say(clip)
    time.sleep(0.5)
    visitor.click(button)
    visitor.wait_for(done)


def read_challenge(visitor: FirefoxVisitor) -> str:
    """The statement as a person reads it from the page."""
    before = visitor.tell("return document.querySelector('#challenge blockquote').firstChild.textContent")
    words = visitor.tell("return [...document.querySelectorAll('.challenge-words b')].map(word => word.innerText)")
    assert len(words) == 6
    return f"{before}{', '.join(words)}."


def bring_rest(visitor: FirefoxVisitor, folder: Path, reader: str) -> None:
    """The rest of the reading, as a file."""
    clips = [read_aloud(reader, text).samples for text in (READING, OTHER_READING)]
    write_clip(Clip(np.concatenate(clips), 24_000), folder / "The rest of it.wav")
    visitor.click("details.instead summary")
    visitor.choose_file("#recording-file", folder / "The rest of it.wav")
    visitor.wait_for(".verdict", "cut from it")


def compare_pieces(heard: NDArray[np.float32], said: NDArray[np.float32]) -> list[float]:
    """How like each half second that was said the best stretch of what was heard is, 0 to 1."""
    found = []
    for start in range(0, len(said) - PIECE, PIECE):
        piece = said[start : start + PIECE]
        power = np.convolve(heard**2, np.ones(PIECE, np.float32), mode="valid")
        found.append(float(np.max(correlate(heard, piece, "valid") / np.sqrt(power * np.sum(piece**2) + 1e-9))))
    return found


# --- with a voice ------------------------------------------------------------------------------------------------


def test_somebody_who_never_recorded_anything_leaves_with_a_voice(
    speaker: FirefoxVisitor, room: Room, production: Production, tmp_path: Path
) -> None:
    speaker.go("/voices")
    speaker.wait_for(DRAWN)
    speaker.leave_by("#record-voice")
    speaker.write("#person", "Ada Marsh")
    speaker.leave_by("#begin")
    speaker.click("#record")
    speaker.wait_for(".recorder.live")
    room.say(read_aloud("hazel", TEST_SENTENCE))
    assert "Good" in speaker.read("#outcome .verdict")
    assert speaker.tell("return document.querySelector('.level').style.getPropertyValue('--level')") == "0%"
    speaker.leave_by("#to-reading")
    for _ in range(READINGS):
        record(speaker, "#record", room, read_aloud("hazel", speaker.read("#prompt")), "#outcome .scorecard")
        assert "Kept" in speaker.read("#outcome .verdict")
        speaker.leave_by("#next-prompt")
    bring_rest(speaker, tmp_path, "hazel")
    speaker.go("/recording/ada-marsh?step=consent")
    speaker.click("#show-statement")
    speaker.wait_for("#challenge")
    statement = read_challenge(speaker)
    assert "Ada Marsh" in statement
    record(speaker, "#challenge [data-record]", room, read_statement("hazel", statement), ".checks")
    assert speaker.count(".checks li") == speaker.count(".checks .passed") == 7
    speaker.leave_by("#to-result")
    assert "lets this voice read" in speaker.read(".verdict.green")
    speaker.click(".clips .play")
    speaker.wait_for(".clips .play[aria-pressed=true]")
    speaker.wait_for(".clips .play[aria-pressed=false]:first-child")  # heard to its end
    profile = production.find_voice("ada-marsh")
    production.voice_desk.make_gate("any-book").check(profile)
    assert len(profile.clips) >= 2 and speaker.troubles == []


def test_what_is_kept_is_what_was_said(speaker: FirefoxVisitor, production: Production) -> None:
    kept = [sample for sample in production.voice_desk.voice("ada-marsh").samples if sample.words]
    assert len(kept) == READINGS
    alike: list[float] = []
    for sample in kept:
        assert sample.recording is not None
        heard = read_clip(sample.recording)
        assert heard.rate_hz == LOUDSPEAKER_HZ  # the browser's own clock
        alike += compare_pieces(resample(heard, 24_000).samples, read_aloud("hazel", sample.words).samples)
    assert float(np.median(alike)) > ALIKE  # a busy machine may swallow a moment; a wrong rate would spoil them all


def test_an_unplugged_microphone_is_a_sentence_and_works_again(
    speaker: FirefoxVisitor, room: Room, production: Production
) -> None:
    voice = production.voice_desk.begin("Una Plug")
    speaker.go(f"/recording/{voice}?step=reading")
    speaker.click("#record")
    speaker.wait_for(".recorder.live")
    room.unplug()
    speaker.wait_for(".notice.trouble", "was unplugged")
    assert speaker.read("#record") == "Record" and not speaker.count(".recorder.live")
    room.plug_in()
    record(speaker, "#record", room, read_aloud("hazel", speaker.read("#prompt")), "#outcome .scorecard")
    assert not speaker.count(".notice") and speaker.troubles == []
    assert len(production.voice_desk.voice(voice).samples) == 1


def test_leaving_is_asked_about_only_while_something_would_be_lost(
    speaker: FirefoxVisitor, production: Production
) -> None:
    def count_questions() -> int:
        return sum("a dialog opened" in trouble for trouble in speaker.troubles)

    voice = production.voice_desk.begin("Lea Ving")
    speaker.go(f"/recording/{voice}?step=reading")
    speaker.click("#record")
    speaker.wait_for(".recorder.live")
    speaker.click("a.back")
    speaker.answer(accept=False)
    speaker.wait_for(".recorder.live")
    speaker.click("a.back")
    speaker.answer(accept=True)
    speaker.wait_for(DRAWN)
    assert count_questions() == 2
    speaker.go(f"/recording/{voice}?step=reading")
    speaker.click("#record")
    speaker.wait_for(".count", "3")
    speaker.leave_by("a.back")
    assert count_questions() == 2


def test_a_guest_on_a_phone_gives_a_voice_and_the_link_closes(
    booth: Firefox, room: Room, studio: StudioProcess, production: Production, tmp_path: Path
) -> None:
    name = production.voice_desk.begin("Gus Guest")
    link = f"/guest?token={production.voice_desk.invite(name)}"
    guest = FirefoxVisitor(booth, studio.address, PHONE)
    guest.go(link)
    assert "Hello, Gus Guest" in guest.read("h1") and not guest.is_sideways()
    guest.leave_by("#to-reading")
    record(guest, "#record", room, read_aloud("edwin", guest.read("#prompt")), "#outcome .scorecard")
    assert "Kept" in guest.read("#outcome .verdict") and not guest.is_sideways()
    bring_rest(guest, tmp_path, "edwin")
    guest.go(f"{link}&step=consent")
    guest.click("#show-statement")
    guest.wait_for("#challenge")
    write_clip(read_statement("edwin", read_challenge(guest)), tmp_path / "statement.wav")
    assert not guest.is_sideways()
    guest.choose_file("#challenge input[type=file]", tmp_path / "statement.wav")
    guest.wait_for(".verdict.green", "entered in the record")
    guest.click("#receipt")
    receipt = booth.downloads / "consent.json"
    for _ in range(100):
        if receipt.is_file() and receipt.stat().st_size:
            break
        time.sleep(0.1)
    assert "Gus Guest" in receipt.read_text(encoding="utf-8") and guest.troubles == []
    guest.go(link)
    assert "was used already" in guest.read("[role=alert]")
    guest.close()


# --- without one -------------------------------------------------------------------------------------------------


def test_a_tone_is_told_from_a_voice(
    open_firefox: Callable[..., Firefox], room: Room, studio: StudioProcess, production: Production
) -> None:
    voice = production.voice_desk.begin("Hum Drum")
    visitor = FirefoxVisitor(open_firefox({**ALLOWED, **TONE}, {"PULSE_SERVER": room.server}), studio.address)
    visitor.go(f"/recording/{voice}?step=reading")
    visitor.click("#record")
    visitor.wait_for(".recorder.live")
    time.sleep(3)
    visitor.click("#record")
    assert "Not kept" in visitor.read("#outcome .verdict") and "nobody speaks" in visitor.read("#outcome .advice")
    assert production.voice_desk.voice(voice).samples == () and visitor.troubles == []


@pytest.mark.parametrize(
    ("prefs", "sentence"),
    [
        ({"permissions.default.microphone": 2}, "not allowed to use the microphone"),
        ({**ALLOWED, "media.cubeb.backend": "none"}, "no loudspeaker"),
    ],
)
def test_a_microphone_that_is_refused_or_does_not_start_is_a_sentence(
    open_firefox: Callable[..., Firefox],
    studio: StudioProcess,
    production: Production,
    prefs: dict[str, bool | int | str],
    sentence: str,
) -> None:
    voice = production.voice_desk.begin("Quiet Quentin")
    visitor = FirefoxVisitor(open_firefox({**TONE, **prefs}), studio.address)
    visitor.go(f"/recording/{voice}?step=reading")
    visitor.click("#record")
    told = visitor.read(".notice.trouble")
    assert sentence in told and "bring a recording as a file" in told
    assert visitor.read("#record") == "Record" and visitor.troubles == []


def test_a_browser_that_alters_the_sound_is_told_of(
    open_firefox: Callable[..., Firefox], room: Room, studio: StudioProcess, production: Production
) -> None:
    voice = production.voice_desk.begin("Fay King")
    strict = {"privacy.resistFingerprinting": True}
    visitor = FirefoxVisitor(open_firefox({**ALLOWED, **strict}, {"PULSE_SERVER": room.server}), studio.address)
    visitor.go(f"/recording/{voice}?step=reading")
    visitor.click("#record")
    visitor.wait_for(".no-microphone", "alters what the microphone hears")
    visitor.wait_for(".recorder.live")  # it can be used all the same
    assert visitor.troubles == []


# --- every page --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slug(open_firefox: Callable[..., Firefox], studio: StudioProcess) -> Iterator[tuple[Firefox, str]]:
    """A plain Firefox, and the sample book opened in it."""
    firefox = open_firefox({})
    visitor = FirefoxVisitor(firefox, studio.address)
    visitor.go("/")
    visitor.leave_by("#open-sample")
    yield firefox, str(visitor.tell("return new URLSearchParams(location.search).get('book')"))
    visitor.close()


@pytest.mark.parametrize("path", GRADIO_PAGES)
def test_a_page_opens_without_troubles_and_fits_a_phone(
    slug: tuple[Firefox, str], studio: StudioProcess, path: str
) -> None:
    firefox, book = slug
    visitor = FirefoxVisitor(firefox, studio.address, PHONE)
    visitor.go(f"{path}?book={book}")
    visitor.wait_for("#page :is(h1, h2)")
    assert not visitor.is_sideways() and visitor.troubles == []
    visitor.close()
