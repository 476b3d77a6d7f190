"""How sure a mean is when people write several posts each, and how sure a share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CONFIDENCE = 0.95


def margin(values: pd.Series[float], people: pd.Series | np.ndarray, *, compared: int = 1) -> float | None:
    """Half width of the 95 % interval of a mean; None with fewer than two people, who could not disagree.

    Posts of one person are alike, so each person is one cluster (Liang and Zeger, 1986; Student's t for few people).
    Where the best of several groups is sought, ``compared`` widens the interval so that it holds for all of them
    together (Bonferroni).
    """
    from scipy.special import stdtrit

    from_mean = (values - values.mean()).groupby(people).sum()
    clusters = len(from_mean)
    if clusters < 2:
        return None
    error = float((from_mean**2).sum() * clusters / (clusters - 1)) ** 0.5 / len(values)
    return float(stdtrit(clusters - 1, 1 - (1 - CONFIDENCE) / 2 / compared)) * error


def margins(
    squares: pd.Series[float], clusters: pd.Series[int], posts: pd.Series[int], compared: int = 1
) -> pd.Series[float]:
    """``margin`` of many groups (groups,): from the sum of the squares of what each person's posts lie from the mean,
    from the number of people and of posts. Not a number with fewer than two people.
    """
    from scipy.special import stdtrit

    some = clusters.where(clusters > 1)
    error = (squares * some / (some - 1)) ** 0.5 / posts
    return error * stdtrit(some - 1, 1 - (1 - CONFIDENCE) / 2 / compared)


def wilson(part: float, whole: float) -> tuple[float, float]:
    """The 95 % interval of a share of ``part`` in ``whole`` (Wilson, 1927)."""
    z2 = 1.96**2
    centre = (part + z2 / 2) / (whole + z2)
    half = 1.96 * ((part * (whole - part) / whole + z2 / 4) ** 0.5) / (whole + z2)
    return max(0.0, centre - half), min(1.0, centre + half)
