"""What well-known names are about: "Strava" says nothing of running and cycling, to an encoder least of all."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from index.entities.mentions import canonical
from tools.targeting.terms import words_of

NAMES = Path(__file__).with_suffix(".yaml")


def subjects_of(campaign: str) -> list[str]:
    """The subjects of the longest well-known names in ``campaign``; none where there is no such name.

    Inside a longer text a name must be written with a capital, since many are also plain words: ring, gap, apple.
    """
    known = _known()
    written = [part for part in re.split(r"[\s/,;:()]+", campaign) if words_of(part)]
    for length in range(min(max(map(len, known)), len(written)), 0, -1):
        found: list[str] = []
        for start in range(len(written) - length + 1):
            parts = written[start : start + length]
            if length == len(written) or any(part != part.lower() for part in parts):
                found += known.get(tuple(" ".join(words_of(part)) for part in parts), ())
        if found:
            return list(dict.fromkeys(found))
    return []


def is_well_known(name: str) -> bool:
    """Whether ``name`` is, as a whole, one of the well-known names."""
    return canonical(name) in _whole_names()


@cache
def _whole_names() -> frozenset[str]:
    raw: dict[str, list[str]] = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    return frozenset(canonical(name) for names in raw.values() for name in names)


@cache
def _known() -> dict[tuple[str, ...], list[str]]:
    """The subjects of each name, by its bare words."""
    raw: dict[str, list[str]] = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], list[str]] = {}
    for subject, names in raw.items():
        for name in names:
            key = tuple(bare for part in re.split(r"[\s/,;:()]+", name) if (bare := " ".join(words_of(part))))
            found.setdefault(key, []).append(subject)
    return found
