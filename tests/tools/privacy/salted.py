"""An index salted with communities and phrases that are told of nobody, and whatever the tools say of its people.

``python -m tests.tools.privacy.salted --people 300`` makes it and prints what was told that may not be, through every
result and its files.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from tools.exports.about import Taken
from tools.exports.as_table import csv_text
from tools.exports.as_text import markdown_text
from tools.library import Library
from tools.registry import call_tool
from tools.result.result import ToolResult

PLACES = (
    "depression", "islam", "Catholicism", "exmormon", "gaybros", "actuallesbians", "asktransgender", "MtF",
    "BabyBumps", "TryingForABaby", "stopdrinking", "diabetes", "ADHD", "bipolar", "The_Donald", "Conservative",
    "SandersForPresident", "BlackHair", "asianamerican", "hijabis", "deaf", "cancer", "DACA", "h1b", "ExCons",
    "OpiatesRecovery", "teenagers",
)  # fmt: skip
THINGS = (
    "my antidepressants", "the rosary", "Friday prayers at the mosque", "my insulin pump", "the trimester scan",
    "Grindr", "my chest binder", "the Trump rally", "Zoloft", "my parole officer", "the green card interview",
    "morning sickness", "chemo", "my AA meeting", "middle school", "Shabbat dinner", "hormone therapy", "Suboxone",
)  # fmt: skip
PLAIN = ("running", "Coffee", "lego", "cycling", "boardgames", "gardening", "cooking", "Guitar")
BRANDS = ("Nike", "Lego", "Nespresso", "Garmin", "IKEA", "Fender")
DAYS = (
    "long {plain} session this weekend with my new {brand} gear", "{brand} raised prices again, what a shame",
    "anyone else use {brand} for {plain}? works well", "first try at {plain} today, loved it",
    "{brand} support answered in an hour, great service",
)  # fmt: skip
TOLD_OF = ("finally talked about {thing} today", "{thing} again this week, and {thing} next week", "does {thing} help?")
# What no result may say of people; posts keep their words.
TELLING = re.compile(
    r"\b(?:depress\w*|islam\w*|catholic\w*|ex-?mormon|gay\w*|(?:actual)?lesbians?|(?:ask)?transgender|MtF|baby ?bumps|"
    r"trying ?for ?a ?baby|stop ?drinking|diabet\w*|adhd|bipolar|the_?donald|trump\w*|conservative|sanders\w*|"
    r"black ?hair|asian ?american|hijab\w*|deaf|cancer|daca|h1b|ex ?cons|opiates? ?recovery|teenagers|antidepressants?|"
    r"rosary|mosque|prayers?|insulin(?: pump)?|trimester(?: scan)?|grindr|(?:chest )?binder|zoloft|parole(?: officer)?|"
    r"green card(?: interview)?|morning sickness|chemo|aa meeting|middle school|shabbat(?: dinner)?|hormone therapy|"
    r"suboxone)\b",
    re.IGNORECASE,
)
POSTS = frozenset({"evidence", "supporting", "opposing", "quotes", "text"})


def salted_rows(people: int, each: int = 6, seed: int = 4) -> list[dict[str, Any]]:
    """Posts of so many people, half of which are of what is nobody's business or stand where nobody is told to be."""
    draw = random.Random(seed)
    rows = []
    for person in range(people):
        habits = draw.sample(PLAIN, 2), draw.sample(PLACES, 2), draw.sample(BRANDS, 2), draw.sample(THINGS, 2)
        for number in range(each):
            plain, place, brand, thing = map(draw.choice, habits)
            words = draw.choice(DAYS if number % 2 else (*DAYS, *TOLD_OF))
            rows.append(
                {
                    "id": f"p{person}.{number}",
                    "author": f"user{person:03d}",
                    "text": f"{words.format(plain=plain, brand=brand, thing=thing)} ({person}.{number})",
                    "community": place if number % 2 == 0 else plain,
                    "created_at": f"2024-{1 + number % 6:02d}-{1 + person % 28:02d}T10:00:00Z",
                    "likes": draw.randrange(50),
                }
            )
    return rows


def calls_for(people: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Profiles and everything else that speaks of one of ``people``, then audiences and groups of them."""
    for user in people:
        yield "get_profile", {"user": user}
    for user in people[::10]:
        yield "find_lookalikes", {"users": [user]}
        yield "explain_match", {"user": user, "campaign": BRANDS[len(user) % len(BRANDS)]}
        for tool in ("extract_keywords", "extract_entities", "summarize_themes"):
            yield tool, {"user": user}
        yield "compare_periods", {"user": user, "after": "2024-04"}
        yield "measure_engagement", {"user": user, "by": "community"}
        yield "analyze_sentiment", {"user": user, "by": "community"}
        for of in ("phrase", "name", "community"):
            yield "rank", {"of": of, "by": "posts", "among": [user]}
    for brand in BRANDS:
        yield "find_audience", {"campaign": brand, "limit": 50}
        yield "write_brief", {"campaign": brand}
        yield "list_segments", {"topic": brand}
        yield "find_audience", {"campaign": f"{brand} in spring", "also": ["Lego"], "limit": 20}
    yield "list_segments", {}
    yield "find_lookalikes", {"users": people[:20], "limit": 50}


def told_wrongly(library: Library, tool: str, args: dict[str, Any]) -> list[str]:
    """Each place of a result, its lines and its files where it says of people what may not be told."""
    try:
        result = call_tool(library, tool, args)
    except AnalystError as error:  # there may be too little to tell
        return [f"fault: {error}"] if TELLING.search(str(error)) else []
    posts = _post_texts(result)
    said = [each.text for each in result.said if each.role != "post"]
    fields = list(_strings(asdict(result) if is_dataclass(result) else {}, ""))
    taken = Taken(library, result, tool, args)
    files = [line for text in (csv_text(taken), markdown_text(taken)) for line in text.splitlines()]
    found = []
    for text in [*said, *fields, *files]:
        rest = text
        for words in posts:
            rest = rest.replace(words, "")
        if match := TELLING.search(rest):
            found.append(f"{tool} {json.dumps(args)}: {match[0]!r} in {text[:160]!r}")
    return found


def _post_texts(result: ToolResult) -> list[str]:
    """The words of the posts that a result shows, the longest first."""
    found = {each.text for each in result.evidence}
    for value in vars(result).values():
        found |= (
            {each.text for each in value if hasattr(each, "sentiment") and hasattr(each, "text")}
            if isinstance(value, list)
            else set()
        )
    return sorted(found, key=len, reverse=True)


def _strings(value: Any, name: str) -> Iterator[str]:
    if name in POSTS:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(key, str) and name not in ("", "args"):
                yield key
            yield from _strings(each, str(key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each, name)


def built(folder: Path, people: int) -> Library:
    """The index, made in ``folder``."""
    from index.build import build_index

    rows = salted_rows(people)
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index([str(folder / "posts.jsonl")], folder / "index")
    return Library.open(folder / "index")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = built(Path(folder), wanted.people)
        people = [f"user{person:03d}" for person in range(wanted.people)]
        asked = list(calls_for(people))
        found = [each for tool, args in asked for each in told_wrongly(library, tool, args)]
    print(f"{len(asked)} results over {wanted.people} people: {len(found)} places tell what may not be told")
    print("\n".join(found[:60]))


if __name__ == "__main__":
    main()
