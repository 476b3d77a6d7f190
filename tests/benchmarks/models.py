"""Which calls a chat model makes, by how much it is helped: ``tests/benchmarks/models.py --model ADDRESS --index DIR``.

``--model`` is whatever ``analyst ask --model`` takes. Asked are single questions of the suite over the sample that want
one call, every so many of them, so that all tools occur; counted is the first call that is made. The helps add up: all
tools with whole schemas; the five tools that the question reader finds likeliest, in short; two worked examples; in
their place the reader's own call as a first reading. With ``--answers`` questions are answered to the end, which tells
how many draft answers held something that no tool returned, and how many shown ones did.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.analyst import Analyst
from agent.events import Call, Finished, ToolFinished
from agent.guidance.advice import Guide
from agent.models.loading import load_chat_model
from agent.suite.cases import Turn, load_suite
from agent.suite.checks import check_turn
from agent.suite.values import calls_fit, same_call, same_tool
from index.errors import AnalystError
from tests.benchmarks.machine import machine
from tests.benchmarks.reports import check_out, end, note, tell
from tools.library import Library

SUITE = Path(__file__).parents[1] / "qa" / "sample"
HELPS: dict[str, dict[str, Any]] = {
    "all tools": {"shortlist": 0, "short_schemas": False, "examples": 0, "drafts": False},
    "shortlist": {"examples": 0, "drafts": False},
    "shortlist, examples": {"drafts": False},
    "shortlist, first reading": {},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--helps", nargs="+", choices=list(HELPS), default=list(HELPS))
    parser.add_argument("--answers", action="store_true", help="answer to the end, with all helps")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    check_out(args.out)
    library, model = Library.open(args.index), load_chat_model(args.model)
    guide = Guide.load(library.embed)
    turns = chosen(args.questions)
    report: dict[str, Any] = {"model": model.name_or_path, "questions": len(turns), "machine": machine()}
    table = [f"{'helps':40} {'right tool':>10} {'right call':>10} {'s/question':>10}"]
    for name in [] if args.answers else args.helps:
        analyst = Analyst(library, model, guide=replace(guide, **HELPS[name]))
        report[name] = first_calls(analyst, turns)
        figures = report[name]
        table.append(f"{name:40} {figures['tool']:>10} {figures['call']:>10} {figures['seconds']:>10.1f}")
        tell(table[-1:], {}, None)
    if args.answers:
        report["answers"] = answers(Analyst(library, model, guide=guide), turns)
        table = [f"{key}: {value}" for key, value in report["answers"].items() if key != "each"]
    report["memory_mb"] = round(psutil.Process().memory_info().rss / 2**20)
    tell(table, report, args.out)


def chosen(count: int) -> list[Turn]:
    """So many questions of one turn that want one call, spread evenly over the suite, whose files are by tool."""
    cases = [case for case in load_suite(SUITE).cases if len(case.turns) == 1]
    turns = [case.turns[0] for case in cases]
    single = [each for each in turns if each.calls and each.calls.expect and len(each.calls.expect) == 1]
    step = max(len(single) / count, 1.0)
    return [single[int(place * step)] for place in range(min(count, len(single)))]


def first_calls(analyst: Analyst, turns: list[Turn]) -> dict[str, Any]:
    """How many first calls are right, and how long a question took to it (seconds)."""
    right_tool = right_call = 0
    wrong, started = [], time.perf_counter()
    for turn in turns:
        made, expected = list(first_call(analyst, turn.ask)), turn.calls.expect if turn.calls else None
        assert expected is not None
        right_tool += calls_fit("strict", expected, made, same_tool)
        hit = calls_fit("strict", expected, made, same_call)
        right_call += hit
        said = [f"{call.name} {call.args}" for call in made]
        wrong += [] if hit else [{"ask": turn.ask, "made": said}]
        note(f"{'ok  ' if hit else 'FAIL'} {turn.ask}: {said}")
    seconds = (time.perf_counter() - started) / len(turns)
    return {"tool": right_tool, "call": right_call, "seconds": round(seconds, 2), "wrong": wrong}


def first_call(analyst: Analyst, question: str) -> Iterator[Call]:
    """The first call as it was made, if one was."""
    try:
        for event in analyst.stream(question):
            if isinstance(event, ToolFinished):
                yield Call(event.name, event.args)
                return
    except AnalystError as error:
        note(str(error))


def answers(analyst: Analyst, turns: list[Turn]) -> dict[str, Any]:
    """Answers to the end: right calls, drafts that were withheld, figures shown that no tool returned, seconds."""
    each, counts = [], dict.fromkeys(("right call", "withheld drafts", "ungrounded shown", "told"), 0)
    for turn in turns:
        for event in analyst.stream(turn.ask):
            if isinstance(event, Finished):
                answer = event.answer
        verdict = check_turn(turn, load_suite(SUITE).cases[0].limits, answer, answer.results)
        counts["right call"] += verdict.arguments is not False and verdict.tool is not False
        counts["withheld drafts"] += not answer.grounded
        counts["ungrounded shown"] += bool(verdict.ungrounded) and answer.grounded
        counts["told"] += bool(answer.answer.strip())
        each.append({"ask": turn.ask, "answer": answer.answer, "seconds": answer.seconds, "grounded": answer.grounded})
        note(f"{turn.ask}\n{answer.answer}\n({answer.seconds:.1f} s, grounded: {answer.grounded})")
    seconds = sorted(entry["seconds"] for entry in each)
    return {**counts, "of": len(turns), "median seconds": seconds[len(seconds) // 2], "each": each}


if __name__ == "__main__":
    end(main)
