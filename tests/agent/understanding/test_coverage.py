"""Conditions of a question that no call took into account are found by code, not by what a model says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from agent.events import Call
from agent.understanding.context import CallContext
from agent.understanding.coverage import conditions, cut_short, not_covered, told, turned_round, unchanged, untellable
from tools.registry import TOOLS, arguments_model


def missing(question: str, tool: str = "find_audience", **args: Any) -> list[str]:
    return not_covered(question, [Call(tool, args)])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who would like a Nike ad, excluding anyone from running?", "excluding anyone from running"),
        ("who likes coffee but never mentions Nike", "never mentions Nike"),
        ("People for Nike with at least 25 posts", "at least 25 posts"),
        ("top Nike people with 20+ posts", "20+ posts"),
        ("Who should we not show a Nike ad to?", "should we not show a Nike ad to"),
        ("how many people mention Nike?", "how many people"),
        ("who posts the most about Nike", "who posts the most"),
        ("is it getting worse for Nike", "getting worse"),
        ("more Nike posts in 2025 than in 2024?", "more Nike posts in 2025 than in 2024"),
        ("find people similar to @nike", "people similar to @nike"),
        ("is Nike talked about on Instagram?", "Instagram"),
        ("people for Nike, nothing from running", "nothing from running"),
        ("Nike people who do not mention shoes", "who do not mention shoes"),
        ("people who named Nike at least twice", "at least twice"),
        ("how many mention a refund?", "mention a refund"),
    ],
)
def test_what_no_argument_reflects_is_quoted(question: str, words: str) -> None:
    assert missing(question, campaign="Nike") == [f'"{words}"']


def test_a_manner_of_speaking_is_no_tone() -> None:
    (said,) = missing("sarcastic Nike posts", "search_posts", query="Nike")
    assert said == '"sarcastic" (tone is only told as positive, neutral or negative)'


def test_what_turns_a_question_round() -> None:
    asked = "who would like Nike but never mentions shoes"
    assert turned_round(asked, [Call("find_audience", {"campaign": "Nike"})]) == "never mentions shoes"
    assert turned_round(asked, [Call("find_audience", {"campaign": "Nike", "never_names": ["shoes"]})]) == ""
    assert turned_round("at least 5 posts on Nike", [Call("find_audience", {"campaign": "Nike"})]) == ""
    assert turned_round(asked, []) == ""


@pytest.mark.parametrize("asked", ["split the Nike fans by age group", "tone on Nike by gender, please", "per race"])
def test_nothing_is_grouped_by_a_trait(asked: str) -> None:
    segments = [Call("list_segments", {"topic": "Nike"})]
    what = untellable(asked, segments)
    assert what is not None and what[0] in asked and what[1] == "sensitive"
    assert untellable(asked, [Call("cannot_tell", {"why": "sensitive"})]) is None


def test_a_word_that_also_names_a_trait_is_no_grouping() -> None:
    for asked in ("tone by race day", "by month, for the New Age", "stand by sex education"):
        assert untellable(asked, [Call("analyze_sentiment", {"topic": "Nike"})]) is None


def test_what_is_never_inferred_is_told_so() -> None:
    (said,) = missing("top ten women for Nike", campaign="Nike")
    assert said == '"women" (these posts do not say it, and it is never inferred)'
    assert missing("who would buy women's running shoes?", campaign="women's running shoes") == []


@pytest.mark.parametrize(
    ("question", "tool", "args"),
    [
        ("Who would like Nike, excluding @ana?", "find_audience", {"campaign": "Nike", "exclude": ["ana"]}),
        ("people for Nike with 25 posts or more", "find_audience", {"campaign": "Nike", "min_posts": 25}),
        ("how many people mention Nike?", "count", {"of": "people", "topic": "Nike"}),
        ("who posts the most", "rank", {"of": "person"}),
        ("is Nike getting worse by month", "analyze_sentiment", {"topic": "Nike", "by": "month"}),
        ("find people similar to @ana", "find_lookalikes", {"users": ["ana"]}),
        ("posts of @ana on Nike's shoes in March", "search_posts", {"query": "Nike shoes", "user": "ana"}),
        (
            'What is the tone of "never buying Adidas again"?',
            "analyze_sentiment",
            {"text": "never buying Adidas again"},
        ),
        ("Who would engage with a Nike ad?", "find_audience", {"campaign": "Nike"}),
    ],
)
def test_what_a_call_took_into_account_is_not_told(question: str, tool: str, args: dict[str, Any]) -> None:
    assert missing(question, tool, **args) == []


def test_one_of_several_calls_is_enough_and_no_call_means_nothing_was_dropped() -> None:
    question = "compare Nike and Adidas, then how many people name Nike"
    calls = [Call("compare_brands", {"brands": ["Nike", "Adidas"]}), Call("count", {"of": "people", "topic": "Nike"})]
    assert not_covered(question, calls) == []
    assert not_covered("how many people name Nike without Adidas", []) == []


def test_an_empty_argument_covers_nothing() -> None:
    assert missing("people for Nike with at least 25 posts", campaign="Nike", min_posts=None) != []


def test_the_sentence() -> None:
    assert told([]) == ""
    assert told(['"women"', '"25 posts"']) == 'Not taken into account: "women", "25 posts".'


def test_conditions_name_tools_and_arguments_that_exist() -> None:
    arguments = {name for tool in TOOLS for name in arguments_model(tool).model_fields}
    for condition in conditions():
        assert condition.tools <= set(TOOLS)
        assert condition.arguments <= arguments


def test_a_change_that_changed_nothing_is_told() -> None:
    before = CallContext("people for Spotify", "find_audience", {"campaign": "Spotify"})
    again = [{"name": "find_audience", "args": {"campaign": "Spotify"}}]
    assert unchanged("not the booked one", before, again) == [
        '"not the booked one" (it was read as the same question again)'
    ]
    for question in ("People for Spotify", "the same again please"):
        assert unchanged(question, before, again) == []
    assert (
        unchanged("make it 5", before, [{"name": "find_audience", "args": {"campaign": "Spotify", "limit": 5}}]) == []
    )
    assert unchanged("not the booked one", CallContext(), []) == []


@pytest.mark.parametrize(
    ("said", "args", "left"),
    [
        ("Ryanair's bag rules", {"topic": "Ryanair"}, ['"bag rules"']),
        ("Ryanair", {"topic": "Ryanair"}, []),
        ("spotfy", {"topic": "Spotify"}, []),
        ("gardens", {"community": "gardening"}, []),
        ("mira", {"exclude": ["mira_in_lavender"]}, []),
        ("streaming", {"topic": "ads"}, ['"streaming"']),
        ("the airlines", {"kind": "airlines"}, []),
    ],
)
def test_what_was_said_and_stands_in_no_call_is_told(said: str, args: dict[str, Any], left: list[str]) -> None:
    assert cut_short([said], [Call("rank", args)]) == left
    assert cut_short([said], []) == cut_short([said], [Call("cannot_tell", args)]) == []


def test_nobody_is_left_out_by_what_somebody_says_of_themselves() -> None:
    assert missing("My daughter gave me Nike and I never know what to believe", campaign="Nike") == []
    assert missing("people for Nike who never know what to believe", campaign="Nike") != []
