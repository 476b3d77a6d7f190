"""All names are counted, so that what leads does not depend on how many are listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.registry import call_tool

RARE = 60  # names in one post each, behind which a name with many likes must not be lost
ROWS = [
    *[post(f"g{n}", "ana", "My Garmin again", names=["Garmin"], likes=1) for n in range(3)],
    *[
        post(f"r{name}{n}", "ben", f"My {name} is here", names=[name], likes=0)
        for name in (f"Zor{chr(97 + n // 26)}{chr(97 + n % 26)}q" for n in range(RARE))
        for n in range(2)
    ],
    post("k", "cleo", "I saw Kwartz", names=["Kwartz"], likes=500, tone="bad"),
    post("d0", "dan", "At the Dollar store", names=["Dollar"], likes=1),
    *[post(f"d{n}", "dan", f"{n} dollars a piece", likes=1) for n in range(1, 30)],
    post("l0", "dan", "We watched Lost", names=["Lost"], likes=1),
    *[post(f"l{n}", "dan", f"i lost {n} keys", likes=1) for n in range(1, 30)],
    *[post(f"s{n}", "eve", "strava says so", names=["strava"] if n else [], likes=1) for n in range(3)],
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("census"), ROWS)


def ranked(library: Library, **args: Any) -> Any:
    return call_tool(library, "rank", {"of": "name", **args})


@pytest.mark.parametrize("by", ["posts", "likes", "negative"])
@pytest.mark.parametrize("order", ["most", "least"])
def test_the_first_do_not_depend_on_how_many_are_listed(library: Library, by: str, order: str) -> None:
    everything = ranked(library, by=by, order=order, limit=500).groups
    for limit in (1, 3, 10, 50):
        assert ranked(library, by=by, order=order, limit=limit).groups == everything[:limit]


def test_all_names_are_ranked(library: Library) -> None:
    found = ranked(library, by="likes", limit=1)
    assert found.headline.text.startswith("Kwartz gets the most likes: 500 likes")
    assert found.considered == call_tool(library, "count", {"of": "names"}).value == RARE + 5  # type: ignore[attr-defined]


def test_the_fewest_are_those_named_once(library: Library) -> None:
    found = ranked(library, order="least")
    assert {(group.name, group.posts) for group in found.groups[:3]} == {("Dollar", 1), ("Kwartz", 1), ("Lost", 1)}


def test_a_plain_word_counts_where_it_is_marked_or_written_as_a_name(library: Library) -> None:
    posts = {group.name: group.posts for group in ranked(library, limit=500).groups}
    assert (posts["Dollar"], posts["Lost"]) == (1, 1)
    assert posts["strava"] == 3  # means one thing, so that it counts where it was overlooked too


def test_a_count_is_that_of_the_other_tools(library: Library) -> None:
    for group in ranked(library, limit=5).groups:
        assert call_tool(library, "count", {"topic": group.name}).value == group.posts  # type: ignore[attr-defined]


def test_names_are_kept_once(tmp_path: Path) -> None:
    from tools.selection.census import table_of_names

    other = make_library(tmp_path, ROWS[:3])
    assert table_of_names(other) == table_of_names(other)
    assert other.facts.rows(f"SELECT name, count(*) FROM {table_of_names(other)} GROUP BY 1") == [("Garmin", 3)]
