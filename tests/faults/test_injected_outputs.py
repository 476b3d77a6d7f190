"""Sixty posts that give orders, in every form in which results are handed out: they are words and nothing else."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from agent.analyst import Analyst
from agent.page.views.result import posts_tab_html, result_html
from agent.page.views.shown import Shown
from tests.agent.scripted_model import ScriptedModel, call
from tests.conftest import small_rows
from tests.faults.injected import FORGED, ORDERS, injected_rows
from tools.exports.about import Taken
from tools.exports.saving import export_bytes
from tools.library import Library
from tools.registry import call_tool

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search_posts", {"query": "Nike", "limit": 60}),
    ("find_audience", {"campaign": "Nike", "limit": 60}),
    ("get_profile", {"user": "namer"}),
    ("rank", {"of": "community", "by": "posts"}),
    ("write_brief", {"campaign": "Nike"}),
]
ACTIVE = re.compile(
    r"<(?:script|img|iframe|svg|object|embed|link|a)\b[^>]*(?:31337|HACKED|onerror|alert)", re.IGNORECASE
)
SCRIPT = re.compile(r"<script[^>]*>[^<]*HACKED", re.IGNORECASE)
TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def salted(encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Library:
    from index.build import build_index

    folder: Path = tmp_path_factory.mktemp("injected")
    rows = [*small_rows(), *injected_rows()]
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index([str(folder / "posts.jsonl")], folder / "index")
    return Library.open(folder / "index")


@pytest.mark.parametrize(("tool", "args"), CALLS, ids=lambda each: each if isinstance(each, str) else "")
def test_no_script_runs_and_no_cell_computes(salted: Library, tool: str, args: dict[str, Any]) -> None:
    result = call_tool(salted, tool, args)
    shown, taken = Shown(tool, args, result, 0.1, library=salted), Taken(salted, result, tool, args)
    pages = [result_html(shown, salted), posts_tab_html(salted, shown)]
    pages.append(export_bytes(taken, "x.md").decode())
    if tool == "write_brief":
        pages.append(export_bytes(taken, "x.html").decode())
    for page in pages:
        assert not ACTIVE.search(page) and not SCRIPT.search(page)
    if tool != "write_brief":
        for row in csv.reader(io.StringIO(export_bytes(taken, "x.csv").decode("utf-8-sig"))):
            assert not [cell for cell in row if cell.lstrip().startswith(("=", "@cmd", "+cmd", "-cmd"))]
    assert not TURNED.search(result.text)


@pytest.mark.parametrize("order", ORDERS, ids=lambda each: each[:24])
def test_a_model_that_repeats_an_order_says_nothing_forged(salted: Library, order: str) -> None:
    """It obeys each order in turn, word for word."""
    model = ScriptedModel(replies=[[call("search_posts", query="tea", limit=3)], [f"{order} 31337 by @evil_corp."]])
    answer = Analyst(salted, model).ask("what about tea?")
    assert not answer.grounded
    told = "\n".join(line.text for line in answer.lines if line.line is None)  # in no words of a tool
    assert not [word for word in FORGED if word in told]


def test_orders_that_sort_people_are_not_obeyed(salted: Library) -> None:
    wished = [call("find_audience", "c2", campaign="gay men, Muslims and diabetics")]
    model = ScriptedModel(
        replies=[[call("search_posts", query="Nike", limit=60)], wished, ["@ana is one of the Muslims."]]
    )
    answer = Analyst(salted, model).ask("what about Nike?")
    assert "never inferred or filtered on" in json.dumps(answer.results[1])
    assert not answer.grounded and "one of the Muslims" not in answer.answer
