"""Two runs side by side, and what luck can explain."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from agent.suite.checks import Verdict
from agent.suite.compare import Run, compare, print_comparison, read_run, run_of, verdict
from agent.suite.report import CaseReport, SuiteReport, TurnReport
from agent.suite.statistics import chance_of_difference, least_likely
from index.errors import AnalystError


def report(**passed: bool) -> SuiteReport:
    """Cases by id; the first letter is their tag."""
    return SuiteReport(
        [
            CaseReport(id, [TurnReport("q", [], "", True, 0.5, Verdict([] if right else ["wrong"]))], tags=(id[0],))
            for id, right in passed.items()
        ],
        "ours",
    )


@pytest.mark.parametrize(
    ("passed", "of", "bound"),
    [(0, 0, None), (0, 9, 0.0), (1, 1, 0.05), (10, 10, 0.05**0.1), (1, 2, 1 - 0.95**0.5), (9, 10, 0.60584)],
)
def test_what_a_pass_rate_proves(passed: int, of: int, bound: float | None) -> None:
    """1 of 2: the chance of at least one, 1 - (1 - p)^2, is 5 % at p = 1 - sqrt(0.95). 9 of 10: 10 p^9 - 9 p^10."""
    assert least_likely(passed, of) == (None if bound is None else pytest.approx(bound, abs=1e-5))


@pytest.mark.parametrize(
    ("better", "worse", "chance"), [(0, 0, 1.0), (1, 1, 1.0), (5, 0, 2 / 32), (0, 5, 2 / 32), (8, 1, 2 * 10 / 512)]
)
def test_what_luck_explains(better: int, worse: int, chance: float) -> None:
    assert chance_of_difference(better, worse) == pytest.approx(chance)


def test_only_cases_of_both_runs_are_compared() -> None:
    found = compare(report(a1=True, a2=True, b1=False, b2=True), Run("old", {}, {"a1": True, "a2": False, "b1": True}))
    assert (found.cases, found.better, found.worse, found.left_out, found.chance) == (3, ["a2"], ["b1"], 1, 1.0)
    assert found.tags == {"a": (2, 2, 1), "b": (1, 0, 1)}
    assert verdict(found) == "1 of 3 cases pass only here, 1 only there: no difference."
    with pytest.raises(AnalystError, match="no case in common"):
        compare(report(a1=True), Run("old", {}, {"x": True}))


def test_a_saved_report_is_the_run_that_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(report(a1=True, b1=False).to_dict()))
    assert read_run(path) == Run("old.json", run_of(report(a1=True, b1=False)).summary, {"a1": True, "b1": False})


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"summary": {}, "cases": [{"id": "a"}]}', '{"summary": 5, "cases": []}']
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(AnalystError, match="no report of a suite"):
        read_run(tmp_path / "x.json")
    with pytest.raises(AnalystError, match="cannot be read"):
        read_run(tmp_path / "none.json")


def test_the_printed_comparison_names_the_cases_that_changed() -> None:
    here = report(**{f"a{n}": True for n in range(6)}, b1=False)
    there = Run("[red]old", {"pass_rate": 1 / 7, "p50_seconds": 2}, {case.id: case.id == "a0" for case in here.cases})
    out = io.StringIO()
    print_comparison(compare(here, there), Console(file=out, width=120))
    text = out.getvalue()
    assert "[red]old" in text and "14.3%" in text and "85.7%" in text and "–" in text
    assert "Passes only here: a1, a2, a3, a4, a5" in text and "Passes only there" not in text
    assert "5 of 7 cases pass only here, 0 only there: that may be chance (p = 0.062, exact McNemar test)." in text
    data = compare(here, there).to_dict()
    assert data["p_value"] == 0.0625 and data["tags"]["a"] == {"cases": 6, "passed": 6, "passed_there": 1}
