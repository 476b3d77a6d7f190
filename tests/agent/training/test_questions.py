"""Labels of the question reader, from conversations whose calls are known."""

from __future__ import annotations

from typing import Any

import pytest

from agent.question_reader import CARRIED, KINDS
from agent.training.conversations import Conversations, Turn
from agent.training.questions import Question, draw, labels, questions


def labelled(text: str, args: dict[str, Any], previous: dict[str, Any] | None = None) -> tuple[list[Any], set[str]]:
    """Spans as (slot, words), and what is carried over."""
    spans, carried = labels(Question(text, "before" if previous else "", "search_posts", args, previous or {}))
    return [(slot, text[start:end]) for slot, start, end in spans], carried


def test_every_argument_is_found_in_the_question() -> None:
    text = "give me five people into tea or Yoga for a nike ad in r/Coffee since May"
    args = {"campaign": "Nike", "interests": ["tea", "yoga"], "limit": 5, "since": "May", "community": "Coffee"}
    spans, carried = labelled(text, args)
    assert spans == [
        *[("subject", "nike"), ("interests", "tea"), ("interests", "Yoga")],
        *[("limit", "five"), ("since", "May"), ("community", "Coffee")],
    ]
    assert carried == set()


@pytest.mark.parametrize("name", ["campaign", "topic", "query"])
def test_a_subject_is_a_subject_in_every_tool(name: str) -> None:
    assert labelled("posts about iPhone", {name: "iPhone"}) == ([("subject", "iPhone")], set())


@pytest.mark.parametrize(("said", "limit"), [("top 10", 10), ("a dozen", 12), ("half a dozen", 6), ("twenty-five", 25)])
def test_a_limit_is_found_by_its_value(said: str, limit: int) -> None:
    [(slot, found)], _ = labelled(f"show {said} posts on tea", {"limit": limit})
    assert slot == "limit" and found in said


def test_one_period_for_both_dates() -> None:
    assert labelled("in March", {"since": "March", "until": "March"}) == ([("during", "March")], set())
    assert labelled("and then", {"since": "March", "until": "March"}) == ([], {"since", "until"})
    apart = labelled("from March to May", {"since": "March", "until": "May"})
    assert apart == ([("since", "March"), ("until", "May")], set())


def test_what_is_not_said_is_carried_over() -> None:
    before = {"topic": "Nike", "sentiment": "positive", "limit": 3}
    spans, carried = labelled(
        "and by @ana?", {"query": "Nike", "user": "ana", "sentiment": "positive", "limit": 3}, before
    )
    assert spans == [("user", "ana")] and carried == {"subject", "sentiment", "limit"}
    assert labelled("only the bad ones", {"sentiment": "negative"}, before) == ([], set())
    assert labelled("more", {"sentiment": "positive"}, before) == ([], {"sentiment"})


def test_places_are_right_behind_letters_that_fold_into_two() -> None:
    assert labelled("Weißbier und Maß für Nike-Fans", {"campaign": "nike"})[0] == [("subject", "Nike")]


def test_whole_words_come_before_parts_of_words() -> None:
    text = "ale lovers with a pale garage for sale"
    spans, _ = labels(Question(text, "", "find_audience", {"campaign": "Ale"}, {}))
    assert spans == [("subject", 0, 3)]
    assert labelled("what about #nikeair", {"topic": "nike"})[0] == [("subject", "nike")]


def test_values_may_look_like_patterns() -> None:
    assert labelled("is C++ (really) ok?", {"topic": "C++ (really)"})[0] == [("subject", "C++ (really)")]


def test_questions_of_a_conversation() -> None:
    turns = [
        *[Turn("user", "Nike?"), Turn("assistant", "", ("find_audience", {"campaign": "Nike"})), Turn("tool", "Two.")],
        *[Turn("assistant", "Here."), Turn("user", "thanks"), Turn("assistant", "Any time!", None, "thanks")],
        *[Turn("user", "and Puma?"), Turn("assistant", "", ("find_audience", {"campaign": "Puma"}))],
    ]
    nike = {"campaign": "Nike"}
    assert questions(turns) == [
        Question("Nike?", "", "find_audience", nike, {}),
        Question("thanks", "Nike?", "thanks", {}, nike),
        Question("and Puma?", "Nike?", "find_audience", {"campaign": "Puma"}, nike),
    ]
    assert questions([]) == []


def test_drawn_questions_can_be_learnt(conversations: Conversations) -> None:
    drawn = draw(conversations, 150)
    assert len(drawn) == 150 and len({question.kind for question in drawn}) > 6
    for question in drawn:
        spans, carried = labels(question)
        assert question.kind in KINDS and carried <= set(CARRIED)
        assert all(0 <= start < end <= len(question.text) for _, start, end in spans)
        if not question.previous:
            assert not carried, question
