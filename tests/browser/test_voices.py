"""Voices in a real browser, with a real microphone as far as a computer has one: a file that Chromium takes for it.

The file is read anew whenever the page opens the microphone, so that even today's six words can be answered. Who reads
them is a shipped voice: no recording of a person has words in it that are drawn while the test runs. Everyone else
here is a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Locator

from engine.audio import read_clip, resample, write_clip
from engine.core_types import Clip, Shape
from engine.production import Production
from engine.settings import Settings
from engine.voice_profiles import bend_clip
from tests.browser.listening import keep_recogniser
from tests.browser.studio_process import StudioProcess
from tests.browser.visitor import PHONE, Visitor, find_chromium, is_sideways, tab_to
from tests.voices.people import OTHER_READING, READING, read_aloud, read_statement

SILENCE_S = 3.4  # before the file speaks: the page counts down first
QUICKLY = Shape(pace=1.3)  # a recording lasts as long as it lasts, but nobody has to read slowly
LATER = """() => {  // two minutes later, as soon as the clock runs
    const box = document.querySelector("#challenge");
    if (box?.dataset.ends) box.dataset.ends = "0";
    return box && !box.querySelector(".over").hidden;
}"""
HOSTILE = "Zoe <img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def studio(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
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


class Microphone:
    """The file that Chromium takes for a microphone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.hear(Clip(np.zeros(24_000, np.float32), 24_000))

    def hear(self, clip: Clip, silence_s: float = SILENCE_S) -> float:
        """Let this be said after the countdown; returns its seconds."""
        loud = resample(clip, 48_000).samples
        still = np.zeros(int(silence_s * 48_000), np.float32)
        write_clip(Clip(np.concatenate([still, loud, np.zeros(24_000, np.float32)]), 48_000), self.path)
        return clip.seconds


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Microphone:
    return Microphone(tmp_path_factory.mktemp("microphone") / "speech.wav")


@pytest.fixture(scope="module")
def booth(browser: Browser, studio: StudioProcess, microphone: Microphone) -> Iterator[Browser]:
    """A browser with that microphone, whose use nobody has to allow."""
    flags = ["--mute-audio", "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    taken = f"--use-file-for-fake-audio-capture={microphone.path}%noloop"
    opened = browser.browser_type.launch(executable_path=find_chromium(), args=[*flags, taken])
    yield opened
    opened.close()


@pytest.fixture
def speaker(booth: Browser, studio: StudioProcess) -> Iterator[Visitor]:
    """Somebody at the microphone; nothing on their way may be out of order."""
    came = Visitor(booth, studio.address)
    yield came
    assert came.troubles == []
    came.close()


@pytest.fixture(scope="module")
def person(shared: Path) -> Callable[[str, float, float], Clip]:
    """A stretch of a real person's recording."""

    def read(name: str, start_s: float, end_s: float) -> Clip:
        clip = read_clip(shared / "material" / "audio" / name)
        return Clip(clip.samples[int(start_s * clip.rate_hz) : int(end_s * clip.rate_hz)], clip.rate_hz)

    return read


def record(visitor: Visitor, button: Locator, seconds: float, done: str) -> None:
    """Press the button, speak that long after the countdown, press it again, and wait for what comes of it."""
    button.click()
    visitor.find(".recorder.live").wait_for()
    visitor.page.wait_for_timeout(1000 * seconds + 1200)
    button.click()
    visitor.find(done).first.wait_for()


@pytest.fixture(scope="module")
def hall(production: Production, person: Callable[..., Clip], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Peter Hall's voice, recorded, without consent."""
    return keep_voice(production, "Peter Hall", person("vctk_p227.flac", 0, 14), tmp_path_factory.mktemp("hall"))


def read_challenge(visitor: Visitor) -> str:
    """The statement as a person reads it from the page."""
    before = visitor.find("#challenge blockquote").evaluate("quote => quote.firstChild.textContent")
    words = visitor.find("#challenge .challenge-words b").all_inner_texts()
    assert len(words) == 6
    return f"{before}{', '.join(words)}."


def keep_voice(production: Production, name: str, clip: Clip, folder: Path) -> str:
    """A voice with these seconds recorded, and no consent yet."""
    voice = production.voice_desk.begin(name)
    sound = folder / f"{voice}.wav"
    write_clip(clip, sound)
    assert production.voice_desk.take_in(voice, sound).samples
    return voice


def ask_statement(visitor: Visitor, voice: str) -> None:
    visitor.go(f"/recording/{voice}?step=consent")
    visitor.find("#show-statement").click()
    visitor.find("#challenge").wait_for()


# --- the good path -----------------------------------------------------------------------------------------------


def test_somebody_who_never_recorded_anything_leaves_with_a_voice(
    speaker: Visitor, microphone: Microphone, production: Production, tmp_path: Path
) -> None:
    speaker.go("/voices")
    speaker.find("#record-voice").click()
    speaker.find("#person").fill("Ada Marsh")
    speaker.find("#begin").click()
    microphone.hear(read_aloud("hazel", "One, two, three, four, five. The kettle is on, and the door stands open."))
    speaker.find("#record").click()
    assert "Good" in speaker.find("#outcome .verdict").inner_text()
    speaker.find("#to-reading").click()
    words = speaker.find("#prompt").inner_text()
    seconds = microphone.hear(bend_clip(read_aloud("hazel", words), QUICKLY))
    record(speaker, speaker.find("#record"), seconds, "#outcome .scorecard")
    assert "Kept" in speaker.find("#outcome .verdict").inner_text() and speaker.find("#outcome .waveform").is_visible()
    assert "worth keeping from" in speaker.find("#outcome .wave-marks").inner_text()
    assert not speaker.find("#record").is_visible()  # to read it again, or the next, is what is left to choose from
    bring_rest(speaker, tmp_path)
    speaker.go("/recording/ada-marsh?step=consent")
    speaker.find("#show-statement").click()
    statement = read_challenge(speaker)
    assert "Ada Marsh" in statement
    seconds = microphone.hear(bend_clip(read_statement("hazel", statement), QUICKLY))
    record(speaker, speaker.find("#challenge [data-record]"), seconds, ".checks")
    assert speaker.find(".checks li").count() == speaker.find(".checks .passed").count() == 7
    speaker.find("#to-result").click()
    put_words_right(speaker)
    assert "lets this voice read" in speaker.find(".verdict.green").inner_text()
    profile = production.find_voice("ada-marsh")
    assert len(profile.clips) >= 2
    production.voice_desk.make_gate("any-book").check(profile)
    sample = production.voice_desk.voice("ada-marsh").samples[0]
    assert sample.words == words and sample.recording and soundfile.info(sample.recording).subtype == "PCM_16"


def put_words_right(speaker: Visitor) -> None:
    """In the row of a clip; they are still there when the page is opened anew."""
    speaker.find(".clips textarea").nth(1).fill("It was a clear evening.")
    speaker.find(".clips textarea").nth(1).blur()
    speaker.find(".notice.good", has_text="The words are kept.").wait_for()
    speaker.page.reload()
    assert speaker.find(".clips textarea").nth(1).input_value() == "It was a clear evening."


def bring_rest(speaker: Visitor, folder: Path, reader: str = "hazel") -> None:
    """The rest of the reading, as a file."""
    clips = [read_aloud(reader, text).samples for text in (READING, OTHER_READING)]
    write_clip(Clip(np.concatenate(clips), 24_000), folder / "The rest of it.wav")
    speaker.find("#recording-file").set_input_files(str(folder / "The rest of it.wav"))
    speaker.find(".verdict", has_text="cut from it").wait_for()


def test_the_voice_is_on_the_map_is_heard_and_becomes_a_character(speaker: Visitor) -> None:
    speaker.go("/voices")
    speaker.find(".voice-map button.shipped").first.wait_for()
    for _ in range(20):  # it is listened to beside everything else
        if speaker.find(".voice-map button.own").count():
            break
        speaker.page.wait_for_timeout(500)
        speaker.page.reload()
        speaker.find(".voice-map button.shipped").first.wait_for()
    speaker.find(".voice-map button.own").click()
    speaker.find(".voice-map button.own[aria-pressed=true]").wait_for()
    speaker.find("#open-ada-marsh").click()
    speaker.find("input[name=semitones]").fill("-4")
    speaker.find("#character-name").fill(HOSTILE)
    speaker.find("#hear-bent").click()
    speaker.find("#hear-bent[aria-pressed=true]").wait_for()
    speaker.find("#keep-character").click()
    speaker.find(".characters .clip-words", has_text=HOSTILE).wait_for()
    assert not speaker.find("img[src=x]").count()


def test_a_voice_is_sealed_in_a_file_that_opens_with_its_passphrase_alone(speaker: Visitor, tmp_path: Path) -> None:
    speaker.go("/recording/ada-marsh")
    speaker.find("summary", has_text="another studio").click()
    speaker.find("input[name=passphrase]").fill("a long secret")
    with speaker.page.expect_download() as sent:
        speaker.find("#export-voice").click()
    sent.value.save_as(tmp_path / "ada.voxvoice")
    speaker.go("/recording")
    speaker.find("#parcel-tool summary").click()
    speaker.find("#parcel-file").set_input_files(str(tmp_path / "ada.voxvoice"))
    speaker.find("#parcel-passphrase").fill("a wrong secret")
    speaker.find("#bring-voice").click()
    speaker.find(".notice.trouble", has_text="does not open with this passphrase").wait_for()
    speaker.find("#parcel-passphrase").fill("a long secret")
    speaker.find("#bring-voice").click()
    speaker.find(".notice.trouble", has_text="is here already, as ada-marsh").wait_for()  # it is the same studio
    speaker.troubles = [trouble for trouble in speaker.troubles if "409" not in trouble]


def test_leave_is_taken_back_after_a_question(speaker: Visitor, production: Production) -> None:
    speaker.go("/recording/ada-marsh")
    speaker.find("#revoke").click()
    speaker.find("dialog.ask button", has_text="Keep it").click()
    assert production.voice_desk.voice("ada-marsh").is_ready
    speaker.find("#revoke").click()
    speaker.find("dialog.ask button.danger").click()
    speaker.find(".verdict.red", has_text="took back").wait_for()
    assert not production.voice_desk.voice("ada-marsh").row.folder.exists()


# --- what is not accepted ----------------------------------------------------------------------------------------


def test_a_reading_without_todays_words_is_no_consent_and_a_reload_loses_nothing(
    speaker: Visitor, microphone: Microphone, production: Production, person: Callable[..., Clip], hall: str
) -> None:
    ask_statement(speaker, hall)
    seconds = microphone.hear(person("vctk_p227.flac", 40, 48))
    record(speaker, speaker.find("#challenge [data-record]"), seconds, "#working:visible")
    speaker.page.reload()  # while it is being looked at
    speaker.find(".checks").wait_for()
    told = speaker.find(".checks").inner_text()
    assert re.search(r"(Only [1-3]|None) of the 6 words", told) and not speaker.find(".checks .failed").count()
    assert speaker.find(".review").count() == 1 and speaker.find("#attest").is_visible()  # a second person may listen
    assert production.voice_desk.voice(hall).consent is None
    speaker.find("#try-again").click()
    speaker.page.wait_for_function(LATER)
    assert not speaker.find("#challenge .recorder").is_visible()
    speaker.find("#later-words").click()
    speaker.find("#challenge .recorder").wait_for()


def test_another_persons_voice_is_no_consent(
    speaker: Visitor, microphone: Microphone, production: Production, person: Callable[..., Clip], hall: str
) -> None:
    ask_statement(speaker, hall)
    seconds = microphone.hear(person("vctk_p225.flac", 0, 8))
    record(speaker, speaker.find("#challenge [data-record]"), seconds, ".checks")
    assert "not the voice in the recordings" in speaker.find(".checks .failed").inner_text()
    assert not speaker.find("#statement #attest").count() and production.voice_desk.voice(hall).consent is None


def test_a_noisy_room_is_told_with_what_to_do_and_nothing_is_kept(
    speaker: Visitor, microphone: Microphone, production: Production, person: Callable[..., Clip]
) -> None:
    voice = production.voice_desk.begin("Noisy Nell")
    speaker.go(f"/recording/{voice}?step=reading")
    microphone.hear(person("real_airconditioner_2Owc.wav", 0, 10), silence_s=0.0)
    record(speaker, speaker.find("#record"), 3.0, "#outcome .scorecard")
    assert "Not kept" in speaker.find("#outcome .verdict").inner_text()
    assert "turn off the fan" in speaker.find("#outcome .advice").inner_text()
    assert speaker.find("#again").is_visible() and not speaker.find("#next-prompt").count()
    assert production.voice_desk.voice(voice).samples == ()


# --- what goes wrong on the way ----------------------------------------------------------------------------------


def test_a_microphone_that_is_refused_or_missing_is_a_sentence(visitor: Visitor, production: Production) -> None:
    voice = production.voice_desk.begin("Quiet Quentin")
    visitor.go(f"/recording/{voice}?step=reading")
    visitor.find("#record").click()
    told = visitor.find(".notice.trouble").inner_text()
    assert "microphone" in told and "bring a recording as a file" in told
    assert visitor.find("#record").inner_text() == "Record" and visitor.troubles == []


def test_an_unplugged_microphone_or_a_closed_page_loses_nothing_that_was_kept(
    booth: Browser, studio: StudioProcess, microphone: Microphone, production: Production, tmp_path: Path
) -> None:
    voice = keep_voice(production, "Una Plug", read_aloud("hazel", READING), tmp_path)
    visitor = Visitor(booth, studio.address)
    visitor.page.add_init_script(
        "const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (...wish) => (window.opened = await open(...wish));"
    )
    visitor.go(f"/recording/{voice}?step=reading")
    amount = visitor.find(".amount").inner_text()
    microphone.hear(read_aloud("hazel", OTHER_READING))
    visitor.find("#record").click()
    visitor.find(".recorder.live").wait_for()
    visitor.page.evaluate("window.opened.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    visitor.find(".notice.trouble", has_text="unplugged").wait_for()
    visitor.find("#record").click()
    visitor.find(".recorder.live").wait_for()
    visitor.close()  # in the middle of it
    again = Visitor(booth, studio.address)
    again.go(f"/recording/{voice}?step=reading")
    assert again.find(".amount").inner_text() == amount and len(production.voice_desk.voice(voice).samples) == 1
    again.close()


# --- a guest on a phone ------------------------------------------------------------------------------------------


def test_a_guest_on_a_phone_gives_a_voice_and_the_link_closes(
    booth: Browser, studio: StudioProcess, production: Production, tmp_path: Path
) -> None:
    name = production.voice_desk.begin("Gus Guest")
    guest = Visitor(booth, studio.address, PHONE)
    link = f"/guest?token={production.voice_desk.invite(name)}"
    guest.go(link)
    assert "Hello, Gus Guest" in guest.find("h1").inner_text() and not is_sideways(guest.page)
    guest.find("#to-reading").click()
    assert not is_sideways(guest.page) and tab_to(guest.page, "record")
    guest.find("details.instead summary").click()
    bring_rest(guest, tmp_path, "edwin")  # whoever reads a second statement in just the same way is taken for a replay
    guest.go(f"{link}&step=consent")
    guest.find("#show-statement").click()
    write_clip(read_statement("edwin", read_challenge(guest)), tmp_path / "statement.wav")
    assert not is_sideways(guest.page)
    guest.find("#challenge input[type=file]").set_input_files(str(tmp_path / "statement.wav"))
    guest.find(".verdict.green", has_text="entered in the record").wait_for()
    with guest.page.expect_download() as receipt:
        guest.find("#receipt").click()
    assert "Gus Guest" in Path(receipt.value.path()).read_text(encoding="utf-8")
    assert production.voice_desk.voice(name).is_ready
    guest.page.goto(studio.address + link)
    assert "was used already" in guest.find("[role=alert]").inner_text()
    guest.troubles = [
        trouble for trouble in guest.troubles if "404" not in trouble
    ]  # the closed page says so to machines
    assert guest.troubles == []
    guest.close()


@pytest.mark.parametrize("path", ["/recording", "/recording/gus-guest", "/recording/gus-guest?step=reading", "/voices"])
def test_every_step_fits_a_phone(booth: Browser, studio: StudioProcess, path: str) -> None:
    visitor = Visitor(booth, studio.address, PHONE)
    visitor.go(path)
    visitor.find("#page :is(h1, h2)").first.wait_for()
    assert not is_sideways(visitor.page)
    small = visitor.find(
        "#page :is(button, a.button, input:not(.sr, [type=radio], [type=checkbox], [type=range])):visible"
    )
    low = small.evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 36).map(one => one.outerHTML.slice(0, 90))"
    )
    assert low == [] and visitor.troubles == []
    visitor.close()
