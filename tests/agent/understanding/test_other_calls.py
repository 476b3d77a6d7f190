"""Calls that are made in place of what the reader read: a comparison with nothing, a refusal of what bars nothing."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding.calls import proposals as proposals_after
from agent.understanding.context import CallContext
from agent.understanding.reader import QuestionReading
from tests.agent.understanding.test_calls import reading


def proposals(reading: QuestionReading, args: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return proposals_after(reading, CallContext(args=args))


def test_a_comparison_of_one_brand_looks_at_that_brand() -> None:
    found = proposals(reading("compare_brands", brands=["Ryanair"], community=["travel"]), {})
    assert found == [("analyze_sentiment", {"topic": "Ryanair", "community": "travel"})]


def test_a_kind_of_brands_is_several() -> None:
    assert proposals(reading("compare_brands", brands=["airlines"]), {}) == [
        ("compare_brands", {"brands": ["airlines"]})
    ]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("who fosters a dog from the shelter", "find_audience"),
        ("who is a devout muslim", "cannot_tell"),
        ("how old are the dog people", "cannot_tell"),  # nobody's business or not, the posts do not say it
    ],
)
def test_what_bars_nothing_is_asked_after_all(text: str, tool: str) -> None:
    """A refusal stands only where the guard finds something, or where posts say nothing of it."""
    read = QuestionReading(
        [("cannot_tell", 0.7), ("find_audience", 0.2)], {"subject": ["a dog"]}, {"why": "sensitive"}, text=text
    )
    assert proposals(read, {})[0][0] == tool
