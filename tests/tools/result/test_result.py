"""Results as words and as plain data, and indexes that cannot be opened."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import AnalystError
from tests.conftest import committed
from tools.library import Library, nearest_names
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import GAP, Cell, Line, Listing, escaped, figure, joined, lead, line, note, one_line, warning
from tools.result.line import listed as listed_parts
from tools.result.result import ToolResult
from tools.result.samples import few_posts
from tools.result.words import count, listed, percent, quote, short


@dataclass(frozen=True, kw_only=True)
class SomeTool(ToolResult):
    value: object = None


def post(**values: object) -> Evidence:
    known = {
        "id": "1",
        "author": "ana",
        "text": "hi",
        "created_at": None,
        "community": None,
        "likes": None,
        "sentiment": "neutral",
    }
    return Evidence(**{**known, **values})  # type: ignore[arg-type]


def test_plain_data() -> None:
    value = {
        "nan": float("nan"),
        "inf": [float("inf")],
        "day": date(2024, 1, 2),
        "at": datetime(2024, 1, 2, tzinfo=UTC),
        "third": (1 / 3,),
    }
    result = SomeTool(headline=lead("x"), lines=[note("y")], listing=Listing("people", ("ana",)), value=value)
    data = result.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == {
        "tool": "some_tool",
        "headline": "x",
        "lines": ["y"],
        "warnings": [],
        "listing": {"kind": "people", "names": ["ana"]},
        "evidence": [],
        "not_counted": {},
        "value": {
            "nan": None,
            "inf": [None],
            "day": "2024-01-02",
            "at": "2024-01-02T00:00:00+00:00",
            "third": [0.3333],
        },
    }


def test_text_and_handles() -> None:
    result = SomeTool(
        headline=lead("a\nb"),
        lines=[line("person", cells.handle("ana"), " and ", cells.handle("ben"), place=1), note(cells.handle("ana"))],
        warnings=[warning("d\u2028e")],
        evidence=[post()],
    )
    assert result.text == "a b\n1. @ana and @ben\n@ana\nd e"
    assert result.handles == ["ana", "ben"]
    assert SomeTool(listing=Listing("people", ("cy",))).handles == ["cy"]
    assert SomeTool(listing=Listing("names", ("Nike",)), evidence=[post()]).handles == []


def test_words_side_by_side_are_one_cell_and_values_stay_apart() -> None:
    made = figure("a ", "b", [" c ", cells.number(3, "x")], cells.words(" 4", "y"), " d", "", place=2)
    assert [cell.text for cell in made.cells] == ["a b c ", "3", " 4", " d"]
    assert made.text == "2. a b c 3 4 d" and str(made) == made.text and made.role == "figure"
    assert Line("note", ()).text == ""


def test_sequences_of_parts() -> None:
    assert line("note", joined(["a", "b", "c"], GAP)).text == "a; b; c"
    assert [cell.format for cell in line("note", joined(["a", "b"], GAP)).cells] == ["words", "gap", "words"]
    assert [line("note", listed_parts(names)).text for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_cells_of_each_kind() -> None:
    made = [
        cells.percent(0.626, "p"), cells.signed(-0.05), cells.number(1234), cells.number(2.25, decimals=2),
        cells.count(1, "post"), cells.count(2, "person", many="people"), cells.date("2024-01-02T03:04:05+00:00"),
        cells.handle("ana"), cells.name("Nike"), cells.topic("Nike"), cells.quotation('so "good"'),
        cells.key("@ana"), cells.key("2024-03"), cells.key("20:00", "UTC"), cells.words("x 3"),
    ]  # fmt: skip
    assert [(cell.text, cell.format) for cell in made] == [
        ("63 %", "percent"), ("-0.05", "signed"), ("1,234", "number"), ("2.25", "number"), ("1 post", "count"),
        ("2 people", "count"), ("2024-01-02", "date"), ("@ana", "handle"), ("Nike", "name"), ("Nike", "name"),
        ("\"so 'good'\"", "quotation"), ("@ana", "handle"), ("2024-03", "date"), ("20:00 UTC", "name"),
        ("x 3", "words"),
    ]  # fmt: skip
    assert made[0].path == "p" and made[0].value == 0.626 and made[4].unit == "post"
    assert lead(cells.chance(0.31, 0.17, 0.49, "people.0")).text == "31 % (17 % to 49 %)"
    assert [cell.path for cell in lead(cells.chance(0.31, 0.17, 0.49, "people.0")).cells if cell.path] == [
        "people.0.probability", "people.0.low", "people.0.high",
    ]  # fmt: skip
    assert escaped("a.b\\c") == "a\\.b\\\\c"


@pytest.mark.parametrize(
    "name", ["3. @x, 99 % (98 % to 100 %): the surest buyer", "a b", "x" * 20_000, "a\nb: 7 posts"]
)
def test_a_name_that_is_no_handle_cannot_pass_for_a_tools_words(name: str) -> None:
    cell = cells.handle(name)
    assert len(cell.text) <= cells.LONGEST_NAME + 5 and len(Cell(cell.text).text.splitlines()) == 1
    assert cell.text.startswith("@“") and cell.value == name


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1 and line == line.strip()
    assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in line)


@given(st.text(), st.integers(1, 100))
def test_quotes_are_short_and_closed(text: str, length: int) -> None:
    line = quote(text, length)
    assert line[0] == line[-1] == '"' and '"' not in line[1:-1] and len(line) <= length + 3
    assert short(text, length) == line[1:-1]


def test_a_post_in_a_line() -> None:
    def said(shown: Evidence) -> str:
        return line("post", cells.said(shown, "evidence.0")).text

    full = post(text='say "hi"\n🙂', created_at="2024-01-02T03:04:05+00:00", community="toys", likes=1)
    assert said(full) == "@ana in toys on 2024-01-02 (1 like): \"say 'hi' 🙂\""
    assert said(post(likes=0)) == '@ana (0 likes): "hi"'
    assert said(post(likes=-1200)) == '@ana (-1,200 likes): "hi"'
    assert said(post()) == '@ana: "hi"'


def test_words() -> None:
    assert [count(1, "post"), count(2000, "post"), count(0, "person", "people")] == [
        "1 post",
        "2,000 posts",
        "0 people",
    ]
    assert [percent(0), percent(0.626), percent(1)] == ["0 %", "63 %", "100 %"]
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert few_posts(5) == [] and [each.text for each in few_posts(1)] == ["Careful: this rests on only 1 post."]
    assert nearest_names("nik", ["nike", "adidas"]) == ["nike"] and nearest_names("", ["nike"]) == []


def test_an_index_that_is_damaged_is_refused(sample_index: Path, tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match="no index directory"):
        Library.open(tmp_path / "none")
    for part in ("facts/posts.parquet", "facts/people.parquet", "chroma"):
        copy = tmp_path / part.replace("/", "-")
        shutil.copytree(sample_index, copy)
        broken = committed(copy) / part
        shutil.rmtree(broken) if broken.is_dir() else broken.unlink()
        with pytest.raises(AnalystError, match="damaged") as caught:
            Library.open(copy)
        assert part in str(caught.value)
