"""Filters of people: whom each leaves, whom it removes, and what it says of them."""

from __future__ import annotations

from typing import Any

import pytest

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.selection.people import select, select_people
from tools.selection.posts import EVERYTHING, count_posts, select_posts

ROWS = [
    post("1", "ana", "I love Nike", names=["Nike"], tone="good", community="running", at="2024-01-05T10:00:00+00:00"),
    post("2", "ana", "tea again", community="tea", at="2025-01-05T10:00:00+00:00"),
    post("3", "ben", "Nike is awful", names=["Nike"], tone="bad", community="running", at="2025-02-05T10:00:00+00:00"),
    post("4", "ben", "Apple and tea", names=["Apple"], tone="good", community="tea", at="2025-03-05T10:00:00+00:00"),
    post("5", "cleo", "Nike, I guess", names=["Nike"], community="tea", at="2025-04-05T10:00:00+00:00"),
    post("6", "dan", "nothing much", community="running", at="2025-05-05T10:00:00+00:00"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("people"), ROWS)


@pytest.mark.parametrize(
    ("filters", "left", "told"),
    [
        ({"likes": ["Nike"]}, {"ana"}, ["3 people left out: not known to like Nike."]),
        ({"dislikes": ["nike"]}, {"ben"}, ["3 people left out: not known to dislike nike."]),
        ({"names": ["Nike", "Apple"]}, {"ben"},
         ["1 person left out: without a mention of Nike.", "2 people left out: without a mention of Apple."]),
        ({"never_names": ["Apple"]}, {"ana", "cleo", "dan"}, ["1 person left out: naming Apple."]),
        ({"never_likes": ["Nike"]}, {"ben", "cleo", "dan"}, ["1 person left out: positive about Nike."]),
        ({"never_dislikes": ["Nike"]}, {"ana", "cleo", "dan"}, ["1 person left out: negative about Nike."]),
        ({"active_in": ["tea", "r/running"]}, {"ana", "ben"},
         ["1 person left out: not active in tea.", "1 person left out: not active in running."]),
        ({"never_active_in": ["running"]}, {"cleo"}, ["3 people left out: active in running."]),
        ({"min_posts": 2}, {"ana", "ben"}, ["2 people left out: with fewer than 2 posts."]),
        ({"max_posts": 1}, {"cleo", "dan"}, ["2 people left out: with more than 1 post."]),
        ({"exclude": ["@ANA", "zoe"]}, {"ben", "cleo", "dan"},
         ["1 person left out: excluded by name.", "Not in these posts: @zoe."]),
        ({"among": ["u/ana", "ben"]}, {"ana", "ben"}, ["2 people left out: not among the 2 people given."]),
    ],
)  # fmt: skip
def test_each_filter(library: Library, filters: dict[str, Any], left: set[str], told: list[str]) -> None:
    found = select_people(library, EVERYTHING, **filters)
    assert found.authors == left
    assert found.told == told


def test_no_filter_keeps_everyone(library: Library) -> None:
    assert select_people(library, EVERYTHING).authors is None
    assert select_people(library, EVERYTHING, likes=[], names=None).authors is None


def test_filters_look_at_the_period_in_every_community(library: Library) -> None:
    within = select_posts(library, since="2025", community="tea")
    assert select_people(library, within, never_names=["Nike"]).authors == {"ana"}  # hers was in 2024
    assert select_people(library, within, active_in=["running"]).authors == {"ben"}


def test_posts_are_counted_in_the_community_and_names_everywhere(library: Library) -> None:
    within = select_posts(library, community="tea")
    with pytest.raises(AnalystError, match=r"leaves nobody: 3 people left out, with fewer than 2 posts in tea"):
        select_people(library, within, min_posts=2)
    found = select_people(library, within, min_posts=1, names=["Nike"], never_dislikes=["Nike"])
    assert found.authors == {"ana", "cleo"}
    assert found.told == [
        "1 person left out: negative about Nike.", "What people say of Nike was looked at in all communities.",
    ]  # fmt: skip
    assert select_people(library, select_posts(library, since="2025"), names=["Nike"]).everywhere == ()


def test_posts_and_people_together(library: Library) -> None:
    selection, people = select(library, topic="Nike", never_dislikes=["Nike"], community="running")
    assert people.authors == {"ana"}
    assert count_posts(library, selection) == 1


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"min_posts": 9}, "The filter min_posts leaves nobody: 4 people left out, with fewer than 9 posts"),
        ({"likes": ["Nike"], "names": ["Apple"]}, "The filter likes leaves nobody: 1 person left out"),
        ({"likes": ["Nike"], "dislikes": ["#nike"]}, "likes and dislikes contradict each other: both have #nike"),
        ({"names": ["Nike"], "never_names": ["Nike"]}, "names and never_names contradict"),
        ({"among": ["zoe", "bob"]}, "None of the 2 handles given has posted here"),
        ({"names": ["Muslims"]}, "never inferred"),
        ({"active_in": ["depression"]}, "never inferred"),
        ({"active_in": ["teaa"]}, "Did you mean tea?"),
    ],
)
def test_what_leaves_nobody_or_may_not_be_asked(library: Library, filters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AnalystError, match=sentence.replace("?", r"\?")):
        select_people(library, EVERYTHING, **filters)
