"""Vectors: what is stored is found again, also after the folder moved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.store.people import PeopleVectors
from index.store.vectors import Vectors


def unit(count: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_round_trip_and_move(tmp_path: Path) -> None:
    rows, ids = unit(50), [f"p{i}" for i in range(50)]
    vectors = Vectors(tmp_path / "a")
    vectors.add("posts", ids, rows)
    vectors.close()
    (tmp_path / "a").rename(tmp_path / "b")

    vectors = Vectors(tmp_path / "b")
    found = vectors.nearest("posts", rows[7], 3)
    assert found[0] == ("p7", pytest.approx(1, abs=1e-4))
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    cosines = rows @ rows[7]
    assert dict(found)[found[1][0]] == pytest.approx(float(np.sort(cosines)[-2]), abs=1e-4)

    names, got = vectors.get("posts", ["p3", "p9", "none"])
    assert sorted(names) == ["p3", "p9"]
    np.testing.assert_allclose(got, rows[[int(name[1:]) for name in names]], atol=1e-6)
    assert vectors.get("posts", [])[1].shape == (0, 384)
    (page,) = vectors.pages("posts")
    assert sorted(page[0]) == sorted(ids)
    assert page[1].shape == (50, 384)

    assert len(vectors.nearest("posts", rows[0], 500)) == 50
    assert vectors.nearest("people", rows[0], 5) == []
    assert list(vectors.pages("people")) == []
    vectors.close()


def test_people_are_mean_directions(tmp_path: Path) -> None:
    rows = unit(3)
    people = PeopleVectors()
    for author, row in zip(["ana", "ben", "ana"], rows, strict=True):
        people.add(author, row)
    assert len(people) == 2
    vectors = Vectors(tmp_path)
    people.store(vectors)
    names, got = vectors.get("people", ["ana", "ben"])
    mean = rows[0] + rows[2]
    np.testing.assert_allclose(got[names.index("ana")], mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_allclose(got[names.index("ben")], rows[1], atol=1e-5)
    np.testing.assert_array_equal(rows, unit(3))  # the sums are copies
    vectors.close()


def test_nobody_is_stored_without_trouble(tmp_path: Path) -> None:
    vectors = Vectors(tmp_path)
    PeopleVectors().store(vectors)
    assert vectors.nearest("people", unit(1)[0], 5) == []
    vectors.close()
