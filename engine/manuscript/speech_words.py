"""The words around speech, in English: verbs that say, and how a tag ("said Emma") is told from other narration."""

from __future__ import annotations


def read_words(words: str) -> frozenset[str]:
    """The words of a list as it is easiest to read and to add to."""
    return frozenset(words.split())


def inflect_verbs(verbs: str) -> frozenset[str]:
    """All forms of regular verbs, given in the plain form; "hum+" doubles its last letter: "hummed"."""
    forms: set[str] = set()
    for verb in verbs.split():
        stem = verb.rstrip("+")
        ending = stem + stem[-1] if verb.endswith("+") else stem.removesuffix("e")
        consonant_y = stem.endswith("y") and stem[-2] not in "aeiou"
        hissing = stem.endswith(("s", "sh", "ch", "x", "z"))
        third = stem[:-1] + "ies" if consonant_y else stem + ("es" if hissing else "s")
        past = stem[:-1] + "ied" if consonant_y else ending + "ed"
        forms |= {stem, third, past, (stem if stem.endswith("ee") else ending) + "ing"}
    return frozenset(forms)


# Verbs of speech; inverted ("said she") or not ("she said").
STRONG_WORDS = read_words("say says said saying saith quoth sayeth swear swears swore swearing") | inflect_verbs(
    """
        reply answer ask cry exclaim rejoin remark observe add whisper murmur mutter shout inquire enquire demand
        repeat declare protest suggest insist explain interrupt interpose interject retort respond scream shriek yell
        bellow roar growl snarl snap+ sneer stammer stutter falter gasp sob+ moan groan beg+ plead implore entreat
        urge command admit+ assent acknowledge concede confess announce proclaim persist resume conclude ejaculate
        vociferate apostrophize soliloquize comment query quaver pipe squeak croak hiss grunt mumble drawl lisp chant
        recite hazard venture volunteer assure warn object reiterate echo correct counter challenge chime quote boast
        complain lament wail howl bark thunder storm rage state affirm assert aver+ argue contend coax soothe tease
        mock scold chide rebuke admonish counsel counsel+ marvel+ inform vow apologize apologise exhort caution avow
        opine vouchsafe interpolate prompt hail bawl blurt gurgle gabble babble rasp purr coo croon intone drone
        whimper whine quip+ conjecture expostulate acquiesce intervene amend supplement gloat moralize drivel+
        remonstrate demur+ reassure marvel exult enjoin jeer scoff simper hiccup+ wheeze splutter sputter rumble chirp
        chatter grumble confide report reveal inquire holler squeal squawk bleat bluster croak chorus chortle joke
        lecture nag+ prattle predict rant request snivel sass stipulate taunt threaten trill twitter utter yelp
        clarify confirm complete speculate theorize deadpan+ mouth specify
"""
)
# These are no tag where a name stands before them without a quotation right beside.
WEAK_WORDS = (
    read_words(
        """
        begin begins began beginning break breaks broke breaking tell tells told telling think thinks thought thinking
        speak speaks spoke speaking went going put puts putting threw burst bursts bursting give gives gave giving
        sing sings sang singing write writes wrote writing shot
"""
    )
    | inflect_verbs(
        """
        return call laugh chuckle giggle smile grin+ nod+ shrug+ finish end wonder reflect muse ponder resolve decide
        guess suppose proceed pursue continue agree propose own allow note order sigh breathe pant promise summon
        advise maintain reason thank greet welcome pray mention remind pronounce curse offer manage press sniff snort
        choke gulp supply try accuse concur+ recall
"""
    )
) - {"end", "ends", "order", "orders", "note", "notes", "own", "owns", "press", "pursue", "tries", "try", "trying"}
SAYING_WORDS = STRONG_WORDS | WEAK_WORDS
THINKING_WORDS = read_words(
    """
    thought thinks thinking reflected mused pondered wondered wonders reasoned resolved decided soliloquized
"""
)
SAYING = "|".join(sorted(SAYING_WORDS, key=len, reverse=True))
PRONOUN = r"(?:I|he|she|we|they|He|She|We|They)"
NAME = r"(?:(?:Mr|Mrs|Ms|Dr|St|M|Mme|Mlle|Capt|Col|Prof|Rev)\.?\s+)?[A-Z][\w'’-]*"
NOUN_PHRASE = r"(?:the|a|an|his|her|my|our|their|another|one|some)\b"
