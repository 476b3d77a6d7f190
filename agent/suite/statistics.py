"""How sure the figures of a suite are: a few hundred questions leave room for luck."""

from __future__ import annotations

CONFIDENCE = 0.95


def least_likely(passed: int, of: int) -> float | None:
    """The pass rate that is reached with 95 % confidence: lower bound, one-sided (Clopper and Pearson, 1934)."""
    from scipy.special import betaincinv

    if not of:
        return None
    return float(betaincinv(passed, of - passed + 1, 1 - CONFIDENCE)) if passed else 0.0


def chance_of_difference(better: int, worse: int) -> float:
    """How likely two equal runs differ at least so much: ``better`` cases passed only here, ``worse`` only there.

    The exact two-sided test of McNemar (1947): each case that differs is the toss of a coin.
    """
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(better, worse), better + worse, 0.5))) if better + worse else 1.0
