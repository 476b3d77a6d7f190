"""Posts that have little more than their words: every tool answers with sentences, or says in one why it cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from index.errors import AnalystError
from tests.tools.said import warnings
from tools.library import Library
from tools.registry import call_tool

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

TEXTS = (
    "I love my new Nike running shoes",
    "Adidas or Nike for a first marathon?",
    "My espresso machine leaks again, awful",
    "The best pizza in Berlin",
    "nothing to say",
    "🙂🙂",
)
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("find_audience", {"campaign": "Nike"}),
    ("explain_match", {"user": "p0", "campaign": "Nike"}),
    ("get_profile", {"user": "p0"}),
    ("search_posts", {"query": "running"}),
    *(("analyze_sentiment", {"topic": "Nike", "by": by}) for by in ("month", "community", "user", None)),
    ("extract_entities", {"user": "p0"}),
    ("extract_keywords", {"user": "p0"}),
    ("compare_brands", {"brands": ["Nike", "Adidas"]}),
    *(("measure_engagement", {"by": by}) for by in ("hour", "weekday", "month", "community", None)),
    ("list_segments", {}),
    ("list_segments", {"count": 2}),
    ("describe_data", {}),
]
BARE = {
    "words alone": [{"id": str(n), "author": f"p{n}", "text": text} for n, text in enumerate(TEXTS)],
    "one person": [
        {"id": str(n), "author": "p0", "text": text, "created_at": f"2024-03-0{n + 1}T10:00:00Z", "likes": n}
        for n, text in enumerate(TEXTS)
    ],
    "one post": [{"id": "1", "author": "p0", "text": TEXTS[0], "community": "running", "likes": 3}],
}


@pytest.fixture(scope="module", params=list(BARE))
def bare(request: pytest.FixtureRequest, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Library:
    from index.build import build_index

    folder = tmp_path_factory.mktemp("bare")
    source = folder / "posts.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in BARE[request.param]), encoding="utf-8")
    build_index([str(source)], folder / "index")
    return Library.open(folder / "index")


@pytest.mark.parametrize(("tool", "args"), CALLS)
def test_every_tool_answers_or_says_why_not(bare: Library, tool: str, args: dict[str, Any]) -> None:
    try:
        told = call_tool(bare, tool, args).text
    except AnalystError as refusal:
        assert refusal.todo
        told = str(refusal)
    assert told.strip()
    assert not {"None", "nan", "NaT", "inf"} & set(told.replace("%", " ").replace(",", " ").split()), told


def test_people_are_ranked_by_their_words_alone(bare: Library) -> None:
    result = call_tool(bare, "find_audience", {"campaign": "Nike"})
    writers = bare.facts.rows("SELECT count(DISTINCT author) FROM posts")[0][0]
    assert len(result.people) == writers  # type: ignore[attr-defined]
    assert all(0 < person.low < person.probability < person.high < 1 for person in result.people)  # type: ignore[attr-defined]
    assert any("could be ranked" in warning for warning in warnings(result))
