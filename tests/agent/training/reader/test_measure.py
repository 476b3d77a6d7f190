"""How readings are judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agent.training.reader.measure import measured, same
from agent.training.reader.train import Question
from agent.understanding.context import CallContext
from agent.understanding.reader import QuestionReading


@pytest.mark.parametrize(
    ("got", "wanted", "alike"),
    [
        ({"campaign": "a Nike ad"}, {"campaign": "nike"}, True),
        ({"topic": "the iPhone."}, {"topic": "iPhone"}, True),
        ({"user": "@Ana_7"}, {"user": "ana_7"}, True),
        ({"brands": ["the Gap", "Nike"]}, {"brands": ["Gap", "nike"]}, True),
        ({"brands": ["Nike", "Gap"]}, {"brands": ["Gap", "Nike"]}, False),
        ({"limit": 5}, {"limit": 6}, False),
        ({"topic": "Nike"}, {"topic": "Nike", "by": "month"}, False),
        ({"topic": "Nike shoes"}, {"topic": "Nike"}, False),
    ],
)
def test_what_says_the_same(got: dict[str, Any], wanted: dict[str, Any], alike: bool) -> None:
    assert same(got, wanted) is alike


class Reader:
    """Reads every question as the kind that is its first word, about tea."""

    def read(self, question: str, context: str = "", known: Mapping[str, str] | None = None) -> QuestionReading:
        return QuestionReading([(question.split()[0], 0.9), ("greet", 0.1)], {"subject": ["tea"]}, {}, frozenset())


def test_shares() -> None:
    before = CallContext("x?", "search_posts", {"query": "x"})
    questions = [
        Question("search_posts 1", "search_posts", {"query": "tea"}),
        Question("search_posts 2", "search_posts", {"query": "cake"}, before, follows="same"),
        Question("find_audience 3", "search_posts", {"query": "tea"}),
        Question("search_posts 4", "extract_keywords", {"topic": "tea"}, also=("search_posts",)),
        Question("thanks 5", "search_posts", {"query": "tea"}),
        Question("greet 6", "goodbye", {}),
        Question("search_posts 7", "off_topic", {}, before, follows="small"),
    ]
    found = measured(Reader(), questions)  # type: ignore[arg-type]
    assert found.shares() == {
        "right_tool": 0.6,
        "right_call": 0.4,
        "right_follow_up": 0.0,
        "good_questions_declined": 0.2,
        "declined": 0.5,
    }
    assert [question.text[-1] for question, _ in found.errors] == ["2", "3", "5", "7"]
    assert "| search_posts | 4 | 0.500 | 0.250 | thanks 1, find_audience 1 |" in found.table()
