"""A reader that makes figures of the letters of a post: what a build does beside reading, tested without models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow.parquet as pq

from index.encoding.analysis import Analysis
from index.entities.mentions import Mention
from index.phrases.keywords import Phrase
from tests.conftest import committed

NUMBERS = ("post_vectors.f32", "people_vectors.f32", "community_vectors.f32")
BATCH = 2


class FakeEncoder:
    """Vectors that are made of the letters alone."""

    precision = "fp32"

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.stack([_numbers(text).standard_normal(384).astype(np.float32) for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class FakeReader:
    """Stands for ``Reader``. ``texts`` holds what all of them have read; ``on_read`` is told the number of each batch
    before it is read.
    """

    texts: ClassVar[list[str]] = []
    batches: ClassVar[int] = 0
    on_read: ClassVar[Callable[[int], None]]

    def __init__(self, **_: Any) -> None:
        pass

    @classmethod
    def forget(cls) -> None:
        """Begin to count anew, and tell nobody."""
        cls.texts, cls.batches, cls.on_read = [], 0, lambda number: None

    def read(self, texts: Sequence[str]) -> list[Analysis]:
        kind = type(self)
        kind.on_read(kind.batches)
        kind.batches += 1
        kind.texts = [*kind.texts, *texts]
        return [_analysis(text, vector) for text, vector in zip(texts, FakeEncoder().embed(texts), strict=True)]


def differences(one: Any, other: Any) -> list[str]:
    """In which files two indexes differ: facts and vectors must be the same to the last byte, profiles in each value
    but for the last digits of means, which threads add up in any order.
    """
    folders = [committed(index) / "facts" for index in (one, other)]
    names = sorted(path.name for path in folders[0].iterdir())
    found = [] if names == sorted(path.name for path in folders[1].iterdir()) else ["names"]
    for name in names:
        if name == "people.parquet":
            left, right = (pq.read_table(folder / name).to_pandas() for folder in folders)
            numbers = left.select_dtypes("number").columns
            same = left.drop(columns=numbers).equals(right.drop(columns=numbers))
            if not same or not np.allclose(left[numbers], right[numbers], equal_nan=True):
                found.append(name)
        elif (folders[0] / name).read_bytes() != (folders[1] / name).read_bytes():
            found.append(name)
    return found


def _analysis(text: str, vector: np.ndarray) -> Analysis:
    shares = _numbers(text).dirichlet([1, 1, 1])
    words = text.split()
    # Names and phrases are short, as those that are read in the first words of a post.
    first = words[0][:30] if words else ""
    name = Mention(0, len(first), first, "product", first.casefold(), tuple(shares)) if words else None
    phrases = [Phrase(word[:30].casefold(), float(shares[0])) for word in words[:3]]
    return Analysis(vector, shares.astype(np.float32), [name] if name else [], phrases)


def _numbers(text: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(sha256(text.encode()).digest()[:8]))


def fake_index(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """An index of posts in ``folder``; read by the fake, so that it takes a moment."""
    import index.build as build

    source = folder.with_name(f"{folder.name}.jsonl")
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    FakeReader.forget()
    kept = build.Reader, build.shared_encoder
    build.Reader, build.shared_encoder = FakeReader, FakeEncoder  # type: ignore[misc, assignment]
    try:
        build.build_index([str(source)], folder)
    finally:
        build.Reader, build.shared_encoder = kept  # type: ignore[misc]
    return folder
