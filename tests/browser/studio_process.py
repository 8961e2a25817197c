"""The studio as a person starts it: a process of its own, with an empty workspace and a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
OPENS_WITHIN_S = 120.0  # a busy machine with two cores needs a good part of it
CLOSES_WITHIN_S = 40.0
POLL_S = 0.1
CORES = (
    2  # what Voxfolio is made for; with more, the sample book is narrated before anyone can look at the middle of it
)


class StudioProcess:
    """Use as a context manager; inside, the studio answers at ``address``."""

    def __init__(self, workspace: Path, environment: Mapping[str, str] | None = None) -> None:
        self.workspace = workspace
        self.output = workspace.parent / f"{workspace.name}-output.txt"
        self._environment = {**os.environ, **(environment or {})}
        self._port = find_free_port()
        self.address = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> StudioProcess:
        command = [sys.executable, "-m", "studio", "--workspace", str(self.workspace), "--port", str(self._port)]
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {}
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--no-browser"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **apart,
            )
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self._process.pid, sorted(os.sched_getaffinity(0))[:CORES])
        try:
            self._wait_until_open()
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ctrl-C, as a person closes it."""
        self._process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
        try:
            self._process.wait(CLOSES_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    def read_output(self) -> str:
        """All that the studio printed so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def find_takes(self) -> dict[Path, int]:
        """The takes in the workspace, each with the time of its last change."""
        return {path: path.stat().st_mtime_ns for path in self.workspace.glob("books/*/takes/**/*.flac")}

    def _wait_until_open(self) -> None:
        given_up_at = time.monotonic() + OPENS_WITHIN_S
        while time.monotonic() < given_up_at:
            if self._process.poll() is not None:
                raise RuntimeError(f"The studio ended by itself and said: {self.read_output()}")
            try:
                with urllib.request.urlopen(self.address, timeout=10):
                    return
            except (urllib.error.URLError, TimeoutError):
                time.sleep(POLL_S)
        raise RuntimeError(f"The studio did not open within {OPENS_WITHIN_S:.0f} s and said: {self.read_output()}")


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
