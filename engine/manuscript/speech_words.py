"""The words around speech, in English: verbs that say, and how a tag ("said Emma") is told from other narration."""

from __future__ import annotations

import re


def read_words(words: str) -> frozenset[str]:
    """The words of a list as it is easiest to read and to add to."""
    return frozenset(words.split())


# Verbs that only speech takes, in the past and the present; inverted ("said she") or not ("she said").
SAYING_WORDS = read_words(
    """
    said says say saying replied replies reply replying answered answers answering asked asks asking cried cries
    crying exclaimed exclaims exclaiming returned rejoined rejoins remarked remarks remarking observed observes
    observing continued continues continuing added adds adding whispered whispers whispering murmured murmurs
    murmuring muttered mutters muttering shouted shouts shouting called calls calling inquired inquires inquiring
    enquired enquires enquiring demanded demands demanding repeated repeats repeating declared declares declaring
    protested protests protesting suggested suggests suggesting insisted insists insisting explained explains
    explaining interrupted interrupts interposed interjected retorted retorts responded responds responding screamed
    screams screaming shrieked shrieks yelled yells yelling bellowed roared roars growled growls snarled snapped
    snaps sneered stammered stammers stuttered faltered gasped gasps panted breathed sobbed moaned groaned groans
    sighed sighs begged begs begging pleaded pleads implored entreated urged urges urging commanded ordered admitted
    admits admitting agreed agrees agreeing assented acknowledged conceded confessed confesses announced announces
    announcing proclaimed proposed persisted pursued proceeded resumed concluded ejaculated vociferated
    apostrophized soliloquized commented queried quavered piped squeaked croaked hissed grunted mumbled drawled
    lisped chanted sang recited hazarded ventured volunteered assured warned told tells telling wrote began begins
    broke objected reiterated echoed corrected countered challenged chimed quoted boasted complained lamented wailed
    howled barked thundered stormed raged stated affirmed asserted averred maintained argued contended reasoned
    reflected mused pondered thought thinks thinking wondered wonders resolved decided guessed supposed laughed
    laughs chuckled giggled smiled grinned nodded shrugged finished ended went put threw burst gave spoke speaks
    coaxed soothed teased mocked scolded chided rebuked admonished advised counselled reminded informed promised
    vowed swore cursed apologized apologised thanked greeted welcomed prayed exhorted cautioned mentioned noted
    allowed avowed owned opined vouchsafed interpolated prompted summoned hailed bawled blurted gurgled gabbled
    babbled rasped purred cooed crooned intoned droned whimpered whined quoth saith sayeth quipped
    conjectured expostulated acquiesced pronounced intervened amended supplemented gloated moralized drivelled
    remonstrated demurred reassured marvelled exulted enjoined jeered scoffed simpered hiccupped wheezed
    spluttered sputtered rumbled chirped chattered
    """
)
# Of those, the ones that are no tag when a name stands before them without a quotation right beside.
WEAK_WORDS = read_words(
    """
    returned called began broke laughed laughs chuckled giggled smiled grinned nodded shrugged finished ended went
    put threw burst gave spoke speaks told tells telling wrote thought thinks thinking wondered wonders reflected
    mused pondered resolved decided guessed supposed sang proceeded pursued continued agreed proposed owned allowed
    noted calls calling ordered sighed sighs breathed panted promised summoned advised maintained
    """
)
THINKING_WORDS = read_words(
    """
    thought thinks thinking reflected mused pondered wondered wonders reasoned resolved decided soliloquized
    """
)
SAYING = "|".join(sorted(SAYING_WORDS, key=len, reverse=True))
PRONOUN = r"(?:I|he|she|we|they|He|She|We|They)"
NAME = r"(?:(?:Mr|Mrs|Ms|Dr|St|M|Mme|Mlle|Capt|Col|Prof|Rev)\.?\s+)?[A-Z][\w'’-]*"
NOUN_PHRASE = r"(?:the|a|an|his|her|my|our|their|another|one|some)\b"
# "said Emma", "he said", "Emma Woodhouse quietly said": what ends speech that only a dash has opened
TAG_START = re.compile(
    rf"(?:(?:{SAYING})\s+(?:{PRONOUN}\b|{NAME}|{NOUN_PHRASE})"
    rf"|(?:{PRONOUN}|{NAME}(?:\s+{NAME})?|(?:the|his|her|my)\s+(?:\w+\s+){{1,2}})\s*(?:had\s+|\w+ly\s+)?\b(?:{SAYING})\b)"
)
FOREIGN_TAG_START = re.compile(
    r"(?:dit|dis|demanda|répondit|répliqua|cria|murmura|fit|reprit|s['’]écria|ajouta|pensa"
    r"|dijo|preguntó|respondió|contestó|exclamó|añadió|gritó|murmuró"
    r"|disse|chiese|rispose|esclamò|aggiunse|gridò|mormorò|perguntou|respondeu|exclamou|"
    r"sagte|fragte|rief|antwortete|flüsterte|erwiderte|meinte|zei|vroeg|riep|antwoordde|powiedział|powiedziała|zapytał|"
    r"zapytała|odparł|odparła|сказал|сказала|спросил|спросила|ответил|ответила|крикнул|крикнула)\b"
)
TAG_BREAK = re.compile(r"([,.;:?!…—–-]|--)\s+(?:[—–]\s*)?(?=\S)")
TAG_END = re.compile(r"[,.;:]\s+|\s+[—–]\s*(?=\S)")


def find_tag_break(body: str, place: int) -> tuple[int, int | None] | None:
    """Where speech that a dash opened gives way to its tag, and where it goes on after it; None for nowhere."""
    for match in TAG_BREAK.finditer(body, place):
        tag = TAG_START.match(body, match.end()) or FOREIGN_TAG_START.match(body, match.end())
        if tag and match[1] != ".":
            return match.end(1), _find_resumption(body, tag.end())
    return None


def _find_resumption(body: str, place: int) -> int | None:
    """Where the speaker goes on after a tag: past the comma that ends it; a full stop leaves the rest to be told."""
    end = TAG_END.search(body, place)
    return end.end() if end and end[0][0] in ",;—–" else None
