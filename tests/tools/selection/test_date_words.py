"""Date words: every phrase that the chat model was taught, today, and posts that ended long ago."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import agent.training
from tools.selection.date_words import MONTHS, MOVING, PARTS, SEASONS, span_of
from tools.selection.period import resolve_dates, resolve_period, turned

TODAY = date(2026, 11, 22)  # a Sunday
OLD = date(2023, 6, 30)
FILLERS = yaml.safe_load((Path(agent.training.__path__[0]) / "fillers.yaml").read_text(encoding="utf-8"))
LEADS = ["", "last ", "this ", "the past ", "since ", "in ", "early ", "end of ", "before "]
NAMES = [
    *MONTHS,
    *SEASONS,
    "q3",
    "h1",
    "first quarter",
    "29 february",
    "may 12th",
    "christmas",
    "monday",
    "yesterday",
    *MOVING,
]
UNITS = ["day", "week", "month", "quarter", "year", "hours", "months ago", "years ago"]
days = st.dates(date(1, 1, 1), date(9999, 12, 31))


@pytest.mark.parametrize("slot", ["since", "until", "during"])
def test_every_phrase_of_the_training_data_is_a_time_that_has_begun(slot: str) -> None:
    for words in FILLERS[slot]:
        span = resolve_period(words, today=TODAY)
        assert span, words
        assert date(2017, 12, 31) < span[0] <= span[1], words
        assert span[0] <= TODAY, words


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("q1 25", "2025-01-01", "2025-03-31"),
        ("H2/24", "2024-07-01", "2024-12-31"),
        ("２０２３", "2023-01-01", "2023-12-31"),
        ("2023-04", "2023-04-01", "2023-04-30"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-02-29T10:00:00Z", "2024-02-29", "2024-02-29"),
        ("between 2020 and 2022", "2020-01-01", "2022-12-31"),
        ("March 2024", "2024-03-01", "2024-03-31"),
        ("Sept. 2021", "2021-09-01", "2021-09-30"),
        ("Jan '23", "2023-01-01", "2023-01-31"),
        ("last March", "2026-03-01", "2026-03-31"),
        ("in May", "2026-05-01", "2026-05-31"),
        ("November", "2026-11-01", "2026-11-30"),
        ("last November", "2025-11-01", "2025-11-30"),
        ("December", "2025-12-01", "2025-12-31"),
        ("March last year", "2025-03-01", "2025-03-31"),
        ("winter 2022", "2022-12-01", "2023-02-28"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("Q3 2023", "2023-07-01", "2023-09-30"),
        ("second half of 2024", "2024-07-01", "2024-12-31"),
        ("the back half of 2024", "2024-07-01", "2024-12-31"),
        ("early 2023", "2023-01-01", "2023-05-02"),
        ("mid-2023", "2023-05-02", "2023-09-01"),
        ("the end of last year", "2025-12-01", "2025-12-31"),
        ("today", "2026-11-22", "2026-11-22"),
        ("this morning", "2026-11-22", "2026-11-22"),
        ("the day before yesterday", "2026-11-20", "2026-11-20"),
        ("between May and July", "2026-05-01", "2026-07-31"),
        ("May to July 2023", "2023-05-01", "2023-07-31"),
        ("August 2022 through March 2023", "2022-08-01", "2023-03-31"),
        ("the start of the year", "2026-01-01", "2026-01-31"),
        ("year to date", "2026-01-01", "2026-12-31"),
        ("half a year ago", "2026-05-01", "2026-05-31"),
        ("the month before last", "2026-09-01", "2026-09-30"),
        ("the last ten days", "2026-11-12", "2026-11-22"),
        ("last 7d", "2026-11-15", "2026-11-22"),
        ("past 5 yrs", "2021-11-22", "2026-11-22"),
        ("over the last year", "2025-11-22", "2026-11-22"),
        ("last weekend", "2026-11-14", "2026-11-15"),
        ("this weekend", "2026-11-21", "2026-11-22"),
        ("Thanksgiving 2023", "2023-11-23", "2023-11-23"),
        ("Black Friday 2024", "2024-11-29", "2024-11-29"),
        ("mother's day 2025", "2025-05-11", "2025-05-11"),
        ("the 2010s", "2010-01-01", "2019-12-31"),
        ("winter 2022/23", "2022-12-01", "2023-02-28"),
        ("20220304", "2022-03-04", "2022-03-04"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("the past week", "2026-11-15", "2026-11-22"),
        ("the last three months", "2026-08-22", "2026-11-22"),
        ("a couple of weeks ago", "2026-11-02", "2026-11-08"),
        ("two years ago", "2024-01-01", "2024-12-31"),
        ("last 24 hours", "2026-11-21", "2026-11-22"),
        ("last Friday", "2026-11-20", "2026-11-20"),
        ("last Sunday", "2026-11-15", "2026-11-15"),
        ("5 March 2023", "2023-03-05", "2023-03-05"),
        ("December 1st 2022", "2022-12-01", "2022-12-01"),
        ("the 5th of December", "2025-12-05", "2025-12-05"),
        ("3/15/24", "2024-03-15", "2024-03-15"),
        ("15/3/2024", "2024-03-15", "2024-03-15"),
        ("1.7.2023", "2023-07-01", "2023-07-01"),
        ("last Christmas", "2025-12-25", "2025-12-25"),
        ("29 February", "2024-02-29", "2024-02-29"),
        ("3/2022", "2022-03-01", "2022-03-31"),
        ("Q3/2022", "2022-07-01", "2022-09-30"),
        ("last night", "2026-11-21", "2026-11-21"),
        ("this past week", "2026-11-15", "2026-11-22"),
        ("this past summer", "2026-06-01", "2026-08-31"),
        ("all of 2022", "2022-01-01", "2022-12-31"),
        ("the whole of last year", "2025-01-01", "2025-12-31"),
        ("calendar year 2022", "2022-01-01", "2022-12-31"),
        ("the first half of the year", "2026-01-01", "2026-06-30"),
        ("the last quarter of 2022", "2022-10-01", "2022-12-31"),
        ("the last half of last year", "2025-07-01", "2025-12-31"),
        ("the first of January", "2026-01-01", "2026-01-01"),
        ("the Fourth of July", "2026-07-04", "2026-07-04"),
        ("May third 2023", "2023-05-03", "2023-05-03"),
        ("the first week of March 2023", "2023-03-01", "2023-03-07"),
        ("the last week of June 2022", "2022-06-24", "2022-06-30"),
        ("the first three months of 2023", "2023-01-01", "2023-03-31"),
        ("the last two months of 2022", "2022-11-01", "2022-12-31"),
        ("the third week of May", "2026-05-15", "2026-05-21"),
        ("the last ten days of last year", "2025-12-22", "2025-12-31"),
        ("H2'24", "2024-07-01", "2024-12-31"),
        ("Oct’25", "2025-10-01", "2025-10-31"),
        ("CY2025", "2025-01-01", "2025-12-31"),
        ("'25", "2025-01-01", "2025-12-31"),
        ("twenty twenty five", "2025-01-01", "2025-12-31"),
        ("march twenty twenty-four", "2024-03-01", "2024-03-31"),
        ("the holiday season of 2022", "2022-11-01", "2022-12-31"),
        ("Pride month 2023", "2023-06-01", "2023-06-30"),
        ("Memorial Day 2023", "2023-05-29", "2023-05-29"),
        ("Labor Day 2024", "2024-09-02", "2024-09-02"),
        ("St. Patrick's Day", "2026-03-17", "2026-03-17"),
    ],
)
def test_what_words_mean(words: str, first: str, last: str) -> None:
    assert resolve_period(words, today=TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "words",
    ["", "  ", "banana", "iPhone 15", "5", "12:30", "0000", "2023-13", "30 February 2023", "last 999999999 years",
     "winter 9999", "next month", "13/2022", "the last six weeks of March 2023", "first week banana",
     "2022-2020", "q5 2023", "@ana"],
)  # fmt: skip
def test_what_is_no_date(words: str) -> None:
    assert resolve_period(words, today=TODAY) is None
    assert resolve_dates({"since": words}, today=TODAY) == {"since": words}


def test_last_winter_in_winter_is_the_one_before() -> None:
    assert resolve_period("last winter", today=date(2026, 1, 10)) == (date(2024, 12, 1), date(2025, 2, 28))
    assert resolve_period("this winter", today=date(2026, 1, 10)) == (date(2025, 12, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("last month", "2023-05-01", "2023-05-31"),
        ("last year", "2022-01-01", "2022-12-31"),
        ("this year", "2023-01-01", "2023-12-31"),
        ("last summer", "2022-06-01", "2022-08-31"),
        ("March", "2023-03-01", "2023-03-31"),
        ("August", "2022-08-01", "2022-08-31"),
        ("yesterday", "2023-06-29", "2023-06-29"),
        ("2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_words_count_from_the_last_post_where_today_lies_beyond(words: str, first: str, last: str) -> None:
    expected = date.fromisoformat(first), date.fromisoformat(last)
    assert resolve_period(words, today=TODAY, last_post=OLD) == expected


def test_words_count_from_today_where_posts_reach_that_far() -> None:
    summer = resolve_period("last summer", today=TODAY, last_post=date(2026, 6, 29))
    assert summer == (date(2026, 6, 1), date(2026, 8, 31))
    month = resolve_period("this month", today=TODAY, last_post=date(2026, 11, 1))
    assert month == (date(2026, 11, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"since": "March 2024"}, {"since": "2024-03-01"}),
        ({"until": "March 2024"}, {"until": "2024-03-31"}),
        ({"until": "before June 2022"}, {"until": "2022-05-31"}),
        ({"since": "before 2023", "until": "before 2023"}, {"until": "2022-12-31"}),
        ({"since": "before 2023"}, {"until": "2022-12-31"}),
        ({"since": "last month", "until": "last month"}, {"since": "2023-05-01", "until": "2023-05-31"}),
        ({"since": "November", "until": "January"}, {"since": "2022-11-01", "until": "2023-01-31"}),
        ({"since": "March", "until": "June 2022"}, {"since": "2022-03-01", "until": "2022-06-30"}),
        ({"until": "last month"}, {"until": "2026-10-31"}),  # cuts nothing off
        ({"since": "2023", "until": "2022"}, {"since": "2023", "until": "2022"}),  # the tool says so
        ({"since": "soon", "until": 3}, {"since": "soon", "until": 3}),
        ({"query": "2023", "limit": 5}, {"query": "2023", "limit": 5}),
    ],
)
def test_arguments(words: dict, expected: dict) -> None:
    assert resolve_dates(words, today=TODAY, last_post=OLD) == expected


@given(days, st.none() | days)
def test_iso_dates_stay(today: date, last_post: date | None) -> None:
    assert resolve_period(today.isoformat(), today=TODAY, last_post=last_post) == (today, today)
    resolved = resolve_dates({"since": "2020-01-01", "until": today.isoformat()}, today=TODAY, last_post=last_post)
    assert resolved == {"since": "2020-01-01", "until": today.isoformat()}


@given(
    st.sampled_from(LEADS),
    st.sampled_from(
        [
            *NAMES,
            *UNITS,
            *(f"{n} {u}" for n in ("two", "couple of", "twenty-five") for u in UNITS),
            *(f"{p} march" for p in PARTS),
        ]
    ),
    st.sampled_from(["", " 2023", " last year", " 0001", " 9999"]),
    days,
    st.none() | days,
)
def test_first_never_lies_behind_last(lead: str, name: str, year: str, today: date, last_post: date | None) -> None:
    span = resolve_period(lead + name + year, today=today, last_post=last_post)
    assert span is None or span[0] <= span[1]
    resolved = resolve_dates({"since": lead + name + year, "until": name}, today=today, last_post=last_post)
    assert {"until"} <= resolved.keys() <= {"since", "until"}


@given(st.text(max_size=30), days, st.none() | days)
def test_no_words_raise(words: str, today: date, last_post: date | None) -> None:
    span = resolve_period(words, today=today, last_post=last_post)
    assert span is None or span[0] <= span[1]
    resolve_dates({"since": words, "until": words}, today=today, last_post=last_post)


@pytest.mark.parametrize(
    ("slot", "said", "lead", "expected"),
    [
        ("until", "before 2023", "nothing ", ("since", "2023")),
        ("until", "before May", "No posts from ", ("since", "May")),
        ("until", "before 2023", "posts ", ("until", "before 2023")),
        ("until", "2023", "nothing after ", ("until", "2023")),
        ("subject", "before 2023", "nothing ", ("subject", "before 2023")),
    ],
)
def test_nothing_before_a_time_is_since_it(slot: str, said: str, lead: str, expected: tuple[str, str]) -> None:
    assert turned(slot, said, lead) == expected


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("jan 25", (2025, 1, 1), (2025, 1, 31)),
        ("summer 24", (2024, 6, 1), (2024, 8, 31)),
        ("july 24", (2026, 7, 24), (2026, 7, 24)),
        ("jan 05", (2026, 1, 5), (2026, 1, 5)),
        ("on jan 25", (2026, 1, 25), (2026, 1, 25)),
        ("2024-01-01 to 2024-06-30", (2024, 1, 1), (2024, 6, 30)),
    ],
)
def test_two_digits_behind_a_short_month_are_a_year(
    words: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert span_of(date(2026, 12, 1), words) == (date(*first), date(*last))
