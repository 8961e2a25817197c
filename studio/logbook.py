"""Where Voxfolio writes down what happens, for the day something goes wrong: one file in the workspace."""

from __future__ import annotations

import logging
import platform
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.settings import Settings
from studio import __version__

LONGEST_BYTES = 1_000_000


class SharedRotatingFile(RotatingFileHandler):
    """A log that the studio and a command may have open at the same time: where the system will not rename an open
    file (Windows), it just goes on in the same one.
    """

    def doRollover(self) -> None:
        with suppress(OSError):
            super().doRollover()


def open_logbook(settings: Settings, process: str) -> Path | None:
    """Send everything that is logged, and Python's warnings, to the workspace's log file and nowhere else.

    ``process`` names who writes ("studio", "narrate"). Returns the file, or None where the workspace cannot be written:
    whoever opens the workspace next says so better.
    """
    try:
        settings.workspace.mkdir(parents=True, exist_ok=True)
        handler = SharedRotatingFile(settings.log_file, maxBytes=LONGEST_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter(f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for old in [other for other in root.handlers if isinstance(other, SharedRotatingFile)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    log = logging.getLogger(__name__)
    log.info("Voxfolio %s, Python %s, %s", __version__, platform.python_version(), platform.platform())
    return settings.log_file
