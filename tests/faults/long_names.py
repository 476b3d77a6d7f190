"""Authors and places with names without end: ``python tests/faults/long_names.py [--lengths 20000 200000]``.

The same posts are indexed with usual names and with names of so many characters, read by a fake that needs no models.
Every tool that tells of people, places or posts is called on each, its result is told, shown as the page does and
traced as an answer. The long names may not make it cost more than three times the processor's time of the usual ones,
and half a second. Prints a table and one JSON object; exit code 1 if a call did.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from agent.grounding.check import trace  # noqa: E402
from agent.grounding.values import Told  # noqa: E402
from agent.page.views.result import posts_tab_html, result_html  # noqa: E402
from agent.page.views.shown import Shown  # noqa: E402
from tests.fake_reader import fake_index  # noqa: E402
from tools.library import Library  # noqa: E402
from tools.registry import call_tool  # noqa: E402

TIMES, MORE = 3.0, 0.5
WORDS = ("Nike shoes run well", "a long run in Nike", "Adidas are late again", "tea and quiet", "my knee hurts, Nike")
REPEATS = 3  # of each call, of which the fastest counts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lengths", type=int, nargs="+", default=[20_000, 200_000])
    args = options.parse_args()
    import torch

    torch.set_num_threads(1)
    seconds: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="long-names-") as folder:
        for length in (1, *args.lengths):
            library = Library.open(fake_index(Path(folder) / str(length), rows(length)))
            for tool, given in calls(library):
                seconds.setdefault(call_name(tool, given), {})[str(length)] = taken(library, tool, given)
    slow = []
    for call, found in seconds.items():
        usual, *others = found.values()
        slow += [call] if max(others) > TIMES * usual + MORE else []
        print(f"{call:>40}", *(f"{value:8.3f} s" for value in found.values()), " slow" if call in slow else "")
    print(json.dumps({"lengths": args.lengths, "calls": len(seconds), "slow": slow}))
    sys.exit(1 if slow else 0)


def rows(length: int) -> list[dict[str, Any]]:
    """Posts of sixteen people in three places, whose names begin with so many letters."""
    return [
        {
            "id": str(number),
            "author": f"ana{number % 16}" + "n" * length,
            "community": f"place{number % 3}" + " c" * (length // 2),
            "text": f"{WORDS[number % len(WORDS)]} {number}",
            "likes": number % 7,
            "created_at": f"2024-0{1 + number % 9}-11T1{number % 10}:00:00Z",
        }
        for number in range(96)
    ]


def calls(library: Library) -> list[tuple[str, dict[str, Any]]]:
    """A call or more of every tool that tells of people, places or posts."""
    people, places = list(library.authors.values()), list(library.communities.values())
    return [
        ("find_audience", {"campaign": "Nike", "limit": 16}),
        ("find_audience", {"campaign": "Nike", "exclude": people[:3], "active_in": places[:1]}),
        ("find_lookalikes", {"users": people[:3]}),
        ("explain_match", {"user": people[0], "campaign": "Nike"}),
        ("get_profile", {"user": people[0]}),
        ("search_posts", {"query": "Nike", "limit": 50}),
        ("search_posts", {"query": "run", "user": people[1], "community": places[1]}),
        ("summarize_themes", {}),
        ("summarize_themes", {"community": places[0]}),
        ("analyze_sentiment", {"topic": "Nike", "by": "user"}),
        ("analyze_sentiment", {"topic": "Nike", "by": "community"}),
        ("extract_entities", {"user": people[0]}),
        ("extract_keywords", {"community": places[0]}),
        ("compare_brands", {"brands": ["Nike", "Adidas"]}),
        ("compare_periods", {"before": "2024-01", "after": "2024-02"}),
        ("measure_engagement", {"by": "community"}),
        ("count", {"of": "people", "topic": "Nike"}),
        ("rank", {"of": "person", "by": "posts"}),
        ("rank", {"of": "community", "by": "likes"}),
        ("rank", {"of": "post", "by": "likes"}),
        ("list_segments", {}),
        ("write_brief", {"campaign": "Nike"}),
        ("describe_data", {}),
    ]


def call_name(tool: str, given: dict[str, Any]) -> str:
    return f"{tool} {' '.join(given)}".strip()


def taken(library: Library, tool: str, given: dict[str, Any]) -> float:
    """Seconds of the processor that a call takes, with all that is done with its result."""

    def whole() -> None:
        result = call_tool(library, tool, given)
        shown = Shown(tool, given, result, 0.1)
        result_html(shown, library), posts_tab_html(library, shown)
        trace(result.text, [Told(1, tool, result.said, result.evidence, result.listing, given)])

    return min(timed(whole) for _ in range(REPEATS))


def timed(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
