"""The habits of the house, held by machine: shapes of files, who may do what, and what the checking tools say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([ROOT / "launch.py", *(p for room in ("engine", "studio") for p in (ROOT / room).rglob("*.py"))])
TESTS = sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")])
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
READS_THE_ENVIRONMENT = {"engine/settings.py", "launch.py", "studio/engine_setup.py"}  # the last hands it on to pip
# Gradio and onnxruntime look at the environment when they are loaded: what loads them sets it, and reads nothing there.
WRITES_THE_ENVIRONMENT = {"studio/offline.py", "engine/__init__.py"}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


# --- shapes ------------------------------------------------------------------------------------------------------


def test_no_file_is_two_things() -> None:
    long = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (*SOURCES, *TESTS)}
    assert {path: lines for path, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_two_things() -> None:
    long = [
        f"{place(path)}: {function.name} has {length(function)} lines"
        for path in (*SOURCES, *TESTS)
        for function in functions(parse(path))
        if length(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_file_names_say_what_is_inside() -> None:
    assert [place(path) for path in (*SOURCES, *TESTS) if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_every_file_says_at_its_top_what_it_is() -> None:
    assert [place(path) for path in SOURCES if path.stat().st_size and not ast.get_docstring(parse(path))] == []


def test_public_names_say_what_they_promise() -> None:
    """What is short says it by its name and types, and the one class of a file by the file's first line."""
    silent = []
    for path in SOURCES:
        tree = parse(path)
        alone = len([node for node in tree.body if isinstance(node, ast.ClassDef)]) == 1
        inside = {id(inner) for outer in functions(tree) for inner in ast.walk(outer) if inner is not outer}
        for node in ast.walk(tree):
            if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or id(node) in inside:
                continue
            said = length(node) <= 30 if not isinstance(node, ast.ClassDef) else alone or length(node) <= 12
            if not (said or node.name.startswith("_") or ast.get_docstring(node)):
                silent.append(f"{place(path)}:{node.lineno}: {node.name}")
    assert silent == []


# --- who may do what ---------------------------------------------------------------------------------------------


def test_only_the_settings_read_the_environment() -> None:
    readers = set()
    for path in SOURCES:
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}:
                readers.add(place(path))
    assert readers <= READS_THE_ENVIRONMENT | WRITES_THE_ENVIRONMENT


def test_what_writes_the_environment_does_not_read_it() -> None:
    for path in WRITES_THE_ENVIRONMENT:
        text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).exists() else ""
        assert not re.search(r"getenv|environ\.get|= os\.environ|\(os\.environ\[", text)


def test_the_engine_never_prints() -> None:
    calls = [
        f"{place(path)}:{node.lineno}"
        for path in SOURCES
        if place(path).startswith("engine/")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


def test_text_files_are_opened_with_their_encoding_named() -> None:
    """Windows would take another one."""
    careless = []
    for path in (*SOURCES, *TESTS):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                named = any(keyword.arg == "encoding" for keyword in node.keywords)
                if node.func.attr == "write_text" and not named and len(node.args) < 2:
                    careless.append(f"{place(path)}:{node.lineno}")
                if node.func.attr == "read_text" and not named and not node.args:
                    careless.append(f"{place(path)}:{node.lineno}")
    assert careless == []


def kept_texts() -> list[Path]:
    """Every text file that git keeps (or would)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this copy of the source is not a git checkout")
    names = [name for name in listed.stdout.decode("utf-8").split("\0") if name]
    kinds = {".py", ".md", ".toml", ".lock", ".txt", ".html", ".css", ".js", ".json", ".yml", ""}
    return [ROOT / name for name in names if Path(name).suffix in kinds and (ROOT / name).is_file()]


def test_nothing_speaks_of_the_machine_it_was_written_on() -> None:
    hosts = r"/work/(main|shared)|/tmp/w/|/root/\w|/home/(?!you\b)[a-z]\w*/|C:\\Users\\(?!you\b)\w+|/opt/(pypi|wheels)"
    told = []
    for path in kept_texts():
        if path != Path(__file__):
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if re.search(hosts, line):
                    told.append(f"{place(path)}:{number}: {line.strip()[:100]}")
    assert told == []


# --- the lock ----------------------------------------------------------------------------------------------------


def locked(name: str) -> dict[str, list[str]]:
    """The parts of a lock file: name -> its lines, each a version with marker and hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    parts: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            parts.setdefault(normal(re.split(r"[=\[ ;]", line)[0]), []).append(line)
    return parts


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_version(line: str) -> str:
    return line.split("==")[1].split()[0]


def requirements(extra: str = "") -> list[Requirement]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    listed = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return [Requirement(line) for line in listed]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_every_part_is_locked_to_a_version_and_its_hashes(name: str) -> None:
    for lines in locked(name).values():
        for line in lines:
            assert re.match(r"[\w.-]+==[\w.]+ ", line), line
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
            assert "://" not in line, line


@pytest.mark.parametrize(("name", "extra"), [("requirements.lock", ""), ("requirements-test.lock", "test")])
def test_the_lock_holds_what_the_package_asks_for(name: str, extra: str) -> None:
    parts = locked(name)
    for requirement in requirements(extra):
        if requirement.marker and not requirement.marker.evaluate(dict(default_environment())):
            continue
        lines = parts[normal(requirement.name)]
        assert any(requirement.specifier.contains(locked_version(line)) for line in lines), requirement


def test_the_tests_run_with_the_parts_that_people_run() -> None:
    base, tests = locked("requirements.lock"), locked("requirements-test.lock")
    assert {name: [locked_version(line) for line in lines] for name, lines in base.items()} == {
        name: [locked_version(line) for line in lines] for name, lines in tests.items() if name in base
    }


def test_the_base_install_has_no_torch() -> None:
    assert "torch" not in locked("requirements.lock")


# --- what the checking tools say ---------------------------------------------------------------------------------


def check_with(*command: str) -> None:
    """Fail with all that the tool said, when it is not content."""
    tool = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if tool.returncode:
        pytest.fail(f"{tool.stdout}\n{tool.stderr}", pytrace=False)


def test_ruff_is_content() -> None:
    check_with("-m", "ruff", "check", "--output-format", "concise", ".")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_types_hold() -> None:
    check_with("-m", "mypy")


def test_imports_go_one_way() -> None:
    check_with("-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())")


def test_there_is_a_changelog_and_a_licence() -> None:
    assert "## " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text(encoding="utf-8")
