"""Key phrases of a post, from the same pass that made its embedding.

A logistic regression over a few plain features of each candidate (``index/phrases/candidates.py``) says how likely an
editor would choose it: nearness to the post, rarity of its words, whether it is all that stands between two stop words,
where and how often it stands. The weights are in ``weights/phrases.json``,
made by ``python -m index.training.keywords``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.encoding.encoder import Reading
from index.phrases.candidates import FEATURES, Candidate, candidates, features, key_of, units_of
from index.phrases.phrase_prior import shipped_choices

WEIGHTS = Path(__file__).parents[1] / "weights" / "phrases.json"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A key phrase in lower case and its weight: how likely, from 0 to 1, an editor would choose it for the post."""

    text: str
    weight: float


@dataclass(frozen=True)
class Scorer:
    """A logistic regression: ``weights`` (features,) for the features as they are, and what is added to their sum."""

    weights: np.ndarray
    bias: float

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(candidates, features) → probabilities (candidates,)."""
        return 1 / (1 + np.exp(-(np.einsum("cf,f->c", rows, self.weights) + self.bias)))


@cache
def shipped_scorer() -> Scorer:
    """The scorer that ships with the project."""
    learned = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Scorer(np.array([learned["weights"][name] for name in FEATURES], np.float32), learned["bias"])


def key_phrases(text: str, reading: Reading, limit: int = 5) -> list[Phrase]:
    """The ``limit`` phrases that say most of a post, best first."""
    units = units_of(text, reading.words)
    found = candidates(text, units, reading.entities)
    if not found:
        return []
    rows = features(
        units,
        found,
        reading.word_vectors,
        reading.embedding,
        lambda candidate: shipped_choices().lean(key_of(candidate.text)),
    )
    weights = shipped_scorer()(rows)
    return [Phrase(found[i].text, float(weights[i])) for i in distinct(found, weights, limit)]


def distinct(found: Sequence[Candidate], weights: np.ndarray, limit: int) -> list[int]:
    """Indices of the ``limit`` best candidates, best first.

    Of a singular and its plural only one is chosen. A part of a chosen phrase is chosen too only where it also stands
    alone: "espresso" after "espresso machine" says something new only if the post speaks of espresso elsewhere.
    """
    chosen: list[int] = []
    keys: dict[int, str] = {}
    for i in np.argsort(-weights, kind="stable").tolist():
        if len(chosen) == limit:
            break
        keys[i] = key_of(found[i].text)
        if not any(_repeats(keys[i], found[i].times, keys[j], found[j].times) for j in chosen):
            chosen.append(i)
    return chosen


def _repeats(key: str, times: int, chosen: str, chosen_times: int) -> bool:
    """Whether one of the two is a part of the other and says nothing beside it."""
    if f" {key} " in f" {chosen} ":
        return key == chosen or times <= chosen_times
    return f" {chosen} " in f" {key} " and times >= chosen_times
