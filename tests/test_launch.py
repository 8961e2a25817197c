"""launch.py, run for real: in a copy of its own with a small studio, parts made on the spot, and no network."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

LAUNCH = Path(__file__).resolve().parents[1] / "launch.py"
STUDIO = """
import json, os, sys
import voxpart
print(json.dumps({"arguments": sys.argv[1:], "folder": os.getcwd(), "part": voxpart.VERSION}, ensure_ascii=False))
sys.exit(7 if "fail" in sys.argv else 0)
"""
CLI = """
import sys
def read_arguments(arguments):
    if "--wrong" in arguments:
        sys.exit(2)
"""


class House:
    """A copy of launch.py with a studio that needs one part, voxpart, which lies ready in a folder of wheels."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.wheels = root.parent / "wheels"
        (root / "studio").mkdir(parents=True)
        self.wheels.mkdir(exist_ok=True)
        shutil.copy(LAUNCH, root)
        (root / "studio" / "__init__.py").write_text("", encoding="utf-8")
        (root / "studio" / "__main__.py").write_text(STUDIO, encoding="utf-8")
        (root / "studio" / "cli.py").write_text(CLI, encoding="utf-8")
        self.lock("1.0")

    def lock(self, version: str) -> None:
        """Make the part in this version, and a lock file that names it."""
        wheel = make_wheel(self.wheels, version)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock = f"voxpart=={version} \\\n    --hash=sha256:{digest}\n"
        (self.root / "requirements.lock").write_text(lock, encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "launch.py"), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.wheels.as_uri(), "PIP_CONFIG_FILE": os.devnull}
        return {**kept, **offline, "PYTHONIOENCODING": "utf-8", **more}

    def start(self, *arguments: str, folder: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=folder or self.root,
            env=self.environment(**more),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    @property
    def packages(self) -> Path:
        venv = self.root / ".venv"
        return next(iter([*venv.glob("lib/python*/site-packages"), *venv.glob("Lib/site-packages")]))


def make_wheel(folder: Path, version: str) -> Path:
    path = folder / f"voxpart-{version}-py3-none-any.whl"
    info = f"voxpart-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: voxpart\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("voxpart.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", f"voxpart.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "a house with späces 本")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house that has been started once; tests that use it leave it working."""
    house = House(tmp_path_factory.mktemp("built") / "house")
    assert house.start().returncode == 0
    return house


@pytest.fixture
def launch(tmp_path: Path) -> ModuleType:
    """launch.py as a module, its folder a temporary one."""
    copy = tmp_path / "launch.py"
    shutil.copy(LAUNCH, copy)
    specification = importlib.util.spec_from_file_location("launch_under_test", copy)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


# --- the file itself ---------------------------------------------------------------------------------------------


def test_an_old_python_can_read_the_file_far_enough_to_say_so() -> None:
    ast.parse(LAUNCH.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_only_the_standard_library_is_loaded_to_set_up() -> None:
    tree = ast.parse(LAUNCH.read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


# --- the first start and the ones after --------------------------------------------------------------------------


def test_the_first_start_installs_and_runs_the_command_where_the_person_is(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "someone's folder"
    folder.mkdir()
    answer = house.start("narrate", "böok.epub", folder=folder)
    assert answer.returncode == 0, answer.stderr
    assert f'"folder": "{folder.name}"' in answer.stdout.replace(str(folder.parent) + os.sep, "")
    assert '["narrate", "böok.epub"]' in answer.stdout
    assert "Downloading and installing 1 parts" in answer.stderr
    assert "Collecting" not in answer.stderr  # pip's own words stay in the log


def test_the_next_start_says_nothing_and_is_quick(built: House) -> None:
    began = time.monotonic()
    answer = built.start("voices")
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert time.monotonic() - began < 3.0


def test_the_exit_status_of_the_command_comes_through(built: House) -> None:
    assert built.start("fail").returncode == 7


def test_a_wrong_option_is_answered_before_anything_is_installed(house: House) -> None:
    assert house.start("--wrong").returncode == 2
    assert not (house.root / ".venv").exists()


def test_a_file_named_like_the_studio_in_the_persons_folder_is_not_run(built: House, tmp_path: Path) -> None:
    (tmp_path / "studio.py").write_text("raise SystemExit('the wrong studio')", encoding="utf-8")
    (tmp_path / "voxpart.py").write_text("raise SystemExit('the wrong part')", encoding="utf-8")
    assert built.start(folder=tmp_path).returncode == 0


def test_another_pythons_settings_do_not_leak_in(built: House, tmp_path: Path) -> None:
    (tmp_path / "voxpart.py").write_text("VERSION = 'stray'", encoding="utf-8")
    assert '"part": "1.0"' in built.start(PYTHONPATH=str(tmp_path), PIP_USER="1").stdout


def test_a_changed_lock_is_installed_at_the_next_start(built: House) -> None:
    built.lock("2.0")
    assert '"part": "2.0"' in built.start().stdout
    built.lock("1.0")
    assert '"part": "1.0"' in built.start().stdout


# --- interruptions -----------------------------------------------------------------------------------------------


def test_an_install_cut_off_half_way_is_made_good(built: House) -> None:
    (built.root / ".venv" / "requirements.lock.installed").unlink()
    (built.packages / "voxpart.py").unlink()
    (next(built.packages.glob("voxpart-*.dist-info")) / "RECORD").unlink()
    answer = built.start()
    assert answer.returncode == 0, answer.stderr
    assert '"part": "1.0"' in answer.stdout


def test_a_broken_venv_is_made_again(house: House) -> None:
    (house.root / ".venv" / "bin").mkdir(parents=True)
    (house.root / ".venv" / "bin" / "python").write_text("not a program", encoding="utf-8")
    answer = house.start()
    assert answer.returncode == 0, answer.stderr


def test_two_launches_at_once_install_once(house: House) -> None:
    both = [
        subprocess.Popen(
            house.command(), env=house.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        for _ in range(2)
    ]
    answers = [launch.communicate(timeout=120) for launch in both]
    assert [launch.returncode for launch in both] == [0, 0], answers
    told = [errors for _, errors in answers]
    assert sum("Downloading and installing" in errors for errors in told) == 1
    assert sum("waiting for it" in errors for errors in told) == 1


class SlowIndex(ThreadingHTTPServer):
    """A package index whose wheel takes for ever until it is let go."""

    def __init__(self, wheels: Path) -> None:
        self.wheels, self.asked, self.let_go = wheels, threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", 0), SlowAnswer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/simple/"


class SlowAnswer(BaseHTTPRequestHandler):
    server: SlowIndex

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        if not name:
            names = [wheel.name for wheel in self.server.wheels.iterdir()]
            self.send("text/html", "".join(f'<a href="/files/{name}">{name}</a>' for name in names).encode())
            return
        self.server.asked.set()
        self.server.let_go.wait(60)
        self.send("application/octet-stream", (self.server.wheels / name).read_bytes())

    def send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slow_index(house: House) -> Iterator[SlowIndex]:
    with SlowIndex(house.wheels) as index:
        yield index
        index.let_go.set()
        index.shutdown()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_launch_killed_while_it_downloads_goes_on_at_the_next_start(house: House, slow_index: SlowIndex) -> None:
    environment = house.environment(PIP_INDEX_URL=slow_index.address)
    del environment["PIP_NO_INDEX"], environment["PIP_FIND_LINKS"]
    first = subprocess.Popen(house.command(), env=environment, stderr=subprocess.DEVNULL)
    assert slow_index.asked.wait(60)
    first.kill()
    assert first.wait() < 0
    threading.Timer(1.0, slow_index.let_go.set).start()
    second = subprocess.run(house.command(), env=environment, capture_output=True, encoding="utf-8", check=False)
    assert second.returncode == 0, second.stderr
    assert "waiting for it" in second.stderr  # the pip of the killed launch is not raced


# --- troubles ----------------------------------------------------------------------------------------------------


def one_sentence_of(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    return answer.stderr.strip().splitlines()[-1]


def test_no_network_is_said_in_a_sentence(house: House) -> None:
    answer = house.start(PIP_NO_INDEX="0", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_FIND_LINKS="")
    assert "Check the network" in one_sentence_of(answer)


def test_a_part_with_another_hash_is_not_installed(house: House) -> None:
    lock = house.root / "requirements.lock"
    lock.write_text(re.sub(r"sha256:\w{8}", "sha256:00000000", lock.read_text(encoding="utf-8")), encoding="utf-8")
    answer = house.start()
    assert "not the one Voxfolio was tested with" in one_sentence_of(answer)
    assert not list(house.packages.glob("voxpart*"))


def test_a_part_without_a_wheel_for_this_computer_names_what_is_supported(house: House) -> None:
    (wheel,) = house.wheels.iterdir()
    wheel.rename(wheel.with_name("voxpart-1.0-cp311-cp311-plan9_mips.whl"))
    sentence = one_sentence_of(house.start())
    assert "no ready-made voxpart" in sentence
    assert "Windows 10" in sentence
    assert "macOS 14" in sentence


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a person whom permissions bind")
def test_a_folder_that_may_not_be_written_is_named(house: House) -> None:
    house.root.chmod(0o555)
    try:
        assert "may not write in its own folder" in one_sentence_of(house.start())
    finally:
        house.root.chmod(0o755)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_these_pythons_will_do(launch: ModuleType, version: tuple[int, int]) -> None:
    assert launch.python_trouble(version, True) == ""


@pytest.mark.parametrize(
    ("version", "is_64_bit", "words"),
    [((3, 8), True, "needs 3.11 or newer"), ((3, 15), True, "do not support yet"), ((3, 12), False, "32-bit")],
)
def test_an_unfitting_python_is_told_what_to_do(
    launch: ModuleType, version: tuple[int, int], is_64_bit: bool, words: str
) -> None:
    sentence = launch.python_trouble(version, is_64_bit)
    assert words in sentence
    assert "Install" in sentence


def test_the_python_limits_are_the_same_in_the_package(launch: ModuleType, project: Path) -> None:
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    ((oldest, beyond),) = re.findall(r'requires-python = ">=(3\.\d+),<(3\.\d+)"', text)
    assert oldest == "{}.{}".format(*launch.OLDEST)
    assert beyond == f"3.{launch.NEWEST[1] + 1}"


def test_too_little_disk_is_said_before_anything_is_made(launch: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 500_000_000})
    monkeypatch.setattr(launch.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(launch.Trouble, match=r"needs 2\.0 GB of free disk, and there are 0\.5 GB"):
        launch.check_disk(2_000_000_000)


def test_a_python_without_venv_is_told_the_package_to_install(
    launch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(launch.Trouble, match="sudo apt install python3-venv"):
        launch.make_venv()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk became full"),
        ("WARNING: Retrying ... NewConnectionError('<...>: [Errno 11001] getaddrinfo failed')", "Check the network"),
        ("ERROR: something nobody foresaw", "something nobody foresaw"),
    ],
)
def test_what_pip_says_becomes_a_sentence(launch: ModuleType, output: str, words: str) -> None:
    assert words in launch.explain_pip(output)
