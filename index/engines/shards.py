"""The posts of a build as shards: a Parquet file for each batch, which other machines read too."""

from __future__ import annotations

import shutil
from dataclasses import astuple
from datetime import UTC
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from index.posts.record import FIELDS, Post
from index.store.facts import POSTS
from index.system import sync_file
from index.versions.durable import PARTIAL

SCHEMA = pa.schema([POSTS.field(name) for name in FIELDS])


class Shards:
    """Shards in a ``folder``, numbered from 0 as their batches are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def add(self, posts: list[Post]) -> None:
        """Write the next shard. Raises OSError if it cannot be written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        columns = zip(*map(astuple, posts), strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
        path = shard_path(self.folder, self.count)
        partial = path.with_suffix(PARTIAL)
        pq.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), partial, compression="zstd")
        sync_file(partial)  # storage that is shared shows it to others then
        partial.replace(path)
        self.count += 1

    def read(self, number: int) -> list[Post]:
        """The posts of a shard, as they were."""
        return read_shard(shard_path(self.folder, number))

    def delete(self) -> None:
        """Delete all of them."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.count = 0


def shard_path(folder: Path, number: int) -> Path:
    """Where the shard with this number is."""
    return folder / f"{number:08}.parquet"


def read_shard(path: Path) -> list[Post]:
    """The posts of a shard. Raises OSError if there is none."""
    columns = pq.ParquetFile(path).read().to_pydict()
    moments = columns["created_at"]
    columns["created_at"] = [None if moment is None else moment.astimezone(UTC) for moment in moments]
    return [Post(*row) for row in zip(*(columns[name] for name in FIELDS), strict=True)]
