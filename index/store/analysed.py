"""A batch of posts with all that was read in them, as the tables and vectors that an index keeps; and as bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from index.encoding.trunk import WIDTH
from index.store.facts import tables_of

if TYPE_CHECKING:
    from index.encoding.analysis import Analysis
    from index.posts.record import Post

VECTORS = "vectors"


@dataclass(frozen=True)
class Analysed:
    """Rows for the tables of the facts, by name, and the vectors (n, 384) of the posts in their order."""

    tables: dict[str, pa.Table]
    vectors: np.ndarray

    @property
    def ids(self) -> list[str]:
        ids: list[str] = self.tables["posts"].column("id").to_pylist()
        return ids

    @property
    def authors(self) -> list[str]:
        authors: list[str] = self.tables["posts"].column("author").to_pylist()
        return authors

    def pieces(self) -> dict[str, bytes]:
        """All of it as bytes by name: each table as Parquet, the vectors as fp32."""
        vectors = np.ascontiguousarray(self.vectors, dtype="<f4").tobytes()
        return {**{name: _parquet(table) for name, table in self.tables.items()}, VECTORS: vectors}


def analysed(posts: Sequence[Post], found: Sequence[Analysis]) -> Analysed:
    """What was ``found`` in ``posts``, one by one, as rows and vectors."""
    tones = [each.sentiment.tolist() for each in found]
    tables = tables_of(posts, tones, [each.mentions for each in found], [each.phrases for each in found])
    return Analysed(tables, np.stack([each.embedding for each in found]))


def of_pieces(pieces: Mapping[str, bytes]) -> Analysed:
    """What ``Analysed.pieces`` made bytes of."""
    tables = {name: pq.read_table(pa.BufferReader(piece)) for name, piece in pieces.items() if name != VECTORS}
    return Analysed(tables, np.frombuffer(pieces[VECTORS], dtype="<f4").reshape(-1, WIDTH))


def _parquet(table: pa.Table) -> bytes:
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    raw: bytes = buffer.getvalue().to_pybytes()
    return raw
