"""Vectors in flat files, for exact passes over all of them: posts in the order of ``posts.parquet``, people in that of
``people.parquet``, communities by name.

Chroma answers what is near; a ranking of people looks at every post, and so it always gives the same figures.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np

from index.encoding.trunk import WIDTH
from index.errors import AnalystError

NAMES = {"posts": "post_vectors.f32", "people": "people_vectors.f32", "communities": "community_vectors.f32"}


class ScanWriter:
    """Appends vectors (n, 384) as they come, of posts, people or communities."""

    def __init__(self, folder: Path, kind: str = "posts") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / NAMES[kind]).open("wb")

    def add(self, vectors: np.ndarray) -> None:
        self._file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> ScanWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def write_scan(folder: Path, kind: str, vectors: np.ndarray) -> None:
    """All vectors (n, 384) of a kind at once."""
    with ScanWriter(folder, kind) as writer:
        writer.add(vectors)


def read_scan(folder: Path, count: int, kind: str = "posts") -> np.ndarray:
    """(count, 384) fp32, mapped from the file rather than read. Raises AnalystError if it is not of that size."""
    path = folder / NAMES[kind]
    size = path.stat().st_size if path.is_file() else -1
    if size != count * WIDTH * 4:
        raise AnalystError(
            f"This index is damaged: {path.name} does not fit its {count:,} {kind}",
            where=str(path),
            todo="See what can be mended with `analyst check`.",
        )
    if count == 0:  # nothing can be mapped
        return np.zeros((0, WIDTH), dtype="<f4")
    return np.memmap(path, dtype="<f4", mode="r", shape=(count, WIDTH))
