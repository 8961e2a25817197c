"""Takes the pictures of docs/engines.md from the studio itself, with Kokoro's model ready and a few voices compared.

    python -m tests.browser.take_engine_pictures [FOLDER]

Run it in the root of the source; it needs Chromium, and Kokoro's model as the tests keep it. The pictures go to
docs/images unless another folder is named.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.studio_process import ROOT, StudioProcess
from tests.browser.take_screenshots import SCREEN, Photographer
from tests.browser.visitor import find_chromium, open_chromium
from tests.narration.conftest import CACHE

VOICES = ("hazel", "bruno", "kokoro-heart", "kokoro-emma", "kokoro-george")

# The camera takes what stands in <code> for the path of a workspace; here it is what a person types.
KEEP_COMMANDS = (
    "document.querySelectorAll('.engine code').forEach(each => each.outerHTML = `<samp>${each.innerHTML}</samp>`)"
)


def prepare_workspace(workspace: Path) -> None:
    """Kokoro brought from where the tests keep it, and VOICES compared."""
    model = CACHE / "kokoro-82m"
    if not (model / "model.onnx").is_file():
        raise SystemExit(f"There is no model in {model}. Run tests/narration/test_kokoro.py first, which gets it.")
    for words in (
        ("models", "import", "kokoro-82m", str(model)),
        ("compare", "--voices", *VOICES, "-o", str(workspace / "comparison")),
    ):
        command = [sys.executable, "-m", "studio", *words, "--workspace", str(workspace)]
        subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def take_pictures(folder: Path) -> None:
    program = find_chromium()
    if program is None:
        raise SystemExit("Taking the pictures needs Chromium or Chrome. Install one and try again.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        workspace = Path(made) / "Voxfolio"
        workspace.mkdir()
        prepare_workspace(workspace)
        with StudioProcess(workspace) as studio, sync_playwright() as playwright:
            browser = open_chromium(playwright, program)
            camera = Photographer(browser, studio.address, folder, SCREEN)
            camera.go("/engines")
            camera.find(".engine .mark.ready").nth(1).wait_for()
            camera.page.evaluate(KEEP_COMMANDS)
            camera.take("engines")
            camera.find("#compare-heading").evaluate("heading => heading.scrollIntoView()")
            camera.take("engines-compared")
            browser.close()


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
