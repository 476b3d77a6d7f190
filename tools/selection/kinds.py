"""Kinds of brands: "airlines" means every name in these posts that is one.

Which name is of which kind stands in ``kinds.yaml``, as general knowledge; posts rarely say that Ryanair is an airline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from index.entities.mentions import canonical
from index.errors import AnalystError
from index.inflection import singular
from index.phrases.rarity import is_plain_word

KINDS = Path(__file__).with_name("kinds.yaml")
WORD = re.compile(r"[\w'&-]+")
TOLD = ("airline", "car brand", "coffee chain", "phone brand", "shoe brand", "streaming service", "supermarket")
LONGEST = 4  # words by which a kind is called


@dataclass(frozen=True)
class Kind:
    """``called`` is what people call one of the kind first of all; ``names`` are its names as most write them."""

    called: str
    names: tuple[str, ...]

    @property
    def plural(self) -> str:
        return f"{self.called[:-1]}ies" if re.search(r"[^aeiou]y$", self.called) else f"{self.called}s"

    @property
    def keys(self) -> list[str]:
        """The canonical forms that mentions of its names may have."""
        return sorted({key for name in self.names for key in _forms(canonical(name))})


def kind_of(said: str) -> Kind | None:
    """The kind that ``said`` names as a whole, in the singular or the plural: "airlines", "the coffee chains"."""
    words = [word for word in _words(said) if word not in ("the", "all", "any", "our")]
    return _kinds().get(" ".join(words))


def known_kind(said: str) -> Kind:
    """The kind that ``said`` names. Raises AnalystError for one that is not known."""
    if (kind := kind_of(said)) is None:
        raise AnalystError(f"'{said[:60]}' is no kind of brands that is known", todo=f"Known are {_examples()}.")
    return kind


def _examples() -> str:
    known = sorted({kind.called for kind in _kinds().values()})
    shown = [each for each in TOLD if each in known]
    return f"{', '.join(shown)} and {len(known) - len(shown)} more"


def kinds_in(text: str) -> list[tuple[str, Kind]]:
    """Kinds that are named in a text, each with its words as they stand there; the longest names go first."""
    found: list[tuple[str, Kind]] = []
    words = list(WORD.finditer(text))
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            start, end = words[place].start(), words[place + length - 1].end()
            if kind := _kinds().get(" ".join(_words(text[start:end]))):
                found.append((text[start:end], kind))
                place += length - 1
                break
        place += 1
    return found


def _words(said: str) -> list[str]:
    """In small letters, each in the singular: "brands of sneakers" is a brand of sneaker."""
    return [singular(word) for word in WORD.findall(said.casefold())]


def _forms(key: str) -> Sequence[str]:
    """The canonical forms of a name, as ``index.entities`` may have taken an s off; Vans are no van."""
    one = singular(key)
    return (key, f"{key}s") if is_plain_word(one) and one != key else (key, one, f"{key}s")


@cache
def _kinds() -> dict[str, Kind]:
    entries = yaml.safe_load(KINDS.read_text(encoding="utf-8"))
    kinds = [(entry["called"], Kind(entry["called"][0], tuple(entry["names"]))) for entry in entries]
    return {" ".join(_words(each)): kind for called, kind in kinds for each in called}
