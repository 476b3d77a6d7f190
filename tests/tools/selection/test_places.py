"""Posts of several communities, and communities that have an "and" in their name."""

from __future__ import annotations

import re

import pytest

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.registry import call_tool
from tools.selection.places import places_of


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    places = ("dogs", "cats", "tea", "arts and crafts")
    rows = [post(f"{n}", f"p{n % 4}", "text", community=places[n % 4]) for n in range(8)]
    return make_library(tmp_path_factory.mktemp("places"), rows)


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("dogs", ["dogs"]),
        ("dogs or cats", ["dogs", "cats"]),
        ("r/dogs, Cats and tea", ["dogs", "cats", "tea"]),
        ("arts and crafts", ["arts and crafts"]),
        ("dogs & dogs", ["dogs"]),
    ],
)
def test_which_are_meant(library: Library, said: str, places: list[str]) -> None:
    assert places_of(library, said) == places


def test_posts_and_people_of_any_of_them_count(library: Library) -> None:
    assert call_tool(library, "count", {"of": "posts", "community": "dogs or cats"}).text.startswith(
        "4 posts in dogs or cats"
    )
    assert call_tool(library, "count", {"of": "posts", "not_in": ["dogs and cats"]}).to_dict()["value"] == 4
    busy = call_tool(library, "count", {"of": "people", "community": "dogs or cats", "min_posts": 2})
    assert busy.to_dict()["value"] == 2


def test_one_that_is_not_there_is_named(library: Library) -> None:
    with pytest.raises(AnalystError, match=re.escape("There is no community named 'birds' here")):
        places_of(library, "dogs or birds")


def test_a_telling_community_is_refused_among_others(library: Library) -> None:
    with pytest.raises(AnalystError):
        call_tool(library, "find_audience", {"campaign": "Nike", "community": "dogs or depression"})
