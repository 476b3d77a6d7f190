"""Follow-ups that are put behind any call: which fit, and what they take over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.models.shipped import trained_tools
from agent.training.conversations import NAMING, PHRASINGS, Conversations
from agent.training.follow_ups import Step, kept, places_within, read_steps, tool_after
from agent.understanding.labels import TOOLS

STEPS = read_steps(PHRASINGS / "follow_ups.txt")
PEOPLE = ("ana", "ben", "cy")
SPOKEN = {tool["function"]["name"] for tool in trained_tools()}


def step(does: str, tool: str = "", about: str = "", say: str = "so?", **constants: str) -> Step:
    return Step(does, tool, tuple(about.split()), say, constants)


def test_the_bank_is_wide_and_says_nothing_twice() -> None:
    assert len(STEPS) >= 1500
    said = [(s.does, s.tool, s.about, s.say) for s in STEPS]
    assert len(set(said)) == len(said), [row for row in said if said.count(row) > 1]
    assert {s.tool for s in STEPS if s.does == "change"} == set(TOOLS) - {"cannot_tell"}


def test_the_chat_model_learns_no_follow_up_to_a_tool_that_it_does_not_know(conversations: Conversations) -> None:
    assert {step.tool for step in conversations.steps["change"]} <= SPOKEN


def test_a_follow_up_needs_a_heading(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("and {subject}?\n")
    with pytest.raises(ValueError, match="without a heading"):
        read_steps(tmp_path / "x.txt")


@pytest.mark.parametrize(
    ("follow", "tool", "args", "taken"),
    [
        (step("same", "subject"), "search_posts", {"query": "tea", "limit": 5}, {"limit": 5}),
        (step("same", "subject"), "get_profile", {"user": "ana"}, None),
        (step("same", "user"), "explain_match", {"user": "ana", "campaign": "tea"}, {"campaign": "tea"}),
        (step("narrow", say="since {since}"), "search_posts", {"query": "tea", "until": "May"}, {"query": "tea"}),
        (step("narrow", sentiment="negative"), "search_posts", {"query": "tea"}, {"query": "tea"}),
        (step("narrow", sentiment="negative"), "find_audience", {"campaign": "tea"}, None),
        (step("narrow", by="hour"), "analyze_sentiment", {"topic": "tea"}, None),
        (step("narrow", by="hour"), "measure_engagement", {"topic": "tea", "by": "hour"}, None),
        (step("narrow", **{"-limit": ""}), "find_audience", {"campaign": "tea", "limit": 5}, {"campaign": "tea"}),
        (step("narrow", **{"-limit": ""}), "find_audience", {"campaign": "tea"}, None),
        (step("narrow", say="{limit}"), "analyze_sentiment", {"topic": "tea"}, None),
        (step("narrow", say="since {since}"), "analyze_sentiment", {"text": "I like it."}, None),
        (step("brands", "more"), "compare_brands", {"brands": ["a", "b"]}, {"brands": ["a", "b"]}),
        (step("brands", "new"), "compare_brands", {"brands": ["a", "b"], "since": "May"}, {"since": "May"}),
        (step("brands", "more"), "search_posts", {"query": "a"}, None),
        (
            *(step("change", "search_posts", "subject"), "find_audience"),
            *({"campaign": "tea", "limit": 5, "since": "May"}, {"query": "tea", "since": "May"}),
        ),
        (step("change", "find_audience", "text"), "analyze_sentiment", {"text": "Hi!"}, {"campaign": "Hi!"}),
        (step("change", "compare_brands", "subject"), "search_posts", {"query": "tea"}, {"brands": ["tea"]}),
        (step("change", "get_profile", "person"), "find_audience", {"campaign": "tea"}, {"user": "ana"}),
        (step("change", "get_profile", "person"), "explain_match", {"user": "cy", "campaign": "x"}, {"user": "cy"}),
        (step("change", "describe_data", "subject"), "search_posts", {"query": "tea", "community": "x"}, {}),
        (step("change", "search_posts", "subject"), "search_posts", {"query": "tea"}, None),
        (step("change", "find_lookalikes", "person"), "find_audience", {"campaign": "tea"}, {"users": ["ana"]}),
        (
            *(step("change", "count", "subject", say="how many in {during}"), "find_audience"),
            *({"campaign": "tea", "since": "May", "community": "x"}, {"topic": "tea", "community": "x"}),
        ),
        (step("point", "explain_match", "subject"), "find_audience", {"campaign": "tea"}, {"campaign": "tea"}),
        (step("point", "get_profile"), "find_audience", {"campaign": "tea", "limit": 3}, {}),
    ],
)
def test_what_is_taken_over(follow: Step, tool: str, args: dict[str, Any], taken: dict[str, Any] | None) -> None:
    assert kept(follow, tool, args, PEOPLE) == taken


def test_nobody_is_pointed_at_where_nobody_is_listed() -> None:
    assert kept(step("point", "get_profile"), "find_audience", {"campaign": "tea"}, ()) is None
    assert kept(step("change", "get_profile", "person"), "find_audience", {"campaign": "tea"}, ()) is None


def test_the_tool_stays_unless_another_is_asked_for() -> None:
    assert tool_after(step("same", "subject"), "search_posts") == "search_posts"
    assert tool_after(step("change", "get_profile", "person"), "search_posts") == "get_profile"


def test_places_that_a_list_has() -> None:
    assert places_within(["first", "#3", "last", "fifth", "second to last"], 3) == [
        "first",
        "#3",
        "last",
        "second to last",
    ]
    assert places_within(["second", "second to last"], 1) == []


def test_every_follow_up_makes_a_valid_call_after_some_call(data: Path) -> None:
    conversations = Conversations(data, None, 1)
    lines = {tool: conversations.phrasings[tool] for tool in conversations.tools}
    calls = [conversations.question(tool, line)[1].call for tool in conversations.tools for line in lines[tool][::9]]
    for follow in STEPS[::3]:
        fitting = 0
        for tool, args in calls:
            people = PEOPLE if tool not in NAMING else ()
            taken = kept(follow, tool, args, people)
            if taken is not None:
                conversations._step(follow, tool, taken, people, [])
                fitting += 1
            if fitting == 2:
                break
        assert fitting, follow
