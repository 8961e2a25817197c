"""Makes the lock files from pyproject.toml, for all systems and Pythons at once, with hashes. Needs uv.

    python make_locks.py [--upgrade]

The locks of the extras hold only what the studio's own has not, without PyTorch and what it brings: no one build of
it fits all machines (studio/engine_setup.py installs it).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
STUDIO = "requirements.lock"
EXTRAS = ("xtts", "pocket", "kokoro", "original")
COMPILE = (
    "uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q"
)
# docopt is for num2words' own command alone, and comes only as source.
LEFT_OUT = re.compile(r"(torch|triton|docopt|nvidia-[\w-]+|cuda-[\w-]+)==")


def make_lock(name: str, *options: str) -> None:
    """Compile one lock file beside this one."""
    subprocess.run([*COMPILE.split(), *options, "-o", name], cwd=ROOT, check=True)


def read_parts(name: str) -> list[str]:
    """The parts of a lock, each with its hashes."""
    return re.findall(r"^[\w.-]+==.*\n(?:[ \t]+--hash.*\n)*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)


def main() -> None:
    upgrade = [option for option in sys.argv[1:] if option == "--upgrade"]
    make_lock(STUDIO, *upgrade)
    make_lock("requirements-test.lock", "--extra", "test", "-c", STUDIO, *upgrade)
    studio = set(read_parts(STUDIO))
    for extra in EXTRAS:
        name = f"requirements-{extra}.lock"
        (ROOT / name).unlink(missing_ok=True)
        make_lock(name, "--extra", extra, "-c", STUDIO)
        own = [part for part in read_parts(name) if part not in studio and not LEFT_OUT.match(part)]
        (ROOT / name).write_text("".join(own), encoding="utf-8")


if __name__ == "__main__":
    main()
