"""People like given ones: a classifier for the seed list against everyone else, beside nearness to them.

Each person is told by what they write (the mean of their posts), and by where (the communities they visit, one by one
and by what a visit to each says of others). A logistic regression learns in which directions the seeds differ from
everyone else (as act-alike audiences do: Liu et al., KDD 2019); the nearest seeds and the communities that seeds visit
more often than others add what so few examples cannot teach it. ``weights/lookalike.json`` weighs the five scores by
how many seeds there are; it was fitted to whom such lists had been drawn from (``tools.training.lookalike``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tools.targeting.affinity import CommunityAffinity
from tools.targeting.post_matrix import PostMatrix

WEIGHTS = Path(__file__).parents[1] / "weights" / "lookalike.json"
SIGNALS = ("writing", "places", "visits", "nearest", "centre")
NEAREST = 3  # seeds that count as the nearest
RIDGE = 0.3  # inverse strength of the classifiers' ridge, for vectors of unit length
SMOOTHING = 0.5  # visits that are added to each community
FARTHEST = 4.0  # spreads from the mean at which a score is cut
Z80 = 1.2816


@dataclass(frozen=True)
class Likeness:
    """``probability`` (people,) of belonging to the people that the seeds were drawn from, ``low`` and ``high`` the
    ends of its 80 % interval; ``parts`` (people, len(SIGNALS)) what each score adds in log-odds.
    """

    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    parts: np.ndarray


@dataclass(frozen=True)
class Profiles:
    """What people are compared by: ``writing`` (people, 384) and ``visits`` (people, rank), both of unit length, and
    ``habit`` (people, communities), sparse, which communities each visits.
    """

    writing: np.ndarray
    visits: np.ndarray
    habit: object

    @classmethod
    def of(cls, matrix: PostMatrix, known: CommunityAffinity) -> Profiles:
        writing = _unit(matrix.centres - known.centre)
        place = known.places(matrix.folded)
        rank = known.visits.shape[1]
        toward = np.zeros((len(matrix.communities), 2 * rank), dtype=np.float32)
        there = place >= 0
        toward[there] = np.concatenate([known.visits[place[there]], known.visitors[place[there]]], axis=1)
        habit = (matrix.habit > 0).astype(np.float32)
        visits = np.asarray(habit @ _unit(toward))
        return cls(writing, _unit(visits), habit)


def likeness(profiles: Profiles, seeds: np.ndarray) -> Likeness:
    """How like the ``seeds`` (rows of people) everybody is."""
    weights = shipped_weights()
    scores = scores_of(profiles, seeds)
    counts = sorted(weights["by_seeds"], key=int)
    own = weights["by_seeds"][min(counts, key=lambda count: abs(np.log(int(count) / max(1, len(seeds)))))]
    parts = scores * np.array([own["weights"][name] for name in SIGNALS])
    logit, spread = parts.sum(1) + own["bias"], own["spread"]
    low, high = logit - Z80 * spread, logit + Z80 * spread
    return Likeness(_sigmoid(logit), _sigmoid(low), _sigmoid(high), parts)


def scores_of(profiles: Profiles, seeds: np.ndarray) -> np.ndarray:
    """(people, len(SIGNALS)) each score, standardised over all people but the seeds."""
    columns = [
        _direction(profiles.writing, seeds),
        _common_places(profiles, seeds),
        _direction(profiles.visits, seeds),
        _nearest(profiles.writing, seeds),
        profiles.writing @ _unit(profiles.writing[seeds].mean(0)),
    ]
    others = np.ones(len(profiles.writing), dtype=bool)
    others[seeds] = False
    return np.stack([_standardised(column, others) for column in columns], axis=1)


def _direction(vectors: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """(people,) log-odds of a logistic regression that tells the seeds from everyone else, both weighing the same."""
    from sklearn.linear_model import LogisticRegression

    labels = np.zeros(len(vectors), dtype=int)
    labels[seeds] = 1
    model = LogisticRegression(C=RIDGE, class_weight="balanced", max_iter=200).fit(vectors, labels)
    return np.asarray(model.decision_function(vectors))


def _common_places(profiles: Profiles, seeds: np.ndarray) -> np.ndarray:
    """(people,) sum, over the communities of each, of the log of how much oftener seeds visit them than others do."""
    habit = profiles.habit
    everyone = np.asarray(habit.sum(0)).ravel() + SMOOTHING  # type: ignore[attr-defined]
    mine = np.asarray(habit[seeds].sum(0)).ravel()  # type: ignore[index]
    share = everyone / habit.shape[0]  # type: ignore[attr-defined]
    lift = np.log((mine + SMOOTHING * share * 10) / (share * (len(seeds) + SMOOTHING * 10)))
    number = np.maximum(np.asarray(habit.sum(1)).ravel(), 1)  # type: ignore[attr-defined]
    return np.asarray(habit @ np.maximum(lift, 0)) / np.sqrt(number)  # type: ignore[operator]


def _nearest(vectors: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """(people,) mean cosine to the ``NEAREST`` seeds nearest to each; a seed is none of its own."""
    cosines = vectors @ vectors[seeds].T
    cosines[seeds, np.arange(len(seeds))] = -1.0
    count = min(NEAREST, cosines.shape[1])
    return np.sort(cosines, axis=1)[:, -count:].mean(1)


def _standardised(column: np.ndarray, others: np.ndarray) -> np.ndarray:
    of = column[others] if others.any() else column
    return np.clip((column - of.mean()) / (of.std() + 1e-9), -FARTHEST, FARTHEST)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)


def _sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


@cache
def shipped_weights() -> dict:  # type: ignore[type-arg]
    """The weights of the scores by number of seeds, and the figures that were measured."""
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
