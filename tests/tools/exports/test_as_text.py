"""Markdown to read and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from tests.tools.exports.conftest import HOSTILE
from tests.tools.said import warnings
from tools.exports.about import Taken, index_identity
from tools.exports.as_text import NOTHING, json_text, markdown_text
from tools.registry import TOOLS

Take = Callable[[str], Taken]


def html(taken: Taken) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(markdown_text(taken)))


@pytest.mark.parametrize("tool", TOOLS)
def test_markdown_says_what_was_asked_and_found(taken: Take, tool: str) -> None:
    text, result = markdown_text(taken(tool)), taken(tool).result
    assert text.startswith("# ") and "- Question: Who? =1+1" in text and "- Made on: 2026-11-30" in text
    assert (
        "- Chat model: a/model" in text
        and f"analyst call {tool} " in text
        and "- What was done: " in text
        and "- Data: index, " in text
    )
    shown = html(taken(tool))
    assert shown.count("<blockquote>") == len(result.evidence) and shown.count("<h1>") == 1
    assert shown.count("<h2>What limits this") == bool(warnings(result))
    assert "<script" not in shown and str(taken(tool).library.path.parent) not in text


def test_posts_stand_whole_in_quotations_and_figures_in_a_table(taken: Take) -> None:
    search = html(taken("search_posts"))
    assert "<td>" not in search and "“#lego sale in Berlin today”" in search and "— @brickfan" in search
    brands = html(taken("compare_brands"))
    assert brands.count("<tr>") == 3 and "<th>Share of all mentions</th>" in brands and "<th>Themes</th>" not in brands
    profile = markdown_text(taken("get_profile"))
    assert "| Person | brickfan |" in profile and "| Posts | 3 |" in profile


def test_names_are_only_words(hostile: Taken) -> None:
    shown, text = html(hostile), markdown_text(hostile)
    assert shown.count("<tr>") == 1 + len(HOSTILE) and "<i>" not in shown and "<em>" not in shown
    assert not set(text) & set("\u202e\u202c\u2028\r") and "y" * 200 not in text.split("## Posts")[0]
    assert "“=cmd() says”" in shown and "a b c says" in shown and "“שלום says”" in shown
    assert "y" * 20_000 in text.split("## Posts")[1]


def test_nobody(taken: Take) -> None:
    empty = replace(taken("find_audience").result, people=[], evidence=[])  # type: ignore[call-arg]
    text = markdown_text(replace(taken("find_audience"), result=empty))
    assert NOTHING in text and "## Posts" not in text


@pytest.mark.parametrize("tool", TOOLS)
def test_json_holds_every_field_the_call_and_the_index(taken: Take, tool: str) -> None:
    data, plain = json.loads(json_text(taken(tool))), json.loads(json.dumps(taken(tool).result.to_dict()))
    stated = {key: data.pop(key) for key in ("call", "export", "index")}
    assert not {*stated} & {*plain} and stated["call"] == {"name": tool, "args": dict(taken(tool).args)}
    assert stated["index"] == index_identity(taken(tool).library)
    assert stated["export"] == {
        "title": taken(tool).title, "question": "Who?\n=1+1", "model": "a/model", "made_on": "2026-11-30",
    }  # fmt: skip
    if tool == "find_audience":
        assert [person.pop("handle") for person in data["people"]] == [person["user"] for person in plain["people"]]
    assert data == plain


def test_no_folder_of_this_machine_is_told(taken: Take) -> None:
    made = replace(taken("find_lookalikes"), args={"users": ["@/home/ana/secret/customers.csv", "ben"]})
    for text in (markdown_text(made), json_text(made)):
        assert "secret" not in text and "@customers.csv" in text


def test_hostile_names_stay_as_they_are_in_json(hostile: Taken) -> None:
    assert [person["handle"] for person in json.loads(json_text(hostile))["people"]] == list(HOSTILE)
