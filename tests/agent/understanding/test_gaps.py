"""What stands in for what a question leaves unsaid."""

from __future__ import annotations

import pytest

from agent.understanding.calls import proposals
from agent.understanding.context import CallContext
from agent.understanding.gaps import with_person
from agent.understanding.reader import QuestionReading

NOTHING = CallContext()


def reading(kind: str, text: str = "", choices: dict[str, str] | None = None, **slots: list[str]) -> QuestionReading:
    return QuestionReading([(kind, 1.0)], slots, choices or {}, text=text)


def test_people_who_meet_conditions_need_no_campaign() -> None:
    both = reading("find_audience", names=["Nike", "Adidas"])
    assert proposals(both, NOTHING) == [("rank", {"of": "person", "by": "posts", "names": ["Nike", "Adidas"]})]
    assert proposals(reading("find_audience", limit=["5"]), NOTHING) == []


def test_a_count_by_year_is_a_ranking_of_years() -> None:
    yearly = reading("count", "", {"of": "people", "by": "year"}, community=["running"])
    assert proposals(yearly, NOTHING) == [("rank", {"of": "year", "by": "people", "community": "running"})]


@pytest.mark.parametrize(
    ("question", "meant", "term"),
    [
        ("what does lift mean?", "Where the data goes", "Lift"),
        ("how do you know whether a post is negative?", "", "Tone"),
        ("is my privacy safe with likes?", "Where the data goes", "Where the data goes"),
        ("how does it all work", "The model", "The model"),
        ("how does it all work", "", "how does it all work"),
    ],
)
def test_a_term_that_is_named_is_explained(question: str, meant: str, term: str) -> None:
    asked = QuestionReading([("explain_method", 1.0)], {}, {"term": meant}, text=question)
    assert proposals(asked, NOTHING) == [("explain_method", {"term": term})]


def test_how_many_is_that_counts_what_was_ranked() -> None:
    leaders = CallContext(
        "who posts most in thrifted", "rank", {"of": "person", "by": "posts", "community": "thrifted"}, ("ana", "ben")
    )
    many = QuestionReading([("count", 1.0)], {}, {"of": "posts"}, text="how many posts is that?")
    assert proposals(many, leaders) == [("count", {"of": "posts", "user": "ana", "community": "thrifted"})]
    alone = QuestionReading([("count", 1.0)], {}, {"of": "posts"}, text="how many posts are there?")
    assert proposals(alone, leaders) == [("count", {"of": "posts"})]


def test_a_ranking_is_by_the_measure_that_is_named() -> None:
    asked = QuestionReading(
        [("rank", 1.0)], {}, {"of": "community"}, text="which community gets the most likes per post"
    )
    assert proposals(asked, NOTHING) == [("rank", {"of": "community", "by": "likes", "average": True})]


@pytest.mark.parametrize(
    ("question", "average"),
    [
        ("who gets the most likes on average?", True),
        ("which community gets the most likes per post?", True),
        ("which hour has the most likes a post", True),
        ("which post started the biggest talk, I mean the most replies?", False),
        ("who wrote a post with the most likes?", False),
    ],
)
def test_an_average_is_one_of_a_measure(question: str, average: bool) -> None:
    asked = QuestionReading([("rank", 1.0)], {}, {"of": "person", "by": "likes"}, text=question)
    ((_, args),) = proposals(asked, NOTHING)
    assert args.get("average", False) is average


def test_the_only_person_whom_a_question_names_is_meant() -> None:
    known = {"binsgoblin": "person"}
    profile = with_person(reading("get_profile", "lowdown on binsgoblin"), known)
    assert proposals(profile, NOTHING) == [("get_profile", {"user": "binsgoblin"})]
    alike = with_person(reading("find_audience", "clone binsgoblin", subject=["binsgoblin"]), known)
    assert proposals(alike, NOTHING) == [("find_lookalikes", {"users": ["binsgoblin"]})]
    kept = reading("find_audience", "mugs, not binsgoblin", subject=["mugs"], exclude=["binsgoblin"])
    assert with_person(kept, known) is kept
    count = reading("count", "posts about binsgoblin")
    assert with_person(count, known) is count
