"""One person's walk from a name to a voice, as pages and answers: in the studio under /recording/NAME, and for a guest,
who has a link for one voice and sees nothing else, under /guest.

Answers are JSON: {"html", "into"} to put on the page, {"go"} to another address, {"again"} to draw the page anew,
{"trouble"} a sentence, {"work"} something that goes on and is asked after.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.core_types import OnProgress, Progress, Shape
from engine.errors import ConsentOver, EditRefused, NotFound, RecordingRefused
from engine.production import Production
from engine.shelf_types import BookSummary
from engine.voice_desk import LEAST_SPEECH_S, VoiceDesk
from engine.voice_types import ConsentTerms, Scorecard, Use, Verdict
from engine.voices.parcel import SUFFIX
from engine.voices.waveform import WavePeaks, wave_peaks
from studio.pages import sitting_result as result
from studio.pages import sitting_steps as steps
from studio.pages.scorecards import show_microphone, show_scorecard
from studio.pages.sitting_frame import Place, find_finished, find_open, show_sitting, show_steps
from studio.pages.wording import escape, say_count
from studio.works import Answer, Works

WAVE_COLUMNS = 480
Fields = Mapping[str, object]  # what a form sent; several values of one name are a list


@dataclass(frozen=True, slots=True)
class Sitting:
    """One voice being recorded and looked after, by the studio's owner or a guest."""

    production: Production
    works: Works
    place: Place
    name: str  # of the voice
    token: str = ""  # a guest's

    @property
    def desk(self) -> VoiceDesk:
        return self.production.voice_desk

    # -- drawn -------------------------------------------------------------------------------------------------

    def draw(self, step: str = "", first: int = 0) -> str:
        """The page's changing part at a step; the step that comes next when none, or one that is not reached, is named.

        Raises NotFound.
        """
        voice = self.desk.voice(self.name)
        enough = voice.seconds >= LEAST_SPEECH_S
        reached = find_open(voice, enough, self.place.guest)
        ended = voice.row.state not in ("recording", "ready")
        here = "result" if ended else step if step in reached else self._find_next(reached)
        body = {
            "microphone": self._draw_microphone,
            "reading": self._draw_reading,
            "consent": self._draw_consent,
        }.get(here, lambda: self._draw_result(first))()
        walk = "" if ended else show_steps(self.place, here, reached, find_finished(voice, enough))
        return show_sitting(self.place, walk, body, self.works.find_busy(self.name))

    def _find_next(self, reached: set[str]) -> str:
        voice = self.desk.voice(self.name)
        if not voice.samples:
            return "microphone"
        return "result" if "result" in reached else "consent" if "consent" in reached else "reading"

    def _draw_microphone(self) -> str:
        person = self.desk.voice(self.name).row.person
        if self.place.guest:
            titles = [book.title for book in self.offer_books()]
            return steps.show_microphone_step(self.place, steps.show_greeting(person, titles))
        return steps.show_microphone_step(self.place, "", result.show_invite(self.place, person, self.offer_books()))

    def _draw_reading(self) -> str:
        prompt = next(iter(self.desk.next_prompts(self.name)), None)
        reading = steps.Reading(self.desk.voice(self.name), prompt, self.desk.tell_coverage(self.name))
        return steps.show_reading_step(self.place, reading)

    def _draw_consent(self) -> str:
        today = datetime.now().astimezone().date()
        drawn = steps.show_terms(self.place, self.desk.voice(self.name), self.offer_books(), today)
        return f"{drawn}{'' if self.place.guest else self._draw_waiting()}"

    def _draw_waiting(self) -> str:
        return steps.show_waiting(self.place, self.desk.waiting_statements(self.name))

    def _draw_result(self, first: int) -> str:
        voice = self.desk.voice(self.name)
        if self.place.guest:
            raise ConsentOver(f"{voice.row.person}'s leave has ended. Ask who sent you the link for a new voice.")
        standing = result.Standing(
            voice,
            self.desk.profiles_desk.compare_samples(self.name) if len(voice.samples) <= result.PAGE else {},
            self.desk.survey_dataset(self.name),
            self.desk.exports_with(self.name),
            self.offer_books(),
            self._draw_waiting(),
            first,
        )
        return result.show_result(self.place, standing)

    def offer_books(self) -> list[BookSummary]:
        """The books that leave can be given for here; for a guest those they were asked about, and no others."""
        books = self.production.books()
        if self.place.guest:
            asked = self.desk.invited_projects(self.token)
            return [book for book in books if book.slug in asked]
        return books

    # -- recorded ----------------------------------------------------------------------------------------------

    def check_microphone(self, path: Path, report: OnProgress) -> Answer:
        return {"into": "#outcome", "html": show_microphone(self.desk.check(path, on_progress=report))}

    def take_reading(self, path: Path, prompt: str, report: OnProgress) -> Answer:
        """A prompt that was read: kept unless it is not usable."""
        taken = self.desk.take_in(self.name, path, prompt, on_progress=report)
        card = _show_card(taken.scorecard, path)
        html = steps.show_taken(self.place, [sample.id for sample in taken.samples], True, card)
        amount = steps.Reading(self.desk.voice(self.name), None, self.desk.tell_coverage(self.name))
        more = {".amount": steps.show_amount(amount)} if taken.samples else {}
        return {"into": "#outcome", "html": html, "replace": more}

    def take_file(self, path: Path, reduce_noise: bool, report: OnProgress) -> Answer:
        """A recording that was brought, of any length up to an hour."""
        taken = self.desk.take_in(self.name, path, reduce_noise=reduce_noise, on_progress=report)
        seconds = sum(sample.seconds for sample in taken.samples)
        said = f"{say_count(len(taken.samples), 'clip')} of {seconds:.0f} seconds in all were cut from it."
        card = show_scorecard(
            taken.scorecard, _find_peaks(path), said if taken.samples else "Nothing was taken from it."
        )
        ids = [sample.id for sample in taken.samples]
        if reduce_noise and taken.samples:
            longest = max(taken.samples, key=lambda sample: sample.seconds)
            card += steps.show_compared(self.place, longest, ids)
        return {"into": "#outcome, #step", "html": steps.show_taken(self.place, ids, False, card)}

    def forget(self, fields: Fields) -> Answer:
        """A reading that is to be read again."""
        if self.desk.voice(self.name).standing == "in force" and self.place.guest:
            raise EditRefused("The consent is given already.")
        for sample_id in _text(fields, "ids").split(","):
            if sample_id:
                self.desk.remove_sample(self.name, sample_id)
        return {"again": True} if _text(fields, "redraw") else {}

    # -- consent -----------------------------------------------------------------------------------------------

    def make_statement(self, fields: Fields) -> Answer:
        """A statement for the terms a person chose. Raises EditRefused, StatementRefused, ModelError."""
        use = Use.PUBLICATION if _text(fields, "use") == Use.PUBLICATION else Use.PRIVATE
        terms = ConsentTerms(_text(fields, "person"), use, _text(fields, "until"), self._choose_projects(fields))
        titles = {book.slug: book.title for book in self.offer_books()}
        challenge = self.desk.ask_consent(self.name, terms, titles)
        left = (datetime.fromisoformat(challenge.expires_at) - datetime.now(UTC)).total_seconds()
        return {
            "into": "#statement",
            "html": steps.show_statement(challenge, max(0, round(left))),
            "scroll": "#statement",
        }

    def _choose_projects(self, fields: Fields) -> tuple[str, ...]:
        offered = [book.slug for book in self.offer_books()]
        scope = _text(fields, "scope")
        if self.place.guest:
            return tuple(offered)
        if scope == "chosen":
            wanted = _list(fields, "project")
            chosen = tuple(slug for slug in offered if slug in wanted)
            if not chosen:
                raise EditRefused("Tick the books that the voice may read, or choose all books.")
            return chosen
        return (scope,) if scope in offered else ()

    def take_statement(self, path: Path, challenge: str, received_at: datetime, report: OnProgress) -> Answer:
        """A statement that was read: checked, and entered when it passes; a guest's link is then spent."""
        report(Progress("checking", 0.0, 1.0, message="Listening to the statement, and to whose voice it is"))
        found, consent = self.desk.hand_in(self.name, challenge, path, received_at, report)
        drawn = steps.show_report(self.place, found)
        if consent is None:
            return {"into": "#statement", "html": drawn, "scroll": "#statement"}
        if not self.place.guest:
            on = escape(self.place.address(step="result"))
            link = f'<a class="button primary" id="to-result" href="{on}">Go on to the voice</a>'
            return {"into": "#step", "html": f'{drawn}<p class="row">{link}</p>'}
        self.desk.close_invitation(self.token)
        receipt = json.dumps(self.desk.consents.make_receipt(consent.id), ensure_ascii=False)
        return {
            "into": "#step",
            "html": f"{drawn}{_show_thanks(consent.terms.person)}",
            "receipt": receipt,
            "spent": True,
        }

    def review(self, fields: Fields) -> Answer:
        """A second person heard a statement. Raises NotFound, StatementRefused."""
        self.desk.find_statement(self.name, _text(fields, "challenge"))
        self.desk.attest(self.name, _text(fields, "challenge"), _text(fields, "reviewer"))
        return {"go": self.place.address(step="result")}

    # -- looked after (never by a guest) -----------------------------------------------------------------------

    def do(self, deed: str, fields: Fields) -> Answer:
        """What is pressed on the result's page. Raises NotFound for what there is not."""
        deeds: dict[str, Callable[[Fields], Answer]] = {
            "choose": self._choose,
            "words": self._write_words,
            "invite": self._invite,
            "bend": self._keep_character,
            "unbend": self._remove_character,
            "revoke": self._revoke,
            "remove": self._remove,
            "likeness": lambda fields: self.works.start(self.name, lambda _: self._measure_likeness(fields)),
            "listen": lambda _: self.works.start(self.name, self._write_down),
            "suggest": lambda _: self.works.start(self.name, self._suggest),
            "dataset": lambda _: self.works.start(self.name, self._make_dataset),
        }
        if deed not in deeds:
            raise NotFound("There is no such thing to do here. Reload the page.")
        return deeds[deed](fields)

    def _choose(self, fields: Fields) -> Answer:
        self.desk.choose(self.name, _text(fields, "id"), _text(fields, "value") == "true")
        return {"again": True}

    def _write_words(self, fields: Fields) -> Answer:
        self.desk.write_words(self.name, _text(fields, "id"), _text(fields, "value"))
        return {"said": "The words are kept."}

    def _invite(self, fields: Fields) -> Answer:
        offered = [book.slug for book in self.offer_books()]
        token = self.desk.invite(self.name, [slug for slug in _list(fields, "project") if slug in offered])
        return {"invitation": f"/guest?token={token}"}

    def _keep_character(self, fields: Fields) -> Answer:
        taken = [voice.name for voice in self.production.voices()]
        self.desk.profiles_desk.add_character(self.name, _text(fields, "label"), read_shape(fields), taken)
        return {"again": True}

    def _remove_character(self, fields: Fields) -> Answer:
        self.desk.profiles_desk.remove_character(_text(fields, "name"))
        return {"again": True}

    def _revoke(self, fields: Fields) -> Answer:
        consent = self.desk.voice(self.name).consent
        if consent is None:
            raise NotFound("There is no consent to take back.")
        done = self.desk.revoke_consent(consent.id)
        return {"again": True, "said": " ".join(done)}

    def _remove(self, fields: Fields) -> Answer:
        self.desk.remove(self.name)
        return {"go": f"/voices{f'?book={self.place.book}' if self.place.book else ''}"}

    def _measure_likeness(self, fields: Fields) -> Answer:
        """A sentence rendered in the voice, beside the person's own recordings."""
        sound = self.production.hear_voice(self.name, _text(fields, "words")[:400] or None)
        alike = self.desk.measure_likeness(self.name, sound)
        return {"into": "#likeness", "html": result.show_likeness(self.desk.voice(self.name).row.person, alike)}

    def _write_down(self, report: OnProgress) -> Answer:
        self.desk.hear_words(self.name, report)
        return {"again": True}

    def _suggest(self, report: OnProgress) -> Answer:
        found = self.desk.profiles_desk.suggest_characters(self.name, on_progress=report)
        return {"into": "#suggested", "html": result.show_suggested(self.place, found)}

    def _make_dataset(self, report: OnProgress) -> Answer:
        folder = self.production.settings.scratch / "datasets"
        folder.mkdir(parents=True, exist_ok=True)
        made = self.desk.export_dataset(self.name, folder / f"{self.name}.zip", report)
        link = escape(self.place.address("dataset.zip"))
        held = say_count(made.clips, "clip")
        return {
            "into": "#dataset",
            "html": f'<a class="button primary" href="{link}" download id="dataset-zip">Download {held}</a>',
        }

    def write_parcel(self, passphrase: str) -> Path:
        """The voice as a sealed file, to be sent and then deleted. Raises EditRefused, RecordingRefused."""
        folder = self.production.settings.scratch / "parcels" / secrets.token_hex(8)
        folder.mkdir(parents=True)
        path = folder / f"{self.name}{SUFFIX}"
        try:
            self.desk.export_voice(self.name, passphrase, path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return path


def name_safely(name: str, fallback: str = "recording.wav") -> str:
    """A file's own name, as far as it can be trusted: no folders, no signs that mean something to a system."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w .()-]+", "_", last).strip(" .")[-80:]
    return plain if "." in plain[1:] else fallback


def read_shape(fields: Fields) -> Shape:
    """Raises RecordingRefused when a number is none."""
    try:
        numbers = [
            float(_text(fields, name) or plain) for name, plain in (("semitones", 0), ("formant", 1), ("pace", 1))
        ]
    except ValueError:
        raise RecordingRefused("That is no shape a voice can be bent into.") from None
    if not all(abs(number) < 100 for number in numbers):
        raise RecordingRefused("That is no shape a voice can be bent into.")
    return Shape(*numbers)


def _show_card(card: Scorecard, path: Path) -> str:
    said = {
        Verdict.GREEN: "Kept. It can be used as it is.",
        Verdict.AMBER: "Kept. It would be better with this:",
        Verdict.RED: "Not kept. Change this, and read it again:",
    }[card.verdict]
    return show_scorecard(card, _find_peaks(path), said)


def _find_peaks(path: Path) -> WavePeaks | None:
    try:
        return wave_peaks(path, WAVE_COLUMNS)
    except RecordingRefused:
        return None


def _show_thanks(person: str) -> str:
    return (
        f"<p>Thank you, {escape(person)}. This link is closed now. Keep the receipt: with it you can show what "
        "you allowed, "
        'and ask for it to be taken back.</p><p class="row"><a class="button" id="receipt" download="consent.json">'
        "Download the receipt</a></p>"
    )


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return " ".join(str(value[0] if isinstance(value, list) and value else value or "").split())


def _list(fields: Fields, name: str) -> list[str]:
    value = fields.get(name, [])
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
