"""Where on the cast page a person is: all of it stands in the address, so that reload and the back button work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from studio.pages.frame import read_number, read_slug
from studio.pages.wording import address, escape

LEVELS = (10, 20, 30, 50)  # per cent of doubt from which lines are asked about
USUAL_LEVEL = 30


@dataclass(frozen=True, slots=True)
class Place:
    """A view of the page."""

    slug: str
    level: int = USUAL_LEVEL
    after: int = 0  # id of the line put off last
    line: int = 0  # id of a line chosen in the picture
    role: str = ""  # whose card is open
    everyone: bool = False  # the long tail of speakers is shown

    def link(self, **changes: Any) -> str:
        """The address of this place with changes, escaped for HTML."""
        there = replace(self, **changes)
        more: dict[str, object] = {}
        if there.level != USUAL_LEVEL:
            more["above"] = there.level
        for name, value in (("after", there.after), ("line", there.line), ("role", there.role)):
            if value:
                more[name] = value
        if there.everyone:
            more["all"] = "yes"
        return escape(address("/cast", there.slug, **more))


def read_place(request: gr.Request) -> Place:
    """From the address; what makes no sense there is as usual."""
    level = read_number(request, "above")
    return Place(
        read_slug(request),
        level if level in LEVELS else USUAL_LEVEL,
        read_number(request, "after"),
        read_number(request, "line"),
        str(request.query_params.get("role", "")),
        request.query_params.get("all") == "yes",
    )
