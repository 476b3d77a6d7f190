"""What targeting learns from beside an index: posts with their threads' titles, and a catalogue of communities."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tools.library import Library

POSTS = ("posts/reddit_2023.jsonl.gz", "text/reddit_2013.jsonl.gz")
CATALOGUE = "interests/communities.jsonl.gz"
LONGEST = 300  # characters of a post


def written(data: Path) -> Iterator[tuple[str, str, str]]:
    """Author ("" where none is told), community and words of every post."""
    for name in POSTS:
        for row in _rows(data / name):
            title = row.get("title") or row.get("thread_title") or ""
            yield row.get("author", ""), row["community"], f"{title} . {(row.get('text') or '')[:LONGEST]}"


def catalogued(library: Library, data: Path) -> dict[str, np.ndarray]:
    """Communities, casefolded, with the direction (384,) of the interests that a catalogue files them under, the
    narrowest first.
    """
    filed = {row["community"].casefold(): ", ".join(reversed(row["interests"])) for row in _rows(data / CATALOGUE)}
    here = {name.casefold() for name in library.matrix.communities} & set(filed)
    return {name: library.embed(filed[name]) for name in sorted(here)}


def _rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
