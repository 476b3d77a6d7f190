"""Figures of a ranking, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tools.training.measures import figures


def test_a_perfect_ranking() -> None:
    engaged = np.arange(100) < 5
    assert figures(-np.arange(100.0), engaged) == {"auc": 1.0, "p_at_20": 0.25, "lift_at_5": 20.0}


def test_a_ranking_by_hand() -> None:
    # Of forty people the first and the fourth engaged: 2 of 38 are wrongly before the fourth.
    engaged = np.isin(np.arange(40), [0, 3])
    found = figures(-np.arange(40.0), engaged)
    assert found["auc"] == pytest.approx(1 - 2 / (2 * 38))
    assert found["p_at_20"] == pytest.approx(2 / 20)
    assert found["lift_at_5"] == pytest.approx((1 / 2) / (2 / 40))


def test_ties_say_nothing() -> None:
    found = figures(np.zeros(40), np.arange(40) >= 38)
    assert found == {"auc": 0.5, "p_at_20": 0.0, "lift_at_5": 0.0}


def test_under_twenty_people_the_top_is_one() -> None:
    assert figures(np.array([3.0, 2.0, 1.0]), np.array([True, False, False]))["lift_at_5"] == pytest.approx(3)
