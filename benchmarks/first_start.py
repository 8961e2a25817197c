"""How long the first start takes on a machine with nothing but Python, and how long the ones after it.

    python3 benchmarks/first_start.py

Copies the committed source to a temporary folder, starts it there with pip's cache off, then starts it again, and then
times the studio until its page answers. What is told depends on the network; the size of the download is told too.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.machine import describe_machine  # noqa: E402

LATER_STARTS = 5
PATIENCE_S = 60


def main() -> None:
    print(describe_machine())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder, workspace = Path(temporary) / "a fresh copy", Path(temporary) / "workspace"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        launch = [sys.executable, str(folder / "launch.py")]
        voices = [*launch, "voices", "--workspace", str(workspace)]
        first_s = time_command(voices, PIP_NO_CACHE_DIR="1")
        print(f"first start, until the first command has answered: {first_s:.0f} s (target: under 240 s)")
        installed = sum(path.stat().st_size for path in (folder / ".venv").rglob("*") if path.is_file())
        print(f"installed: {installed / 1e6:.0f} MB")
        overhead = [time_command([*launch, "--version"]) for _ in range(LATER_STARTS)]
        print(f"launch.py --version: {statistics.median(overhead) * 1000:.0f} ms")
        again = [time_command(voices) for _ in range(LATER_STARTS)]
        print(f"later starts, a command (voices): {statistics.median(again):.1f} s")
        pages = [time_studio(launch, workspace) for _ in range(LATER_STARTS)]
        print(f"later starts, until the page answers: {statistics.median(pages):.1f} s (target: under 6 s)")


def time_command(command: list[str], **environment: str) -> float:
    """Seconds until the command has ended, which it must with status 0."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})
    return time.monotonic() - began


def time_studio(launch: list[str], workspace: Path) -> float:
    """Seconds from the start until the studio's page is there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*launch, "--no-browser", "--port", str(port), "--workspace", str(workspace)]
    began = time.monotonic()
    studio = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - began < PATIENCE_S:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_S) as answer:
                    answer.read()
                    return time.monotonic() - began
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise SystemExit("The studio's page did not answer.")
    finally:
        studio.terminate()
        studio.wait()


if __name__ == "__main__":
    main()
