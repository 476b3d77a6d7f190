"""Figures by which a ranking of people is judged."""

from __future__ import annotations

import numpy as np

from tools.targeting.reliability import calibration_error, reliability

__all__ = ["calibration_error", "figures", "reliability"]


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
