"""Replies that went astray, as models of half a billion parameters and fewer wrote them, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.guidance.advice import Advice
from agent.guidance.replies import failed, mended, tidied, written_calls
from agent.guidance.shown import shown_tool

TOOLS = [shown_tool(name) for name in ("count", "search_posts", "extract_entities", "describe_data")]
NAMES = {tool["function"]["name"] for tool in TOOLS}
DRAFT = ("count", {"of": "people", "topic": "Nike"})
ASKED = HumanMessage("How many people mention Nike?")


def made(name: str, **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args, "id": "c1", "type": "tool_call"}


def calls(message: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(call["name"], call["args"]) for call in message.tool_calls]


def test_an_answer_without_a_look_becomes_the_call_of_the_first_reading() -> None:
    reply = mended(AIMessage("There are 42 people who mention Nike."), [ASKED], Advice(draft=DRAFT), TOOLS)
    assert (calls(reply), reply.content) == ([DRAFT], "")


def test_words_stay_where_no_call_is_needed() -> None:
    reply = AIMessage("Hello! Ask me about the posts.")
    assert mended(reply, [HumanMessage("hi")], Advice(small_talk=True), TOOLS) is reply


def test_a_part_that_had_no_look_is_looked_up() -> None:
    told = ToolMessage("12 people", tool_call_id="c1", name="count")
    before = [ASKED, AIMessage("", tool_calls=[made(*DRAFT[:1], **DRAFT[1])]), told]
    draft = ("search_posts", {"query": "Nike"})
    assert calls(mended(AIMessage("12 people do."), before, Advice(draft=draft), TOOLS)) == [draft]
    assert mended(AIMessage("12 people do."), before, Advice(draft=DRAFT), TOOLS).text == "12 people do."


def test_calls_among_the_words_are_made() -> None:
    text = (
        "To answer this I will call the tool:\n```json\n"
        '{"name": "count", "arguments": {"of": "people", "topic": "Nike"}}\n```\nand then '
        '{"name": "search_posts", "parameters": {"query": "Nike"}} and {"name": "rm", "arguments": {}} {"name": oops}'
    )
    assert [(c["name"], c["args"]) for c in written_calls(text, NAMES)] == [DRAFT, ("search_posts", {"query": "Nike"})]
    reply = mended(AIMessage(text), [ASKED], Advice(), TOOLS)
    assert (len(reply.tool_calls), reply.content) == (2, "")  # type: ignore[attr-defined]


def test_two_calls_at_once_are_both_made() -> None:
    both = [made("count", of="people", topic="Nike"), {**made("search_posts", query="Nike"), "id": "c2"}]
    reply = AIMessage("", tool_calls=both)
    assert mended(reply, [ASKED], Advice(draft=DRAFT), TOOLS) is reply


def test_a_tool_that_does_not_exist_gives_way_to_the_first_reading() -> None:
    reply = AIMessage("", tool_calls=[made("get_mentions", brand="Nike")])
    assert calls(mended(reply, [ASKED], Advice(draft=DRAFT), TOOLS)) == [DRAFT]


def test_the_same_call_again_ends_the_loop() -> None:
    call = made(*DRAFT[:1], **DRAFT[1])
    before = [ASKED, AIMessage("", tool_calls=[call]), ToolMessage("12 people", tool_call_id="c1", name="count")]
    reply = mended(AIMessage("", tool_calls=[{**call, "id": "c2"}]), before, Advice(), TOOLS)
    assert (calls(reply), reply.content) == ([], "")


def test_a_call_that_cannot_be_read_gives_way_too() -> None:
    broken = {"name": None, "args": "unreadable call: {", "id": "c1", "error": None, "type": "invalid_tool_call"}
    reply = AIMessage("", invalid_tool_calls=[broken])  # type: ignore[list-item]
    found = mended(reply, [ASKED], Advice(draft=DRAFT), TOOLS)
    assert (calls(found), found.invalid_tool_calls) == ([DRAFT], [])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "draft", "written", "kept"),
    [
        (
            "who gets name-dropped in the hoops community? people only",
            ("extract_entities", {"type": "person", "community": "hoops"}),
            {
                "topic": "hoops", "text": "I'm sorry, but I can't assist with that request.", "community": "hoops",
                "type": "person",
            },
            {"community": "hoops", "type": "person"},
        ),
        (
            "cluster these people",
            ("list_segments", {}),
            {
                "count": 20, "topic": "people", "community": "dogs or cats", "since": "2024-07-01",
                "until": "2026-06-29",
            },
            {"topic": "people"},
        ),
        (
            "Which firms does the money community name in 2025?",
            ("extract_entities", {"type": "organization", "community": "money", "since": "2025", "until": "2025"}),
            {
                "topic": "money", "user": "money", "text": "The money community name in 2025 is Google Inc.",
                "limit": 1, "community": "money", "sentiment": "positive", "since": "2025-01-01",
                "until": "2025-12-31",
            },
            {"community": "money", "since": "2025-01-01", "until": "2025-12-31"},
        ),
        ("any rows lost?", ("describe_data", {}), {"file": "your_file_name.txt"}, {}),
    ],
    ids=["a refusal as a text", "the words of a description", "all that is shown", "what no tool has"],
)  # fmt: skip
def test_what_nobody_said_is_left_out(asked: str, draft: Any, written: dict[str, Any], kept: dict[str, Any]) -> None:
    """Recorded: half a billion parameters filled in every argument that they were shown."""
    told = tidied(made(draft[0], **written), [HumanMessage(asked)], Advice(draft=draft))
    assert told["args"] == kept


def test_a_condition_that_the_first_reading_missed_stays() -> None:
    asked = [HumanMessage("How many posts about Nike since May have more than 20 likes?")]
    call = made("count", of="posts", topic="Nike", since="2026-05-01", min_likes=21, limit=3, community="running")
    told = tidied(call, asked, Advice(draft=("count", {"of": "posts", "topic": "Nike"})))
    assert told["args"] == {"of": "posts", "topic": "Nike", "since": "2026-05-01", "min_likes": 21}


def test_what_the_first_reading_says_stays() -> None:
    advice = Advice(draft=("count", {"of": "posts", "without": ["@bo"]}))
    call = made("count", of="posts", without=["@bo"])
    assert tidied(call, [HumanMessage("and how many without him?")], advice) == call


def test_a_result_that_is_none() -> None:
    assert failed(ToolMessage("count was called wrongly", tool_call_id="c", status="error"))
    assert not failed(ToolMessage("12 people", tool_call_id="c"))
