"""Names of communities as words, and their vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from index.store import communities
from index.store.communities import community_vectors, name_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("MechanicalKeyboards", "Mechanical Keyboards"),
        ("running", "running"),
        ("HomeOffice_2024", "Home Office"),
        ("r/running", "r/running"),
        ("NBA", "NBA"),
        ("café_münchen", "café münchen"),
        ("2020", "2020"),  # nothing but figures stays
        ("_", "_"),
    ],
)
def test_a_name_is_read_as_words(name: str, words: str) -> None:
    assert name_words(name) == words


class _Recorder:
    """Stands for the encoder."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        return np.array([[len(text)] * 384 for text in texts], np.float32)


@pytest.mark.parametrize("step", [1, 2, 2048])
def test_each_community_is_read_by_the_words_of_its_name(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr(communities, "STEP", step)
    seen = _Recorder()
    vectors = community_vectors(["HomeOffice", "NBA", "tea"], seen)  # type: ignore[arg-type]
    assert seen.texts == ["Home Office", "NBA", "tea"]
    assert vectors[:, 0].tolist() == [11, 3, 3] and vectors.dtype == np.float32


def test_no_communities_have_no_vectors() -> None:
    seen = _Recorder()
    assert community_vectors([], seen).shape == (0, 384)  # type: ignore[arg-type]
    assert seen.texts == []
