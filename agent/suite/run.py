"""Runs a question suite: each case is a conversation of its own, each turn is judged."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from agent.events import Answer
from agent.suite.cases import Case, Suite, Turn, load_suite
from agent.suite.checks import check_turn, unanswered, with_results
from agent.suite.compare import compare, read_run, run_of
from agent.suite.outcome import Outcome
from agent.suite.report import CaseReport, SuiteReport, TurnReport
from index.errors import AnalystError

__all__ = ["Suite", "SuiteReport", "evaluate", "load_suite", "run_suite"]

log = logging.getLogger(__name__)


class Answers(Protocol):
    """What a suite needs of an analyst."""

    @property
    def model_name(self) -> str: ...

    def ask(self, question: str, *, thread: str | None = None) -> Answer: ...


def evaluate(
    suite: Suite,
    analysts: Iterable[Answers],
    *,
    against: Path | None = None,
    least: float = 1.0,
    sure: bool = False,
    say: Callable[[str], None] = lambda sentence: None,
) -> Outcome:
    """Run ``suite`` with each of ``analysts``: the first is judged, and compared with the others and a saved report.

    ``say`` is told of each case as it is done. Raises AnalystError if the saved report cannot be read.
    """
    saved = [read_run(against)] if against is not None else []
    reports: list[SuiteReport] = []
    for analyst in analysts:
        reports.append(
            run_suite(suite, analyst, on_case=lambda case: say(f"{'ok' if case.passed else 'FAIL'} {case.id}"))
        )
        if reports[-1].interrupted:
            break
    others = [*map(run_of, reports[1:]), *saved]
    return Outcome(reports[0], [compare(reports[0], other) for other in others], least, sure)


def run_suite(
    suite: Suite, analyst: Answers, *, on_case: Callable[[CaseReport], None] = lambda case: None
) -> SuiteReport:
    """Ask all questions of ``suite`` and judge the answers; ``on_case`` is told of each case as it is done.

    An error while a question is answered is a failure of its turn. Ctrl-C ends the suite; what was run is reported.
    """
    cases: list[CaseReport] = []
    try:
        for case in suite.cases:
            turns: list[TurnReport] = []
            cases.append(CaseReport(case.id, turns, checked=case.checked, tags=tuple(case.tags)))
            _run_case(case, analyst, turns)
            on_case(cases[-1])
    except KeyboardInterrupt:
        return SuiteReport(cases, analyst.model_name, interrupted=True)
    return SuiteReport(cases, analyst.model_name)


def _run_case(case: Case, analyst: Answers, turns: list[TurnReport]) -> None:
    """Adds to ``turns`` as it goes, so that an interruption leaves what is done."""
    thread = f"suite-{uuid4().hex}"
    results: list[Any] = []
    for turn in case.turns:
        try:
            turns.append(_run_turn(case, turn, analyst, thread, results))
        except KeyboardInterrupt:
            turns.append(TurnReport(turn.ask, [], "", False, 0.0, None))
            raise


def _run_turn(case: Case, turn: Turn, analyst: Answers, thread: str, results: list[Any]) -> TurnReport:
    turn = with_results(turn, results)
    started = time.perf_counter()
    try:
        answer = analyst.ask(turn.ask, thread=thread)
    except Exception as error:  # one broken answer must not cost the report of all the others
        log.debug("Case %s: %r failed", case.id, turn.ask, exc_info=True)
        sentence = str(error) if isinstance(error, AnalystError) else f"Unexpected {type(error).__name__}: {error}"
        return TurnReport(turn.ask, [], "", False, time.perf_counter() - started, unanswered(turn, sentence))
    results.extend(answer.results)
    verdict = check_turn(turn, case.limits, answer, results)
    return TurnReport(turn.ask, list(answer.calls), answer.answer, answer.grounded, answer.seconds, verdict)
