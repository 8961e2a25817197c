"""Which sections of a book are not read aloud unless a person asks, and why: covers, contents, copyright, notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.core_types import MarkKind
from engine.manuscript.readers.blocks import Block
from engine.manuscript.readers.gutenberg import FOOTER_REASON, HEADER_REASON
from engine.manuscript.readers.headings import plain_words

# epub:type, guide and landmark words
REASON_OF_TYPE: Final = {
    "cover": "cover",
    "titlepage": "title page",
    "title-page": "title page",
    "halftitlepage": "half title",
    "halftitle": "half title",
    "toc": "contents",
    "loi": "list of illustrations",
    "lot": "list of tables",
    "loa": "list of audio clips",
    "lov": "list of video clips",
    "page-list": "contents",
    "landmarks": "contents",
    "copyright-page": "copyright",
    "copyright": "copyright",
    "imprint": "copyright",
    "imprimatur": "copyright",
    "colophon": "colophon",
    "index": "index",
    "other-credits": "credits",
    "contributors": "credits",
    "footnotes": "notes",
    "endnotes": "notes",
    "rearnotes": "notes",
    "notes": "notes",
    "pg-boilerplate": HEADER_REASON,
}
READ_TYPES: Final = frozenset(
    {
        "acknowledgments", "acknowledgements", "afterword", "appendix", "chapter", "conclusion", "dedication",
        "epigraph", "epilogue", "foreword", "introduction", "part", "preamble", "preface", "prologue", "volume",
    }
)  # fmt: skip
REASON_OF_TITLE: Final = {
    "cover": "cover",
    "front cover": "cover",
    "cover page": "cover",
    "couverture": "cover",
    "title": "title page",
    "title page": "title page",
    "titlepage": "title page",
    "half title": "half title",
    "half title page": "half title",
    "copyright": "copyright",
    "copyright page": "copyright",
    "uncopyright": "copyright",
    "imprint": "copyright",
    "impressum": "copyright",
    "legal notice": "copyright",
    "colophon": "colophon",
    "contents": "contents",
    "table of contents": "contents",
    "list of contents": "contents",
    "toc": "contents",
    "landmarks": "contents",
    "inhalt": "contents",
    "inhaltsverzeichnis": "contents",
    "table des matieres": "contents",
    "sommaire": "contents",
    "indice": "contents",
    "contenido": "contents",
    "目次": "contents",
    "目录": "contents",
    "illustrations": "list of illustrations",
    "list of illustrations": "list of illustrations",
    "list of figures": "list of illustrations",
    "list of tables": "list of tables",
    "index": "index",
    "bibliography": "bibliography",
    "references": "bibliography",
    "works cited": "bibliography",
    "notes": "notes",
    "endnotes": "notes",
    "end notes": "notes",
    "footnotes": "notes",
    "advertisements": "advertisement",
    "advertisement": "advertisement",
    "full project gutenberg license": FOOTER_REASON,
    "the full project gutenberg license": FOOTER_REASON,
}
REASON_OF_FILE: Final = {
    "cover": "cover",
    "coverpage": "cover",
    "titlepage": "title page",
    "title": "title page",
    "title page": "title page",
    "halftitle": "half title",
    "halftitlepage": "half title",
    "copyright": "copyright",
    "copyright page": "copyright",
    "imprint": "copyright",
    "colophon": "colophon",
    "toc": "contents",
    "nav": "contents",
    "contents": "contents",
}
PROMOTION = re.compile(
    r"(?:also|other books|more books|books|novels|titles) (?:by|from|to read)\b|by the same author|read more from",
    re.IGNORECASE,
)
TRANSCRIBER = re.compile(r"(?:\[\s*)?(?:the )?(?:original )?transcriber(?:['’]?s)?['’]? notes?\b", re.IGNORECASE)
TITLE_LINE = re.compile(
    r"by\b|author of|copyright|©|printed|published|translated|illustrated|edited|with\b|volume|licen[cs]ed|all rights",
    re.IGNORECASE,
)
SENTENCE_WORDS: Final = 6
COPYRIGHT_SIGNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bcopyright\b|©|\(c\) *\d{4}",
        r"all rights (?:are )?reserved|some rights reserved|tous droits réservés|alle rechte vorbehalten",
        r"\bisbn(?:-1[03])?\b",
        r"published (?:in .{2,40} )?by|first published|publisher|printed (?:in|by)|library of congress",
        r"no part of this (?:book|publication)|without (?:the )?(?:prior )?(?:written )?permission|work of fiction",
    )
)
LONG_WORDS: Final = 1_200  # no title page or copyright notice is as long as this
COPYRIGHT_WORDS: Final = 600
TITLE_PAGE_WORDS: Final = 80
TITLE_PAGE_HEADINGS: Final = 3  # title, author, publisher set large: then a quotation and its source may stand below
PROSE_WORDS: Final = 25
LINK_SHARE: Final = 0.7


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """What is known of a section when it is decided whether it is read."""

    title: str
    blocks: Sequence[Block]
    types: frozenset[str]  # from the package: guide, landmarks, the page's own epub:type
    file_stem: str
    book_title: str
    author: str
    before_the_first_chapter: bool


def find_reason(facts: SectionFacts) -> str:
    """Why a section is left out, or "" when it is to be read."""
    words = sum(block.words for block in facts.blocks)
    title = plain_words(facts.title)
    common = _common_types(facts.blocks) | facts.types
    reason = next((REASON_OF_TYPE[word] for word in sorted(common) if word in REASON_OF_TYPE), "")
    if reason:
        return reason
    if common & READ_TYPES:
        return ""
    reason = REASON_OF_TITLE.get(title, "")
    if reason and (words < LONG_WORDS or reason in ("contents", "index", "notes", "bibliography", FOOTER_REASON)):
        return reason
    reason = REASON_OF_FILE.get(plain_words(facts.file_stem), "")
    if (
        reason
        and words < LONG_WORDS
        and (title == plain_words(facts.book_title) or not title or reason != "title page")
    ):
        return reason
    return _reason_of_content(facts, words)


def _common_types(blocks: Sequence[Block]) -> frozenset[str]:
    """What every block of a section is said to be part of."""
    readable = [block.types for block in blocks if block.kind is not MarkKind.SCENE_BREAK]
    return frozenset.intersection(*readable) if readable else frozenset()


def _reason_of_content(facts: SectionFacts, words: int) -> str:
    text = "\n".join(block.text for block in facts.blocks)
    if all(block.kind in (MarkKind.NOTE, MarkKind.PAGE_NUMBER) for block in facts.blocks):
        return "notes"
    if PROMOTION.match(facts.title.strip() or text[:60].strip()) and words < LONG_WORDS:
        return "advertisement"
    linked = sum(block.link_characters for block in facts.blocks)
    links = sum(block.link_characters > 0 for block in facts.blocks)
    bodies = sum(len(block.text) for block in facts.blocks if block.kind is not MarkKind.HEADING)
    if links >= 3 and linked > LINK_SHARE * max(1, bodies):
        if _has_contents_heading(facts.blocks):
            return "contents"
        if not any(block.words >= SENTENCE_WORDS and not block.link_characters for block in facts.blocks):
            return "links"
    headed = any(block.kind is MarkKind.HEADING and not _names_book(block.text, facts) for block in facts.blocks)
    signs = sum(sign.search(text) is not None for sign in COPYRIGHT_SIGNS)
    if words < COPYRIGHT_WORDS and signs >= (
        4 if headed else 2 if facts.before_the_first_chapter and _opens_book(facts) else 3
    ):
        return "copyright"
    if TRANSCRIBER.match(text) and words < LONG_WORDS:
        return "transcriber's note"
    if facts.before_the_first_chapter and words <= TITLE_PAGE_WORDS and _is_title_page(facts):
        return "title page"
    return ""


def _has_contents_heading(blocks: Sequence[Block]) -> bool:
    return any(REASON_OF_TITLE.get(plain_words(block.text)) == "contents" for block in blocks)


def _is_title_page(facts: SectionFacts) -> bool:
    """Short lines with the book's title, or its author's name, among them, and no prose but an epigraph."""
    headings = sum(block.kind is MarkKind.HEADING for block in facts.blocks)
    sentences = sum(_is_sentence(block) for block in facts.blocks)
    if sentences > (2 if headings >= TITLE_PAGE_HEADINGS else 0):
        return False
    return any(_names_book(line, facts) for block in facts.blocks for line in block.text.split("\n"))


def _is_sentence(block: Block) -> bool:
    if block.words > PROSE_WORDS:
        return True
    return block.words >= SENTENCE_WORDS and block.text[-1] in ".!?" and not TITLE_LINE.match(block.text)


def _names_book(text: str, facts: SectionFacts) -> bool:
    """Whether a line holds the book's main title, or is its author's name."""
    line = plain_words(text)
    title = plain_words(re.split(r"[:;—(]", facts.book_title)[0])
    author = plain_words(facts.author)
    return bool(title and title in line) or bool(author and line in (author, f"by {author}"))


def _opens_book(facts: SectionFacts) -> bool:
    return any(_names_book(block.text, facts) for block in facts.blocks[:3])
