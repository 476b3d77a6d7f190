"""Who or what is meant by "the second one", "her", "them", "the winner"."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding.calls import arguments, proposals
from agent.understanding.context import CallContext
from agent.understanding.pointing import changed_limit, pointed_at, with_author
from agent.understanding.reader import QuestionReading

PEOPLE = CallContext("Nike?", "find_audience", {"campaign": "Nike"}, ("ana", "ben", "cy"))
BRANDS = CallContext("Nike or Puma?", "compare_brands", {"brands": ["Nike", "Puma"]}, ("Puma", "Nike"), "names")
PLACES = CallContext("where?", "rank", {"of": "community"}, ("tea", "coffee"), "communities")
DAYS = CallContext("when?", "rank", {"of": "day"}, ("2024-05-01", "2024-06-01"), "times")
CHANGE = CallContext("2024 or 2025?", "compare_periods", {"before": "2024", "after": "2025"})


def pointing(refers: str = "", role: str = "", kind: str = "find_audience", **slots: list[str]) -> QuestionReading:
    return QuestionReading([(kind, 1.0)], slots, {}, points={"refers": refers, "role": role})


@pytest.mark.parametrize(
    ("context", "refers", "role", "found"),
    [
        (BRANDS, "first", "subject", ("subject", "Puma")),
        (BRANDS, "last", "subject", ("subject", "Nike")),
        (BRANDS, "third", "subject", None),
        (PEOPLE, "second", "user", ("user", "ben")),
        (PEOPLE, "all", "among", ("among", ["ana", "ben", "cy"])),
        (PEOPLE, "person", "exclude", ("exclude", "ana")),
        (PEOPLE, "subject", "likes", ("likes", "Nike")),
        (BRANDS, "all", "among", None),
        (CHANGE, "last", "during", ("during", "2025")),
        (CallContext(), "first", "user", None),
        (CallContext(later={"topic": "tea"}), "next", "subject", ("subject", "tea")),
        (CallContext(), "next", "subject", None),
    ],
)
def test_what_is_pointed_at(context: CallContext, refers: str, role: str, found: Any) -> None:
    assert pointed_at(pointing(refers, role), context) == found


@pytest.mark.parametrize(
    ("context", "found"),
    [
        (PEOPLE, ("user", "ben")),
        (BRANDS, ("subject", "Nike")),
        (PLACES, ("community", "coffee")),
        (DAYS, ("during", "2024-06-01")),
    ],
)
def test_a_place_in_a_list_is_what_the_list_holds(context: CallContext, found: Any) -> None:
    for role in ("", "user") if context is not PEOPLE else ("",):
        assert pointed_at(pointing(role=role, nth=["second"]), context) == found


def test_pointed_at_becomes_an_argument() -> None:
    assert arguments("find_audience", pointing("first", "subject"), BRANDS) == {"campaign": "Puma"}
    assert arguments("find_lookalikes", pointing("second", "user"), PEOPLE) == {"users": ["ben"]}
    worst = arguments(
        "rank", QuestionReading([("rank", 1.0)], {}, {"of": "post"}, points={"refers": "first", "role": "during"}), DAYS
    )
    assert worst == {"of": "post", "since": "2024-05-01", "until": "2024-05-01"}


def test_people_are_added_to_those_who_were_excluded_before() -> None:
    before = CallContext("Nike without cy", "find_audience", {"campaign": "Nike", "exclude": ["cy"]}, ("ana", "ben"))
    without = QuestionReading(
        [("find_audience", 1.0)], {}, {}, frozenset({"subject", "exclude"}), {"refers": "first", "role": "exclude"}
    )
    assert arguments("find_audience", without, before) == {"campaign": "Nike", "exclude": ["cy", "ana"]}


@pytest.mark.parametrize(
    ("edit", "number", "limit"), [("more", 10, 20), ("half", 10, 5), ("half", 1, 1), ("double", 400, 500)]
)
def test_a_list_gets_longer_or_shorter(edit: str, number: int, limit: int) -> None:
    assert changed_limit(edit, number) == limit
    reading = QuestionReading([("find_audience", 1.0)], {}, {}, frozenset({"subject", "limit"}), {"edit": edit})
    context = CallContext("x", "find_audience", {"campaign": "Nike", "limit": number})
    assert arguments("find_audience", reading, context) == {"campaign": "Nike", "limit": limit}


def test_undoing_goes_back_to_the_list_before() -> None:
    longer = CallContext("20", "find_audience", {"campaign": "Nike", "limit": 20}, ("ana",))
    context = CallContext(longer.question, longer.tool, longer.args, longer.listed, lists=(PEOPLE, longer))
    undo = QuestionReading([("find_audience", 1.0)], {}, {}, points={"edit": "undo"})
    assert proposals(undo, context) == [("find_audience", {"campaign": "Nike"})]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("who wrote the second one?", "ben"),
        ("show me the third post - who wrote it?", "cem"),
        ("show the top post and who wrote it", None),
        ("who wrote the ninth one?", None),
        ("who wrote the second post about tea?", None),
    ],
)
def test_who_wrote_a_post_that_was_quoted(text: str, who: str | None) -> None:
    reading = QuestionReading([("search_posts", 0.9)], {}, {}, text=text)
    found = with_author(reading, CallContext(tool="summarize_themes", authors=("ana", "ben", "cem")))
    if who is None:
        assert found is reading
    else:
        assert (found.kinds[0][0], found.slots) == ("get_profile", {"user": [who]})
