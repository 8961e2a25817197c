"""Narration: have the book spoken, watch it, listen to what is ready, set single lines right."""

from __future__ import annotations

import gradio as gr

from engine.core_types import Pauses
from engine.errors import EditRefused
from engine.shelf_types import BookSummary, ChapterSummary, Job, JobState, Line
from studio.pages.frame import Page, Update, cue, is_narrated, read_number, read_slug, show_good, show_next
from studio.pages.progress import is_busy, show_failure, show_remark, show_work, shows_work
from studio.pages.turning import LINES_A_PAGE, choose_chapter, show_turning
from studio.pages.wording import address, escape, say_about, say_clock, say_count, say_minutes

WATCH_EVERY_S = 1.0  # while something is being made
LOOK_EVERY_S = 4.0  # always: another tab or a command may have changed the book
PAUSES = {
    "clause_s": "Within a sentence",
    "sentence_s": "After a sentence",
    "paragraph_s": "After a paragraph",
    "scene_s": "At a scene break",
    "heading_s": "After a heading",
}
LONGEST_PAUSE_S = 10.0


class NarrationPage(Page):
    """The work on the book, the chapters, and the lines of the chosen one."""

    path = "/narration"
    station = "Narration"

    def lay_out(self) -> None:
        self.status = self.add_board("narration")
        with gr.Row(elem_id="two-panes"):
            with gr.Column(scale=2, min_width=300):
                self.chapters = self.add_board("chapters")
            with gr.Column(scale=3, min_width=300):
                self.lines = self.add_board("lines")
        with gr.Accordion("Pauses, in seconds", open=False, elem_id="pauses"):
            with gr.Row():
                self.pauses = [self.add(make_pause_field(name, label)) for name, label in PAUSES.items()]
            save = gr.Button("Keep these pauses", elem_id="pauses-save")
        self.listen(save.click, self.keep_pauses, self.pauses)
        self.listen(gr.Timer(WATCH_EVERY_S).tick, self.watch, self.status, quiet=True)
        self.listen(gr.Timer(LOOK_EVERY_S).tick, self.look, quiet=True)

    def fill_fields(self, slug: str) -> Update:
        pauses = self.production.book(slug).pauses
        return {field: getattr(pauses, name) for name, field in zip(PAUSES, self.pauses, strict=True)}

    def show_book(self, book: BookSummary, chapters: list[ChapterSummary], request: gr.Request) -> Update:
        job = self.production.current_job(book.slug)
        chosen = choose_chapter([chapter for chapter in chapters if chapter.include], request)
        return {
            self.status: show_status(book, chapters, job, len(self.find_uncast(book))),
            self.chapters: show_chapters(book, chapters, chosen, job),
            self.lines: self.show_lines(book, chosen, read_number(request, "from")) if chosen else "",
        }

    def watch(self, request: gr.Request, shown: str) -> Update:
        """The work as it goes on; the whole page when it has come to its end. Looks at nothing but the job."""
        job = self.production.current_job(read_slug(request))
        if job is not None and is_busy(job):
            return {self.status: show_work(job, "h1")}
        return self.redraw(request) if shows_work(shown) else {}

    def look(self, request: gr.Request) -> Update:
        """The page as it is by now."""
        return self.redraw(request) if read_slug(request) else {}

    # -- what can be pressed -----------------------------------------------------------------------------------

    def do(self, deed: str, event: gr.EventData, slug: str) -> Update:
        production = self.production
        if deed == "narrate":
            production.request_narration(slug)
        elif deed == "narrate-chapter":
            production.request_narration(slug, [int(event.id)])
        elif deed == "stop":
            production.stop_job(int(event.job))
        elif deed == "redo":
            path = production.line_desk.redo_line(slug, int(event.id))
            return {self.cue: cue(play=line_sound(slug, int(event.id), path.stem))}
        elif deed == "change-words":
            production.line_desk.change_words(slug, int(event.id), str(event.value))
            path = production.line_desk.hear_line(slug, int(event.id))
            return {self.cue: cue(play=line_sound(slug, int(event.id), path.stem))}
        return {}

    def keep_pauses(self, request: gr.Request, *values: float | None) -> Update:
        if any(value is None or not 0 <= value <= LONGEST_PAUSE_S for value in values):
            raise EditRefused(f"A pause is between 0 and {LONGEST_PAUSE_S:.0f} seconds. Change it and try again.")
        seconds = {name: float(value or 0) for name, value in zip(PAUSES, values, strict=True)}
        self.production.change_pauses(read_slug(request), Pauses(**seconds))
        saved = "Kept. Press Narrate to put the chapters together anew; no line has to be spoken again."
        return {**self.redraw(request), self.notice: show_good(saved)}

    def show_lines(self, book: BookSummary, chosen: ChapterSummary, first: int) -> str:
        """A page of the chosen chapter's lines."""
        lines = self.production.line_desk.lines(book.slug, chosen.id, first, LINES_A_PAGE)
        rows = "".join(show_line(book.slug, line) for line in lines)
        alone = (
            ""
            if chosen.audio
            else f'<button type="button" data-act="narrate-chapter" data-id="{chosen.id}" id="narrate-chapter">'
            "Narrate this chapter</button>"
        )
        return (
            f'<section class="lines" aria-labelledby="lines-title"><div class="lines-head"><h2 id="lines-title">'
            f'{escape(chosen.title or "Untitled")}</h2>{alone}</div><ol start="{first + 1}">{rows}</ol>'
            f"{show_turning(self.path, book.slug, chosen, first, '#lines')}</section>"
        )


def make_pause_field(name: str, label: str) -> gr.Number:
    elem_id = f"pause-{name.removesuffix('_s')}"
    return gr.Number(label=label, minimum=0, maximum=LONGEST_PAUSE_S, step=0.05, min_width=130, elem_id=elem_id)


def line_sound(slug: str, segment_id: int, take: str) -> str:
    """The address of a line's sound; the take's key is in it so that another take is another address."""
    return f"/media/line/{slug}/{segment_id}?take={take[:16]}"


def show_status(book: BookSummary, chapters: list[ChapterSummary], job: Job | None, uncast: int = 0) -> str:
    """What is going on with the whole book, and the one thing to do next; ``uncast`` speakers have no voice yet."""
    if job is not None and is_busy(job):
        return show_work(job, "h1")
    aloud = [chapter for chapter in chapters if chapter.include]
    lines, spoken = sum(c.lines for c in aloud), sum(c.rendered for c in aloud)
    if is_narrated(chapters):
        return show_ready(book, job)
    again = "Try again" if job and job.state is JobState.FAILED else "Go on" if 0 < spoken < lines else "Narrate"
    look = "big" if uncast else "primary big"
    narrate = f'<button type="button" class="{look}" id="narrate" data-act="narrate">{again}</button>'
    if uncast:
        narrate = show_next("Choose their voices", "/cast", book.slug, "to-uncast") + narrate
    if job and job.state is JobState.FAILED:
        return show_failure(job, narrate, "h1")
    if not lines:
        title, narrate = "There is nothing to narrate", ""
        facts = "Every chapter is left out. Bring one back on the manuscript page."
    elif spoken == lines:
        title, facts = "All lines are spoken", "Narrate puts the changed chapters together; it takes a moment."
    elif spoken:
        stopped = job is not None and job.state is JobState.STOPPED
        title = f"{'Stopped at ' if stopped else ''}{100 * spoken // lines}%{'' if stopped else ' narrated'}"
        facts = f"{say_count(lines - spoken, 'line')} still to be spoken. What is spoken is kept."
    else:
        title = "Ready to narrate"
        facts = f"{say_count(len(aloud), 'chapter')}, {say_about(book.estimated_minutes)} of listening."
    if uncast:
        facts += f" {say_count(uncast, 'speaker')} without a voice: their lines wait."
    return f'<div class="work"><div><h1>{title}</h1><p class="facts">{facts}</p>{show_remark(job)}</div>{narrate}</div>'


def show_ready(book: BookSummary, job: Job | None) -> str:
    length = f"{say_about(book.estimated_minutes).capitalize()} of listening. Lines can still be redone or changed."
    return (
        '<div class="work ready"><div><h1>The book is narrated</h1>'
        f'<p class="facts">{length}</p>{show_remark(job)}</div>'
        f"{show_next('Make the audiobook', '/audiobook', book.slug)}</div>"
    )


def show_chapters(
    book: BookSummary, chapters: list[ChapterSummary], chosen: ChapterSummary | None, job: Job | None
) -> str:
    """The chapters that are read aloud: how far each is, and a player for what is ready."""
    aloud = [chapter for chapter in chapters if chapter.include]
    rows = "".join(show_chapter(book, chapter, chapter is chosen, is_busy(job)) for chapter in aloud)
    left_out = len(chapters) - len(aloud)
    note = (
        f'<p class="hint">{say_count(left_out, "section")} left out. '
        f'<a href="{escape(address("/manuscript", book.slug))}">Bring one back</a></p>'
        if left_out
        else ""
    )
    return f'<section aria-label="Chapters"><h2>Chapters</h2><ol class="chapters">{rows}</ol>{note}</section>'


def show_chapter(book: BookSummary, chapter: ChapterSummary, chosen: bool, busy: bool) -> str:
    title = escape(chapter.title or "Untitled")
    share = chapter.rendered / chapter.lines if chapter.lines else 1.0
    if chapter.audio:
        state, about = "ready", "Ready"
    elif not chapter.rendered:
        state, about = "waiting", "Waiting" if busy else "Not narrated"
    elif share == 1:
        state, about = "spoken", "Being put together" if busy else "To be put together"
    else:
        state, about = "partly", f"{share:.0%} spoken"
    play = (
        f'<button type="button" class="play" data-long data-sound="{escape(chapter_sound(book.slug, chapter))}" '
        f'data-title="{title}" aria-pressed="false" aria-label="Play {title}"></button>'
        if chapter.audio
        else '<span class="play none" aria-hidden="true"></span>'
    )
    href = escape(address("/narration", book.slug, chapter=chapter.id))
    current = ' aria-current="true"' if chosen else ""
    return (
        f'<li class="{state}" data-chapter="{chapter.id}">{play}<a href="{href}" data-turn="#lines"{current}>'
        f'<span class="what"><b>{title}</b><small>{about} · {say_minutes(chapter.estimated_minutes)}</small></span>'
        f'<progress max="1" value="{1 if chapter.audio else share:.3f}" aria-label="{title}"></progress></a></li>'
    )


def chapter_sound(slug: str, chapter: ChapterSummary) -> str:
    """The address of a chapter's sound; its file's time is in it, so that a renewed chapter is fetched anew."""
    try:
        changed = chapter.audio.stat().st_mtime_ns if chapter.audio else 0
    except OSError:
        changed = 0
    return f"/media/chapter/{slug}/{chapter.id}?v={changed}"


def show_line(slug: str, line: Line) -> str:
    """One line: hear it, have it spoken another way, change what is said."""
    segment, take = line.segment, line.take
    words = escape(segment.text.strip())
    own = f'<small class="own">Said: {escape(segment.own_words)}</small>' if segment.own_words else ""
    remarks = "".join(f'<small class="doubt">{escape(note.sentence)}</small>' for note in take.findings) if take else ""
    length = f'<small class="length">{say_clock(take.seconds)}</small>' if take else ""
    sound = escape(line_sound(slug, segment.id, take.key if take else "none"))
    back = "Leave it empty to go back to the manuscript's words." if segment.own_words else ""
    hint = f"The manuscript stays as it is. {back}".strip()
    return (
        f'<li class="{segment.kind.replace(" ", "-")}{"" if take else " unspoken"}" data-line="{segment.id}">'
        f'<button type="button" class="play line-play" data-sound="{sound}" aria-pressed="false" '
        f'aria-label="Play this line"></button><p>{words}{own}{remarks}</p>{length}<span class="row">'
        f'<button type="button" class="plain line-redo" data-act="redo" data-id="{segment.id}" '
        'title="Have it spoken another way">Redo</button>'
        f'<button type="button" class="plain line-words" data-act="change-words" data-id="{segment.id}" '
        f'data-ask="What should be said here?" data-words="{escape(segment.said)}" data-hint="{escape(hint)}" '
        f'data-yes="Keep and hear it" title="Change what is said">Change</button></span></li>'
    )
