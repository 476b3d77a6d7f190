"""What targeting learns from beside an index: posts with their threads' titles, and a catalogue of communities."""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from tools.library import Library

POSTS = ("posts/reddit_2023.jsonl.gz", "text/reddit_2013.jsonl.gz")
CATALOGUE = "interests/communities.jsonl.gz"
LONGEST = 300  # characters of a post
CAMPAIGNS = Path(__file__).with_name("campaigns.yaml")


def asked_for(description: str | None) -> tuple[Library, Path, dict[str, set[str]]]:
    """The index, the folder of data and campaign → its communities, casefolded, that the command line names."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--campaigns", type=Path, default=CAMPAIGNS)
    options = parser.parse_args()
    listed = yaml.safe_load(options.campaigns.read_text(encoding="utf-8"))
    campaigns = {name: {community.casefold() for community in communities} for name, communities in listed.items()}
    return Library.open(options.index), options.data, campaigns


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
