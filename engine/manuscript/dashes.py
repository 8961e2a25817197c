"""Speech that a dash opens: where it gives way to its tag, and where it goes on.

Spanish, Polish, Russian, Hungarian and others set the tag between dashes ("—Hola —dijo Juan—. ¿Qué tal?"); French,
Italian and the few English books that use dashes set it off by a comma or by nothing but its verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.manuscript.speech_words import NAME, NOUN_PHRASE, PRONOUN, SAYING, read_words

DASHES = "—–―‒"
# In these languages a paragraph that opens with a dash is somebody speaking, whatever other marks the book has.
DASH_LANGUAGES = read_words("fr es it pt pl ru cs sk hu tr ro ca gl uk bg el sv da nb no fi")
# Of them, those that set the tag between dashes as well.
BETWEEN_DASHES = DASH_LANGUAGES - {"fr", "it", "tr"}
# "said", "asked", "answered", "cried", "whispered", "murmured", "added" and their like, as tags use them.
FOREIGN_SAYING = read_words(
    """
    dit dis dirent fit firent demanda demandai répondit répondis répliqua cria s'écria s’écria murmura reprit
    ajouta pensa chuchota souffla déclara lança dijo dije dijeron preguntó pregunté respondió contestó exclamó
    añadió gritó murmuró susurró replicó repuso disse dissi dissero chiese domandò rispose esclamò aggiunse gridò
    mormorò sussurrò replicò fece perguntou respondeu exclamou gritou murmurou sussurrou acrescentou replicou
    disseram sagte sagten fragte rief antwortete flüsterte erwiderte meinte murmelte entgegnete schrie zei vroeg
    riep antwoordde fluisterde mompelde schreeuwde powiedział powiedziała rzekł rzekła zapytał zapytała spytał
    spytała odparł odparła odpowiedział odpowiedziała krzyknął krzyknęła szepnął szepnęła mruknął dodał dodała
    zawołał zawołała сказал сказала спросил спросила ответил ответила крикнул крикнула прошептал прошептала
    проговорил проговорила воскликнул воскликнула добавил добавила произнёс произнес произнесла заметил заметила
    продолжал продолжала отвечал řekl řekla zeptal zeptala odpověděl odpověděla zvolal zvolala zašeptal zašeptala
    pravil mondta kérdezte felelte válaszolta kiáltotta suttogta szólt mondtam dedi diye sordu yanıtladı bağırdı
    fısıldadı
    """
)
FOREIGN = "|".join(sorted(FOREIGN_SAYING, key=len, reverse=True))
OPENING = re.compile(rf"\s*(?:[{DASHES}]|--?(?=\s?\w))\s*")
# "said Emma", "he said", "Emma Woodhouse quietly said"
TAG_START = re.compile(
    rf"(?:(?:{SAYING})\s+(?:{PRONOUN}\b|{NAME}|{NOUN_PHRASE})"
    rf"|(?:{PRONOUN}|{NAME}(?:\s+{NAME})?|(?:the|his|her|my)\s+(?:\w+\s+){{1,2}})\s*(?:had\s+|\w+ly\s+)?\b(?:{SAYING})\b"
    rf"|(?:{FOREIGN})\b)"
)
TAG_BREAK = re.compile(r"([,.;:?!…—–-]|--)\s+(?:[—–]\s*)?(?=\S)")
TAG_END = re.compile(r"[,.;:]\s+|\s+[—–]\s*(?=\S)")
INNER_DASH = re.compile(rf"(?P<stop>[,.!?…:;]?)(?P<left>\s*)[{DASHES}](?P<right>\s*)")
SAYS_SOON = re.compile(rf"(?:\w+\s+){{0,2}}?(?:{FOREIGN}|{SAYING})\b")
LONGEST_FRENCH_TAG = 60  # characters: "dit-il", and who he is


def split_dashed(body: str, language: str) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch of speech in a paragraph; none when no dash opens it."""
    opening = OPENING.match(body)
    if opening is None:
        return
    if language[:2] in BETWEEN_DASHES:
        yield from _split_between_dashes(body, opening.end())
    else:
        yield from _split_at_tags(body, opening.end(), language)


def _split_between_dashes(body: str, place: int) -> Iterator[tuple[int, int]]:
    speaking = True
    for dash in INNER_DASH.finditer(body, place):
        following = body[dash.end() : dash.end() + 60]
        if not following.strip():
            continue
        if speaking:
            attached = bool(dash["left"]) and not dash["right"]  # "Hola —dijo"
            told = following[0].islower() or SAYS_SOON.match(following) is not None
            if attached or (told and (dash["stop"] or SAYS_SOON.match(following))):
                yield place, dash.end("stop")
                speaking = False
        else:
            speaking = True
            place = dash.end() + len(following) - len(following.lstrip(".,;: "))
    if speaking:
        yield place, len(body)


def _split_at_tags(body: str, place: int, language: str) -> Iterator[tuple[int, int]]:
    while place < len(body):
        tag = _find_tag_break(body, place, language)
        if tag is None:
            yield place, len(body)
            return
        yield place, tag[0]
        if tag[1] is None:
            return
        place = tag[1]


def _find_tag_break(body: str, place: int, language: str) -> tuple[int, int | None] | None:
    """Where speech gives way to its tag, and where it goes on after it; None for nowhere."""
    for match in TAG_BREAK.finditer(body, place):
        tag = TAG_START.match(body, match.end())
        if tag and match[1] != ".":
            return match.end(1), _find_resumption(body, tag.end(), language)
    return None


def _find_resumption(body: str, place: int, language: str) -> int | None:
    """Where the speaker goes on after a tag: past its comma; a full stop leaves the rest to be told, but in French."""
    end = TAG_END.search(body, place)
    if end is None:
        return None
    resumes = end[0][0] in ",;—–" or (language[:2] == "fr" and end.start() - place < LONGEST_FRENCH_TAG)
    return end.end() if resumes else None
