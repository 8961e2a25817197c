"""Every real EPUB and document at hand becomes segments that lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import StudioError
from engine.manuscript.readers import READABLE_SUFFIXES, read_book
from engine.manuscript.segments import check_lossless, segment_book

MATERIAL = Path(__file__).resolve().parents[2].parent / "shared" / "material"
BOOKS = sorted(path for path in [*MATERIAL.glob("epub/*"), *MATERIAL.glob("doc/*")] if path.suffix in READABLE_SUFFIXES)


@pytest.mark.skipif(not BOOKS, reason="the collection of real manuscripts is not beside this checkout")
@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_a_real_book_loses_nothing(path: Path) -> None:
    try:
        book = read_book(path)
    except StudioError as refusal:
        pytest.skip(f"not a readable book: {refusal}")
    for chapter, segments in zip(book.chapters, segment_book(book.chapters, book.language), strict=True):
        check_lossless(chapter, segments)
        assert all(len(segment.spoken_text) <= 300 for segment in segments)
        assert all(not segment.text[:1].isspace() for segment in segments[1:])
