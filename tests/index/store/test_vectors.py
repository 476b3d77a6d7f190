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

    assert sorted(vectors.ids("posts")) == sorted(ids)
    assert len(vectors.nearest("posts", rows[0], 500)) == 50
    assert vectors.nearest("people", rows[0], 5) == []
    assert list(vectors.ids("people")) == []
    vectors.close()


def test_people_are_mean_directions() -> None:
    rows = unit(3)
    people = PeopleVectors()
    for author, row in zip(["ben", "ana", "ben"], rows, strict=True):
        people.add(author, row)
    assert len(people) == 2
    names, means = people.means()
    mean = rows[0] + rows[2]
    assert names == ["ana", "ben"] and means.dtype == np.float32
    np.testing.assert_allclose(means[1], mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_allclose(means[0], rows[1], atol=1e-5)
    np.testing.assert_array_equal(rows, unit(3))  # the sums are copies


def test_nobody_has_no_vectors() -> None:
    names, means = PeopleVectors().means()
    assert names == [] and means.shape == (0, 384)
