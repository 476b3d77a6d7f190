"""Sixty posts that give orders change no figure about anybody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import small_rows
from tests.faults.injected import injected_rows
from tools.library import Library
from tools.registry import call_tool

# What is asked of the people and places that were there before; strangers' posts are about none of them.
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("get_profile", {"user": "ana"}),
    ("search_posts", {"query": "Nike", "user": "ana"}),
    ("count", {"of": "posts", "community": "r/running"}),
    ("count", {"of": "people", "topic": "Nike", "community": "r/running"}),
    ("analyze_sentiment", {"topic": "Nike", "community": "r/running"}),
    ("rank", {"of": "person", "by": "posts", "community": "r/running"}),
    ("extract_entities", {"user": "ben"}),
]


def built(rows: list[dict[str, Any]], folder: Path) -> Library:
    from index.build import build_index

    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index([str(folder / "posts.jsonl")], folder / "index")
    return Library.open(folder / "index")


@pytest.fixture(scope="module")
def clean(encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return built(small_rows(), tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def salted(encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return built([*small_rows(), *injected_rows()], tmp_path_factory.mktemp("salted"))


def test_there_are_sixty() -> None:
    rows = injected_rows()
    assert len(rows) == len({row["id"] for row in rows}) == 60


@pytest.mark.parametrize(("tool", "args"), CALLS, ids=lambda each: each if isinstance(each, str) else "")
def test_no_figure_about_others_changes(clean: Library, salted: Library, tool: str, args: dict[str, Any]) -> None:
    before, after = (call_tool(library, tool, args).to_dict() for library in (clean, salted))
    assert _figures(before) == _figures(after)


def _figures(result: dict[str, Any]) -> Any:
    """A result without what compares its posts with all others."""
    told = {
        "headline",
        "shares",
        "groups",
        "value",
        "posts",
        "total",
        "number",
        "mean",
        "label",
        "first_post",
        "last_post",
    }
    return {name: value for name, value in result.items() if name in told}
