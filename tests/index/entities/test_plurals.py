"""Plural names of what is made count as their singular."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from index.entities.mentions import Mention
from index.entities.plurals import merge_plurals
from index.posts.record import Post
from index.store.facts import FactWriter, tables_of

TONE = (0.2, 0.3, 0.5)


def mentions(folder: Path, *named: tuple[str, str, int]) -> dict[str, int]:
    """Writes (name, type, times) as mentions, merges them, and counts them by their canonical name."""
    folder.mkdir()
    writer = FactWriter(folder)
    found = [Mention(0, len(name), name, kind, name.lower(), TONE) for name, kind, times in named for _ in range(times)]
    post = Post(id="1", author="a", text="x")
    for batch in (found[::2], found[1::2]):
        writer.add(tables_of([post], [TONE], [batch], [[]]))
    writer.close()
    merge_plurals(folder)
    names = pq.read_table(folder / "mentions.parquet").column("canonical").to_pylist()
    assert len(names) == len(found)
    return {name: names.count(name) for name in dict.fromkeys(names)}


def test_a_plural_counts_as_its_commoner_singular(tmp_path: Path) -> None:
    assert mentions(tmp_path / "a", ("Tesla", "organization", 3), ("Teslas", "product", 2)) == {"tesla": 5}


def test_what_is_commoner_in_the_plural_stays_apart(tmp_path: Path) -> None:
    assert mentions(tmp_path / "a", ("Window", "product", 1), ("Windows", "product", 2)) == {"window": 1, "windows": 2}


def test_people_and_groups_stay_apart(tmp_path: Path) -> None:
    names = ("William", "person", 3), ("Williams", "person", 1), ("Eagle", "product", 3), ("Eagles", "group", 2)
    assert mentions(tmp_path / "a", *names) == {"william": 3, "williams": 1, "eagle": 3, "eagles": 2}


def test_no_mentions_and_short_names_are_left_alone(tmp_path: Path) -> None:
    assert mentions(tmp_path / "a") == {}
    assert mentions(tmp_path / "b", ("U", "product", 3), ("US", "product", 1)) == {"u": 3, "us": 1}
