"""Posts are forgotten for good: a new version is made without them, of what was read and analysed of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from index.derive import complete
from index.errors import AnalystError
from index.manifest import Manifest, read_manifest
from index.repair import carry_calibration
from index.store.facts import MENTIONS, PHRASES, POSTS, Facts
from index.store.flat_vectors import ScanWriter, read_scan
from index.store.languages import UNTOLD
from index.versions.layout import open_version, verify
from index.versions.locks import is_held
from index.versions.writer import writing


@dataclass(frozen=True)
class Removed:
    """What is gone, and what is left. ``held``: a reader still has the former version open, whose files go with it."""

    posts: int
    people: int
    manifest: Manifest
    held: bool


def remove_posts(
    index: Path, *, authors: Sequence[str] = (), ids: Sequence[str] = (), before: date | None = None
) -> Removed:
    """Forget all posts of ``authors``, those of ``ids``, and those from before a day (UTC).

    The list of rejected rows is emptied with them, for it may quote the same people; posts in which others name them
    stay. Raises AnalystError if none of them is there, or all posts would go.
    """
    read_manifest(index)  # what is no index is refused as such, and not made one
    with writing(index) as writer:
        version = open_version(index)
        verify(index, version)
        facts = version.folder / "facts"
        gone = _chosen(facts, index, authors, ids, before)
        folder = writer.begin()
        (folder / "rejects.jsonl").touch()
        kept = _filtered(facts, folder / "facts", gone)
        complete(folder)
        carry_calibration(version.folder, folder)
        people = version.manifest.people
        manifest = writer.commit(folder, _counted(folder / "facts", version.manifest, kept))
        old = version.folder
        version.hold.release()
    return Removed(len(gone), people - manifest.people, manifest, held=old.exists() and is_held(old))


def _chosen(facts: Path, index: Path, authors: Sequence[str], ids: Sequence[str], before: date | None) -> set[str]:
    """The ids of the posts to forget."""
    read = Facts(facts)
    names = [name.strip().lstrip("@").casefold() for name in authors]
    known = {author: author.casefold() for (author,) in read.rows("SELECT author FROM people")}
    until = datetime(before.year, before.month, before.day, tzinfo=UTC) if before else None
    rows = read.rows(
        "SELECT id FROM posts WHERE author IN (SELECT unnest($authors)) OR id IN (SELECT unnest($ids)) "
        "OR created_at < $until",
        {"authors": [name for name, key in known.items() if key in names], "ids": list(ids), "until": until},
    )
    ((posts,),) = read.rows("SELECT count(*) FROM posts")
    read.close()
    unknown = [f"@{name}" for name in names if name not in known.values()]
    if unknown and not rows:
        raise AnalystError(f"No posts of {', '.join(unknown)} are here", where=str(index), todo="Check the spelling.")
    if not rows:
        raise AnalystError("None of these posts is here", where=str(index), todo="Check the ids or the day.")
    if len(rows) == posts:
        raise AnalystError("That would forget every post", where=str(index), todo="Delete the folder instead.")
    return {id_ for (id_,) in rows}


def _filtered(source: Path, target: Path, gone: set[str]) -> int:
    """Write the facts and vectors of all posts but those that are ``gone``; returns how many there are."""
    ids = pa.array(sorted(gone), pa.string())
    target.mkdir()
    for table, schema, column in (("mentions", MENTIONS, "post"), ("phrases", PHRASES, "post")):
        _filter_rows(source / f"{table}.parquet", target / f"{table}.parquet", schema, column, ids)
    vectors = read_scan(source, int(pq.read_metadata(source / "posts.parquet").num_rows))
    with ScanWriter(target) as writer:

        def keep_vectors(start: int, kept: np.ndarray) -> None:
            writer.add(vectors[start : start + len(kept)][kept])

        return _filter_rows(source / "posts.parquet", target / "posts.parquet", POSTS, "id", ids, keep_vectors)


def _filter_rows(
    source: Path,
    target: Path,
    schema: pa.Schema,
    column: str,
    gone: pa.Array,
    also: Callable[[int, np.ndarray], None] = lambda start, kept: None,
) -> int:
    """Write the rows whose ``column`` is not ``gone``; ``also`` is told of each row group where it starts, and which of
    its rows stay.
    """
    start = left = 0
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(file.num_row_groups):  # one at a time: memory stays flat
            rows = file.read_row_group(group)
            kept = pc.invert(pc.is_in(rows.column(column), gone))
            also(start, kept.combine_chunks().to_numpy(zero_copy_only=False))
            rest = rows.filter(kept)
            writer.write_table(rest.cast(schema))
            start, left = start + len(rows), left + len(rest)
    return left


def _counted(facts: Path, manifest: Manifest, posts: int) -> Manifest:
    """The manifest of what is left. How the files were read stays as it was; only languages are counted anew."""
    read = Facts(facts)
    query = "SELECT count(DISTINCT author), count(DISTINCT community), min(created_at), max(created_at) FROM posts"
    ((people, communities, first, last),) = read.rows(query)
    languages = read.rows("SELECT coalesce(lang, ?), count(*) FROM posts GROUP BY 1 ORDER BY 2 DESC, 1", [UNTOLD])
    read.close()
    report: dict[str, Any] = {**manifest.report, "posts": posts, "languages": dict(languages)}
    moments = [None if each is None else each.astimezone(UTC).isoformat() for each in (first, last)]
    return replace(
        manifest,
        posts=posts,
        people=people,
        communities=communities,
        first_post=moments[0],
        last_post=moments[1],
        report=report,
    )


def day_of(told: str | None) -> date | None:
    """A day as it was typed. Raises ValueError with a sentence if it is none."""
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise ValueError(f"--before wants a day like 2024-03-01, not {told!r}.") from None
