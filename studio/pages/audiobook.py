"""Audiobook: what it says of itself, how it measures against the stores' limits, and the finished files."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from engine.core_types import Audiobook, AudioMeasures
from engine.shelf_types import BookSummary, ChapterSummary, Job, JobKind, JobState
from studio.pages.details import DetailsForm
from studio.pages.frame import Page, Update, read_slug, show_cover
from studio.pages.progress import is_busy, show_failure, show_remark, show_work, shows_work
from studio.pages.wording import address, escape, quote, say_about, say_clock, say_count, say_megabytes

WATCH_EVERY_S = 1.0
LOOK_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What the strictest of the stores asks of a chapter's file, and the scale it is drawn on."""

    name: str
    measure: str  # field of AudioMeasures
    unit: str
    lowest: float
    highest: float
    scale: tuple[float, float]
    words: str


# ACX (RMS, peak, noise floor, 120 minutes a file) and the head and tail that ACX's two sources both accept.
LIMITS = (
    Limit("Loudness", "rms_db", "dB", -23.0, -18.0, (-30.0, -10.0), "−23 to −18 dB"),
    Limit("Peak", "peak_db", "dB", -200.0, -3.0, (-12.0, 0.0), "at most −3 dB"),
    Limit("Noise floor", "noise_floor_db", "dB", -200.0, -60.0, (-96.0, -40.0), "at most −60 dB"),
    Limit("Head", "head_s", "s", 0.5, 5.0, (0.0, 6.0), "0.5 to 5 s"),
    Limit("Tail", "tail_s", "s", 1.0, 5.0, (0.0, 6.0), "1 to 5 s"),
    Limit("Length", "seconds", "clock", 0.0, 7200.0, (0.0, 9000.0), "at most 120 minutes"),
)
DISCLOSURE = """
<section class="disclosure"><h2>What listeners are told</h2><p>Each file says “Narrated by a digital voice” in its
description and names the voice as the narrator. Stores that take synthetic narration (Google Play Books, Spotify,
Apple Books) ask for this, and in the European Union the law does. Say it where you publish, too. Audible (ACX) takes
human narration only, unless it has invited you.</p></section>
"""


class AudiobookPage(Page):
    """Making the files, what they say of themselves, and how they measure."""

    path = "/audiobook"
    station = "Audiobook"

    def lay_out(self) -> None:
        self.status = self.add_board("audiobook")
        self.finished = self.add_board("finished")
        with gr.Accordion("Title, author, narrator, cover", open=False, elem_id="details-fold"):
            self.details = DetailsForm(self, ("title", "author", "narrator", "year", "description"))
        self.measures = self.add_picture("measures")
        self.audience = self.add_picture("audience")
        gr.HTML(DISCLOSURE, elem_id="disclosure", apply_default_css=False)
        self.details.listen()
        self.listen(gr.Timer(WATCH_EVERY_S).tick, self.watch, self.status, quiet=True)
        self.listen(gr.Timer(LOOK_EVERY_S).tick, self.look, quiet=True)

    def fill_fields(self, slug: str) -> Update:
        return self.details.fill(slug)

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        return {
            self.status: self.show_status(book, chapters, self.production.current_job(book.slug)),
            self.finished: show_finished(book.slug, self.production.exports(book.slug)),
            self.measures: self.show_measures(book, chapters),
            self.audience: show_audience(self.production.why_private(book.slug)),
        }

    def watch(self, request: gr.Request, shown: str) -> Update:
        """The work as it goes on; the whole page when it has come to its end."""
        slug = read_slug(request)
        job = self.production.current_job(slug)
        if is_busy(job):
            return {self.status: self.show_status(self.production.book(slug), [], job)}
        return self.redraw(request) if shows_work(shown) else {}

    def look(self, request: gr.Request) -> Update:
        """The page as it is by now."""
        return self.redraw(request) if read_slug(request) else {}

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        if deed == "export":
            self.production.request_export(slug, (str(event.format),))
        elif deed == "stop":
            self.production.stop_job(int(event.job))
        return {}

    def show_status(self, book: BookSummary, chapters: list[ChapterSummary], job: Job | None) -> str:
        """The book as it will stand in a player, and the two ways of making it; or the making."""
        if job is not None and is_busy(job):
            work = show_work(job)
        else:
            work = show_choices(chapters)
            if job and job.state is JobState.FAILED and job.kind is JobKind.EXPORT:
                work = show_failure(job, "") + work
        narrator = escape(book.narrator or self.find_voice_label(book.voice))
        by = " · ".join(part for part in (escape(book.author), escape(book.year)) if part)
        return (
            f'<section class="book">{show_cover(book)}<div><h1>{escape(book.title)}</h1><p class="by">{by}</p>'
            f'<p class="facts">Narrated by {narrator} · {say_about(book.estimated_minutes)}</p></div></section>'
            f"{work}{show_remark(job)}"
        )

    def find_voice_label(self, name: str) -> str:
        return next((voice.label for voice in self.production.voices() if voice.name == name), name)

    def show_measures(self, book: BookSummary, chapters: list[ChapterSummary]) -> str:
        """Every narrated chapter measured on its encoded file, against the limits."""
        rows, fine, measured = [], 0, 0
        aloud = [chapter for chapter in chapters if chapter.include and chapter.lines]
        for number, chapter in enumerate(aloud, start=1):
            audio = self.production.chapter_audio(book.slug, chapter.id) if chapter.audio else None
            measured += audio is not None
            fine += audio is not None and all(is_within(limit, audio.measures) for limit in LIMITS)
            rows.append(show_measured(number, chapter, audio.measures if audio else None))
        if not measured:
            way = f'<a href="{escape(address("/narration", book.slug))}">Narrate the book</a> first.'
            return f'<section><h2>Sound</h2><p class="hint">There is nothing to measure yet. {way}</p></section>'
        verdict = (
            f"All {say_count(measured, 'narrated chapter')} are within the limits."
            if fine == measured
            else f"{say_count(measured - fine, 'chapter')} of {measured} outside the limits, marked below."
        )
        heads = "".join(f'<th scope="col">{limit.name}<small>{limit.words}</small></th>' for limit in LIMITS)
        return (
            f'<section class="measures"><h2>Sound</h2><p id="verdict">{verdict} Measured on the files themselves, '
            'against what stores ask for.</p><div class="scroll" tabindex="0" role="region" aria-label="Measurements">'
            f'<table><thead><tr><th scope="col">Chapter</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
            "</div></section>"
        )


def show_choices(chapters: list[ChapterSummary]) -> str:
    missing = sum(chapter.lines - chapter.rendered for chapter in chapters if chapter.include)
    first = f"{say_count(missing, 'line')} still to be spoken; that is done first."
    note = f'<p class="hint">{first}</p>' if missing else ""
    return (
        '<div class="choices">'
        '<button type="button" class="primary big" id="export" data-act="export" data-format="m4b">'
        "Make the M4B<small>one file with chapters and cover, for players</small></button>"
        '<button type="button" class="big" id="export-mp3" data-act="export" data-format="mp3">Make the MP3s'
        f"<small>one file a chapter, as stores ask for</small></button></div>{note}"
    )


def show_audience(reasons: list[str]) -> str:
    """Who may hear the audiobook, by the leave of the voices' owners and the licences of the engines."""
    if not reasons:
        return (
            '<section class="disclosure"><h2>Who may hear it</h2><p>Anybody: every voice in it, and every engine, may '
            "be published.</p></section>"
        )
    listed = "".join(f"<li>{escape(reason)}</li>" for reason in reasons)
    return (
        '<section class="disclosure"><h2>Who may hear it</h2><p><b>For private listening only.</b> The files say so '
        f"in their description.</p><ul>{listed}</ul></section>"
    )


def show_finished(slug: str, books: list[Audiobook]) -> str:
    """The finished files, to be downloaded."""
    if not books:
        return ""
    rows = "".join(show_download(slug, book) for book in books if book.path.exists())
    return f'<section class="finished"><h2>Finished</h2><ul>{rows}</ul></section>'


def show_download(slug: str, book: Audiobook) -> str:
    name = book.path.name if book.path.is_file() else f"{book.path.name}.zip"
    href = escape(f"/media/export/{slug}/{quote(name, safe='')}")
    facts = f"{say_clock(book.seconds)} · {say_count(len(book.marks), 'chapter')} · {say_megabytes(book.bytes)}"
    return (
        f'<li><div><b>{escape(name)}</b><small>{facts}</small></div><a class="button primary download" '
        f'id="download-{escape(book.format)}" href="{href}" download="{escape(name)}">Download</a></li>'
    )


def is_within(limit: Limit, measures: AudioMeasures) -> bool:
    return limit.lowest <= float(getattr(measures, limit.measure)) <= limit.highest


def show_measured(number: int, chapter: ChapterSummary, measures: AudioMeasures | None) -> str:
    """A row of the table: each figure on its scale, the allowed part shaded."""
    title = f'<th scope="row">{number}. {escape(chapter.title or "Untitled")}</th>'
    if measures is None:
        return f'<tr class="unspoken">{title}<td colspan="{len(LIMITS)}">not narrated yet</td></tr>'
    return f"<tr>{title}{''.join(show_figure(limit, measures) for limit in LIMITS)}</tr>"


def show_figure(limit: Limit, measures: AudioMeasures) -> str:
    value = float(getattr(measures, limit.measure))
    figure = say_clock(value) if limit.unit == "clock" else f"{value:.1f} {limit.unit}".replace("-", "−")
    low, high = limit.scale

    def place(amount: float) -> float:
        return 100 * (min(max(amount, low), high) - low) / (high - low)

    start, end = place(limit.lowest), place(limit.highest)
    inside = is_within(limit, measures)
    outside = '<span class="sr"> outside the limit</span>'
    return (
        f'<td class="{"inside" if inside else "outside"}">{figure}{"" if inside else outside}'
        f'<span class="scale" aria-hidden="true" style="--from:{start:.1f}%;--to:{end:.1f}%;--at:{place(value):.1f}%">'
        "</span></td>"
    )
