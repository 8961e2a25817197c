"""The HTML document around every page: Gradio's own, without its links to other hosts, with the studio's style.

The style sheet and the script are waited for (no "defer"): a page never flashes unstyled, and Gradio's parts, which
call the script as soon as they are drawn, always find it.
"""

from __future__ import annotations

import re
from pathlib import Path

import gradio
from gradio.routes import templates
from jinja2 import ChoiceLoader, DictLoader

INDEX = "frontend/index.html"
HEAD = """
		<title>Voxfolio</title>
		<meta name="color-scheme" content="light dark" />
		<link rel="icon" type="image/svg+xml" href="/media/icon.svg" />
		<link rel="stylesheet" href="/media/studio.css" />
		<script src="/media/studio.js"></script>
"""


def prepare_shell() -> None:
    """Put the studio's document in front of Gradio's. Calling it again changes nothing."""
    original = (Path(gradio.__file__).parent / "templates" / INDEX).read_text(encoding="utf-8")
    loader = templates.env.loader
    if isinstance(loader, ChoiceLoader):
        return
    assert loader is not None
    templates.env.loader = ChoiceLoader([DictLoader({INDEX: clean_document(original)}), loader])


def clean_document(document: str) -> str:
    """Gradio's document without the cards for social networks, which name other hosts, and with the studio's head."""
    without_cards = re.sub(r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*/>\s*", "", document)
    without_manifest = re.sub(r"<link rel=\"manifest\"[^>]*/>\s*", "", without_cards)
    return without_manifest.replace("</head>", HEAD + "</head>", 1)
