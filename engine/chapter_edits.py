"""What a person did to the contents of a book, done again to the contents of its next version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.carrying_over import Text, align_texts, count_shared
from engine.core_types import Chapter, Segment
from engine.manuscript.chapters import merge_chapters, split_chapter

MOSTLY = 0.5  # of a chapter's words: so many shared make two chapters the same one
NEARLY_ALL = 0.8  # of a chapter's words: so many in another make it a part of that


def reshape_chapters(kept: Sequence[Chapter], read: Sequence[Chapter] | None, new: Sequence[Chapter]) -> list[Chapter]:
    """The chapters of a new version, merged, split and ordered as a person did it to the old one.

    ``kept`` are the chapters as they are in the project, ``read`` as they once were read from the file; None when that
    cannot be told, and the new version's chapters stay as they are.
    """
    if read is None or [chapter.text for chapter in kept] == [chapter.text for chapter in read]:
        return list(new)
    cuts = list(_find_splits(kept, read))
    shaped = [part for chapter in new for part in _split_again(chapter, kept, cuts)] if cuts else list(new)
    joins = _find_merges(kept, read)
    if joins:
        shaped = _merge_again(shaped, kept, joins)
    return _order_again(shaped, kept, read)


def match_chapters(kept: Sequence[Chapter], read: Sequence[Chapter] | None, new: Sequence[Chapter]) -> list[Chapter]:
    """The new version's chapters with the ids of the old, and the titles and choices that a person made for them."""
    shared = _share(kept, new)
    owners: list[int | None] = []
    for number, chapter in enumerate(new):
        rivals = [(count, -place) for (place, at), count in shared.items() if at == number]
        count, place = max(rivals, default=(0, 0))
        enough = count > 0 and count >= MOSTLY * min(chapter.words, kept[-place].words)
        owners.append(-place if enough else None)
    made: dict[int, Chapter] = {}
    original = {chapter.text: chapter for chapter in reversed(read or ())}
    given: set[int] = set()
    for number in sorted(range(len(new)), key=lambda number: -shared.get((owners[number] or 0, number), 0)):
        owner = owners[number]
        if owner is None:
            made[number] = replace(new[number], id=0)
        else:
            first = owner not in given
            given.add(owner)
            made[number] = _carry_choices(kept[owner], original.get(kept[owner].text), new[number], first)
    return [made[number] for number in range(len(new))]


def _carry_choices(kept: Chapter, read: Chapter | None, new: Chapter, first: bool) -> Chapter:
    """``first``: is it the only chapter, or the largest, that the kept one has become?"""
    changed = replace(new, id=kept.id if first else 0)
    if first and (read is None or read.title != kept.title):
        changed = replace(changed, title=kept.title)
    if read is None or read.include != kept.include:
        changed = replace(changed, include=kept.include, left_out_reason=kept.left_out_reason)
    return changed


def _share(old: Sequence[Chapter], new: Sequence[Chapter]) -> Mapping[tuple[int, int], int]:
    one, other = Text(old), Text(new)
    return count_shared(one, other, align_texts(one, other))


def _find_splits(kept: Sequence[Chapter], read: Sequence[Chapter]) -> Iterator[int]:
    """Places of the chapters that a person cut off from the one before."""
    texts = {chapter.text for chapter in read}
    for place, chapter in enumerate(kept[1:], start=1):
        whole = kept[place - 1].text + chapter.text
        if chapter.text not in texts and any(whole in text for text in texts):
            yield place


def _split_again(chapter: Chapter, kept: Sequence[Chapter], cuts: Sequence[int]) -> list[Chapter]:
    for place in cuts:
        opening = kept[place].text[:200].strip()
        cut = chapter.text.find(opening) if opening else -1
        if cut > 0 and chapter.text.find(opening, cut + 1) < 0:
            lines = [_make_line(chapter, 0, cut), _make_line(chapter, cut, len(chapter.text))]
            (before, _), (after, _) = split_chapter(chapter, lines, 1, kept[place].title)
            return [*_split_again(before, kept, cuts), *_split_again(after, kept, cuts)]
    return [chapter]


def _make_line(chapter: Chapter, start: int, end: int) -> Segment:
    return Segment(start, end, chapter.text[start:end], chapter.text[start:end])


def _find_merges(kept: Sequence[Chapter], read: Sequence[Chapter]) -> set[int]:
    """Places of the chapters that a person made of several."""
    parts = [text for chapter in read if (text := chapter.text.strip())]
    return {place for place, chapter in enumerate(kept) if _count_parts(chapter.text.strip(), parts) > 1}


def _count_parts(text: str, parts: Sequence[str]) -> int:
    """How many of the parts one after the other make up the text; 0 when they do not."""
    count = 0
    while text:
        part = next((part for part in parts if text.startswith(part)), None)
        if part is None:
            return 0
        text, count = text[len(part) :].strip(), count + 1
    return count


def _merge_again(new: Sequence[Chapter], kept: Sequence[Chapter], joins: set[int]) -> list[Chapter]:
    shared = _share(kept, new)
    merged: list[Chapter] = []
    before: int | None = None
    for number, chapter in enumerate(new):
        whole = next((p for p in joins if shared.get((p, number), 0) >= NEARLY_ALL * max(1, chapter.words)), None)
        if whole is not None and whole == before:
            merged[-1] = merge_chapters((merged[-1], ()), (chapter, ()))[0]
        else:
            merged.append(chapter)
        before = whole
    return merged


def _order_again(new: Sequence[Chapter], kept: Sequence[Chapter], read: Sequence[Chapter]) -> list[Chapter]:
    """The order a person gave; a new chapter comes after the one it comes after in the new version."""
    as_read = {text: place for place, text in reversed([*enumerate(chapter.text for chapter in read)])}
    order = [as_read[chapter.text] for chapter in kept if chapter.text in as_read]
    if order == sorted(order):
        return list(new)
    shared = _share(kept, new)
    keys: list[tuple[int, int]] = []
    for number in range(len(new)):
        count, place = max(((count, -old) for (old, at), count in shared.items() if at == number), default=(0, 0))
        known = count >= MOSTLY * max(1, new[number].words)
        keys.append((-place if known else keys[-1][0] if keys else -1, number))
    return [new[number] for _, number in sorted(keys)]
