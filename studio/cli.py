"""The stations of the studio as commands: `COMMANDS` lists them; the larger ones are in files of their own.

Results go to standard output, progress and troubles to standard error. Exit status: 0 done; 1 a trouble, told in a
sentence; 2 the command was not understood; 130 stopped with Ctrl-C. Loading this file costs nothing but the standard
library: the engine is loaded when a command needs it, so that help and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import NotFound, Stopped, StudioError
from engine.settings import DEFAULT_HOST, DEFAULT_PORT, Settings, read_settings
from studio import __version__
from studio.cast_command import add_cast_options, show_cast
from studio.check_command import add_check_options, print_check
from studio.compare_command import add_compare_options, print_comparison
from studio.consent_command import add_consent_options, run_consent
from studio.engine_setup import add_engine, add_engine_options
from studio.lexicon_command import add_lexicon_options, print_lexicon
from studio.models_command import add_models_options, run_models
from studio.narrate_command import add_narrate_options, check_output, narrate_book
from studio.progress_line import ProgressLine
from studio.script_command import add_script_options, print_script
from studio.spoken_command import add_spoken_options, print_spoken
from studio.voices_command import add_voices_options, run_voices

if TYPE_CHECKING:
    from engine.core_types import Audiobook, VoiceProfile
    from engine.production import Production
    from engine.shelf_types import BookSummary

DONE, TROUBLE, USAGE, INTERRUPTED = 0, 1, 2, 130

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. SystemExit comes from --help and from usage errors alone."""
    speak_utf8()
    options = read_arguments(sys.argv[1:] if arguments is None else arguments)
    log_file: Path | None = None
    try:
        settings = settings_from(options)
        if options.command != "test":
            from studio.logbook import open_logbook

            log_file = open_logbook(settings, options.command)
        options.run(options, settings)
        sys.stdout.flush()
        return DONE
    except (KeyboardInterrupt, Stopped):
        complain("Stopped. Run the same command again to go on.")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the results has gone: `voxfolio voices | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return TROUBLE
    except StudioError as error:
        log.info("refused: %s", error)
        complain(str(error))
    except OSError as error:
        log.error("the system refused", exc_info=error)
        complain(f"{error.filename}: {error.strerror}." if error.filename and error.strerror else f"{error}.")
    except Exception as error:
        log.critical("not expected", exc_info=error)
        where = f" The details are in {log_file}." if log_file else ""
        complain(f"Something went wrong that Voxfolio did not expect ({type(error).__name__}: {error}).{where}")
    return TROUBLE


def speak_utf8() -> None:
    """Titles are in every script: a console or pipe with another encoding must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def complain(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


# --- what can be asked -------------------------------------------------------------------------------------------


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options, checked as far as that goes without opening anything.

    No command means `studio`. Raises SystemExit (0 after --help, 2 with the usage on standard error).
    """
    parser = build_parser()
    arguments = list(arguments)
    told = {"-h", "--help", "--version", *COMMANDS}
    if not told.intersection(arguments) and (not arguments or arguments[0].startswith("-")):
        arguments.insert(0, "studio")
    options = parser.parse_args(arguments)
    if options.command == "narrate":
        check_output(options)
    return options


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voxfolio",
        description="A manuscript goes in, an audiobook comes out, on your own machine. Without a command the studio "
        "opens in the browser.",
    )
    parser.add_argument("--version", action="version", version=f"Voxfolio {__version__}")
    add_workspace_option(parser, None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (add_options, run, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run, parser=command)
        add_workspace_option(command, argparse.SUPPRESS)  # else it would undo one given before the command
        add_options(command)
    return parser


def add_workspace_option(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--workspace",
        type=Path,
        default=default,
        metavar="DIR",
        help="the folder of your projects (default: Voxfolio in your home)",
    )


def add_say_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", metavar="TEXT", help="what to say; - reads it from standard input")
    command.add_argument(
        "-o", "--output", type=Path, metavar="OUT", required=True, help="a file ending in .wav or .flac"
    )
    command.add_argument("--voice", metavar="NAME", help="who speaks; `voices` lists them")
    command.add_argument("--language", metavar="TAG", default="en", help="of the text: en, en-GB, fr (default: en)")
    add_json_option(command)


def add_update_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("project", metavar="PROJECT", help="a project; `projects` lists them")
    command.add_argument("manuscript", type=Path, metavar="MANUSCRIPT", help="the changed file")
    add_json_option(command)


def add_json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="give the result as one JSON object")


def add_studio_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=read_port, metavar="N", help=f"the page's port (default: {DEFAULT_PORT})")
    command.add_argument("--host", metavar="ADDRESS", help=f"the address to listen at (default: {DEFAULT_HOST})")
    command.add_argument(
        "--public-name",
        action="append",
        default=[],
        metavar="NAME",
        help="the host name of a tunnel to this studio; those who come by it see guests' pages only",
    )
    command.add_argument("--no-browser", action="store_true", help="do not open the page in the browser")


def add_test_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("rest", nargs=argparse.REMAINDER, help="options for pytest")


def read_port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; ports are numbers from 1 to 65535")
    return int(text)


def settings_from(options: argparse.Namespace) -> Settings:
    """Raises StudioError when the environment's settings make no sense."""
    return read_settings(
        workspace=options.workspace,
        host=getattr(options, "host", None),
        port=getattr(options, "port", DEFAULT_PORT),  # only the studio has one
        public_names=getattr(options, "public_name", ()),
        open_browser=False if getattr(options, "no_browser", False) else None,
    )


# --- the commands ------------------------------------------------------------------------------------------------


def run_studio_command(options: argparse.Namespace, settings: Settings) -> None:
    from studio.app import run_studio

    run_studio(settings)


def run_test_command(options: argparse.Namespace, settings: Settings) -> None:
    raise StudioError("The checks run from a copy of Voxfolio's source. There, type: python3 launch.py test")


def list_projects(options: argparse.Namespace, settings: Settings) -> None:
    with opened_production(settings) as production:
        books = [(book, production.exports(book.slug)) for book in production.books()]
    if options.json:
        print_json({"projects": [describe_book(book, exports) for book, exports in books]})
    elif books:
        rows = [(b.slug, b.title, counted(b.chapters, "chapter"), counted(b.words, "word"), b.voice) for b, _ in books]
        print_table(rows)
    else:
        complain(f"There are no projects yet in {settings.workspace}.")


def say_text(options: argparse.Namespace, settings: Settings) -> None:
    text = sys.stdin.read() if options.text == "-" else options.text
    with opened_production(settings) as production:
        voice = choose_voice(production.voices(), options.voice, None)
        seconds = production.sample_desk.say(text, voice.name, options.output.absolute(), options.language)
    if options.json:
        print_json({"path": str(options.output), "seconds": round(seconds, 3), "voice": voice.name})
    else:
        print(f"{options.output}: {seconds:.1f} s")


def update_book(options: argparse.Namespace, settings: Settings) -> None:
    with opened_production(settings) as production, ProgressLine(sys.stderr) as show:
        told = production.update_book(find_project(production, options.project).slug, options.manuscript, show)
    if options.json:
        print_json({"project": options.project, "told": told})
    else:
        print("\n".join(told))


AddOptions = Callable[[argparse.ArgumentParser], None]
RunCommand = Callable[[argparse.Namespace, Settings], None]
COMMANDS: dict[str, tuple[AddOptions, RunCommand, str]] = {
    "studio": (add_studio_options, run_studio_command, "Open the studio in the browser."),
    "narrate": (add_narrate_options, narrate_book, "Make an audiobook of a manuscript; again, it goes on."),
    "update": (add_update_options, update_book, "Bring a new version of the manuscript into its project."),
    "say": (add_say_options, say_text, "Speak a text into a sound file."),
    "cast": (add_cast_options, show_cast, "Tell who reads whose lines in a book, and change it."),
    "script": (add_script_options, print_script, "Tell who says what in a manuscript."),
    "spoken": (add_spoken_options, print_spoken, "Write lines of text as they will be said."),
    "lexicon": (add_lexicon_options, print_lexicon, "Say how words are said: in a book, in a series, everywhere."),
    "check": (add_check_options, print_check, "Tell what a recording is worth as a voice."),
    "consent": (add_consent_options, run_consent, "Look after the record of who gave leave for their voice."),
    "projects": (add_json_option, list_projects, "List the books on the shelf."),
    "voices": (add_voices_options, run_voices, "List the voices; carry a person's voice to another studio and back."),
    "models": (add_models_options, run_models, "See, get, bring and remove the models of engines."),
    "compare": (add_compare_options, print_comparison, "Hear the same lines in every engine and voice."),
    "add": (add_engine_options, add_engine, "Make another engine ready: XTTS, Pocket TTS, Kokoro."),
    "test": (add_test_options, run_test_command, "Run Voxfolio's checks (in a copy of its source, by launch.py)."),
}


# --- finding what was meant --------------------------------------------------------------------------------------


def opened_production(settings: Settings) -> closing[Production]:
    from engine.production import Production

    return closing(Production(settings))


def choose_voice(voices: Sequence[VoiceProfile], name: str | None, engine: str | None) -> VoiceProfile:
    """The voice of that name, else the first, of that engine when one is named. Raises NotFound."""
    engines = sorted({voice.engine for voice in voices})
    if engine and engine not in engines:
        raise NotFound(f"There is no engine called “{engine}”. There are: {', '.join(engines)}.")
    fitting = [voice for voice in voices if engine in (None, voice.engine)]
    for voice in fitting:
        if name is None or name.strip().casefold() == voice.name:
            return voice
    of_engine = f" of the engine {engine}" if engine else ""
    raise NotFound(f"There is no voice{of_engine} called “{name}”. There are: {', '.join(v.name for v in fitting)}.")


def find_project(production: Production, slug: str) -> BookSummary:
    """Raises NotFound with what there is instead."""
    slugs = [book.slug for book in production.books()]
    if slug in slugs:
        return production.book(slug)
    projects = f"The projects are: {', '.join(slugs)}." if slugs else "There are no projects yet."
    raise NotFound(f"There is no file and no project called “{slug}”. {projects}")


# --- telling the result ------------------------------------------------------------------------------------------


def describe_book(book: BookSummary, exports: Sequence[Audiobook]) -> dict[str, object]:
    keys = ("slug", "title", "author", "language", "voice", "chapters", "words", "created_at", "source_name")
    return {
        **{key: getattr(book, key) for key in keys},
        "estimated_minutes": round(book.estimated_minutes, 1),
        "audiobooks": [describe_audiobook(audiobook, audiobook.path) for audiobook in exports],
    }


def describe_audiobook(audiobook: Audiobook, path: Path) -> dict[str, object]:
    marks = [
        {"title": title, "start_s": round(start, 3), "end_s": round(end, 3)} for title, start, end in audiobook.marks
    ]
    return {
        "path": str(path),
        "format": audiobook.format,
        "seconds": round(audiobook.seconds, 3),
        "bytes": audiobook.bytes,
        "chapters": marks,
    }


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def print_json(result: dict[str, object]) -> None:
    print(json.dumps(result, ensure_ascii=False, indent=2))


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
