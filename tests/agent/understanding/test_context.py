"""What came before a question, and whom "the second one" means."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agent.understanding.context import CallContext, described, place_of, pointer_in
from tools.result.evidence import Evidence
from tools.result.line import Listing
from tools.result.result import ToolResult


def asked(question: str, name: str, /, **args: Any) -> list[BaseMessage]:
    return [HumanMessage(question), AIMessage("", tool_calls=[{"name": name, "args": args, "id": "c1"}])]


def returned(name: str, *listed: str, kind: Any = "people", evidence: Any = ()) -> ToolMessage:
    listing = Listing(kind, listed) if listed else None
    artifact = SimpleNamespace(result=ToolResult(listing=listing, evidence=list(evidence)))
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
    for tool, kind in (("extract_entities", "names"), ("extract_keywords", "phrases"), ("list_segments", "segments")):
        names = [*asked("which?", tool, topic="Nike"), returned(tool, "Puma", "Hoka", kind=kind)]
        earlier = CallContext.of([*listing, *names, HumanMessage("the second one?")])
        assert (earlier.listed, earlier.people, earlier.kind) == (("Puma", "Hoka"), (), kind)


def test_posts_are_listed_by_their_authors() -> None:
    authors = (("p2", "ben"), ("p1", "ana"))
    posts = [Evidence(id_, author, "Hi.", None, None, None, "neutral") for id_, author in authors]
    found = returned("search_posts", "p1", "p2", kind="posts", evidence=posts)
    earlier = CallContext.of([*asked("posts?", "search_posts", query="tea"), found, HumanMessage("the second one?")])
    assert (earlier.people, earlier.kind) == (("ana", "ben"), "posts")


def test_times_are_listed_as_times() -> None:
    listing = [*asked("Nike?", "find_audience", campaign="Nike"), returned("find_audience", "ana", "ben")]
    times = [*asked("when?", "measure_engagement", by="month"), returned("measure_engagement", "2024-01", kind="times")]
    earlier = CallContext.of([*listing, *times, HumanMessage("the first one?")])
    assert (earlier.listed, earlier.kind, earlier.people) == (("2024-01",), "times", ())


def test_the_lists_of_a_conversation() -> None:
    listing = [*asked("Nike?", "find_audience", campaign="Nike"), returned("find_audience", "ana", "ben")]
    again = [*asked("five", "find_audience", campaign="Nike", limit=5), returned("find_audience", "ana")]
    one = [*asked("why @ben?", "explain_match", user="ben", campaign="Nike"), returned("explain_match", "ben")]
    earlier = CallContext.of([*listing, *again, *one])
    assert [each.args for each in earlier.lists] == [{"campaign": "Nike"}, {"campaign": "Nike", "limit": 5}]
    assert not earlier.is_list and CallContext.of([*listing, *again]).is_list
    at = earlier.at_list()
    assert (at.tool, at.args, at.listed, at.is_list) == (
        "find_audience",
        {"campaign": "Nike", "limit": 5},
        ("ana",),
        True,
    )


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
