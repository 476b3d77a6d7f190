"""Parquet that is out of bounds: texts that are none, moments beyond the years, and files made to fill the memory."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.errors import AnalystError
from index.posts.readers import read_posts
from index.posts.record import Post
from index.posts.report import Report

NAMES = {"id": ["1", "2"], "author": ["ana", "ben"], "text": ["one", "two"]}


def stored(folder: Path, **columns: Any) -> str:
    pq.write_table(pa.table({**NAMES, **columns}), folder / "posts.parquet")
    return str(folder / "posts.parquet")


def read(source: str) -> tuple[list[Post], Report]:
    report = Report()
    rows = list(read_posts([source], report=report))
    assert len(rows) == report.rows
    return [row for row in rows if isinstance(row, Post)], report


def test_texts_that_are_no_utf_8(tmp_path: Path) -> None:
    offsets = pa.py_buffer(bytes([0, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0]))
    odd = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"\xff\xfeok")])
    posts, _ = read(stored(tmp_path, text=odd))
    assert [post.text for post in posts] == ["\ufffd\ufffd", "ok"]


@pytest.mark.parametrize(
    "far",
    [
        pa.array([2**62, 1_704_272_400_000_000], pa.timestamp("us")),
        pa.array([-(2**62), 1_704_272_400_000_000], pa.timestamp("us", tz="UTC")),
        pa.array([2**50, 1_704_272_400], pa.timestamp("s")),
    ],
    ids=["after", "before", "seconds"],
)
def test_a_moment_beyond_the_years_is_none_and_is_told(tmp_path: Path, far: Any) -> None:
    posts, report = read(stored(tmp_path, created_at=far))
    assert [post.created_at for post in posts] == [None, datetime(2024, 1, 3, 9, tzinfo=UTC)]
    assert report.emptied == {("created_at", "is no date"): 1}


def test_a_day_beyond_the_years(tmp_path: Path) -> None:
    posts, report = read(stored(tmp_path, created_at=pa.array([2**31 - 1, 19725], pa.date32())))
    assert [post.created_at for post in posts] == [None, datetime(2024, 1, 3, tzinfo=UTC)]
    assert report.emptied.total() == 1


def test_texts_that_repeat_are_read_as_they_stand(tmp_path: Path) -> None:
    text = pa.array(["the same words"] * 9_000).dictionary_encode()
    people = pa.array([f"ana{number}" for number in range(9_000)])
    posts, _ = read(stored(tmp_path, id=people, author=people, text=text, tags=pa.array([["a", "b"]] * 9_000)))
    assert [post.text for post in posts] == ["the same words"] * 9_000
    assert posts[-1].author == "ana8999"


BOMBS = {
    "one text of 5 MB in 20,000 rows": "{'text': long.take(rows)}",
    "inside a list": "{'x': pa.ListArray.from_arrays(range(20_001), long.take(rows))}",
    "a list of 100 million numbers": "{'x': pa.ListArray.from_arrays([0] * 20_000 + [100_000_000], "
    "pa.array(np.zeros(100_000_000, np.int8)))}",
}
MAKE = """
import sys, numpy as np, pyarrow as pa, pyarrow.parquet as pq
few = pa.array([str(row) for row in range(20_000)])
long, rows = pa.array(['a' * (5 << 20)]).dictionary_encode(), pa.array([0] * 20_000)
table = {{'id': few, 'author': few, 'text': few, **{columns}}}
pq.write_table(pa.table(table), sys.argv[1], store_schema=False, row_group_size=20_000)
"""
READ = """
import resource, sys
from index.errors import AnalystError
from index.posts.readers import read_posts
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
try:
    for row in read_posts([sys.argv[1]]): pass
except AnalystError as error:
    print(error)
"""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_file_takes_no_gigabytes(tmp_path: Path, bomb: str) -> None:
    path = str(tmp_path / "posts.parquet")
    subprocess.run([sys.executable, "-c", MAKE.format(columns=BOMBS[bomb]), path], check=True)
    assert Path(path).stat().st_size < 1 << 20
    done = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, timeout=60)
    assert "unpacks to more than 200 times its size" in done.stdout, done.stderr[-2000:]


def test_no_parquet_at_all(tmp_path: Path) -> None:
    (tmp_path / "posts.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(AnalystError, match="cannot be read"):
        read(str(tmp_path / "posts.parquet"))
