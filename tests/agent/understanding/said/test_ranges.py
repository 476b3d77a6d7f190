"""Several entries of a list, each of them, and its beginning alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.understanding.calls import for_entry
from agent.understanding.context import CallContext
from agent.understanding.reader import QuestionReading
from agent.understanding.said.ranges import entries_of_each, few, shorter, with_few

LIST = CallContext("who likes tea", "find_audience", {"campaign": "tea"}, ("ana", "ben", "cem", "dee", "eva"))
HERE = replace(LIST, lists=(LIST,))


def test_how_many_are_meant() -> None:
    assert few("first two", HERE.listed) == ["ana", "ben"]
    assert few("last 2", HERE.listed) == ["dee", "eva"]
    assert few("first", HERE.listed) == few("top posts", HERE.listed) == []


@pytest.mark.parametrize(
    ("text", "role", "nth"),
    [
        ("leave out the first two", "exclude", "first two"),
        ("what do the top three talk about", "among", "top three"),
        ("who are the top 5 posters in coffee", "", ""),
        ("just the top 3", "", ""),
        ("which brands come up most, top 3?", "", ""),
        ("show the top 5 posts", "", ""),
        ("the last two months", "", ""),
    ],
)
def test_several_that_are_pointed_at(text: str, role: str, nth: str) -> None:
    points = {"refers": "first"} if nth else {}
    found = with_few(QuestionReading([("rank", 1.0)], {"limit": ["two"]}, {}, points=points, text=text), HERE)
    assert found.points.get("role", "") == role
    assert found.slots == ({"nth": [nth]} if nth else {"limit": ["two"]})


def test_nothing_is_pointed_at_before_a_list() -> None:
    reading = QuestionReading([("rank", 1.0)], {}, {}, text="leave out the first two")
    assert with_few(reading, CallContext()) is reading


@pytest.mark.parametrize(
    ("question", "limit"),
    [("just give me the handles of the top 3", 3), ("top 5 only", 5), ("keep the first two please", 2),
     ("top 5 in coffee", None), ("only people from running", None), ("show me more", None)],
)  # fmt: skip
def test_a_list_made_shorter(question: str, limit: int | None) -> None:
    wanted = ("find_audience", {"campaign": "tea", "limit": limit}) if limit else None
    assert shorter(question, HERE) == wanted
    assert shorter(question, CallContext()) is None


def test_each_of_a_list() -> None:
    assert entries_of_each("for each of the top three tell me why", HERE, 4) == ["ana", "ben", "cem"]
    assert entries_of_each("what do they like, for each of them", HERE, 4) == []  # five are too many: all together
    assert entries_of_each("what do they like, for each of them", replace(HERE, listed=("ana", "ben")), 4) == [
        "ana",
        "ben",
    ]
    assert entries_of_each("who likes tea", HERE, 4) == []
    two = replace(HERE, listed=("ana", "ben"))
    assert entries_of_each("posts for each month", two, 4) == entries_of_each("likes of every brand here", two, 4) == []


def test_a_call_for_one_entry() -> None:
    call = ("rank", {"of": "name", "among": ["ana", "ben"]})
    assert for_entry(call, "ana", "people") == ("rank", {"of": "name", "user": "ana"})
    assert for_entry(("summarize_themes", {"sentiment": "negative"}), "Uber", "names") == (
        "summarize_themes", {"sentiment": "negative", "topic": "Uber"},
    )  # fmt: skip
    assert for_entry(("rank", {"of": "post"}), "coffee", "communities") == (
        "rank",
        {"of": "post", "community": "coffee"},
    )
