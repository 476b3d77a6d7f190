"""The query layer, counted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.selection.intervals import margin, wilson
from tools.selection.measures import DIMENSIONS, MEASURES, Query, run
from tools.selection.posts import EVERYTHING, select_posts

DAY = "2025-0{}-0{}T{:02}:00:00+00:00"
ROWS = [
    post(
        "1",
        "ana",
        "I love Nike",
        names=["Nike"],
        tone="good",
        community="run",
        likes=10,
        replies=1,
        at=DAY.format(1, 1, 8),
        phrases=["shoe"],
    ),
    post(
        "2", "ana", "nike again", tone="bad", community="run", likes=2, at=DAY.format(1, 2, 8), phrases=["shoe", "lace"]
    ),
    post(
        "3",
        "ben",
        "Adidas and Nike",
        names=["Adidas"],
        tone="good",
        community="tea",
        likes=6,
        at=DAY.format(2, 1, 9),
        phrases=["tea"],
    ),
    post("4", "ben", "plain tea", community="tea", likes=6, at=DAY.format(2, 2, 9)),
    post("5", "cleo", "Adidas is bad", names=["Adidas"], tone="bad", community="tea", at=DAY.format(3, 1, 8)),
    post("6", "dan", "no time at all"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("measures"), ROWS)


def values(library: Library, measure: Any, dimension: Any, **more: Any) -> dict[str, float]:
    table = run(library, Query(more.pop("within", EVERYTHING), measure, dimension, **more))
    return {row.name: round(row.value, 6) for row in table.rows}


@pytest.mark.parametrize(
    ("measure", "dimension", "more", "expected"),
    [
        ("posts", "person", {}, {"ana": 2, "ben": 2, "cleo": 1, "dan": 1}),
        ("posts", "person", {"order": "least", "limit": 2}, {"cleo": 1, "dan": 1}),
        ("people", "community", {}, {"tea": 2, "run": 1}),
        ("likes", "person", {}, {"ana": 12, "ben": 12}),
        ("likes", "community", {"average": True}, {"tea": 6, "run": 6}),
        ("likes", "post", {"limit": 2}, {"1": 10, "3": 6}),
        ("negative", "post", {"limit": 2}, {"2": 0.7, "5": 0.7}),
        ("positive", "post", {"limit": 3}, {"1": 0.8, "3": 0.8, "2": 0.1}),
        ("engagement", "person", {}, {"ana": 13, "ben": 12}),
        ("posts", "name", {}, {"Nike": 3, "Adidas": 2}),
        ("negative", "name", {}, {"Nike": 1, "Adidas": 1}),
        ("posts", "phrase", {"at_least": 2}, {"shoe": 2}),
        ("posts", "hour", {}, {"08:00": 3, "09:00": 2}),
        ("posts", "weekday", {"limit": 1}, {"Saturday": 2}),
        ("posts", "month", {}, {"2025-01": 2, "2025-02": 2, "2025-03": 1}),
        ("posts", "year", {}, {"2025": 5}),
        ("positive", "community", {}, {"tea": 1, "run": 1}),
        ("tone", "name", {"order": "least"}, {"Adidas": 0.0, "Nike": 0.333333}),
    ],
)
def test_counted_by_hand(
    library: Library, measure: str, dimension: str, more: dict[str, Any], expected: dict[str, float]
) -> None:
    found = values(library, measure, dimension, **more)
    assert found == pytest.approx(expected, abs=1e-5)
    assert list(found) == list(expected)


def test_within_a_selection(library: Library) -> None:
    assert values(library, "posts", "person", within=select_posts(library, topic="Nike")) == {"ana": 2, "ben": 1}
    assert values(library, "posts", "name", within=select_posts(library, topic="Nike")) == {"Adidas": 1}


def test_ties_and_floors_are_told(library: Library) -> None:
    table = run(library, Query(EVERYTHING, "posts", "person", limit=1))
    assert (table.tied, table.groups, table.small) == (1, 4, 0)
    table = run(library, Query(EVERYTHING, "posts", "person", at_least=2))
    assert (len(table.rows), table.groups, table.small) == (2, 2, 2)


def test_a_mean_has_the_interval_of_people_as_clusters(library: Library) -> None:
    import pandas as pd

    (tea,) = [row for row in run(library, Query(EVERYTHING, "tone", "community")).rows if row.name == "tea"]
    tones, people = pd.Series([1.0, 0.0, -1.0]), pd.Series(["ben", "ben", "cleo"])
    half = margin(tones, people)
    assert half is not None
    assert tea.value == pytest.approx(tones.mean(), abs=1e-6)
    assert (tea.low, tea.high) == (max(-1.0, tones.mean() - half), min(1.0, tones.mean() + half))


def test_a_share_has_wilson_s_interval(library: Library) -> None:
    (_, run_) = run(library, Query(EVERYTHING, "positive", "community")).rows
    assert run_.share == 0.5
    assert (run_.low, run_.high) == wilson(1, 2)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-3)


def test_growth_is_found_and_chance_is_not(tmp_path: Path) -> None:
    rows = []
    for day in range(1, 29):
        for n in range(4):
            when = f"2025-02-{day:02}T10:00:00+00:00"
            late = day > 21
            rising = late or (n == 0 and day % 7 == 0)
            phrases = ["steady", *(["rising"] if rising else []), *([] if late else ["falling"])]
            rows.append(post(f"{day:02}{n}", f"p{n}", "words", at=when, phrases=phrases))
    table = run(make_library(tmp_path, rows), Query(EVERYTHING, "growth", "phrase"))
    of = {row.name: row for row in table.rows}
    assert [row.name for row in table.rows] == ["rising", "steady", "falling"]
    assert of["rising"].low > 1 > of["falling"].high  # type: ignore[operator]
    assert of["steady"].low < 1 < of["steady"].high  # type: ignore[operator]
    assert table.since == "2025-02-21"


@pytest.mark.parametrize(
    ("measure", "dimension", "more", "sentence"),
    [
        ("posts", "post", {}, "Posts cannot be ranked by posts"),
        ("people", "person", {}, "Every person is one person"),
        ("growth", "month", {}, "Growth by month is not known"),
        ("posts", "person", {"types": ("organization",)}, "Only names have a type"),
    ],
)
def test_what_does_not_fit(library: Library, measure: Any, dimension: Any, more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AnalystError, match=sentence):
        run(library, Query(EVERYTHING, measure, dimension, **more))


def test_every_measure_of_every_dimension_gives_rows_or_a_sentence(library: Library) -> None:
    for measure in MEASURES:
        for dimension in DIMENSIONS:
            for average in (False, True):
                try:
                    run(library, Query(EVERYTHING, measure, dimension, average=average))
                except AnalystError as error:
                    assert str(error).endswith(".")
