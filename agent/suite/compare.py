"""Two runs of a suite side by side: what the one passes and the other does not, and whether that may be chance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.suite.report import SuiteReport
from agent.suite.statistics import chance_of_difference
from index.errors import AnalystError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SHARES = ("pass_rate", "tool_accuracy", "argument_accuracy", "decline_accuracy", "fact_accuracy")
PLAIN = ("ungrounded", "p50_seconds", "p95_seconds")


@dataclass(frozen=True)
class Run:
    """What is compared of a run: its name, its summary, and which case passed."""

    name: str
    summary: dict[str, Any]
    passed: dict[str, bool]


@dataclass(frozen=True)
class Comparison:
    """A run beside another. Only the cases that both have count; ``left_out`` are the others.

    ``better`` are the cases that pass only here, ``worse`` those that pass only there; ``chance`` is how likely two
    equally good runs differ at least so much. ``tags`` has, for each tag, cases, passed here, passed there.
    """

    here: Run
    there: Run
    cases: int
    better: list[str]
    worse: list[str]
    left_out: int
    chance: float
    tags: dict[str, tuple[int, int, int]]

    def to_dict(self) -> dict[str, Any]:
        return {
            "run": self.there.name,
            "summary": self.there.summary,
            "cases": self.cases,
            "better": self.better,
            "worse": self.worse,
            "left_out": self.left_out,
            "p_value": round(self.chance, 6),
            "tags": {
                tag: {"cases": cases, "passed": here, "passed_there": there}
                for tag, (cases, here, there) in self.tags.items()
            },
        }


def run_of(report: SuiteReport) -> Run:
    """A run that was made just now."""
    return Run(report.model, report.summary(), {case.id: case.passed for case in report.cases})


def read_run(path: Path) -> Run:
    """A run that was saved by ``analyst eval --out`` or printed by ``--json``. Raises AnalystError if it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Run(
            path.name, dict(data["summary"]), {str(case["id"]): case["passed"] is True for case in data["cases"]}
        )
    except OSError as error:
        what = f"The report cannot be read: {error.strerror or error}"
        raise AnalystError(what, where=str(path), todo="Check the name of the file.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise AnalystError(
            "This is no report of a suite", where=str(path), todo="Make one with `analyst eval SUITE --out FILE`."
        ) from error


def compare(report: SuiteReport, other: Run) -> Comparison:
    """``report`` beside ``other``, case by case. Raises AnalystError if they have no case in common."""
    here = run_of(report)
    both = [case for case in report.cases if case.id in other.passed]
    if not both:
        raise AnalystError(
            "The two runs have no case in common", where=other.name, todo="Compare runs of the same suite."
        )
    better = [case.id for case in both if case.passed and not other.passed[case.id]]
    worse = [case.id for case in both if not case.passed and other.passed[case.id]]
    tags: dict[str, tuple[int, int, int]] = {}
    for case in both:
        for tag in case.tags:
            cases, ours, theirs = tags.get(tag, (0, 0, 0))
            tags[tag] = (cases + 1, ours + case.passed, theirs + other.passed[case.id])
    left_out = len(here.passed) + len(other.passed) - 2 * len(both)
    chance = chance_of_difference(len(better), len(worse))
    return Comparison(here, other, len(both), better, worse, left_out, chance, dict(sorted(tags.items())))


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print both runs' figures, the tags on which they differ, the cases that changed and what luck can explain."""
    console.print(_figures(comparison))
    console.print(_tags(comparison))
    for title, cases in (("Passes only here", comparison.better), ("Passes only there", comparison.worse)):
        if cases:
            console.print(f"{title}: {', '.join(cases)}", markup=False, highlight=False)
    if comparison.left_out:
        console.print(f"{comparison.left_out} cases are in only one of the runs and are not compared.", highlight=False)
    console.print(verdict(comparison), markup=False, highlight=False)


def verdict(comparison: Comparison) -> str:
    """The outcome as a sentence."""
    better, worse = len(comparison.better), len(comparison.worse)
    counts = f"{better} of {comparison.cases} cases pass only here, {worse} only there"
    if better == worse:
        return f"{counts}: no difference."
    judged = "may be chance" if comparison.chance > 0.05 else "is hardly chance"
    return f"{counts}: that {judged} (p = {comparison.chance:.2g}, exact McNemar test)."


def _figures(comparison: Comparison) -> Table:
    here, there = comparison.here.summary, comparison.there.summary
    table = _table("", comparison.here.name, comparison.there.name)
    for name in (*SHARES, *PLAIN):
        row = (_shown(run.get(name), "{:.1%}" if name in SHARES else "{:g}") for run in (here, there))
        table.add_row(name.replace("_", " ").capitalize(), *row)
    return table


def _tags(comparison: Comparison) -> Table:
    """The most changed first."""
    table = _table("Tag", "Cases", "Passed here", "Passed there")
    for tag, (cases, here, there) in sorted(comparison.tags.items(), key=lambda row: -abs(row[1][1] - row[1][2])):
        table.add_row(tag, str(cases), str(here), str(there))
    return table


def _table(*columns: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if place else "left")
    return table


def _shown(value: Any, form: str) -> str:
    return form.format(value) if isinstance(value, (int, float)) else "–"
