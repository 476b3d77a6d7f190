"""Kinds of brands in a question: a ranking of names is of that kind, a comparison of its best known names."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding.of_kind import of_kind
from tests.tools.hand_made import make_library, post
from tools.library import Library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    named = ["Ryanair", "Ryanair", "Delta", "Nike"]
    rows = [post(f"{n}", "ana", f"on {name} again", names=[name]) for n, name in enumerate(named)]
    return make_library(tmp_path_factory.mktemp("kind"), rows)


@pytest.mark.parametrize(
    ("question", "tool", "args", "found"),
    [
        ("which airline is hated most", "rank", {"of": "name", "by": "negative", "type": "brand", "topic": "airline"},
         {"of": "name", "by": "negative", "kind": "airlines"}),
        ("which brand is hated most", "rank", {"of": "name"}, {"of": "name"}),
        ("which airline has the most fans", "rank", {"of": "person"}, {"of": "person"}),
        ("places airlines fly to", "rank", {"of": "name", "type": "location"}, {"of": "name", "type": "location"}),
        ("compare the airlines", "compare_brands", {"brands": ["airlines"]}, {"brands": ["Ryanair", "Delta"]}),
        ("airlines and Nike", "compare_brands", {"brands": ["airlines", "Nike"]},
         {"brands": ["Ryanair", "Delta", "Nike"]}),
    ],
)  # fmt: skip
def test_a_kind(library: Library, question: str, tool: str, args: dict[str, Any], found: dict[str, Any]) -> None:
    assert of_kind(library, question, tool, args) == found
