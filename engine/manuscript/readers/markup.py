"""XML and HTML into an element tree, without ever following or expanding what the file asks us to."""

from __future__ import annotations

import contextlib
import html
import re
from typing import Any, Final, cast

from lxml import etree

from engine.core_types import Finding
from engine.errors import HostileManuscript
from engine.manuscript.readers.text_encoding import decode_text, find_declared_encoding

XML_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
MAX_ENTITY_CHARACTERS: Final = 1_000
MAX_MARKUP_CHARACTERS: Final = 64_000_000

XML_OPTIONS: Final[dict[str, Any]] = {
    "resolve_entities": False, "no_network": True, "huge_tree": False, "load_dtd": False, "encoding": "utf-8",
}  # fmt: skip

XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(\[(.*?)\]\s*)?>", re.DOTALL | re.IGNORECASE)
ENTITY_DECLARATION = re.compile(r"""<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>""")
ENTITY = re.compile(r"&([A-Za-z][\w.:-]*);")
SELF_CLOSED = re.compile(
    r"<(a|abbr|b|cite|code|div|em|h[1-6]|i|iframe|li|ol|p|pre|q|s|script|small|span|strong|style|sub|sup|table|td|textarea|th"
    r"|title|u|ul|video|audio)(\s[^<>]*)?/>",
    re.IGNORECASE,
)


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace, lower case; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def parse_markup(raw: bytes, source: str) -> tuple[etree._Element | None, tuple[Finding, ...]]:
    """The root of an XHTML or HTML file, read as strictly as it allows; None when nothing is in it.

    Raises HostileManuscript for entities that would expand into each other.
    """
    text, findings = decode_text(raw, source, find_declared_encoding(raw))
    text = plain_entities(text, source)
    root = _parse_xml(text) if _looks_like_xml(text) else None
    return (root if root is not None else _parse_html(text, source)), findings


def parse_xml(raw: bytes, source: str) -> etree._Element | None:
    """The root of a package file (OPF, NCX, DOCX part), mended where it is not well formed; None when hopeless."""
    text = plain_markup(raw, source).decode("utf-8")
    root = _parse_xml(text)
    return root if root is not None else _mend_xml(text, source)


def plain_markup(raw: bytes, source: str) -> bytes:
    """Markup for a parser that is not ours: UTF-8, entities written out, no document type. Raises HostileManuscript."""
    text, _ = decode_text(raw, source, find_declared_encoding(raw))
    return _as_utf8(plain_entities(text, source))


def plain_entities(text: str, source: str) -> str:
    """The markup with named entities written out and its document type taken away.

    Short plain entities the file defines are filled in; those that name files or are unknown stay as they are
    written. Raises HostileManuscript when one entity is made of others: that is how a few lines become gigabytes.
    """
    text = XML_DECLARATION.sub("", text.replace("\x00", ""), count=1)
    doctype = DOCTYPE.match(text, max(0, text[:100_000].upper().find("<!DOCTYPE")))
    own: dict[str, str] = {}
    if doctype is not None:
        for name, double, single in ENTITY_DECLARATION.findall(doctype.group(2) or ""):
            own[name] = html.unescape(double or single)
            if len(own[name]) > MAX_ENTITY_CHARACTERS or ENTITY.search(own[name]):
                raise HostileManuscript(
                    f'"{source}" defines text that expands into more and more text, a known attack. It was not read.'
                )
        text = text[: doctype.start()] + text[doctype.end() :]

    room = MAX_MARKUP_CHARACTERS - len(text)

    def write_out(match: re.Match[str]) -> str:
        nonlocal room
        name = match.group(1)
        if name in XML_ENTITIES:
            return match.group(0)
        if name in own:
            room -= len(own[name])
            if room < 0:
                raise HostileManuscript(f'"{source}" is far too large for one part of a book. It was not read.')
            return html.escape(own[name], quote=False)
        character = html.unescape(match.group(0))
        return character if character != match.group(0) else f"&amp;{name};"

    return ENTITY.sub(write_out, text)


def _looks_like_xml(text: str) -> bool:
    head = text[:3000].lower()
    return "<html" not in head or "http://www.w3.org/1999/xhtml" in head


def _parse_xml(text: str) -> etree._Element | None:
    """The root of well-formed XML, nested 256 deep at most; None otherwise."""
    parser = etree.XMLParser(**XML_OPTIONS)
    try:
        return cast("etree._Element | None", etree.fromstring(_as_utf8(text), parser))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _mend_xml(text: str, source: str) -> etree._Element | None:
    return _parse_within_limits(text, etree.XMLParser(recover=True, **XML_OPTIONS), source)


def _parse_html(text: str, source: str) -> etree._Element | None:
    # an HTML parser would leave these open to the end of the file
    text = SELF_CLOSED.sub(r"<\1\2></\1>", text)
    # old pages forget to close elements, hundreds deep, so this parser is given its longer measure (2048). HTML has no
    # entities of its own to expand, and whoever walks the tree does so without recursion.
    return _parse_within_limits(text, etree.HTMLParser(no_network=True, huge_tree=True, encoding="utf-8"), source)


def _parse_within_limits(text: str, parser: etree.XMLParser | etree.HTMLParser, source: str) -> etree._Element | None:
    """The root a forgiving parser finds. Raises HostileManuscript where it would drop text without a word."""
    root = None
    with contextlib.suppress(etree.XMLSyntaxError, ValueError):
        root = cast("etree._Element | None", etree.fromstring(_as_utf8(text), parser))
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise HostileManuscript(
            f'"{source}" is nested deeper than any book, or has parts far too long. It was not read.'
        )
    return root


def _as_utf8(text: str) -> bytes:
    return text.strip().encode("utf-8", errors="replace")
