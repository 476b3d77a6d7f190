"""An audience query that was edited and run without the model: the next question may be about its result."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.analyst import Analyst
from agent.page.answering import answer, note
from agent.page.conversation import Conversation
from agent.page.opening import Opening
from agent.page.views.query import query_words
from agent.page.views.shown import Shown
from agent.understanding.context import CallContext
from tests.agent.scripted_model import ScriptedModel, call
from tools.library import Library
from tools.registry import call_tool

ARGS = {"campaign": "iPhone", "limit": 2}


@pytest.fixture(scope="module")
def library(tiny_index: Path) -> Library:
    return Library.open(tiny_index)


def test_the_next_question_sees_the_call_and_its_result(library: Library) -> None:
    ana = call("search_posts", query="Nike", limit=1)
    analyst = Analyst(library, ScriptedModel(replies=[[ana], ["One post."], ["Two people."]]))
    opening, conversation = Opening(lambda: analyst), Conversation()
    conversation.put("who writes about Nike?")
    list(answer(conversation, opening))
    result = call_tool(library, "find_audience", dict(ARGS))
    shown = Shown("find_audience", ARGS, result, 0.1)
    conversation.add(shown, "edited query")
    note(conversation, analyst, shown, query_words(ARGS))
    conversation.put("and the second of them?")
    said = list(answer(conversation, opening))[-1][-1]["content"]

    seen = analyst.model.seen[-1]
    asked, called, told, _, follow_up = seen[-5:]
    assert isinstance(asked, HumanMessage) and asked.text == "Who would engage with iPhone?"
    assert isinstance(called, AIMessage) and called.tool_calls[0]["args"] == ARGS
    assert isinstance(told, ToolMessage) and told.tool_call_id == called.tool_calls[0]["id"]
    assert told.text.startswith(result.text[:100]) and told.artifact.handles == result.handles
    assert follow_up.text == "and the second of them?"
    earlier = CallContext.of(seen)
    assert (earlier.question, earlier.tool, earlier.args) == ("Who would engage with iPhone?", "find_audience", ARGS)
    assert earlier.people[:2] == tuple(person.user for person in result.people[:2])
    # The figure shows where it is from.
    assert said.endswith("</abbr> people.</p></div>") and 'title="How many are listed"' in said

    assert conversation.take_back() == "and the second of them?"  # the edited query stays
    conversation.put("who are they?")
    list(answer(conversation, opening))
    assert [message.text for message in analyst.model.seen[-1] if isinstance(message, HumanMessage)] == [
        "who writes about Nike?", "Who would engage with iPhone?", "who are they?",
    ]  # fmt: skip
    conversation.take_back()
    conversation.take_back()  # the first question, and the edited query after it
    conversation.put("hello")
    list(answer(conversation, opening))
    first, again = analyst.model.seen[-2:]  # it claims what no tool said in this conversation, and is told so
    assert [message.text for message in first if isinstance(message, HumanMessage)] == ["hello"]
    assert again[-1].text.startswith("hello\n\nYour draft was withheld")


def test_a_query_as_a_question() -> None:
    assert query_words({"campaign": "Nike"}) == "Who would engage with Nike?"
    narrowed = {"campaign": "Nike", "interests": ["shoes", "golf"], "community": "running", "since": "2025-01"}
    words = "Who would engage with Nike, interested in shoes and golf, in running, since 2025-01, until 2026?"
    assert query_words({**narrowed, "until": "2026", "limit": 5}) == words
