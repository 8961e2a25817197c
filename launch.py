"""Starts Voxfolio with nothing but Python: `python3 launch.py` opens the studio, `python3 launch.py narrate ...` (say,
projects, voices) runs a command, `python3 launch.py test` runs the checks.

The first start makes a folder .venv beside this file and installs into it what requirements.lock names, each part
checked against its hash; later starts only compare a stamp. It uses the standard library alone and has to parse on
Python 3.8, so that an old Python gets a sentence and not a syntax error.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import IO, Callable, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = VENV / "setup.log"
TURN = VENV / "setup.turn"  # held by the one launch that is installing
OLDEST, NEWEST = (3, 11), (3, 14)
RUNS_ON = (
    "Voxfolio's parts come ready-made for 64-bit Windows 10 and later on Intel or AMD, macOS 14 and later, and Linux "
    "with glibc 2.28 or later on x86-64 or ARM64 (Debian 10, Ubuntu 20.04, Fedora 29 and later), with Python 3.11 to "
    "3.14 (3.13 on Intel Macs)."
)
HTTP_TRIES = "3"


class Trouble(Exception):
    """Why Voxfolio cannot start, and what to do, in sentences for a person."""


class PartList:
    """A lock file, and the stamp that says its parts are all in .venv."""

    def __init__(self, name: str, needed_bytes: int, download_mb: int) -> None:
        self.lock = ROOT / name
        self.stamp = VENV / (name + ".installed")
        self.needed_bytes = needed_bytes
        self.download_mb = download_mb

    def signature(self) -> str:
        """Changes with the lock and with the Python it is installed for."""
        python = "{}.{}-{}-{}".format(*sys.version_info[:2], sys.platform, platform.machine())
        return hashlib.sha256(self.lock.read_bytes() + python.encode()).hexdigest()

    def installed(self) -> bool:
        try:
            return self.stamp.read_text(encoding="utf-8") == self.signature() and PYTHON.exists()
        except FileNotFoundError:
            return False

    def count(self) -> int:
        return len(re.findall(r"^[\w.-]+==", self.lock.read_text(encoding="utf-8"), re.MULTILINE))


STUDIO_PARTS = PartList("requirements.lock", 2_000_000_000, 260)
TEST_PARTS = PartList("requirements-test.lock", 1_200_000_000, 260)


def main(arguments: list[str]) -> int:
    try:
        use_a_fitting_python(arguments)
        sys.path.insert(0, str(ROOT))
        if arguments[:1] == ["test"]:
            prepare(STUDIO_PARTS)
            prepare(TEST_PARTS)
            return run_checks(arguments[1:])
        answer_without_setup(arguments)
        prepare(STUDIO_PARTS)
        return run_studio(arguments)
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except KeyboardInterrupt:
        say("Stopped. Run the same command again to go on.")
        return 130


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# --- which Python ------------------------------------------------------------------------------------------------


def use_a_fitting_python(arguments: list[str]) -> None:
    """Return when this Python will do; else start again with one that will, if the machine has one."""
    trouble = python_trouble(sys.version_info[:2], sys.maxsize > 2**32)
    if not trouble:
        return
    other = find_a_fitting_python()
    if not other:
        raise Trouble(trouble)
    say("This is Python {}.{}; using {} instead.".format(*sys.version_info[:2], other))
    become([other, str(ROOT / "launch.py"), *arguments], dict(os.environ))


def python_trouble(version: tuple[int, int], is_64_bit: bool) -> str:
    """What is wrong with this Python, or "" when nothing is."""
    if version < OLDEST:
        return (
            "This is Python {}.{}, and Voxfolio needs 3.11 or newer. Install Python 3.13 from python.org (or your "
            "system's packages) and start Voxfolio again with it: python3.13 launch.py"
        ).format(*version)
    if version > NEWEST:
        return (
            "This is Python {}.{}, which some of Voxfolio's parts do not support yet. Install Python 3.13 from "
            "python.org beside it and start Voxfolio again with it: python3.13 launch.py"
        ).format(*version)
    if not is_64_bit:
        return "This is a 32-bit Python, and Voxfolio needs a 64-bit one. Install it from python.org and start again."
    return ""


def find_a_fitting_python() -> str | None:
    """The path of another Python on this machine that can run Voxfolio."""
    question = "import sys; print(sys.executable) if sys.maxsize > 2**32 else sys.exit(1)"
    for minor in (13, 12, 11, 14):
        for command in [f"python3.{minor}"], ["py", f"-3.{minor}"]:
            if shutil.which(command[0]):  # and yet it may not run: version managers leave stand-ins on the path
                answer = subprocess.run([*command, "-c", question], stdout=PIPE, stderr=DEVNULL, check=False)
                if answer.returncode == 0:
                    return answer.stdout.decode(errors="replace").strip()
    return None


# --- setting up --------------------------------------------------------------------------------------------------


def prepare(parts: PartList) -> None:
    """Make sure that the parts are installed. Costs a few milliseconds when they are. Raises Trouble."""
    if parts.installed():
        return
    try:
        VENV.mkdir(exist_ok=True)
        turn = TURN.open("a+b")
    except OSError as error:
        raise Trouble(folder_trouble(error)) from error
    with turn:
        wait_for_turn(turn)
        if parts.installed():  # the launch we waited for did it
            return
        check_disk(parts.needed_bytes)
        try:
            began = time.monotonic()
            make_venv()
            parts.stamp.unlink(missing_ok=True)  # from here until it is written again, nothing is promised
            install(parts, turn)
            parts.stamp.write_text(parts.signature(), encoding="utf-8")
        except OSError as error:
            raise Trouble(folder_trouble(error)) from error
        say(f"Ready after {time.monotonic() - began:.0f} s.")


def folder_trouble(error: OSError) -> str:
    if isinstance(error, PermissionError) or error.errno == 30:  # 30: a read-only file system
        return (
            f"Voxfolio may not write in its own folder, {ROOT}, where it keeps its parts. Copy the folder to a place "
            "that is yours, such as your home folder, and start it there."
        )
    return f"Setting up in {ROOT} failed: {error.strerror or error}."


def wait_for_turn(turn: IO[bytes]) -> None:
    """Return when no other launch is installing; the turn ends when the file is closed or the process ends."""
    told = False
    while not try_to_lock(turn):
        if not told:
            say("Another start of Voxfolio is setting up here; waiting for it.")
        told = True
        time.sleep(0.5)


def try_to_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def check_disk(needed_bytes: int) -> None:
    free = shutil.disk_usage(str(ROOT)).free
    if free < needed_bytes:
        raise Trouble(
            f"Setting up needs {needed_bytes / 1e9:.1f} GB of free disk, and there are {free / 1e9:.1f} GB where "
            f"Voxfolio lies ({ROOT}). Make room and start again."
        )


def make_venv() -> None:
    """A working, isolated Python of this version in .venv; what is there already is kept when it is one."""
    question = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    wanted = "{}.{}".format(*sys.version_info[:2])
    if PYTHON.exists() and ask_venv(question) == wanted:
        remove_half_installed()
        return
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Trouble(
            "This Python cannot make its own folder for Voxfolio's parts: its venv module is missing. On Debian and "
            "Ubuntu: sudo apt install python3-venv. Then start again."
        )
    say(f"Making a place for Voxfolio's parts in {VENV}")
    for old in VENV.iterdir():
        if old != TURN:
            shutil.rmtree(str(old)) if old.is_dir() and not old.is_symlink() else old.unlink()
    with LOG.open("wb") as log:
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdout=log, stderr=log, check=False)
    if made.returncode:
        raise Trouble(
            "Python could not make its own folder for Voxfolio's parts. On Debian and Ubuntu this may help: sudo apt "
            f"install python3-venv. What it said is in {LOG}"
        )


def ask_venv(code: str) -> str:
    """What the venv's Python prints; "" when it does not work."""
    try:
        answer = subprocess.run([str(PYTHON), "-c", code], stdout=PIPE, stderr=DEVNULL, env=clean_environment())
    except OSError:
        return ""
    return answer.stdout.decode(errors="replace").strip()


def remove_half_installed() -> None:
    """Forget parts whose install was cut off. pip writes RECORD last, and takes a part without one for installed."""
    for place in (*VENV.glob("lib/python*/site-packages"), *VENV.glob("Lib/site-packages")):
        for part in (*place.glob("*.dist-info"), *place.glob("~*")):
            if part.name.startswith("~") or not (part / "RECORD").exists():
                shutil.rmtree(str(part), ignore_errors=True)


def install(parts: PartList, turn: IO[bytes]) -> None:
    """Run pip, showing how far it is; its own words go to the log. Raises Trouble.

    pip is given the turn to hold as well: when this launch is killed and pip lives on, the next launch waits for it.
    """
    size = f"{parts.count()} parts, about {parts.download_mb} MB"
    say(f"Downloading and installing {size}; this happens once and takes a few minutes.")
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", str(parts.lock)]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", HTTP_TRIES]
    with LOG.open("w", encoding="utf-8") as log:
        pip = subprocess.Popen(
            command,
            stdout=PIPE,
            stderr=STDOUT,
            stdin=DEVNULL,
            cwd=str(ROOT),
            env=clean_environment(),
            encoding="utf-8",
            errors="replace",
            pass_fds=[turn.fileno()] if os.name != "nt" else [],
        )
        try:
            show = progress_shower(parts.count())
            for line in pip.stdout or ():
                log.write(line)
                log.flush()
                show(line)
            status = pip.wait()
        except BaseException:
            pip.terminate()
            pip.wait()
            raise
    if status:
        raise Trouble(explain_pip(LOG.read_text(encoding="utf-8")))


def progress_shower(total: int) -> Callable[[str], None]:
    """A function that is given pip's lines and says how far it is: on a terminal in one line, rewritten."""
    seen = [0]
    rewrite = sys.stderr.isatty()

    def show(line: str) -> None:
        part = re.match(r"Collecting ([\w.-]+)|Processing .*?([\w.]+)-[^-/\\]+-[^/\\]*\.whl", line)
        if part:
            seen[0] += 1
            words = f"  fetching {seen[0]} of {total}: {part.group(1) or part.group(2)}"
            if rewrite:
                print("\r" + words.ljust(70), end="", file=sys.stderr, flush=True)
            elif seen[0] % 25 == 0:
                say(words)
        elif line.startswith("Installing collected"):
            say(("\r" if rewrite else "") + "  unpacking, about a minute".ljust(70 if rewrite else 0))

    return show


def explain_pip(output: str) -> str:
    """A sentence for a person from what pip said when it failed."""
    if re.search(r"No space left|Errno 28|not enough space", output):
        return "The disk became full while setting up. Make room (about 2 GB) and start again; it goes on from there."
    if re.search(r"HASHES|do not match the hash", output):
        return (
            "A part that was downloaded is not the one Voxfolio was tested with, so it was not installed. Start again; "
            f"if this stays, something between you and the package index changes files. Details: {LOG}"
        )
    if re.search(
        r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|name resolution|getaddrinfo|"
        r"Connection (refused|reset|broken|aborted)|Network is unreachable|timed out",
        output,
    ):
        return (
            "The parts could not be downloaded: the package index was not reached. Check the network (or proxy) and "
            f"start again; what is already here is kept. Details: {LOG}"
        )
    missing = re.search(r"No matching distribution found for ([\w.-]+)", output)
    if missing:
        computer = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        return f"There is no ready-made {missing.group(1)} for this computer ({computer}). {RUNS_ON}"
    last = "\n".join("  " + line for line in output.strip().splitlines()[-12:])
    return f"Installing failed. The last it said:\n{last}\nAll of it is in {LOG}"


# --- running -----------------------------------------------------------------------------------------------------


def answer_without_setup(arguments: list[str]) -> None:
    """Let a wrong option or --help be answered now, not after minutes of installing. May raise SystemExit."""
    from studio.cli import read_arguments  # the standard library is all it needs to load

    read_arguments(arguments)


def run_studio(arguments: list[str]) -> int:
    return become([str(PYTHON), "-m", "studio", *arguments], studio_environment())


def run_checks(arguments: list[str]) -> int:
    """Everything in tests/: they include ruff, mypy and import-linter, so that one summary at the end tells all.

    Without further words, files are shared out over the processors; four at most, since some load models.
    """
    arguments = arguments or ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    return subprocess.call([str(PYTHON), "-m", "pytest", *arguments], cwd=str(ROOT), env=studio_environment())


def clean_environment() -> dict[str, str]:
    """The person's environment without what would make another Python's parts, or another place, come in."""
    environment = dict(os.environ, PYTHONNOUSERSITE="1", PIP_REQUIRE_VIRTUALENV="0")
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_NO_BINARY"):
        environment.pop(name, None)
    return environment


def studio_environment() -> dict[str, str]:
    """Voxfolio is found by its folder, never in the folder the person happens to be in; text is UTF-8 everywhere."""
    return dict(clean_environment(), PYTHONPATH=str(ROOT), PYTHONSAFEPATH="1", PYTHONUTF8="1")


def become(command: list[str], environment: dict[str, str]) -> NoReturn:
    """Go on as this command; the caller's folder, input, output and exit status are its own."""
    if os.name != "nt":
        os.execve(command[0], command, environment)
    child = subprocess.Popen(command, env=environment)
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:  # Ctrl-C reaches the child too: let it finish what it has to say
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
