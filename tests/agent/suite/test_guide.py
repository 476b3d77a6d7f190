"""The guide's example is a suite that holds on the sample, and the shipped suites fit the tools as they are."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from agent.events import Answer, Call
from agent.models.shipped import trained_tools
from agent.suite.cases import Suite, load_suite
from agent.suite.run import run_suite
from agent.suite.statistics import chance_of_difference, least_likely
from tests.conftest import ROOT
from tools.registry import TOOLS, arguments_model

GUIDE = (ROOT / "docs/suites.md").read_text(encoding="utf-8")
PEOPLE = [{"user": "gaz_l4"}, {"user": "kev_leftback"}]
SHIPPED = ["tests/qa/sample", "tests/qa/reddit"]


@pytest.fixture(params=["docs/suites.md", *SHIPPED])
def suite(request: pytest.FixtureRequest, tmp_path: Path) -> Suite:
    if request.param != "docs/suites.md":
        return load_suite(ROOT / request.param)
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "my-suite.yaml").write_text(example, encoding="utf-8")
    return load_suite(tmp_path / "my-suite.yaml")


def test_every_expected_call_is_one_that_can_be_made(suite: Suite) -> None:
    turns = [(case.id, turn) for case in suite.cases for turn in case.turns]
    calls = [(id, call) for id, turn in turns for call in (turn.calls and turn.calls.expect) or []]
    assert calls
    for id, call in calls:
        assert call.tool in TOOLS, id
        assert set(call.args) <= set(arguments_model(call.tool).model_fields), id


class Analyst:
    """Answers the example as it should be answered, with what the posts of the sample say."""

    model_name = "right"

    def ask(self, question: str, *, thread: str | None = None) -> Answer:
        posts = map(json.loads, (ROOT / "index/sample/posts.jsonl").read_text(encoding="utf-8").splitlines())
        named = [p for p in posts if re.search(r"\bnetflix\b", p["text"], re.I) and p["created_at"].startswith("2025")]
        feeling = {"shares": {"posts": len(named)}, "mean": 0.1}
        period = {"since": "2025-01-01", "until": "2025-12-31"}
        call, result = {
            "What": (Call("analyze_sentiment", {"topic": "Netflix", **period}), feeling),
            "Which": (Call("find_audience", {"campaign": "Adidas", "limit": 5}), {"people": PEOPLE}),
            "Why": (Call("explain_match", {"user": PEOPLE[1]["user"], "campaign": "Adidas"}), {}),
            "Who": (None, {}),
        }[question.split()[0]]
        return Answer("Netflix is fine.", [call] if call else [], [result] if call else [], True, 0.1, "right")


def test_the_example_of_the_guide_holds(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "my-suite.yaml").write_text(example, encoding="utf-8")
    report = run_suite(load_suite(tmp_path / "my-suite.yaml"), Analyst())
    assert [turn.failures for case in report.cases for turn in case.turns] == [[], [], [], []]


def test_every_tool_is_asked_for_in_earnest() -> None:
    cases = load_suite(ROOT / "tests/qa/sample").cases
    expected = Counter(
        tool
        for case in cases
        for tool in {c.tool for turn in case.turns if turn.calls for c in turn.calls.expect or []}
    )
    asked = {tool["function"]["name"] for tool in trained_tools()}  # the others stand in tests/qa/open
    assert set(expected) >= asked and min(expected[tool] for tool in asked) >= 18
    assert len(cases) >= 250
    assert sum(len(case.turns) > 1 for case in cases) >= 40
    assert sum(all(turn.declines for turn in case.turns) for case in cases) >= 35


def test_the_figures_of_the_guide_are_right() -> None:
    assert "79 of 90 is 88 %, but proves only 81 %" in GUIDE
    assert round(79 / 90, 2) == 0.88 and least_likely(79, 90) == pytest.approx(0.81, abs=0.005)
    assert "p = 0.09" in GUIDE and chance_of_difference(10, 3) == pytest.approx(0.09, abs=0.005)
