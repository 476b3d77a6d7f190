"""Seconds per answer: ``python tests/benchmarks/latency.py --index DIR --questions FILE [--out FILE]``.

FILE has one question a line; each is asked in a conversation of its own, after one that warms everything up. Prints a
table and one JSON object: p50 and p95 of the whole, of the time until the first sign of progress (a tool is chosen), of
the tools, and of the words; and where the mean second goes: reading the prompt, decoding, grammar, question reader,
tools, and what the model and the reader take of memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.analyst import Analyst
from agent.events import Finished, ToolFinished
from app import hush_libraries


class Clock:
    """Seconds spent inside of chosen functions, and how often they were called."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()

    def watch(self, owner: Any, name: str, part: Callable[..., str]) -> None:
        """Time ``owner.name``; ``part`` says from the arguments which part of the work a call is."""
        inner = getattr(owner, name)

        def timed(*args: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                return inner(*args, **options)
            finally:
                self.seconds[part(*args)] += time.perf_counter() - start

        setattr(owner, name, timed)

    def watch_all(self) -> None:
        """The parts of a local chat model."""
        from agent.grounding import check as grounding
        from agent.models import constraint, decoding
        from agent.models import local as chat_model
        from agent.understanding import reader as question_reader

        def passed(_: Any, __: Any, ids: list[int]) -> str:
            # The first pass of a reply reads what is new of the prompt; those with several tokens later read what the
            # grammar left no choice about.
            kind = "step" if len(ids) == 1 else "prefill and forced text"
            self.tokens[kind] += len(ids)
            return kind

        self.watch(decoding.CachedDecoder, "_forward", passed)
        self.watch(chat_model.LocalChatModel, "prompt_ids", lambda *_: "template")
        self.watch(question_reader.QuestionReader, "read", lambda *_: "question reader")
        self.watch(grounding.Ledger, "check", lambda *_: "grounding")
        for name in ("forced", "allowed", "accept"):
            self.watch(constraint.GrammarConstraint, name, lambda *_: "grammar")
        self.watch(constraint.Grammars, "constraint", lambda *_: "grammar")


def measure(analyst: Analyst, question: str, clock: Clock) -> dict[str, Any]:
    """One question: where its seconds went."""
    clock.seconds.clear()
    start = time.perf_counter()
    first = tools = 0.0
    answer = None
    for event in analyst.stream(question):
        first = first or time.perf_counter() - start
        if isinstance(event, ToolFinished):
            tools += event.seconds
        elif isinstance(event, Finished):
            answer = event.answer
    whole = time.perf_counter() - start
    assert answer is not None
    return {
        "question": question,
        "calls": [{"name": call.name, "args": call.args} for call in answer.calls],
        "grounded": answer.grounded,
        "sources": len(answer.sources),
        "seconds": whole,
        "first": first,
        "tools": tools,
        "words": max(0.0, whole - first - tools),
        "parts": {**clock.seconds, "tools": tools, "all else": whole - tools - sum(clock.seconds.values())},
    }


def resident_mb() -> float:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def model_mb(model: str | None) -> float:
    """What the chat model and its question reader take, beyond torch, transformers and the encoder."""
    import torch
    from langchain_core.messages import HumanMessage
    from transformers import AutoTokenizer, PreTrainedModel  # noqa: F401

    from agent.models.loading import load_chat_model
    from agent.toolbox import tool_schema
    from index.encoding.encoder import query_encoder

    query_encoder().embed(["hello"])
    torch.zeros(1) + 1
    before = resident_mb()
    chat = load_chat_model(model)
    chat.bind_tools([tool_schema("get_profile")]).invoke([HumanMessage("tell me about @ana")])  # reads all weights
    return resident_mb() - before


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
    taken = model_mb(options.model)
    clock = Clock()
    analyst = Analyst.open(options.index, model=options.model)
    analyst.ask(questions[0])
    clock.watch_all()
    rows = [measure(analyst, question, clock) for question in questions]
    for row in rows:
        names = ", ".join(call["name"] for call in row["calls"]) or "no tool"
        parted = f"{row['seconds']:6.2f} s  first sign {row['first']:.2f}  tools {row['tools']:.2f}"
        print(f"{parted}  {names:18}  {row['question']}")
    parts = {part: [row[part] for row in rows] for part in ("seconds", "first", "tools", "words")}
    names = sorted({name for row in rows for name in row["parts"]})
    mean = {name: round(sum(row["parts"].get(name, 0.0) for row in rows) / len(rows), 3) for name in names}
    report = {
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "index_posts": analyst.manifest.posts,
        "questions": len(rows),
        **{
            part: {"p50": round(quantile(values, 0.5), 3), "p95": round(quantile(values, 0.95), 3)}
            for part, values in parts.items()
        },
        "mean_seconds_in": mean,
        "grounded": sum(row["grounded"] for row in rows),
        "model_mb": round(taken),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(report))
    if options.out:
        options.out.write_text(json.dumps({**report, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
