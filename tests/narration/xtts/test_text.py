"""How lines are cut, prepared and tokenized for XTTS."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from engine.errors import LanguageNotSpoken, ModelError, SynthesisError
from engine.narration.xtts.numbers import HINDI, plain_number, read_chinese, read_digits, read_hindi
from engine.narration.xtts.text import TextReader, find_language, prepare_words, split_line
from engine.narration.xtts.words import LANGUAGES, romanize
from tests.narration.xtts.tiny_checkpoint import LANGUAGES as MODEL_TAGS

ENGLISH = LANGUAGES["en"]
LONG = (
    "It was past midnight when the keeper went down the ninety-nine steps; the lamp had gone out, and nobody spoke. "
    "He thought of the road, of the quiet house at its end, and of those who had lived there once, before the war, "
    "when there were still boats in the harbour and children on the wall. Then he lit a match."
)


@pytest.fixture(scope="module")
def reader(folder: Path) -> TextReader:
    return TextReader(folder / "vocab.json", 250)


def prepared(text: str, tag: str = "en") -> str:
    return prepare_words(text, LANGUAGES[tag])


# --- cutting -----------------------------------------------------------------------------------------------------


def test_a_line_within_the_limit_is_one_piece(reader):
    assert len(reader.read_line("The lamp went out.", "en")) == 1


def test_a_long_line_is_cut_at_the_end_of_a_sentence_where_there_is_one():
    stretches = split_line(LONG, 240)
    assert all(len(stretch) <= 240 for stretch in stretches)
    assert stretches[0].endswith("nobody spoke.")


@pytest.mark.parametrize("longest", [20, 60, 100, 240])
def test_no_word_is_lost_or_said_twice_by_cutting(longest):
    assert " ".join(split_line(LONG, longest)).split() == LONG.split()


def test_without_any_sign_a_line_is_cut_between_words():
    stretches = split_line("word " * 200, 240)
    assert all(set(stretch.split()) == {"word"} for stretch in stretches)


def test_a_row_of_letters_without_an_end_is_cut_all_the_same():
    assert "".join(split_line("x" * 1000, 240)) == "x" * 1000


def test_a_closing_quote_stays_with_its_sentence():
    text = "“Nobody went down to the harbour that night, not even he!” " + "She said it again and again. " * 8
    assert split_line(text, 200)[0].count("”") == text[: len(split_line(text, 200)[0])].count("”")
    assert not any(stretch.startswith("”") for stretch in split_line(text, 62))


def test_a_piece_with_too_many_tokens_is_cut_again(folder):
    pieces = TextReader(folder / "vocab.json", 40).read_line(LONG, "en")
    assert len(pieces) > 5 and all(len(piece.tokens) <= 40 for piece in pieces)


def test_a_sentence_is_followed_by_a_longer_pause_than_a_clause(reader):
    pieces = reader.read_line(LONG, "en")
    assert pieces[0].pause_s > reader.read_line("word, " * 100, "en")[0].pause_s


# --- endings and quotes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“Who is there?”", "who is there?"),
        ("«Qui est là?»", "qui est là?"),
        ("Stop!”", "stop!"),
        ("And then...", "and then."),
        ("And then…", "and then."),
        ("And then. . .", "and then."),
        ("Wait... what?", "wait, what?"),
        ("Yes", "yes."),
        ("“Only the wind,” said the keeper.", "only the wind, said the keeper."),
        ("He said “no” twice.", "he said no, twice."),
        ("don’t", "don't."),
        ("What?!", "what?"),
        ("A – B", "a - b."),
    ],
)
def test_what_makes_the_model_go_on_is_prepared_for_it(text, words):
    assert prepared(text) == words


def test_a_last_full_stop_is_not_read_out_in_other_languages():
    assert prepared("Das Licht ging aus.", "de") == "das licht ging aus"
    assert prepared("Das Licht ging aus?", "de") == "das licht ging aus?"


@pytest.mark.parametrize("text", ["", "   ", "\n", "…", "?!", "— —", "***"])
def test_a_line_without_words_is_refused(reader, text):
    with pytest.raises(SynthesisError, match=r"^There is nothing to say in .*\.$"):
        reader.read_line(text, "en")


# --- languages ----------------------------------------------------------------------------------------------------


def test_all_seventeen_languages_of_the_model_are_spoken():
    assert sorted(language.model_tag for language in LANGUAGES.values()) == sorted(MODEL_TAGS)


@pytest.mark.parametrize("tag", ["zh", "zh-TW", "zh-Hans", "ZH"])
def test_every_chinese_is_the_models_chinese(tag):
    assert find_language(tag).model_tag == "zh-cn"


def test_a_language_the_model_lacks_is_refused_with_the_ones_it_has():
    with pytest.raises(LanguageNotSpoken, match=r"“sv”.*\ben\b.*zh"):
        find_language("sv")


@pytest.mark.parametrize(("text", "tag"), [("Привет, мир", "en"), ("ἐν ἀρχῇ ἦν", "de"), ("你好世界", "ru")])
def test_a_script_of_another_language_is_refused(reader, text, tag):
    with pytest.raises(LanguageNotSpoken, match="script"):
        reader.read_line(text, tag)


def test_a_foreign_name_within_a_line_is_let_through(reader):
    assert reader.read_line("He had read his Ὅμηρος twice, he said.", "en")


def test_the_tag_of_the_language_comes_first(reader, folder):
    def first(tag: str, text: str) -> int:
        return reader.read_line(text, tag)[0].tokens[0]

    tags = [first("en", "lamp"), first("de", "lamp"), first("fr", "lamp")]
    assert len(set(tags)) == 3 and reader._tokenizer.id_to_token(tags[1]) == "[de]"


def test_letters_the_model_never_saw_are_put_plainly_and_not_as_unknown(reader):
    (piece,) = reader.read_line("The ḷamp 🙂 went ōut.", "en")
    assert reader._tokenizer.token_to_id("[UNK]") not in piece.tokens
    assert piece.tokens == reader.read_line("The lamp went out.", "en")[0].tokens


def test_chinese_is_given_as_pinyin():
    pytest.importorskip("pypinyin")
    assert romanize("你好", LANGUAGES["zh"]) == "ni3hao3"


def test_korean_is_given_in_latin_letters():
    pytest.importorskip("ko_speech_tools")
    assert romanize("안녕", LANGUAGES["ko"]).isascii()


@pytest.mark.parametrize(
    ("text", "tag", "lone"),
    [
        ("“Yes!”", "en", True),
        ("Don’t.", "en", True),
        ("Warum?", "de", True),
        ("Oh, yes.", "en", False),
        ("Well-known", "en", False),
        ("你好", "zh", False),
        ("No.", "en", True),
    ],
)
def test_a_single_word_is_known_as_one(reader, text, tag, lone):
    (piece,) = reader.read_line(text, tag)
    assert piece.lone is lone


# --- numbers and signs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tag", "words"),
    [
        ("50 Soldaten", "de", "fünfzig soldaten"),
        ("12,5 Sekunden", "de", "zwölf komma fünf sekunden"),
        ("1.250 pas", "fr", "mille deux cent cinquante pas"),
        ("1,250 steps", "en", "one thousand, two hundred and fifty steps."),
        ("14 %", "es", "catorce por ciento"),
        ("$20", "en", "twenty dollars."),
        ("20 €", "de", "zwanzig euro"),
        ("€5", "fr", "cinq euros"),
        ("Im Jahr 1842", "de", "im jahr achtzehnhundertzweiundvierzig"),
        ("am 3. Mai", "de", "am dritten mai"),
        ("das 19. Jahrhundert", "de", "das neunzehnte jahrhundert"),
        ("Es waren 3. Dann ging er", "de", "es waren drei. dann ging er"),
        ("le 1er mai, le 2e étage", "fr", "le premier mai, le deuxième étage"),
        ("el 3º piso y la 2ª puerta", "es", "el tercero piso y la segunda puerta"),
        ("nach 2½ Stunden", "de", "nach zwei komma fünf stunden"),
        ("¾ litre", "fr", "zéro virgule sept cinq litre"),
        ("2 ½ miles", "en", "two point five miles."),
        ("3,05 metri", "it", "tre virgola zero cinque metri"),
        ("3,5 metre", "tr", "üç virgül beş metre"),
        ("50 सैनिक", "hi", "पचास सैनिक"),
        ("12,50,000", "hi", "बारह लाख पचास हज़ार"),
        ("३.१४", "hi", "तीन दशमलव एक चार"),
        ("1842年", "zh", "一八四二年"),
        ("100 %", "ja", "百 パーセント"),
    ],
)
def test_numbers_a_person_typed_are_said_in_words(text, tag, words):
    assert prepared(text, tag).lower() == unicodedata.normalize("NFKC", words)


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize(
    "digits", ["0", "7", "21", "99", "100", "842", "1842", "2026", "100000", "2500000", "3.5", "3,05"]
)
def test_a_number_is_read_in_every_language(tag, digits):
    words = read_digits(f"{digits}", LANGUAGES[tag])
    assert words.strip() and not any(letter.isdigit() for letter in words)
    assert any(letter.isalpha() for letter in words)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "शून्य"),
        (42, "बयालीस"),
        (1842, "एक हज़ार आठ सौ बयालीस"),
        (100_000, "एक लाख"),
        (34_500_007, "तीन करोड़ पैंतालीस लाख सात"),
        (10**11, "एक खरब"),
    ],
)
def test_hindi_numbers(number, words):
    assert read_hindi(number) == unicodedata.normalize("NFKC", words)
    assert len(HINDI) == len(set(HINDI)) == 100


@pytest.mark.parametrize(
    ("digits", "comma_groups", "plain"),
    [("1,250.5", True, "1250.5"), ("1.250,5", False, "1250.5"), ("12.5", False, "12.5"), ("7", True, "7")],
)
def test_groups_and_fractions_are_told_apart(digits, comma_groups, plain):
    assert plain_number(digits, comma_groups) == plain


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"),
        (10, "十"),
        (12, "十二"),
        (50, "五十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (2026, "二千零二十六"),
        (10_000, "一万"),
        (10_005, "一万零五"),
        (120_000, "十二万"),
        (100_000_000, "一亿"),
    ],
)
def test_chinese_numbers(number, words):
    assert read_chinese(number) == words


def test_a_number_that_cannot_be_read_is_told_with_what_to_do():
    with pytest.raises(SynthesisError, match=r"number 9{20} .*Hindi.*Write it in words"):
        read_digits("9" * 40, LANGUAGES["hi"])


def test_a_vocabulary_that_is_none_is_refused(tmp_path):
    (tmp_path / "vocab.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="damaged"):
        TextReader(tmp_path / "vocab.json", 250)
