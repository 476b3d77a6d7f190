"""Counts as exports write them, decided by the whole column."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.posts.numbers import NumberForm, number_form, read_count

COMMA, DOT, UNSEEN = NumberForm(",", True), NumberForm(".", True), NumberForm()


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("26.5K", 26_500),
        ("3,1K", 3_100),
        ("1.2M", 1_200_000),
        ("3,1 Mio.", 3_100_000),
        ("2 Tsd.", 2_000),
        ("1.5万", 15_000),
        ("1 204", 1204),
        ("1\u202f204", 1204),
        ("1'204", 1204),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1.234,5", 1234),
        ("1,234.5", 1234),
        ("5.0", 5),
        ("−3", -3),
        ("12+", 12),
        (" 7 ", 7),
        (True, None),
        (5.9, 5),
        ("1e3", 1000),
    ],
)
def test_counts_that_need_no_column(written: Any, count: int | None) -> None:
    assert read_count(written, UNSEEN) == count


def test_the_column_decides_what_a_dot_before_three_digits_is() -> None:
    european, english = number_form(["1.204", "12,5", "7"]), number_form(["1.204", "12.5"])
    assert (european, english) == (COMMA, DOT)
    assert (read_count("1.204", european), read_count("1.204", english)) == (1204, 1)
    assert (read_count("1,204", european), read_count("1,204", english)) == (1, 1204)
    assert read_count("1.204", UNSEEN) == read_count("1,204", UNSEEN) == 1204  # likes have no decimals


@pytest.mark.parametrize(
    "written", [[], ["1"], {"count": 1}, "many", "", "3 likes", float("inf"), "9" * 30, "1" * 100_000]
)
def test_what_is_no_count(written: Any) -> None:
    with pytest.raises(ValueError, match="is "):
        read_count(written, UNSEEN)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans()), st.sampled_from([COMMA, DOT, UNSEEN]))
def test_anything_is_a_count_nothing_or_a_value_error(value: Any, form: NumberForm) -> None:
    try:
        count = read_count(value, form)
    except ValueError:
        return
    assert count is None or abs(count) < 2**63
