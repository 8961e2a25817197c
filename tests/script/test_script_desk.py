"""Who speaks: found, settled by a person, never overwritten; looked at as roles, as a strip, as a queue of doubts."""

import pytest

from engine.core_types import NARRATOR, UNKNOWN, MarkKind, Shape, VoiceProfile
from engine.errors import EditRefused, NotFound
from engine.shelf_types import Reading


def test_a_fresh_book_has_its_lines_in_the_right_mouths(shelf, slug):
    said = shelf.speakers(slug)
    assert said["“It was mended in March.”"] == "Mr. Knight" and said["“Alone?”"] == "Mrs. Bell"
    assert said["“In the garden,”"] == said["“with Mr. Knight.”"] == "Emma"
    assert "".join(line.text for line in shelf.lines(slug)).count("No Dogs") == 1
    assert shelf.books.summary(slug).reading is Reading.ONE_VOICE


def test_roles_come_with_the_narrator_first_and_then_by_lines(desk, slug):
    roles = desk.roles(slug)
    assert [(role.name, role.lines) for role in roles[1:]] == [("Emma", 7), ("Mrs. Bell", 4), ("Mr. Knight", 2)]
    assert (roles[0].name, roles[0].voice) == (NARRATOR, "hazel")
    emma = roles[1]
    assert emma.gender == "F" and "Emma Hart" in emma.aliases and emma.characters > 100


def test_a_roles_line_to_hear_is_one_it_speaks_and_long_enough(desk, shelf, slug):
    spoken = {line.id: line for line in shelf.lines(slug)}
    first = {role.name: spoken[role.first_segment] for role in desk.roles(slug)}
    assert all(line.speaker == name for name, line in first.items())
    assert first["Emma"].text.startswith("“The clock is fast")


def test_the_strip_has_every_character_said_once_and_in_order(desk, shelf, slug):
    parts = desk.strip(slug)
    assert sum(part.characters for part in parts) == sum(len(line.said) for line in shelf.lines(slug))
    neighbours = zip(parts, parts[1:], strict=False)
    assert all(one.speaker != two.speaker or one.chapter_id != two.chapter_id for one, two in neighbours)
    (night,) = desk.strip(slug, parts[-1].chapter_id)
    assert night.speaker == NARRATOR


def test_a_settled_line_is_held_and_its_conversation_solved_again(desk, shelf, slug):
    line = shelf.line(slug, "It was mended in March")
    changed = desk.settle(slug, line.id, "Emma")
    now = shelf.line(slug, "It was mended in March")
    assert (now.speaker, now.doubt, now.settled, now.reason) == ("Emma", 0.0, True, "settled by hand")
    assert shelf.line(slug, "Then it was mended badly").speaker == "Mr. Knight"
    assert changed == [line.id, shelf.line(slug, "Then it was mended badly").id]


def test_analysis_never_changes_a_settled_line(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "Alone?").id, "Mr. Knight")
    before = shelf.lines(slug)
    desk.find_speakers(slug)
    assert shelf.lines(slug) == before
    desk.settle(slug, shelf.line(slug, "The dog was there").id, "Mrs. Bell")
    assert shelf.line(slug, "Alone?").speaker == "Mr. Knight"


def test_settling_a_line_as_it_is_takes_its_doubt_away(desk, shelf, slug):
    line = shelf.line(slug, "“Open.”")
    assert line.doubt > 0 and desk.settle(slug, line.id, line.speaker) == []
    now = shelf.line(slug, "“Open.”")
    assert now.settled and now.doubt == 0


def test_every_line_of_a_long_quotation_is_settled_with_it(shelf, desk):
    speech = " ".join(f"This is sentence number {n} of a very long speech about gates." for n in range(20))
    slug = shelf.open(f"Emma came in. Mr. Knight sat down.\n\n“{speech}” said Emma.\n\n“Quite so,” said Mr. Knight.\n")
    lines = [line for line in shelf.lines(slug) if "very long speech" in line.text]
    assert len(lines) > 2
    assert desk.settle(slug, lines[1].id, "Mr. Knight") == [line.id for line in lines]
    assert all(line.settled for line in shelf.lines(slug) if "very long speech" in line.text)


def test_a_new_name_makes_a_role(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "“Open.”").id, "The Gardener")
    assert next(role for role in desk.roles(slug) if role.name == "The Gardener").lines == 1
    desk.find_speakers(slug)
    assert shelf.line(slug, "“Open.”").speaker == "The Gardener"


def test_a_name_is_known_whatever_its_capitals(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "“Open.”").id, " mrs.  BELL ")
    assert shelf.line(slug, "“Open.”").speaker == "Mrs. Bell"


def test_another_name_of_somebody_is_not_made_a_second_person(desk, shelf, slug):
    with pytest.raises(EditRefused, match="one of Emma's names"):
        desk.settle(slug, shelf.line(slug, "“Open.”").id, "Emma Hart")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, UNKNOWN, "unknown"])
def test_nobody_is_no_speaker(desk, shelf, slug, name):
    before = shelf.everything(slug)
    with pytest.raises(EditRefused, match=r"\.$"):
        desk.settle(slug, shelf.line(slug, "“Open.”").id, name)
    assert shelf.everything(slug) == before and desk.last_edit(slug) == ""


def test_what_was_told_can_be_given_to_somebody_and_stays_so(desk, shelf, slug):
    line = shelf.line(slug, "Nobody spoke that night")
    assert desk.settle(slug, line.id, "Emma") == [line.id]
    desk.find_speakers(slug)
    assert shelf.line(slug, "Nobody spoke that night").speaker == "Emma"


def test_what_was_said_can_be_given_to_the_narrator_and_stays_so(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "“Alone?”").id, NARRATOR)
    desk.find_speakers(slug)
    line = shelf.line(slug, "“Alone?”")
    assert (line.speaker, line.settled) == (NARRATOR, True)


def test_a_line_that_is_gone_cannot_be_settled(desk, slug):
    with pytest.raises(NotFound, match="Reload"):
        desk.settle(slug, 99_999, "Emma")


def test_the_doubt_queue_has_the_least_sure_first_and_no_settled_line(desk, shelf, slug):
    queue = desk.doubtful(slug, 0.05, count=50)
    doubts = [line.segment.doubt for line in queue]
    assert doubts == sorted(doubts, reverse=True) and min(doubts) > 0.05
    assert len(queue) == desk.count_doubtful(slug, 0.05)
    desk.settle(slug, queue[0].segment.id, "Mrs. Bell")
    ids = [line.segment.id for line in desk.doubtful(slug, 0.0, count=50)]
    assert queue[0].segment.id not in ids and desk.count_doubtful(slug, 0.0) == len(ids)


def test_a_doubtful_line_comes_with_its_context_and_candidates(desk, shelf, slug):
    line = next(each for each in desk.doubtful(slug, 0.0, count=50) if "Open." in each.segment.text)
    assert line.before.endswith("“And the gate?”\n\n") and line.chapter_title == "CHAPTER II. Noon"
    assert line.candidates[0] == "Emma" and {"Mrs. Bell", "Mr. Knight"} <= set(line.candidates)
    assert NARRATOR not in line.candidates and len(line.candidates) <= 9


def test_candidates_are_there_when_the_book_was_not_studied_since_the_start(shelf, desk, slug):
    from engine.script_desk import ScriptDesk

    fresh = ScriptDesk(shelf.books, shelf.database)
    line = fresh.doubtful(slug, 0.0, count=1)[0]
    assert line.candidates[0] == line.segment.speaker and len(line.candidates) == 3


def test_the_queue_goes_on_after_a_line_that_was_passed_over(desk, slug):
    queue = desk.doubtful(slug, 0.0, count=50)
    assert desk.doubtful(slug, 0.0, count=50, after=queue[1].segment.id) == queue[2:]
    assert desk.doubtful(slug, 0.0, count=2, after=queue[0].segment.id) == queue[1:3]


def test_all_lines_of_one_speaker_are_given_to_another(desk, shelf, slug):
    assert desk.replace_speaker(slug, "Mrs. Bell", "Mr. Knight") == 4
    assert "Mrs. Bell" not in shelf.speakers(slug).values()
    assert all(line.settled for line in shelf.lines(slug) if line.text.startswith("“Alone"))


def test_a_speaker_is_replaced_in_the_chapters_named_and_no_others(desk, shelf, slug):
    morning = shelf.books.contents(slug)[1].id
    assert desk.replace_speaker(slug, "Emma", "Mrs. Bell", [morning]) == 3
    assert shelf.speakers(slug)["“Open.”"] == "Emma"
    with pytest.raises(EditRefused, match="line by line"):
        desk.replace_speaker(slug, NARRATOR, "Emma")
    with pytest.raises(NotFound, match="Nobody in this book"):
        desk.replace_speaker(slug, "Lady Catherine", "Emma")


def test_words_and_tries_of_a_person_stay_when_speakers_are_found_again(desk, shelf, slug):
    line = shelf.line(slug, "Nobody spoke that night")
    shelf.books.change_segment(line.id, own_words="Not a word was said.", seed=4)
    desk.find_speakers(slug)
    now = shelf.line(slug, "Nobody spoke that night")
    assert (now.own_words, now.seed, now.id) == ("Not a word was said.", 4, line.id)


def test_lines_that_stay_keep_their_ids(desk, shelf, slug):
    before = shelf.lines(slug)
    desk.find_speakers(slug)
    assert shelf.lines(slug) == before


def test_a_project_from_before_speakers_were_found_gets_them(shelf, desk, slug):
    from engine.core_types import LEFT_OUT_BY_DEFAULT
    from engine.manuscript.readers import read_book
    from engine.manuscript.segments import segment_book

    text = "Emma sat. Mr. Knight stood.\n\n“Late again,” said Emma.\n\n“Early,” said Mr. Knight.\n"
    path = shelf.write(text, "o.txt")
    book = read_book(path)
    old = shelf.books.add(book, segment_book(book.chapters, "en"), path, "o.txt", "hazel", LEFT_OUT_BY_DEFAULT)
    whole = shelf.line(old, "Late again")
    shelf.books.change_segment(whole.id, own_words="“Late once more,” said Emma.")
    assert shelf.speakers(old) == {} and [role.name for role in desk.roles(old)] == [NARRATOR]
    desk.find_speakers(old)
    assert shelf.speakers(old) == {"“Late again,”": "Emma", "“Early,”": "Mr. Knight"}
    assert shelf.line(old, "Late again").own_words == "“Late once more,”"
    assert shelf.line(old, "said Emma").own_words == ""


def test_leaving_out_a_kind_of_text_changes_no_speaker(desk, shelf, slug):
    desk.settle(slug, shelf.line(slug, "“Alone?”").id, "Mr. Knight")
    before = shelf.lines(slug)
    desk.cut_again(slug, frozenset({MarkKind.NOTE, MarkKind.HEADING}))
    after = shelf.lines(slug)
    assert [line for line in after if line.kind != "heading"] == [line for line in before if line.kind != "heading"]
    assert not any(line.said for line in after if line.kind == "heading")
    assert shelf.books.summary(slug).left_out == {MarkKind.NOTE, MarkKind.HEADING}


def test_a_chapter_left_out_is_the_narrators_until_it_comes_back(shelf, desk, slug):
    noon = shelf.books.contents(slug)[2].id
    shelf.books.change_chapter(slug, noon, include=False)
    settled = shelf.line(slug, "“You are late,”")
    assert [role.lines for role in desk.roles(slug) if role.name == "Mrs. Bell"] == [0]
    assert desk.settle(slug, settled.id, "Mrs. Bell")
    shelf.books.change_chapter(slug, noon, include=True)
    desk.find_speakers(slug)
    assert shelf.speakers(slug)["“Alone?”"] == "Mrs. Bell" == shelf.speakers(slug)["“You are late,”"]


# --- voices ---------------------------------------------------------------------------------------------------------


def find_voice(name):
    if name == "gone":
        raise NotFound("There is no such voice.")
    return VoiceProfile(name, name.title(), "", "fake", name, name, Shape(1.0))


def test_in_one_voice_the_narrator_reads_everybody(desk, slug):
    desk.give_voice(slug, "Emma", "iris")
    cast = desk.cast(slug, find_voice)
    assert {voice.name for voice in cast.voices.values()} == {"hazel"}
    assert {NARRATOR, UNKNOWN, "Emma", "Mr. Knight", "Mrs. Bell"} <= cast.voices.keys()


def test_in_a_full_cast_only_those_with_a_voice_are_cast(desk, slug):
    desk.set_reading(slug, Reading.FULL_CAST)
    desk.give_voice(slug, "Emma", "iris", Shape(2.0))
    desk.give_voice(slug, "Mr. Knight", "gone")
    desk.mark_narrator(slug, "Mrs. Bell", True)
    cast = desk.cast(slug, find_voice)
    assert {name: voice.name for name, voice in cast.voices.items()} == {
        NARRATOR: "hazel", "Emma": "iris", "Mrs. Bell": "hazel",
    }  # fmt: skip
    assert cast.voices["Emma"].shape == Shape(2.0) and cast.voices[NARRATOR].shape == Shape(1.0)


def test_a_narrator_whose_voice_is_gone_is_uncast(desk, slug):
    desk.give_voice(slug, NARRATOR, "gone")
    assert desk.cast(slug, find_voice).voices == {}


def test_the_narrators_voice_is_the_books(desk, shelf, slug):
    desk.give_voice(slug, NARRATOR, "otto", Shape(-1.0))
    assert shelf.books.summary(slug).voice == "otto"
    assert desk.roles(slug)[0].voice == "otto" and desk.roles(slug)[0].shape == Shape(-1.0)
    assert desk.cast(slug, find_voice).voices["Emma"].shape == Shape(-1.0)
    with pytest.raises(EditRefused, match="without a voice"):
        desk.give_voice(slug, NARRATOR, "")


def test_lines_of_nobody_can_have_a_voice_of_their_own(desk, shelf, slug):
    desk.give_voice(slug, UNKNOWN, "iris")
    desk.set_reading(slug, Reading.FULL_CAST)
    assert desk.cast(slug, find_voice).voices[UNKNOWN].name == "iris"


def test_a_voice_for_somebody_who_is_not_there_is_refused(desk, slug):
    with pytest.raises(NotFound, match="Nobody"):
        desk.give_voice(slug, "Lady Catherine", "iris")


def test_what_is_known_of_a_role_can_be_corrected_and_stays_so(desk, slug):
    desk.change_role(slug, "Mr. Knight", gender="F", age="old")
    desk.find_speakers(slug)
    role = next(role for role in desk.roles(slug) if role.name == "Mr. Knight")
    assert (role.gender, role.age) == ("F", "old")
    with pytest.raises(EditRefused):
        desk.change_role(slug, "Mr. Knight", gender="male")


def test_any_line_is_shown_with_its_candidates_settled_and_told_ones_too(desk, shelf, slug):
    wanted = shelf.line(slug, "It was mended in March")
    desk.settle(slug, wanted.id, "Emma")
    shown = desk.line(slug, wanted.id)
    assert shown.segment.text.strip() == "“It was mended in March.”" and shown.segment.settled
    assert shown.chapter_title and "“I am not,”" in shown.before and "mended badly" in shown.after
    assert shown.candidates[0] == "Emma" and {"Mr. Knight", "Mrs. Bell"} <= set(shown.candidates)
    told = shelf.line(slug, "Mr. Knight laughed")
    assert desk.line(slug, told.id).segment.text == told.text
    with pytest.raises(NotFound):
        desk.line(slug, 10**6)


def test_a_book_studied_ahead_is_as_it_was(desk, shelf, slug):
    before = shelf.everything(slug)
    desk.warm_up(slug)
    assert shelf.everything(slug) == before
