"""How the two models in assets/models were made, from the packages that publish them. Run by hand, when one changes.

    python3 benchmarks/export_models.py likeness
    python3 benchmarks/export_models.py watermark --perth FOLDER

``likeness.onnx`` is the speaker encoder of Resemblyzer 0.1.4 (Apache-2.0), weights kept in 16 bits. ``watermark.onnx``
is the detector of resemble-perth 1.0.1 (MIT), weights kept in 8 bits for each channel; FOLDER is the unpacked wheel.
Neither graph is changed: the numbers are read from the packages' own checkpoints and given to the same layers in ONNX.
Each run ends with a comparison of old and new. ``marked.flac`` is the embedded engine's voice with Perth's mark in it,
made with the package's own encoder: what the detector proves itself on before it is believed.

Needs beyond Voxfolio: torch and onnx; Resemblyzer (with librosa and webrtcvad-wheels) for the first.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from engine.audio import resample, write_clip  # noqa: E402
from engine.core_types import Clip, SpeechRequest  # noqa: E402
from engine.narration.synthesizer import load_synthesizer  # noqa: E402
from engine.narration.takes import speak_one  # noqa: E402
from engine.voices.presets import ShippedOnly, preset_voices  # noqa: E402

MODELS = ROOT / "assets" / "models"
OPSET = 17
SAID = "The lamp was lit before the snow began, and nobody in the valley slept that night."

Weights = dict[str, NDArray[np.float32]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("model", choices=("likeness", "watermark"))
    arguments.add_argument("--perth", type=Path, metavar="FOLDER")
    options = arguments.parse_args()
    MODELS.mkdir(parents=True, exist_ok=True)
    if options.model == "likeness":
        export_likeness()
    else:
        export_watermark(options.perth)
    for path in sorted(MODELS.iterdir()):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}  {path.stat().st_size:,} bytes")


def read_checkpoint(path: Path, key: str) -> Weights:
    torch: Any = import_module("torch")
    state = torch.load(path, map_location="cpu", weights_only=True)[key]
    return {name: tensor.numpy() for name, tensor in state.items()}


class Graph:
    """Nodes and their numbers, put together by hand: an exporter would bring its own ideas."""

    def __init__(self) -> None:
        self.onnx: Any = import_module("onnx")
        self._nodes: list[Any] = []
        self._numbers: list[Any] = []

    def keep(self, name: str, numbers: NDArray[Any]) -> str:
        self._numbers.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(numbers), name))
        return name

    def add(self, operator: str, given: list[str], makes: str, **settings: Any) -> str:
        self._nodes.append(self.onnx.helper.make_node(operator, given, [makes] if makes else [], **settings))
        return makes

    def add_lstm(self, given: list[str], sequence: str, last: str, hidden: int) -> None:
        made = [sequence, last]
        self._nodes.append(self.onnx.helper.make_node("LSTM", given, made, hidden_size=hidden))

    def halved(self, name: str, numbers: NDArray[np.float32]) -> str:
        """Numbers kept in 16 bits and worked with in 32."""
        self.keep(f"{name}.half", numbers.astype(np.float16))
        return self.add("Cast", [f"{name}.half"], name, to=self.onnx.TensorProto.FLOAT)

    def quartered(self, name: str, numbers: NDArray[np.float32]) -> str:
        """Numbers kept in 8 bits with a scale for each output channel, worked with in 32."""
        scale = np.abs(numbers.reshape(len(numbers), -1)).max(axis=1) / 127.0
        spread = scale.reshape(-1, *[1] * (numbers.ndim - 1))
        self.keep(f"{name}.bytes", np.clip(np.rint(numbers / spread), -127, 127).astype(np.int8))
        self.keep(f"{name}.scale", scale.astype(np.float32))
        return self.add("DequantizeLinear", [f"{name}.bytes", f"{name}.scale"], name, axis=0)

    def save(self, path: Path, name: str, inputs: list[Any], outputs: list[Any], says: str) -> None:
        graph = self.onnx.helper.make_graph(self._nodes, name, inputs, outputs, self._numbers, doc_string=says)
        opset = self.onnx.helper.make_opsetid("", OPSET)
        model = self.onnx.helper.make_model(graph, opset_imports=[opset], producer_name="voxfolio", ir_version=9)
        self.onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())

    def floats(self, name: str, shape: list[Any]) -> Any:
        return self.onnx.helper.make_tensor_value_info(name, self.onnx.TensorProto.FLOAT, shape)


# --- likeness ----------------------------------------------------------------------------------------------------


def export_likeness() -> None:
    spec = find_spec("resemblyzer")
    assert spec is not None and spec.origin is not None, "Resemblyzer is not installed."
    weights = read_checkpoint(Path(spec.origin).parent / "pretrained.pt", "model_state")
    graph = Graph()
    now = graph.add("Transpose", ["mels"], "in_time", perm=[1, 0, 2])
    for layer in range(3):
        given = [now, *(graph.halved(f"{part}{layer}", lstm_part(weights, part, layer)) for part in "WRB")]
        graph.add_lstm(given, f"sequence{layer}", f"last{layer}", 256)
        now = graph.add("Squeeze", [f"sequence{layer}", graph.keep(f"axis{layer}", np.array([1]))], f"out{layer}")
    last = graph.add("Squeeze", ["last2", graph.keep("axis", np.array([0]))], "last")
    matrix, offset = graph.halved("matrix", weights["linear.weight"]), graph.halved("offset", weights["linear.bias"])
    graph.add("Relu", [graph.add("Gemm", [last, matrix, offset], "linear", transB=1)], "embeddings")
    graph.save(
        MODELS / "likeness.onnx",
        "likeness",
        [graph.floats("mels", ["windows", 160, 40])],
        [graph.floats("embeddings", ["windows", 256])],
        "Speaker encoder of Resemblyzer 0.1.4, Apache-2.0, Copyright Resemble AI and Corentin Jemine.",
    )
    compare_likeness()


def lstm_part(weights: Weights, part: str, layer: int) -> NDArray[np.float32]:
    """A layer's matrices as ONNX wants them: gates in the order input, output, forget, cell; torch has i, f, c, o."""
    names = {"W": ["weight_ih"], "R": ["weight_hh"], "B": ["bias_ih", "bias_hh"]}[part]
    parts = []
    for name in names:
        i, f, c, o = np.split(weights[f"lstm.{name}_l{layer}"], 4)
        parts.append(np.concatenate([i, o, f, c]))
    return np.concatenate(parts)[None]


def compare_likeness() -> None:
    """On the preset voices: the package's own encoder and ours, on the same cut and as each cuts for itself."""
    from engine.voices.likeness import RATE_HZ, embed_samples, embed_speech

    resemblyzer: Any = import_module("resemblyzer")
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)
    synthesizer = load_synthesizer("hibari", ShippedOnly())
    for voice in preset_voices():
        clip = resample(speak_one(synthesizer, SpeechRequest(SAID, voice)), RATE_HZ)
        cut = resemblyzer.preprocess_wav(clip.samples, RATE_HZ)
        theirs = encoder.embed_utterance(cut)
        same_cut, own_cut = float(theirs @ embed_samples(cut)), float(theirs @ embed_speech(clip))
        print(f"{voice.name}: cosine {same_cut:.6f} on the same cut, {own_cut:.4f} with our own cutting of pauses")
        assert same_cut > 0.9999


# --- watermark ---------------------------------------------------------------------------------------------------


def export_watermark(perth: Path) -> None:
    weights = read_checkpoint(perth / "perth/perth_net/pretrained/implicit/perth_net_250000.pth.tar", "model")
    graph = Graph()
    for branch in ("slow", "normal", "fast"):
        now = f"{branch}_bands"
        for layer in range(7):
            name = f"decoder.{branch}_layers.{layer}.conv"
            matrix, offset = weights[f"{name}.weight"], weights[f"{name}.bias"]
            kernel = matrix.shape[2]
            given = [now, graph.quartered(f"{name}.weight", matrix), graph.keep(f"{name}.bias", offset)]
            made = f"{branch}_votes" if layer == 6 else f"{name}.out"
            now = graph.add("Conv", given, made, kernel_shape=[kernel], pads=[kernel // 2] * 2)
            if layer < 6:
                now = graph.add("LeakyRelu", [now], f"{name}.leaky", alpha=0.01)
    branches = ("slow", "normal", "fast")
    graph.save(
        MODELS / "watermark.onnx",
        "watermark",
        [graph.floats(f"{branch}_bands", ["clips", 128, f"{branch}_frames"]) for branch in branches],
        [graph.floats(f"{branch}_votes", ["clips", 2, f"{branch}_frames"]) for branch in branches],
        "Watermark detector of resemble-perth 1.0.1, MIT, Copyright (c) 2025 Resemble AI.",
    )
    make_marked(weights)
    compare_watermark(weights)


def convolve_all(weights: Weights, name: str, bands: Any) -> Any:
    """One stack of Perth's layers, as the package runs it: bands [clips, channels, frames]."""
    torch: Any = import_module("torch")
    for layer in range(7):
        matrix = torch.from_numpy(weights[f"{name}.{layer}.conv.weight"])
        offset = torch.from_numpy(weights[f"{name}.{layer}.conv.bias"])
        bands = torch.nn.functional.conv1d(bands, matrix, offset, padding=matrix.shape[2] // 2)
        bands = bands if layer == 6 else torch.nn.functional.leaky_relu(bands)
    return bands


def make_marked(weights: Weights) -> None:
    """marked.flac: the embedded engine's voice with Perth's mark, put in as the package's apply_watermark does."""
    from engine.voices.watermark import HOP, RATE_HZ, WINDOW, find_loud_frames, to_levels

    torch: Any = import_module("torch")
    synthesizer = load_synthesizer("hibari", ShippedOnly())
    clip = resample(speak_one(synthesizer, SpeechRequest(SAID, preset_voices()[0])), RATE_HZ)
    settings = {"n_fft": WINDOW, "hop_length": HOP, "window": torch.hann_window(WINDOW)}
    spectrum = torch.stft(torch.from_numpy(clip.samples), **settings, pad_mode="reflect", return_complex=True)
    levels = to_levels(spectrum.abs().numpy())
    residual = convolve_all(weights, "encoder.layers", torch.from_numpy(levels[None, :128]))[0].numpy()
    levels[:128] += residual * find_loud_frames(levels)
    magnitude = 10.0 ** ((levels * 195.0 - 180.0) / 20.0)
    marked = torch.istft(torch.polar(torch.from_numpy(magnitude).float(), spectrum.angle()), **settings)
    write_clip(resample(Clip(marked.numpy(), RATE_HZ), 16_000), MODELS / "marked.flac")


def compare_watermark(weights: Weights) -> None:
    """The package's arithmetic in 32 bits and ours in 8, on the marked voice and on every preset."""
    from engine.audio import read_clip
    from engine.voices import watermark

    torch: Any = import_module("torch")
    synthesizer = load_synthesizer("hibari", ShippedOnly())
    clips = {voice.name: speak_one(synthesizer, SpeechRequest(SAID, voice)) for voice in preset_voices()}
    for name, clip in {"marked": read_clip(MODELS / "marked.flac"), **clips}.items():
        levels = watermark.measure_levels(resample(clip, watermark.RATE_HZ).samples)
        votes = []
        for branch, bands in watermark.stretch_bands(levels).items():
            votes.append(convolve_all(weights, f"decoder.{branch}_layers", torch.from_numpy(bands)).numpy()[0])
        theirs, ours = watermark.count_votes(votes, levels), watermark.measure_watermark(clip)
        print(f"{name}: {theirs:.4f} in 32 bits, {ours:.4f} in 8")
        assert ours is not None and abs(theirs - ours) < 0.02


if __name__ == "__main__":
    main()
