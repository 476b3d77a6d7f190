"""The report of a suite: what was asked, what came of it, the figures over all of it; as plain data and printed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.events import Call
from agent.suite.checks import Verdict
from agent.suite.statistics import least_likely
from index.errors import AnalystError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table


@dataclass(frozen=True)
class TurnReport:
    """A question and what came of it. ``verdict`` is None if it was stopped; ``seconds`` then do not count."""

    ask: str
    calls: list[Call]
    answer: str
    grounded: bool
    seconds: float
    verdict: Verdict | None

    @property
    def failures(self) -> list[str]:
        return ["The suite was stopped before this was answered."] if self.verdict is None else self.verdict.failures

    def to_dict(self) -> dict[str, Any]:
        return {
            "ask": self.ask,
            "calls": [{"name": call.name, "args": _plain(call.args)} for call in self.calls],
            "answer": self.answer,
            "grounded": self.grounded,
            "seconds": round(self.seconds, 3),
            "failures": list(self.failures),
        }


@dataclass(frozen=True)
class CaseReport:
    """A case and its turns. ``checked`` is False for a case that expects nothing."""

    id: str
    turns: list[TurnReport]
    checked: bool = True
    tags: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not any(turn.failures for turn in self.turns)

    @property
    def seconds(self) -> float:
        return sum(turn.seconds for turn in self.turns)

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "passed": self.passed, "turns": [turn.to_dict() for turn in self.turns]}


@dataclass(frozen=True)
class SuiteReport:
    """The cases that were run. ``interrupted`` tells that the suite was stopped before its end."""

    cases: list[CaseReport]
    model: str
    interrupted: bool = False

    @property
    def passed(self) -> bool:
        """Whether all cases were run and passed."""
        return not self.interrupted and all(case.passed for case in self.cases)

    @property
    def verdicts(self) -> list[Verdict]:
        """Those of the turns that were answered."""
        return [turn.verdict for case in self.cases for turn in case.turns if turn.verdict is not None]

    def summary(self) -> dict[str, Any]:
        """Counts and figures; accuracies are fractions, None where no turn expects anything of the kind.

        ``tool_accuracy``: turns with expected calls where the right tools were called, as the mode says.
        ``argument_accuracy``: of those that expect arguments, turns where these are right too, tool included.
        ``decline_accuracy``: turns to be declined that were. ``fact_accuracy``: facts that hold.
        ``ungrounded``: figures that stand in no result, over all answers, whether or not a turn asks for that check.
        ``pass_rate_at_least``: the pass rate that these cases prove with 95 % confidence.
        ``tools``: of the turns that expect a tool, no call or a decline, how many got it, and with right arguments.
        ``confusions``: what was done where something else was expected, the most frequent first.
        """
        verdicts, passed = self.verdicts, sum(case.passed for case in self.cases)
        at_least = least_likely(passed, len(self.cases))
        seconds = [turn.seconds for case in self.cases for turn in case.turns if turn.verdict is not None]
        return {
            "cases": len(self.cases),
            "passed": passed,
            "pass_rate": _ratio(passed, len(self.cases)),
            "pass_rate_at_least": None if at_least is None else round(at_least, 4),
            "tool_accuracy": _share(verdict.tool for verdict in verdicts),
            "argument_accuracy": _share(verdict.arguments for verdict in verdicts),
            "decline_accuracy": _share(verdict.declined for verdict in verdicts),
            "fact_accuracy": _ratio(sum(v.facts_right for v in verdicts), sum(v.facts for v in verdicts)),
            "ungrounded": sum(verdict.ungrounded for verdict in verdicts),
            "p50_seconds": _percentile(seconds, 0.5),
            "p95_seconds": _percentile(seconds, 0.95),
            "tools": _by_tool(verdicts),
            "confusions": _confusions(verdicts),
            "model": self.model,
        }

    def to_dict(self) -> dict[str, Any]:
        return {"summary": self.summary(), "cases": [case.to_dict() for case in self.cases]}


def save_report(data: dict[str, Any], path: Path) -> None:
    """Write a report as JSON. Raises AnalystError if that cannot be done."""
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AnalystError(
            f"The report cannot be saved: {error.strerror or error}", where=str(path), todo="Choose another file."
        ) from error


def print_report(report: SuiteReport, console: Console) -> None:
    """Print what failed and why, the answers to cases that expect nothing, and the figures."""
    for case in report.cases:
        if not case.passed or not case.checked:
            _print_case(case, console)
    summary = report.summary()
    if summary["tools"]:
        console.print(_tool_table(summary["tools"]))
    for mix in summary["confusions"]:
        line = f"{mix['turns']} × {mix['expected']} expected, {mix['made']} made"
        console.print(line, markup=False, highlight=False)
    console.print(_summary_table(summary))
    if report.interrupted:
        console.print(f"Stopped: only {len(report.cases)} cases were begun.", markup=False, highlight=False)


def _print_case(case: CaseReport, console: Console) -> None:
    def say(text: str, style: str = "") -> None:  # as text: posts and questions may look like markup
        console.print(text, style=style, markup=False, highlight=False)

    say(f"{'ok  ' if case.passed else 'FAIL'}  {case.id}", "green" if case.passed else "bold red")
    for turn in case.turns:
        if turn.failures or not case.checked:
            say(f"      > {turn.ask}")
            for call in turn.calls:
                say(f"        {call.name} {json.dumps(_plain(call.args), ensure_ascii=False)}", "dim")
            if turn.answer:
                say("\n".join(f"        {line}" for line in turn.answer.splitlines()), "dim")
            for failure in turn.failures:
                say(f"      - {failure}", "red")
    say("")


def _summary_table(summary: dict[str, Any]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    passed = f"{summary['passed']} of {summary['cases']}"
    if summary["pass_rate"] is not None:
        passed += f", {summary['pass_rate']:.1%} (with 95 % confidence at least {summary['pass_rate_at_least']:.1%})"
    table.add_row("Cases passed", passed)
    for name in ("tool_accuracy", "argument_accuracy", "decline_accuracy", "fact_accuracy"):
        value = summary[name]
        table.add_row(name.replace("_", " ").capitalize(), "–" if value is None else f"{value:.1%}")
    table.add_row("Ungrounded figures", str(summary["ungrounded"]))
    for name in ("p50", "p95"):
        value = summary[f"{name}_seconds"]
        table.add_row(f"Seconds, {name}", "–" if value is None else f"{value:.2f}")
    table.add_row("Model", Text(str(summary["model"])))
    return table


def _tool_table(tools: dict[str, dict[str, int]]) -> Table:
    from rich.table import Table

    table = Table("Expected", box=None, pad_edge=False)
    for name in ("Turns", "Right tool", "Right call"):
        table.add_column(name, justify="right")
    for tool, row in tools.items():
        turns = row["turns"]
        table.add_row(tool, str(turns), f"{row['right_tool'] / turns:.0%}", f"{row['right_call'] / turns:.0%}")
    return table


def _by_tool(verdicts: Iterable[Verdict]) -> dict[str, dict[str, int]]:
    tools: dict[str, dict[str, int]] = {}
    for verdict in verdicts:
        if verdict.expected is not None:
            right = bool(verdict.tool or verdict.declined)
            row = tools.setdefault(verdict.expected, {"turns": 0, "right_tool": 0, "right_call": 0})
            row["turns"] += 1
            row["right_tool"] += right
            row["right_call"] += right and verdict.arguments is not False
    return dict(sorted(tools.items()))


def _confusions(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    wrong = Counter((v.expected, v.made) for v in verdicts if v.expected is not None and not (v.tool or v.declined))
    return [{"expected": expected, "made": made, "turns": n} for (expected, made), n in wrong.most_common()]


def _share(outcomes: Iterable[bool | None]) -> float | None:
    counted = [outcome for outcome in outcomes if outcome is not None]
    return _ratio(sum(counted), len(counted))


def _ratio(right: int, of: int) -> float | None:
    return round(right / of, 4) if of else None


def _percentile(values: list[float], share: float) -> float | None:
    """Between the two nearest values, by distance."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 3)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
