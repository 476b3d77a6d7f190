"""Real tool results to learn answers from: ``python -m agent.training.results --index DIR [DIR …] --out
work/results.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from agent.models.shipped import trained_tools
from agent.training.fillers import within
from index.errors import AnalystError
from tools.library import Library
from tools.registry import call_tool

# What a call of each tool is about; "" is nothing in particular.
MAINS = {
    "find_audience": ["campaign"],
    "get_profile": ["user"],
    "search_posts": ["query"],
    "analyze_sentiment": ["topic", "topic", "topic", "user", "text"],
    "extract_entities": ["topic", "topic", "community", "user", "text"],
    "extract_keywords": ["topic", "community", "community", "user", "text"],
    "compare_brands": ["brands"],
    "measure_engagement": ["topic", "topic", "user", "community", ""],
    "list_segments": ["count", "topic", "community", ""],
    "describe_data": [""],
}
LIMITED = ("find_audience", "search_posts", "extract_entities", "extract_keywords")


def subjects(library: Library, generator: random.Random) -> dict[str, list[str]]:
    """Names, phrases, people, communities and texts of an index, by the argument that they fill."""
    names = [
        n
        for (n,) in library.facts.rows(
            "SELECT mode(text) FROM mentions GROUP BY canonical ORDER BY count(*) DESC LIMIT 600"
        )
    ]
    phrases = [
        p for (p,) in library.facts.rows("SELECT phrase FROM phrases GROUP BY 1 ORDER BY count(*) DESC LIMIT 600")
    ]
    topics = names + phrases
    people = list(library.authors.values())
    communities = [c for (c,) in library.facts.rows("SELECT community FROM posts GROUP BY 1 HAVING count(*) > 20")]
    brands = [
        b
        for (b,) in library.facts.rows(
            "SELECT mode(text) FROM mentions WHERE type IN ('organization', 'product') "
            "GROUP BY canonical ORDER BY count(*) DESC LIMIT 300"
        )
    ]
    texts = [
        t for (t,) in library.facts.rows("SELECT text FROM posts WHERE length(text) BETWEEN 20 AND 280 LIMIT 5000")
    ]
    unknown = ["Zyqqo", "Brambleco", "Nordvale", "Quixby"]
    pools = {
        "campaign": topics,
        "topic": topics + unknown,
        "query": topics,
        "user": [*people, "nobody_99", "ghost.writer"],
    }
    pools |= {"community": communities, "text": texts, "brand": brands + unknown[:1]}
    return {key: generator.sample(pool, len(pool)) for key, pool in pools.items() if pool}


def calls(
    library: Library, pools: dict[str, list[str]], generator: random.Random, number: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """``number`` calls of each tool, fewer where they repeat, with its main argument and now and then another."""
    made: list[tuple[str, dict[str, Any]]] = []
    for tool in [tool["function"]["name"] for tool in trained_tools()]:
        found = _matches(library, pools, generator) if tool == "explain_match" else _mains(tool, pools, generator)
        for args in islice(found, number):
            if tool == "analyze_sentiment" and "text" not in args and generator.random() < 0.4:
                args["by"] = generator.choice(["month", "year", "community", "user", "week", "day"])
            if tool == "measure_engagement" and generator.random() < 0.5:
                args["by"] = generator.choice(["hour", "hour", "weekday", "weekday", "month", "year", "community"])
            if tool == "search_posts" and generator.random() < 0.4:
                args["sentiment"] = generator.choice(["negative", "negative", "positive", "neutral"])
            if tool in LIMITED and generator.random() < 0.3:
                args["limit"] = generator.choice([3, 5, 8, 15, 20])
            if (tool, args) not in made:
                made.append((tool, args))
                yield tool, args


def _mains(tool: str, pools: dict[str, list[str]], generator: random.Random) -> Iterator[dict[str, Any]]:
    """What a call is about; an empty one is about all posts."""
    while True:
        main = generator.choice([main for main in MAINS[tool] if main in pools or main in ("", "brands", "count")])
        if main == "brands":
            yield {"brands": _apart(pools["brand"], generator, generator.choice([2, 2, 2, 3, 3, 4]))}
        elif main == "count":
            yield {"count": generator.randint(2, 20)}
        else:
            yield {main: generator.choice(pools[main])} if main else {}


def _apart(pool: list[str], generator: random.Random, number: int) -> list[str]:
    """``number`` names at most, none of which is a part of another."""
    chosen: list[str] = []
    for name in generator.sample(pool, len(pool)):
        if not any(within(name, other) or within(other, name) for other in chosen):
            chosen.append(name)
        if len(chosen) == number:
            break
    return chosen


def _matches(library: Library, pools: dict[str, list[str]], generator: random.Random) -> Iterator[dict[str, Any]]:
    """People of an audience and others, each with the campaign."""
    while True:
        campaign = generator.choice(pools["campaign"])
        people: list[str] = []
        with suppress(AnalystError):  # an audience that cannot be found has nobody to explain
            people = call_tool(library, "find_audience", {"campaign": campaign, "limit": 20}).handles
        for user in [*generator.sample(people, min(2, len(people))), generator.choice(pools["user"])]:
            yield {"user": user, "campaign": campaign}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, nargs="+", required=True)
    parser.add_argument("--number", type=int, default=150)
    parser.add_argument("--out", type=Path, default=Path("work/results.jsonl"))
    options = parser.parse_args()
    generator = random.Random(5)
    with options.out.open("w", encoding="utf-8") as file:
        for folder in options.index:
            library = Library.open(folder)
            for tool, args in calls(library, subjects(library, generator), generator, options.number):
                try:
                    text, fault = call_tool(library, tool, args).text, False
                except AnalystError as error:
                    text, fault = str(error), True
                row = {"tool": tool, "args": args, "text": text, "fault": fault}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
