"""Whether something changed, or chance alone may have made it: shares and means of posts by people.

Posts of one person are alike, so each person is one cluster (Liang and Zeger, 1986); of a single person's posts each
post is one. A change is held against chance twice, as a score test with clusters and exactly (Fisher, 1935), and the
larger p-value counts: the first is too easily sure of few posts on one long side, the second of many posts by one
person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.selection.intervals import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

SURE = 1 - CONFIDENCE
LEAST_OF_A_MEAN = 3  # people or posts on each side, below which no change of a mean is sure


@dataclass(frozen=True)
class Change:
    """A mean ``before`` and ``after``; the ``change`` with its 95 % interval, and ``p``: how likely chance makes as
    much.
    """

    before: float
    after: float
    change: float
    low: float | None
    high: float | None
    p: float


def clusters_of(people: Sequence[str] | np.ndarray) -> tuple[np.ndarray, int]:
    """(posts,) the cluster of each post, and how many there are: people, or posts where all are one person's."""
    names, clusters = np.unique(np.asarray(people, dtype=str), return_inverse=True)
    if len(names) < 2:
        return np.arange(len(clusters)), len(clusters)
    return clusters, len(names)


def share_changes(has: csr_matrix, later: np.ndarray, people: Sequence[str] | np.ndarray) -> np.ndarray:
    """(things,) p-values of the share of posts that have each thing, before against after.

    ``has`` (posts, things) is 1 where a post has a thing; ``later`` (posts,) says which posts are of the later period.
    Where a period has no posts all are 1.
    """
    from scipy.sparse import csr_matrix

    later = np.asarray(later, dtype=bool)
    clusters, number = clusters_of(people)
    places, shape = np.arange(len(later)), (number, len(later))
    sides = [csr_matrix((side.astype(float), (clusters, places)), shape=shape) for side in (~later, later)]
    having = [(side @ has).tocsr() for side in sides]
    posts = [np.asarray(side.sum(axis=1)).ravel() for side in sides]
    return share_changes_of(having[0], having[1], posts[0], posts[1])


def share_changes_of(
    having_before: csr_matrix, having_after: csr_matrix, before: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """The same of counts: posts of each person that have each thing (people, things), and all their posts (people,)."""
    from scipy.special import ndtr

    size_before, size_after = float(before.sum()), float(after.sum())
    if not size_before or not size_after:
        return np.ones(having_before.shape[1])
    # What each person adds to the difference of the shares, less what the common share makes expect.
    parts = having_after / size_after - having_before / size_before
    own = after / size_after - before / size_before
    counts = [np.asarray(side.sum(axis=0)).ravel() for side in (having_before, having_after)]
    share = (counts[0] + counts[1]) / (size_before + size_after)
    squares = np.asarray(parts.multiply(parts).sum(axis=0)).ravel()
    variance = squares - 2 * share * (parts.T @ own) + share**2 * float(own @ own)
    change = np.asarray(parts.sum(axis=0)).ravel()
    clustered = 2 * ndtr(-np.abs(change) / np.sqrt(np.maximum(variance, 1e-18)))
    return np.where(variance > 1e-18, np.maximum(clustered, exact(counts[0], counts[1], size_before, size_after)), 1.0)


def exact(before: np.ndarray, after: np.ndarray, size_before: float, size_after: float) -> np.ndarray:
    """Two-sided p-values of Fisher's test: ``before`` of ``size_before`` posts against ``after`` of ``size_after``."""
    from scipy.stats import hypergeom

    drawn = (size_before + size_after, before + after, size_after)
    tails = np.minimum(hypergeom.cdf(after, *drawn), hypergeom.sf(after - 1, *drawn))
    return np.asarray(np.minimum(1.0, 2 * tails))


def mean_change(values: np.ndarray, later: np.ndarray, people: Sequence[str] | np.ndarray) -> Change | None:
    """How a mean differs between the earlier and the later posts; None if one side has no posts.

    Student's t with as many degrees of freedom as the people of the smaller side allow; of fewer than
    ``LEAST_OF_A_MEAN`` people (or posts of one person) on a side the interval is not known and p is 1.
    """
    from scipy.special import stdtr, stdtrit

    values, later = np.asarray(values, dtype=float), np.asarray(later, dtype=bool)
    if not later.any() or later.all():
        return None
    clusters, number = clusters_of(people)
    before, after = float(values[~later].mean()), float(values[later].mean())
    residuals = np.where(later, values - after, values - before) * np.where(later, 1 / later.sum(), -1 / (~later).sum())
    parts = np.bincount(clusters, residuals, number)
    sides = [_effective(clusters[side]) for side in (later, ~later)]
    error = float(np.sqrt((parts**2).sum() * number / max(1, number - 1)))
    if min(sides) < LEAST_OF_A_MEAN or error < 1e-12:
        return Change(before, after, after - before, None, None, 1.0)
    freedom = min(sides) - 1
    half = float(stdtrit(freedom, 1 - SURE / 2)) * error
    change = after - before
    p = float(2 * stdtr(freedom, -abs(change) / error))
    return Change(before, after, change, change - half, change + half, p)


def holm(p: Sequence[float], level: float = SURE) -> list[bool]:
    """Which of some changes are sure so that none of them is wrong with a chance of 1 − ``level`` (Holm, 1979)."""
    order = np.argsort(p, kind="stable")
    sure = [False] * len(p)
    for place, one in enumerate(order):
        if p[one] > level / (len(p) - place):
            break
        sure[one] = True
    return sure


def few_wrong(p: Sequence[float] | np.ndarray, level: float = SURE) -> np.ndarray:
    """Which of many changes are sure so that at most ``level`` of those told are wrong (Benjamini and Hochberg, 1995).

    Where nothing changed at all, none is told with a chance of 1 − ``level``.
    """
    found = np.asarray(p, dtype=float)
    ordered = np.sort(found)
    good = np.flatnonzero(ordered <= level * np.arange(1, len(found) + 1) / max(1, len(found)))
    return found <= ordered[good[-1]] if len(good) else np.zeros(len(found), dtype=bool)


def _effective(clusters: np.ndarray) -> float:
    """How many equally busy people these posts stand for (Kish, 1965)."""
    sizes = np.unique(clusters, return_counts=True)[1].astype(float)
    return float(sizes.sum() ** 2 / (sizes**2).sum())
