"""Whether probabilities come true."""

from __future__ import annotations

import numpy as np


def reliability(probability: np.ndarray, engaged: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """People in ``bins`` of equal count by probability: how many, what was said, what came true."""
    parts = np.array_split(np.argsort(probability, kind="stable"), bins)
    return [
        {"people": len(part), "said": float(probability[part].mean()), "engaged": float(engaged[part].mean())}
        for part in parts
        if len(part)
    ]


def calibration_error(probability: np.ndarray, engaged: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al., 2015) over bins of equal count."""
    rows = reliability(probability, engaged, bins)
    return float(sum(row["people"] * abs(row["said"] - row["engaged"]) for row in rows) / len(probability))


def log_loss(probability: np.ndarray, engaged: np.ndarray) -> float:
    """Mean negative log-likelihood in nats."""
    right = np.where(engaged, probability, 1 - probability)
    return float(-np.log(np.maximum(right, 1e-12)).mean())
