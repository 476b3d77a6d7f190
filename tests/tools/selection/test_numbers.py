"""Numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.selection.numbers import MONTHS, ONES, TENS, as_number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("5", 5),
        ("top 25 people", 25),
        ("3rd", 3),
        ("1,200", 1200),
        ("10k", 10_000),
        ("10K followers", 10_000),
        ("2.5k", 2500),
        ("1.5 million", 1_500_000),
        ("3m", 3_000_000),
        ("1 bn", 1),
        ("2bn", 2_000_000_000),
        ("10 mentions", 10),
        ("5 kilometres", 5),
        ("3 dozen", 36),
        ("4 hundreds", 400),
        ("1.1k", 1100),
        ("ten", 10),
        ("twenty-five", 25),
        ("Twenty five", 25),
        ("a couple", 2),
        ("a couple of", 2),
        ("a few", 3),
        ("half a dozen", 6),
        ("a couple of dozen", 24),
        ("few dozen", 36),
        ("a hundred", 100),
        ("hundreds of", 100),
        ("two hundred and fifty", 250),
        ("one hundred and twenty-five", 125),
        ("ten thousand", 10_000),
        ("a million", 1_000_000),
        ("half a million", 500_000),
        ("one and a half million", 1_500_000),
        ("two thousand three hundred", 2300),
        ("a couple thousand", 2000),
        ("zero", 0),
        ("Twenty  five", 25),
        ("ninety-nine", 99),
        ("100 people", 100),
    ],
)
def test_numbers(said: str, number: int) -> None:
    assert as_number(said) == number


@pytest.mark.parametrize(
    "said",
    [
        "",
        "everyone",
        "lots",
        "top thirty",
        "twenty-ten",
        "a",
        "and",
        "of a",
        "half",
        "a half",
        "banana",
        "ten bananas",
        "two three",
        "ten five",
        "five twenty",
        "some",
    ],
)
def test_what_is_no_number(said: str) -> None:
    assert as_number(said) is None


@given(st.integers(0, 10**12 - 1))
def test_digits_are_themselves(number: int) -> None:
    assert as_number(str(number)) == as_number(f"{number:,}") == number


@given(st.integers(21, 99).filter(lambda number: number % 10))
def test_tens_and_ones(number: int) -> None:
    tens = next(word for word, value in TENS.items() if value == number // 10 * 10)
    ones = next(word for word, value in ONES.items() if value == number % 10)
    assert as_number(f"{tens}-{ones}") == as_number(f"{tens} {ones}") == number


def test_months() -> None:
    assert set(MONTHS.values()) == set(range(1, 13)) and MONTHS["sept"] == MONTHS["september"] == 9
