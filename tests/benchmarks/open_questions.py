"""Open questions, judged by the first characters of the answer: ``tests/benchmarks/open_questions.py --index DIR``.

``tests/qa/open/README.md`` tells what the keys of a question mean and how right values were counted. Questions of a
half (``--half build`` or ``kept``) are asked in their order, those of one case in one conversation.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.analyst import Analyst
from agent.events import Answer
from index.versions.layout import open_version
from tests.benchmarks.machine import machine
from tests.benchmarks.reports import check_out, end, note, tell

QUESTIONS = Path(__file__).parents[1] / "qa" / "open" / "sample"
LEAD = 400  # characters, where a question names no number of its own
SHORT = 3  # letters up to which an entry is a whole word
KINDS = ("count", "condition", "similar", "themes", "change", "steps", "about", "limits", "rough", "direct")
LEFT_OUT = re.compile(r"^.*\b(?:left out|Not taken into account)\b.*$", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--half", choices=("build", "kept"), default="build")
    parser.add_argument("--least", type=float, default=0.0, help="the share of right answers under which this fails")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    check_out(args.out)
    analyst, facts = Analyst.open(args.index), facts_of(args.index)
    right: dict[str, list[bool]] = defaultdict(list)
    wrong: list[dict[str, Any]] = []
    for kind, turn, answer in asked(analyst, args.half):
        faults = list(faults_of(turn, answer, facts))
        right[kind].append(not faults)
        if faults and args.half == "build":  # the other half stays unseen, also in the log of a failing run
            wrong.append({"ask": turn["ask"], "calls": [call.name for call in answer.calls], "faults": faults})
            note(f"{turn['ask']}: {faults[0]}")
    counts = {kind: [sum(right[kind]), len(right[kind])] for kind in KINDS if right[kind]}
    total = [sum(each) for each in zip(*counts.values(), strict=True)]
    table = [f"{kind}: {hit} of {of}" for kind, (hit, of) in [*counts.items(), ("all", total)]]
    report = {"half": args.half, "machine": machine(), "right": {**counts, "all": total}, "wrong": wrong}
    tell(table, report, args.out)
    if total[0] < args.least * total[1]:
        sys.exit(f"{total[0]} of {total[1]} answers are right; at least {args.least:.0%} must be")


def facts_of(index: Path) -> duckdb.DuckDBPyConnection:
    """The facts of an index as views, times in UTC."""
    facts, folder = duckdb.connect(), open_version(index).folder
    facts.execute("SET TimeZone = 'UTC'")
    for table in ("posts", "mentions", "people"):
        facts.from_parquet(str(folder / "facts" / f"{table}.parquet")).create_view(table)
    return facts


def asked(analyst: Analyst, half: str) -> Iterator[tuple[str, Mapping[str, Any], Answer]]:
    """The kind of each question, the question, and its answer."""
    for path in sorted(QUESTIONS.glob(f"{half}_*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            kind = next(tag for tag in case["tags"] if tag in KINDS)
            for turn in case["turns"]:
                yield kind, turn, analyst.ask(turn["ask"], thread=case["id"])


def faults_of(turn: Mapping[str, Any], answer: Answer, facts: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What is wrong with an answer; nothing if it is right."""
    lead = answer.answer[: turn.get("lead", LEAD)]
    if value := turn.get("value"):
        for (wanted,) in facts.execute(value["sql"]).fetchall():
            if not tells(lead, wanted, float(value.get("tolerance", 0))):
                yield f"the lead lacks {wanted}"
    yield from (f"the lead lacks {entry}" for entry in turn.get("mentions", ()) if not holds(lead, entry))
    if (some := turn.get("mentions_any")) and not any(holds(lead, entry) for entry in some):
        yield f"the lead has none of {some}"
    shown = LEFT_OUT.sub("", lead)
    yield from (f"the lead has {entry}" for entry in turn.get("never", ()) if holds(shown, entry))
    names = {call.name for call in answer.calls}
    if (tools := turn.get("calls_any")) and not names & set(tools):
        yield f"none of {tools} was called"
    if (told := turn.get("not_covered_any")) and not any(
        holds(" ".join([*answer.not_covered, lead]), entry) for entry in told
    ):
        yield f"nothing of {told} was told as not taken into account"
    if turn.get("declines") and names - {"cannot_tell"}:
        yield "it was not declined"


def tells(lead: str, wanted: Any, tolerance: float) -> bool:
    """Whether ``wanted`` stands there: a figure within ``tolerance``, or words in any case."""
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        figures = (float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", lead))
        return any(abs(figure - wanted) <= tolerance + 1e-9 for figure in figures)
    return holds(lead, str(wanted))


def holds(text: str, entry: str) -> bool:
    """Whether ``entry`` stands in ``text`` in any case; a short one as a whole word."""
    entry, text = str(entry).casefold(), text.casefold()
    return bool(re.search(rf"\b{re.escape(entry)}\b", text)) if len(entry) <= SHORT else entry in text


if __name__ == "__main__":
    end(main)
