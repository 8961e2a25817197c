"""Words to hear before they are kept, and lists of words as files: what the Pronunciation page asks for by address."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from engine.errors import NotFound
from engine.lexicon_desk import Scope
from engine.manuscript.lexicon import LexiconEntry
from engine.production import Production
from studio.media import CHANGES, LONGEST_SENTENCE, answer, play

KINDS = {"csv": "text/csv", "pls": "application/pls+xml"}


def lexicon_routes(production: Production) -> APIRouter:
    """GET routes under /media/words. A StudioError becomes its sentence as plain text, status 404 or 409."""
    router = APIRouter(prefix="/media/words", include_in_schema=False)

    @router.get("/{slug}/{scope}.{kind}")
    def words_file(slug: str, scope: str, kind: str) -> Response:
        return answer(lambda: write_file(production, slug, scope, kind))

    @router.get("/{slug}")
    def words(
        slug: str,
        text: str,
        written: str = "",
        spoken: str = "",
        phonemes: str = "",
        whole_word: bool = True,
        match_case: bool = False,
        part_of_speech: str = "",
    ) -> Response:
        """A text in the narrator's voice; with ``written``, as that entry has it."""
        sentence = " ".join(text.split())[:LONGEST_SENTENCE]
        entry = LexiconEntry(written, spoken, phonemes, whole_word, match_case, part_of_speech) if written else None
        return answer(lambda: play(production.sample_desk.hear_words(production.book(slug), sentence, entry)))

    return router


def write_file(production: Production, slug: str, scope: str, kind: str) -> Response:
    """The entries of a scope, to be kept on a person's disk. Raises NotFound, LexiconError."""
    if kind not in KINDS or scope not in list(Scope):
        raise NotFound("There is no such list of words.")
    desk = production.lexicon_desk
    with tempfile.TemporaryDirectory(dir=production.settings.scratch) as folder:
        path = Path(folder) / f"words.{kind}"
        desk.export_file(desk.find_reach(slug, scope), path)
        data = path.read_bytes()
    name = f"words-{slug if scope == Scope.BOOK else scope}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **CHANGES}
    return Response(data, media_type=KINDS[kind], headers=headers)
