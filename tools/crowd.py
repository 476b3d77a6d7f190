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
class Crowd:
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

    def best(self, scores: np.ndarray, count: int) -> np.ndarray:
        """(authors,) mean of each author's ``count`` highest ``scores`` (posts,); of fewer posts the mean of those."""
        writers = np.flatnonzero(self.posts)
        first = (np.cumsum(self.posts) - self.posts)[writers]
        author = self.author[self._by_author]
        left = scores[self._by_author].astype(float)
        total = np.zeros(len(self.authors))
        for place in range(count if len(writers) else 0):
            highest = np.full(len(self.authors), -np.inf)
            highest[writers] = np.maximum.reduceat(left, first)
            has = self.posts > place
            total[has] += highest[has]
            hits = np.flatnonzero(left == highest[author])
            left[hits[np.diff(author[hits], prepend=-1) > 0]] = -np.inf  # of equals only one is used up
        return total / np.maximum(np.minimum(self.posts, count), 1)

    def best_posts(self, scores: np.ndarray, row: int, count: int) -> list[str]:
        """Ids of one author's ``count`` posts with the highest ``scores``."""
        own = np.flatnonzero(self.author == row)
        return [str(self.ids[i]) for i in own[np.argsort(-scores[own], kind="stable")][:count]]

    def subset(self, rows: np.ndarray) -> Crowd:
        """The same with some posts only; authors without any are left out."""
        kept, author = np.unique(self.author[rows], return_inverse=True)
        return Crowd(
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

    @cached_property
    def _by_author(self) -> np.ndarray:
        """(posts,) rows, one author after the other."""
        return np.argsort(self.author, kind="stable")


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
