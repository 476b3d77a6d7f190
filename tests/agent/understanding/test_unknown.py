"""What these posts have in place of what a call names and they have not."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding import unknown
from agent.understanding.here import as_here
from tests.tools.hand_made import make_library, post
from tools.library import Library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    rows = [
        *[post(f"r{n}", "ana", "Ryanair took my bag", names=["Ryanair"], community="travel") for n in range(3)],
        *[post(f"w{n}", "cleo", "my Garmin", names=["Garmin"], community="travel") for n in range(3)],
        *[post(f"g{n}", "ben", "tomatoes in the greenhouse", community="gardening") for n in range(3)],
    ]
    return make_library(tmp_path_factory.mktemp("unknown"), rows)


@pytest.mark.parametrize(
    ("question", "tool", "args", "found"),
    [
        ("who hates Ryanair's seat pitch", "rank", {"of": "person", "topic": "Ryanair's seat pitch"},
         {"of": "person", "topic": "Ryanair"}),
        ("what of the tomatoes", "count", {"topic": "the tomatoes"}, {"topic": "tomatoes"}),
        ("posts in gardens", "count", {"community": "gardens"}, {"community": "gardening"}),
        ("no, tomatoes", "count", {"topic": "Ryanair", "community": "tomatoes"}, {"topic": "tomatoes"}),
        ("skip the radahn one", "rank", {"of": "post", "not_in": ["radahn", "travel"]},
         {"of": "post", "without": ["radahn"], "not_in": ["travel"]}),
        ("in r/tomatoes", "count", {"topic": "Ryanair", "community": "tomatoes"},
         {"topic": "Ryanair", "community": "tomatoes"}),
        ("zzyzx xyzzy", "count", {"topic": "zzyzx xyzzy"}, {"topic": "zzyzx xyzzy"}),
        ("the airline Ryanair and Delta", "compare_brands", {"brands": ["airline Ryanair", "Delta"]},
         {"brands": ["Ryanair", "Delta"]}),
        ("Ryanair Delta comparison", "compare_brands", {"brands": ["Ryanair Garmin", "Delta"]},
         {"brands": ["Ryanair", "Garmin", "Delta"]}),
        ("the Ryanair Garmin deal", "compare_brands", {"brands": ["the Ryanair Garmin deal", "Delta"]},
         {"brands": ["the Ryanair Garmin deal", "Delta"]}),
    ],
)  # fmt: skip
def test_what_is_known_is_taken(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    tool: str,
    args: dict[str, Any],
    found: dict[str, Any],
) -> None:
    monkeypatch.setattr(unknown, "_is_meant", lambda *_: False)  # a library made by hand has no vectors
    assert as_here(library, question, tool, args) == found


def test_posts_that_are_near_in_meaning_answer_it_better(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown, "_is_meant", lambda *_: True)
    args = {"topic": "Ryanair's seat pitch"}
    assert as_here(library, "Ryanair's seat pitch", "count", args) == args
