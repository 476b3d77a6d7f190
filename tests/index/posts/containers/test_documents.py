"""JSON in any shape: sections, documents too large to hold, files that break off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from index.errors import AnalystError
from index.posts.containers import documents
from index.posts.options import Options
from index.posts.readers import read_posts
from index.posts.record import Post, Rejected
from index.posts.report import Report

Write = Callable[..., str]
ROWS: list[Any] = [{"id": str(n), "author": "ana", "text": f"post {n}", "likes": n} for n in range(50)]


def ids(source: str, **options: Any) -> list[str]:
    return [row.id for row in read_posts([source], options=Options(**options)) if isinstance(row, Post)]


LISTS = {
    "list": ROWS,
    "wrapped": {"posts": ROWS},
    "deeper": {"meta": {"n": 1}, "data": {"items": ROWS}},
    "two lists": {"about": [{"x": 1}], "a": ROWS[:20], "b": ROWS[20:]},
}
# Only what is held whole can be posts under their ids, or lists in a list.
HELD_WHOLE = {
    "lists": [ROWS[:30], ROWS[30:]],
    "by id": {row["id"]: {k: v for k, v in row.items() if k != "id"} for row in ROWS},
}


@pytest.mark.parametrize(
    ("document", "held"),
    [
        *(pytest.param(document, 1 << 25, id=name) for name, document in {**LISTS, **HELD_WHOLE}.items()),
        *(pytest.param(document, 100, id=f"{name}, in parts") for name, document in LISTS.items()),
    ],
)
def test_all_lists_of_a_document_are_read(
    write: Write, monkeypatch: pytest.MonkeyPatch, document: Any, held: int
) -> None:
    monkeypatch.setattr(documents, "_HELD", held)
    monkeypatch.setattr(documents, "_CHUNK", 64)
    for indent in (None, 1):
        assert ids(write("posts.json", json.dumps(document, indent=indent))) == [row["id"] for row in ROWS]


@pytest.mark.parametrize(
    "text",
    [
        f"[{','.join(map(json.dumps, ROWS[:25]))}]\n[{','.join(map(json.dumps, ROWS[25:]))}]",
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
    ],
    ids=["lists", "posts over several lines"],
)
def test_documents_behind_each_other(write: Write, text: str) -> None:
    assert ids(write("posts.json", text)) == [row["id"] for row in ROWS]


def test_a_document_that_breaks_off_gives_what_it_has_and_says_so(write: Write) -> None:
    report = Report()
    rows = list(read_posts([write("posts.json", json.dumps(ROWS)[:-200])], report=report))
    assert sum(isinstance(row, Post) for row in rows) > 40
    assert [row.reason for row in rows if isinstance(row, Rejected)][-1].startswith("the file breaks off")


def test_a_script_of_one_list(write: Write) -> None:
    assert len(ids(write("data.js", f"var posts = {json.dumps(ROWS)};"))) == 50


@pytest.mark.parametrize("content", ["[" * 200_000, '{"a":' * 100_000, '{"a": [', '[{"id": 1', "{'id': 1}"])
def test_what_is_no_json_is_told(write: Write, content: str) -> None:
    with pytest.raises(AnalystError, match=r"not JSON|no rows"):
        ids(write("posts.json", content))


def test_nested_values_are_reached_by_their_path(write: Write) -> None:
    rows = [
        {"key": n, "who": {"tag": "ana"}, "say": {"parts": ["a", {"text": "b"}]}, "n": [{"v": 3}]} for n in range(3)
    ]
    source = write("posts.jsonl", rows)
    columns = {"id": "key", "author": "who.tag", "text": "say.parts", "likes": "n.0.v"}
    posts = [row for row in read_posts([source], columns=columns) if isinstance(row, Post)]
    assert [(post.author, post.text, post.likes) for post in posts] == [("ana", "ab", 3)] * 3


def test_numbers_of_any_length_reject_no_post(write: Write) -> None:
    line = '{"id": "a1", "author": "ana", "text": "x", "likes": ' + "9" * 6000 + ', "score": NaN}\n'
    assert ids(write("posts.jsonl", line)) == ["a1"]
