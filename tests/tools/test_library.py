"""What every tool reads an index through: names that are nearly right, and words as vectors from many threads."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tools import library
from tools.library import nearest_names


def test_the_nearest_names_come_first() -> None:
    names = ["adidas", "nikon", "nike", "mike", "bogle_bogle"]
    assert nearest_names("nik", names)[0] == "nike" and "adidas" not in nearest_names("nik", names)
    assert nearest_names("bogle_bogl", names) == ["bogle_bogle"]
    assert nearest_names("nike", names, limit=2)[0] == "nike" and len(nearest_names("nike", names, limit=2)) == 2
    assert nearest_names("", names) == nearest_names("x" * 4000, names) == nearest_names("nike", []) == []


def test_among_a_hundred_thousand_names() -> None:
    names = [f"person_{number * 7919 % 99991}" for number in range(100_000)]
    started = time.perf_counter()
    assert nearest_names("persn_77777", names)[0] == "person_77777"
    assert time.perf_counter() - started < 3  # difflib takes eight seconds


def test_embeddings_at_once_leave_the_threads_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    count = 4

    class Encoder:
        def embed(self, texts: tuple[str, ...]) -> np.ndarray:
            seen.append(count)
            time.sleep(0.002 * len(texts[0]))  # the first ends while the second is at work
            return np.zeros((1, 384))

    def set_threads(number: int) -> None:
        nonlocal count
        count = number

    seen: list[int] = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: count)
    monkeypatch.setattr(torch, "set_num_threads", set_threads)
    encoder: Any = Encoder()
    monkeypatch.setattr("index.encoding.encoder.query_encoder", lambda: encoder)
    library._embed.cache_clear()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda text: library._embed((text,)), ["a" * 20, "b" * 40, "c" * 5, "d" * 30, "e", "f" * 10]))
    library._embed.cache_clear()
    assert count == 4 and seen == [1] * 6
