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
    parts = place_names(said)
    if len(parts) > 1:
        try:
            return [library.community(said)]  # one that has an "and" in its name
        except AnalystError:
            return list(dict.fromkeys(library.community(part) for part in parts))
    return [library.community(said)]
