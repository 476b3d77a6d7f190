"""What comes out of ``analyst eval``: the report, its comparisons with other runs, and whether enough cases passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.suite.compare import Comparison, print_comparison
from agent.suite.report import SuiteReport, print_report, save_report

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Outcome:
    """``least`` is the share of cases that must pass; with ``sure`` they must prove it with 95 % confidence."""

    report: SuiteReport
    comparisons: list[Comparison] = field(default_factory=list)
    least: float = 1.0
    sure: bool = False

    @property
    def enough(self) -> bool:
        """Whether all cases were run and enough of them passed."""
        if self.report.interrupted:
            return False
        cases, passed = len(self.report.cases), sum(case.passed for case in self.report.cases)
        if self.sure:
            return (self.report.summary()["pass_rate_at_least"] or 0.0) >= self.least
        return passed >= self.least * cases

    @property
    def sentence(self) -> str:
        """What was compared with the share that was asked for, and how that ended."""
        summary = self.report.summary()
        name, value = "pass rate", summary["pass_rate"]
        if self.sure:
            name, value = "lower 95 % bound of the pass rate", summary["pass_rate_at_least"]
        if value is None or self.report.interrupted:
            return "Failed: the suite was not run to its end."
        met = "Good enough" if self.enough else "Failed"
        side = "not below" if self.enough else "below"
        return f"{met}: the {name}, {value:.1%}, is {side} the {self.least:.1%} that is asked for."

    def to_dict(self) -> dict[str, Any]:
        """The report; ``against`` is there only if there is something to compare with."""
        against = [comparison.to_dict() for comparison in self.comparisons]
        return {**self.report.to_dict(), **({"against": against} if against else {})}

    def save(self, path: Path) -> None:
        save_report(self.to_dict(), path)

    def show(self, console: Console) -> None:
        print_report(self.report, console)
        for comparison in self.comparisons:
            print_comparison(comparison, console)
        console.print(self.sentence, markup=False, highlight=False)
