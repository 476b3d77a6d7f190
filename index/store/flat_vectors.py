"""Every post's vector in one flat file, in the order of ``posts.parquet``: for exact passes over all posts at once.

Chroma answers what is near; a ranking of people looks at every post, and so it always gives the same figures.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np

from index.encoding.trunk import WIDTH
from index.errors import AnalystError

NAME = "post_vectors.f32"


class ScanWriter:
    """Appends vectors (n, 384) as they come."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / NAME).open("wb")

    def add(self, vectors: np.ndarray) -> None:
        self._file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> ScanWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_scan(folder: Path, posts: int) -> np.ndarray:
    """(posts, 384) fp32, mapped from the file rather than read. Raises AnalystError if it is not of that size."""
    path = folder / NAME
    size = path.stat().st_size if path.is_file() else -1
    if size != posts * WIDTH * 4:
        raise AnalystError(
            f"This index is damaged: {NAME} does not fit its {posts:,} posts",
            where=str(path),
            todo="Build it again with `analyst index`.",
        )
    return np.memmap(path, dtype="<f4", mode="r", shape=(posts, WIDTH))
