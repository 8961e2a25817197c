"""The models that can be had: what each is for, where its files are published, and under which licence.

A file is known by its size and sha256. Where a checksum stands here, it is of the very revision in the address, and
nothing else is taken. Where none stands, the place it comes from has to tell it (the hub does, for every large file),
and what was told at the first download is kept beside the model.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from engine.errors import NotFound

LICENCES = Path(__file__).parents[2] / "assets" / "licences"
HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Licence:
    """What may be done with a model and with what it speaks."""

    name: str  # "Apache-2.0"
    url: str  # where its text is
    summary: str  # one sentence for a person who decides
    needs_acceptance: bool = False  # a person has to agree before the model is fetched
    text_file: str = ""  # the whole text, in assets/licences; "" where the address says it
    notice: str = ""  # what has to go with everything the model speaks; "" for nothing

    @property
    def wording(self) -> str:
        """All that a person agrees to, as shown."""
        text = (LICENCES / self.text_file).read_text(encoding="utf-8") if self.text_file else ""
        return f"{self.name} ({self.url})\n\n{self.summary}\n\n{text}".strip()

    @property
    def sha256(self) -> str:
        """Of the wording: another wording has to be agreed to anew."""
        return hashlib.sha256(self.wording.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    name: str  # its path in the model's folder, with "/"
    url: str
    bytes: int = 0  # 0: the place it comes from has to tell
    sha256: str = ""  # hex; "": the place it comes from has to tell


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model that can be had."""

    name: str  # what a person types, and its folder's name
    label: str
    description: str  # one sentence: what it is for
    engine: str  # the engine it makes speak; "" for what listens
    files: tuple[ModelFile, ...]  # the weights first
    licence: Licence
    gated: str = ""  # the page on which its makers give leave, when they want to be asked; "" for anyone
    about_bytes: int = 0  # where the files' sizes are not known beforehand

    @property
    def bytes(self) -> int:
        """What it takes on the disk, roughly."""
        return max(self.about_bytes, sum(file.bytes for file in self.files))


def find_card(name: str) -> ModelCard:
    """The model of that name, whatever its capitals. Raises NotFound."""
    wanted = name.strip().casefold()
    if wanted not in MODELS:
        raise NotFound(f"There is no model called “{name}”. There is: {', '.join(MODELS)}.")
    return MODELS[wanted]


def cards_of(engine: str) -> list[ModelCard]:
    """The models that make an engine speak, the best first; none for an engine that needs none."""
    return [card for card in MODELS.values() if card.engine == engine]


CPML = Licence(
    "Coqui Public Model License 1.0.0",
    "https://coqui.ai/cpml.txt",
    "For private, non-commercial use only: neither the model nor anything it speaks may earn money, directly or "
    "indirectly, and everybody who gets what it spoke has to get these terms or their address too.",
    needs_acceptance=True,
    text_file="cpml-1.0.0.txt",
    notice="Spoken with XTTS v2 under the Coqui Public Model License 1.0.0, which allows non-commercial use of the "
    "model and its output only: https://coqui.ai/cpml.txt",
)
APACHE = Licence(
    "Apache-2.0",
    "https://www.apache.org/licenses/LICENSE-2.0",
    "Free to use for any purpose; what it speaks is yours to publish and sell.",
)
MIT = Licence("MIT", "https://opensource.org/license/mit", "Free to use for any purpose.")
POCKET = Licence(
    "CC-BY-4.0 with a rule against cloning without consent",
    "https://huggingface.co/kyutai/pocket-tts",
    "What it speaks may be published and sold when the model is named, and no voice may be cloned without its owner's "
    "explicit and lawful consent; deceiving people with it, or passing its speech off as a real recording, is "
    "forbidden.",
    needs_acceptance=True,
    notice="Spoken with Pocket TTS by Kyutai, CC-BY-4.0: https://huggingface.co/kyutai/pocket-tts",
)


def _on_hub(repo: str, revision: str, name: str, size: int = 0, sha256: str = "", source: str = "") -> ModelFile:
    return ModelFile(name, f"{HUB}/{repo}/resolve/{revision}/{source or name}", size, sha256)


def _list_xtts() -> tuple[ModelFile, ...]:
    place = ("coqui/XTTS-v2", "6c2b0d75eae4b7047358e3b6bd9325f857d43f77")
    weights = "c7ea20001c6a0a841c77e252d8409f6a74fb423e79b3206a0771ba5989776187"
    config = "ef262b1454dd2a77e1461b0b2cd53e19b8a7624cc131b837d36df67356bc75e8"
    words = "928260878a59da8a72a2a5b7687fea29d5106137669d90945430fe17e415304a"
    return (
        _on_hub(*place, "model.pth", 1_867_929_118, weights),
        _on_hub(*place, "config.json", 4_368, config),
        _on_hub(*place, "vocab.json", 361_219, words),
    )


def _list_whisper(repo: str, revision: str, weights: tuple[int, str], config: tuple[int, str]) -> tuple[ModelFile, ...]:
    tokenizer = "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
    vocabulary = "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
    return (
        _on_hub(repo, revision, "model.bin", *weights),
        _on_hub(repo, revision, "config.json", *config),
        _on_hub(repo, revision, "tokenizer.json", 2_203_239, tokenizer),
        _on_hub(repo, revision, "vocabulary.txt", 459_861, vocabulary),
    )


KOKORO_WEIGHTS = "fbae9257e1e05ffc727e951ef9b9c98418e6d79f1c9b6b13bd59f5c9028a1478"
KOKORO_VOICES = {  # the 28 that speak English: a american, b british; f female, m male
    "af_alloy": "c4a6b876047fd7fb472edf4ebd63cfac7c3b958a7cae7c106e8f038ca6308c45",
    "af_aoede": "4a004c33430762e2461eedb2013fad808ef4ab3121f5300f554476caf58d8361",
    "af_bella": "f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b",
    "af_heart": "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b",
    "af_jessica": "a240a5e3c15b43563d6e923bdca8ef5613a23471d9b77653694012435df23bd8",
    "af_kore": "9be5221b6a941c04b561959b8ff0b06e809444dcc4ab7e75a7b23606f691819e",
    "af_nicole": "cd2191ab31b914ed7b318416b0e4440fdf392ddad9106a060819aa600a64f59a",
    "af_nova": "18778272caa0d0eebaea251c35fd635f038434f9eee5e691d02a174bd328414f",
    "af_river": "00a2bcf82b1d86e8f19902ede58c65ccf6c0e43b44b7d74fad54e5d8933c9c30",
    "af_sarah": "4409fbc125afabacc615d94db5398d847006a737b0247d6892b7a9a0007a2f0a",
    "af_sky": "4435255c9744f3f31659e0d714ab7689bf65d9e77ec1cce060f083912614f0b9",
    "am_adam": "162b035ed91cfc48b6046982184c645f72edcdd1b82843347f605d7bf7b15716",
    "am_echo": "3968b92c3c4cd1c4416dbded36c13eaa388a90d5788d02a13e4d781f5f8cf3c3",
    "am_eric": "e8b5be17edd1e3636901ce7598baafe2dc8dd8ff707a0c23bf9e461add7e2832",
    "am_fenrir": "c27989f741f7ee34d273a39d8a595cc0837d35f5ced9a29b7cc162614616df43",
    "am_liam": "52403be32fd047c6a44517cb0bcd6b134f2a18baa73e70ef41651e0eab921ade",
    "am_michael": "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1",
    "am_onyx": "da5d135b424164916d75a68ffb4c2abce3d7d5ccc82dd1ee6cf447ce286145e6",
    "am_puck": "fcf73c989033e9233e0b98713eca600c8c74dcc1614b37009d5450ff4a2274a0",
    "am_santa": "61150cf726ab6c5ed7a99f90a304f91f5a72c00c592e89ec94e5df11c319227a",
    "bf_alice": "08afa6ba24da61ea5e8efa139e5aadc938d83f0a6da5a900adaf763ac1da5573",
    "bf_emma": "669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73",
    "bf_isabella": "3754352c4aaa46d17f27654ab7518d65b62ad6163a0f55a5f4330c2da2c4e94f",
    "bf_lily": "5e0ee32ebe64a467124976b14e69590746f1c4ce41a12b587a50c862edfea335",
    "bm_daniel": "6b3194bbceffb746733cbc22c8f593dd44e401a71d53895a2dca891bc595a1e8",
    "bm_fable": "f889083196807b4adb15e9204252165f503b8d33d3982e681c52443c49d798f1",
    "bm_george": "c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc",
    "bm_lewis": "b8f671cef828c30e66fdf0b0756a76bba58f6bb3398cbbf27058642acbcedb97",
}


def _list_kokoro() -> tuple[ModelFile, ...]:
    place = ("onnx-community/Kokoro-82M-v1.0-ONNX", "1939ad2a8e416c0acfeecc08a694d14ef25f2231")
    voices = (_on_hub(*place, f"voices/{name}.bin", 522_240, sha256) for name, sha256 in KOKORO_VOICES.items())
    return (_on_hub(*place, "model.onnx", 92_361_116, KOKORO_WEIGHTS, "onnx/model_quantized.onnx"), *voices)


OPEN_POCKET = ("kyutai/pocket-tts-without-voice-cloning", "a7056f505a4a8ca72d8b5fb1440071d6f1a35739")
POCKET_TOKENIZER = (OPEN_POCKET[0], "00eac05ed3d16bdc3f6b5d598874019c34a89214", "tokenizer.json")
# Of the voices it comes with, those that were recorded for this and given under CC0 or CC-BY (kyutai/tts-voices says).
POCKET_VOICES = ("alba", "bill_boerst", "peter_yearsley", "stuart_bell", "caro_davy")


def _list_pocket(place: tuple[str, str]) -> tuple[ModelFile, ...]:
    folder = "languages/english"
    return (
        _on_hub(*place, "model.safetensors", source=f"{folder}/model.safetensors"),
        _on_hub(*POCKET_TOKENIZER, source=f"{folder}/tokenizer.json"),
        *(
            _on_hub(*OPEN_POCKET, f"voices/{name}.safetensors", source=f"{folder}/embeddings/{name}.safetensors")
            for name in POCKET_VOICES
        ),
    )


MODELS: dict[str, ModelCard] = {
    card.name: card
    for card in (
        ModelCard(
            "xtts-v2",
            "XTTS v2",
            "Speaks with a person's own recorded voice, in 17 languages.",
            "xtts",
            _list_xtts(),
            CPML,
        ),
        ModelCard(
            "kokoro-82m",
            "Kokoro 82M",
            "28 English voices, American and British, that are nobody's: a full cast without a recording.",
            "kokoro",
            _list_kokoro(),
            APACHE,
        ),
        ModelCard(
            "pocket-tts",
            "Pocket TTS",
            "Speaks English with a person's own recorded voice, without a graphics card.",
            "pocket",
            _list_pocket(("kyutai/pocket-tts", "db04f0e653473e5c7333c69686ac92b7460b0c1d")),
            POCKET,
            gated="https://huggingface.co/kyutai/pocket-tts",
            about_bytes=500_000_000,
        ),
        ModelCard(
            "pocket-tts-voices",
            "Pocket TTS, fixed voices",
            "Pocket TTS without cloning: five voices it comes with, for whoever has no leave for the whole model.",
            "pocket",
            _list_pocket(OPEN_POCKET),
            POCKET,
            about_bytes=500_000_000,
        ),
        ModelCard(
            "whisper-base",
            "Whisper base",
            "Listens: hears consent statements and the words of recordings.",
            "",
            _list_whisper(
                "Systran/faster-whisper-base",
                "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
                (145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
                (2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            ),
            MIT,
        ),
        ModelCard(
            "whisper-small",
            "Whisper small",
            "Listens more closely than the base model, at a third of its speed.",
            "",
            _list_whisper(
                "Systran/faster-whisper-small",
                "536b0662742c02347bc0e980a01041f333bce120",
                (483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"),
                (2_370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
            ),
            MIT,
        ),
    )
}
