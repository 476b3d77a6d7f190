"""How rare words are in social posts: the shipped table of counts."""

from __future__ import annotations

import gzip
import math
from functools import cache
from pathlib import Path

_SLIP = 2.7  # what is so many nats rarer than another word is it without its last letter
RARITY = Path(__file__).parents[1] / "weights" / "rarity.tsv.gz"


@cache
def rarities() -> tuple[dict[str, float], float]:
    """Rarity of each known word, and of unknown ones: log of all posts / posts with the word, from 0 to about 12."""
    rows = gzip.decompress(RARITY.read_bytes()).decode("utf-8").split("\n")
    posts = int(rows[0])
    known = (row.split("\t") for row in rows[1:] if row)
    return {word: math.log(posts / int(carriers)) for word, carriers in known}, math.log(posts)


def is_plain_word(name: str) -> bool:
    """Whether all words of a name are also at home in the language: then they are seen with its endings, as "apple" is
    in "apples" and "target" in "targeting". "Strava" and "Dunkin" mean one thing, in small letters too.
    """
    return all(_inflects(word) for word in name.casefold().split())


def _inflects(word: str) -> bool:
    known, unknown = rarities()
    stem = word.removesuffix("e")
    forms = {word + "s", word + "es", stem + "ed", stem + "ing"} | (
        {word[:-1] + "ies"} if word.endswith("y") else set()
    )
    if any(form in known for form in forms):  # a set asked for what it shares would go through the whole table
        return True
    # "vans" of "van", "united" of "unite"; but "starbuck" is no more than a slip.
    bases = {word.removesuffix(ending) for ending in ("s", "es", "d", "ed")} - {word}
    limit = known.get(word, unknown) + _SLIP
    return any(len(base) > 2 and base in known and known[base] < limit for base in bases)
