"""Figures by which the heads are judged."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from index.encoding.tagging import Span


def macro_recall(predicted: Tensor, gold: Tensor) -> float:
    """Mean over classes of the share of that class found (TweetEval's measure of sentiment)."""
    return float(torch.stack([(predicted[gold == c] == c).float().mean() for c in gold.unique()]).mean())


def macro_f1(predicted: Tensor, gold: Tensor) -> float:
    """Mean over classes of the harmonic mean of precision and recall."""
    scores = []
    for c in gold.unique():
        right = ((predicted == c) & (gold == c)).sum()
        scores.append(2 * right / ((predicted == c).sum() + (gold == c).sum()))
    return float(torch.stack(scores).mean())


def calibration_error(probabilities: Tensor, gold: Tensor, bins: int = 15) -> float:
    """Expected calibration error of the top class (Guo et al., 2017)."""
    confidence, predicted = probabilities.max(1)
    right = (predicted == gold).float()
    which = (confidence * bins).long().clamp(max=bins - 1)
    gaps = [
        (which == b).float().mean() * (confidence[which == b].mean() - right[which == b].mean()).abs()
        for b in which.unique()
    ]
    return float(torch.stack(gaps).sum())


def fit_temperature(logits: Tensor, gold: Tensor) -> float:
    """The temperature with the least negative log-likelihood on a dev set (Guo et al., 2017)."""
    grid = torch.linspace(0.5, 4.0, 141)
    losses = [torch.nn.functional.cross_entropy(logits / t, gold) for t in grid]
    return float(grid[int(torch.stack(losses).argmin())])


def span_f1(predicted: Sequence[Sequence[Span]], gold: Sequence[Sequence[Span]]) -> dict[str, float]:
    """Entity-level precision, recall and F1: a span counts if its limits and type are both right."""
    found = sum(len(set(p) & set(g)) for p, g in zip(predicted, gold, strict=True))
    said, true = sum(map(len, predicted)), sum(map(len, gold))
    precision, recall = found / max(1, said), found / max(1, true)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / max(1e-9, precision + recall)}
