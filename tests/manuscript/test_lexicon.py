"""A lexicon says words as a person wants them, and travels in files without losing anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core_types import Chapter, Sounds
from engine.errors import LexiconError
from engine.manuscript.lexicon import Lexicon, LexiconEntry, find_sounds, read_default_lexicon
from engine.manuscript.lexicon_files import format_csv, format_pls, parse_csv, parse_pls, read_lexicon, write_lexicon
from engine.manuscript.segments import segment_chapter
from engine.manuscript.spoken_text import find_entries, speak_span_by_span, spoken_form
from engine.manuscript.word_classes import find_tagger, tag_words

RHYS = LexiconEntry("Rhys", "Reese")
STRIDER = LexiconEntry("Rhys the Strider", "the Strider")
POLISH = LexiconEntry("Polish", "Pole-ish", match_case=True)
LEAD = LexiconEntry("lead", "led", part_of_speech="NOUN")
SIGN = LexiconEntry("&c", "and the rest")
PART = LexiconEntry("burgh", "burra", whole_word=False)
SOUNDS = LexiconEntry("Nguyen", phonemes="wˈɪn")


def said(text: str, *entries: LexiconEntry) -> str:
    return spoken_form(text, lexicon=Lexicon(entries))


def test_whole_words_are_said_otherwise_in_any_case() -> None:
    assert said("Rhys, RHYS’S rhys and Rhysling; d'Rhys.", RHYS) == "Reese, Reese’S Reese and Rhysling; d'Reese."


def test_case_counts_where_the_entry_says_so() -> None:
    assert said("Polish the Polish polish.", POLISH) == "Pole-ish the Pole-ish polish."


def test_a_straight_apostrophe_and_a_curly_one_are_one() -> None:
    assert said("D’Arcy, d'arcy", LexiconEntry("d'Arcy", "Darcy")) == "Darcy, Darcy"
    assert said("Tom o'Bedlam’s", LexiconEntry("o’Bed", "oh bed", whole_word=False)) == "Tom oh bedlam’s"


def test_the_longest_entry_goes_first() -> None:
    assert said("Rhys the Strider met Rhys.", RHYS, STRIDER) == "the Strider met Reese."


def test_a_part_of_a_word_and_a_sign_can_be_entries() -> None:
    assert said("Edinburgh, tea &c", PART, SIGN) == "Edinburra, tea and the rest"


def test_a_book_goes_before_its_series_and_both_before_voxfolio() -> None:
    book, series = Lexicon((RHYS,)), Lexicon((LexiconEntry("rhys", "Rice"), LexiconEntry("NAACP", "the Association")))
    assert spoken_form("Rhys of the NAACP", lexicon=book.over(series)) == "Reese of the the Association"
    assert "double" in spoken_form("Rhys of the NAACP", lexicon=book)


def test_a_part_of_speech_asks_the_tagger_and_without_one_nothing_is_said_otherwise() -> None:
    asked: list[str] = []

    def tag_words(text: str) -> list[tuple[int, int, str]]:
        asked.append(text)
        return [(0, 4, "VERB"), (8, 12, "NOUN")]

    matches = Lexicon((LEAD,)).find_matches("lead by lead", tag_words)
    assert [(match.start, match.end) for match in matches] == [(8, 12)]
    assert Lexicon((LEAD,)).find_matches("lead by lead") == []
    assert Lexicon((LEAD,)).find_matches("no such word", tag_words) == []
    assert asked == ["lead by lead"]


@pytest.mark.parametrize(
    ("sentence", "word", "part"),
    [
        ("He read the book last night.", "read", "PAST"),
        ("I will read it to you.", "read", "VERB"),
        ("The live wire fell.", "live", "ADJ"),
        ("They live in town.", "live", "VERB"),
        ("The roof was made of lead.", "lead", "NOUN"),
        ("He will lead us home.", "lead", "VERB"),
        ("She wore a bow in her hair.", "bow", "NOUN"),
        ("He wound the clock.", "wound", "PAST"),
    ],
)
def test_a_word_is_what_it_is_in_its_sentence(sentence: str, word: str, part: str) -> None:
    start = sentence.index(word)
    assert (start, start + len(word), part) in tag_words(sentence)


def test_a_respelling_heeds_the_part_of_speech() -> None:
    past = LexiconEntry("read", "red", part_of_speech="PAST")
    assert said("He read it. I will read it.", past) == "He red it. I will read it."
    assert said("He will lead us. The lead was heavy.", LEAD) == "He will lead us. The led was heavy."
    assert find_tagger("de-AT") is None


def test_sounds_leave_the_words_as_they_are_and_are_found() -> None:
    assert said("Mr. Nguyen", SOUNDS) == "Mister Nguyen"
    assert find_sounds("Mister Nguyen, Nguyens", Lexicon((RHYS, SOUNDS))) == (Sounds(7, 13, "wˈɪn"),)
    assert find_sounds("Mister Nguyen", Lexicon((RHYS,))) == ()


def test_sounds_beside_a_respelling_belong_to_the_respelling() -> None:
    both = Lexicon((LexiconEntry("Rhys", "Reese", "ɹˈis"),))
    spoken = spoken_form("Rhys ran.", lexicon=both)
    assert (spoken, find_sounds(spoken, both)) == ("Reese ran.", (Sounds(0, 5, "ɹˈis"),))


def test_entries_are_found_in_the_source_as_it_is_printed() -> None:
    text = "_Rh\u00adys_\nthe  Strider[7] met Nguyen."
    found = find_entries(text, Lexicon((RHYS, STRIDER, SOUNDS)), [(text.index("[7]"), text.index(" met"))])
    assert [(text[match.start : match.end], match.entry) for match in found] == [
        ("Rh\u00adys_\nthe  Strider", STRIDER),
        ("Nguyen", SOUNDS),
    ]


def test_segments_say_it_and_keep_their_text() -> None:
    (segment,) = segment_chapter(Chapter("t", "Rhys ran."), "en", lexicon=Lexicon((RHYS,)))
    assert (segment.text, segment.spoken_text) == ("Rhys ran.", "Reese ran.")
    assert [span.spoken for span in speak_span_by_span("Rhys ran.", lexicon=Lexicon((RHYS,)))] == ["Reese", " ran."]


def test_voxfolio_brings_english_words_and_none_for_a_language_it_does_not_know() -> None:
    assert {"NAACP", "AAA"} <= {entry.written for entry in read_default_lexicon("en-GB").entries}
    assert read_default_lexicon("xx") == Lexicon()


# --- files -------------------------------------------------------------------------------------------------------

ALL = Lexicon((RHYS, STRIDER, POLISH, LEAD, SIGN, PART, SOUNDS, LexiconEntry('a,b;"c"', "<d> & é", note="so, so")))


@pytest.mark.parametrize("name", ["words.csv", "words.pls"])
def test_a_file_gives_back_what_was_written(tmp_path: Path, name: str) -> None:
    write_lexicon(ALL, tmp_path / name)
    assert read_lexicon(tmp_path / name) == ALL


VISIBLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.lists(st.builds(LexiconEntry, VISIBLE, VISIBLE, whole_word=st.booleans(), match_case=st.booleans()), max_size=5)
)
def test_both_kinds_of_file_hold_any_words(entries: list[LexiconEntry]) -> None:
    lexicon = Lexicon(tuple(entries))
    assert parse_csv(format_csv(lexicon), "words.csv") == lexicon
    assert parse_pls(format_pls(lexicon, "en"), "words.pls") == lexicon


def test_a_table_from_a_spreadsheet_needs_two_columns() -> None:
    assert parse_csv("Written;Spoken\r\nRhys;Reese\r\n;\r\n", "words.csv") == Lexicon((RHYS,))


def test_another_programs_pls_is_read() -> None:
    data = """<?xml version="1.0"?><lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon"
        alphabet="ipa" xml:lang="en"><lexeme role="x:noun"><grapheme>lead</grapheme><grapheme>Pb</grapheme>
        <phoneme>lɛd</phoneme></lexeme></lexicon>"""
    assert parse_pls(data.encode(), "x.pls").entries == (
        LexiconEntry("lead", "", "lɛd", part_of_speech="NOUN"),
        LexiconEntry("Pb", "", "lɛd", part_of_speech="NOUN"),
    )


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("a.csv", b"", "first line"),
        ("a.csv", b"word,sound\na,b\n", "written, and spoken"),
        ("a.csv", b"written,spoken,colour\na,b,c\n", "colour"),
        ("a.csv", b"written,spoken\n,b\n", "Line 2"),
        ("a.csv", b"written,spoken\na,b\nc,\n", "Line 3"),
        ("a.csv", b"written,spoken,whole_word\na,b,perhaps\n", "perhaps"),
        ("a.csv", b"written,spoken\n\xff,b\n", "UTF-8"),
        ("a.csv", b'written,spoken\n"a,b\n', "cannot be read|can be read"),
        ("a.csv", b"written,phonemes\na,/x/](b)\n", "bracket"),
        ("a.csv", b"written,spoken\na," + b"b" * 300 + b"\n", "300"),
        ("a.pls", b"<lexicon", "can be read"),
        ("a.pls", b"<html/>", "no pronunciation lexicon"),
        ("a.pls", b'<!DOCTYPE l [<!ENTITY e "x">]><lexicon>&e;</lexicon>', "document type"),
        ("a.pls", b'<lexicon alphabet="x-sampa"/>', "x-sampa"),
        ("a.pls", b"<lexicon><lexeme><alias>b</alias></lexeme></lexicon>", "grapheme"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(tmp_path: Path, name: str, data: bytes, part: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LexiconError, match=part) as refused:
        read_lexicon(tmp_path / name)
    assert str(refused.value).endswith((".", "again.", "meant."))


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(LexiconError, match=r"nothing\.csv cannot be read"):
        read_lexicon(Path("nothing.csv"))


def test_a_part_of_speech_may_be_written_small():
    (entry,) = parse_csv("written,spoken,part_of_speech\nlead,led,noun\n", "words.csv").entries
    assert entry.part_of_speech == "NOUN"
