"""Calling tools with whatever a person, a script or a chat model may send."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agent.toolbox import tool_schema
from index.errors import AnalystError
from tools.library import Library
from tools.registry import TOOLS, BadArguments, argument_lines, arguments_model, call_tool, description
from tools.selection.people import Filters
from tools.selection.posts import Scope

Call = Callable[..., Any]
Refuse = Callable[..., str]
WHOLE: dict[str, dict[str, Any]] = {  # for each tool a call that works
    "find_audience": {"campaign": "Nike"},
    "explain_match": {"user": "signs", "campaign": "Lego"},
    "get_profile": {"user": "signs"},
    "search_posts": {"query": "money"},
    "analyze_sentiment": {"user": "signs"},
    "extract_entities": {"user": "signs"},
    "extract_keywords": {"user": "signs"},
    "compare_brands": {"brands": ["Nike", "Lego"]},
    "measure_engagement": {},
    "count": {},
    "rank": {"of": "person"},
    "list_segments": {},
    "describe_data": {},
    "find_lookalikes": {"users": ["signs"]},
    "explain_method": {},
    "cannot_tell": {"why": "outside"},
    "summarize_themes": {"user": "gaz_l4"},
    "compare_periods": {"after": "2025"},
    "write_brief": {"campaign": "Nike"},
    "show_audience": {"name": "Lego fans"},
    "compare_audiences": {"first": "Lego fans", "second": "Talkers"},
}
LIMITED = [name for name in TOOLS if "limit" in arguments_model(name).model_fields]
NASTY = (
    "' OR '1'='1", "'; DROP VIEW posts; --", '"; SELECT 1; --', "$author", "{0}", "%s%n", "\\", "(", "[", "(?i)(a+)+$",
    "*", "a\x00b", "\x1b[31m", "line\nbreak", "\u202eabc", "🙂" * 50,
    "😀👨‍👩‍👧", "\U0010ffff", "<script>", "../../etc/passwd", "x" * 4000,
)  # fmt: skip


def test_the_tools_and_their_arguments() -> None:
    scope = ["community", "since", "until", "include"]
    content = [*scope, "without", "not_in", "not_during", "min_likes", "max_likes"]
    content += ["min_replies", "max_replies", "language"]
    posts = [*content, "sentiment"]
    people = ["among", "exclude", "likes", "dislikes", "names", "never_names", "never_likes", "never_dislikes"]
    people += ["active_in", "never_active_in", "min_posts", "max_posts"]
    assert {name: list(arguments_model(name).model_fields) for name in TOOLS} == {
        "find_audience": ["campaign", "interests", "also", "order", "limit", *scope, *people],
        "find_lookalikes": ["users", "limit", *scope, *people],
        "explain_match": ["user", "campaign", "interests", *scope],
        "get_profile": ["user", *scope],
        "search_posts": ["query", "user", "limit", "order", *posts, "among", "exclude"],
        "analyze_sentiment": ["topic", "user", "text", "by", *content, "among", "exclude"],
        "extract_entities": ["topic", "user", "text", "type", "limit", *posts, "among", "exclude"],
        "extract_keywords": ["topic", "user", "text", "limit", *posts, "among", "exclude"],
        "compare_brands": ["brands", *content, "among", "exclude"],
        "measure_engagement": ["topic", "user", "by", *posts, "among", "exclude"],
        "count": ["of", "topic", "user", "type", *posts, *people],
        "rank": ["of", "by", "order", "type", "kind", "at_least", "average", "limit", "topic", "user", *posts, *people],
        "list_segments": ["count", "topic", *scope, *people],
        "describe_data": [],
        "explain_method": ["term", "seen"],
        "cannot_tell": ["why", "what", "topic"],
        "summarize_themes": ["topic", "user", "count", *posts, *people],
        "compare_periods": ["topic", "user", "before", "after", *posts, *people],
        "write_brief": ["campaign", "interests", "limit", *scope, *people],
        "show_audience": ["name"],
        "compare_audiences": ["first", "second"],
    }
    for name in TOOLS:
        assert description(name).endswith(".") and len(description(name)) > 30


@pytest.mark.parametrize(
    ("tool", "argument"), [(tool, argument) for tool in TOOLS for argument in arguments_model(tool).model_fields]
)
def test_every_argument_has_a_line_that_models_see(tool: str, argument: str) -> None:
    meaning = tool_schema(tool)["function"]["parameters"]["properties"][argument].get("description", "")
    assert 10 < len(meaning) <= 120 and "\n" not in meaning


def test_every_line_is_seen_somewhere() -> None:
    fields = {tool: arguments_model(tool).model_fields for tool in TOOLS}
    seen = {(tool, key, field.description) for tool in TOOLS for key, field in fields[tool].items()}
    for tool, lines in argument_lines().items():
        for argument, words in lines.items():
            named = TOOLS if tool == "every_tool" else (tool,)
            assert any((name, argument, words) in seen for name in named), (tool, argument)


def test_unknown_tools_and_arguments(refuse: Refuse) -> None:
    said = refuse("drop_tables")
    assert "There is no tool named 'drop_tables'" in said and all(name in said for name in TOOLS)
    said = refuse("get_profile", user="signs", limit=3)
    assert (
        "limit: extra inputs are not permitted" in said
        and "Its arguments are: user, community, since, until, include." in said
    )
    assert "library" in refuse("get_profile", user="signs", library="x")
    assert "campaign: field required" in refuse("find_audience")
    assert "user: field required" in refuse("get_profile", user=None)


@pytest.mark.parametrize("tool", LIMITED)
def test_limits(call: Call, library: Library, tool: str) -> None:
    accepted: tuple[Any, ...] = (1, "5", 5.0, 500)
    for limit in accepted:
        result = call(tool, **WHOLE[tool], limit=limit)
        result = getattr(result, "audience", result)  # of a brief its people are limited
        found = next(
            getattr(result, name)
            for name in ("groups", "people", "keywords", "entities", "evidence")
            if hasattr(result, name)
        )
        assert len(found) <= int(limit)
    refused: tuple[Any, ...] = (
        0,
        -1,
        501,
        10_000,
        "ten",
        "",
        "1; DROP VIEW posts",
        2.5,
        [1],
        float("nan"),
        float("inf"),
    )
    for limit in refused:
        with pytest.raises(BadArguments, match="limit: "):
            call_tool(library, tool, {**WHOLE[tool], "limit": limit})


def test_coerced_lists(call: Call, refuse: Refuse) -> None:
    for interests in ("toys,castles", " toys , castles,, ", '["toys", "castles"]', ["toys", "castles"]):
        assert call("find_audience", campaign="Lego", interests=interests).query.interests == ["toys", "castles"]
    nothings: tuple[Any, ...] = ("", "[]", [], None)
    for nothing in nothings:
        assert call("find_audience", campaign="Lego", interests=nothing).query.interests_found
    assert "interests" in refuse("find_audience", campaign="Lego", interests="[1, 2]")
    assert "interests" in refuse("find_audience", campaign="Lego", interests=5)
    assert "interests" in refuse("find_audience", campaign="Lego", interests=["x"] * 51)


def test_values_outside_the_choices(refuse: Refuse) -> None:
    assert "by: input should be 'day'" in refuse("analyze_sentiment", user="signs", by="decade")
    assert "sentiment: " in refuse("search_posts", query="x", sentiment="angry' OR 1=1 --")
    assert "type: " in refuse("extract_entities", user="signs", type="company")
    assert "campaign: " in refuse("find_audience", campaign=7)
    assert "query: " in refuse("search_posts", query="x" * 4001)


def test_none_means_not_given(call: Call) -> None:
    bare = call("search_posts", query="money")
    assert call("search_posts", query="money", user=None, since=None, limit=None).to_dict() == bare.to_dict()


def test_what_a_tool_needs(refuse: Refuse) -> None:
    assert "needs one of topic, user or text" in refuse("analyze_sentiment")
    assert "a text has no topic or user" in refuse("analyze_sentiment", text="x", user="signs")
    assert "and no filters" in refuse("extract_keywords", text="x", since="2024")
    for tool, key in (("find_audience", "campaign"), ("search_posts", "query"), ("analyze_sentiment", "text"),
                      ("extract_entities", "text"), ("extract_keywords", "text")):  # fmt: skip
        for empty in ("", " \n\t"):
            assert f"The {key} is empty" in refuse(tool, **{key: empty})


NUMBERS = ("min_likes", "max_likes", "min_replies", "max_replies", "min_posts", "max_posts", "at_least")
STRINGS = [
    (tool, key)
    for tool in TOOLS
    for key in arguments_model(tool).model_fields
    if key not in ("limit", "by", "sentiment", "type", "count", "of", "order", "average", *NUMBERS)
    # What is shared is read in one place: once is enough.
    and (tool == "count" or key not in Filters.__annotations__ or key in Scope.__annotations__)
]


@pytest.mark.parametrize(("tool", "key"), STRINGS)
def test_nasty_words_in_every_argument(library: Library, tool: str, key: str) -> None:
    """Each is searched for as it stands, or refused in a sentence; nothing crashes and no condition is widened."""
    posts = library.facts.rows("SELECT count(*) FROM posts")
    for nasty in NASTY:
        args = {} if key == "text" or (key in ("topic", "user") and tool.startswith(("ana", "ext"))) else WHOLE[tool]
        try:
            result = call_tool(library, tool, {**args, key: nasty})
        except AnalystError as error:
            assert str(error) and len(str(error)) < 500
        else:
            json.dumps(result.to_dict(), allow_nan=False)
            assert all(line.splitlines() == [line] and len(line) < 600 for line in map(str, result.said))
            assert key not in ("user", "community", "since", "until")
    assert library.facts.rows("SELECT count(*) FROM posts") == posts


@pytest.mark.parametrize(("tool", "key"), STRINGS)
def test_half_an_emoji_is_refused(library: Library, tool: str, key: str) -> None:
    with pytest.raises(BadArguments, match=key):
        call_tool(library, tool, {**WHOLE[tool], key: "\ud83d"})


@pytest.mark.parametrize("tool", TOOLS)
def test_unknown_people_and_communities_in_every_tool(refuse: Refuse, tool: str) -> None:
    fields = arguments_model(tool).model_fields
    if "user" in fields:
        assert "Did you mean @bogle_bogle?" in refuse(tool, **{**WHOLE[tool], "user": "bogle_bogl"})
    if "community" in fields:
        assert "Did you mean toys?" in refuse(tool, **{**WHOLE[tool], "community": "toyss"})
