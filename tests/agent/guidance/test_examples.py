"""Worked examples: each is a call that its tool accepts, and the nearest of them are found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agent.guidance.examples import Example, NearestExamples, all_examples
from agent.understanding.labels import TOOLS
from tools.registry import arguments_model


@pytest.mark.parametrize("example", all_examples(), ids=lambda each: each.ask)
def test_each_is_accepted_by_its_tool(example: Example) -> None:
    arguments_model(example.call).model_validate(example.args)


def test_every_tool_has_one() -> None:
    assert {example.call for example in all_examples()} == set(TOOLS)


def test_the_nearest_of_the_tools_in_question() -> None:
    places = {"a": [1.0, 0.0], "b": [0.8, 0.6], "c": [0.0, 1.0], "near b": [0.6, 0.8]}

    def embed(text: str) -> Any:
        return np.array(places[text])

    shown = [Example("a", "count", {}), Example("b", "rank", {}), Example("c", "count", {"of": "posts"})]
    nearest = NearestExamples(embed, shown)
    assert [each.ask for each in nearest.of("near b", ["count", "rank"])] == ["b", "c"]
    assert [each.ask for each in nearest.of("near b", ["count"], 1)] == ["c"]
    assert nearest.of("near b", ["get_profile"]) == []
    assert shown[2].text == '"c" -> count {"of": "posts"}'
