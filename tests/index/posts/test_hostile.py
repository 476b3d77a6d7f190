"""Files made to break a reader: none crashes, hangs or fills the memory; reasons are told."""

# ruff: noqa: E501 (hostile lines are as long as they are)
from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import AnalystError
from index.posts.formats.registry import FORMATS
from index.posts.readers import read_posts
from index.posts.record import Post
from index.posts.report import Report
from tests.index.posts.formats.test_every_format import CASES

Write = Callable[..., str]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def read(source: str) -> Report:
    """All rows of a file, or the sentence that says why not; every row is counted."""
    report, count = Report(), 0
    try:
        for row in read_posts([source], report=report):
            count += 1
            if isinstance(row, Post):
                "".join(filter(None, (row.id, row.author, row.text, row.community, row.url))).encode()
    except AnalystError as error:
        assert error.what and "\n" not in error.what
    assert report.rows == count
    assert len(report.lines()) == 5
    return report


@pytest.mark.parametrize("name", CASES)
def test_mutations_of_every_export(write: Write, name: str) -> None:
    _, files, _, _, _ = CASES[name]
    dice = random.Random(name)
    for place in range(25):
        for file, content in files.items():
            data = bytearray(content.encode() if isinstance(content, str) else content)
            for _ in range(dice.randrange(1, 6)):
                at = dice.randrange(len(data))
                kind = dice.randrange(4)
                if kind == 0:
                    data[at] = dice.randrange(256)
                elif kind == 1:
                    del data[at : at + dice.randrange(1, 20)]
                elif kind == 2:
                    data[at:at] = dice.choice(
                        [b'"', b"\n", b"\0", b"{", b"]", b"\xff\xfe", b"<" * 50, b"9" * 400, b"null"]
                    )
                else:
                    data = data[: max(1, at)]
                if not data:
                    data = bytearray(b" ")
            read(write(f"{place}/{file}", bytes(data)))


def _spoilt(value: Any, dice: random.Random, spoil: Any) -> Any:
    """A JSON value with one of its parts replaced."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        key = dice.choice(list(value))
        return {**value, key: _spoilt(value[key], dice, spoil)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        at = dice.randrange(len(value))
        return [*value[:at], _spoilt(value[at], dice, spoil), *value[at + 1 :]]
    return spoil


@given(JSON, st.randoms(use_true_random=False))
def test_any_value_in_any_place_of_an_export(
    tmp_path_factory: pytest.TempPathFactory, spoil: Any, dice: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("spoilt")
    for name in (
        "discord",
        "telegram",
        "slack",
        "facebook",
        "youtube api",
        "mastodon",
        "bluesky",
        "apify",
        "reddit api",
    ):
        file, content = list(CASES[name][1].items())[-1]
        path = folder / file.replace("/", "-")
        path.write_text(json.dumps(_spoilt(json.loads(content), dice, spoil)))
        read(str(path))


@given(st.lists(JSON, min_size=1, max_size=5))
def test_any_json_lines(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    path = tmp_path_factory.mktemp("lines") / "posts.jsonl"
    path.write_text("".join(json.dumps({"id": 1, "author": "ana", "text": "x", "extra": row}) + "\n" for row in rows))
    assert read(str(path)).posts == len(rows)
    path.write_text(
        "".join(json.dumps(dict.fromkeys(("id", "author", "text", "likes", "date", "url"), row)) + "\n" for row in rows)
    )
    read(str(path))


@given(st.binary(max_size=300), st.sampled_from(["a", "a.csv", "a.json", "a.jsonl", "a.zip", "a.parquet", "a.xlsx"]))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(data)
    read(str(path))


DEEP = '{"a":' * 5000 + "1" + "}" * 5000
HOSTILE: dict[str, tuple[str, str | bytes, int]] = {
    "a field of 10 MB": ("a.csv", "id,author,text\n1,ana," + "x" * 10_000_000 + "\n2,ben,ok\n", 2),
    "a name of 200,000": ("a.csv", "id,author,text\n1," + "n" * 200_000 + ",ok\n", 1),
    "many columns": ("a.csv", "id,author,text," + ",".join(f"c{n}" for n in range(20_000)) + "\n1,ana,ok\n", 1),
    "depth": ("a.jsonl", f'{{"id": 1, "author": "a", "text": "x", "z": {DEEP}}}\n{{"id": 2, "author": "a", "text": "x"}}\n', 1),
    "open tags": ("a.json", json.dumps({"orderedItems": [{"type": "Create", "actor": "x/y", "object": {
        "id": "1", "content": "<" * 500_000, "to": "as:Public"}}]}), 1),
    "NUL": ("a.csv", "id,author,text\n1,ana,a\0b\n", 1),
    "half emoji": ("a.jsonl", '{"id": "\\ud800", "author": "\\udfffa", "text": "x \\ud83d"}\n', 1),
    "unseen names": ("a.csv", "id,author,text\n1,\u202eana,hi\n2,\u200b\u2060,x\n3,ben,\u200b\n", 1),
    "stray quotes": ("a.csv", "id,author,text\n" + "".join(f'{n},ana,"{n} inches\n' for n in range(20_000)), 20_000),
    "open quotes": ("a.csv", "id,author,text\n" + '1,a,"\n' * 20_000, 10_000),
    "dates without end": ("a.csv", "id,author,text,date\n1,a,x," + "1/" * 200_000 + "\n2,b,y," + "9 " * 30 + "\n", 2),
    "numbers without end": ("a.csv", "id,author,text,likes\n1,a,x,\"" + "1," * 200_000 + "\"\n2,b,y," + "1" * 5000 + "\n", 2),
    "a path for a name": ("a.csv", "id,author,text\n../../etc/passwd,../x,=cmd()\n", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_a_moment(write: Write, name: str) -> None:
    file, content, posts = HOSTILE[name]
    begun = time.process_time()
    assert read(write(file, content)).posts == posts
    assert time.process_time() - begun < 5


def test_no_format_claims_what_is_plain(write: Write, tmp_path: Path) -> None:
    report = read(
        write("a.jsonl", [{"id": n, "author": "ana", "text": "x", "created_at": "2024-01-03"} for n in range(9)])
    )
    assert [part.format for part in report.parts] == [FORMATS[-1].name]
