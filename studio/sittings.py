"""One person's walk from a name to a voice, as pages and answers: in the studio under /recording/NAME, and for a guest,
who has a link for one voice and sees nothing else, under /guest.

Answers are JSON: {"html", "into"} to put on the page, {"go"} to another address, {"again"} to draw the page anew,
{"trouble"} a sentence, {"work"} something that goes on and is asked after.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.core_types import OnProgress, Progress
from engine.errors import ConsentOver, EditRefused, NotFound, RecordingRefused
from engine.production import RECOGNISER, Production
from engine.shelf_types import BookSummary
from engine.voice_desk import BEST_SPEECH_S, LEAST_SPEECH_S, VoiceDesk
from engine.voice_types import ConsentTerms, Sample, Scorecard, Use, Verdict
from engine.voices.likeness import SAME_IN_SHORT
from engine.voices.parcel import SUFFIX
from engine.voices.prompts import Prompt
from engine.voices.waveform import WavePeaks, wave_peaks
from studio.pages import sitting_consent as consenting
from studio.pages import sitting_result as result
from studio.pages import sitting_steps as steps
from studio.pages.scorecards import judge_microphone, show_microphone, show_scorecard
from studio.pages.sitting_clips import PAGE
from studio.pages.sitting_frame import Place, find_finished, find_open, show_sitting, show_steps
from studio.pages.sitting_missing import look_for_missing, show_missing
from studio.pages.wording import escape, say_count
from studio.sitting_forms import Fields, read_list, read_shape, read_text
from studio.works import Answer, Works

WAVE_COLUMNS = 480
FETCHING = " recogniser"  # what waits for a download; no voice has a space in its name


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
        busy = self.works.find_busy(self.name) or (self._wait_for_recogniser() if here == "consent" else "")
        return show_sitting(self.place, walk, body, busy)

    def _find_next(self, reached: set[str]) -> str:
        voice = self.desk.voice(self.name)
        if not voice.samples:
            return "microphone"
        if voice.standing and "result" in reached:
            return "result"
        return "consent" if "consent" in reached else "reading"

    def _draw_microphone(self) -> str:
        voice, missing = self.desk.voice(self.name), self._draw_missing("microphone")
        if self.place.guest:
            titles = [book.title for book in self.offer_books()]
            return steps.show_microphone_step(self.place, steps.show_greeting(voice.row.person, titles), missing)
        more = result.show_invite(self.place, voice.row.person, self.offer_books())
        more += "" if voice.samples else f'<p class="row">{result.show_removal(voice)}</p>'
        return steps.show_microphone_step(self.place, "", missing, more)

    def _draw_reading(self) -> str:
        prompt = next(iter(self.desk.next_prompts(self.name)), None)
        return steps.show_reading_step(self.place, self._look_at_reading(prompt), self._draw_missing("reading"))

    def _look_at_reading(self, prompt: Prompt | None = None) -> steps.Reading:
        return steps.Reading(self.desk.voice(self.name), prompt, self.desk.tell_coverage(self.name))

    def _draw_consent(self) -> str:
        today, missing = datetime.now().astimezone().date(), look_for_missing(self.production)
        needed = "" if missing.hears else show_missing(self.place, missing, "consent")
        drawn = consenting.show_terms(self.place, self.desk.voice(self.name), self.offer_books(), today, needed)
        return f"{drawn}{'' if self.place.guest else self._draw_waiting()}"

    def _draw_missing(self, step: str) -> str:
        return show_missing(self.place, look_for_missing(self.production), step)

    def _wait_for_recogniser(self) -> str:
        """The work that ends, and draws the page anew, when what hears the consent has come; "" when nothing comes."""
        fetching = self.production.engine_desk.fetching(RECOGNISER)
        if fetching is None or fetching.over:
            return ""

        def wait(report: OnProgress) -> Answer:
            while not fetching.over:
                report(replace(fetching.progress, message="Fetching what hears the consent"))
                time.sleep(0.5)
            return {"again": True}

        return self.works.find_busy(FETCHING) or str(self.works.start(FETCHING, wait)["work"])

    def _draw_waiting(self) -> str:
        return consenting.show_waiting(self.place, self.desk.waiting_statements(self.name))

    def _draw_result(self, first: int) -> str:
        voice = self.desk.voice(self.name)
        if self.place.guest:
            raise ConsentOver(f"{voice.row.person}'s leave has ended. Ask who sent you the link for a new voice.")
        standing = result.Standing(
            voice,
            self.desk.profiles_desk.compare_samples(self.name) if len(voice.samples) <= PAGE else {},
            self.desk.survey_dataset(self.name),
            self.desk.exports_with(self.name),
            self.offer_books(),
            "" if voice.is_ready else self._draw_waiting(),
            first,
            look_for_missing(self.production).speaks,
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
        card = self.desk.check(path, on_progress=report)
        on = steps.show_to_reading(self.place, judge_microphone(card) is not Verdict.RED)
        return {"into": "#outcome", "html": show_microphone(card), "replace": {"#to-reading": on}}

    def take_reading(self, path: Path, prompt: str, report: OnProgress) -> Answer:
        """A prompt that was read: kept unless it is not usable."""
        taken = self.desk.take_in(self.name, path, prompt, on_progress=report)
        card = f"{_show_card(taken.scorecard, path)}{self._warn_of_stranger(taken.samples)}"
        ids, enough = [sample.id for sample in taken.samples], self.desk.voice(self.name).seconds >= BEST_SPEECH_S
        return {
            "into": "#outcome",
            "html": steps.show_taken(self.place, ids, True, card, enough),
            "replace": self._tell_amount() if ids else {},
        }

    def take_file(self, path: Path, reduce_noise: bool, report: OnProgress) -> Answer:
        """A recording that was brought, of any length up to an hour."""
        taken = self.desk.take_in(self.name, path, reduce_noise=reduce_noise, on_progress=report)
        seconds = sum(sample.seconds for sample in taken.samples)
        said = (
            f"Kept: {say_count(len(taken.samples), 'clip')}, {seconds:.0f} seconds in all, cut from it at its pauses."
        )
        before = " What is said below was measured before the noise was taken out." if reduce_noise else ""
        said = f"{said}{before}" if taken.samples else "Nothing of it was kept. Change this, and bring it again:"
        card = show_scorecard(taken.scorecard, _find_peaks(path), said) + self._warn_of_stranger(taken.samples)
        ids = [sample.id for sample in taken.samples]
        if reduce_noise and taken.samples:
            longest = max(taken.samples, key=lambda sample: sample.seconds)
            card += steps.show_compared(self.place, longest)
        enough = self.desk.voice(self.name).seconds >= BEST_SPEECH_S
        return {
            "into": "#outcome, #step",
            "html": steps.show_taken(self.place, ids, False, card, enough),
            "replace": self._tell_amount() if ids else {},
        }

    def _tell_amount(self) -> dict[str, str]:
        """What changes on the page of the reading when there is more of it."""
        now = self._look_at_reading()
        return {".amount": steps.show_amount(now), ".way-on": steps.show_way_on(self.place, now)}

    def _warn_of_stranger(self, taken: Sequence[Sample]) -> str:
        """A remark when what was just taken does not sound like what there was before."""
        there = self.desk.voice(self.name).samples
        if not taken or len(there) == len(taken) or len(there) > PAGE:
            return ""
        alike = self.desk.profiles_desk.compare_samples(self.name)
        return steps.show_stranger() if any(alike.get(one.id, 1.0) < SAME_IN_SHORT for one in taken) else ""

    def forget(self, fields: Fields) -> Answer:
        """A reading that is to be read again."""
        if self.desk.voice(self.name).standing == "in force" and self.place.guest:
            raise EditRefused("The consent is given already.")
        for sample_id in read_text(fields, "ids").split(","):
            if sample_id:
                self.desk.remove_sample(self.name, sample_id)
        return {"again": True} if read_text(fields, "redraw") else {}

    # -- consent -----------------------------------------------------------------------------------------------

    def make_statement(self, fields: Fields) -> Answer:
        """A statement for the terms a person chose. Raises EditRefused, StatementRefused, ModelError."""
        use = Use.PUBLICATION if read_text(fields, "use") == Use.PUBLICATION else Use.PRIVATE
        terms = ConsentTerms(
            read_text(fields, "person"), use, read_text(fields, "until"), self._choose_projects(fields)
        )
        titles = {book.slug: book.title for book in self.offer_books()}
        challenge = self.desk.ask_consent(self.name, terms, titles)
        left = (datetime.fromisoformat(challenge.expires_at) - datetime.now(UTC)).total_seconds()
        return {
            "into": "#statement",
            "html": consenting.show_statement(challenge, max(0, round(left))),
            "scroll": "#statement",
        }

    def _choose_projects(self, fields: Fields) -> tuple[str, ...]:
        offered = [book.slug for book in self.offer_books()]
        scope = read_text(fields, "scope")
        if self.place.guest:
            return tuple(offered)
        if scope == "chosen":
            wanted = read_list(fields, "project")
            chosen = tuple(slug for slug in offered if slug in wanted)
            if not chosen:
                raise EditRefused("Tick the books that the voice may read, or choose all books.")
            return chosen
        return (scope,) if scope in offered else ()

    def take_statement(self, path: Path, challenge: str, received_at: datetime, report: OnProgress) -> Answer:
        """A statement that was read: checked, and entered when it passes; a guest's link is then spent."""
        report(Progress("checking", 0.0, 1.0, message="Listening to the statement, and to whose voice it is"))
        found, consent = self.desk.hand_in(self.name, challenge, path, received_at, report)
        drawn = consenting.show_report(self.place, found)
        if consent is None:
            waiting = {} if self.place.guest else {"#waiting": self._draw_waiting()}
            return {"into": "#statement", "html": drawn, "scroll": "#statement", "replace": waiting}
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
        self.desk.find_statement(self.name, read_text(fields, "challenge"))
        self.desk.attest(self.name, read_text(fields, "challenge"), read_text(fields, "reviewer"))
        return {"go": self.place.address(step="result")}

    # -- looked after (never by a guest) -----------------------------------------------------------------------

    def do(self, deed: str, fields: Fields) -> Answer:
        """What is pressed on the result's page. Raises NotFound for what there is not."""
        deeds: dict[str, Callable[[Fields], Answer]] = {
            "choose": self._choose,
            "words": self._write_words,
            "invite": self._invite,
            "fetch": self._fetch_recogniser,
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
        self.desk.choose(self.name, read_text(fields, "id"), read_text(fields, "value") == "true")
        return {"again": True}

    def _write_words(self, fields: Fields) -> Answer:
        self.desk.write_words(self.name, read_text(fields, "id"), read_text(fields, "value"))
        return {"said": "The words are kept."}

    def _fetch_recogniser(self, fields: Fields) -> Answer:
        """Begin to fetch what hears the consent; it goes on beside the reading."""
        self.production.engine_desk.begin(RECOGNISER)
        step = read_text(fields, "step")
        return {"again": True} if step == "consent" else {"replace": {"#missing": self._draw_missing(step)}}

    def _invite(self, fields: Fields) -> Answer:
        offered = [book.slug for book in self.offer_books()]
        token = self.desk.invite(self.name, [slug for slug in read_list(fields, "project") if slug in offered])
        return {"invitation": f"/guest?token={token}"}

    def _keep_character(self, fields: Fields) -> Answer:
        taken = [voice.name for voice in self.production.voices()]
        self.desk.profiles_desk.add_character(self.name, read_text(fields, "label"), read_shape(fields), taken)
        return {"again": True}

    def _remove_character(self, fields: Fields) -> Answer:
        self.desk.profiles_desk.remove_character(read_text(fields, "name"))
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
        sound = self.production.sample_desk.hear_voice(self.name, read_text(fields, "words")[:400] or None)
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
