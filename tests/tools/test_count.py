"""How many: the sentence that answers, and what stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.registry import call_tool

ROWS = [
    post("1", "ana", "I love Nike", names=["Nike"], tone="good", community="run", at="2025-01-01T08:00:00+00:00"),
    post("2", "ana", "nike again", community="run", at="2025-02-01T08:00:00+00:00"),
    post(
        "3",
        "ben",
        "Nike or Adidas",
        names=["Nike", "Adidas"],
        tone="bad",
        community="tea",
        at="2024-01-01T08:00:00+00:00",
    ),
    post("4", "cleo", "tea", community="tea", at="2025-01-01T08:00:00+00:00"),
    post("5", "dan", "thanks @nike_fan_club", community="tea", at="2025-01-01T08:00:00+00:00"),
]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    library: Library = make_library(tmp_path_factory.mktemp("count"), ROWS)
    return lambda **args: call_tool(library, "count", args)


@pytest.mark.parametrize(
    ("args", "headline"),
    [
        ({"of": "people", "topic": "Nike"}, "2 people mention Nike (50 % of 4 people; 3 posts)."),
        (
            {"topic": "Nike", "since": "2025", "until": "2025"},
            "2 posts mention Nike in 2025 (50 % of 4 posts).",
        ),
        ({"of": "communities", "topic": "Nike"}, "2 communities have posts about Nike (3 posts)."),
        ({"of": "names", "type": "brand"}, "2 brands come up in posts (5 posts)."),
        ({"of": "names", "topic": "nike"}, "1 name comes up in posts about Nike (3 posts)."),
        ({"of": "people", "topic": "Zune"}, "0 people mention Zune (of 4 people; 0 posts)."),
        ({}, "5 posts (by 4 people)."),
        ({"sentiment": "negative", "topic": "Nike"}, "1 post mentions Nike with a negative tone (20 % of 5 posts)."),
        ({"of": "people", "never_names": ["Nike"]}, "2 people posted (50 % of 4 people; 2 posts)."),
        (
            {"of": "people", "topic": "Nike", "never_dislikes": ["Nike"]},
            "1 person mentions Nike (25 % of 4 people; 2 posts).",
        ),
    ],
)
def test_headlines(counted: Callable[..., Any], args: dict[str, Any], headline: str) -> None:
    assert counted(**args).headline.text == headline


def test_what_a_filter_removed_is_told(counted: Callable[..., Any]) -> None:
    found = counted(of="people", topic="Nike", never_dislikes=["Nike"])
    assert "1 person left out: negative about Nike." in found.text


def test_every_figure_has_its_field(counted: Callable[..., Any]) -> None:
    found = counted(of="people", topic="Nike")
    held = {cell.path: cell.value for cell in found.headline.cells if cell.path}
    assert held == {"value": 2, "share": 0.5, "whole": 4, "posts": 3}
    assert all(found.to_dict()[path] == value for path, value in held.items())


def test_nobody_is_an_answer_with_names_like_it(tmp_path: Path) -> None:
    rows = [post(f"{n}", f"p{n}", "my Nike", names=["Nike"]) for n in range(3)]
    found: Any = call_tool(make_library(tmp_path, rows), "count", {"of": "people", "topic": "Nikke"})
    assert found.value == 0
    assert "Names like it that do occur: Nike." in found.text
