"""Who wrote what, as arrays: every post's vector with its author and community. Rankings of people start here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

NAME_WEIGHT = 3.0  # a community's name counts as much as so many of its posts
STEP = 50_000  # posts at a time where a pass needs memory


@dataclass(frozen=True)
class PostMatrix:
    """``author`` (posts,) and ``community`` (posts,) are places in ``authors`` and ``communities`` (−1: none).

    ``vectors`` (posts, 384) and ``names`` (communities, 384), of the names' words, have unit length.
    """

    ids: np.ndarray
    author: np.ndarray
    community: np.ndarray
    authors: list[str]
    communities: list[str]
    vectors: np.ndarray
    names: np.ndarray

    @cached_property
    def folded(self) -> list[str]:
        """(communities,) their casefolded names."""
        return [name.casefold() for name in self.communities]

    @cached_property
    def posts(self) -> np.ndarray:
        """(authors,) number of posts."""
        return np.bincount(self.author, minlength=len(self.authors))

    @cached_property
    def centres(self) -> np.ndarray:
        """(authors, 384) mean of each author's posts, not of unit length."""
        return _sums(self.author, self.vectors, len(self.authors)) / np.maximum(self.posts, 1)[:, None]

    @cached_property
    def places(self) -> np.ndarray:
        """(communities, 384) what each community is about: its posts and the words of its name, of unit length."""
        known = self.community >= 0
        total = NAME_WEIGHT * self.names
        if known.any():
            total = total + _sums(self.community, self.vectors, len(self.communities))
        return _unit(total)

    @cached_property
    def habit(self) -> Any:
        """(authors, communities) share of an author's posts, as a sparse matrix of scipy."""
        from scipy.sparse import csr_matrix

        known = self.community >= 0
        shares = 1.0 / np.maximum(self.posts, 1)[self.author[known]]
        shape = (len(self.authors), len(self.communities))
        return csr_matrix((shares, (self.author[known], self.community[known])), shape=shape)

    def cosines(self, vector: np.ndarray) -> np.ndarray:
        """(posts,) cosine of each post to a vector (384,) of unit length."""
        return np.asarray(self.vectors @ vector.astype(np.float32))

    def nearest(self, vector: np.ndarray, count: int) -> list[str]:
        """Ids of the ``count`` posts nearest to a vector (384,), the nearest first."""
        cosines = self.cosines(vector)
        count = min(count, len(cosines))
        rows = np.argpartition(-cosines, count - 1)[:count] if count else np.zeros(0, dtype=int)
        return [str(self.ids[row]) for row in rows[np.lexsort((rows, -cosines[rows]))]]

    def best(self, scores: np.ndarray, share: float) -> np.ndarray:
        """(authors,) mean of the highest ``share`` of each author's ``scores`` (posts,), a part of the last one counted
        in part.

        A share, not a number: of many posts some are near to anything, and who says all twice must not gain by it.
        """
        counted = share * self.posts[self.author]
        weights = np.clip(counted - self._places(scores), 0, 1) / counted
        return np.bincount(self.author, weights * scores, len(self.authors))

    def _places(self, scores: np.ndarray) -> np.ndarray:
        """(posts,) place of each among its author's posts, from 0 for the highest score."""
        order = np.argsort(-scores, kind="stable")
        author = self.author.astype(np.min_scalar_type(len(self.authors)))  # short numbers are sorted by their digits
        order = order[np.argsort(author[order], kind="stable")]
        places = np.empty(len(order), dtype=int)
        places[order] = np.arange(len(order)) - (np.cumsum(self.posts) - self.posts)[self.author[order]]
        return places

    def subset(self, rows: np.ndarray) -> PostMatrix:
        """The same with some posts only; authors without any are left out."""
        kept, author = np.unique(self.author[rows], return_inverse=True)
        return PostMatrix(
            self.ids[rows],
            author,
            self.community[rows],
            [self.authors[i] for i in kept],
            self.communities,
            self.vectors[rows],
            self.names,
        )

    def rows_of(self, ids: Sequence[str]) -> np.ndarray:
        """(ids,) rows of these posts; −1 for those that are not here."""
        return np.asarray(self._index.get_indexer(list(ids)))

    @cached_property
    def _index(self) -> Any:
        import pandas as pd

        return pd.Index(self.ids, dtype=object)


def _sums(groups: np.ndarray, vectors: np.ndarray, number: int) -> np.ndarray:
    """(number, 384) sum of the vectors of each group; group −1 is left out."""
    from scipy.sparse import csr_matrix

    total = np.zeros((number, vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(groups), STEP):
        part = groups[start : start + STEP]
        known = np.flatnonzero(part >= 0)
        picks = csr_matrix((np.ones(len(known), np.float32), (part[known], known)), shape=(number, len(part)))
        total += picks @ np.asarray(vectors[start : start + STEP])
    return total


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)
