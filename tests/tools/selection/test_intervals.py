"""How sure a mean is, against the formula worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from tools.selection.intervals import margin

T = {1: 12.7062, 3: 3.18245, 5: 2.57058}  # Student's t at 97.5 % by degrees of freedom


def test_every_person_with_one_post_gives_the_common_standard_error() -> None:
    values = pd.Series([1.0, 2.0, 3.0, 6.0])
    expected = T[3] * values.std(ddof=1) / 2  # s / √n
    assert margin(values, pd.Series(list("abcd"))) == pytest.approx(expected, rel=1e-5)


def test_posts_of_one_person_count_as_one_voice() -> None:
    values = pd.Series([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    by_person = margin(values, pd.Series(list("aaabbb")))
    # residual sums ∓1.5: √((2.25 + 2.25) · 2/1) / 6
    assert by_person == pytest.approx(T[1] * 4.5**0.5 * 2**0.5 / 6, rel=1e-5)
    by_post = margin(values, pd.Series(list("abcdef")))
    assert by_post is not None and by_person is not None and by_person > by_post


def test_one_person_cannot_disagree() -> None:
    assert margin(pd.Series([1.0, 5.0]), pd.Series(["a", "a"])) is None
    assert margin(pd.Series([1.0]), pd.Series(["a"])) is None
    assert margin(pd.Series([2.0, 2.0]), pd.Series(["a", "b"])) == 0


def test_the_more_groups_are_compared_the_wider() -> None:
    values, people = pd.Series([1.0, 2.0, 4.0]), pd.Series(list("abc"))
    one, many = margin(values, people), margin(values, people, compared=24)
    assert one is not None and many is not None
    # With two degrees of freedom Student's t is (2p − 1) / √(2p(1 − p)).
    wide, narrow = ((2 * p - 1) / (2 * p * (1 - p)) ** 0.5 for p in (1 - 0.05 / 48, 0.975))
    assert many / one == pytest.approx(wide / narrow, rel=1e-6)
