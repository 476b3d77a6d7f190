"""What of a question asks, and what only tells of whoever asks."""

from __future__ import annotations

import pytest

from agent.understanding.focus import focus, is_background


@pytest.mark.parametrize(
    ("question", "asking"),
    [
        ("We lost our old spaniel in March. Which dog post had the most replies?",
         "Which dog post had the most replies?"),
        ("so basically I run a small running shop and what I'd like to know first of all is how many people post here",
         "how many people post here"),
        ("Good morning! I run a club. Could you kindly tell me who writes the most about gardening?",
         "who writes the most about gardening?"),
        ("when do the running lot get the most likes because I only have time to post twice a week",
         "when do the running lot get the most likes"),
        ("which of my lot drink coffee, because the cafe wants it, and of those which gets more replies",
         "which of my lot drink coffee, and of those which gets more replies"),
        ("Thank you. A short profile of that person, please.", "A short profile of that person, please."),
        ("We're planning the calendar, so I need to know in which month people write the most",
         "in which month people write the most"),
    ],
)  # fmt: skip
def test_what_asks_is_left(question: str, asking: str) -> None:
    assert focus(question) == asking


@pytest.mark.parametrize(
    "question",
    [
        "who would engage with a Nike ad?",
        "We're launching a vegan bar. Who'd want it?",  # an offer is no background
        "We make vegan leather bags. Which communities should we target?",
        "I've got Hokas coming in and I was wondering what folk say about them",  # "them" stands before
        "@ana is exactly our customer. Give me ten more like her.",
        "nike vs. adidas",
        "build me a list of ten",
        "is this angry? \"I hate it. We waited. Why?\"",
        "did anyone sell theirs because of it or just in general",
        "because I said so, who posts most?",
        "rank the months and tell me who led",
        "",
    ],
)  # fmt: skip
def test_nothing_is_left_out_where_all_may_matter(question: str) -> None:
    assert focus(question) == question


def test_background() -> None:
    assert is_background("I run a small shop.") and is_background("Lovely, thank you!")
    assert not is_background("I need ten people.") and is_background("Our rival is Nike.")
