"""`voxfolio voices`, asked as a person types it."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import ConsentRefused, EditRefused, NotFound
from engine.production import Production
from engine.settings import Settings
from studio.voices_command import add_voices_options, run_voices
from tests.voices.people import make_terms, pass_all, record_sample

Told = tuple[dict[str, object], str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A studio with one voice that may be used and one that may not."""
    settings = Settings((tmp_path / "studio").absolute())
    with closing(Production(settings)) as production:
        desk = production.voice_desk
        name = desk.begin("Anna Lind")
        folder = desk.voice(name).row.folder
        samples = [record_sample(folder), record_sample(folder, text="She counted the baskets twice and went home.")]
        desk._voices.keep_samples(name, samples)
        desk.consents.grant(pass_all(desk.consents.issue(name, make_terms(), {}), samples))
        desk._voices.change(name, state="ready")
        desk.begin("Peter Hall")
    (tmp_path / "secret.txt").write_text("seven grey geese\n", encoding="utf-8")
    return settings


def ask(settings: Settings, capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    parser = argparse.ArgumentParser()
    add_voices_options(parser)
    run_voices(parser.parse_args([str(word) for word in words]), settings)
    return capsys.readouterr().out


def test_voices_are_listed_with_those_that_wait(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(ask(settings, capsys, "--json"))
    assert "anna-lind" in [voice["name"] for voice in told["voices"]]
    assert told["not_ready"] == [{"name": "peter-hall", "person": "Peter Hall", "state": "recording"}]
    listed = ask(settings, capsys, "list")
    assert "hazel" in listed and "not to be used" in listed


def test_a_voice_goes_to_another_studio(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, secret = tmp_path / "anna.voxvoice", tmp_path / "secret.txt"
    ask(settings, capsys, "export", "anna-lind", "-o", path, "--passphrase-file", secret)
    other = Settings((tmp_path / "other").absolute())
    assert "Anna Lind's voice" in ask(other, capsys, "import", path, "--passphrase-file", secret)
    assert "anna-lind" in ask(other, capsys, "list")
    secret.write_text("six grey geese", encoding="utf-8")
    with pytest.raises(ConsentRefused, match="does not open"):
        ask(Settings((tmp_path / "third").absolute()), capsys, "import", path, "--passphrase-file", secret)


def test_nothing_is_written_over_and_no_passphrase_is_guessed(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there.voxvoice").write_bytes(b"mine")
    with pytest.raises(EditRefused, match="is there already"):
        ask(settings, capsys, "export", "anna-lind", "-o", tmp_path / "there.voxvoice")
    with pytest.raises(NotFound):
        ask(settings, capsys, "export", "nobody", "-o", tmp_path / "a.voxvoice")
    with pytest.raises(EditRefused, match="passphrase"):
        ask(
            settings, capsys, "export", "anna-lind", "-o", tmp_path / "a.voxvoice", "--passphrase-file", tmp_path / "no"
        )
    assert (tmp_path / "there.voxvoice").read_bytes() == b"mine" and not (tmp_path / "a.voxvoice").exists()
