"""Checkpoints: read once, kept beside, and refused when they are not what they say."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.errors import ModelError
from engine.narration.xtts.checkpoint import KEPT, open_checkpoint, read_weights, tidy_weights
from engine.narration.xtts.model import build_model
from engine.narration.xtts_synthesizer import load_xtts, read_card

CPU = torch.device("cpu")


@pytest.fixture
def mine(folder: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint to be changed."""
    copy = tmp_path / "model"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("voxfolio.*"))
    return copy


def load(folder: Path) -> object:
    checkpoint = open_checkpoint(folder)
    return build_model(checkpoint.config.sizes, read_weights(checkpoint), CPU, torch.float32, torch.float32)


def change_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        (told["model_args"] if name in told["model_args"] else told)[name] = value
    path.write_text(json.dumps(told), encoding="utf-8")


# --- what is good -------------------------------------------------------------------------------------------------


def test_the_file_as_it_came_is_never_changed(mine):
    before = (mine / "model.pth").read_bytes()
    load(mine)
    assert (mine / "model.pth").read_bytes() == before


def test_a_pickle_is_read_once_and_then_the_kept_weights(mine):
    first = read_weights(open_checkpoint(mine))
    assert (mine / KEPT).is_file()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "load", None)
        second = read_weights(open_checkpoint(mine))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_kept_weights_of_another_model_are_not_used(mine, folder, tmp_path):
    read_weights(open_checkpoint(mine))
    weights = torch.load(mine / "model.pth", weights_only=True)
    weights["model"]["mel_stats"] += 1.0
    torch.save(weights, mine / "model.pth")
    assert torch.equal(read_weights(open_checkpoint(mine))["mel_stats"], weights["model"]["mel_stats"])


def test_kept_weights_cut_short_are_made_again(mine):
    whole = read_weights(open_checkpoint(mine))
    (mine / KEPT).write_bytes((mine / KEPT).read_bytes()[:1000])
    assert read_weights(open_checkpoint(mine)).keys() == whole.keys()


def test_weights_in_safetensors_are_read_as_they_are(mine):
    weights = torch.load(mine / "model.pth", weights_only=True)["model"]
    (mine / "model.pth").unlink()
    save_file({name: weight.contiguous() for name, weight in weights.items()}, mine / "model.safetensors")
    load(mine)
    assert not (mine / KEPT).exists()


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root, and Windows, may write anywhere")
def test_a_folder_that_may_not_be_written_in_is_read_all_the_same(mine):
    mine.chmod(0o500)
    try:
        load(mine)
    finally:
        mine.chmod(0o700)


def test_old_and_new_ways_to_write_normalised_weights_are_the_same_weights():
    direction, length = torch.randn(4, 3, 5), torch.rand(4, 1, 1) + 0.5
    stem = "up.parametrizations.weight.original"
    new = tidy_weights({f"{stem}0": length, f"{stem}1": direction})
    old = tidy_weights({"up.weight_g": length, "up.weight_v": direction})
    assert torch.equal(new["up.weight"], old["up.weight"])
    assert torch.allclose(torch.linalg.vector_norm(new["up.weight"], dim=(1, 2)), length.flatten())


def test_what_only_training_needs_is_left_out():
    names = ["dvae.x", "torch_mel_spectrogram_dvae.x", "xtts.gpt.gpt.h.0.attn.bias", "gpt.gpt.wte.weight"]
    weights = {name: torch.zeros(1) for name in [*names, "xtts.mel_stats"]}
    assert list(tidy_weights(weights)) == ["mel_stats"]


def test_the_published_files_settings_are_read_as_empty_shells(mine):
    """The published file holds its settings as objects of the original code's classes."""
    settings = type("XttsConfig", (), {"__module__": "TTS.tts.configs.xtts_config", "__qualname__": "XttsConfig"})
    module = type(os)("TTS.tts.configs.xtts_config")
    module.XttsConfig = settings
    told = torch.load(mine / "model.pth", weights_only=True)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TTS", "TTS.tts", "TTS.tts.configs", "TTS.tts.configs.xtts_config"):
            patch.setitem(__import__("sys").modules, name, module)
        held = settings()
        held.languages = ["en"]
        torch.save({"model": told["model"], "config": held}, mine / "model.pth")
    load(mine)


def test_another_model_is_another_version_of_the_engine(mine):
    first = read_card(mine).version
    with (mine / "model.pth").open("ab") as file:
        file.write(b"\0")
    assert read_card(mine).version != first
    assert read_card().version not in (first, read_card(mine).version)


# --- what is not --------------------------------------------------------------------------------------------------


class RunsCode:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, ("was-run",))


def test_a_pickle_with_code_is_not_run(mine, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    torch.save({"model": RunsCode()}, mine / "model.pth")
    with pytest.raises(ModelError, match=r"holds more than weights.*not opened"):
        load(mine)
    assert not (tmp_path / "was-run").exists()


def test_a_bare_pickle_is_not_even_opened(mine, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (mine / "model.pth").write_bytes(pickle.dumps(RunsCode()))
    with pytest.raises(ModelError, match="not opened"):
        load(mine)
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 0.999])
def test_a_file_cut_short_is_refused(mine, share):
    whole = (mine / "model.pth").read_bytes()
    (mine / "model.pth").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match=r"^The .*\.$"):
        load(mine)


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.6, 0.999])
def test_safetensors_cut_short_are_refused(mine, share):
    weights = torch.load(mine / "model.pth", weights_only=True)["model"]
    path = mine / "model.safetensors"
    save_file({name: weight.contiguous() for name, weight in weights.items()}, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ModelError, match="damaged or cut short"):
        load(mine)


def test_damage_inside_is_refused_or_changes_the_version(mine):
    damaged = bytearray((mine / "model.pth").read_bytes())
    damaged[:200] = bytes(200)
    (mine / "model.pth").write_bytes(damaged)
    with pytest.raises(ModelError):
        load(mine)


def test_weights_of_another_size_are_refused(mine):
    change_config(mine, gpt_layers=3)
    with pytest.raises(ModelError, match="do not fit"):
        load(mine)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": "vits"}, "not XTTS.*“vits”"),
        ({"gpt_use_perceiver_resampler": False}, "version 1"),
        ({"gpt_layers": 0}, "gpt_layers"),
        ({"gpt_layers": "many"}, "gpt_layers"),
        ({"gpt_n_heads": 3}, "multiple"),
        ({"gpt_n_model_channels": 10**9}, "gpt_n_model_channels"),
        ({"model_args": []}, "does not describe"),
    ],
)
def test_another_model_is_refused_with_what_it_is(mine, changes, told):
    change_config(mine, **changes)
    with pytest.raises(ModelError, match=told):
        load(mine)


@pytest.mark.parametrize("name", ["config.json", "vocab.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_settings_that_are_none_are_refused(mine, name, content):
    (mine / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"^The .*\.$"):
        load(mine)


@pytest.mark.parametrize("name", ["config.json", "vocab.json", "model.pth"])
def test_a_missing_file_is_named(mine, name):
    (mine / name).unlink()
    with pytest.raises(ModelError, match=name):
        load(mine)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ModelError, match=r"no config\.json"):
        load_xtts(tmp_path / "nowhere")
