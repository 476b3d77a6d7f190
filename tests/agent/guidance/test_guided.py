"""A model that was not trained for this program, guided, over a real index: headline first, nothing made up shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from agent.analyst import Analyst
from agent.events import Finished, Words
from agent.guidance.advice import SHORTEST, SHORTLIST, Guide
from tests.agent.scripted_model import Piece, ScriptedModel, call
from tools.library import Library
from tools.registry import TOOLS, call_tool


class OfferedModel(ScriptedModel):
    """Keeps which tools it was offered, and with which settings."""

    offered: list[Any] = Field(default_factory=list)
    settings: dict[str, Any] = Field(default_factory=dict)

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        self.offered.append([tool["function"]["name"] for tool in tools])
        self.settings.update(kwargs)
        return self


@pytest.fixture(scope="module")
def library(tiny_index: Path) -> Library:
    return Library.open(tiny_index)


@pytest.fixture(scope="module")
def guide(library: Library) -> Guide:
    return Guide.load(library.embed)


def analyst_of(library: Library, guide: Guide, *replies: list[Piece]) -> tuple[Analyst, OfferedModel]:
    model = OfferedModel(replies=list(replies))
    return Analyst(library, model, guide=guide), model


def test_the_model_reads_few_tools_and_the_first_reading(library: Library, guide: Guide) -> None:
    analyst, model = analyst_of(library, guide, [call("count", of="people", topic="Nike")], ["That is all."])
    answer = analyst.ask("How many people mention Nike?")
    assert [c.name for c in answer.calls] == ["count"]
    assert len(model.offered[0]) == SHORTLIST and model.offered[0][0] == "count"
    assert 'count {"of": "people", "topic": "Nike"}' in str(model.seen[0][-1].text)
    assert model.seen[0][-1].text.startswith("How many people mention Nike?\n\n(Not from the user.")
    assert "The user has been shown the first line." in model.seen[1][-1].text
    assert model.settings["max_new_tokens"] > 0


def test_the_headline_comes_first_and_only_once(library: Library, guide: Guide) -> None:
    head = call_tool(library, "count", {"of": "people", "topic": "Nike"}).headline.text
    analyst, _ = analyst_of(library, guide, [call("count", of="people", topic="Nike")], [f"{head}\n", "So it is."])
    events = list(analyst.stream("How many people mention Nike?"))
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.answer == f"{head}\nSo it is."
    assert "".join(event.text for event in events if isinstance(event, Words)) == f"{head}\nSo it is."


def test_what_was_made_up_is_left_out_and_the_headline_stands(library: Library, guide: Guide) -> None:
    head = call_tool(library, "count", {"of": "people", "topic": "Nike"}).headline.text
    analyst, _ = analyst_of(library, guide, [call("count", of="people", topic="Nike")], ["In fact 98,765 people do."])
    answer = analyst.ask("How many people mention Nike?")
    assert (answer.answer, answer.grounded) == (head, False)


def test_a_model_that_never_calls_is_answered_for_by_the_reader(library: Library, guide: Guide) -> None:
    analyst, _ = analyst_of(library, guide, ["I think that 7 people do."])
    answer = analyst.ask("How many people mention Nike?")
    assert [(c.name, c.args) for c in answer.calls] == [("count", {"of": "people", "topic": "Nike"})]
    assert answer.answer == call_tool(library, "count", {"of": "people", "topic": "Nike"}).headline.text


def test_a_model_that_loops_comes_to_an_end(library: Library, guide: Guide) -> None:
    analyst, model = analyst_of(library, guide, [call("count", of="people", topic="Nike")])
    answer = analyst.ask("How many people mention Nike?")
    assert len(answer.calls) == 1 and len(model.seen) == 2
    assert answer.answer.startswith(call_tool(library, "count", {"of": "people", "topic": "Nike"}).headline.text)


def test_small_talk_needs_no_examples(library: Library, guide: Guide) -> None:
    analyst, model = analyst_of(library, guide, ["Hello!"])
    assert analyst.ask("hi there").answer == "Hello!"
    assert len(model.offered[0]) == SHORTEST
    assert model.seen[0][-1].text == "hi there\n\n(Not from the user. No tool is needed: reply in one sentence.)"


def test_of_another_language_the_reader_says_nothing(library: Library, guide: Guide) -> None:
    analyst, model = analyst_of(library, guide, ["No sé."])
    analyst.ask("¿Quién compraría zapatillas de correr de Nike?")
    assert len(model.offered[0]) == len(guide.names) <= len(TOOLS)
    assert model.seen[0][-1].text == "¿Quién compraría zapatillas de correr de Nike?"


def test_the_conversation_keeps_what_the_user_wrote(library: Library, guide: Guide) -> None:
    analyst, model = analyst_of(
        library, guide, [call("count", of="people", topic="Nike")], ["So it is."], [call("count", of="posts")], ["Yes."]
    )
    analyst.ask("How many people mention Nike?", thread="t")
    analyst.ask("And how many posts are there in all?", thread="t")
    assert model.seen[2][1].text == "How many people mention Nike?"
