"""How far the work on a book is, and what can be done about it; the same on the narration and audiobook pages."""

from __future__ import annotations

from engine.shelf_types import Job, JobKind, JobState
from studio.pages.wording import escape, say_time_left

DOING = {JobKind.NARRATE: "Narrating", JobKind.EXPORT: "Making the audiobook"}


def is_busy(job: Job | None) -> bool:
    return job is not None and not job.state.over


def shows_work(shown: str) -> bool:
    """Does this piece of a page still show work going on?"""
    return 'id="stop"' in (shown or "")


def show_work(job: Job, heading: str = "h2") -> str:
    """A job that waits or runs: what is done, how much, how long still, and a way to stop it."""
    progress = job.progress
    doing = DOING.get(job.kind, "Working")
    known = job.state is JobState.RUNNING and progress.total > 0
    share = min(1.0, progress.done / progress.total) if known else 0.0
    value = f' value="{share:.4f}" max="1"' if known else ""
    words = [f"{share:.0%}" if known else "", escape(progress.message), say_time_left(progress.eta_seconds)]
    if job.state is JobState.WAITING:
        words = ["Beginning in a moment"]
    elif progress.station in ("mastering", "exporting") and not progress.message:
        words[1] = {"mastering": "Mastering", "exporting": "Writing the file"}[progress.station]
    return (
        f'<div class="work busy"><div><{heading} id="work-title">{doing}</{heading}>'
        f'<progress id="progress" aria-labelledby="work-title"{value}></progress>'
        f'<p id="progress-words" class="facts">{" · ".join(word for word in words if word)}</p></div>'
        f'<button type="button" id="stop" data-act="stop" data-job="{job.id}">Stop</button></div>'
    )


def show_failure(job: Job, again: str, heading: str = "h2") -> str:
    """Why the work did not come to its end; ``again`` is a button."""
    return (
        f'<div class="work failed" role="alert"><div>'
        f"<{heading}>{DOING.get(job.kind, 'The work')} did not finish</{heading}>"
        f'<p id="failure">{escape(job.message)}</p><p class="facts">Everything spoken so far is kept. '
        f'<a href="/media/log" download id="download-log">Download the log file</a></p></div>{again}</div>'
    )


def show_remark(job: Job | None) -> str:
    """What a finished job had to say."""
    if job is None or job.state is not JobState.DONE or not job.message:
        return ""
    return f'<p class="remark" id="remark">{escape(job.message)}</p>'
