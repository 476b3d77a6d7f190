"""The calls whose results are learnt from: they fit the tools, and say something of each."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from agent.models.shipped import trained_tools
from agent.training import results
from agent.training.fillers import within
from index.errors import AnalystError
from tools.registry import arguments_model

POOLS = {
    "campaign": ["Nike", "cold brew"],
    "topic": ["Nike", "tea"],
    "query": ["Nike", "tea"],
    "user": ["ana", "ben", "nobody_99"],
    "community": ["Coffee"],
    "text": ["I love it."],
    "brand": ["Nike", "Nike Air", "Puma", "Hoka", "Oatly"],
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Calls on an index where only Nike has an audience."""

    def audience(library: Any, name: str, args: dict[str, Any]) -> Any:
        if args["campaign"] != "Nike":
            raise AnalystError("Nobody")
        return SimpleNamespace(handles=["fan_1", "fan_2", "fan_3"])

    monkeypatch.setattr(results, "call_tool", audience)
    library: Any = None
    return list(results.calls(library, POOLS, random.Random(3), 60))


def test_every_tool_is_called_and_every_call_fits(made: list[tuple[str, dict[str, Any]]]) -> None:
    assert (
        {tool for tool, _ in made}
        == {tool["function"]["name"] for tool in trained_tools()}
        == {*results.MAINS, "explain_match"}
    )
    for tool, args in made:
        arguments_model(tool).model_validate(args)


def test_no_call_is_made_twice(made: list[tuple[str, dict[str, Any]]]) -> None:
    written = [repr(call) for call in made]
    assert len(written) == len(set(written))
    assert [args for tool, args in made if tool == "describe_data"] == [{}]


def test_brands_are_apart(made: list[tuple[str, dict[str, Any]]]) -> None:
    compared = [args["brands"] for tool, args in made if tool == "compare_brands"]
    assert {len(brands) for brands in compared} == {2, 3, 4}
    assert not any(within(a, b) for brands in compared for a in brands for b in brands if a != b)


def test_matches_are_of_an_audience_and_of_others(made: list[tuple[str, dict[str, Any]]]) -> None:
    pairs = [(args["user"], args["campaign"]) for tool, args in made if tool == "explain_match"]
    fans = {user for user, campaign in pairs if campaign == "Nike"}
    assert {"fan_1", "fan_2", "fan_3"} <= fans and fans & set(POOLS["user"])
    assert {user for user, campaign in pairs if campaign != "Nike"} <= set(POOLS["user"])


def test_engagement_and_segments_are_of_something_or_of_everything(made: list[tuple[str, dict[str, Any]]]) -> None:
    engagement = [args for tool, args in made if tool == "measure_engagement"]
    assert {"hour", "weekday"} <= {args.get("by") for args in engagement}
    assert any(not args.keys() - {"by"} for args in engagement) and any("topic" in args for args in engagement)
    segments = [args for tool, args in made if tool == "list_segments"]
    assert {} in segments and {"community": "Coffee"} in segments
    assert all(2 <= args.get("count", 2) <= 20 for args in segments)


def test_an_index_without_communities_has_no_calls_about_them() -> None:
    pools = {name: pool for name, pool in POOLS.items() if name not in ("community", "text")}
    generator = random.Random(1)
    drawn = [next(results._mains(tool, pools, generator)) for tool in results.MAINS for _ in range(20)]
    assert not any({"community", "text"} & args.keys() for args in drawn)
