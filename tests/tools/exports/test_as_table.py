"""CSV and workbooks: what a spreadsheet gets of every tool, and that nothing in it runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.tools.exports.conftest import HOSTILE
from tests.tools.exports.test_formulas import STARTS
from tests.tools.said import warnings
from tools.exports.about import Taken
from tools.exports.as_table import LONGEST_CELL, LONGEST_STATED, STATED, csv_text, xlsx_bytes
from tools.exports.formulas import safe_cell
from tools.exports.headings import heading as words_of
from tools.exports.tables import AUDIENCE, main_table, tables_of
from tools.registry import TOOLS
from tools.result.line import warning

Take = Callable[[str], Taken]


def csv_rows(taken: Taken) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(taken))))


def sheets(taken: Taken) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(xlsx_bytes(taken)))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_an_audience_has_a_row_a_person_with_the_columns_it_always_had(taken: Take) -> None:
    audience = taken("find_audience")
    rows, result = csv_rows(audience), audience.result
    assert tuple(rows[0]) == (*AUDIENCE, *STATED)
    assert AUDIENCE[:7] == ("handle", "probability", "low", "high", "reasons", "against", "evidence")
    for row, person in zip(rows, result.people, strict=True):  # type: ignore[attr-defined]
        assert (row["handle"], float(row["probability"])) == (person.user, person.probability)
        assert (float(row["low"]), float(row["high"])) == (person.low, person.high)
        assert row["reasons"] == "; ".join(person.reasons) and row["evidence"].split() == person.evidence
        assert row["campaign"] == "Lego" and row["against"] == "; ".join(person.against)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_row_of_csv_says_where_it_comes_from(taken: Take, tool: str) -> None:
    rows, main = csv_rows(taken(tool)), main_table(taken(tool).library, taken(tool).result)
    assert len(rows) == len(main.rows) and tuple(rows[0]) == (*main.columns, *STATED)
    held = taken(tool).library.manifest
    for row in rows:
        assert row["index"].startswith("index, ") and held.built_at in row["index"]
        assert f"{held.posts:,} posts by {held.people} people" in row["index"] and held.first_post[:10] in row["index"]
        assert (row["question"], row["model"], row["made_on"]) == ("Who? =1+1", "a/model", "2026-11-30")
        assert row["call"].startswith(f"analyst call {tool}") and row["call"].endswith("--index index")
        assert row["limits"][:100] == safe_cell(" ".join(warnings(taken(tool).result)))[:100]


@pytest.mark.parametrize("tool", TOOLS)
def test_every_workbook_opens_with_its_table_and_what_it_is_about(taken: Take, tool: str) -> None:
    found, result = sheets(taken(tool)), taken(tool).result
    tables = tables_of(taken(tool).library, result)
    assert len(found) == 1 + len(tables) and list(found)[1] == "About"
    heading, *rows = next(iter(found.values()))
    assert heading == [words_of(column) for column in tables[0].columns] and len(rows) == len(tables[0].rows)
    numbers = [(value, row[at]) for row, told in zip(rows, tables[0].rows, strict=True) for at, value in enumerate(told)
               if isinstance(value, (int, float))]  # fmt: skip
    assert all(value == shown and not isinstance(shown, str) for value, shown in numbers)
    about = found["About"]
    said = dict(map(tuple, about))
    assert (
        said["Question"] == "Who? =1+1"
        and said["What was done"]
        and f"analyst call {tool} " in said["The same again"]
        and said["Chat model"] == "a/model"
    )
    assert (
        said["Made on"] == "2026-11-30" and "index, " in said["Data"] and said["Title"] == safe_cell(taken(tool).title)
    )
    assert said["Answer"] == safe_cell(result.headline.text)
    assert [value for name, value in about if name == "Limit"] == list(map(safe_cell, warnings(result)))


def test_figures_of_one_person_or_count_are_one_row(taken: Take) -> None:
    (profile,) = csv_rows(taken("get_profile"))
    assert (profile["handle"], profile["posts"]) == ("brickfan", "3") and "deals 2" in profile["communities"]
    (people,) = csv_rows(taken("count"))
    assert (people["of"], people["value"]) == ("people", str(taken("count").result.value))  # type: ignore[attr-defined]
    assert [row["of"] for row in csv_rows(taken("compare_periods"))] == ["before", "after"]


@pytest.mark.parametrize("start", STARTS)
def test_no_cell_starts_a_formula(taken: Take, start: str) -> None:
    evil = start + 'HYPERLINK("http://x","y")'
    whole = taken("find_audience")
    person = replace(whole.result.people[0], user=evil, reasons=[evil])  # type: ignore[attr-defined]
    made = replace(whole, result=replace(whole.result, people=[person]), question=evil, args={"campaign": evil})  # type: ignore[arg-type]
    (row,) = csv_rows(made)
    for column in ("handle", "reasons"):
        assert row[column].startswith("'") and "HYPERLINK" in row[column]
    assert row["question"][:1] not in tuple("=+-@\t\r\n") and "HYPERLINK" in row["question"]
    _, (handle, *_) = sheets(made)["People"]
    assert handle.startswith("'") and "HYPERLINK" in handle


def test_hostile_names_are_text_in_one_row_each(hostile: Taken) -> None:
    rows = csv_rows(hostile)
    assert len(rows) == len(HOSTILE) and not any(set(row["handle"]) & set("\r\n\u2028\u202e\u202c") for row in rows)
    assert [row["handle"] for row in rows][:4] == ["'=cmd()", "a b c", " evil ".strip(), "שלום"]
    assert rows[4]["handle"] == "y" * 20_000 and "“=cmd() says”" in rows[0]["quotes"]
    book = load_workbook(io.BytesIO(xlsx_bytes(hostile)))
    assert [cell.data_type for row in book["People"].iter_rows(min_row=2, max_col=1) for cell in row] == ["s"] * len(
        rows
    )
    handles = [row[0] for row in sheets(hostile)["People"][1:]]
    assert handles[:5] == [row["handle"] for row in rows[:5]] and handles[5:7] == ["\ufffd half", "#REF!"]
    assert handles[8] == "\ufffd"  # XML knows no such sign


def test_what_is_longer_than_a_cell_is_cut(taken: Take) -> None:
    whole = taken("search_posts")
    posts = [replace(whole.result.evidence[0], text="z" * 40_000)]
    long = replace(whole, result=replace(whole.result, evidence=posts), args={"query": "q" * 4000})
    (row,) = csv_rows(long)
    assert row["text"] == "z" * 40_000 and len(row["call"]) == LONGEST_STATED and row["call"].endswith("…")
    heading, cells = sheets(long)["Posts"]
    assert len(cells[heading.index("Words of the post")]) == LONGEST_CELL
    assert "q" * 4000 in dict(map(tuple, sheets(long)["About"]))["Asked for"]


def test_unicode_commas_and_quotes_come_back(taken: Take) -> None:
    whole, name = taken("find_audience"), 'Zoë, "the 🙂"; 田中'
    person = replace(whole.result.people[0], user=name)  # type: ignore[attr-defined]
    made = replace(whole, result=replace(whole.result, people=[person]))  # type: ignore[arg-type]
    assert csv_rows(made)[0]["handle"] == name and sheets(made)["People"][1][0] == name


def test_nobody(taken: Take) -> None:
    whole = taken("find_audience")
    empty = replace(whole, result=replace(whole.result, people=[], warnings=[warning("Nobody.")]))  # type: ignore[arg-type]
    assert csv_text(empty).splitlines() == [",".join([*AUDIENCE, *STATED])]
    assert (
        sheets(empty)["People"] == [[words_of(column) for column in AUDIENCE]]
        and ["Limit", "Nobody."] in sheets(empty)["About"]
    )


def test_a_tool_called_by_hand_has_no_question_and_no_model(taken: Take) -> None:
    made = replace(taken("count"), question="", model="none")
    said = dict(map(tuple, sheets(made)["About"]))
    assert "Question" not in said and said["Chat model"] == "none" and csv_rows(made)[0]["question"] == ""
    assert json.loads(json.dumps(said))["The same again"] == "analyst call count of=people topic=Lego --index index"
