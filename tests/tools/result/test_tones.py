"""Tone is told by counts, and leans one way only where there are posts enough to say so."""

from __future__ import annotations

import pytest

from tools.result.line import lead
from tools.result.tones import SentimentShares, shares_of, sides_told, three_told, which_way


def shares(positive: int, neutral: int, negative: int) -> SentimentShares:
    return shares_of(["positive"] * positive + ["neutral"] * neutral + ["negative"] * negative)


@pytest.mark.parametrize(
    ("counts", "way"),
    [
        ((5, 4, 0), ""),  # nine posts lean nowhere
        ((6, 4, 0), "mostly positive"),
        ((1, 2, 8), "mostly negative"),
        ((2, 8, 2), "mostly neutral"),
        ((4, 4, 4), "mixed"),
        ((6, 5, 1), "more often positive than negative"),
        ((1, 8, 9), "more often negative than positive"),
    ],
)
def test_the_whole_leans_one_way_from_ten_posts_on(counts: tuple[int, int, int], way: str) -> None:
    assert which_way(shares(*counts)) == way


def test_counts_are_told_and_shares_beside_them_of_many_posts() -> None:
    assert lead(three_told(shares(6, 5, 1), "shares")).text == "6 are positive, 5 neutral and 1 negative"
    assert lead(three_told(shares(1, 0, 2), "shares")).text == "1 is positive, 0 neutral and 2 negative"
    assert lead(sides_told(shares(50, 25, 25), "shares")).text == "50 (50 %) positive and 25 (25 %) negative"
    many = lead(sides_told(shares(50, 25, 25), ""))
    assert [cell.path for cell in many.cells if cell.path] == ["positive", "negative"]
