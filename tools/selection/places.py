"""Which communities are meant: one, or each of several, "dogs and cats"."""

from __future__ import annotations

import re

from index.errors import AnalystError
from tools.library import Library

BETWEEN = re.compile(r"\s*(?:,\s*(?:and\s+|or\s+)?|\s(?:and|or|&|\+)\s)\s*", re.IGNORECASE)


def place_names(said: str) -> list[str]:
    """What stands between the commas, "and" and "or" of ``said``."""
    return [part for part in BETWEEN.split(said) if part.strip()]


def places_of(library: Library, said: str) -> list[str]:
    """The communities that ``said`` names, each once: the one that is called so, or those between its commas, "and"
    and "or".

    Raises AnalystError with the nearest names if one is unknown.
    """
    try:
        return [library.community(said)]  # it may have an "and" in its name
    except AnalystError:
        parts = place_names(said)
        if len(parts) < 2 or not any(_is_known(library, part) for part in parts):
            raise
    return list(dict.fromkeys(library.community(part) for part in parts))


def _is_known(library: Library, name: str) -> bool:
    try:
        return bool(library.community(name))
    except AnalystError:
        return False
