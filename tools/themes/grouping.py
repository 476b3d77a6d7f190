"""Groups of posts that say alike things.

A short post has few of the words of its theme. So its words are filled up with those of the posts nearest to it in
meaning (TF-IDF, averaged over neighbours by MiniLM vectors), then reduced to leading directions (latent semantic
analysis; Deerwester et al., 1990) and grouped by direction (spherical k-means; Dhillon and Modha, 2001). The mean of
all selected posts, which is what they share, is taken off before neighbours are looked for. The number of groups is
the largest that other samples of the posts give again (Ben-Hur et al., 2002), or where none is, the best from five on.
Everything is seeded: the same posts give the same groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.themes.reading import ReadPosts, plain_words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FITTED = 4000  # posts by which groups are made; further ones join the nearest
SAMPLED = 2500  # … where there are further ones
FEWEST, MOST = 2, 10
LEAST_GROUP = 8  # mean posts a group, where there are few
NEIGHBOURS, NEIGHBOUR_SHARE = 30, 0.8  # whose words fill up a post's own, and how much they count
DIRECTIONS = 30
RESAMPLES = 3
STABLE = 0.6  # adjusted Rand index from which groups count as found again
TELLING = 5  # groups that are made at least where no number is stable: two are most alike in all samples, and say least
JUDGED = 800  # posts by which numbers of groups are compared
FITS = 0.6  # cosine to the middle of its group below which a post fits nowhere
NOWHERE = -1
ENDINGS = ("ing", "ed", "es", "s", "er", "ly")
SEED = 0


@dataclass(frozen=True)
class Groups:
    """``labels`` (posts,): the group of each, or ``NOWHERE``; ``nearness`` (posts,) its cosine to the group's middle.

    ``stability`` is the mean adjusted Rand index of the groups in bootstrap samples of the posts with these (up to 1).
    """

    labels: np.ndarray
    nearness: np.ndarray
    number: int
    stability: float


def group_posts(posts: ReadPosts, fitted: int = FITTED, number: int | None = None) -> Groups:
    """The groups of the posts, from 0 on; made from ``fitted`` of them where there are more.

    As many as are steady, or about ``number``, without asking how steady these are (``stability`` is NaN).
    """
    from threadpoolctl import threadpool_limits

    if len(posts) > fitted:
        fitted = min(fitted, SAMPLED)
    with threadpool_limits(1):  # on a busy machine threads wait longer for each other than such small steps take
        points = features([plain_words(text) for text in posts.texts[:fitted]], posts.vectors[:fitted])
        if number is None:
            number, stability = _number(points)
        else:
            number, stability = min(number, _most(points)), float("nan")
        labels, centres = _fit(points, number)
        nearness = np.einsum("nd,nd->n", points, centres[labels])
        labels = np.where(nearness < FITS, NOWHERE, labels)
        if len(posts) > fitted:
            labels, nearness = _joined(posts.vectors, labels, nearness, number)
    return Groups(labels, nearness, number, stability)


def features(words: list[str], vectors: np.ndarray) -> np.ndarray:
    """(posts, ≤ 30) of unit length, or zero for a post without any word that others have: what each post says."""
    from sklearn.decomposition import TruncatedSVD

    matrix = _smoothed(_tfidf(words), vectors)
    if min(matrix.shape) <= DIRECTIONS:
        return unit(np.asarray(matrix.todense()))
    found = TruncatedSVD(DIRECTIONS, random_state=SEED, n_iter=4).fit_transform(matrix)
    return unit(found)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Each row of length 1; rows of nothing stay nothing."""
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9))


def _tfidf(words: list[str]) -> csr_matrix:
    """(posts, stems); nothing where no stem is in two posts."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    least = 3 if len(words) >= 100 else 2 if len(words) >= 12 else 1
    most = 0.3 if len(words) >= 100 else 0.9  # what nearly all say tells nothing apart
    try:
        found = TfidfVectorizer(analyzer=stems_of, sublinear_tf=True, min_df=least, max_df=most, dtype=np.float32)
        return found.fit_transform(words)
    except ValueError:  # no word is left
        return csr_matrix((len(words), 1), dtype=np.float32)


def stems_of(text: str) -> list[str]:
    """The words of a text in small letters that say something, without their endings."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return [_stem(word) for word in text.split() if word not in ENGLISH_STOP_WORDS and len(word) > 1]


def _stem(word: str) -> str:
    word = word.partition("'")[0].partition("’")[0]
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: len(word) - len(ending)]
    return word


def _smoothed(matrix: csr_matrix, vectors: np.ndarray) -> csr_matrix:
    """Each post's words mixed with those of its neighbours in meaning."""
    from scipy.sparse import csr_matrix

    number = len(vectors)
    neighbours = min(NEIGHBOURS, max(1, number // 5), number - 1)
    apart = unit(vectors - vectors.mean(axis=0)).astype(np.float32)
    near = apart @ apart.T
    np.fill_diagonal(near, -2)
    nearest = np.argpartition(-near, neighbours - 1, axis=1)[:, :neighbours]
    rows = np.repeat(np.arange(number), neighbours)
    weights = np.full(nearest.size, 1 / neighbours, np.float32)
    graph = csr_matrix((weights, (rows, nearest.ravel())), shape=(number, number))
    return ((1 - NEIGHBOUR_SHARE) * matrix + NEIGHBOUR_SHARE * (graph @ matrix)).tocsr()


def _number(points: np.ndarray) -> tuple[int, float]:
    """How many groups there are, and how surely other samples of the posts give them again."""
    from sklearn.metrics import adjusted_rand_score

    judged = points[:JUDGED]  # the posts come in an order of chance
    most = _most(judged)
    dice = np.random.default_rng(SEED)
    samples = [judged[dice.integers(len(judged), size=len(judged))] for _ in range(RESAMPLES)]
    found: dict[int, float] = {}
    for number in range(most, FEWEST - 1, -1):
        labels, _ = _fit(judged, number)
        again = [_nearest(judged, _fit(sample, number)[1]) for sample in samples]
        found[number] = float(np.mean([adjusted_rand_score(labels, other) for other in again]))
        if found[number] >= STABLE:
            return number, found[number]
    best = steadiest(found)
    return best, found[best]


def steadiest(found: Mapping[int, float]) -> int:
    """The steadiest number of groups, none of which is steady; small numbers are not asked where larger ones were."""
    least = min(TELLING, max(found))
    return max((number for number in found if number >= least), key=lambda number: (round(found[number], 2), number))


def _most(points: np.ndarray) -> int:
    """The largest number of groups worth trying."""
    return max(FEWEST, min(MOST, len(points) // LEAST_GROUP, len(np.unique(points.round(3), axis=0))))


def _fit(points: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and the middles (groups, directions) of unit length."""
    from sklearn.cluster import KMeans

    number = min(number, len(np.unique(points.round(6), axis=0)))
    found = KMeans(number, n_init=3, random_state=SEED).fit(points)
    return found.labels_, unit(found.cluster_centers_)


def _nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return np.asarray((points @ centres.T).argmax(axis=1))


def _joined(
    vectors: np.ndarray, labels: np.ndarray, nearness: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """Posts beyond those fitted join the group whose posts they are nearest to in meaning; as many of them fit
    nowhere.
    """
    fitted = len(labels)
    apart = unit(vectors - vectors[:fitted].mean(axis=0))
    kept = [group for group in range(number) if (labels == group).any()]
    centres = unit(np.array([apart[:fitted][labels == group].mean(axis=0) for group in kept]))
    cosines = apart @ centres.T
    best = cosines.max(axis=1)
    edge = np.quantile(best[:fitted], float((labels == NOWHERE).mean()))
    joined = np.where(best < edge, NOWHERE, np.array(kept)[cosines.argmax(axis=1)])
    joined[:fitted], best[:fitted] = labels, nearness
    return joined, best
