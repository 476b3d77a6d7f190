"""Workbooks: their sheets as rows, and small files that unpack to more than there is memory or time for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from index.posts.containers import workbooks
from index.posts.readers import read_posts
from index.posts.record import Post
from index.posts.report import Report
from tests.index.posts.containers.test_tables import read

Write = Callable[..., str]
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
STRINGS_TYPE = (
    f'<Override PartName="/{STRINGS}" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def workbook(rows: list[list[Any]]) -> bytes:
    from openpyxl import Workbook

    book, sink = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.create_sheet("empty")
    book.save(sink)
    return sink.getvalue()


@pytest.mark.parametrize("name", ["posts.xlsx", "posts"])
def test_a_workbook(write: Write, name: str) -> None:
    rows = [["My export"], ["ID", "Author", "Text", "Date", "Likes"], [1.0, "ana", "hello", datetime(2024, 1, 3, 9), 7]]
    posts, report = read(write(name, workbook([*rows, [None] * 5, [2, "ben", "hi", None, None]])))
    assert [post.id for post in posts] == ["1", "2"]
    assert (posts[0].created_at, posts[0].likes) == (datetime(2024, 1, 3, 9, tzinfo=UTC), 7)
    assert "1 lines above the header" in report.parts[0].container


def with_part(name: str, xml: str) -> bytes:
    """A workbook of one post, one part of which is ``xml``; ROWS there are its rows."""
    small = workbook([["id", "author", "text"], [1, "ana", "hello"]])
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as source, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as target:
        parts = {part: source.read(part).decode() for part in source.namelist()}
        rows = parts[SHEET].partition("<sheetData>")[2].partition("</sheetData>")[0]
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", f"{STRINGS_TYPE}</Types>")
        for part, content in {STRINGS: f"<sst {MAIN}/>", **parts, name: xml.replace("ROWS", rows)}.items():
            target.writestr(part, content)
    return sink.getvalue()


def sheet(rows: str, start: str = "") -> str:
    return f"{start}<worksheet {MAIN}><sheetData>ROWS{rows}</sheetData></worksheet>"


ENTITIES = "<!DOCTYPE l [" + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12)) + "]>"
MANY = 1 << 14
BOMBS = {
    "a row without end": (SHEET, sheet("<row>" + "<c/>" * MANY + "</row>")),
    "a row of attributes": (SHEET, sheet("<row>" + '<c r="A1" s="1" t="s"/>' * (MANY // 4) + "</row>")),
    "tags that are never closed": (SHEET, sheet("<row>" + "<c><is><t>" * MANY)),
    "ends of rows in comments": (SHEET, sheet("<row>" + "<c/><!-- </row> -->" * MANY + "</row>")),
    "rows of another language": (SHEET, sheet('<row xmlns="x"/>' * MANY)),
    "rows inside a row": (SHEET, sheet("<row>" + "<row>" * MANY)),
    "more rows than a sheet has": (SHEET, sheet('<row r="1e15"><c r="A1"><v>1</v></c></row>')),
    "strings without end": (STRINGS, f"<sst {MAIN}>" + "<si/>" * (1 << 17) + "</sst>"),
    "styles without end": (STYLES, f"<styleSheet {MAIN}>" + "<row/>" * MANY + "</styleSheet>"),
    "a tag without end": (SHEET, sheet('<row r="' + "1" * (1 << 20) + '"/>')),
    "entities": (SHEET, sheet('<row><c t="inlineStr"><is><t>&e11;</t></is></c></row>', ENTITIES)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(workbooks, "_MOST_HELD", 1 << 16)
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1 << 10)
    monkeypatch.setattr(workbooks, "LONGEST_LINE", 1 << 19)
    begun, begin = [0], workbooks._Watched._begin

    def counted(part: workbooks._Watched, *element: Any) -> None:
        begun[0] += 1
        begin(part, *element)

    monkeypatch.setattr(workbooks._Watched, "_begin", counted)
    with pytest.raises(AnalystError, match="unpacks to far more than posts do"):
        read(write("bomb.xlsx", with_part(*BOMBS[name])))
    assert begun[0] < 0.55 * BOMBS[name][1].count("<") + 500  # in the midst of it, not when all was parsed


def test_rows_that_were_read_are_no_burden(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_MOST_HELD", 1 << 13)
    rows = "".join(
        f'<row><c t="inlineStr"><is><t>{n}</t></is></c>' + "<c><v>7</v></c>" * 2 + "</row>" for n in range(2000)
    )
    posts, report = read(write("many.xlsx", with_part(SHEET, sheet(rows))))
    assert len(posts) == report.rows == 2001


def test_a_sheet_that_breaks_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "cut.xlsx").write_bytes(with_part(SHEET, f"<worksheet {MAIN}><sheetData>ROWS<row><c>"))
    with pytest.raises(AnalystError, match="cannot be read"):
        for row in read_posts([str(tmp_path / "cut.xlsx")], report=Report()):
            assert isinstance(row, Post)
