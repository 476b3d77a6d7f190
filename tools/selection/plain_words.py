"""Words that are everyday ones, and names that are such words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from index.entities.mentions import canonical
from index.inflection import singular
from index.phrases.rarity import rarities

COMMON = 6.0  # log of all posts / posts with the word, below which it is an everyday word: one post in 400
WORD_NAMES = Path(__file__).with_name("names_that_are_words.txt")


@cache
def word_names() -> frozenset[str]:
    """Names that are everyday words too, such as Apple and Target."""
    _, names = WORD_NAMES.read_text(encoding="utf-8").split("--\n")
    return frozenset(canonical(name) for name in re.split(r"[,\n]", names) if name.strip())


def is_common(words: str) -> bool:
    """Whether all its words are everyday ones: marked once, "lost" and "vs" are no names wherever they stand."""
    known, unknown = rarities()
    return all(known.get(word, unknown) < COMMON for word in words.casefold().split())


def is_strange(said: str) -> bool:
    """Whether a word of it is none of the language: "Zune" is meant as a name even where nobody says it."""
    known, _ = rarities()
    return any(word not in known and singular(word) not in known for word in re.findall(r"\w+", said.casefold()))
