"""Matrices and affinities of three dimensions, small enough to count on paper."""

from __future__ import annotations

import numpy as np

from tools.targeting.affinity import CommunityAffinity, background_of
from tools.targeting.post_matrix import PostMatrix
from tools.targeting.signals import Signals, signals_of

X, Y, Z = np.eye(3, dtype=np.float32)
Row = tuple[str, str, str | None, np.ndarray]  # id, author, community, vector


def matrix_of(rows: list[Row], names: dict[str, np.ndarray] | None = None) -> PostMatrix:
    """``names`` has the vector of each community's name; of others it is nought."""
    authors = sorted({author for _, author, _, _ in rows})
    communities = sorted({community for _, _, community, _ in rows if community is not None})
    return PostMatrix(
        np.array([id_ for id_, *_ in rows], dtype=object),
        np.array([authors.index(author) for _, author, _, _ in rows], dtype=int),
        np.array([-1 if place is None else communities.index(place) for _, _, place, _ in rows], dtype=int),
        authors,
        communities,
        np.array([vector for *_, vector in rows], dtype=np.float32).reshape(-1, 3),
        np.array([(names or {}).get(name, np.zeros(3)) for name in communities], dtype=np.float32).reshape(-1, 3),
    )


def two_affinities() -> CommunityAffinity:
    """``running`` lies along x and ``cooking`` along y; members write the same way elsewhere, and who goes to ``gym``
    (z) goes to ``running``.
    """
    visits = np.array([[0, 0], [0, 0], [1, 0]], dtype=np.float32)  # gym → running
    return CommunityAffinity(
        ["running", "cooking", "gym"],
        np.array([X, Y, Z]),
        np.array([X, Y, Z]),
        visits,
        np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32),
        np.zeros(3, dtype=np.float32),
    )


def measured(matrix: PostMatrix, vector: np.ndarray = X, tones: dict[str, float] | None = None) -> Signals:
    known = two_affinities()
    return signals_of(matrix, known, background_of(matrix, known), known.embed_campaign(vector, ""), tones or {})
