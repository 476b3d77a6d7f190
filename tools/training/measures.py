"""Figures by which a ranking of people is judged."""

from __future__ import annotations

import numpy as np


def figures(scores: np.ndarray, engaged: np.ndarray) -> dict[str, float]:
    """AUC, precision among the first 20, lift in the top 5 %. Ties stand in the order given."""
    from sklearn.metrics import roc_auc_score

    order = np.argsort(-scores, kind="stable")
    top = max(1, len(order) // 20)
    return {
        "auc": float(roc_auc_score(engaged, scores)),
        "p_at_20": float(engaged[order[:20]].mean()),
        "lift_at_5": float(engaged[order[:top]].mean() / engaged.mean()),
    }


def reliability(probability: np.ndarray, engaged: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """People in ``bins`` of equal count by probability: how many, what was said, what came true."""
    parts = np.array_split(np.argsort(probability, kind="stable"), bins)
    return [
        {"people": len(part), "said": float(probability[part].mean()), "engaged": float(engaged[part].mean())}
        for part in parts
        if len(part)
    ]


def calibration_error(probability: np.ndarray, engaged: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count."""
    rows = reliability(probability, engaged, bins)
    return float(sum(row["people"] * abs(row["said"] - row["engaged"]) for row in rows) / len(probability))
