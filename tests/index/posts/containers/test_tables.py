"""CSV in all its dialects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from index.errors import AnalystError
from index.posts.options import Options
from index.posts.readers import read_posts
from index.posts.record import Post
from index.posts.report import Report

Write = Callable[..., str]


def read(source: str, **options: Any) -> tuple[list[Post], Report]:
    report = Report()
    rows = list(read_posts([source], options=Options(**options), report=report))
    assert len(rows) == report.rows
    return [row for row in rows if isinstance(row, Post)], report


def test_a_stray_quote_swallows_no_rows(write: Write) -> None:
    lines = ["id,author,text"]
    for number in range(3000):
        text = {5: '"5 inches', 900: '"never closed', 2000: 'the 7" single', 2001: '"two\nlines"'}.get(
            number, "fine, ok"
        )
        lines.append(f'{number},ana,"{text}"' if text == "fine, ok" else f"{number},ana,{text}")
    posts, report = read(write("posts.csv", "\n".join(lines)))
    assert (len(posts), report.rejected.total()) == (3000, 0)
    assert [posts[place].text for place in (5, 900, 2000, 2001)] == [
        "5 inches", "never closed", 'the 7" single', "two\nlines",
    ]  # fmt: skip


def test_quotes_behind_backslashes(write: Write) -> None:
    posts, report = read(
        write("posts.csv", 'id,author,text\n1,ana,"a \\"pitch slap\\", and it \\\\o/ stuck"\n2,ben,"x\ny"\n')
    )
    assert [post.text for post in posts] == ['a "pitch slap", and it \\\\o/ stuck', "x\ny"]
    assert '\\" for quotes' in report.parts[0].container


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_signs_encodings_and_ends_of_lines(write: Write, sign: str, encoding: str, end: str) -> None:
    rows = [["id", "author", "text"], ["1", "zoë", "grüße 😍"], ["2", "ana", "ok"]]
    posts, report = read(write("export.txt", end.join(map(sign.join, [*rows, [""]])).encode(encoding)))
    assert [(post.author, post.text) for post in posts] == [("zoë", "grüße 😍"), ("ana", "ok")]
    assert report.parts[0].encoding.startswith(encoding.upper()[:5])


@pytest.mark.parametrize(
    ("encoding", "text"), [("cp1252", "café “ok”"), ("cp1251", "ужасный сервис, больше сюда не приду никогда")]
)
def test_other_encodings_are_told_by_their_letters(write: Write, encoding: str, text: str) -> None:
    rows = "".join(f'{number},ana,"{text}"\n' for number in range(30))
    posts, _ = read(write("posts.csv", f"id,author,text\n{rows}".encode(encoding)))
    assert {post.text for post in posts} == {text}
    posts, _ = read(write("posts.csv", f"id,author,text\n{rows}".encode(encoding)), encoding=encoding)
    assert {post.text for post in posts} == {text}


def test_lines_above_the_header(write: Write) -> None:
    above = 'Report:,Bulk Download\nBrand:,Shoes\nFrom:,"Mon Jan 01, 2024"\n\n'
    posts, report = read(write("posts.csv", above + "id,author,text,likes\n1,ana,hello,3\n2,ben,hi,4\n"))
    assert [post.likes for post in posts] == [3, 4]
    assert "3 lines above the header" in report.parts[0].container


def test_a_table_without_a_header_asks_for_its_columns(write: Write) -> None:
    source = write(
        "posts.csv", "".join(f"{n},2024-01-0{n},ana,hello there number {n} of the posts\n" for n in range(1, 6))
    )
    with pytest.raises(AnalystError, match=r"no header.*--columns"):
        read(source)
    posts, _ = read(source, names=("id", "date", "author", "text"))
    assert len(posts) == 5
    assert posts[0].created_at == datetime(2024, 1, 1, tzinfo=UTC)


def test_ids_that_a_spreadsheet_spoilt(write: Write) -> None:
    rows = "".join(f"1.7E+18,ana,post {n},2024-01-0{n}\n" for n in range(1, 6))
    posts, report = read(write("posts.csv", f"id,author,text,date\n{rows}"))
    assert len({post.id for post in posts}) == 5
    assert report.made_ids == 5 and any("without an id" in note for note in report.notes())


def test_spoilt_optional_cells_empty_their_field_and_are_counted(write: Write) -> None:
    rows = "1,ana,a,many,soon\n2,ana,b,26.5K,2024-01-01\n3,ana,c,n/a,\n"
    posts, report = read(write("posts.csv", f"id,author,text,likes,date\n{rows}"))
    assert [post.likes for post in posts] == [None, 26_500, None]
    assert dict(report.emptied) == {("likes", "is no number"): 1, ("created_at", "is no date"): 1}


def test_dates_are_decided_by_all_of_a_file_that_begins_undecided(write: Write) -> None:
    rows = [f"{n},ana,x,{3 + n % 2:02d}/01/2024" for n in range(1500)] + ["1500,ana,x,13/01/2024"]
    posts, report = read(write("posts.csv", "id,author,text,date\n" + "\n".join(rows)))
    assert report.date_order() == "dmy"
    assert {post.created_at.month for post in posts if post.created_at} == {1}
