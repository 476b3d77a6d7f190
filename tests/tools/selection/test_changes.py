"""Changes that are more than chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tools.selection.changes import exact, few_wrong, holm, mean_change, share_changes

LATER = np.repeat([False, True], 100)
EACH_OTHER = [f"p{n}" for n in range(200)]


def has(before: int, after: int) -> csr_matrix:
    """One thing in the first ``before`` of a hundred earlier posts and the first ``after`` of as many later ones."""
    column = np.zeros((200, 1))
    column[:before], column[100 : 100 + after] = 1, 1
    return csr_matrix(column)


def test_a_share_that_grew_and_one_that_hardly_did() -> None:
    assert share_changes(has(5, 30), LATER, EACH_OTHER)[0] < 0.001
    assert share_changes(has(5, 8), LATER, EACH_OTHER)[0] > 0.3
    assert share_changes(has(0, 0), LATER, EACH_OTHER)[0] == 1


def test_thirty_posts_of_one_person_are_one_voice() -> None:
    people = [*EACH_OTHER[:100], *["mad"] * 30, *EACH_OTHER[130:]]
    assert share_changes(has(0, 30), LATER, people)[0] > 0.2


def test_few_posts_of_a_long_period_prove_nothing() -> None:
    """Ten of ten posts lie in the later time, which has nine tenths of all posts: chance does that in one case of
    three.
    """
    later = np.arange(1000) >= 100
    column = np.zeros((1000, 1))
    column[100:110] = 1
    (p,) = share_changes(csr_matrix(column), later, [f"p{n}" for n in range(1000)])
    assert p > 0.3


def test_exact_is_fishers_test() -> None:
    from scipy.stats import fisher_exact

    assert exact(np.array([3]), np.array([12]), 50, 50)[0] == pytest.approx(fisher_exact([[3, 47], [12, 38]])[1])


def test_chance_is_blamed_as_often_as_promised() -> None:
    """Of 400 comparisons of nothing, by people who repeat themselves, about one in twenty may look sure."""
    dice = np.random.default_rng(3)
    people = dice.integers(40, size=200)
    liking = dice.uniform(0.05, 0.4, size=(40, 400))
    found = share_changes(csr_matrix(dice.random((200, 400)) < liking[people]), LATER, people.astype(str))
    assert (found < 0.05).mean() <= 0.05


def test_a_mean_that_fell() -> None:
    dice = np.random.default_rng(0)
    values = np.where(LATER, -0.3, 0.2) + dice.normal(0, 0.3, 200)
    found = mean_change(values, LATER, EACH_OTHER)
    assert found is not None and found.p < 0.001
    assert found.low is not None and found.high is not None and found.low < -0.5 < found.high < 0
    assert found.change == pytest.approx(found.after - found.before)


def test_a_mean_of_two_people_is_not_known() -> None:
    found = mean_change(np.array([0.9, 0.8, -0.9, -0.8]), np.array([False, False, True, True]), ["a", "b", "a", "c"])
    assert found is not None and found.p == 1 and found.low is None
    assert mean_change(np.array([1.0]), np.array([True]), ["a"]) is None


def test_families_of_comparisons() -> None:
    assert holm([0.001, 0.04, 0.02], 0.05) == [True, True, True]
    assert holm([0.001, 0.04, 0.03], 0.05) == [True, False, False]
    assert few_wrong([0.01, 0.02, 0.03, 0.9]).tolist() == [True, True, True, False]
    assert few_wrong([]).tolist() == []
