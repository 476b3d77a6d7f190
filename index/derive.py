"""What of a version can be made of its posts, mentions and phrases: people, all vectors, and Chroma's files."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from index.encoding.encoder import shared_encoder
from index.merge import count_posts
from index.store.communities import community_vectors
from index.store.facts import Facts
from index.store.flat_vectors import NAMES, ScanWriter, read_scan, write_scan
from index.store.people import PeopleVectors, write_profiles
from index.store.vectors import Collections, Vectors
from index.versions.nearness import CHROMA

BATCH = 1024  # posts in memory at once


def complete(folder: Path) -> list[str]:
    """Make what is missing of the version in ``folder``; returns the names of what was made."""
    facts = folder / "facts"
    makers = {
        "facts/people.parquet": lambda: write_profiles(facts),
        f"facts/{NAMES['posts']}": lambda: _embed_posts(facts),
        f"facts/{NAMES['people']}": lambda: write_scan(facts, "people", _people(facts)[1]),
        f"facts/{NAMES['communities']}": lambda: _embed_communities(facts),
        CHROMA: lambda: _fill_chroma(folder),
    }  # in an order in which each can rest on those before it
    made = [name for name in makers if not (folder / name).exists()]
    for name in made:
        makers[name]()
    return made


def add_to_chroma(folder: Path, former: Path, ids: Collection[str]) -> None:
    """Make Chroma's files of the version in ``folder`` of those of a ``former`` one, which lacks the posts ``ids`` or
    had them otherwise: to put a few more in costs little, to fill it anew costs far more the larger it is.
    """
    shutil.copytree(former / CHROMA, folder / CHROMA)
    facts, changed = folder / "facts", set[str]()
    chroma, vectors = Vectors(folder / CHROMA), read_scan(facts, count_posts(facts))
    for start, found, authors in _batches(facts, "author"):
        rows = [row for row, id_ in enumerate(found) if id_ in ids]
        if rows:
            changed.update(authors[row] for row in rows)
            own = np.asarray(vectors[[start + row for row in rows]])
            chroma.add("posts", [found[row] for row in rows], own, replacing=True)
    people, means = _people(facts)
    rows = [row for row, author in enumerate(people) if author in changed]
    chroma.add("people", [people[row] for row in rows], means[rows], replacing=True)
    chroma.close()


def _batches(facts: Path, column: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """The place of the first post of each batch, their ids, and a column of theirs, in the order of the file."""
    start = 0
    with pq.ParquetFile(facts / "posts.parquet") as posts:
        for batch in posts.iter_batches(BATCH, columns=["id", column]):
            yield start, batch.column("id").to_pylist(), batch.column(column).to_pylist()
            start += len(batch)


def _embed_posts(facts: Path) -> None:
    encoder = shared_encoder()
    with ScanWriter(facts) as writer:
        for _, _, texts in _batches(facts, "text"):
            writer.add(encoder.embed(texts))


def _embed_communities(facts: Path) -> None:
    read = Facts(facts)
    names = [name for (name,) in read.rows("SELECT DISTINCT community FROM posts WHERE community IS NOT NULL")]
    read.close()
    write_scan(facts, "communities", community_vectors(sorted(names), shared_encoder()))


def _people(facts: Path) -> tuple[list[str], np.ndarray]:
    people, vectors = PeopleVectors(), read_scan(facts, count_posts(facts))
    for start, _, authors in _batches(facts, "author"):
        for place, author in enumerate(authors, start):
            people.add(author, vectors[place])
    return people.means()


def _fill_chroma(folder: Path) -> None:
    chroma = Vectors(folder / CHROMA)
    fill(chroma, folder / "facts")
    chroma.close()


def fill(chroma: Collections, facts: Path) -> None:
    """Put the vectors of all posts and people of a folder of facts into empty collections."""
    vectors = read_scan(facts, count_posts(facts))
    for start, ids, _ in _batches(facts, "author"):
        chroma.add("posts", ids, np.asarray(vectors[start : start + len(ids)]))
    chroma.add("people", *_people(facts))
