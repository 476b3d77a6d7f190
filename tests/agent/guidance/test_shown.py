"""Tools in few words: what is usual and what is needed, and nothing that a tool would not take."""

from __future__ import annotations

import json

import pytest

from agent.guidance.shown import RARE, plain_schema, shown_tool, whole_tool
from tools.registry import TOOLS


@pytest.mark.parametrize("name", TOOLS)
def test_what_is_shown_is_a_part_of_the_tool(name: str) -> None:
    shown, whole = shown_tool(name)["function"], whole_tool(name)["function"]
    assert (shown["name"], shown["description"]) == (name, whole["description"])
    properties = shown["parameters"]["properties"]
    assert properties.keys() <= whole["parameters"].get("properties", {}).keys()
    assert set(whole["parameters"].get("required", [])) <= properties.keys()
    assert all({"type", "anyOf"} & value.keys() for value in properties.values())
    assert "null" not in json.dumps(properties)


def test_rare_arguments_are_shown_where_they_are_needed() -> None:
    usual = shown_tool("count")["function"]["parameters"]["properties"]
    assert not RARE & usual.keys()
    asked = shown_tool("count", {"min_likes", "campaign"})["function"]["parameters"]["properties"]
    assert asked.keys() - usual.keys() == {"min_likes"}
    assert asked["min_likes"] == {
        "type": "integer",
        "minimum": 0,
        "description": "only posts with at least so many likes",
    }


def test_all_tools_so_take_less_than_half_of_the_room() -> None:
    short, long = (sum(len(json.dumps(each(name))) for name in TOOLS) for each in (shown_tool, whole_tool))
    assert short < long / 2


def test_a_choice_of_types_stays_one() -> None:
    schema = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}], "description": "x", "default": None}
    assert plain_schema(schema) == {"anyOf": [{"type": "string"}, {"type": "integer"}], "description": "x"}
