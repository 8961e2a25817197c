"""Small manuscripts built on the spot, so that the readers' tests need no files."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""

PROSE = "The lamp burned low, and nobody spoke of the letter again until the morning came over the hill. "


def page(body: str, *, title: str = "A page", body_type: str = "") -> str:
    kind = f' epub:type="{body_type}"' if body_type else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title></head><body{kind}>{body}</body></html>'
    )


def chapter(title: str, sentences: int = 8) -> str:
    return page(f"<h1>{title}</h1>" + "".join(f"<p>{PROSE * 2}</p>" for _ in range(sentences)))


def nav(entries: str, *, more: str = "") -> str:
    return page(f'<nav epub:type="toc"><h1>Contents</h1><ol>{entries}</ol></nav>{more}')


def ncx(points: str) -> str:
    return f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'


def point(title: str, href: str, inner: str = "") -> str:
    return f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{href}"/>{inner}</navPoint>'


def package(
    pages: Sequence[str],
    *,
    metadata: str = "<dc:title>The Lamp</dc:title><dc:creator>Ada Wren</dc:creator><dc:language>en</dc:language>",
    manifest: str = "",
    guide: str = "",
    auxiliary: Sequence[str] = (),
) -> str:
    items = "".join(
        f'<item id="p{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)
    )
    spine = "".join(
        f'<itemref idref="p{n}"{" linear=" + chr(34) + "no" + chr(34) if name in auxiliary else ""}/>'
        for n, name in enumerate(pages)
    )
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:opf="http://www.idpf.org/2007/opf" version="3.0">'
        f"<metadata>{metadata}</metadata><manifest>{items}{manifest}</manifest><spine>{spine}</spine>{guide}</package>"
    )


NAV_ITEM = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
NCX_ITEM = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'


def write_zip(path: Path, entries: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def write_epub(path: Path, opf: str, files: Mapping[str, str | bytes]) -> Path:
    """An EPUB with its package at OEBPS/book.opf; ``files`` are named from OEBPS, or with a slash from the root."""
    entries: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": opf,
    }
    for name, content in files.items():
        entries[name[1:] if name.startswith("/") else f"OEBPS/{name}"] = content
    return write_zip(path, entries)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def write_docx(path: Path, body: str, **parts: str) -> Path:
    """A Word document; ``parts`` are further files of word/, without their suffix: footnotes="<w:footnotes ...>"."""
    entries: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
    }
    for name, content in parts.items():
        entries[f"word/{name}.xml"] = content.replace("<w:", f'<w:{name} xmlns:w="{WORD}"><w:', 1) + f"</w:{name}>"
    return write_zip(path, entries)


def paragraph(text: str, style: str = "", extra: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/>{extra}</w:pPr>' if style else f"<w:pPr>{extra}</w:pPr>"
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
