"""One inflection for the whole project: English words without the ending of their plural."""

from __future__ import annotations

from functools import lru_cache

SEEN_WORDS = 1 << 16  # words that are remembered


@lru_cache(SEEN_WORDS)
def singular(word: str) -> str:
    """An English word without the ending of its plural, where it plainly has one: shoes → shoe, candies → candy.

    A stemmer would go further (Snowball's English makes "nike" of "Nikes" but also "adida" of "Adidas", "univers" of
    "universal"), which names do not bear.
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ews")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes", "zes")) else word[:-1]
