"""Words and pairs of words, and the communities that each speaks for: "garmin" is said where people run and cycle."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

PAIR = 1.5  # a pair of words says so much more than a word
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True)
class Terms:
    """``names`` of terms; the communities of the i-th stand in ``places`` from ``starts[i]`` to ``starts[i + 1]``, with
    how much commoner it is there than elsewhere, as a logarithm, in ``lifts``.
    """

    names: list[str]
    starts: np.ndarray
    places: np.ndarray
    lifts: np.ndarray

    def typical(self, text: str, communities: int) -> np.ndarray:
        """(communities,) for how many the words of ``text`` are typical: the mean lift of the terms known, the telling
        ones counting most; nought where none is known.
        """
        total, weights = np.zeros(communities, dtype=np.float32), 0.0
        for term in terms_of(text):
            if (row := self._rows.get(term)) is None:
                continue
            own = slice(self.starts[row], self.starts[row + 1])
            weight = float(self.lifts[own].max()) * (PAIR if " " in term else 1)
            total[self.places[own]] += weight * self.lifts[own]
            weights += weight
        return total / weights if weights else total

    def known(self, text: str) -> bool:
        """Whether any word of ``text`` is; pairs of empty words are typical of something by chance."""
        return any(word in self._rows for word in words_of(text))

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.names)}


def no_terms() -> Terms:
    return Terms([], np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int16), np.zeros(0, dtype=np.float32))


def words_of(text: str) -> list[str]:
    """Words without case, accents, possessives and a plural s: "Pokémon's cards" → pokemon, card."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return [_bare(word) for word in _WORD.findall(plain)]


def terms_of(text: str) -> list[str]:
    """Its words and the pairs that stand beside each other, each once."""
    words = words_of(text)
    return list(dict.fromkeys([*words, *(f"{one} {two}" for one, two in pairwise(words))]))


def _bare(word: str) -> str:
    word = word.replace("’", "'").removesuffix("'s").replace("'", "")
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word
