"""Results as tables: what each tool lists, and that its figures are plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.tools.exports.conftest import CALLS
from tools.exports.about import Taken
from tools.exports.tables import LINES, POSTS, Table, main_table, tables_of
from tools.library import Library
from tools.registry import TOOLS
from tools.result.line import lead
from tools.result.result import ToolResult

Take = Callable[[str], Taken]
# What is listed first, and columns that must be there.
MAIN = {
    "find_audience": ("people", {"handle", "probability", "low", "high", "reasons", "against", "evidence", "quotes"}),
    "find_lookalikes": ("people", {"rank", "handle", "probability", "low", "high", "reasons", "evidence"}),
    "explain_match": ("figures", {"handle", "campaign", "probability", "low", "high", "place", "considered"}),
    "get_profile": ("figures", {"handle", "posts", "first_post", "communities", "likes"}),
    "search_posts": (POSTS, {"rank", "id", "author", "text", "created_at", "community", "likes", "sentiment"}),
    "summarize_themes": ("themes", {"rank", "name", "posts", "people", "share", "low", "high", "mean", "quotes"}),
    "analyze_sentiment": ("groups", {"name", "posts", "negative", "neutral", "positive"}),
    "extract_entities": ("entities", {"rank", "name", "type", "posts", "people", "mean"}),
    "extract_keywords": ("keywords", {"rank", "phrase", "posts", "weight"}),
    "compare_brands": ("brands", {"rank", "name", "posts", "people", "voice", "mean", "margin", "likes_median"}),
    "compare_periods": ("periods", {"of", "period", "posts", "share", "low", "high", "tone"}),
    "measure_engagement": ("groups", {"name", "posts", "typical", "low", "high", "share"}),
    "count": ("figures", {"of", "value", "whole", "share", "posts", "people"}),
    "rank": ("groups", {"rank", "name", "value", "posts", "people", "low", "high"}),
    "list_segments": ("segments", {"rank", "name", "people", "share", "shares_positive", "typical_people"}),
    "write_brief": ("audience people", {"handle", "probability", "reasons", "quotes"}),
    "show_audience": ("people", {"rank", "handle", "posts", "communities"}),
    "compare_audiences": ("audiences", {"rank", "name", "people", "share", "unknown"}),
    "describe_data": ("figures", {"posts", "people", "communities", "first_post", "last_post"}),
    "explain_method": (LINES, {"line"}),
    "cannot_tell": (LINES, {"line"}),
}


def by_name(taken: Taken) -> dict[str, Table]:
    return {table.name: table for table in tables_of(taken.library, taken.result)}


def records(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_has_its_table_of_plain_values(taken: Take, tool: str) -> None:
    name, columns = MAIN[tool]
    main = main_table(taken(tool).library, taken(tool).result)
    assert main.name == name and set(main.columns) >= columns, main.columns
    assert main.rows and len(set(main.columns)) == len(main.columns) and main.wordy <= set(main.columns)
    for table in tables_of(taken(tool).library, taken(tool).result):
        assert table.rows and all(len(row) == len(table.columns) for row in table.rows)
        assert {type(value) for row in table.rows for value in row} <= {str, int, float, bool, type(None)}
    assert set(CALLS) == set(MAIN) == set(TOOLS)


@pytest.mark.parametrize(
    "tool", [tool for tool in TOOLS if MAIN[tool][0] not in ("figures", "periods", "audiences", LINES)]
)
def test_what_is_listed_is_what_the_rows_name_in_its_order(taken: Take, tool: str) -> None:
    result, main = taken(tool).result, main_table(taken(tool).library, taken(tool).result)
    if result.listing is not None:
        names = [row.get("handle") or row.get("id") or row.get("name") or row.get("phrase") for row in records(main)]
        assert [str(name).lstrip("@") for name in names] == [name.lstrip("@") for name in result.listing.names]


def test_ids_of_posts_become_their_words(taken: Take, library: Library) -> None:
    audience = taken("find_audience")
    for row, person in zip(records(by_name(audience)["people"]), audience.result.people, strict=True):  # type: ignore[attr-defined]
        assert row["evidence"].split() == person.evidence
        texts = dict(library.facts.rows("SELECT id, text FROM posts"))
        assert row["quotes"] == " ".join(f"“{texts[id_]}”" for id_ in person.evidence)
    segment = records(by_name(taken("list_segments"))["segments"])[0]
    assert segment["typical_posts"].startswith("“") and "; " in segment["typical_people"]


def test_figures_and_lists_beside_the_main_one_follow_it(taken: Take) -> None:
    brands = by_name(taken("compare_brands"))
    assert next(iter(brands)) == "brands" and {"figures", "overlaps", POSTS} <= set(brands)
    months = records(brands["brands over_time"])
    assert {row["name"] for row in months} == {"Nike", "Lego"} and all(row["posts"] > 0 for row in months)
    assert {"of", "name", "value"} == set(by_name(taken("describe_data"))["accuracy"].columns)
    assert {"audience people", "about figures", "places groups"} <= set(by_name(taken("write_brief")))


def test_without_groups_the_figures_are_all(taken: Take, call: Callable[..., Any], library: Library) -> None:
    whole = main_table(library, call("analyze_sentiment", topic="Lego"))
    (row,) = records(whole)
    assert whole.name == "figures" and row["label"] in ("positive", "negative", "mixed", "neutral")
    assert abs(row["shares_positive"] + row["shares_neutral"] + row["shares_negative"] - 1) < 0.001


def test_an_empty_list_is_a_heading(taken: Take) -> None:
    for tool, field in (("find_audience", "people"), ("rank", "groups"), ("extract_entities", "entities")):
        full = main_table(taken(tool).library, taken(tool).result)
        empty = main_table(taken(tool).library, replace(taken(tool).result, **{field: []}))
        assert (empty.name, empty.columns, empty.rows) == (full.name, full.columns, [])


def test_what_has_no_fields_is_its_lines(library: Library) -> None:
    assert main_table(library, ToolResult(headline=lead("Nothing."))) == Table(
        LINES, ("line",), [("Nothing.",)], frozenset({"line"})
    )
