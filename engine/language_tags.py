"""BCP 47 language tags, as far as the studio reads them."""


def primary_subtag(tag: str) -> str:
    """ "en" of "en-GB" or "en_gb"; lower case."""
    return tag.replace("_", "-").partition("-")[0].lower()
