"""Slips of the finger that hide what is asked of people: "lesbains", "diabeetics"."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tools.privacy.sensitive import listed_words

SHORTEST = 5  # letters; shorter words are near to too many others
LONG = 8  # letters from which two slips are allowed
ENDINGS = ("s", "es", "ed", "er", "ers", "ing", "ly")
_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")


@lru_cache(maxsize=4096)
def corrected(text: str) -> str:
    """The text with each word that nobody knows put right where one of the lists is meant; the others stay as they are.

    What is nearer to another word than to a listed one is that other word: "gardning" is no "beaners".
    """
    return _WORD.sub(lambda found: _meant(found[0]), text)


def _meant(word: str) -> str:
    plain = word.casefold()
    if _is_known(plain):
        return word
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    most = 2 if len(plain) >= LONG else 1
    listed, others = (
        process.extractOne(plain, near.get(plain[0], ()), scorer=DamerauLevenshtein.distance, score_cutoff=most)
        for near in (_by_letter(listed=True), _by_letter(listed=False))
    )
    return listed[0] if listed and (not others or listed[1] <= others[1]) else word


def _is_known(word: str) -> bool:
    stems = (word.removesuffix(ending) for ending in ENDINGS if word.endswith(ending))
    return word in _known() or any(stem in _known() for stem in stems if len(stem) >= SHORTEST)


@cache
def _known() -> frozenset[str]:
    """Words of social posts, and those that the encoder has whole."""
    from index.encoding.trunk import load_tokenizer
    from index.phrases.rarity import rarities

    whole = (word for word in load_tokenizer().get_vocab() if word.isalpha())
    return frozenset((*rarities()[0], *whole, *listed_words()))


@cache
def _by_letter(*, listed: bool) -> dict[str, list[str]]:
    """Words by their first letter, which nobody mistakes."""
    found: dict[str, list[str]] = {}
    for word in sorted(listed_words() if listed else _known() - listed_words()):
        if len(word) >= SHORTEST:
            found.setdefault(word[0], []).append(word)
    return found
