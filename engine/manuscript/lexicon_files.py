"""Lexicons in files: CSV for people and tables, PLS (the W3C's Pronunciation Lexicon) for other programs."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import LexiconError
from engine.manuscript.lexicon import PARTS_OF_SPEECH, Lexicon, LexiconEntry

COLUMNS = tuple(field.name for field in fields(LexiconEntry))
YES, NO = ("yes", "true", "1", "x", "y"), ("no", "false", "0", "", "n")
MOST_BYTES = 20_000_000
MOST_ENTRIES = 100_000
LONGEST = 200  # characters of a field that is said
PLS = "http://www.w3.org/2005/01/pronunciation-lexicon"
OWN = "urn:voxfolio:lexicon"  # what PLS has no word for: case, parts of words, notes
XML = "http://www.w3.org/XML/1998/namespace"


def read_lexicon(path: Path, name: str | None = None) -> Lexicon:
    """The lexicon in a .csv or .pls file. Raises LexiconError, with the line, for one that makes no sense.

    ``name`` is the file's own name when ``path`` is a temporary copy.
    """
    name = name or path.name
    is_pls = check_suffix(name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LexiconError(f"{name} is too large for a lexicon. Divide it into smaller ones.")
        data = path.read_bytes()
    except OSError as error:
        raise LexiconError(f"{name} cannot be read: {error.strerror or error}.") from error
    if is_pls:
        return parse_pls(data, name)
    try:
        return parse_csv(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise LexiconError(f"{name} is not written in UTF-8. Save it as “CSV UTF-8” and try again.") from error


def write_lexicon(lexicon: Lexicon, path: Path, language: str = "en") -> None:
    """Write the lexicon as its name says: .csv, or .pls. What it held before is replaced. Raises LexiconError."""
    if check_suffix(path.name):
        path.write_bytes(format_pls(lexicon, language))
    else:
        path.write_text(format_csv(lexicon), encoding="utf-8", newline="")


def check_suffix(name: str) -> bool:
    """Whether a file of this name holds PLS rather than CSV. Raises LexiconError for one that holds neither."""
    suffix = Path(name).suffix.lower()
    if suffix not in (".csv", ".pls", ".xml"):
        raise LexiconError(f"{name} should end in .csv or .pls, the kinds of file that pronunciations travel in.")
    return suffix != ".csv"


# --- CSV ---------------------------------------------------------------------------------------------------------


def parse_csv(text: str, name: str) -> Lexicon:
    """Rows under a line of column names, of which "written" and one of "spoken" and "phonemes" are needed."""
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise LexiconError(f"{name} is not a table that can be read: {error}. Save it as CSV again.") from error
    head = [column.strip().lower().replace(" ", "_") for column in rows[0]] if rows else []
    if "written" not in head or not {"spoken", "phonemes"} & set(head):
        raise LexiconError(
            f"{name} needs a first line with the names of its columns: written, and spoken or phonemes. "
            f"There may be {', '.join(COLUMNS[3:])} as well."
        )
    unknown = [column for column in head if column and column not in COLUMNS]
    if unknown:
        raise LexiconError(f"{name} has a column “{unknown[0]}” that is not known. Columns are: {', '.join(COLUMNS)}.")
    entries = []
    for number, row in enumerate(rows[1:], 2):
        values = {column: value.strip() for column, value in zip(head, row, strict=False) if column}
        if any(values.values()):
            where = f"line {number} of {name}"
            whole, case = (read_switch(values.get(key), fallback, where) for key, fallback in SWITCHES)
            texts = {key: value for key, value in values.items() if key not in dict(SWITCHES)}
            texts["part_of_speech"] = texts.get("part_of_speech", "").upper()
            entries.append(check_entry(LexiconEntry(**texts, whole_word=whole, match_case=case), where))
    return collect(entries, name)


SWITCHES = (("whole_word", True), ("match_case", False))


def format_csv(lexicon: Lexicon) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in lexicon.entries:
        values = [getattr(entry, column) for column in COLUMNS]
        writer.writerow([("no", "yes")[value] if isinstance(value, bool) else value for value in values])
    return out.getvalue()


def read_switch(value: str | None, fallback: bool, where: str) -> bool:
    if value is None or (not value and fallback):
        return fallback
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise LexiconError(f"In {where} stands “{value}” where yes or no is meant.")


# --- PLS ---------------------------------------------------------------------------------------------------------


def parse_pls(data: bytes, name: str) -> Lexicon:
    """Lexemes with graphemes and an alias or phonemes. A document type is refused: nobody needs one here."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root: Any = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise LexiconError(f"{name} is not a lexicon that can be read: {error}.") from error
    if root.getroottree().docinfo.doctype:
        raise LexiconError(f"{name} has a document type, which a lexicon does not need. Remove it and try again.")
    if etree.QName(root).localname != "lexicon":
        raise LexiconError(f"{name} is XML, but no pronunciation lexicon (PLS).")
    if root.get("alphabet", "ipa") != "ipa":
        raise LexiconError(f"{name} writes sounds in “{root.get('alphabet')}”. Only IPA can be read.")
    entries = []
    for lexeme in root.iter(f"{{{PLS}}}lexeme", "lexeme"):
        where = f"line {lexeme.sourceline} of {name}"
        parts: dict[str, list[str]] = {"grapheme": [], "alias": [], "phoneme": []}
        for child in lexeme:
            if isinstance(child.tag, str):
                parts.get(etree.QName(child).localname, []).append(" ".join("".join(child.itertext()).split()))
        if not parts["grapheme"]:
            raise LexiconError(f"In {where} is a lexeme without a grapheme.")
        for written in parts["grapheme"]:
            entry = LexiconEntry(
                written,
                next(iter(parts["alias"]), ""),
                next(iter(parts["phoneme"]), ""),
                read_switch(lexeme.get(f"{{{OWN}}}whole-word"), True, where),
                read_switch(lexeme.get(f"{{{OWN}}}match-case"), False, where),
                lexeme.get("role", "").rpartition(":")[2].upper(),
                lexeme.get(f"{{{OWN}}}note", ""),
            )
            entries.append(check_entry(entry, where))
    return collect(entries, name)


def format_pls(lexicon: Lexicon, language: str) -> bytes:
    prefixes: Any = {None: PLS, "voxfolio": OWN}
    root = etree.Element(f"{{{PLS}}}lexicon", nsmap=prefixes)
    root.set("version", "1.0")
    root.set("alphabet", "ipa")
    root.set(f"{{{XML}}}lang", language)
    for entry in lexicon.entries:
        lexeme = etree.SubElement(root, f"{{{PLS}}}lexeme")
        if entry.part_of_speech:
            lexeme.set("role", f"voxfolio:{entry.part_of_speech}")
        own = {"whole-word": "" if entry.whole_word else "no", "match-case": "yes" if entry.match_case else ""}
        for key, value in {**own, "note": entry.note}.items():
            if value:
                lexeme.set(f"{{{OWN}}}{key}", value)
        for tag, value in (("grapheme", entry.written), ("alias", entry.spoken), ("phoneme", entry.phonemes)):
            if value:
                etree.SubElement(lexeme, f"{{{PLS}}}{tag}").text = value
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))


# --- both --------------------------------------------------------------------------------------------------------


def check_entry(entry: LexiconEntry, where: str) -> LexiconEntry:
    """The entry, if it can be used. Raises LexiconError with the place and what is missing or odd."""
    fault = find_fault(entry)
    if fault:
        raise LexiconError(f"{where[0].upper()}{where[1:]}: {fault}")
    return entry


def find_fault(entry: LexiconEntry) -> str:
    """What is missing or odd in an entry, in a sentence that says what to do; "" when it can be used."""
    if not entry.written.strip():
        return "No word is given. Write the word as it stands in the book."
    if not entry.spoken.strip() and not entry.phonemes.strip():
        return f"Nothing says how “{entry.written[:LONGEST]}” is said. Spell it as it sounds, or give its sounds."
    for text in (entry.written, entry.spoken, entry.phonemes):
        if len(text) > LONGEST:
            return f"“{text[:20]}…” has {len(text)} characters, and {LONGEST} are the most. Make it shorter."
        if not text.isprintable():
            return f"A letter in it cannot be seen. Type “{''.join(filter(str.isprintable, entry.written))}” again."
    if any(sign in entry.phonemes for sign in "[]()/<>"):
        return f"The sounds of “{entry.written}” hold a bracket or slash. Give the sounds alone."
    if entry.part_of_speech and entry.part_of_speech not in PARTS_OF_SPEECH:
        known = ", ".join(PARTS_OF_SPEECH)
        return f"“{entry.part_of_speech[:20]}” is no part of speech that is known. Take one of {known}."
    return ""


def collect(entries: list[LexiconEntry], name: str) -> Lexicon:
    if len(entries) > MOST_ENTRIES:
        raise LexiconError(f"{name} has {len(entries)} entries; {MOST_ENTRIES} are the most.")
    return Lexicon(tuple(entries))
