"""The steps of a sitting up to the consent: who speaks, the microphone, the reading, the statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.shelf_types import BookSummary
from engine.voice_desk import BEST_SPEECH_S, LEAST_SPEECH_S
from engine.voice_profiles import RecordedVoice
from engine.voice_types import Challenge, Sample, Use
from engine.voices.consent import Check, Outcome, StatementReport
from engine.voices.prompts import Prompt
from studio.pages.sitting_frame import Place
from studio.pages.wording import escape, say_count

SOUND_FILES = ".wav,.flac,.mp3,.m4a,.ogg,.opus,.webm,audio/*"
TEST_SENTENCE = "One, two, three, four, five. The kettle is on, and the door stands open."
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


@dataclass(frozen=True, slots=True)
class Recorder:
    """A place to record: where the sound is sent, and how long it lasts at most."""

    send: str  # path below the sitting's address
    button: str
    most_s: int
    stops: bool = True  # a person stops it; else it ends by itself
    accept_file: str = ""  # the words on the button that takes a file instead; "" for none


def show_recorder(recorder: Recorder) -> str:
    """Level, countdown and button; what comes of it is put below."""
    instead = ""
    if recorder.accept_file:
        instead = (
            f'<label class="button file"><span>{escape(recorder.accept_file)}</span><input type="file" class="sr" '
            f'accept="{SOUND_FILES}" data-upload="{escape(recorder.send)}"></label>'
        )
    return (
        f'<section class="recorder" data-send="{escape(recorder.send)}" data-most="{recorder.most_s}"'
        f"{' data-fixed' if not recorder.stops else ''}>"
        '<div class="dial"><div class="level" role="meter" aria-label="Level" aria-valuemin="-60" aria-valuemax="0" '
        'aria-valuenow="-60"><i></i></div><p class="count" role="status" aria-live="assertive"></p></div>'
        '<div class="row"><button type="button" class="button primary big" data-record '
        f'data-words="{escape(recorder.button)}"'
        f' id="record">{escape(recorder.button)}</button>{instead}</div>'
        '<p class="hint no-microphone" hidden></p></section><div id="outcome" aria-live="polite"></div>'
    )


# -- who ------------------------------------------------------------------------------------------------------------


def show_who(book: str) -> str:
    """The name, and what is done with a voice, before anything is recorded."""
    return (
        '<h1>Whose voice is it?</h1><form class="panel" data-send="">'
        '<label>The name of the person who speaks<input name="person" required minlength="2" maxlength="80" '
        'autocomplete="name" id="person"></label>'
        '<label>What the voice is to be called <small>(if not as the person)</small><input name="label" maxlength="80" '
        'id="voice-label"></label>'
        f'<input type="hidden" name="book" value="{escape(book)}">{show_notice()}'
        '<div class="row"><button class="button primary" id="begin">Begin</button></div></form>'
        '<p class="hint">Is the person somewhere else? Begin with their name, and make a link for them on the '
        "next page.</p>"
    )


def show_notice(where: str = "this computer") -> str:
    return (
        '<div class="told"><p><b>Before you begin.</b> You read a few sentences aloud, then a short statement '
        "with which "
        "you allow your voice to be used. To see that both are spoken by the same person, Voxfolio works out a "
        f"<i>voiceprint</i> of the recordings. Recordings and voiceprint stay on {where} and are sent nowhere else. "
        "You can take your leave back at any time; then they are deleted.</p></div>"
    )


def show_greeting(person: str, books: Sequence[str]) -> str:
    """What a guest reads first."""
    named = f"for {_join([f'“{title}”' for title in books])}" if books else "for audiobooks made in that studio"
    return (
        f"<h1>Hello, {escape(person)}</h1><p>You have been asked to lend your voice {escape(named)}. It takes "
        "about ten "
        "minutes in a quiet room. This link is yours alone and works once; you can close the page and come back before "
        f"you have given your consent.</p>{show_notice('the computer of who sent you the link')}"
    )


# -- microphone -----------------------------------------------------------------------------------------------------


def show_microphone_step(place: Place, greeting: str = "", invite: str = "") -> str:
    """A few seconds, and what they say of the room; ``invite`` is for somebody who is elsewhere."""
    return (
        f"{greeting or '<h1>Is the microphone right?</h1>'}"
        '<ul class="tips"><li>A quiet room with soft things in it: a bedroom is better than a kitchen.</li>'
        "<li>A hand's breadth from the microphone, a little to its side.</li>"
        "<li>No fan, no music, nobody else.</li></ul>"
        f'<p>Press the button, and say: <q class="say">{TEST_SENTENCE}</q></p>'
        f"{show_recorder(Recorder('microphone', 'Test the microphone', 4, stops=False))}"
        f'<p class="row"><a class="button" href="{escape(place.address(step="reading"))}" id="to-reading">'
        f"Go on to the reading</a></p>{invite}"
    )


# -- reading --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading is."""

    voice: RecordedVoice
    prompt: Prompt | None
    coverage: float


def show_reading_step(place: Place, reading: Reading) -> str:
    """One sentence at a time, and how much there is."""
    prompt = reading.prompt
    words = (
        f'<blockquote class="prompt" id="prompt">{escape(prompt.text)}</blockquote>'
        if prompt
        else ("<p>Every sentence has been read. Go on to the consent, or bring a recording of your own.</p>")
    )
    recorder = show_recorder(Recorder("reading", "Record", 45)) if prompt else ""
    return (
        f"<h1>Read this aloud</h1>{show_amount(reading)}{words}{recorder}"
        f"{show_way_on(place, reading)}"
        '<details class="instead"><summary>Bring a recording instead</summary>'
        "<p>WAV, FLAC, MP3, M4A, OGG or WEBM, up to an hour of one person speaking. It is cut at its pauses.</p>"
        f'<label class="tick"><input type="checkbox" id="reduce-noise"> Take noise out of it</label>'
        f'<label class="button file"><span>Choose a file</span><input type="file" class="sr" id="recording-file" '
        f'accept="{SOUND_FILES}" data-upload="upload" data-with="#reduce-noise"></label></details>'
    )


def show_amount(reading: Reading) -> str:
    """Seconds and sounds so far, as two bars with words."""
    seconds, share = reading.voice.seconds, reading.coverage
    return (
        '<dl class="amount"><div><dt>Speech</dt><dd>'
        f'<progress max="{BEST_SPEECH_S:.0f}" value="{min(seconds, BEST_SPEECH_S):.1f}"></progress>'
        f"<span>{seconds:.0f} of {BEST_SPEECH_S:.0f} seconds</span></dd></div>"
        f'<div><dt>Sounds of English</dt><dd><progress max="1" value="{share:.3f}"></progress>'
        f"<span>{share:.0%}</span></dd></div></dl>"
    )


def show_way_on(place: Place, reading: Reading) -> str:
    seconds = reading.voice.seconds
    if seconds < LEAST_SPEECH_S:
        return ""
    enough = seconds >= BEST_SPEECH_S
    said = "That is enough." if enough else "You can go on already; half a minute makes a better voice."
    return (
        f'<p class="way-on"><a class="button{" primary" if enough else ""}" id="to-consent" '
        f'href="{escape(place.address(step="consent"))}">Go on to the consent</a> <span>{said}</span></p>'
    )


def show_compared(place: Place, sample: Sample, kept: Sequence[str]) -> str:
    """A clip before and after noise was taken out of it, and the way back."""
    before, after = (escape(place.address(f"sample/{sample.id}", **more)) for more in ({"before": "true"}, {}))
    return (
        '<div class="row compared"><button type="button" class="button" aria-pressed="false" id="hear-before" '
        f'data-sound="{before}">Hear it before</button>'
        f'<button type="button" class="button" aria-pressed="false" id="hear-after" data-sound="{after}">and after'
        '</button><button type="button" class="plain" data-post="forget" data-redraw="yes" id="not-better" '
        f'data-ids="{escape(",".join(kept))}">Not better: take these clips out</button></div>'
    )


def show_taken(place: Place, kept: Sequence[str], prompt: bool, card: str) -> str:
    """What came of a reading: the scorecard, and to read again or on."""
    again = (
        f'<button type="button" class="button" data-again data-post="forget" data-ids="{escape(",".join(kept))}" '
        'id="again">Read it again</button>'
    )
    on = f'<a class="button primary" id="next-prompt" href="{escape(place.address(step="reading"))}">' + (
        "Next sentence</a>" if prompt else "Go on</a>"
    )
    buttons = (again if prompt else "") + (on if kept or not prompt else "")
    return f'{card}<div class="row">{buttons}</div>'


# -- consent --------------------------------------------------------------------------------------------------------


def show_terms(place: Place, voice: RecordedVoice, books: Sequence[BookSummary], today: date) -> str:
    """What a person agrees to, before the statement is made."""
    if voice.seconds < LEAST_SPEECH_S:
        return (
            f"<h1>Consent</h1><p>There are {voice.seconds:.0f} seconds of speech so far. Read on until there are at "
            f'least {LEAST_SPEECH_S:.0f}.</p><p class="row"><a class="button primary" '
            f'href="{escape(place.address(step="reading"))}">Read on</a></p>'
        )
    until, last = today + timedelta(days=365), today + timedelta(days=3650)
    return (
        "<h1>Your consent</h1><p>Say what your voice may be used for. From that a short statement is made, "
        "which you read "
        "aloud. You can take it back at any time.</p>"
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
        '</label><div class="row"><button class="button primary" id="show-statement">Show me the '
        "statement</button></div>"
        '<p class="hint">You then have two minutes. Reading takes about twenty seconds.</p></form><div '
        'id="statement"></div>'
    )


def _show_scope(place: Place, books: Sequence[BookSummary]) -> str:
    if place.guest:
        titles = _join([f"“{book.title}”" for book in books])
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
        '<p class="over" hidden>The two minutes are over.</p>'
        '<p class="row"><button type="button" class="plain" data-press="#show-statement" id="new-words">New '
        "words</button>"
        "</p></section>"
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
        return f"{head}{listed}"
    if report.may_be_reviewed:
        head = '<p class="verdict amber"><b>Unsure</b> <span>Not everything could be told.</span></p>'
        return f'{head}{listed}<div class="row">{new_words}</div>{show_review(place, report)}'
    head = '<p class="verdict red"><b>Not accepted</b> <span>No consent was entered.</span></p>'
    return f'{head}{listed}<div class="row">{new_words}</div>'


def show_review(place: Place, report: StatementReport) -> str:
    """A second person may judge what the checks could not."""
    if place.guest:
        return (
            '<p class="hint">If it stays so, because of an accent or a cold for instance, tell who sent you the '
            "link: they "
            "can listen to what you read and answer for it with their name.</p>"
        )
    id_ = report.challenge.id
    heard = escape(place.address(f"statement/{id_}"))
    return (
        '<form class="panel review" data-send="review"><h2>A second person may judge</h2>'
        f"<p>Somebody else than {escape(report.challenge.terms.person)} listens, compares with the statement, "
        "and gives "
        "their name. The record will say that a person judged, and who.</p>"
        f'<blockquote>{escape(report.challenge.wording)}</blockquote><audio controls src="{heard}"></audio>'
        f'<input type="hidden" name="challenge" value="{escape(id_)}"><label>Name of the second person'
        '<input name="reviewer" required minlength="2" maxlength="80"></label>'
        '<div class="row"><button class="button" id="attest">I heard it, and answer for it</button></div></form>'
    )


def show_waiting(place: Place, reports: Mapping[str, StatementReport]) -> str:
    """Statements that were read by a guest and wait for somebody to listen."""
    return "".join(show_review(place, report) for report in reports.values())


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def say_amount(voice: RecordedVoice) -> str:
    chosen = sum(sample.chosen for sample in voice.samples)
    return f"{voice.seconds:.0f} s in {say_count(chosen, 'clip')}"
