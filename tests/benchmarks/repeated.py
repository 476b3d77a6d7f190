"""A large index made of a small one: ``python tests/benchmarks/repeated.py --index DIR --times N --out DIR``.

All posts are there N times, each time by other people and under other ids, with what was read in them: no model runs,
so that speed over many posts can be measured within minutes and without data that may not be shared. People of the
copies write alike, and no further names come up, so that only times are like those over real posts.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from reports import end, note

from app import hush_libraries
from index.derive import complete
from index.errors import AnalystError
from index.manifest import Manifest
from index.merge import figures, languages
from index.store.facts import MENTIONS, PHRASES, POSTS
from index.store.flat_vectors import ScanWriter, read_scan
from index.versions.layout import open_version, verify
from index.versions.writer import writing

TABLES = {"posts": (POSTS, ("id", "author")), "mentions": (MENTIONS, ("post",)), "phrases": (PHRASES, ("post",))}


def repeat_index(index: Path, times: int, target: Path) -> Manifest:
    """Write the index ``target`` with the posts of ``index`` so many times."""
    version = open_version(index)
    verify(index, version)
    with writing(target) as writer:
        folder = writer.begin()
        (folder / "rejects.jsonl").touch()
        repeat_facts(version.folder / "facts", version.manifest.posts, times, folder / "facts")
        note("Vectors of people, and Chroma's files …")
        complete(folder)
        counts = figures(folder / "facts")
        report = {**version.manifest.report, "posts": counts["posts"], "languages": languages(folder / "facts")}
        return writer.commit(folder, replace(version.manifest, **counts, report=report))


def repeat_facts(facts: Path, posts: int, times: int, target: Path) -> None:
    """Write the tables and the posts' vectors, the first copy as it is."""
    target.mkdir(parents=True)
    for name, (schema, columns) in TABLES.items():
        rows = pq.read_table(facts / f"{name}.parquet", schema=schema)
        with pq.ParquetWriter(target / f"{name}.parquet", schema, compression="zstd") as writer:
            for copy in range(times):
                writer.write_table(marked(rows, columns, copy))
    vectors = np.asarray(read_scan(facts, posts))
    with ScanWriter(target) as scan:
        for _ in range(times):
            scan.add(vectors)


def marked(rows: pa.Table, columns: tuple[str, ...], copy: int) -> pa.Table:
    """The rows of a copy, whose ids and authors end in its number."""
    for name in columns if copy else ():
        place = rows.schema.get_field_index(name)
        ids = pc.binary_join_element_wise(rows.column(name), pa.scalar(str(copy)), "-")
        rows = rows.set_column(place, rows.schema.field(place), ids)
    return rows


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.times < 1:
        raise AnalystError(f"--times is {options.times}", todo="Give 1 or more.")
    made = repeat_index(options.index, options.times, options.out)
    note(f"{made.posts:,} posts by {made.people:,} people in {options.out}.")


if __name__ == "__main__":
    hush_libraries()
    end(run)
