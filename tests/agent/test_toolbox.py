"""Tools as the chat model meets them: arguments made plain, faults as sentences, results as artifacts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.toolbox import Outcome, brands_apart, langchain_tools, plain_arguments, told_apart, tool_schema
from index.errors import AnalystError
from tools.library import Library
from tools.registry import TOOLS, arguments_model
from tools.result.result import ToolResult

TODAY = date(2026, 11, 22)


def invoke(library: Library, tool: str, **args: Any) -> tuple[str, Outcome]:
    found = next(item for item in langchain_tools(library) if item.name == tool)
    message = found.invoke({"type": "tool_call", "name": tool, "id": "c1", "args": args})
    return message.text, message.artifact


@pytest.fixture(scope="module")
def library(tiny_index: Path) -> Library:
    return Library.open(tiny_index)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({"user": " @ana "}, {"user": "ana"}),
        ({"user": "/u/Ana"}, {"user": "Ana"}),
        ({"user": "@u/ana"}, {"user": "ana"}),
        ({"user": "@"}, {}),
        ({"community": "r/running"}, {"community": "running"}),
        ({"community": "/R/running "}, {"community": "running"}),
        ({"community": "#running"}, {"community": "running"}),
        ({"campaign": "r/running shoes"}, {"campaign": "r/running shoes"}),
        ({"query": "x", "user": None, "sentiment": "", "interests": [], "topic": "  "}, {"query": "x"}),
        ({"limit": 0, "flag": False}, {"limit": 0, "flag": False}),
        ({"since": "last month", "until": "last month"}, {"since": "2024-02-01", "until": "2024-02-29"}),
        ({"since": "banana"}, {"since": "banana"}),
    ],
)
def test_plain_arguments(given: dict, plain: dict) -> None:
    before = dict(given)
    assert plain_arguments(given, today=TODAY, last_post=date(2024, 3, 11)) == plain
    assert given == before


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        ("search_posts", {"query": "x", "community": "ANA"}, {"query": "x", "user": "ANA"}),
        ("search_posts", {"query": "x", "community": "running"}, {"query": "x", "community": "running"}),
        ("search_posts", {"query": "x", "community": "nowhere"}, {"query": "x", "community": "nowhere"}),
        ("search_posts", {"query": "x", "user": "Running"}, {"query": "x", "community": "Running"}),
        ("search_posts", {"query": "x", "user": "ana"}, {"query": "x", "user": "ana"}),
        (
            "get_profile",
            {"user": "running"},
            {"user": "running"},
        ),  # a profile needs a person: the tool says who is near
        ("find_audience", {"campaign": "x", "community": "ana"}, {"campaign": "x", "community": "ana"}),
        (
            "search_posts",
            {"query": "x", "user": "ana", "community": "ana"},
            {"query": "x", "user": "ana", "community": "ana"},
        ),
    ],
)
def test_people_and_communities_are_told_apart(
    library: Library, tool: str, given: dict[str, Any], told: dict[str, Any]
) -> None:
    assert told_apart(library, tool, given) == told


@pytest.mark.parametrize(
    ("given", "apart"),
    [
        (["nike berlin"], ["nike", "berlin"]),
        (["Berlin Timothée Chalamet Nike"], ["Berlin", "Timothée Chalamet", "Nike"]),
        (["timothée chalamet"], ["timothée chalamet"]),
        (["Nike Air Max"], ["Nike Air Max"]),
        (["nike whatever"], ["nike whatever"]),
        (["nike berlin", "puma"], ["nike berlin", "puma"]),
        (["Canon Nikon"], ["Canon", "Nikon"]),  # well known, though nobody here names them
        (["Canon and Nikon"], ["Canon", "Nikon"]),
        (["Nike vs. Whatever"], ["Nike", "Whatever"]),
        (["H&M"], ["H&M"]),
    ],
)
def test_names_in_a_row_are_several_brands(library: Library, given: list[str], apart: list[str]) -> None:
    assert brands_apart(library, {"brands": given, "since": "2024"}) == {"brands": apart, "since": "2024"}


def test_only_what_was_given_is_recorded(library: Library) -> None:
    _, outcome = invoke(library, "search_posts", query="marathon", user=None)
    assert outcome.args == {"query": "marathon"}


def test_a_call_brings_text_and_result(library: Library) -> None:
    text, outcome = invoke(library, "search_posts", query="Nike", user="@Ana", limit="1")
    assert isinstance(outcome.result, ToolResult)
    assert text == outcome.result.text
    assert outcome.handles == ["ana"]
    assert outcome.seconds > 0
    assert not outcome.fault


def test_words_for_a_time_count_from_the_last_post(library: Library) -> None:
    _, outcome = invoke(library, "search_posts", query="Nike", since="this month", until="this month")
    assert outcome.args == {"query": "Nike", "since": "2024-03-01", "until": "2024-03-31"}
    assert outcome.result is not None


@pytest.mark.parametrize(
    ("tool", "args", "sentence"),
    [
        ("get_profile", {"user": "anna"}, "Did you mean @ana"),
        ("get_profile", {}, "called wrongly"),
        ("search_posts", {"query": "x", "bogus": 1}, "bogus"),
        ("search_posts", {"query": "x", "limit": "many"}, "limit"),
        ("search_posts", {"query": "x", "sentiment": "sad"}, "sentiment"),
        ("search_posts", {"query": ["x"]}, "query"),
        ("search_posts", {"query": "x", "since": "banana"}, "banana"),
        ("search_posts", {"query": "x" * 5000}, "query"),
        ("analyze_sentiment", {}, "one of topic, user or text"),
    ],
)
def test_faults_are_sentences(library: Library, tool: str, args: dict, sentence: str) -> None:
    text, outcome = invoke(library, tool, **args)
    assert outcome.result is None
    assert outcome.handles == []
    assert outcome.fault == text
    assert sentence in text
    assert "Traceback" not in text
    assert "pydantic" not in text


def test_an_index_without_dates_has_no_last_post(library: Library) -> None:
    undated = replace(library, manifest=replace(library.manifest, first_post=None, last_post=None))
    _, outcome = invoke(undated, "search_posts", query="Nike", since="2020")
    assert outcome.args["since"] == "2020-01-01"


def test_a_fault_that_nobody_foresaw_is_not_hidden(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(library: Library, name: str, args: dict) -> ToolResult:
        raise KeyError("surprise")

    monkeypatch.setattr("agent.toolbox.call_tool", broken)
    with pytest.raises(KeyError):
        invoke(library, "get_profile", user="ana")


def test_models_are_offered_every_tool_with_its_arguments() -> None:
    from langchain_core.utils.function_calling import convert_to_openai_tool

    library: Any = type("Closed", (), {"manifest": type("M", (), {"last_post": None})})
    offered = [convert_to_openai_tool(tool) for tool in langchain_tools(library)]
    assert offered == [tool_schema(name) for name in TOOLS]
    for tool in offered:
        fields = arguments_model(tool["function"]["name"]).model_fields
        assert list(tool["function"]["parameters"]["properties"]) == list(fields)


def test_errors_are_analyst_errors(library: Library) -> None:
    with pytest.raises(AnalystError):
        library.author("nobody at all")
