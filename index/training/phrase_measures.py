"""Figures by which key phrases are judged: stemmed exact match among the first k."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from index.errors import AnalystError

CUTS = (5, 10)
_WORDS = re.compile(r"\w+")


@cache
def _stemmer() -> Callable[[str], str]:
    """Porter's stemmer (1980), as the key-phrase literature uses it."""
    try:
        import snowballstemmer
    except ImportError as error:
        raise AnalystError(
            "Key phrases are compared by their stems, and the package snowballstemmer is missing",
            todo="Run `pip install 'audience-analyst[train]'`.",
        ) from error
    return cache(snowballstemmer.stemmer("porter").stemWord)


def stemmed(phrase: str) -> str:
    """One spelling for a phrase's inflections; case, hyphens and white space count for nothing."""
    stem = _stemmer()
    return " ".join(stem(word) for word in _WORDS.findall(phrase.lower()))


def unique(phrases: Sequence[str]) -> list[str]:
    """Stemmed phrases without repetition, in order."""
    return [phrase for phrase in dict.fromkeys(map(stemmed, phrases)) if phrase]


def scores_at(predicted: Sequence[str], gold: Sequence[str], k: int) -> tuple[float, float, float]:
    """Precision, recall and F1 of the first ``k`` phrases of one text."""
    first, true = unique(predicted)[:k], set(unique(gold))
    hits = sum(phrase in true for phrase in first)
    precision, recall = hits / max(1, len(first)), hits / max(1, len(true))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def phrase_scores(predicted: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]) -> dict[str, float]:
    """``precision_at_5`` … ``f1_at_10``: means over texts; texts without a gold phrase are left out."""
    pairs = [(p, g) for p, g in zip(predicted, gold, strict=True) if unique(g)]
    scores: dict[str, float] = {}
    for k in CUTS:
        rows = np.array([scores_at(p, g, k) for p, g in pairs] or [(0.0, 0.0, 0.0)])
        for name, value in zip(("precision", "recall", "f1"), rows.mean(axis=0), strict=True):
            scores[f"{name}_at_{k}"] = float(value)
    return scores
