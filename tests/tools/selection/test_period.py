"""One period from words or dates, whichever way they are given."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.registry import call_tool
from tools.selection.period import Period, period_of, turned

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("after 2023", None, "2024-01-01", None),
        (None, "after 2023", "2024-01-01", None),
        ("after 5 March 2024", None, "2024-03-06", None),
        ("before 2023", "2024", None, "2022-12-31"),
        ("before 2023", "before 2023", None, "2022-12-31"),
        ("2021", "before 2023", "2021-01-01", "2022-12-31"),
        ("after 2021", "before 2023", "2022-01-01", "2022-12-31"),
        ("Jan-Mar 2023", "Jan-Mar 2023", "2023-01-01", "2023-03-31"),
        ("jan–mar 2023", "jan–mar 2023", "2023-01-01", "2023-03-31"),
        ("last decade", "last decade", "2010-01-01", "2019-12-31"),
        ("the past decade", None, "2016-11-22", None),
        ("two weekends ago", "two weekends ago", "2026-11-07", "2026-11-08"),
        ("a weekend ago", "a weekend ago", "2026-11-14", "2026-11-15"),
        ("last week", "last week", "2026-11-09", "2026-11-15"),
        ("last month", "last month", "2026-10-01", "2026-10-31"),
        ("today", "today", "2026-11-22", "2026-11-22"),
        ("November", "January", "2025-11-01", "2026-01-31"),
        ("2024-03", "2024-03", "2024-03-01", "2024-03-31"),
    ],
)
def test_periods(since: str | None, until: str | None, first: str | None, last: str | None) -> None:
    period = period_of(since, until, today=TODAY)
    assert period.arguments == {k: v for k, v in (("since", first), ("until", last)) if v}


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2025-01-01", "2025-12-31", "in 2025"),
        ("2024-02-01", "2024-02-29", "in February 2024"),
        ("2024-02-03", "2024-02-03", "on 2024-02-03"),
        ("2024-03-01", "2024-06-15", "since 2024-03 until 2024-06-15"),
        ("2024-01-01", None, "since 2024"),
        (None, "2024-12-31", "until 2024"),
        (None, None, ""),
    ],
)
def test_words(first: str | None, last: str | None, words: str) -> None:
    period = Period(first and date.fromisoformat(first), last and date.fromisoformat(last))  # type: ignore[arg-type]
    assert period.words == words
    assert bool(period) == bool(words)


@pytest.mark.parametrize(
    "text",
    ["", "x", "24", "2024-13", "2024-00", "2024-01-00", "2023-02-29", "2024-02-30", "0000", "20245", "2024 or so",
     "2024-03 x", "'; DROP VIEW posts; --", "2024-01-01' OR '1'='1", "after 9999", "next month"],
)  # fmt: skip
def test_no_dates(text: str) -> None:
    for since, until in ((text, None), (None, text)):
        with pytest.raises(AnalystError, match="is no date"):
            period_of(since, until, today=TODAY)


def test_an_empty_time_is_refused() -> None:
    with pytest.raises(AnalystError, match="Put the earlier date first"):
        period_of("2025", "2024", today=TODAY)
    with pytest.raises(AnalystError, match="is empty"):
        period_of("after 2023", "2023", today=TODAY)


@given(st.none() | st.text(max_size=20), st.none() | st.text(max_size=20))
def test_any_text_is_a_time_or_refused(since: str | None, until: str | None) -> None:
    try:
        period = period_of(since, until, today=TODAY, last_post=date(2023, 6, 30))
    except AnalystError as error:
        assert "is no date" in str(error) or "is empty" in str(error)
    else:
        assert not period.first or not period.last or period.first <= period.last


def test_tools_understand_words(tmp_path: Path) -> None:
    rows = [
        post("a", "ana", "tea", at="2023-05-10T10:00:00+00:00"),
        post("b", "ben", "tea", at="2023-06-30T10:00:00+00:00"),
    ]
    library = make_library(tmp_path, rows)
    assert call_tool(library, "get_profile", {"user": "ana", "since": "last month", "until": "last month"}).posts == 1  # type: ignore[attr-defined]


def test_after_stays_with_the_time_that_it_stands_before() -> None:
    assert turned("since", "2023", "posts after ") == ("since", "after 2023")
    assert turned("since", "2023", "posts since ") == ("since", "2023")
