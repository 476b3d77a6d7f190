"""Seconds of each tool: ``python tests/benchmarks/tool_latency.py --index DIR [--tools NAME …] [--out FILE]``.

Every tool is called with arguments that the index itself suggests: its commonest brands, largest communities and
busiest people, drawn with a fixed seed. Told are the first call, which builds what later ones use, and p50 and p95 of
the others; and of these the processor's seconds too, which say on a busy machine what a quiet one would need. ``--bar``
is the p95 above which a tool is marked. ``repeated.py`` makes a large index of a small one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from machine import described, machine
from reports import check_out, end, note, tell

from app import hush_libraries
from index.errors import AnalystError
from tools.library import Library
from tools.registry import TOOLS, call_tool
from tools.selection.measures import DIMENSIONS

BAR = 0.6
BARS = {"summarize_themes": 1.5}
SEED = 5
NAMES, PLACES, PEOPLE = 12, 8, 12
COLUMNS = {
    "first": "first", "p50": "p50", "p95": "p95",
    "processor_first": "cpu 1st", "processor_p50": "cpu p50", "processor_p95": "cpu p95",
}  # fmt: skip
Calls = dict[str, list[dict[str, Any]]]


def calls_of(library: Library) -> Calls:
    """Arguments for every tool, by its name."""
    dice = random.Random(SEED)
    brands: Any = call_tool(library, "rank", {"of": "name", "type": "brand", "limit": NAMES})
    names = [group.name for group in brands.groups]
    places = [name for (name,) in library.facts.rows(
        "SELECT community FROM posts WHERE community IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT $limit",
        {"limit": PLACES},
    )]  # fmt: skip
    authors = sorted(library.authors.values())
    people = dice.sample(authors, min(PEOPLE, len(authors)))
    seeds = [dice.sample(authors, min(size, len(authors) // 2)) for size in (1, 5, 20, 100)]
    topics: list[dict[str, Any]] = [{"topic": name} for name in names]
    within: list[dict[str, Any]] = [{"community": place} for place in places]
    of_people = [{"user": user} for user in people]
    everywhere = [*topics, *within[:4], *of_people[:4]]
    return {
        "find_audience": [{"campaign": name} for name in names],
        "find_lookalikes": [{"users": users} for users in seeds],
        "explain_match": [
            {"campaign": name, "user": user} for name, user in zip(names, [*people, *people], strict=False)
        ],
        "get_profile": of_people,
        "search_posts": [
            {"query": name, "order": order}
            for name in [*names[:4], "a good place for dinner", "my phone broke"]
            for order in ("relevance", "likes", "newest")
        ],
        "summarize_themes": [{}, *topics[:4], *within[:4], {"sentiment": "negative"}],
        "analyze_sentiment": [*topics, *({**topic, "by": "month"} for topic in topics[:4]), *within[:4]],
        "extract_entities": [{}, {"type": "brand"}, *everywhere],
        "extract_keywords": [{}, *everywhere],
        "compare_brands": [{"brands": [one, other]} for one, other in pairwise(names)],
        "compare_periods": [{}, *topics[:6], *within[:4]],
        "measure_engagement": [{}, {"by": "hour"}, *everywhere],
        "count": [{"of": of, **more} for of in ("posts", "people", "names") for more in ({}, *topics[:4], *within[:2])],
        "rank": [
            {"of": of, "by": "likes" if of == "post" else by}
            for of in DIMENSIONS
            for by in (("likes",) if of == "post" else ("posts", "tone"))
        ]
        + [{"of": of, **more} for of in ("person", "name", "phrase") for more in (*topics[:2], *within[:2])]
        + [{"of": of, "by": "growth"} for of in ("name", "phrase", "community")],
        "list_segments": [{}, {"count": 8}, *topics[:3]],
        "write_brief": [{"campaign": name} for name in names[:6]],
        "describe_data": [{}],
        "explain_method": [{"term": term} for term in ("lift", "tone", "31 %", "what is a small sample")],
        "cannot_tell": [{"why": "not_in_posts", "what": what} for what in ("how old they are", "how many clicked")],
    }


def timed(library: Library, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """One call: seconds, those of the processor, and the error if there was one."""
    start, busy = time.perf_counter(), time.process_time()
    error = None
    try:
        call_tool(library, tool, args)
    except AnalystError as failed:  # few posts, nothing known: an answer as well
        error = str(failed)
    seconds = {"seconds": time.perf_counter() - start, "processor": time.process_time() - busy}
    return {"args": args, **seconds, "error": error}


def measured(library: Library, calls: Calls) -> dict[str, Any]:
    """By tool: the first call, and p50, p95 and the slowest of all calls after it."""
    found = {}
    for tool, listed in calls.items():
        first, *rows = [timed(library, tool, args) for args in (listed[0], *listed)]
        wall, busy = (sorted(row[key] for row in rows) for key in ("seconds", "processor"))
        slowest = max(rows, key=lambda row: row["processor"])
        found[tool] = {
            "calls": len(rows), "first": first["seconds"], "p50": quantile(wall, 0.5), "p95": quantile(wall, 0.95),
            "processor_first": first["processor"], "processor_p50": quantile(busy, 0.5),
            "processor_p95": quantile(busy, 0.95), "errors": sum(bool(row["error"]) for row in rows),
            "slowest": slowest,
        }  # fmt: skip
        note(line(tool, found[tool]))
    return found


def quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(tool: str, row: dict[str, Any]) -> str:
    figures = "".join(f"{row[key]:8.2f}" for key in COLUMNS)
    mark = "  over the bar" if row["p95"] > BARS.get(tool, BAR) else ""
    return f"{tool:20}{row['calls']:4}{figures}{mark}  slowest: {row['slowest']['args']}"


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--tools", nargs="*", choices=list(TOOLS), default=list(TOOLS))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    check_out(options.out)
    library = Library.open(options.index)
    library.embed("hello")
    start = time.process_time()
    calls = calls_of(library)
    note(f"All names are counted: {time.process_time() - start:.1f} s of the processor.")
    # Tools of saved audiences are not called: an index that is measured has none.
    found = measured(library, {tool: calls[tool] for tool in options.tools if tool in calls})
    head = f"{'tool':20}{'n':>4}" + "".join(f"{title:>8}" for title in COLUMNS.values())
    report = {"index_posts": library.manifest.posts, "machine": machine(), "tools": found}
    tell([head, *(line(tool, row) for tool, row in found.items()), described(report["machine"])], report, options.out)


if __name__ == "__main__":
    hush_libraries()
    end(run)
