"""Facts and vectors of analysed posts put together: all rows of some folders of facts, but for posts left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from index.store.facts import MENTIONS, PHRASES, POSTS, Facts
from index.store.flat_vectors import ScanWriter, read_scan
from index.store.languages import UNTOLD

Source = tuple[Path, Collection[str]]  # a folder of facts, and the ids of the posts in it that are left out


def merge_facts(sources: Sequence[Source], target: Path) -> None:
    """Write posts, mentions, phrases and vectors of all ``sources`` into the new folder ``target``, in their order."""
    target.mkdir(parents=True)
    for table, schema in (("mentions", MENTIONS), ("phrases", PHRASES)):
        _write_rows(sources, target, table, schema, "post")
    with ScanWriter(target) as writer:

        def add_vectors(facts: Path, start: int, kept: np.ndarray) -> None:
            writer.add(read_scan(facts, count_posts(facts))[start : start + len(kept)][kept])

        _write_rows(sources, target, "posts", POSTS, "id", add_vectors)


def count_posts(facts: Path) -> int:
    """How many posts there are."""
    return int(pq.read_metadata(facts / "posts.parquet").num_rows)


def figures(facts: Path) -> dict[str, Any]:
    """Of the manifest what can be counted in the facts."""
    read = Facts(facts)
    query = "SELECT count(*), count(DISTINCT author), count(DISTINCT community), min(created_at), max(created_at)"
    ((posts, people, communities, first, last),) = read.rows(f"{query} FROM posts")
    read.close()
    moments = [None if each is None else each.astimezone(UTC).isoformat() for each in (first, last)]
    counts = {"posts": posts, "people": people, "communities": communities}
    return {**counts, "first_post": moments[0], "last_post": moments[1]}


def languages(facts: Path) -> dict[str, int]:
    """How many posts are in each language."""
    read = Facts(facts)
    rows = read.rows("SELECT coalesce(lang, ?), count(*) FROM posts GROUP BY 1 ORDER BY 2 DESC, 1", [UNTOLD])
    read.close()
    return dict(rows)  # type: ignore[arg-type]


def _write_rows(
    sources: Sequence[Source],
    target: Path,
    table: str,
    schema: pa.Schema,
    column: str,
    also: Callable[[Path, int, np.ndarray], None] = lambda facts, start, kept: None,
) -> None:
    """Write the rows of a table whose ``column`` is not left out; ``also`` is told of each row group: whose it is,
    where it starts, and which of its rows stay.
    """
    with pq.ParquetWriter(target / f"{table}.parquet", schema, compression="zstd") as writer:
        for facts, left_out in sources:
            gone, start = pa.array(sorted(left_out), pa.string()), 0
            with pq.ParquetFile(facts / f"{table}.parquet") as file:
                for group in range(file.num_row_groups):  # one at a time: memory stays flat
                    rows = file.read_row_group(group)
                    kept = pc.invert(pc.is_in(rows.column(column), gone))
                    also(facts, start, kept.combine_chunks().to_numpy(zero_copy_only=False))
                    writer.write_table(rows.filter(kept).cast(schema))
                    start += len(rows)
