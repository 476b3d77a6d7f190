"""The same name has the same count whichever tool is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from index.entities.mentions import canonical
from tools.library import Library
from tools.registry import call_tool
from tools.selection.subject import known_names
from tools.targeting.query import audience_query
from tools.targeting.signals import measure_signals

BRANDS = 20


def brands_of(library: Library) -> list[str]:
    """The names that are tagged most, of companies and products."""
    known = [name for name in known_names(library).values() if name.type in ("organization", "product")]
    return [name.text for name in sorted(known, key=lambda name: (-name.mentions, name.text))[:BRANDS]]


def by_audience(library: Library, name: str) -> int:
    return int(measure_signals(library, audience_query(library, name, [])).mentions.counts.sum())


def by_comparison(library: Library, name: str) -> int:
    other = "Nike" if name.casefold() != "nike" else "Lego"
    found: Any = call_tool(library, "compare_brands", {"brands": [name, other]})
    return next(each.posts for each in found.brands if canonical(each.name) == canonical(name))


def by_entities(library: Library, name: str) -> int:
    found: Any = call_tool(library, "extract_entities", {"limit": 200})
    return next(each.posts for each in found.entities if canonical(each.name) == canonical(name))


def by_rank(library: Library, name: str) -> int:
    found: Any = call_tool(library, "rank", {"of": "name", "limit": 200})
    return next(each.posts for each in found.groups if canonical(each.name) == canonical(name))


def field(tool: str, argument: str, *path: str) -> Callable[[Library, str], int]:
    def read(library: Library, name: str) -> int:
        found: Any = call_tool(library, tool, {argument: name})
        for part in path:
            found = getattr(found, part)
        return int(found)

    return read


COUNTS: dict[str, Callable[[Library, str], int]] = {
    "find_audience": by_audience,
    "search_posts": field("search_posts", "query", "considered"),
    "analyze_sentiment": field("analyze_sentiment", "topic", "shares", "posts"),
    "compare_brands": by_comparison,
    "extract_entities": by_entities,
    "extract_keywords": field("extract_keywords", "topic", "posts"),
    "measure_engagement": lambda library, name: engaged(library, name),
    "rank": by_rank,
}


def engaged(library: Library, name: str) -> int:
    found: Any = call_tool(library, "measure_engagement", {"topic": name})
    return int(found.posts + found.unknown_posts)


@pytest.mark.parametrize("tool", COUNTS)
def test_twenty_brands_have_one_count(library: Library, tool: str) -> None:
    brands = brands_of(library)
    assert len(brands) == BRANDS
    counted = {name: int(call_tool(library, "count", {"topic": name}).value) for name in brands}  # type: ignore[attr-defined]
    assert min(counted.values()) > 0
    assert {name: COUNTS[tool](library, name) for name in brands} == counted
