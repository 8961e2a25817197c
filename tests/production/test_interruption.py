"""Nothing rendered is lost: a real render killed at twenty random moments ends as an undisturbed one."""

import random
import subprocess
import sys
import time
from pathlib import Path

from engine.production import Production
from engine.settings import Settings

KILLS = 20
NARRATE = (
    "import sys; from pathlib import Path;"
    "from engine.production import Production; from engine.settings import Settings;"
    "p = Production(Settings(Path(sys.argv[1]), threads=1)); p.narrate(p.books()[0].slug)"
)


def write_long_book(path: Path) -> None:
    rng = random.Random(7)
    people = ["The miller", "My aunt", "A tall stranger", "The youngest girl", "Nobody in the village", "Old Peter"]
    deeds = ["walked down to the river", "opened every window in the house", "forgot the name of the horse", "sang"]
    ends = ["before the rain began", "and came back with empty hands", "as if it were the first day of summer"]
    chapters = []
    for number in range(1, 5):
        lines = [f"{rng.choice(people)} {rng.choice(deeds)} {rng.choice(ends)}, {n} times." for n in range(2, 60)]
        chapters.append(f"CHAPTER {number}\n\n" + "\n\n".join(lines))
    path.write_text("\n\n\n".join(chapters), encoding="utf-8")


def read_takes(settings: Settings, slug: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((settings.books / slug / "takes").glob("*.flac"))}


def test_a_render_killed_at_twenty_moments_ends_as_an_undisturbed_one(tmp_path):
    manuscript = tmp_path / "long.txt"
    write_long_book(manuscript)
    calm = Production(Settings(tmp_path / "calm"))
    calm_slug = calm.import_book(manuscript).slug
    calm.narrate(calm_slug)

    settings = Settings(tmp_path / "disturbed")
    production = Production(settings)
    slug = production.import_book(manuscript).slug
    takes = settings.books / slug / "takes"
    finished: dict[str, int] = {}
    rng = random.Random(20)
    root = Path(__file__).resolve().parents[2]
    for _ in range(KILLS):
        before = len(list(takes.iterdir()))
        process = subprocess.Popen([sys.executable, "-c", NARRATE, str(settings.workspace)], cwd=root)
        until = time.monotonic() + 60
        while process.poll() is None and len(list(takes.iterdir())) == before and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(rng.uniform(0.0, 0.15))
        process.kill()
        process.wait()
        for path in takes.glob("*.flac"):
            written = path.stat().st_mtime_ns
            assert finished.setdefault(path.name, written) == written, "a finished take was rendered again"
    assert len(finished) >= KILLS // 2, "the render was killed before it got anywhere"

    production.narrate(slug)
    for path in takes.glob("*.flac"):
        assert finished.setdefault(path.name, path.stat().st_mtime_ns) == path.stat().st_mtime_ns
    assert read_takes(settings, slug) == read_takes(calm.settings, calm_slug)
    ours, theirs = (
        [one.chapter_audio(name, chapter.id).measures for chapter in one.chapters(name) if chapter.lines]
        for one, name in ((production, slug), (calm, calm_slug))
    )
    assert ours == theirs


def test_two_processes_that_narrate_one_book_take_turns(tmp_path):
    manuscript = tmp_path / "short.txt"
    manuscript.write_text("CHAPTER I\n\n" + "\n\n".join(f"It struck {n} again." for n in range(40)), encoding="utf-8")
    settings = Settings(tmp_path / "workspace")
    production = Production(settings)
    slug = production.import_book(manuscript).slug
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", NARRATE, str(settings.workspace)]
    both = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=240)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert all(chapter.audio for chapter in production.chapters(slug) if chapter.lines)
