"""Real tool results to learn answers from: ``python -m agent.training.results --index DIR [DIR …] --out
work/results.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from tools.library import Library
from tools.registry import TOOLS, call_tool


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
    pools |= {"community": communities, "text": texts}
    return {key: generator.sample(pool, len(pool)) for key, pool in pools.items() if pool}


def calls(pools: dict[str, list[str]], generator: random.Random, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """``number`` calls of each tool with its main argument and now and then another."""
    mains = {
        "find_audience": ["campaign"],
        "get_profile": ["user"],
        "search_posts": ["query"],
        "analyze_sentiment": ["topic", "topic", "topic", "user", "text"],
        "extract_entities": ["topic", "topic", "community", "user", "text"],
        "extract_keywords": ["topic", "community", "community", "user", "text"],
    }
    for tool in TOOLS:
        for _ in range(number):
            main = generator.choice(mains[tool])
            args: dict[str, Any] = {main: generator.choice(pools[main])}
            if tool == "analyze_sentiment" and main != "text" and generator.random() < 0.4:
                args["by"] = generator.choice(["month", "year", "community", "user", "week", "day"])
            if tool == "search_posts" and generator.random() < 0.4:
                args["sentiment"] = generator.choice(["negative", "negative", "positive", "neutral"])
            if tool not in ("get_profile", "analyze_sentiment") and generator.random() < 0.3:
                args["limit"] = generator.choice([3, 5, 8, 15, 20])
            yield tool, args


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
            for tool, args in calls(subjects(library, generator), generator, options.number):
                try:
                    text, fault = call_tool(library, tool, args).text, False
                except AnalystError as error:
                    text, fault = str(error), True
                row = {"tool": tool, "args": args, "text": text, "fault": fault}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
