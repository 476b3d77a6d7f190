"""Seconds per answer: ``python tests/benchmarks/latency.py --index DIR --questions FILE [--out FILE]``.

FILE has one question a line; each is asked in a conversation of its own, after one that warms everything up. Prints a
table
and one JSON object: p50 and p95 of the whole, of the time until the tool is chosen, of the tools, and of the words.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.analyst import Analyst
from agent.events import Finished, ToolFinished, ToolStarted
from app import hush_libraries


def measure(analyst: Analyst, question: str) -> dict[str, Any]:
    """One question: where its seconds went."""
    start = time.perf_counter()
    first = tools = 0.0
    answer = None
    for event in analyst.stream(question):
        if isinstance(event, ToolStarted) and not first:
            first = time.perf_counter() - start
        elif isinstance(event, ToolFinished):
            tools += event.seconds
        elif isinstance(event, Finished):
            answer = event.answer
    whole = time.perf_counter() - start
    first = first or whole
    assert answer is not None
    return {
        "question": question,
        "calls": [{"name": call.name, "args": call.args} for call in answer.calls],
        "grounded": answer.grounded,
        "seconds": whole,
        "choosing": first,
        "tools": tools,
        "words": max(0.0, whole - first - tools),
    }


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    hush_libraries()
    questions = [line.strip() for line in options.questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    analyst = Analyst.open(options.index, model=options.model)
    analyst.ask(questions[0])
    rows = [measure(analyst, question) for question in questions]
    for row in rows:
        names = ", ".join(call["name"] for call in row["calls"]) or "no tool"
        parted = f"{row['seconds']:6.2f} s  choosing {row['choosing']:.2f}  tools {row['tools']:.2f}"
        print(f"{parted}  {names:18}  {row['question']}")
    parts = {part: [row[part] for row in rows] for part in ("seconds", "choosing", "tools", "words")}
    report = {
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "index_posts": analyst.manifest.posts,
        "questions": len(rows),
        **{
            part: {"p50": round(quantile(values, 0.5), 3), "p95": round(quantile(values, 0.95), 3)}
            for part, values in parts.items()
        },
        "grounded": sum(row["grounded"] for row in rows),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(report))
    if options.out:
        options.out.write_text(json.dumps({**report, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
