"""The steps of a sitting up to the consent: who speaks, the microphone, the reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.voice_desk import BEST_SPEECH_S, LEAST_SPEECH_S
from engine.voice_profiles import RecordedVoice
from engine.voice_types import Sample
from engine.voices.parcel import SUFFIX
from engine.voices.prompts import Prompt
from studio.pages.sitting_frame import Place
from studio.pages.wording import escape, join_names, say_count

SOUND_FILES = ".wav,.flac,.mp3,.m4a,.ogg,.opus,.webm,audio/*"
TEST_SENTENCE = "One, two, three, four, five. The kettle is on, and the door stands open."


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


def show_who(book: str, needs: str = "") -> str:
    """The name, and what is done with a voice, before anything is recorded; ``needs`` is what this computer lacks."""
    return (
        '<h1>Whose voice is it?</h1><form class="panel" data-send="">'
        '<label>The name of the person who speaks<input name="person" required minlength="2" maxlength="80" '
        'autocomplete="name" id="person"></label>'
        '<label>What the voice is to be called <small>(if not as the person)</small><input name="label" maxlength="80" '
        'id="voice-label"></label>'
        f'<input type="hidden" name="book" value="{escape(book)}">{show_notice()}{needs}'
        '<div class="row"><button class="button primary" id="begin">Begin</button></div></form>'
        '<p class="hint">Is the person somewhere else? Begin with their name, and make a link for them on the '
        f"next page.</p>{show_parcel()}"
    )


def show_parcel() -> str:
    """A voice that comes as a sealed file."""
    return (
        '<details class="tool" id="parcel-tool"><summary>Bring a voice from another studio</summary><p>A file that '
        f"ends with {SUFFIX}, made there with “Take the voice to another studio”, and its passphrase. The consent "
        'comes with it.</p><form class="panel" data-parcel><label>The file<input type="file" name="parcel" required '
        f'accept="{SUFFIX}" id="parcel-file"></label><label>Its passphrase<input type="password" name="passphrase" '
        'required autocomplete="off" id="parcel-passphrase"></label><div class="row"><button class="button" '
        'id="bring-voice">Bring it</button></div></form></details>'
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
    named = f"for {join_names([f'“{title}”' for title in books])}" if books else "for audiobooks made in that studio"
    return (
        f"<h1>Hello, {escape(person)}</h1><p>You have been asked to lend your voice {escape(named)}. It takes "
        "about ten "
        "minutes in a quiet room. This link is yours alone and works once; you can close the page and come back before "
        f"you have given your consent.</p>{show_notice('the computer of who sent you the link')}"
    )


# -- microphone -----------------------------------------------------------------------------------------------------


def show_microphone_step(place: Place, greeting: str = "", missing: str = "", more: str = "") -> str:
    """A few seconds, and what they say of the room; ``more`` is for somebody who is elsewhere."""
    return (
        f"{greeting or '<h1>Is the microphone right?</h1>'}{missing}"
        '<ul class="tips"><li>A quiet room with soft things in it: a bedroom is better than a kitchen.</li>'
        "<li>A hand's breadth from the microphone, a little to its side.</li>"
        "<li>No fan, no music, nobody else.</li></ul>"
        f'<p>Press the button, and say: <q class="say">{TEST_SENTENCE}</q></p>'
        f"{show_recorder(Recorder('microphone', 'Test the microphone', 4, stops=False))}"
        f'<p class="row">{show_to_reading(place)}</p>{more}'
    )


def show_to_reading(place: Place, good: bool = False) -> str:
    """The way on; the first thing to press once the microphone is ``good``."""
    address = escape(place.address(step="reading"))
    return f'<a class="button{" primary" if good else ""}" href="{address}" id="to-reading">Go on to the reading</a>'


# -- reading --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading is."""

    voice: RecordedVoice
    prompt: Prompt | None
    coverage: float


def show_reading_step(place: Place, reading: Reading, missing: str = "") -> str:
    """One sentence at a time, and how much there is."""
    prompt = reading.prompt
    words = (
        f'<blockquote class="prompt" id="prompt">{escape(prompt.text)}</blockquote>'
        if prompt
        else ("<p>Every sentence has been read. Go on to the consent, or bring a recording of your own.</p>")
    )
    recorder = show_recorder(Recorder("reading", "Record", 45)) if prompt else '<div id="outcome"></div>'
    how = (
        '<p class="hint">Press Record, wait for 3, 2, 1, read the sentence, and press Stop.</p>'
        if prompt and not reading.voice.samples
        else ""
    )
    return (
        f"<h1>Read this aloud</h1>{missing}{show_amount(reading)}{words}{how}{recorder}"
        f"{show_way_on(place, reading)}"
        '<details class="instead"><summary>Bring a recording instead</summary>'
        "<p>WAV, FLAC, MP3, M4A, OGG or WEBM, up to an hour of one person speaking. It is cut at its pauses.</p>"
        '<label class="tick"><input type="checkbox" id="reduce-noise"> Take noise out of it</label>'
        f'<label class="button file"><span>Choose a file</span><input type="file" class="sr" id="recording-file" '
        f'accept="{SOUND_FILES}" data-upload="upload" data-with="#reduce-noise"></label></details>'
    )


def show_amount(reading: Reading) -> str:
    """Seconds and sounds so far, as two bars with words."""
    seconds, share = reading.voice.seconds, reading.coverage
    return (
        '<dl class="amount"><div><dt>Speech</dt><dd>'
        f'<progress max="{BEST_SPEECH_S:.0f}" value="{min(seconds, BEST_SPEECH_S):.1f}"></progress>'
        f"<span>{_say_seconds(seconds)}</span></dd></div>"
        "<div><dt>Sounds of English in the sentences read</dt><dd>"
        f'<progress max="1" value="{share:.3f}"></progress><span>{share:.0%}</span></dd></div></dl>'
    )


def _say_seconds(seconds: float) -> str:
    if seconds >= BEST_SPEECH_S:
        return f"{seconds:.0f} seconds, which is enough"
    if seconds >= LEAST_SPEECH_S:
        return f"{seconds:.0f} of {BEST_SPEECH_S:.0f} seconds"
    return f"{seconds:.0f} seconds; at least {LEAST_SPEECH_S:.0f}, better {BEST_SPEECH_S:.0f}"


def show_way_on(place: Place, reading: Reading) -> str:
    """Where to go from the reading, as far as there is somewhere; drawn anew after each sentence."""
    seconds, parts = reading.voice.seconds, []
    if seconds >= LEAST_SPEECH_S:
        enough = seconds >= BEST_SPEECH_S
        parts = [
            f'<a class="button{" primary" if enough else ""}" id="to-consent" '
            f'href="{escape(place.address(step="consent"))}">Go on to the consent</a>',
            "" if enough else "<span>You can go on already; half a minute makes a better voice.</span>",
        ]
    if reading.voice.samples and not place.guest:
        count = say_count(len(reading.voice.samples), "clip")
        parts.append(
            f'<a class="plain" id="to-clips" href="{escape(place.address(step="result"))}">Look at the {count} so far'
            "</a>"
        )
    return f'<p class="way-on">{" ".join(parts)}</p>'


def show_compared(place: Place, sample: Sample) -> str:
    """A clip before and after noise was taken out of it."""
    before, after = (escape(place.address(f"sample/{sample.id}", **more)) for more in ({"before": "true"}, {}))
    return (
        '<div class="row compared"><button type="button" class="button" aria-pressed="false" id="hear-before" '
        f'data-sound="{before}">Hear it with its noise</button>'
        f'<button type="button" class="button" aria-pressed="false" id="hear-after" data-sound="{after}">and without'
        "</button><span>Not better? Take it out again, and bring it with the noise.</span></div>"
    )


def show_stranger() -> str:
    """When a recording does not sound like those before it."""
    return (
        '<p class="verdict amber stranger"><b>Another voice?</b> <span>This does not sound like what was recorded '
        "before. Is it the same person, as near to the same microphone? If it is not, take it out again.</span></p>"
    )


def show_taken(place: Place, kept: Sequence[str], prompt: bool, card: str, enough: bool = False) -> str:
    """What came of a reading: the scorecard, and to read again or on, which is less pressing with ``enough``."""
    again = (
        f'<button type="button" class="button{"" if kept else " primary"}" data-again data-post="forget" '
        f'data-ids="{escape(",".join(kept))}" '
        'id="again">Read it again</button>'
    )
    words = ("Read another" if enough else "Next sentence") if prompt else "Go on reading"
    on = (
        f'<a class="button{"" if enough else " primary"}" id="next-prompt" '
        f'href="{escape(place.address(step="reading"))}">{words}</a>'
    )
    out = (
        f'<button type="button" class="plain" data-post="forget" data-redraw="yes" id="take-out" '
        f'data-ids="{escape(",".join(kept))}">Take {"it" if len(kept) == 1 else "them"} out again</button>'
    )
    buttons = (again if prompt else "") + (on if kept or not prompt else "") + (out if kept and not prompt else "")
    return f'{card}<div class="row">{buttons}</div>'


def say_amount(voice: RecordedVoice) -> str:
    chosen = sum(sample.chosen for sample in voice.samples)
    return f"{voice.seconds:.0f} s in {say_count(chosen, 'clip')}"
