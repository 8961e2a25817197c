"""The Engines page's work: what each engine needs and whether it can speak here, its models, and how engines compare.

Downloads run in threads of the process that began them, one for each model, and outlive the page that was pressed. A
program that ends meanwhile leaves them where they are, and the next goes on from there.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from engine.comparing import Comparison, compare_voices
from engine.core_types import EngineCard, Gate, OnProgress, Progress, ShouldStop, VoiceProfile
from engine.disk import disk_errors, write_beside
from engine.errors import ModelError, NotFound, Stopped, StudioError, SynthesisError
from engine.language_tags import primary_subtag
from engine.narration.machine import EngineNeeds, Machine, find_needs, look_again, look_at_machine
from engine.narration.model_list import MODELS, cards_of, find_card
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
CHOICES = "chosen.json"  # beside the models
LOOK_WAIT_S, BRING_WAIT_S = 0.5, 2.0  # how long a page waits for what mostly takes no time
Deed = Callable[[OnProgress, ShouldStop], object]


@dataclass(frozen=True, slots=True)
class EngineState:
    """An engine, and whether it can speak here and now."""

    card: EngineCard
    needs: EngineNeeds
    installed: bool  # its packages
    models: tuple[KeptModel, ...]  # any one of which makes it speak; none for an engine that needs none
    trouble: str = ""  # what is wrong, beyond what is missing
    looking: bool = False  # its model is being looked at for the first time

    @property
    def ready(self) -> bool:
        return self.installed and not self.trouble and (not self.models or any(model.usable for model in self.models))

    @property
    def next_step(self) -> str:
        """What is to be done so that it can speak here, as sentences; "" when it can."""
        if self.ready:
            return ""
        if self.trouble:
            return self.trouble
        steps = [] if self.installed else [f"“python3 launch.py add {self.card.name}”"]
        if self.models and not any(model.usable for model in self.models):
            card = self.models[0].card
            accept = " --accept-licence" if card.licence.needs_acceptance else ""
            steps.append(f"“python3 launch.py models get {card.name}{accept}”")
        return f"It needs {' and then '.join(steps)}."


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
        self._choices = settings.models / CHOICES
        self._make_gate, self._recorded = make_gate, recorded
        self._fetching: dict[str, Fetching] = {}
        self._turn = threading.Lock()
        self.comparison_folder = settings.workspace / "comparison"
        self._processor_only = settings.processor_only
        self._looking: dict[str, threading.Thread] = {}  # by model
        use_models(settings.models, "cpu" if settings.processor_only else "")

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
        looking = True in [self._look_ahead(model) for model in models]  # all of them, not only until one is
        try:
            card = ENGINES[name].read_plain_card() if looking else find_engine_card(name)
        except (ModelError, SynthesisError) as error:
            trouble = str(error)
            card = EngineCard(name, "", 24_000, (), 0, "")
        return EngineState(card, needs, needs.installed, models, trouble, looking)

    def _look_ahead(self, model: KeptModel) -> bool:
        """Whether a model somebody put here by hand is being looked at now: reading 2 GB takes longer than a page waits
        for, so it is done beside, once."""
        if not model.usable or model.recorded:
            return False
        name = model.card.name
        with self._turn:
            if name not in self._looking:
                self._looking[name] = threading.Thread(target=self._look, args=(name,), daemon=True)
                self._looking[name].start()
        self._looking[name].join(LOOK_WAIT_S)
        return self._looking[name].is_alive()

    def _look(self, name: str) -> None:
        with suppress(StudioError):  # whoever asks for its card is told
            find_model(self._models, name)

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

    def cloning_engine(self, language: str = "en") -> str:
        """The engine that recorded voices speak a language (BCP 47) with, by name.

        The one a person chose, else the best for this machine that is ready; another when that one does not speak the
        language. Where none is ready, the one to get.
        """
        states = [state for state in self.engines() if state.card.clones]
        best = ("xtts", "pocket") if self.machine.has_card else ("pocket", "xtts")
        ready = sorted((state.card.name for state in states if state.ready), key=(*best, *ENGINES).index)
        chosen = self.chosen_engine()
        wanted = list(dict.fromkeys([*([chosen] if chosen else []), *ready])) or list(best)
        spoken = {state.card.name: state.card.languages for state in states}
        primary = primary_subtag(language)
        fitting = [name for name in wanted if primary in spoken.get(name, ())]
        return [*fitting, *wanted][0]

    def chosen_engine(self) -> str:
        """What a person chose for recorded voices to speak with; "" while it is left to Voxfolio."""
        try:
            kept = json.loads(self._choices.read_text(encoding="utf-8"))["recorded_voices"]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return kept if kept in self.cloning_engines() else ""

    def cloning_engines(self) -> list[str]:
        """The engines that speak with recorded voices, or would with the right model, by name."""
        return [name for name in ("xtts", "pocket") if name in ENGINES]

    def choose_engine(self, name: str) -> None:
        """From now on recorded voices speak with this engine; "" leaves it to Voxfolio. Raises NotFound."""
        if name and name not in self.cloning_engines():
            names = ", ".join(self.cloning_engines())
            raise NotFound(f"Recorded voices cannot speak with “{name}”, only with one of: {names}.")
        with disk_errors("keep your choice of engine", self._choices):
            self._choices.parent.mkdir(parents=True, exist_ok=True)
            with write_beside(self._choices, "keep your choice of engine") as partial:
                partial.write_text(json.dumps({"recorded_voices": name}), encoding="utf-8")

    def fit_voice(self, voice: VoiceProfile, language: str) -> VoiceProfile:
        """A recorded voice with the engine it speaks this language with; any other as it is."""
        return replace(voice, engine=self.cloning_engine(language)) if voice.clips else voice

    def notice(self, engine: str) -> str:
        """What has to go with everything this engine speaks, into tags and beside files; "" for nothing."""
        notices = [card.licence.notice for card in cards_of(engine)]
        return notices[0] if notices else ""

    @property
    def machine(self) -> Machine:
        """This machine; without its graphics card where that is to be left alone."""
        machine = look_at_machine()
        return replace(machine, card=None) if self._processor_only else machine

    def recommend(self) -> str:
        """Which engine to take on this machine, in one sentence."""
        return recommend_engine(look_again(self.machine), {state.card.name for state in self.engines() if state.ready})

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

    def bring(
        self,
        name: str,
        folder: Path,
        on_progress: OnProgress = lambda _progress: None,
        should_stop: ShouldStop = lambda: False,
    ) -> Path:
        """Take a model's files from a folder, here and now."""
        place = import_model(self._models, name, folder, on_progress, should_stop)
        self._read_card(name)
        return place

    def remove(self, name: str) -> int:
        """Delete a model; returns the bytes that are free again."""
        self.stop(name)
        return remove_model(self._models, name)

    def fetching(self, name: str) -> Fetching | None:
        """The download of a model in this process, running or over; None when there was none."""
        return self._fetching.get(find_card(name).name)

    def downloads(self) -> dict[str, Fetching | None]:
        """Every model's download as it is at this moment, by name. What is over in it is wholly on the disk: ask for
        models after this."""
        return {name: replace(running) if (running := self._fetching.get(name)) else None for name in MODELS}

    def begin(self, name: str, token: str = "") -> None:
        """Fetch a model in the background; asking twice is asking once."""
        self._begin(name, lambda note, should_stop: self.get(name, note, should_stop, token))

    def begin_bringing(self, name: str, folder: Path) -> bool:
        """Take a model's files from a folder in the background; whether it is done at once, as small ones are.

        Raises what `bring` does when that happens soon; later, it stands in the trouble of `fetching`.
        """
        work = self._begin(name, lambda note, should_stop: self.bring(name, folder, note, should_stop), "copying")
        if work is None:
            return False
        work.join(BRING_WAIT_S)
        fetching = self.fetching(name)
        if fetching and fetching.over and fetching.trouble:
            trouble, fetching.trouble = fetching.trouble, ""
            raise ModelError(trouble)
        return not work.is_alive()

    def _begin(self, name: str, deed: Deed, station: str = "fetching") -> threading.Thread | None:
        """Begin it; None when something is under way already."""
        card = find_card(name)
        with self._turn:
            running = self._fetching.get(card.name)
            if running and not running.over:
                return None
            fetching = Fetching(Progress(station, look_at(self._models, name).bytes, card.bytes), threading.Event())
            self._fetching[card.name] = fetching
        work = threading.Thread(target=self._work, args=(card.name, fetching, deed), daemon=True)
        work.start()
        return work

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

    def _work(self, name: str, fetching: Fetching, deed: Deed) -> None:
        def note(progress: Progress) -> None:
            fetching.progress = progress

        try:
            deed(note, fetching.stop.is_set)
        except Stopped:
            pass
        except StudioError as error:
            log.warning("%s did not come: %s", name, error)
            fetching.trouble = str(error)
        except Exception as error:  # a thread has nobody else to tell
            log.error("%s did not come", name, exc_info=error)
            fetching.trouble = f"Something went wrong that Voxfolio did not foresee ({error}). The log says more."
        fetching.over = True

    def _has_fixed_voice(self, voice: VoiceProfile) -> bool:
        place = self._models
        return any(
            (place / card.name / "voices" / f"{voice.speaker}.safetensors").is_file() for card in cards_of("pocket")
        )

    # -- compared ----------------------------------------------------------------------------------------------

    def choose_voices(self, engines: Sequence[str] = (), voices: Sequence[str] = ()) -> list[VoiceProfile]:
        """The voices to compare: all of the engines that can speak here, or those named; the first of each engine
        first, so that every engine is soon heard.

        Raises NotFound for a name there is not, or an engine that cannot speak here.
        """
        ready = self.ready()
        for name in engines:
            if name not in ready:
                raise NotFound(f"The engine {name} cannot speak here yet. {self.engine(name).next_step}")
        casts = [self.voices(name) for name in dict.fromkeys(engines or ready)]
        there = [voice for row in zip_longest(*casts) for voice in row if voice is not None]
        if not there:
            raise NotFound(
                f"{' and '.join(engines)} speaks with recorded voices, and there is none that may be used yet. Record "
                "one on the page Your voices, or compare other engines."
            )
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
        language: str = "en",
    ) -> Iterator[Comparison]:
        """The same lines in each voice, one after another, each with a sound file in ``folder``."""
        yield from compare_voices(lines, voices, self._make_gate(), folder, on_progress, should_stop, language)


def recommend_engine(machine: Machine, ready: set[str]) -> str:
    """Which engine to take on a machine, in one sentence that says why and what is still to be done; a second one says
    what is the matter with its graphics card."""
    card = machine.card
    trouble = (card.trouble or card.fullness) if card is not None else ""
    if card is not None and not card.trouble:
        size = f" ({card.memory_mb / 1000:.0f} GB)" if card.memory_mb else ""
        todo = "" if "xtts" in ready else "; install it with “python3 launch.py add xtts”"
        advice = (
            f"With the {card.name}{size} take XTTS for your own voice in books you keep to yourself{todo}, and hibari "
            "or Kokoro for what you publish."
        )
    elif machine.memory_gb and machine.memory_gb < 4:
        advice = (
            f"With {machine.memory_gb:.0f} GB of memory and no NVIDIA graphics card{' to use' if card else ''} stay "
            "with hibari, a hundred times faster than real time."
        )
    else:
        cast = "Kokoro" if "kokoro" in ready else "Kokoro (get its model below)"
        own = "Pocket TTS" if "pocket" in ready else "Pocket TTS (“python3 launch.py add pocket”)"
        advice = (
            f"Without an NVIDIA graphics card{' to use' if card else ''} take hibari, a hundred times faster than real "
            f"time, for most books; {cast} for a cast of many voices at about the speed of speech; and {own} for your "
            "own voice in English."
        )
    return f"{advice} {trouble}".strip()
