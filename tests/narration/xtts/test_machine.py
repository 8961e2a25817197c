"""Where XTTS runs: the card, the processor, and a sentence for what is in the way."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import ModelError, SynthesisError
from engine.narration.xtts import card, machine
from engine.narration.xtts import synthesizer as synthesizer_file
from engine.narration.xtts.decoding import Batch, Piece, decode
from engine.narration.xtts.graphs import StepGraphs
from engine.narration.xtts.machine import count_rows, explain_full_memory, find_place, is_out_of_memory
from engine.narration.xtts.sizes import Manner
from engine.narration.xtts.synthesizer import XttsSynthesizer
from engine.narration.xtts_synthesizer import load_xtts, read_card

ROOT = Path(__file__).resolve().parents[3]


def test_without_a_card_the_processor_reads_in_single_precision(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    place = find_place()
    assert (place.device.type, place.reading, place.graphs) == ("cpu", torch.float32, False)
    assert place.rows > 1 and place.sound_s == 0.0


def test_with_a_card_it_reads_in_half_precision_with_graphs(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "zeros", lambda *_, **__: None)
    place = find_place()
    assert (place.device.type, place.reading, place.graphs) == ("cuda", torch.float16, True)
    assert place.joining > 1 and place.sound_s > 0


def test_what_is_asked_for_is_taken():
    place = find_place("cpu", "bfloat16", 5)
    assert (place.device.type, place.reading, place.rows) == ("cpu", torch.bfloat16, 5)
    with pytest.raises(SynthesisError, match=r"no precision “int3”.*bfloat16"):
        find_place("cpu", "int3")


def test_a_driver_that_is_too_old_is_told(monkeypatch):
    def look() -> bool:
        warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old (found 11040).", stacklevel=1)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", look)
    with pytest.raises(SynthesisError, match=r"driver .* too old .*Install NVIDIA's current driver"):
        find_place()


@pytest.mark.parametrize("told", ["CUDA error: out of memory", "CUDA error: all devices are busy or unavailable"])
def test_a_card_that_another_program_holds_is_told(monkeypatch, told):
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(told)

    monkeypatch.setattr(torch, "zeros", fail)
    with pytest.raises(SynthesisError, match=r"graphics card cannot be used.*another program"):
        find_place("cuda")


def test_rows_follow_the_free_memory_of_a_card(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (8 << 30, 12 << 30))
    row = 100 << 20
    assert count_rows(64, row, torch.device("cuda")) == 40
    assert count_rows(16, row, torch.device("cuda")) == 16
    assert count_rows(64, 100 << 30, torch.device("cuda")) == 1
    assert count_rows(64, row, torch.device("cpu")) == 64


def test_memory_errors_are_told_from_others():
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert is_out_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"))
    assert is_out_of_memory(RuntimeError("CUDA error: out of memory"))
    assert is_out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"))
    assert not is_out_of_memory(RuntimeError("shape mismatch"))


def test_a_model_that_does_not_fit_on_the_card_is_told_with_what_is_free(folder, monkeypatch):
    def fail(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    monkeypatch.setattr(synthesizer_file, "build_model", fail)
    with pytest.raises(SynthesisError, match=r"memory of this machine is not enough for XTTS.*Close other programs"):
        XttsSynthesizer(folder, device="cpu")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (900_000_000, 8_600_000_000))
    told = explain_full_memory(torch.device("cuda"))
    assert "0.9 of 9 GB are free" in told and "Close other programs" in told and "PROCESSOR_ONLY" in told


# --- graphs: what can be shown without a card -----------------------------------------------------------------------


class FakeGraph:
    """Stands in for torch.cuda.CUDAGraph: keeps what ran while it was recorded, without running it."""

    recording: FakeGraph | None = None

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def replay(self) -> None:
        for call in self.calls:
            call()

    def pool(self) -> int:
        return 1


class FakeCapture:
    def __init__(self, graph: FakeGraph, pool: object = None) -> None:
        self.graph = graph

    def __enter__(self) -> None:
        FakeGraph.recording = self.graph

    def __exit__(self, *_: object) -> None:
        FakeGraph.recording = None


@pytest.fixture
def _graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "CUDAGraph", FakeGraph)
    monkeypatch.setattr(torch.cuda, "graph", FakeCapture)


@pytest.mark.usefixtures("_graphs")
def test_each_size_runs_plainly_once_is_recorded_once_and_then_replayed():
    ran: list[str] = []

    def step(rows: int, span: int) -> None:
        if FakeGraph.recording is not None:
            ran.append(f"recorded {rows}x{span}")
            FakeGraph.recording.calls.append(lambda: ran.append(f"replayed {rows}x{span}"))
        else:
            ran.append(f"ran {rows}x{span}")

    graphs = StepGraphs(step)
    for rows, span in ((4, 64), (4, 64), (4, 128), (4, 64), (4, 128)):
        graphs.run(rows, span)
    first, second = ["recorded 4x64", "replayed 4x64"], ["recorded 4x128", "replayed 4x128"]
    assert ran == ["ran 4x64", *first, "ran 4x128", "replayed 4x64", *second]


@pytest.mark.usefixtures("_graphs")
def test_a_batch_with_graphs_reads_what_it_reads_without(synthesizer, monkeypatch):
    """Rows are rounded up to a few sizes then, and steps come from graphs; the tokens stay the same."""
    gpt, random = synthesizer._model.gpt, torch.Generator().manual_seed(1)
    pieces = [
        Piece(tuple(range(5, 9 + n)), torch.randn(32, 64, generator=random), (n,), cap=40, owner=n) for n in range(11)
    ]

    def read(graphs: bool) -> dict[Any, Any]:
        batch = Batch(gpt, Manner(), 11, 200, 60)
        if graphs:
            real = batch._step

            def step(rows: int, span: int) -> None:
                if FakeGraph.recording is not None:
                    FakeGraph.recording.calls.append(lambda: real(rows, span))
                else:
                    real(rows, span)

            batch._graphs = StepGraphs(step)
        waiting = iter(pieces)
        readings = decode(batch, lambda: next(waiting, None), 3)
        return {reading.piece.owner: reading.tokens for reading in readings if reading is not None}

    assert read(graphs=True) == read(graphs=False)


# --- the card -----------------------------------------------------------------------------------------------------


def test_the_card_is_read_without_loading_anything(folder):
    script = (
        "import sys; from pathlib import Path; from engine.narration.xtts_synthesizer import read_card; "
        f"print(read_card(Path({str(folder)!r})).version, 'torch' in sys.modules, 'safetensors' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [read_card(folder).version, "False", "False"]


def test_the_card_says_what_may_not_be_published():
    told = read_card()
    assert told.clones and not told.publishable and told.batch_lines > 1 and "CPML" in told.licence


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch, folder):
    monkeypatch.setattr(card, "find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(SynthesisError, match=r"torch is missing.*launch\.py add xtts"):
        load_xtts(folder)


def test_a_folder_without_a_model_has_no_card(tmp_path):
    with pytest.raises(ModelError, match="There is no"):
        read_card(tmp_path)


@pytest.mark.parametrize(("memory_gb", "rows"), [(8.0, 8), (16.0, 16), (0.0, 16)])
def test_a_small_machine_reads_fewer_lines_at_a_time(monkeypatch: pytest.MonkeyPatch, memory_gb: float, rows: int):
    monkeypatch.setattr(machine, "measure_memory_gb", lambda: memory_gb)
    assert machine.find_place("cpu").rows == rows
    assert machine.find_place("cpu", rows=3).rows == 3
