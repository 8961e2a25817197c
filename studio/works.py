"""Work that goes on while its page may be closed: started by one request, asked after by others."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from engine.core_types import OnProgress, Progress
from engine.errors import StudioError

AT_ONCE = 2  # pieces of work; the machine has two cores
KEPT = 200  # finished ones, until somebody asks
UNFORESEEN = "Something went wrong that Voxfolio did not foresee. What was recorded before is kept. The log says more."

Answer = dict[str, Any]  # what a page is told, as JSON

log = logging.getLogger(__name__)


@dataclass
class Work:
    """One piece of it."""

    id: str
    key: str  # what it is about: a voice's name
    progress: Progress = field(default_factory=lambda: Progress("waiting", 0.0, 1.0, message="Waiting for its turn"))
    answer: Answer | None = None  # once it is done
    told: bool = False  # some page has been given that answer

    def tell(self) -> Answer:
        """How far it is, or what came of it."""
        if self.answer is not None:
            self.told = True
            return {**self.answer, "busy": False}
        share = self.progress.done / self.progress.total if self.progress.total else 0.0
        return {"busy": True, "share": round(share, 3), "message": self.progress.message}


class Works:
    """All pieces of work of one studio."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="voices")
        self._works: dict[str, Work] = {}
        self._turn = threading.Lock()

    def start(self, key: str, do: Callable[[OnProgress], Answer]) -> Answer:
        """Begin; the answer names the work, for `tell`. What ``do`` raises becomes a sentence."""
        work = Work(secrets.token_urlsafe(12), key)
        with self._turn:
            self._works[work.id] = work
            for old in [each.id for each in self._works.values() if each.answer is not None][:-KEPT]:
                del self._works[old]
        self._pool.submit(self._run, work, do)
        return {"work": work.id}

    def tell(self, id_: str) -> Answer:
        """How far a piece of work is; when it is done, its answer."""
        work = self._works.get(id_)
        return work.tell() if work else {"busy": False, "again": True}

    def find_busy(self, key: str) -> str:
        """The id of what goes on about something, or has ended while no page was open; "" when there is nothing."""
        own = [work for work in self._works.values() if work.key == key and not work.told]
        going = [work for work in own if work.answer is None]
        return (going or own)[-1].id if own else ""

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, work: Work, do: Callable[[OnProgress], Answer]) -> None:
        def report(progress: Progress) -> None:
            work.progress = progress

        work.answer = answer_safely(lambda: do(report))


def answer_safely(find: Callable[[], Answer]) -> Answer:
    """What ``find`` answers; what it raises as {"trouble": a sentence}."""
    try:
        return find()
    except StudioError as error:
        return {"trouble": str(error)}
    except Exception:
        log.exception("work for a voice failed")
        return {"trouble": UNFORESEEN}
