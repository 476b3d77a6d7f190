"""Names of communities as words, and their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.communities import name_words, store_communities
from index.facts import FactWriter
from index.posts import Post


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
    """Stands for the encoder and for the store."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.stored: dict[str, Any] = {}

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        return np.array([[len(text)] for text in texts])

    def add(self, kind: str, ids: Sequence[str], vectors: np.ndarray) -> None:
        assert kind == "communities"
        self.stored |= dict(zip(ids, vectors[:, 0].tolist(), strict=True))


def _facts(folder: Path, communities: list[str | None]) -> Path:
    writer = FactWriter(folder)
    posts = [Post(str(i), "ana", "text", community=name) for i, name in enumerate(communities)]
    writer.add(posts, [(0.2, 0.6, 0.2)] * len(posts), [[]] * len(posts), [[]] * len(posts))
    writer.close()
    return folder


def test_each_community_is_stored_once_under_its_own_name(tmp_path: Path) -> None:
    seen = _Recorder()
    store_communities(_facts(tmp_path, ["HomeOffice", "tea", None, "tea"]), seen, seen)  # type: ignore[arg-type]
    assert seen.texts == ["Home Office", "tea"]
    assert seen.stored == {"HomeOffice": 11, "tea": 3}


def test_posts_without_communities_store_nothing(tmp_path: Path) -> None:
    seen = _Recorder()
    store_communities(_facts(tmp_path, [None, None]), seen, seen)  # type: ignore[arg-type]
    assert seen.texts == [] and seen.stored == {}
