"""Segments cover the text, end where a reader would pause, and stay short enough to speak."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.core_types import Chapter, Mark, MarkKind, PauseKind, Progress, Segment, SegmentKind
from engine.errors import ManuscriptError
from engine.manuscript.segments import check_lossless, segment_book, segment_chapter

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def chapter_of(*blocks: tuple[MarkKind, str]) -> Chapter:
    text, marks = "", []
    for kind, block in blocks:
        marks.append(Mark(kind, len(text), len(text) + len(block)))
        text += block + "\n\n"
    return Chapter("A chapter", text, tuple(marks))


def paragraph(text: str) -> Chapter:
    return chapter_of((MarkKind.PARAGRAPH, text))


def lines_of(text: str, language: str = "en") -> list[str]:
    """The sentences of a paragraph, each too long to be joined with its neighbour."""
    return [segment.text.strip() for segment in segment_chapter(paragraph(text), language)]


TAIL = " and then, as the whole village had expected since the spring, nothing more was said about it all that summer"


@pytest.mark.parametrize(
    "text",
    [
        f'"Where is it?" he asked{TAIL}.',
        f"“Stop!” cried the miller{TAIL}.",
        f"Mr. and Mrs. Alder met Dr. Finch at St. Mary's{TAIL}.",
        f"J. R. Hartley and Terry O. Nicholson came{TAIL}.",
        f"She waited . . . then she left{TAIL}.",
        f"He paused... and went on{TAIL}.",
        f"It rolled, thump! thump! down the stair{TAIL}.",
        f"It cost 3.50 at 6.15 in the morning{TAIL}.",
        f"The rain\nfell on\nthe River Alder\nAnd on the mill{TAIL}.",
    ],
)
def test_what_only_looks_like_the_end_of_a_sentence_does_not_end_it(text: str) -> None:
    assert lines_of(text) == [text]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"The wheel stopped{TAIL}.", f"Nobody spoke{TAIL}."),
        (f"“The wheel has stopped{TAIL}.”", f"Nobody answered him{TAIL}."),
        (f"(The wheel had stopped{TAIL}.)", f"Nobody answered him{TAIL}."),
        (f"He is older than I{TAIL}, and so was I.", f"She was the miller's child{TAIL}."),
        (f"_What have you done{TAIL}?_", f"“Nothing at all{TAIL}.”"),
        (f"It stopped in 1984{TAIL}, or in 1985.", f"Nobody remembers{TAIL}."),
        (f"We tried plan A and then plan B{TAIL}, and plan C.", f"He had no plan D{TAIL}."),
        (f"It all\nstopped{TAIL}.", f"Nobody\nspoke{TAIL}."),
    ],
)
def test_a_sentence_ends_with_its_closing_marks(first: str, second: str) -> None:
    assert lines_of(f"{first} {second}") == [first, second]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        (
            "fr",
            "« Où est-il donc parti, ce vieux meunier dont la roue tournait jour et nuit au bord de l'eau claire ? »",
            "« Personne ne le sait plus, répondit la vieille en regardant tomber la pluie sur le chemin de la mer. »",
        ),
        (
            "de",
            "»Wohin ist er denn gegangen, der alte Müller, dessen Rad bei Tag und bei Nacht am Wasser lief?«",
            "»Das weiß heute niemand mehr, sagte Dr. Finke und sah zu, wie der Regen auf den Weg zum Meer fiel.«",
        ),
        (
            "ja",
            "むかしむかし、おじいさんとおばあさんが住んでいました。" * 6,
            "おじいさんは山へしばかりに、おばあさんは川へせんたくに行きました。",
        ),
        ("ar", "أين ذهب الطحان العجوز الذي أحببناه جميعا عندما كنا صغارا؟", "لا أحد يعرف إلى أين ذهب بعد تلك الليلة."),
        ("qqq", "Where is it" + TAIL + "?", "Nobody knows it" + TAIL + "."),
    ],
)
def test_other_languages_have_sentences_too(language: str, first: str, second: str) -> None:
    space = "" if language == "ja" else " "
    spoken = [segment.text.strip() for segment in segment_chapter(paragraph(first + space + second), language)]
    joined = "".join(spoken).replace(" ", "")
    assert joined == (first + second).replace(" ", "")
    edges = {len("".join(spoken[:count]).replace(" ", "")) for count in range(len(spoken) + 1)}
    assert len(first.replace(" ", "")) in edges


def test_short_sentences_are_joined_within_a_paragraph_only() -> None:
    chapter = chapter_of((MarkKind.PARAGRAPH, "“No.” “Yes.” “Perhaps.”"), (MarkKind.PARAGRAPH, "“Never.”"))
    assert [segment.spoken_text for segment in segment_chapter(chapter, "en")] == [
        "“No.” “Yes.” “Perhaps.”",
        "“Never.”",
    ]


def test_each_pause_is_named_by_what_ends_there() -> None:
    long = f"The wheel stopped{TAIL}."
    chapter = chapter_of(
        (MarkKind.HEADING, "CHAPTER I"),
        (MarkKind.PARAGRAPH, f"{long} {long}"),
        (MarkKind.SCENE_BREAK, "* * *"),
        (MarkKind.PARAGRAPH, long),
        (MarkKind.NOTE, "A note."),
    )
    assert [(segment.kind, segment.pause, bool(segment.spoken_text)) for segment in segment_chapter(chapter, "en")] == [
        (SegmentKind.HEADING, PauseKind.HEADING, True),
        (SegmentKind.NARRATION, PauseKind.SENTENCE, True),
        (SegmentKind.NARRATION, PauseKind.PARAGRAPH, True),
        (SegmentKind.SCENE_BREAK, PauseKind.SCENE, False),
        (SegmentKind.NARRATION, PauseKind.CHAPTER, True),
        (SegmentKind.NOTE, PauseKind.CHAPTER, False),
    ]


def test_a_heading_of_two_sentences_is_one_segment() -> None:
    segments = segment_chapter(chapter_of((MarkKind.HEADING, "CHAPTER IV.\nMr. Alder Goes Out. Nobody Follows.")), "en")
    assert [segment.spoken_text for segment in segments] == ["Chapter four. Mister Alder Goes Out. Nobody Follows."]


def test_lines_of_verse_are_kept_and_those_that_run_on_are_said_together() -> None:
    stanza = "The wheel goes round the whole day long\n    and sings to all who pass,\nits old song.\nA slow one."
    segments = segment_chapter(chapter_of((MarkKind.VERSE, stanza), (MarkKind.PARAGRAPH, "The end.")), "en")
    assert [(segment.spoken_text, segment.pause) for segment in segments] == [
        ("The wheel goes round the whole day long and sings to all who pass,", PauseKind.CLAUSE),
        ("its old song.", PauseKind.SENTENCE),
        ("A slow one.", PauseKind.PARAGRAPH),
        ("The end.", PauseKind.CHAPTER),
    ]
    assert segments[0].kind is SegmentKind.VERSE


def test_each_row_of_a_table_is_a_line() -> None:
    segments = segment_chapter(chapter_of((MarkKind.TABLE, "Flour 3 pence\nBread 1 penny")), "en")
    assert [segment.spoken_text for segment in segments] == ["Flour three pence", "Bread one penny"]


def test_a_long_sentence_is_divided_at_its_semicolon() -> None:
    first = "The miller rose before the sun, fed the cat, and swept the step;"
    second = "the river, which had risen in the night, carried off his boat, his ladder and the better of his two hats."
    segments = segment_chapter(paragraph(f"{first} {second}"), "en", max_characters=120)
    assert [segment.spoken_text for segment in segments] == [first, second]
    assert [segment.pause for segment in segments] == [PauseKind.CLAUSE, PauseKind.CHAPTER]


@pytest.mark.parametrize(
    "word", ["https://example.org/" + "path/" * 500, "-" * 5000, "a" * 5000, "é́" * 3000, "…" * 5000]
)
def test_a_word_longer_than_the_limit_breaks_nothing(word: str) -> None:
    chapter = paragraph(f"See {word} now.")
    segments = segment_chapter(chapter, "en")
    check_lossless(chapter, segments)
    assert max(len(segment.spoken_text) for segment in segments) <= 300


def test_a_note_mark_is_not_said_and_hides_no_sentence_end() -> None:
    text = f"The wheel stopped{TAIL}.12 Nobody spoke{TAIL}."
    at = text.index("12")
    chapter = Chapter("t", text, (Mark(MarkKind.PARAGRAPH, 0, len(text)), Mark(MarkKind.NOTE_MARK, at, at + 2)))
    segments = segment_chapter(chapter, "en")
    assert [segment.spoken_text for segment in segments] == [f"The wheel stopped{TAIL}.", f"Nobody spoke{TAIL}."]
    assert segments[0].text.endswith(".12 ")
    assert segment_chapter(chapter, "en", left_out=frozenset())[0].spoken_text.endswith("summer. twelve")


def test_a_page_number_inside_a_word_does_not_part_it() -> None:
    chapter = Chapter("t", "The mil[7]ler", (Mark(MarkKind.PARAGRAPH, 0, 13), Mark(MarkKind.PAGE_NUMBER, 7, 10)))
    assert [segment.spoken_text for segment in segment_chapter(chapter, "en")] == ["The miller"]


def test_notes_are_said_when_a_person_wants_them() -> None:
    chapter = chapter_of((MarkKind.PARAGRAPH, "A word."), (MarkKind.NOTE, "A note."))
    said = [segment.spoken_text for segment in segment_chapter(chapter, "en", left_out=frozenset())]
    assert said == ["A word.", "A note."]


def test_text_without_any_mark_has_paragraphs_and_scene_breaks() -> None:
    segments = segment_chapter(Chapter("t", "\n One\nline.\n \nTwo.\n\n  * * *\n\nThree."), "en")
    assert [(segment.spoken_text, segment.pause) for segment in segments] == [
        ("One line.", PauseKind.PARAGRAPH),
        ("Two.", PauseKind.PARAGRAPH),
        ("", PauseKind.SCENE),
        ("Three.", PauseKind.CHAPTER),
    ]
    assert segments[0].text == "\n One\nline.\n \n"


def test_text_that_a_reader_forgot_to_mark_is_said_all_the_same() -> None:
    chapter = Chapter("t", "One.\n Two.\n\nThree.", (Mark(MarkKind.PARAGRAPH, 0, 4),))
    assert [segment.text for segment in segment_chapter(chapter, "en")] == ["One.\n ", "Two.\n\n", "Three."]


def test_a_picture_caption_of_several_sentences_is_silent() -> None:
    segments = segment_chapter(paragraph("[Illustration: The mill. It has a wheel. Here it is.] The river rose."), "en")
    assert " ".join(segment.spoken_text for segment in segments).strip() == "The river rose."


def test_an_empty_chapter_has_no_segments_and_a_blank_one_has_one_silent_segment() -> None:
    assert segment_chapter(Chapter("t", ""), "en") == ()
    assert [segment.spoken_text for segment in segment_chapter(Chapter("t", " \n "), "en")] == [""]


def test_a_lost_character_is_reported_with_the_chapter_and_the_place() -> None:
    chapter = Chapter("The Mill", "One two. Three four.")
    segments = [Segment(0, 9, "One two. ", "One two."), Segment(9, 20, "Three four.", "Three four.")]
    check_lossless(chapter, segments)
    for damaged in (
        segments[:1],
        segments[1:],
        [segments[0], replace(segments[1], text="Three  four")],
        [segments[0], replace(segments[1], start=10)],
        [*segments, Segment(20, 20, "", "")],
    ):
        with pytest.raises(ManuscriptError, match=r"“The Mill” .* at character \d+"):
            check_lossless(chapter, damaged)


def test_a_book_gives_the_same_segments_as_its_chapters_one_by_one_and_tells_how_far_it_is() -> None:
    chapters = [
        paragraph(f'"Is it so very bad? Oh, is it?" Mary heard her say {number}. ' * 700) for number in range(3)
    ]
    told: list[Progress] = []
    book = segment_book(chapters, "en", on_progress=told.append)
    assert book == [segment_chapter(chapter, "en") for chapter in chapters]
    assert [progress.station for progress in told] == ["reading"] * len(told)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1].done == told[-1].total == sum(len(chapter.text) for chapter in chapters)


@pytest.mark.parametrize(
    "text",
    [
        "." * 400_000,
        "x" * 400 + " " * 400_000 + "y",
        "\n" * 400_000,
        "_" * 400_000 + "a",
        '."' * 200_000,
        "[" * 400_000,
    ],
)
def test_a_hostile_text_takes_no_longer_than_its_length_deserves(text: str) -> None:
    started = time.process_time()
    check_lossless(Chapter("t", text), segment_chapter(Chapter("t", text), "en"))
    assert time.process_time() - started < 10  # quadratic work would take minutes


REAL_TEXTS = [
    *sorted((SHARED / "material/doc").glob("*.txt")),
    *sorted((SHARED / "litbank/data").glob("*/text.txt"))[::6],
]


@pytest.mark.skipif(not REAL_TEXTS, reason="the collection of real manuscripts is not beside this checkout")
@pytest.mark.parametrize("path", REAL_TEXTS, ids=lambda path: f"{path.parent.name[:20]}/{path.name}")
def test_real_texts_lose_nothing_and_stay_within_the_limit(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", errors="replace")[:400_000]
    chapter = Chapter(path.stem, text)
    segments = segment_chapter(chapter, "en")
    check_lossless(chapter, segments)
    assert max(len(segment.spoken_text) for segment in segments) <= 300
    assert not [segment for segment in segments[1:] if segment.text[:1].isspace()]
    titled = re.compile(r"\b(?:Mr|Mrs|Dr)\.\s+$")
    assert not [segment for segment in segments if titled.search(segment.text) and not segment.text.endswith("\n\n")]
