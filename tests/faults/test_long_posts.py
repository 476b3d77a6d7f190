"""No text of a post costs more than a moment: tens of thousands of one sign, of one word, or of anything between."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import agent
import index
import tools
from agent.grounding.values import Told
from agent.page.views.result import posts_tab_html, result_html
from agent.page.views.shown import Shown
from index.posts.record import LONGEST_TEXT
from tests.fake_reader import fake_index
from tests.faults.bounded import at_most
from tests.faults.hostile import hostile_texts
from tools.library import Library
from tools.registry import call_tool

# What looks at a text once takes a millisecond of the processor for this; what looks at every pair of signs, seconds.
MOST = 0.5


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".training" not in found.name:
            yield importlib.import_module(found.name)


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from patterns_in(each)
    elif isinstance(value, dict):
        yield from patterns_in([*value, *value.values()])


def all_patterns() -> dict[tuple[Any, int], tuple[str, re.Pattern[Any]]]:
    """Every regular expression that run-time code keeps, with where it stands."""
    found: dict[tuple[Any, int], tuple[str, re.Pattern[Any]]] = {}
    for package in (index, tools, agent):
        for module in modules(package):
            for name, value in vars(module).items():
                for pattern in patterns_in(value):
                    found.setdefault((pattern.pattern, pattern.flags), (f"{module.__name__}.{name}", pattern))
    return found


def test_no_regular_expression_looks_at_a_text_more_than_once() -> None:
    texts, slow = list(hostile_texts(LONGEST_TEXT)), []
    patterns = all_patterns()
    for place, pattern in patterns.values():
        for text in texts:
            given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
            try:
                with at_most(MOST, place):
                    pattern.match(given)
                    pattern.fullmatch(given)
                    for _ in pattern.finditer(given):
                        pass
            except Exception as error:
                slow.append(f"{error} {text[:12]!r}{text[-2:]!r}")
                break
    assert len(patterns) > 150 and slow == []


UNITS = ("a.", ".", "a@", "a-", ";", "<", "(", '"', "'a ", "@a", "1", "a", ",", "\u0301\u0323", "#a", "a\n")
OF_EACH = 20  # posts; where each costs a second instead of a moment, a call takes half a minute
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search_posts", {"query": "Nike", "limit": 200}),
    ("search_posts", {"query": "U.S. Air", "order": "likes", "limit": 200}),
    ("get_profile", {"user": "p3"}),
    ("count", {"of": "people", "topic": "U.S."}),
    ("count", {"of": "names"}),
    ("rank", {"of": "name", "by": "posts"}),
    ("rank", {"of": "person", "by": "tone", "topic": "Nike"}),
    ("rank", {"of": "post", "by": "likes"}),
    ("summarize_themes", {}),
    ("summarize_themes", {"topic": "Nike"}),
    ("analyze_sentiment", {"topic": "Nike", "by": "month"}),
    ("extract_entities", {}),
    ("extract_keywords", {"topic": "Nike"}),
    ("compare_brands", {"brands": ["Nike", "U.S."]}),
    ("compare_periods", {"before": "2023", "after": "2024"}),
    ("measure_engagement", {"by": "length"}),
    ("list_segments", {}),
    ("find_audience", {"campaign": "Nike", "limit": 30}),
    ("find_audience", {"campaign": "running shoes", "likes": ["Nike"], "never_names": ["U.S."]}),
    ("explain_match", {"user": "p3", "campaign": "Nike"}),
    ("find_lookalikes", {"users": ["p3", "p4"]}),
    ("write_brief", {"campaign": "Nike"}),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: object) -> Library:
    """Posts that name Nike and then are as long as posts can be, of one sign or a few."""
    rows = [
        {
            "id": f"{unit}-{number}",
            "author": f"p{(place * OF_EACH + number) % 40}",
            "text": f"Nike U {unit * (LONGEST_TEXT // len(unit))}"[: LONGEST_TEXT - 2] + "!x",
            "community": ("sneakers", "running", "tech")[number % 3],
            "likes": number,
            "created_at": f"202{3 + number % 2}-0{1 + number % 9}-11T10:00:00Z",
        }
        for place, unit in enumerate(UNITS)
        for number in range(OF_EACH)
    ]
    return Library.open(fake_index(tmp_path_factory.mktemp("long") / "index", rows))


@pytest.mark.parametrize(("tool", "args"), CALLS, ids=lambda each: each if isinstance(each, str) else "")
def test_no_tool_hangs_on_posts(library: Library, tool: str, args: dict[str, Any]) -> None:
    with at_most(15, tool):
        result = call_tool(library, tool, args)
        Told(1, tool, result.said, result.evidence, result.listing, args).quotable  # noqa: B018
        shown = Shown(tool, args, result, 0.1)
        assert result_html(shown, library) and isinstance(posts_tab_html(library, shown), str)
