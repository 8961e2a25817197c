"""Keeps the worker process running beside the studio, so that narration outlives any page."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import engine
from engine.settings import Settings

PATIENCE_S = 10.0  # a worker told to leave finishes the line it is speaking
LONGEST_REST_S = 30.0

log = logging.getLogger(__name__)


class WorkerKeeper:
    """Starts a worker, starts another when it dies, and lets it leave when the studio closes."""

    def __init__(self, settings: Settings) -> None:
        self._command = [sys.executable, "-m", "engine.worker", "--workspace", str(settings.workspace)]
        self._leaving = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the worker's input, which it takes as the sign to leave; end it when it does not."""
        self._leaving.set()
        process = self._process
        if process is None:
            return
        try:
            if process.stdin:
                process.stdin.close()
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
        except OSError:  # it has gone already
            pass
        self._thread.join(PATIENCE_S)

    def _keep(self) -> None:
        rest_s = 0.5
        while not self._leaving.is_set():
            started = time.monotonic()
            try:
                self._run_once()
            except OSError as error:
                log.error("the worker could not be started: %s", error)
            if self._leaving.is_set():
                return
            rest_s = 0.5 if time.monotonic() - started > 60 else min(LONGEST_REST_S, rest_s * 2)
            log.warning("the worker has ended; another one starts in %.1f s", rest_s)
            self._leaving.wait(rest_s)

    def _run_once(self) -> None:
        with subprocess.Popen(
            self._command,
            cwd=Path(engine.__file__).parents[1],  # where "-m engine.worker" is found
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            **_apart(),
        ) as process:
            self._process = process
            assert process.stderr is not None
            for line in process.stderr:
                log.info("worker: %s", line.rstrip())


def _apart() -> dict[str, Any]:
    """In a group of its own, so that Ctrl-C reaches the studio alone and the worker may finish its line."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
