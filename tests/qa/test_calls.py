"""What tools count over the sample is what SQL counts over its facts: the cases and names of ``tests/qa/calls``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.benchmarks.open_questions import facts_of
from tools.library import Library
from tools.registry import call_tool

INDEX = Path(__file__).parents[2] / "indexes" / "sample"
CALLS = Path(__file__).parent / "calls"
CASES: list[dict[str, Any]] = yaml.safe_load((CALLS / "sample.yaml").read_text(encoding="utf-8"))
NAMES: dict[str, str] = yaml.safe_load((CALLS / "names.yaml").read_text(encoding="utf-8"))
TOLERANCE = 1e-4  # shares and means are told with four places

# names(words, name): whether a text names something, as tests/qa/open/README.md says; name is a regular expression.
# about(name): the posts that do, with the tone of what is said of the name, or of the post where no mention was marked.
MACROS = r"""
CREATE MACRO names(words, name) AS
  regexp_matches(words, '(?i)(?:^|[^\w@/.])(?:' || name || ')(?:s|[''’]s)?(?:[^\w]|$)');
CREATE MACRO about(name) AS TABLE
  WITH own AS (
    SELECT post, avg(negative) AS negative, avg(neutral) AS neutral, avg(positive) AS positive
    FROM mentions WHERE names(text, name) GROUP BY post
  ), said AS (
    SELECT posts.* REPLACE (
      coalesce(own.negative, posts.negative) AS negative,
      coalesce(own.neutral, posts.neutral) AS neutral,
      coalesce(own.positive, posts.positive) AS positive)
    FROM posts LEFT JOIN own ON own.post = posts.id WHERE names(posts.text, name)
  )
  SELECT *, CASE WHEN negative >= greatest(neutral, positive) THEN 'negative'
    WHEN positive >= neutral THEN 'positive' ELSE 'neutral' END AS tone
  FROM said;
"""
# Where each tool tells how many posts there are about a name: its arguments without the name, and the path.
TELLERS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "count": ("topic", {"of": "posts"}, "value", "posts"),
    "count of people": ("topic", {"of": "people"}, "value", "people"),
    "rank": ("topic", {"of": "year", "by": "posts"}, "groups.*.value", "years"),
    "compare_brands": ("brands", {}, "brands.0.posts", "posts"),
    "compare_periods": ("topic", {"before": "2024", "after": "2025"}, "after.posts", "2025"),
    "analyze_sentiment": ("topic", {}, "shares.posts", "posts"),
    "measure_engagement": ("topic", {}, "posts", "posts"),
    "summarize_themes": ("topic", {}, "total", "posts"),
    "extract_keywords": ("topic", {}, "posts", "posts"),
    "extract_entities": ("topic", {}, "posts", "posts"),
    "search_posts": ("query", {"limit": 100, "order": "newest"}, "listing.names.*", "ids"),
}
RIGHT = {
    "posts": "SELECT count(*) FROM about('{}')",
    "people": "SELECT count(DISTINCT author) FROM about('{}')",
    "years": "SELECT count(*) AS n FROM about('{}') GROUP BY year(created_at) ORDER BY n DESC",
    "2025": "SELECT count(*) FROM about('{}') WHERE year(created_at) = 2025",
    "ids": "SELECT id FROM about('{}') ORDER BY created_at DESC",
}


def opened() -> tuple[Library, duckdb.DuckDBPyConnection]:
    """The sample's index, and its facts with the macros that the SQL of the cases uses."""
    assert (INDEX / "manifest.json").is_file(), "index the sample first: make indexes/sample/manifest.json"
    facts = facts_of(INDEX)
    facts.execute(MACROS)
    return Library.open(INDEX), facts


sample = pytest.fixture(scope="module", name="sample")(opened)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_tool_counts_as_sql_does(case: dict[str, Any], sample: tuple[Library, duckdb.DuckDBPyConnection]) -> None:
    library, facts = sample
    told = rows(call_tool(library, case["tool"], case["args"]).to_dict(), case["path"])[: case.get("first")]
    right = [list(row) for row in facts.execute(case["sql"]).fetchall()]
    if case.get("order") == "ties":
        assert [row[-1] for row in told] == pytest.approx([row[-1] for row in right], abs=TOLERANCE)
    if "order" in case:
        told, right = sorted(told), sorted(right)
    assert flat(told) == pytest.approx(flat(right), abs=TOLERANCE)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_one_count(name: str, sample: tuple[Library, duckdb.DuckDBPyConnection]) -> None:
    library, facts = sample
    for label, (key, args, path, kind) in TELLERS.items():
        asked = {key: [name, "Zyxel"] if key == "brands" else name}
        told = rows(call_tool(library, label.split()[0], {**args, **asked}).to_dict(), path)
        assert flat(told) == flat(facts.execute(RIGHT[kind].format(NAMES[name])).fetchall()), label


def rows(item: Any, path: str) -> list[list[Any]]:
    """What lies at a path, as rows: calls/sample.yaml tells how a path is read."""
    step, _, rest = path.partition(".")
    if step == "#":
        return [[len(item)]]
    if step == "*":
        pairs = item.items() if isinstance(item, dict) else enumerate(item)
        fields = rest.split(",") if rest else ["self"]
        return [[key if f == "key" else each if f == "self" else each[f] for f in fields] for key, each in pairs]
    found = item[int(step)] if isinstance(item, list) else item[step]
    return rows(found, rest) if rest else [[found]]


def flat(table: Iterable[Iterable[Any]]) -> list[Any]:
    return [each for row in table for each in row]
