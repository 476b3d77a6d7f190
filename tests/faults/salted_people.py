"""What tools tell of people who also post where that hints at what is nobody's business: ``python
tests/faults/salted_people.py --index DIR [--people 300] [--seed 4]``.

Of an index with such communities (of depression, parties, churches …) people who post there are drawn, and every tool
that speaks of single people is asked for them. Outside quoted posts, and the lines that say where a quoted post stands,
no line may name one of these communities. Prints how often each tool answered and one JSON object; exit code 1 if one
did.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.errors import AnalystError  # noqa: E402
from tools.library import Library  # noqa: E402
from tools.privacy.sensitive import sensitive_trait  # noqa: E402
from tools.privacy.tellable import tellable  # noqa: E402
from tools.registry import call_tool  # noqa: E402

QUOTED = re.compile(r'"[^"]*"')
EVIDENCE = re.compile(r"\bon \d{4}-\d\d-\d\d")  # "@ana in running on 2024-03-05": where a post stands
AT_ONCE = 20  # people who are looked at together


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--index", type=Path, required=True)
    options.add_argument("--people", type=int, default=300)
    options.add_argument("--seed", type=int, default=4)
    args = options.parse_args()
    library = Library.open(args.index)
    barred = barred_places(library)
    people = random.Random(args.seed).sample(sorted(barred), min(args.people, len(barred)))
    answered, told = Counter[str](), list[dict[str, str]]()
    for tool, given, places in calls(people, barred):
        try:
            text = call_tool(library, tool, given).text
        except AnalystError:
            continue
        answered[tool] += 1
        told += [{"tool": tool, "place": place, "line": line[:200]} for place, line in named(text, places)]
    for tool, times in answered.items():
        print(f"{tool:>20}  {times:5}")
    print(json.dumps({"people": len(people), "calls": answered.total(), "told": told}, ensure_ascii=False))
    sys.exit(1 if told else 0)


def barred_places(library: Library) -> dict[str, set[str]]:
    """Author → communities of theirs that may be told of nobody."""
    rows = library.facts.rows("SELECT author, community FROM posts WHERE community IS NOT NULL GROUP BY 1, 2")
    barred = {place for _, place in rows if not tellable(str(place)) or sensitive_trait(str(place))}
    found: dict[str, set[str]] = {}
    for author, place in rows:
        if place in barred:
            found.setdefault(str(author), set()).add(str(place))
    return found


def calls(people: list[str], barred: dict[str, set[str]]) -> Iterator[tuple[str, dict[str, Any], set[str]]]:
    """Tools with arguments, and the places that their results may not name."""
    for person in people:
        yield "get_profile", {"user": person}, barred[person]
        yield "explain_match", {"user": person, "campaign": "Google"}, barred[person]
        yield "extract_keywords", {"user": person}, barred[person]
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        places = set().union(*(barred[person] for person in some))
        yield "find_lookalikes", {"users": some}, places
        yield "find_audience", {"campaign": "Google", "among": some}, places
        yield "list_segments", {"among": some}, places


def named(text: str, places: set[str]) -> Iterator[tuple[str, str]]:
    """Each of ``places`` that a line tells, with the line."""
    for line in QUOTED.sub(" ", text).splitlines():
        for place in places if not EVIDENCE.search(line) else ():
            if re.search(rf"(?<!\w){re.escape(place)}(?!\w)", line, re.IGNORECASE):
                yield place, line


if __name__ == "__main__":
    main()
