"""Of people who also write where it hints at what is nobody's business nothing of that is told, in no form of a result:
lines, data, tables, charts, reports, next steps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from agent.next_steps import next_steps
from agent.page.views.examples import example_questions
from index.errors import AnalystError
from tests.faults.salt import SALT, SECRETS, salted_rows
from tools.charts import charts
from tools.exports.tables import tables_of
from tools.library import Library
from tools.registry import call_tool
from tools.result.result import ToolResult

CAMPAIGNS = ("Nike", "coffee", "Ticketmaster", "board games", "a budget app", "headphones")
EVIDENCE = re.compile(r"\bon \d{4}-\d\d-\d\d")  # "@ana in running on 2024-03-05": where a post stands
QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
# Of a result, what is said of posts: their words, and of a brief when and where posts get answers.
OF_POSTS = {"timing", "text", "evidence", "for_", "against", "examples", "posts_for", "posts_against", "quotations"}
SECRET = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, (*SECRETS, *(place.casefold() for place in SALT))))})(?!\w)", re.IGNORECASE
)
LEAST = 150  # results that are looked at


@pytest.fixture(scope="module")
def salted(encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Library:
    from index.build import build_index

    folder = tmp_path_factory.mktemp("salted")
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in salted_rows()), encoding="utf-8")
    build_index([str(folder / "posts.jsonl")], folder / "index")
    return Library.open(folder / "index")


def of_one(person: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls that speak of one person."""
    yield "get_profile", {"user": person}
    yield "explain_match", {"user": person, "campaign": "Nike"}
    yield "extract_keywords", {"user": person}
    yield "extract_entities", {"user": person}
    yield "summarize_themes", {"user": person}
    yield "find_lookalikes", {"users": [person]}
    yield "analyze_sentiment", {"user": person, "by": "community"}
    yield "measure_engagement", {"user": person, "by": "community"}
    yield "measure_engagement", {"user": person, "by": "words"}
    yield "compare_periods", {"user": person, "before": "2024", "after": "2025"}
    for of in ("community", "phrase", "name"):
        yield "rank", {"of": of, "by": "posts", "among": [person]}


def of_many(people: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls that list people, or speak of several."""
    for campaign in CAMPAIGNS:
        yield "find_audience", {"campaign": campaign, "limit": 30}
        yield "write_brief", {"campaign": campaign}
        yield "find_audience", {"campaign": campaign, "among": people[:8]}
    for topic in (None, "coffee", "friends"):
        yield "list_segments", {"topic": topic} if topic else {}
    yield "list_segments", {"among": people[:12]}
    yield "find_lookalikes", {"users": people[:10]}
    for tool in ("extract_keywords", "extract_entities", "summarize_themes"):
        yield tool, {"among": people[:6]}
    yield "rank", {"of": "person", "by": "posts"}


def told(salted: Library, args: Mapping[str, Any], result: ToolResult) -> Iterator[tuple[str, str]]:
    """Every form in which a result is handed out, with what it says: words of quoted posts apart."""
    for line in QUOTED.sub(" ", result.text).splitlines():
        if not EVIDENCE.search(line):
            yield "line", line
    for text in _facts(result.to_dict()):
        if not EVIDENCE.search(text):
            yield "data", QUOTED.sub(" ", text)
    for table in tables_of(salted, result):
        for row in table.rows if "text" not in table.columns else ():
            cells = (str(cell) for cell in row)
            yield "table", QUOTED.sub(" ", " | ".join(cell for cell in cells if not EVIDENCE.search(cell)))
    for chart in charts(salted, result):
        yield "chart", f"{chart.title} {chart.table.to_csv()}"
    for step in next_steps(salted, args, result):
        yield "next step", step.question


def _facts(value: Any) -> Iterator[str]:
    """The words of a result without those of posts and of where they stand."""
    if isinstance(value, dict) and "text" in value and "author" in value:
        return  # a post, shown with its place as evidence for something else
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in OF_POSTS:
                yield str(name)
                yield from _facts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _facts(part)
    elif isinstance(value, str):
        yield value


def leaks(salted: Library, calls: Iterator[tuple[str, dict[str, Any]]]) -> tuple[int, list[str]]:
    """How many results were looked at, and what they tell."""
    seen, found = 0, list[str]()
    for tool, args in calls:
        try:
            result = call_tool(salted, tool, args)
        except AnalystError:
            continue
        seen += 1
        found += [
            f"{tool} {args} ({form}): {text[:160]}" for form, text in told(salted, args, result) if SECRET.search(text)
        ]
    return seen, found


def test_nothing_of_that_is_told_of_anybody(salted: Library) -> None:
    people = sorted({row["author"] for row in salted_rows()})
    one, found_one = leaks(salted, (call for person in people for call in of_one(person)))
    many, found_many = leaks(salted, of_many(people))
    assert found_one + found_many == []
    assert one + many >= LEAST


def test_the_salt_is_there(salted: Library) -> None:
    """Posts about it are counted and found, so what is not told was there to be told."""
    for place in SALT.keys() & {row["community"] for row in salted_rows()}:
        assert call_tool(salted, "count", {"of": "posts", "community": place}).to_dict()["value"] >= 2
    assert SECRET.search(call_tool(salted, "search_posts", {"query": "mosque"}).text)


def test_no_example_question_names_it(salted: Library) -> None:
    assert not [each for each in example_questions(salted) if SECRET.search(str(each))]
