"""How the nearest of the written examples were judged: what a network has learned away, they still say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.errors import AnalystError

VECTORS = Path(__file__).parents[1] / "weights" / "privacy_examples.safetensors"
NEIGHBOURS = 25
SHARPNESS = 20.0  # how much more a nearer example counts: e-fold for a twentieth of cosine


@dataclass(frozen=True)
class Examples:
    """``vectors`` (examples, 384) of length one, and which of the examples are ``refused`` (examples,)."""

    vectors: np.ndarray
    refused: np.ndarray

    @classmethod
    def load(cls, file: Path = VECTORS) -> Examples:
        """Raises AnalystError if the file is missing."""
        from safetensors.numpy import load_file

        if not file.is_file():
            raise AnalystError("The examples of the guard are missing", where=str(file), todo="Restore the file.")
        found = load_file(file)
        vectors = np.asarray(found["vectors"], dtype=np.float32)
        return cls(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.asarray(found["refused"], dtype=bool))

    def save(self, file: Path) -> None:
        """In eight bits a value."""
        from safetensors.numpy import save_file

        largest = np.abs(self.vectors).max(axis=1, keepdims=True)
        save_file(
            {
                "vectors": np.round(self.vectors / largest * 127).astype(np.int8),
                "refused": self.refused.astype(np.uint8),
            },
            str(file),
        )

    def share(self, vectors: np.ndarray) -> np.ndarray:
        """(texts,) share of refused ones among the nearest examples of ``vectors`` (texts, 384), the nearer counting
        more.
        """
        near = vectors @ self.vectors.T
        rows = np.argpartition(-near, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        weights = np.exp((np.take_along_axis(near, rows, axis=1) - 1) * SHARPNESS)
        return (weights * self.refused[rows]).sum(axis=1) / weights.sum(axis=1)


@cache
def written_examples() -> Examples:
    """Those that ship."""
    return Examples.load()
