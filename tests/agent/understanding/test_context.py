"""What came before a question, and whom "the second one" means."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agent.understanding.context import CallContext, described, place_of, pointer_in


def asked(question: str, name: str, /, **args: Any) -> list[BaseMessage]:
    return [HumanMessage(question), AIMessage("", tool_calls=[{"name": name, "args": args, "id": "c1"}])]


def returned(name: str, *people: str, **rows: Any) -> ToolMessage:
    artifact = SimpleNamespace(handles=list(people), result=SimpleNamespace(**rows))
    return ToolMessage("Mixed.", tool_call_id="c1", name=name, artifact=artifact)


def test_the_last_call_that_was_made() -> None:
    first = [SystemMessage("Be kind."), *asked("Nike?", "find_audience", campaign="Nike"), returned("find_audience")]
    thread = [*first, AIMessage("Here."), HumanMessage("thanks"), AIMessage("Any time!")]
    assert CallContext.of([HumanMessage("Nike?")]) == CallContext.of([]) == CallContext()
    assert CallContext.of([*thread, HumanMessage("and Adidas?")]) == CallContext(
        "Nike?", "find_audience", {"campaign": "Nike"}
    )
    again = [*thread, *asked("and Adidas?", "find_audience", campaign="Adidas"), returned("find_audience")]
    assert CallContext.of([*again, HumanMessage("top 5")]).args == {"campaign": "Adidas"}


def test_the_list_of_people_outlives_a_look_at_one_of_them() -> None:
    listing = [*asked("Nike?", "find_audience", campaign="Nike"), returned("find_audience", "ana", "ben")]
    one = [*asked("why @ben?", "explain_match", user="ben", campaign="Nike"), returned("explain_match", "ben")]
    earlier = CallContext.of([*listing, *one, HumanMessage("and the first?")])
    assert (earlier.tool, earlier.people) == ("explain_match", ("ana", "ben"))


def test_names_take_the_place_of_people() -> None:
    listing = [*asked("Nike?", "find_audience", campaign="Nike"), returned("find_audience", "ana", "ben")]
    rows = [SimpleNamespace(name="Puma"), SimpleNamespace(name="Hoka")]
    brands = [*asked("brands?", "extract_entities", topic="Nike"), returned("extract_entities", "cy", entities=rows)]
    earlier = CallContext.of([*listing, *brands, HumanMessage("the second one?")])
    assert (earlier.listed, earlier.people) == (("Puma", "Hoka"), ())


def test_a_failed_call_lists_nobody() -> None:
    failed = ToolMessage("No.", tool_call_id="c1", name="extract_keywords", artifact=SimpleNamespace(result=None))
    assert CallContext.of([*asked("x?", "extract_keywords"), failed, HumanMessage("the first?")]).listed == ()
    assert (
        CallContext.of([*asked("x?", "find_audience"), ToolMessage("No.", tool_call_id="c1"), HumanMessage("?")]).listed
        == ()
    )


def test_the_call_in_words() -> None:
    words = described("compare_brands", {"brands": ["Nike", "Puma"], "limit": 5, "since": "x" * 60}, "Nike or Puma?")
    assert words == f"compare brands; brands Nike, Puma; limit 5; since {'x' * 34} | Nike or Puma?"
    assert CallContext().text == ""


@pytest.mark.parametrize(
    ("said", "place"),
    [
        *[("first", 0), ("the second one", 1), ("2nd", 1), ("#3", 2), ("no. 4", 3), ("number two", 1), ("tenth", 9)],
        *[("last", -1), ("second to last", -2), ("bottom", -1), ("latter", -1), ("former", 0), ("top", 0), ("#1", 0)],
        *[("that one there", 0), ("nobody", None), ("", None), ("0", None)],
    ],
)
def test_places(said: str, place: int | None) -> None:
    assert place_of(said) == place


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        *[("why the second one?", "second"), ("who's the first", "first"), ("tell me about #3", "#3")],
        *[
            ("posts of the 2nd person please", "2nd"),
            ("and number two?", "number two"),
            ("the second to last one", "second to last"),
        ],
        *[("does the top one get likes", "top"), ("more on the last of them", "last"), ("explain no. 4", "no. 4")],
        *[
            ("how was it in the first quarter", ""),
            ("since last month", ""),
            ("top 5 please", ""),
            ("the first time I ran", ""),
        ],
        *[("last year?", ""), ("why her?", ""), ("", "")],
    ],
)
def test_pointers(question: str, pointer: str) -> None:
    assert pointer_in(question) == pointer
