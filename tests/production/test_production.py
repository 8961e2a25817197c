"""The whole way with the real engine: import, change, narrate, redo, export."""

import shutil

import pytest

from engine.core_types import MarkKind, Pauses
from engine.errors import EditRefused, LanguageNotSpoken, ManuscriptError, NotFound, Stopped, StudioError


def read_aloud(production, slug):
    return [chapter for chapter in production.chapters(slug) if chapter.include]


def take_times(production, slug):
    folder = production.settings.books / slug / "takes"
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_a_manuscript_becomes_chapters_with_lines(production, slug):
    book = production.book(slug)
    assert book.language == "en"
    chapters = read_aloud(production, slug)[-3:]
    assert [chapter.title.split(".")[-1].strip().lower() for chapter in chapters] == [
        "the lamp",
        "the letter",
        "the dark",
    ]
    assert all(chapter.lines >= 2 and chapter.rendered == 0 and chapter.audio is None for chapter in chapters)
    spoken = " ".join(line.segment.said for line in production.line_desk.lines(slug, chapters[0].id))
    assert "there were always ninety-nine." in spoken and "never a hundred" in spoken


def test_the_same_file_again_is_found_on_the_shelf(production, slug, manuscript):
    assert production.find_book(manuscript).slug == slug


def test_narrating_renders_every_line_and_masters_every_chapter(production, slug):
    seen = []
    assert production.narrate(slug, on_progress=seen.append) == []
    for chapter in read_aloud(production, slug):
        assert chapter.rendered == chapter.lines and chapter.audio.exists()
        audio = production.chapter_audio(slug, chapter.id)
        assert audio.measures.peak_db <= -3.5 + 0.05
        assert audio.measures.noise_floor_db <= -60
        assert -23.0 <= audio.measures.rms_db <= -18.0
        assert audio.measures.head_s == pytest.approx(1.0, abs=0.2)
        assert audio.measures.tail_s == pytest.approx(3.0, abs=0.3)
    assert seen[0].done == 0 and seen[0].station == "narrating"


def test_narrating_again_renders_nothing(production, slug):
    production.narrate(slug)
    before = take_times(production, slug)
    production.narrate(slug)
    assert take_times(production, slug) == before


def test_a_changed_word_renders_only_its_line(production, slug):
    production.narrate(slug)
    before = take_times(production, slug)
    chapter = read_aloud(production, slug)[-1]
    line = production.line_desk.lines(slug, chapter.id)[-1]
    production.line_desk.change_words(slug, line.segment.id, "Nobody at all counted the stairs.")
    assert production.line_desk.lines(slug, chapter.id)[-1].take is None
    assert production.chapter_audio(slug, chapter.id) is None
    production.narrate(slug)
    after = take_times(production, slug)
    assert len(after.keys() - before.keys()) == 1 and before.items() <= after.items()


def test_going_back_to_the_manuscripts_words_uses_the_take_that_is_there(production, slug):
    production.narrate(slug)
    chapter = read_aloud(production, slug)[-1]
    line = production.line_desk.lines(slug, chapter.id)[-1]
    production.line_desk.change_words(slug, line.segment.id, "Something else.")
    production.line_desk.change_words(slug, line.segment.id, "")
    assert production.line_desk.lines(slug, chapter.id)[-1].take == line.take


def test_another_voice_renders_every_line_and_the_first_voice_none(production, slug):
    production.narrate(slug)
    first, before = production.book(slug).voice, take_times(production, slug)
    production.choose_voice(slug, production.voices()[1].name)
    assert all(chapter.rendered == 0 for chapter in production.chapters(slug))
    production.narrate(slug)
    assert len(take_times(production, slug)) == 2 * len(before)
    production.choose_voice(slug, first)
    assert all(chapter.rendered == chapter.lines for chapter in read_aloud(production, slug))


def test_other_pauses_master_again_and_render_nothing(production, slug):
    production.narrate(slug)
    before = take_times(production, slug)
    chapter = read_aloud(production, slug)[-1]
    seconds = production.chapter_audio(slug, chapter.id).measures.seconds
    production.change_pauses(slug, Pauses(sentence_s=2.0))
    assert production.chapter_audio(slug, chapter.id) is None
    production.narrate(slug)
    assert production.chapter_audio(slug, chapter.id).measures.seconds > seconds + 1.0
    assert take_times(production, slug) == before


def test_a_redone_line_has_a_new_take_and_keeps_the_old(production, slug):
    production.narrate(slug)
    chapter = read_aloud(production, slug)[-1]
    line = production.line_desk.lines(slug, chapter.id)[0]
    path = production.line_desk.redo_line(slug, line.segment.id)
    assert path != line.take.path and path.exists() and line.take.path.exists()
    assert path.read_bytes() != line.take.path.read_bytes()
    assert production.line_desk.lines(slug, chapter.id)[0].take.path == path
    assert production.line_desk.hear_line(slug, line.segment.id) == path


def test_a_line_is_heard_before_the_book_is_narrated(production, slug):
    line = production.line_desk.lines(slug, read_aloud(production, slug)[-1].id)[0]
    assert production.line_desk.hear_line(slug, line.segment.id).exists()


def test_stopping_keeps_what_was_spoken(production, slug):
    answers = iter([False, False, True])
    with pytest.raises(Stopped, match="kept"):
        production.narrate(slug, should_stop=lambda: next(answers, True))
    spoken = take_times(production, slug)
    assert spoken
    production.narrate(slug)
    assert spoken.items() <= take_times(production, slug).items()


def test_a_chapter_left_out_is_neither_narrated_nor_exported(production, slug, tmp_path):
    chapters = read_aloud(production, slug)
    production.contents_desk.include(slug, chapters[-1].id, False)
    book, _ = production.export(slug, "m4b", tmp_path / "out.m4b")
    assert [title for title, _, _ in book.marks] == [chapter.title for chapter in chapters[:-1]]
    assert production.chapters(slug)[-1].rendered == 0


def test_a_merged_and_split_chapter_renders_no_line_again(production, slug):
    production.narrate(slug)
    before = take_times(production, slug)
    first = read_aloud(production, slug)[-3]
    production.contents_desk.merge_with_next(slug, first.id)
    merged = read_aloud(production, slug)[-2]
    assert merged.lines == merged.rendered
    line = production.line_desk.lines(slug, merged.id)[2]
    production.contents_desk.split(slug, merged.id, line.segment.id, "The Second Part")
    assert "The Second Part" in [chapter.title for chapter in production.chapters(slug)]
    production.narrate(slug)
    assert take_times(production, slug) == before


def test_mp3s_are_one_file_a_chapter_in_order(production, slug, tmp_path):
    book, _ = production.export(slug, "mp3", tmp_path / "set")
    names = sorted(path.name for path in (tmp_path / "set").iterdir())
    assert len(names) == len(read_aloud(production, slug)) and names[0].startswith("01 - ")
    assert book.seconds > 10 and not (tmp_path / "set.partial").exists()


def test_an_export_that_fails_leaves_the_one_before(production, slug, tmp_path, monkeypatch):
    destination = tmp_path / "out.m4b"
    production.export(slug, "m4b", destination)
    before = destination.read_bytes()

    def refuse(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(Exception, match="full"):
        production.export(slug, "m4b", destination)
    monkeypatch.undo()
    assert destination.read_bytes() == before
    assert [path.name for path in tmp_path.glob("out*")] == ["out.m4b"]


def test_a_book_in_a_language_the_voice_does_not_speak_is_refused_before_it_is_narrated(production, slug):
    production.change_details(slug, language="fr")
    with pytest.raises(LanguageNotSpoken, match="fr"):
        production.narrate(slug)


def test_footnotes_can_be_brought_back(production, tmp_path):
    path = tmp_path / "notes.html"
    note = '<aside epub:type="footnote"><p>A note about rain.</p></aside>'
    path.write_text(f"<html><body><h1>One</h1><p>It rained all day.</p>{note}</body></html>", encoding="utf-8")
    slug = production.import_book(path).slug
    said = lambda: " ".join(  # noqa: E731
        line.segment.said
        for chapter in production.chapters(slug)
        for line in production.line_desk.lines(slug, chapter.id)
    )
    assert "about rain" not in said()
    production.contents_desk.leave_out(slug, production.book(slug).left_out - {MarkKind.NOTE})
    assert "about rain" in said()


def test_a_manuscript_without_words_is_refused_and_leaves_nothing(production, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("\n\n* * *\n\n", encoding="utf-8")
    with pytest.raises(ManuscriptError, match=r"empty\.txt"):
        production.import_book(path)
    assert production.books() == [] and list(production.settings.books.iterdir()) == []


def test_what_is_not_there_is_said_not_to_be(production, slug):
    with pytest.raises(NotFound):
        production.choose_voice(slug, "nobody")
    with pytest.raises(NotFound):
        production.narrate(slug, [999])
    with pytest.raises(EditRefused, match="title"):
        production.contents_desk.rename(slug, production.chapters(slug)[0].id, "  ")


def test_text_of_no_book_is_said_into_a_file(production, tmp_path):
    desk, voices = production.sample_desk, production.voices()
    seconds = desk.say("Good evening. Is anybody there?", voices[0].name, tmp_path / "out.wav")
    assert 1.0 < seconds < 5.0 and (tmp_path / "out.wav").stat().st_size > 40_000
    assert desk.hear_voice(voices[1].name).exists()


def test_a_damaged_take_is_spoken_again(production, slug, tmp_path):
    production.export(slug, "mp3", tmp_path / "set")
    for path in (production.settings.books / slug / "takes").glob("*.flac"):
        path.write_bytes(b"junk")
    book, _ = production.export(slug, "mp3", tmp_path / "set")
    assert book.seconds > 10 and all(chapter.rendered == chapter.lines for chapter in read_aloud(production, slug))


def test_a_shorter_set_of_mp3s_takes_away_only_what_the_longer_one_put_there(production, slug, tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "03 - my own notes.mp3").write_bytes(b"mine")
    production.export(slug, "mp3", folder)
    longer = len(list(folder.iterdir()))
    production.contents_desk.include(slug, read_aloud(production, slug)[-1].id, False)
    production.export(slug, "mp3", folder)
    assert len(list(folder.iterdir())) == longer - 1
    assert (folder / "03 - my own notes.mp3").read_bytes() == b"mine"


def test_a_book_whose_folder_was_deleted_is_narrated_anew(production, slug):
    shutil.rmtree(production.settings.books / slug)
    production.narrate(slug)
    assert all(chapter.audio for chapter in read_aloud(production, slug))


def test_a_closed_place_is_told_before_a_word_is_spoken(production, slug, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StudioError):
        production.export(slug, "m4b", tmp_path / "file" / "out.m4b")
    assert take_times(production, slug) == {}


def test_a_new_version_of_the_manuscript_keeps_what_was_settled_and_what_was_spoken(production, slug, manuscript):
    production.narrate(slug)
    spoken = [line for role in production.script_desk.strip(slug) for line in [role] if line.speaker != "Narrator"]
    production.script_desk.settle(slug, spoken[0].segment_id, "Old Tom")
    lines = lambda: [c.rendered for c in read_aloud(production, slug)]  # noqa: E731
    before = lines()
    manuscript.write_text(manuscript.read_text(encoding="utf-8") + "\nIt rained.\n", encoding="utf-8")
    told = production.update_book(slug, manuscript)
    assert told and all(sentence.endswith(".") for sentence in told)
    assert "Old Tom" in [role.name for role in production.script_desk.roles(slug)]
    assert sum(lines()) == sum(before)
    assert sum(c.lines for c in read_aloud(production, slug)) > sum(before)
