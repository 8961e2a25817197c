"""The consent of a sitting: what it is asked for, the statement with its clock, and what the checks found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from engine.shelf_types import BookSummary
from engine.voice_desk import LEAST_SPEECH_S
from engine.voice_profiles import RecordedVoice
from engine.voice_types import Challenge, Use
from engine.voices.consent import Check, Outcome, StatementReport
from studio.pages.sitting_frame import Place, say_day
from studio.pages.sitting_steps import Recorder, show_recorder
from studio.pages.wording import escape, join_names, say_count

CHECKS = {
    Check.TIME: "It came within two minutes",
    Check.SPEECH: "Somebody speaks in it",
    Check.ONCE: "It is no earlier recording",
    Check.HUMAN: "No machine's mark is in it",
    Check.WORDING: "The statement was read",
    Check.CHALLENGE: "Today's six words were said",
    Check.SPEAKER: "It is the voice of the recordings",
}
OUTCOMES = {
    Outcome.PASSED: "yes",
    Outcome.UNSURE: "could not be told",
    Outcome.FAILED: "no",
    Outcome.NOT_CHECKED: "not checked",
}
ANSWERS = {Outcome.PASSED: "passed", Outcome.UNSURE: "unsure", Outcome.FAILED: "failed", Outcome.NOT_CHECKED: "skipped"}


def show_terms(place: Place, voice: RecordedVoice, books: Sequence[BookSummary], today: date, missing: str = "") -> str:
    """What a person agrees to, before the statement is made; ``missing`` is what this computer needs to hear it."""
    if voice.seconds < LEAST_SPEECH_S:
        return (
            f"<h1>Consent</h1><p>There are {voice.seconds:.0f} seconds of speech so far. Read on until there are at "
            f'least {LEAST_SPEECH_S:.0f}.</p><p class="row"><a class="button primary" '
            f'href="{escape(place.address(step="reading"))}">Read on</a></p>'
        )
    until, last = today + timedelta(days=365), today + timedelta(days=3650)
    button = (
        missing
        or '<div class="row"><button class="button primary" id="show-statement">Show me the statement</button></div>'
        '<p class="hint">You then have two minutes. Reading takes about twenty seconds.</p>'
    )
    return (
        f"<h1>Your consent</h1>{show_given(place, voice)}<p>Say what your voice may be used for. From that a short "
        "statement is made, which you read aloud. You can take it back at any time.</p>"
        f'<form class="panel" data-send="terms">'
        '<label>Your name, as you say it<input name="person" required maxlength="80" '
        f'value="{escape(voice.row.person)}">'
        "</label><fieldset><legend>What it may be used for</legend>"
        f'<label class="tick"><input type="radio" name="use" value="{Use.PRIVATE}" checked> Private listening '
        "only</label>"
        f'<label class="tick"><input type="radio" name="use" value="{Use.PUBLICATION}"> Publication as well: '
        "what it reads "
        "may be given to others and sold</label></fieldset>"
        f"{_show_scope(place, books)}"
        f'<label>Until, the last day<input type="date" name="until" required min="{today}" max="{last}" '
        f'value="{until}">'
        f'</label>{button}</form><div id="statement"></div>'
    )


def show_given(place: Place, voice: RecordedVoice) -> str:
    """That there is a consent already, for whoever comes back to this step."""
    if not voice.is_ready or voice.consent is None or place.guest:
        return ""
    return (
        f'<p class="verdict green"><b>Given</b> <span>There is a consent until {say_day(voice.consent.terms.until)}. '
        "A new statement can be read for another use, or a later day.</span></p>"
        f'<p class="row"><a class="button primary" href="{escape(place.address(step="result"))}">Go on to the voice'
        "</a></p>"
    )


def _show_scope(place: Place, books: Sequence[BookSummary]) -> str:
    if place.guest:
        titles = join_names([f"“{book.title}”" for book in books])
        said = f"For {titles}." if books else "For any audiobook made in the studio that asked you."
        return f'<p><b>Which books</b><br>{escape(said)}</p><input type="hidden" name="scope" value="guest">'
    here = next((book for book in books if book.slug == place.book), None)
    one = (
        f'<label class="tick"><input type="radio" name="scope" value="{escape(here.slug)}"> Only '
        f"“{escape(here.title)}”</label>"
        if here
        else ""
    )
    several = "".join(
        f'<label class="tick"><input type="checkbox" name="project" value="{escape(book.slug)}"> '
        f"{escape(book.title)}</label>"
        for book in books
    )
    chosen = (
        '<label class="tick"><input type="radio" name="scope" value="chosen"> Only the books ticked here</label>'
        f'<div class="books">{several}</div>'
        if books
        else ""
    )
    return (
        '<fieldset><legend>Which books</legend><label class="tick"><input type="radio" name="scope" value="" checked> '
        f"All books of this studio</label>{one}{chosen}</fieldset>"
    )


def show_statement(challenge: Challenge, seconds: int) -> str:
    """The statement with its six words large, its clock, and the recorder."""
    said = ", ".join(challenge.words)
    before, _, after = challenge.wording.partition(said)
    words = " ".join(f"<b>{escape(word)}</b>" for word in challenge.words)
    send = f"statement?challenge={challenge.id}"
    return (
        f'<section class="statement" id="challenge" data-seconds="{seconds}">'
        f'<p class="clock" role="timer"><span id="clock">{seconds // 60}:{seconds % 60:02d}</span> to read it</p>'
        f"<blockquote>{escape(before)}<span "
        f'class="challenge-words">{words}</span>{escape(after.strip(" ."))}</blockquote>'
        f"{show_recorder(Recorder(send, 'Read it now', 100, accept_file='Take a recording made just now'))}"
        '<div class="over" hidden><p>The two minutes are over. Nothing is lost: take new words, and read those.</p>'
        '<p class="row"><button type="button" class="button primary" data-press="#show-statement" id="later-words">'
        "Show me new words</button></p></div>"
        '<p class="row another"><button type="button" class="plain" data-press="#show-statement" id="new-words">Other '
        "words, please</button></p></section>"
    )


def show_report(place: Place, report: StatementReport) -> str:
    """Each check in words; what can be done when one was not passed."""
    items = "".join(
        f'<li class="{ANSWERS[result.outcome]}"><b>{CHECKS[result.check]}:</b> {OUTCOMES[result.outcome]}. '
        f"{escape(result.sentence)}</li>"
        for result in report.results
    )
    listed = f'<ul class="checks">{items}</ul>'
    new_words = (
        '<button type="button" class="button primary" data-press="#show-statement" id="try-again">'
        "Try again with new words</button>"
    )
    if report.passed:
        head = '<p class="verdict green"><b>Passed</b> <span>The consent is entered in the record.</span></p>'
        return f"<h1>The consent is given</h1>{head}{listed}"
    if report.may_be_reviewed:
        head = '<p class="verdict amber"><b>Unsure</b> <span>Not everything could be told.</span></p>'
        hint = (
            '<p class="hint">If it stays so, because of an accent or a cold for instance, tell who sent you the '
            "link: they can listen to what you read and answer for it with their name.</p>"
        )
        return f'{head}{listed}<div class="row">{new_words}</div>{hint if place.guest else ""}'
    head = '<p class="verdict red"><b>Not accepted</b> <span>No consent was entered.</span></p>'
    return f'{head}{listed}<div class="row">{new_words}</div>'


def show_review(place: Place, report: StatementReport, first: bool = True) -> str:
    """A second person may judge what the checks could not."""
    id_ = report.challenge.id
    heard, attest = escape(place.address(f"statement/{id_}")), ' id="attest"' if first else ""
    return (
        '<form class="panel review" data-send="review"><h2>A second person may judge</h2>'
        f"<p>Somebody else than {escape(report.challenge.terms.person)} listens, compares with the statement, "
        "and gives "
        "their name. The record will say that a person judged, and who.</p>"
        f'<blockquote>{escape(report.challenge.wording)}</blockquote><audio controls src="{heard}"></audio>'
        f'<input type="hidden" name="challenge" value="{escape(id_)}"><label>Name of the second person'
        '<input name="reviewer" required minlength="2" maxlength="80"></label>'
        f'<div class="row"><button class="button"{attest}>I heard it, and answer for it</button></div></form>'
    )


def show_waiting(place: Place, reports: Mapping[str, StatementReport]) -> str:
    """Statements that some check was unsure of, and that wait for somebody to listen; the latest first."""
    latest = sorted(reports.values(), key=lambda report: report.challenge.expires_at, reverse=True)
    forms = [show_review(place, report, number == 0) for number, report in enumerate(latest)]
    earlier = (
        f"<details><summary>{say_count(len(forms) - 1, 'earlier reading')}</summary>{''.join(forms[1:])}</details>"
        if len(forms) > 1
        else ""
    )
    return f'<div id="waiting">{"".join(forms[:1])}{earlier}</div>'
