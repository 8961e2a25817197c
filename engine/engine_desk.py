"""The Engines page's work: what each engine needs and whether it can speak here, its models, and how engines compare.

Downloads run in threads of the process that began them, one for each model, and outlive the page that was pressed. A
program that ends meanwhile leaves them where they are, and the next goes on from there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.comparing import Comparison, compare_voices
from engine.core_types import EngineCard, Gate, OnProgress, Progress, ShouldStop, VoiceProfile
from engine.errors import ModelError, NotFound, Stopped, StudioError, SynthesisError
from engine.narration.machine import EngineNeeds, Machine, find_needs, look_at_machine
from engine.narration.model_list import cards_of, find_card
from engine.narration.models import (
    Acceptance,
    KeptModel,
    accept_licence,
    find_model,
    get_model,
    import_model,
    list_models,
    look_at,
    remove_model,
)
from engine.narration.synthesizer import ENGINES, use_models
from engine.narration.synthesizer import find_card as find_engine_card
from engine.settings import Settings
from engine.voices.presets import preset_voices

log = logging.getLogger(__name__)
DONE = "Done."


@dataclass(frozen=True, slots=True)
class EngineState:
    """An engine, and whether it can speak here and now."""

    card: EngineCard
    needs: EngineNeeds
    installed: bool  # its packages
    models: tuple[KeptModel, ...]  # any one of which makes it speak; none for an engine that needs none
    trouble: str = ""  # what is wrong, beyond what is missing

    @property
    def ready(self) -> bool:
        return self.installed and not self.trouble and (not self.models or any(model.usable for model in self.models))


@dataclass(slots=True)
class Fetching:
    """A download that runs or has ended in this process."""

    progress: Progress
    stop: threading.Event
    over: bool = False
    trouble: str = ""  # why it ended too soon; "" when it did not


class EngineDesk:
    """The engines of a workspace. Methods raise StudioError."""

    def __init__(
        self, settings: Settings, make_gate: Callable[[], Gate], recorded: Callable[[], Sequence[VoiceProfile]]
    ) -> None:
        """``make_gate`` gives the leave to speak, ``recorded`` the recorded voices that may be used today."""
        self._models = settings.models
        self._make_gate, self._recorded = make_gate, recorded
        self._fetching: dict[str, Fetching] = {}
        self._turn = threading.Lock()
        self.comparison_folder = settings.workspace / "comparison"
        use_models(settings.models)

    # -- looked at ---------------------------------------------------------------------------------------------

    def engines(self) -> list[EngineState]:
        """Every engine, the embedded one first. Loads nothing."""
        return [self.engine(name) for name in ENGINES]

    def engine(self, name: str) -> EngineState:
        """One engine. Raises NotFound; what is wrong with its package or model stands in its trouble."""
        if name not in ENGINES:
            raise NotFound(f"There is no voice engine called “{name}”. There is: {', '.join(ENGINES)}.")
        needs, trouble = find_needs(name), ""
        models = tuple(look_at(self._models, card.name) for card in cards_of(name))
        try:
            card = find_engine_card(name)
        except (ModelError, SynthesisError) as error:
            trouble = str(error)
            card = EngineCard(name, "", 24_000, (), 0, "")
        return EngineState(card, needs, needs.installed, models, trouble)

    def ready(self) -> list[str]:
        """The engines that can speak here and now, by name."""
        return [state.card.name for state in self.engines() if state.ready]

    def voices(self, engine: str) -> list[VoiceProfile]:
        """What an engine can speak with here: the voices it brings, and the recorded ones when it clones."""
        state = self.engine(engine)
        shipped = [voice for voice in preset_voices([engine]) if voice.engine == engine]
        if engine == "pocket":
            shipped = [voice for voice in shipped if self._has_fixed_voice(voice)]
        recorded = [replace(voice, engine=engine) for voice in self._recorded()] if state.card.clones else []
        return [*shipped, *recorded]

    def cloning_engine(self) -> str:
        """The engine that recorded voices speak with on this machine, by name."""
        ready = [state.card.name for state in self.engines() if state.ready and state.card.clones]
        wanted = ("xtts", "pocket") if self.machine.has_card else ("pocket", "xtts")
        return next((name for name in wanted if name in ready), ready[0] if ready else "xtts")

    def notice(self, engine: str) -> str:
        """What has to go with everything this engine speaks, into tags and beside files; "" for nothing."""
        notices = [card.licence.notice for card in cards_of(engine)]
        return notices[0] if notices else ""

    @property
    def machine(self) -> Machine:
        return look_at_machine()

    def recommend(self) -> str:
        """Which engine to take on this machine, in one sentence."""
        return recommend_engine(self.machine, {state.card.name for state in self.engines() if state.ready})

    # -- models ------------------------------------------------------------------------------------------------

    def models(self) -> list[KeptModel]:
        return list_models(self._models)

    def model(self, name: str) -> KeptModel:
        return look_at(self._models, name)

    def find_model(self, name: str) -> Path:
        """The folder of a model. Raises NotFound, ModelMissing, LicenceNotAccepted, ModelError."""
        return find_model(self._models, name)

    def accept(self, name: str, person: str) -> Acceptance:
        """Note that a person agrees to the licence they were shown."""
        return accept_licence(self._models, name, person)

    def get(self, name: str, on_progress: OnProgress, should_stop: ShouldStop, token: str = "") -> Path:
        """Fetch a model here and now."""
        place = get_model(self._models, name, on_progress, should_stop, token)
        self._read_card(name)
        return place

    def bring(self, name: str, folder: Path, on_progress: OnProgress = lambda _progress: None) -> Path:
        """Take a model's files from a folder."""
        place = import_model(self._models, name, folder, on_progress)
        self._read_card(name)
        return place

    def remove(self, name: str) -> int:
        """Delete a model; returns the bytes that are free again."""
        self.stop(name)
        return remove_model(self._models, name)

    def fetching(self, name: str) -> Fetching | None:
        """The download of a model in this process, running or over; None when there was none."""
        return self._fetching.get(find_card(name).name)

    def begin(self, name: str, token: str = "") -> None:
        """Fetch a model in the background; asking twice is asking once."""
        card = find_card(name)
        with self._turn:
            running = self._fetching.get(card.name)
            if running and not running.over:
                return
            fetching = Fetching(Progress("fetching", look_at(self._models, name).bytes, card.bytes), threading.Event())
            self._fetching[card.name] = fetching
        work = threading.Thread(target=self._fetch, args=(card.name, fetching, token), daemon=True)
        work.start()

    def stop(self, name: str) -> None:
        """End a download; what has come is kept."""
        fetching = self.fetching(name)
        if fetching:
            fetching.stop.set()

    def _read_card(self, name: str) -> None:
        """Have the engine look at its new model now: the first look at a large one takes seconds."""
        engine = find_card(name).engine
        if engine in ENGINES:
            self.engine(engine)

    def _fetch(self, name: str, fetching: Fetching, token: str) -> None:
        def note(progress: Progress) -> None:
            fetching.progress = progress

        try:
            self.get(name, note, fetching.stop.is_set, token)
        except Stopped:
            pass
        except StudioError as error:
            log.warning("%s could not be fetched: %s", name, error)
            fetching.trouble = str(error)
        except Exception as error:  # a thread has nobody else to tell
            log.error("%s could not be fetched", name, exc_info=error)
            fetching.trouble = f"Something went wrong that Voxfolio did not foresee ({error}). The log says more."
        fetching.over = True

    def _has_fixed_voice(self, voice: VoiceProfile) -> bool:
        place = self._models
        return any(
            (place / card.name / "voices" / f"{voice.speaker}.safetensors").is_file() for card in cards_of("pocket")
        )

    # -- compared ----------------------------------------------------------------------------------------------

    def choose_voices(self, engines: Sequence[str] = (), voices: Sequence[str] = ()) -> list[VoiceProfile]:
        """The voices to compare: all of the engines that can speak here, or those named.

        Raises NotFound for a name there is not, or an engine that cannot speak here.
        """
        ready = self.ready()
        for name in engines:
            if name not in ready:
                state = self.engine(name)
                raise NotFound(f"The engine {name} cannot speak here yet. {state.trouble or state.needs.words}")
        there = [voice for name in (engines or ready) for voice in self.voices(name)]
        wanted = [name.strip().casefold() for name in voices]
        for name in wanted:
            if name not in [voice.name for voice in there]:
                names = ", ".join(dict.fromkeys(voice.name for voice in there))
                raise NotFound(f"There is no voice called “{name}” to compare. There is: {names}.")
        return [voice for voice in there if not wanted or voice.name in wanted]

    def compare(
        self,
        lines: Sequence[str],
        voices: Sequence[VoiceProfile],
        folder: Path,
        on_progress: OnProgress = lambda _progress: None,
        should_stop: ShouldStop = lambda: False,
    ) -> Iterator[Comparison]:
        """The same lines in each voice, one after another, each with a sound file in ``folder``."""
        yield from compare_voices(lines, voices, self._make_gate(), folder, on_progress, should_stop)


def recommend_engine(machine: Machine, ready: set[str]) -> str:
    """Which engine to take on a machine, in one sentence that says why and what is still to be done."""
    card = machine.card
    if card is not None and card.trouble:
        return card.trouble
    if card is not None:
        todo = "" if "xtts" in ready else "; install it with “python3 launch.py add xtts”"
        return (
            f"With the {card.name} ({card.memory_mb / 1000:.0f} GB) take XTTS for your own voice in books you keep to "
            f"yourself{todo}, and hibari or Kokoro for what you publish."
        )
    cast = "Kokoro" if "kokoro" in ready else "Kokoro (get its model below)"
    own = "Pocket TTS" if "pocket" in ready else "Pocket TTS (“python3 launch.py add pocket”)"
    if machine.memory_gb and machine.memory_gb < 4:
        return (
            f"With {machine.memory_gb:.0f} GB of memory and no NVIDIA graphics card stay with hibari, a hundred times "
            "faster than real time."
        )
    return (
        f"Without an NVIDIA graphics card take hibari, a hundred times faster than real time, for most books; {cast} "
        f"for a cast of many voices at about the speed of speech; and {own} for your own voice."
    )
