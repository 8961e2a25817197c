"""A comparison that a page asks for: made by a process of its own, so that the studio's memory holds no engine.

It is `voxfolio compare` writing into the workspace; the page reads what has come so far from its comparison.json.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import engine
from engine.errors import NotFound
from engine.settings import Settings
from studio.compare_command import RESULT

log = logging.getLogger(__name__)
PATIENCE_S = 5.0


class Comparer:
    """The one comparison of a studio: begun, stopped, looked at."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.folder = folder
        self._workspace = settings.workspace
        self._process: subprocess.Popen[str] | None = None
        self._trouble = ""
        self._turn = threading.Lock()

    def begin(self, book: str = "", text: str = "", language: str = "") -> None:
        """Compare anew; while one runs, nothing happens."""
        with self._turn:
            if self.is_busy():
                return
            self._trouble = ""
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / RESULT).unlink(missing_ok=True)
            what = ["--text", text] if text.strip() else [book] if book else []
            command = [sys.executable, "-m", "studio", "compare", *what, "-o", str(self.folder)]
            command += ["--workspace", str(self._workspace), *(["--language", language] if language else [])]
            self._process = subprocess.Popen(
                command,
                cwd=Path(engine.__file__).parents[1],  # where "-m studio" is found
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()

    def stop(self) -> None:
        """End it; the voices that were compared stay."""
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)

    def is_busy(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def trouble(self) -> str:
        """Why the latest did not come to its end; "" when it did, runs, or was stopped."""
        return self._trouble

    def read(self) -> dict[str, Any]:
        """What has come so far, as `voxfolio compare --json` tells it; empty when there is nothing."""
        try:
            result = json.loads((self.folder / RESULT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return result if isinstance(result, dict) and isinstance(result.get("voices"), list) else {}

    def find_sound(self, name: str) -> Path:
        """The file of a compared voice. Raises NotFound for anything that the result does not name."""
        if name not in [row.get("file") for row in self.read().get("voices", [])]:
            raise NotFound("This sound is no longer there. Compare again.")
        return self.folder / name

    def _watch(self, process: subprocess.Popen[str]) -> None:
        said = process.stderr.read() if process.stderr else ""
        if process.wait() > 0:
            last = said.strip().splitlines()[-1:] or ["The comparison ended too soon. The log says more."]
            self._trouble = last[0]
            log.warning("the comparison failed: %s", said.strip())
