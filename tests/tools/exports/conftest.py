"""One call of every tool over the small index, and an audience whose names try to act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tools.exports.about import Taken
from tools.find_audience import FindAudience
from tools.library import Library
from tools.registry import call_tool

CALLS: dict[str, dict[str, Any]] = {
    "find_audience": {"campaign": "Lego", "limit": 3},
    "find_lookalikes": {"users": ["brickfan"], "limit": 3},
    "explain_match": {"user": "brickfan", "campaign": "Lego"},
    "get_profile": {"user": "brickfan"},
    "search_posts": {"query": "Lego", "limit": 4},
    "summarize_themes": {},
    "analyze_sentiment": {"topic": "Lego", "by": "community"},
    "extract_entities": {"limit": 5},
    "extract_keywords": {"topic": "Lego"},
    "compare_brands": {"brands": ["Nike", "Lego"]},
    "compare_periods": {"before": "2024", "after": "2025"},
    "measure_engagement": {"by": "community"},
    "count": {"of": "people", "topic": "Lego"},
    "rank": {"of": "person", "by": "posts"},
    "list_segments": {"count": 3},
    "write_brief": {"campaign": "Lego", "limit": 2},
    "show_audience": {"name": "Lego fans"},
    "compare_audiences": {"first": "Lego fans", "second": "Talkers"},
    "describe_data": {},
    "explain_method": {"term": "lift"},
    "cannot_tell": {"why": "not_in_posts", "what": "how old they are"},
}
HOSTILE = (
    "=cmd()",
    "a\r\nb\u2028c",
    "\u202eevil\u202c",
    "שלום",
    "y" * 20_000,
    "\ud83d half",
    "#REF!",
    "a|b <i>*x*</i>",
    "\uffff",
)
MADE_ON = date(2026, 11, 30)


@pytest.fixture(scope="session")
def taken(library: Library) -> Callable[[str], Taken]:
    """``taken("count")``: the result of a tool, as if somebody had asked for it. Each tool runs once."""
    made: dict[str, Taken] = {}

    def take(tool: str) -> Taken:
        if tool not in made:
            result = call_tool(library, tool, CALLS[tool])
            made[tool] = Taken(library, result, tool, CALLS[tool], "Who?\n=1+1", "a/model", MADE_ON)
        return made[tool]

    return take


@pytest.fixture
def hostile(taken: Callable[[str], Taken]) -> Taken:
    """An audience of one person for each hostile name, who gives it as a reason, too."""
    whole = taken("find_audience")
    assert isinstance(whole.result, FindAudience)
    person, post = whole.result.people[0], whole.result.evidence[0]
    people = [replace(person, user=name, reasons=[name], evidence=[f"h{at}"]) for at, name in enumerate(HOSTILE)]
    posts = [replace(post, id=f"h{at}", author=name, text=f"{name} says") for at, name in enumerate(HOSTILE)]
    return replace(whole, result=replace(whole.result, people=people, evidence=posts))
