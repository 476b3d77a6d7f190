"""Groups of people who write about alike things: their vectors, how many groups there are, and who is in which.

People are clustered by direction in the leading principal components of their vectors (spherical k-means; Dhillon and
Modha, 2001). Each number of groups is judged by how well the groups are parted (silhouette; Rousseeuw, 1987) and by
whether other samples of the same people give them again (stability under resampling; Ben-Hur et al., 2002, measured
with the adjusted Rand index). Everything is seeded and people come in the order of their names: the same posts always
give the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.errors import AnalystError
from tools.library import Library
from tools.result.words import count as counted
from tools.selection.own_words import Basis
from tools.selection.posts import Selection
from tools.targeting.view import view_of

FEWEST, MOST = 2, 20
LEAST_PEOPLE = 4
COMPONENTS = 10  # of 384; the rest is what sets one person apart, not a group
JUDGED_PEOPLE = 600  # on so many people the numbers of groups are compared
RESAMPLES, RESAMPLE_SHARE = 3, 0.8
STABLE = 0.5  # adjusted Rand index from which groups count as found again
AS_GOOD = 0.01  # of numbers whose silhouette differs by no more, the largest is taken: it says more
LEAST_GROUP = 10  # mean people a group, where the number of groups is not given
READ_POSTS = 6000  # posts whose vectors are read for a topic, a time or a community
CRITERION = (
    f"best silhouette among the numbers of groups from {FEWEST} to {MOST} that are found again in other samples of "
    f"the people (adjusted Rand index of at least {STABLE}; where none is, the steadiest); of nearly equal ones the "
    "largest"
)
SEED = 0


@dataclass(frozen=True)
class Trial:
    """A number of groups: ``silhouette`` (−1 to 1) says how well parted they are, ``stability`` (up to 1) how surely
    other samples give them again.
    """

    groups: int
    silhouette: float
    stability: float


@dataclass(frozen=True)
class Grouping:
    """``vectors`` (people, 384) of unit length; ``labels`` (people,), 0 the largest group; ``chosen`` is one of
    ``trials``. ``left_out`` people had no post among those read.
    """

    people: list[str]
    vectors: np.ndarray
    labels: np.ndarray
    chosen: Trial
    trials: list[Trial]
    left_out: int = 0

    def members(self, label: int) -> np.ndarray:
        """Rows of the people of one group."""
        return np.flatnonzero(self.labels == label)

    def centre(self, label: int) -> np.ndarray:
        """(384,) of unit length."""
        return _unit(self.vectors[self.members(label)].mean(axis=0))


def group_people(library: Library, selection: Selection | None, groups: int | None = None) -> Grouping:
    """People of the posts selected (None: everyone) in ``groups`` groups, or in as many as ``CRITERION`` finds.

    Everyone counts with all their posts; in a selection with the posts that are in it. Raises AnalystError if there
    are too few people, or fewer than two for each group asked for.
    """
    words, basis = (selection.words, selection.basis) if selection is not None else ("", Basis())
    if selection is not None and (selection.where != basis.where or basis.values):
        return _grouped(*_of_posts(library, selection), groups, words)
    key = groups, basis.where
    if key not in library.groupings:
        library.groupings[key] = _grouped(*_everyone(library, basis), groups, words)
    return library.groupings[key]


def _grouped(names: list[str], vectors: np.ndarray, left_out: int, groups: int | None, writing: str = "") -> Grouping:
    from threadpoolctl import threadpool_limits

    who = counted(len(names), "person", "people") + (f" with posts {writing}" if writing else "")
    most = _most_groups(who, vectors, groups)
    with threadpool_limits(1):  # on a busy machine threads wait longer for each other than such small steps take
        points = _unit(_components(vectors, COMPONENTS))
        trials = _trials(points, range(FEWEST, most + 1) if groups is None else [groups])
        chosen = trials[0] if groups else _best(trials)
        labels = _ordered(_fit(points, chosen.groups, starts=10).labels_)
    return Grouping(names, vectors, labels, chosen, trials, left_out)


def _most_groups(who: str, vectors: np.ndarray, groups: int | None) -> int:
    """The largest number of groups worth trying. Raises AnalystError if none is, or fewer than asked for."""
    people = len(vectors)
    if people < LEAST_PEOPLE:
        raise AnalystError(
            f"{who} {'is' if people == 1 else 'are'} too few for groups; it takes {LEAST_PEOPLE}",
            todo="Widen the topic, the time or the community.",
        )
    alike = len(np.unique(vectors.round(3), axis=0))
    if alike < FEWEST:
        raise AnalystError(f"These {who} write all the same: there are no groups", todo="Widen what is looked at.")
    if groups is None:
        return max(FEWEST, min(MOST, alike, people // LEAST_GROUP))
    possible = min(MOST, alike, people // 2)
    if not FEWEST <= groups <= possible:
        raise AnalystError(
            f"{who} cannot be told apart into {counted(groups, 'group')}", todo=f"Ask for {FEWEST} to {possible}."
        )
    return groups


def _everyone(library: Library, basis: Basis) -> tuple[list[str], np.ndarray, int]:
    if basis.where != "true":
        matrix = view_of(library, basis).matrix
        return list(matrix.authors), _unit(matrix.centres), 0
    names, vectors = library.people_vectors
    order = sorted(range(len(names)), key=names.__getitem__)  # the store keeps its own order
    return [names[row] for row in order], vectors[order], 0


def _of_posts(library: Library, selection: Selection) -> tuple[list[str], np.ndarray, int]:
    """People of the posts selected with the mean direction of those posts; how many people were left out.

    Of very many posts a part is read: everybody's first (in an order by hash), then everybody's second, and so on.
    """
    rows = library.facts.rows(
        f"SELECT p.id, p.author, row_number() OVER (PARTITION BY p.author ORDER BY hash(p.id), p.id) AS place "
        f"FROM posts p WHERE {selection.where} ORDER BY place, hash(p.author), p.author",
        selection.values,
    )
    author = {id_: name for id_, name, _ in rows[:READ_POSTS]}
    ids, vectors = library.vectors_of(list(author))
    names = sorted(set(author.values()))
    place = {name: row for row, name in enumerate(names)}
    order = np.argsort(ids)  # sums in a fixed order: the same to the last bit
    sums = np.zeros((len(names), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, [place[author[ids[row]]] for row in order], vectors[order])
    return names, _unit(sums), len({name for _, name, _ in rows}) - len(names)


def _trials(points: np.ndarray, numbers: range | list[int]) -> list[Trial]:
    """Each number of groups with its figures, measured on a seeded sample of the people."""
    from sklearn.metrics import adjusted_rand_score, pairwise_distances, silhouette_score

    dice = np.random.default_rng(SEED)
    judged = points[np.sort(dice.permutation(len(points))[:JUDGED_PEOPLE])]
    apart = pairwise_distances(judged)
    size = max(LEAST_PEOPLE, round(RESAMPLE_SHARE * len(judged)))
    parts = [judged[dice.permutation(len(judged))[:size]] for _ in range(RESAMPLES)]
    trials = []
    for groups in numbers:
        labels = _fit(judged, groups, starts=3).labels_
        again = [_fit(part, groups, starts=1).predict(judged) for part in parts if len(part) >= groups]
        stability = np.mean([adjusted_rand_score(labels, other) for other in again]) if again else 0.0
        several = 1 < len(np.unique(labels)) < len(labels)
        parted = silhouette_score(apart, labels, metric="precomputed") if several else 0.0
        trials.append(Trial(groups, round(float(parted), 4), round(float(stability), 4)))
    return trials


def _best(trials: list[Trial]) -> Trial:
    steady = [trial for trial in trials if trial.stability >= STABLE]
    if not steady:
        return max(trials, key=lambda trial: (trial.stability, -trial.groups))
    best = max(trial.silhouette for trial in steady)
    return next(trial for trial in reversed(steady) if trial.silhouette >= best - AS_GOOD)


def _fit(points: np.ndarray, groups: int, *, starts: int):  # type: ignore[no-untyped-def]
    """A fitted ``sklearn.cluster.KMeans``, the best of ``starts`` seeded starts."""
    from sklearn.cluster import KMeans

    return KMeans(groups, n_init=starts, random_state=SEED).fit(points)


def _components(vectors: np.ndarray, number: int) -> np.ndarray:
    """(people, number): principal components by the covariance's eigenvectors, without chance."""
    from sklearn.decomposition import PCA

    number = min(number, *vectors.shape)
    return PCA(number, svd_solver="covariance_eigh").fit_transform(vectors.astype(np.float64))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)


def _ordered(labels: np.ndarray) -> np.ndarray:
    """Labels from 0, the largest group first; of equal ones that with the first person."""
    found, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(found)), key=lambda i: (-sizes[i], first[i]))
    rank = {found[i]: place for place, i in enumerate(order)}
    return np.array([rank[label] for label in labels])
