"""What the finished book says of itself: the fields for it, as they stand on the manuscript and audiobook pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from studio.pages.frame import Page, Update, read_slug, show_good

LABELS = {
    "title": ("Title", ""),
    "author": ("Author", ""),
    "narrator": ("Narrated by", "as credited; empty for the name of the voice"),
    "language": ("Language", "en, en-GB, fr, de …"),
    "year": ("Year", "of publication"),
    "description": ("Description", "shown by stores and players"),
}


class DetailsForm:
    """Fields, a cover, and a button that keeps them; part of a page."""

    def __init__(self, page: Page, names: tuple[str, ...]) -> None:
        self.page = page
        self.names = names
        with gr.Group(elem_id="details"), gr.Row():
            self.fields = {name: page.add(self.make_field(name)) for name in names}
        with gr.Row(elem_id="details-buttons"):
            self.save = gr.Button("Save the details", variant="secondary", elem_id="details-save")
            self.cover = page.add(
                gr.UploadButton("Choose a cover", file_types=[".jpg", ".jpeg", ".png"], elem_id="cover-upload")
            )

    def make_field(self, name: str) -> gr.Textbox:
        label, hint = LABELS[name]
        lines = 3 if name == "description" else 1
        return gr.Textbox(
            label=label, placeholder=hint, lines=lines, max_lines=6, min_width=220, elem_id=f"details-{name}"
        )

    def listen(self) -> None:
        """Wire the buttons; called when the page is laid out."""
        self.page.listen(self.save.click, self.keep, [*self.fields.values()])
        self.page.listen(self.cover.upload, self.keep_cover, [self.cover])

    def fill(self, slug: str) -> Update:
        book = self.page.production.book(slug)
        return {field: getattr(book, name) for name, field in self.fields.items()}

    def keep(self, request: gr.Request, *values: str) -> Update:
        slug = read_slug(request)
        details: dict[str, Any] = dict(zip(self.names, values, strict=True))
        self.page.production.change_details(slug, **details)
        return {**self.page.show(request), self.page.notice: show_good("Saved.")}

    def keep_cover(self, request: gr.Request, path: str) -> Update:
        slug, picture = read_slug(request), Path(path)
        try:
            self.page.production.change_details(slug, cover=picture)
        finally:
            picture.unlink(missing_ok=True)  # the project has its own copy
        return {**self.page.redraw(request), self.page.notice: show_good("The cover is kept.")}
