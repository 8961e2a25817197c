"""What a file is, told from its bytes: weights are let through, anything else is a sentence, and nothing is run."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.narration.model_files import check_file


def write_pickle(path: Path, content: object) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(content, protocol=2))
        archive.writestr("model/data/0", b"\0" * 64)
    return path


class Program:
    def __reduce__(self):
        import os

        return os.system, ("echo never",)


def make_safetensors(length: int) -> bytes:
    header = json.dumps({"a": {"dtype": "U8", "shape": [length], "data_offsets": [0, length]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(length)


def test_weights_are_let_through(tmp_path):
    check_file(write_pickle(tmp_path / "model.pth", {"model": {"a": [1.0]}}))
    whole = tmp_path / "model.safetensors"
    whole.write_bytes(make_safetensors(100))
    check_file(whole)


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickle_with_a_program_is_refused_and_not_run(tmp_path, protocol, capfd):
    path = tmp_path / "model.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps({"model": Program()}, protocol))
    with pytest.raises(ModelError, match="more than weights"):
        check_file(path)
    assert "never" not in capfd.readouterr().out


def test_a_pickle_under_another_name_is_refused(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("data.pkl", pickle.dumps({}))
    for name in ("model.safetensors", "model.bin", "model.onnx"):
        for content in (pickle.dumps({"a": 1}, protocol=4), archive.getvalue()):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(ModelError, match="not what its name says"):
                check_file(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("model.bin", b"", "empty"),
        ("model.pth", b"<html>Sign in</html>", "web page"),
        ("model.onnx", b"version https://git-lfs.github.com/spec/v1\noid sha256:12\n", "only points"),
        ("config.json", b'{"layers": ', "cut short"),
        ("model.pth", b"PK\x03\x04 and no end", "cut short"),
        ("model.pth", b"something else", "not a model as PyTorch"),
        ("model.safetensors", make_safetensors(100)[:-1], "cut short"),
        ("model.safetensors", make_safetensors(100) + b"1", "damaged"),
        ("model.safetensors", struct.pack("<Q", 1 << 60) + b"{}", "damaged"),
        ("model.safetensors", b"short", "damaged"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_a_sentence(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=sentence) as caught:
        check_file(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value) and str(caught.value).endswith(".")
