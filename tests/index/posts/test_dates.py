"""Dates as exports write them, and what a whole column shows of their order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.posts.dates import ORDERS, DateForm, DateVote, Order, read_date

THIRD = datetime(2024, 1, 3, 9, tzinfo=UTC)
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def decided(values: Iterable[str], wanted: Order | None = None) -> DateForm:
    vote = DateVote()
    vote.add(values)
    return vote.decide(wanted, NOW)


@pytest.mark.parametrize(
    "written",
    [
        "03.01.2024 09:00",
        "03/01/2024 09:00:00",
        "3.1.24 9:00",
        "03-01-2024 9:00 AM",
        "03-Jan-2024 09:00AM",
        "Wed Jan 03 09:00:00 +0000 2024",
        "Wed Jan 03 01:00:00 PST 2024",
        "Wed, 03 Jan 2024 10:00:00 CET",
        "Wed, 03 Jan 2024 09:00:00 GMT",
        "3. Januar 2024 um 9:00 Uhr",
        "3 janvier 2024 à 9h",
        "3 de enero de 2024, 9:00",
        "3 gennaio 2024 9:00",
        "3 stycznia 2024 9:00",
        "January 3rd, 2024 9 AM",
        "Jan 3, 2024, 9:00 AM",
        "2024/01/03 09:00",
        "2024-01-03 09:00:00 UTC",
        "2024-01-03T09:00:00.0000000+00:00",
        "2024年1月3日 09:00",
        "45294.375",
        "45294,375",
        45294.375,
        1704272400,
        "1704272400000",
        1704272400000000,
        "2024-01-03T10:00:00+01:00",
        "20240103T090000",
        "2024-01-03 09:00:00.0",
        "mer. 3 janv. 2024 09:00",
    ],
)
def test_the_same_moment_in_many_hands(written: object) -> None:
    assert read_date(written, DateForm("dmy")) == THIRD


@pytest.mark.parametrize(
    ("written", "before"),
    [
        ("3 days ago", timedelta(days=3)),
        ("1 day ago (edited)", timedelta(days=1)),
        ("vor 2 Stunden", timedelta(hours=2)),
        ("il y a 3 jours", timedelta(days=3)),
        ("hace 2 semanas", timedelta(weeks=2)),
        ("5h", timedelta(hours=5)),
        ("yesterday", timedelta(days=1)),
        ("just now", timedelta(0)),
        ("10 minutes ago", timedelta(minutes=10)),
    ],
)
def test_relative_dates_count_from_the_time_of_the_file(written: str, before: timedelta) -> None:
    assert read_date(written, DateForm(now=NOW)) == NOW - before


def test_months_and_years_ago_are_those_of_calendars() -> None:
    assert read_date("3 months ago", DateForm(now=NOW)) == datetime(2024, 3, 1, tzinfo=UTC)
    assert read_date("vor 6 Jahren", DateForm(now=NOW)) == datetime(2018, 6, 1, tzinfo=UTC)
    assert read_date("1 month ago", DateForm(now=datetime(2024, 3, 31, tzinfo=UTC))).day == 29
    with pytest.raises(ValueError, match="is no date"):
        read_date("9999 years ago", DateForm(now=NOW))


@pytest.mark.parametrize(
    ("first", "order", "sure"),
    [
        (["03.01.2024", "13.01.2024"], "dmy", True),
        (["03/01/2024", "01/13/2024"], "mdy", True),
        (["03/01/2024", "02/01/2024"], "mdy", False),
        (["03.01.2024"], "dmy", True),
        (["24-01-13", "24-02-14"], "ymd", True),
        (["03.01.24", "25.02.24"], "dmy", True),
        (["2024-03-01"], "mdy", True),
        (["13/01/2024", "01/13/2024", "14/01/2024"], "dmy", False),
        ([f"{day:02d}/{month:02d}/2024" for month in (1, 2, 3) for day in (1, 5, 9, 12)], "dmy", True),
        ([f"{month:02d}/{day:02d}/2024" for month in (1, 2, 3) for day in (1, 5, 9, 12)], "mdy", True),
    ],
)
def test_the_column_decides(first: list[str], order: str, sure: bool) -> None:
    form = decided(first)
    assert (form.order, form.sure) == (order, sure)
    assert decided(first, "ymd").order == "ymd"


def test_every_day_of_a_year_is_read_right_in_every_order() -> None:
    days = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=step) for step in range(366)]
    for pattern, order in (("%d/%m/%Y", "dmy"), ("%m/%d/%Y", "mdy"), ("%Y/%m/%d", "ymd"), ("%d.%m.%y", "dmy")):
        written = [day.strftime(pattern) for day in days]
        form = decided(written)
        assert pattern == "%Y/%m/%d" or form.order == order
        assert [read_date(day, form) for day in written] == days


@pytest.mark.parametrize(
    "written", ["1 " * 40, "3 XYZ 2024", "03.01.2024 09:00 QQQ", "32.01.2024", "25:00", "Jan", "", [], {}]
)
def test_what_is_no_date(written: object) -> None:
    with pytest.raises(ValueError, match="is no date"):
        read_date(written, DateForm("dmy", now=NOW))


@given(st.text(max_size=90), st.sampled_from(ORDERS))
def test_any_text_is_a_date_or_a_value_error(text: str, order: Order) -> None:
    with contextlib.suppress(ValueError):
        assert read_date(text, DateForm(order, now=NOW)).tzinfo is UTC
    decided([text, text])
