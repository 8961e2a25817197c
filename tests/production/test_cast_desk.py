"""Voices for the speakers of a book: suggested, accepted, undone, and looked over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.cast_desk import ALIKE, CastDesk, find_role
from engine.core_types import NARRATOR, UNKNOWN, Shape, VoiceProfile
from engine.errors import NotFound
from engine.shelf_types import Reading, Role
from engine.suggesting import APART, list_choices, measure_distance, read_age, read_gender
from engine.voices.presets import find_preset, preset_voices
from tests.fake_script import FakeScript, Told

SLUG = "emma"
ROLES = (
    Role("Emma", ("Miss Woodhouse",), "F", "young"),
    Role("Mr. Knightley", (), "M"),
    Role("Harriet", (), "F", "young"),
    Role("Mr. Woodhouse", (), "M", "old"),
    Role("Bella", (), "F", "child"),
    Role("a groom", (), "M"),
    Role("a coachman", (), "M"),
    Role("a butler", (), "M"),
)


def tell(speaker: str, count: int) -> list[Told]:
    """So many lines of one speaker, with the narrator between."""
    return [line for place in range(count) for line in ((speaker, f"Line {place}.", 0.1), (NARRATOR, "And so on.", 0))]


def make_script() -> FakeScript:
    hall = [*tell("Emma", 40), *tell("Mr. Knightley", 30), *tell("Harriet", 20), *tell("Mr. Woodhouse", 10)]
    road = [*tell("a groom", 2), *tell("a coachman", 2), *tell("a butler", 1), *tell("Bella", 1)]
    return FakeScript.of(hall, road, roles=ROLES)


def make_desk(script: FakeScript, voices: tuple[VoiceProfile, ...] = preset_voices()) -> CastDesk:
    def find(name: str) -> VoiceProfile:
        for voice in voices:
            if voice.name == name:
                return voice
        raise NotFound(f"There is no voice called {name}.")

    return CastDesk(script, find, lambda: list(voices))


def voice_of(script: FakeScript, name: str) -> VoiceProfile:
    role = script.cast[name]
    voice = find_preset(role.voice)
    return replace(voice, shape=role.shape) if role.shape else voice


# -- suggesting ----------------------------------------------------------------------------------------------------


def test_everybody_who_speaks_is_suggested_a_voice_but_not_the_narrator() -> None:
    suggested = make_desk(make_script()).suggest(SLUG)
    assert set(suggested) == {role.name for role in ROLES}


def test_main_roles_have_voices_of_their_own_and_never_the_narrators() -> None:
    suggested = make_desk(make_script()).suggest(SLUG)
    main = [each for each in suggested.values() if each.main]
    assert [name for name, each in suggested.items() if each.main] == [role.name for role in ROLES[:4]]
    assert len({(each.voice, each.shape) for each in main}) == 4
    assert "hazel" not in {each.voice for each in main}


def test_voices_are_of_the_gender_and_age_the_manuscript_tells() -> None:
    suggested = make_desk(make_script()).suggest(SLUG)
    for role in ROLES[:4]:
        assert read_gender(find_preset(suggested[role.name].voice).description) == role.gender
    assert suggested["Mr. Woodhouse"].voice == "arthur"  # "An old man, deep and slow."
    assert suggested["Bella"].voice == "robin"  # "A child of seven or eight."


def test_main_roles_of_one_scene_are_well_apart() -> None:
    script = make_script()
    make_desk(script).accept_suggestions(SLUG)
    main = [voice_of(script, role.name) for role in ROLES[:4]] + [find_preset("hazel")]
    pairs = [measure_distance(one, other) for place, one in enumerate(main) for other in main[:place]]
    assert min(pairs) > ALIKE


def test_minor_parts_share_a_few_voices_of_their_gender_and_take_turns() -> None:
    grooms = [f"groom {number}" for number in range(30)]
    roles = (*ROLES[:2], *(Role(name, (), "M") for name in grooms))
    stable = [line for name in grooms for line in tell(name, 2)]
    script = FakeScript.of([*tell("Emma", 300), *tell("Mr. Knightley", 200)], stable, roles=roles)
    suggested = make_desk(script).suggest(SLUG)
    shared = [(suggested[name].voice, suggested[name].shape) for name in grooms]
    assert len(set(shared)) == 2
    assert not {(each.voice, each.shape) for each in suggested.values() if each.main} & set(shared)
    neighbours = list(zip(shared, shared[1:], strict=False))
    assert sum(one != other for one, other in neighbours) > 0.6 * len(neighbours)


def test_who_tells_the_book_needs_no_voice() -> None:
    script = make_script()
    script.mark_narrator(SLUG, "Emma", True)
    desk = make_desk(script)
    assert "Emma" not in desk.suggest(SLUG) and "Emma" not in [role.name for role in desk.uncast(SLUG)]


def test_with_one_voice_alone_it_is_bent_into_different_characters() -> None:
    alone = replace(find_preset("hazel"), name="mine", description="My own voice.")
    script = make_script()
    script.cast[NARRATOR] = replace(script.cast[NARRATOR], voice="mine")
    suggested = make_desk(script, (alone,)).suggest(SLUG)
    assert {each.voice for each in suggested.values()} == {"mine"}
    assert len({each.shape for each in suggested.values()}) >= 4
    assert all(each.shape for each in suggested.values())


def test_a_bent_voice_stays_where_words_are_understood() -> None:
    shapes = [choice.shape for voice in preset_voices() for choice in list_choices(voice) if choice.shape]
    assert shapes and all(-12 <= shape.semitones <= 9 and 0.7 <= shape.formant <= 1.4 for shape in shapes)


def test_without_any_voice_nothing_is_suggested() -> None:
    assert make_desk(make_script(), ()).suggest(SLUG) == {}


def test_lines_that_nobody_speaks_get_a_voice_that_is_not_the_narrators() -> None:
    script = FakeScript.of([*tell("Emma", 9), *tell(UNKNOWN, 30)], roles=ROLES[:1])
    suggested = make_desk(script).suggest(SLUG)
    assert suggested[UNKNOWN].voice != "hazel" and not suggested[UNKNOWN].main and suggested["Emma"].main


def test_three_hundred_speakers_are_suggested_voices_in_a_moment() -> None:
    names = [f"Speaker {number}" for number in range(300)]
    roles = [Role(name, (), "MF "[number % 3].strip()) for number, name in enumerate(names)]
    script = FakeScript.of([line for name in names for line in tell(name, 5)], roles=roles)
    suggested = make_desk(script).suggest(SLUG)
    assert len(suggested) == 300
    assert len({(each.voice, each.shape) for each in suggested.values()}) <= len(preset_voices()) + 3 * 2


# -- accepting -----------------------------------------------------------------------------------------------------


def test_accepting_fills_only_those_without_a_voice_and_is_undone_in_one_step() -> None:
    script = make_script()
    script.give_voice(SLUG, "Emma", "agnes")
    desk = make_desk(script)
    assert "augusta" in {each.voice for each in desk.suggest(SLUG).values()}  # agnes being Emma's
    assert desk.accept_suggestions(SLUG) == len(ROLES) - 1
    assert script.cast["Emma"].voice == "agnes" and desk.uncast(SLUG) == []
    script.undo(SLUG)
    assert {role.name for role in desk.uncast(SLUG)} == {role.name for role in ROLES} - {"Emma"}


def test_a_voice_can_be_suggested_anew_for_everybody() -> None:
    script = make_script()
    script.give_voice(SLUG, "Emma", "bruno")
    assert make_desk(script).accept_suggestions(SLUG, everyone=True) == len(ROLES)
    assert script.cast["Emma"].voice != "bruno"


def test_a_voice_that_is_gone_counts_as_none() -> None:
    script = make_script()
    script.give_voice(SLUG, "Emma", "deleted")
    assert "Emma" in [role.name for role in make_desk(script).uncast(SLUG)]


def test_one_voice_reads_it_all() -> None:
    script = make_script()
    script.reading = Reading.FULL_CAST
    make_desk(script).read_all_in_one(SLUG, "arthur")
    assert script.reading is Reading.ONE_VOICE and script.cast[NARRATOR].voice == "arthur"
    with pytest.raises(NotFound):
        make_desk(script).read_all_in_one(SLUG, "nobody")


# -- looking over --------------------------------------------------------------------------------------------------


def test_two_in_one_scene_with_one_voice_are_warned_of() -> None:
    script = make_script()
    for name in ("Emma", "Mr. Knightley", "a groom"):
        script.give_voice(SLUG, name, "augusta")
    sentences = [finding.sentence for finding in make_desk(script).warn(SLUG)]
    assert sentences == ["Emma and Mr. Knightley meet in one scene, and both speak with Augusta's voice."]


def test_two_voices_hardly_apart_are_warned_of() -> None:
    script = make_script()
    script.give_voice(SLUG, "Emma", "augusta")
    script.give_voice(SLUG, "Mr. Knightley", "augusta", replace(find_preset("augusta").shape, semitones=4.0))
    assert len(make_desk(script).warn(SLUG)) == 1


def test_the_narrators_own_voice_in_another_mouth_is_warned_of() -> None:
    script = make_script()
    script.give_voice(SLUG, "Bella", "hazel")
    assert "Bella has the narrator's own voice" in make_desk(script).warn(SLUG)[0].sentence


def test_what_is_suggested_for_main_roles_is_not_warned_of() -> None:
    script = make_script()
    desk = make_desk(script)
    desk.accept_suggestions(SLUG)
    main = {role.name for role in ROLES[:4]}
    assert [each for each in desk.warn(SLUG) if sum(name in each.sentence for name in main) > 1] == []


# -- small parts ---------------------------------------------------------------------------------------------------


def test_distances_go_the_way_a_speaker_embedding_hears() -> None:
    """Likeness of embeddings, from benchmarks/results/voices.md: the nearest of all pairs and the furthest."""
    theo, bruno, hazel = find_preset("theo"), find_preset("bruno"), find_preset("hazel")
    assert measure_distance(hazel, theo) < measure_distance(theo, bruno)
    assert measure_distance(hazel, hazel) == 0.0
    shipped = preset_voices()
    assert all(measure_distance(one, other) > ALIKE for one in shipped for other in shipped if one is not other)
    assert measure_distance(hazel, replace(hazel, fingerprint="another person")) > APART


@pytest.mark.parametrize(
    ("words", "gender", "age"),
    [
        ("A warm woman, clear.", "F", ""),
        ("An old man, deep and slow.", "M", "old"),
        ("A young man.", "M", "young"),
        ("A boy of nine.", "M", "child"),
        ("A child of seven or eight.", "", "child"),
        ("A humane and manly reading.", "", ""),
        ("He says she said.", "", ""),
        ("", "", ""),
    ],
)
def test_a_voice_is_known_by_the_words_it_is_described_in(words: str, gender: str, age: str) -> None:
    assert (read_gender(words), read_age(words)) == (gender, age)


def test_a_role_is_found_by_name_or_alias_whatever_its_capitals() -> None:
    roles = make_script().roles(SLUG)
    assert find_role(roles, " emma ").name == find_role(roles, "miss  woodhouse").name == "Emma"
    with pytest.raises(NotFound, match="Nobody in this book is called “Heathcliff”"):
        find_role(roles, "Heathcliff")


def test_a_shape_is_given_with_its_voice() -> None:
    script = make_script()
    make_desk(script).accept_suggestions(SLUG)
    shaped = [role for role in script.cast.values() if role.shape]
    assert all(isinstance(role.shape, Shape) and role.voice for role in shaped)
