"""When values, calls and figures count as the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.events import Call
from agent.suite.cases import ExpectedCall, Fact, Mode
from agent.suite.checks import mentions
from agent.suite.figures import ungrounded_figures
from agent.suite.values import accepts, at_path, calls_fit, fact_holds, same_call


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("Nike", "  nike "),
        ("running  shoes", "Running Shoes"),
        ("@tidal_moss", "Tidal_Moss"),
        ("tidal_moss", "@tidal_moss"),
        (5, 5.0),
        (5, "5"),
        ("2024-01-01", date(2024, 1, 1)),
        ([5, 10], 10),
        (["month", "year"], "Year"),
        (["a", None], None),
        (None, None),
        (None, []),
        ([], None),
        ([], []),
        (["running", "shoes"], ["Shoes", "running"]),
        ("running", ["running"]),
        ([["running"], ["running", "shoes"]], ["shoes", "running"]),
        ([None, ["running"]], None),
        ([None, ["running"]], ["running"]),
        ([[], ["running"]], None),
        (True, True),
    ],
)
def test_arguments_that_are_right(expected: Any, found: Any) -> None:
    assert accepts(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("Nike", "Nikes"),
        ("Nike", None),
        ("007", "7"),
        (5, 6),
        (1, True),
        ([5, 10], 7),
        (["a", None], "b"),
        (None, "x"),
        (None, 0),
        ([], ["x"]),
        (["running", "shoes"], ["running"]),
        (["running"], ["running", "running"]),
        ([["running"], ["shoes"]], ["running", "shoes"]),
        ([["running"]], None),
        ("running", ["running", "shoes"]),
    ],
)
def test_arguments_that_are_wrong(expected: Any, found: Any) -> None:
    assert not accepts(expected, found)


A, B, C = Call("a", {"x": 1}), Call("b", {"x": 2, "free": "y"}), Call("c", {})
EXPECTED = [ExpectedCall(tool="a", args={"x": 1}), ExpectedCall(tool="b")]


@pytest.mark.parametrize(
    ("made", "right"),
    [
        ([A, B], {"strict", "unordered", "subset", "superset"}),
        ([B, A], {"unordered", "subset", "superset"}),
        ([A], {"subset"}),
        ([], {"subset"}),
        ([A, B, C], {"superset"}),
        ([A, A], set()),
        ([A, B, B], {"superset"}),
        ([Call("a", {"x": 3}), B], set()),
        ([C], set()),
    ],
)
def test_modes(made: list[Call], right: set[Mode]) -> None:
    modes: tuple[Mode, ...] = ("strict", "unordered", "subset", "superset")
    assert {mode for mode in modes if calls_fit(mode, EXPECTED, made, same_call)} == right


def test_a_call_that_fits_two_expectations_is_given_to_the_one_that_has_no_other() -> None:
    expected = [ExpectedCall(tool="a"), ExpectedCall(tool="a", args={"x": 1})]
    assert calls_fit("unordered", expected, [Call("a", {"x": 1}), Call("a", {"x": 2})], same_call)


RESULTS = [{"people": [{"user": "ann", "p": 0.42}, {"user": "bob", "p": 0.3}], "months": {"2024-01": 3, "2024-02": 4}}]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("0.people.0.user", ["ann"]),
        ("0.people.-1.user", ["bob"]),
        ("0.people.*.user", ["ann", "bob"]),
        ("*.people.1.p", [0.3]),
        ("0.months.2024-02", [4]),
        ("0.months.*", [3, 4]),
        ("0.people.2.user", []),
        ("1.people", []),
        ("0.people.user", []),
        ("0.people.0.user.x", []),
    ],
)
def test_paths(path: str, found: list[Any]) -> None:
    assert at_path(RESULTS, path) == found


@pytest.mark.parametrize(
    ("check", "found", "holds"),
    [
        ({"equals": "Ann"}, "ann", True),
        ({"equals": ["a", "b"]}, ["b", "a"], False),
        ({"equals": {"a": 1}}, {"a": 1.0}, True),
        ({"equals": {"a": 1}}, {"a": 1, "b": 2}, False),
        ({"equals": None}, None, True),
        ({"equals": None}, 0, False),
        ({"equals": 0.42}, 0.43, False),
        ({"approx": 100}, 101, True),
        ({"approx": 100}, 101.1, False),
        ({"approx": -100}, -99, True),
        ({"approx": 0}, 0.001, False),
        ({"approx": {"value": 0, "within": 0.01}}, 0.001, True),
        ({"approx": {"value": 100, "within": 0}}, 100.5, False),
        ({"approx": 100}, "many", False),
        ({"approx": 1}, True, False),
        ({"in": ["ann", "bob"]}, "Bob", True),
        ({"in": ["ann", "bob"]}, "cid", False),
        ({"in": "ann"}, ["ann", "bob"], True),
        ({"in": "cid"}, ["ann", "bob"], False),
        ({"in": ["ann", "bob"]}, ["cid", "bob", "ann"], True),
        ({"in": ["ann", "dan"]}, ["cid", "bob", "ann"], False),
        ({"in": [["a"], ["b"]]}, ["b"], True),
        ({"in": []}, [], False),
    ],
)
def test_facts(check: dict[str, Any], found: Any, holds: bool) -> None:
    assert fact_holds(Fact.model_validate({"path": "0", **check}), found) is holds


@pytest.mark.parametrize(
    ("answer", "words", "there"),
    [
        ("Try @Tidal_Moss first.", "tidal_moss", True),
        ("Try Tidal_Moss first.", "@tidal_moss", True),
        ("I will do that.", "ill", False),
        ("In 2012 there were", "12", False),
        ("There were 12.", "12", True),
        ("There were 12.5.", "12", False),
        ("There were 1,212.", "212", False),
        ("Running\n shoes", "running shoes", True),
        ("It is 40%.", "%", True),
        ("Not there", "nike", False),
    ],
)
def test_mentions_are_whole_words_and_figures(answer: str, words: str, there: bool) -> None:
    assert mentions(answer, words) is there


@pytest.mark.parametrize(
    "answer",
    [
        "No figure at all.",
        "42% of 119,432 people, that is 41.7 percent of 119k, 0.417 or 0.42 of 0.12 million.",
        "1. @9lives and @b2b have 12 posts\n2) in iPhone15 style at 14:00",
        "In March 2024, on 2024-03-05, there were 7 posts.",
        "A drop of 3.5, or 4.",
        "About 119.4k.",
    ],
)
def test_figures_that_stand_in_results(answer: str) -> None:
    result = {
        "share": 0.4167,
        "people": 119432,
        "lines": ["12 posts by hour 14"],
        "months": {"2024-03-05T00:00:00": 7},
        "slope": -3.5,
        "all": True,
    }
    assert ungrounded_figures(answer, [result]) == []


@pytest.mark.parametrize(
    ("answer", "loose"),
    [
        ("43% of people", ["43%"]),
        ("0.43 of people, 43 of them, 0.43 again", ["0.43", "43"]),
        ("42 people", ["42"]),  # a share is a figure in percent, not a count
        ("0 or 1 people", ["0", "1"]),  # a share proves neither
        ("121k and 119,431", ["121k", "119,431"]),
        ("1. First\n2. Second, with 8", ["8"]),
    ],
)
def test_figures_that_do_not(answer: str, loose: list[str]) -> None:
    assert ungrounded_figures(answer, [{"share": 0.4167, "people": 119432}]) == loose


def test_without_results_any_figure_is_loose() -> None:
    assert ungrounded_figures("There are 5.", []) == ["5"]
