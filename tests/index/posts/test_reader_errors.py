"""Files that cannot be read: a sentence that names the file and says what to do."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import AnalystError
from index.posts.readers import read_posts

Write = Callable[..., str]
ROW = {"id": 1, "author": "ana", "text": "hello"}
LINES = "".join(
    json.dumps({**ROW, "id": i, "text": str(random.Random(i).random())}) + "\n" for i in range(5000)
).encode()
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01" + bytes(range(256))
NOISE = bytes(random.Random(0).choices(range(1, 256), k=3000))


def failure(*sources: str, **options: dict[str, str]) -> str:
    with pytest.raises(AnalystError) as caught:
        list(read_posts(sources, **options))  # type: ignore[arg-type]
    assert caught.value.todo
    return str(caught.value)


@pytest.mark.parametrize("name", ["none.csv", "none/*.csv", "a\0b.csv", "x" * 300 + ".csv"])
def test_missing_file(tmp_path: Path, name: str) -> None:
    said = failure(str(tmp_path / name))
    assert "There is no such file" in said
    assert name in said


@pytest.mark.parametrize("name", ["posts.csv", "posts.jsonl", "posts.json", "posts.parquet"])
def test_empty_file(write: Write, name: str) -> None:
    source = write(name, "")
    assert failure(source) == f"The file is empty ({source}). Export the posts again."


@pytest.mark.parametrize("name", ["posts.csv", "posts.jsonl", "posts.csv.gz", "posts.jsonl.zst"])
@pytest.mark.parametrize("content", ["\n", " \n\n"])
def test_blank_file(write: Write, name: str, content: str) -> None:
    source = write(name, content)
    assert source in failure(source)


def test_header_only(write: Write) -> None:
    assert "holds no rows of posts" in failure(write("posts.csv", "id,author,text\n"))


@pytest.mark.parametrize("name", ["posts.csv", "posts.tsv", "posts.jsonl", "posts.json", "tweets.js"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PNG, "is not text"), (NOISE, "is not text"), (b"PK\x03\x04\x14\x00" + NOISE, "damaged"),
        (b"%PDF-1.7 \n", "a PDF"), (b"SQLite format 3\0" + NOISE, "database"), (b"<!DOCTYPE html><p>", "a page"),
        (b"\xd0\xcf\x11\xe0" + NOISE, "old Excel workbook"),
    ],
    ids=["png", "noise", "zip", "pdf", "sqlite", "html", "xls"],
)  # fmt: skip
def test_binary_file_with_a_name_of_text(write: Write, name: str, content: bytes, words: str) -> None:
    source = write(name, content)
    said = failure(source)
    assert words in said
    assert source in said


@pytest.mark.parametrize("name", ["posts.parquet", "posts.parquet.gz", "posts.parquet.zst"])
def test_no_parquet(write: Write, name: str) -> None:
    assert "The Parquet file cannot be read" in failure(write(name, NOISE))


@pytest.mark.parametrize(
    "name", ["p.jsonl.gz", "p.jsonl.zst", "p.csv.gz", "p.csv.zst", "p.parquet.gz", "p.parquet.zst"]
)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_packed_file_that_is_cut_off(write: Write, name: str, share: float) -> None:
    content = (
        LINES if "jsonl" in name else b"id,author,text\n" + b"".join(b"%d,a,%d\n" % (i, i * i) for i in range(9000))
    )
    source = write(name, content)
    whole = Path(source).read_bytes()
    Path(source).write_bytes(whole[: int(len(whole) * share)])
    assert failure(source) == f"The file is damaged or cut off ({source}). Download it again."


@pytest.mark.parametrize("name", ["p.jsonl.gz", "p.jsonl.zst", "p.json.gz"])
def test_packed_file_that_is_damaged(write: Write, name: str) -> None:
    source = write(name, LINES)
    data = bytearray(Path(source).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(byte ^ 0xFF for byte in data[middle : middle + 200])
    Path(source).write_bytes(data)
    assert source in failure(source)


@pytest.mark.parametrize("name", ["posts.xlsx", "posts.parquet"])
def test_a_name_that_its_content_does_not_keep(write: Write, name: str) -> None:
    source = write(name, "id,author,text\n1,ana,hello\n")
    assert "cannot be read" in failure(source)


def test_an_empty_folder(tmp_path: Path) -> None:
    assert failure(str(tmp_path)) == f"The folder holds no files ({tmp_path}). Name the folder of the export."


def test_missing_column_lists_the_columns(write: Write) -> None:
    source = write("posts.csv", "id,author,words\n1,ana,hello\n")
    assert failure(source) == (
        f"The file has no column for the text of a post; its columns are: id, author, words ({source}). "
        "Say which one it is with `--map text=COLUMN`."
    )


def test_mapped_column_that_is_not_there(write: Write) -> None:
    assert "its columns are: id, author, text" in failure(write("posts.jsonl", [ROW]), columns={"likes": "hearts"})


def test_map_of_an_unknown_field(write: Write) -> None:
    said = failure(write("posts.jsonl", [ROW]), columns={"body": "text"})
    assert "--map knows no field 'body'" in said
    assert "community" in said


@pytest.mark.parametrize(
    "content", ["42", '"posts"', "null", "[]", "{}", "[1, 2]", '{"a": [1, 2]}', '{"orderedItems": 3}']
)
def test_json_without_rows(write: Write, content: str) -> None:
    source = write("posts.json", content)
    assert source in failure(source)


@pytest.mark.parametrize("content", ['[{"id": 1', "hello", "[" * 200_000])
def test_broken_json(write: Write, content: str) -> None:
    assert "The file is not JSON" in failure(write("posts.json", content))


@pytest.mark.parametrize("name", ["posts.jsonl", "posts.csv"])
def test_prose(write: Write, name: str) -> None:
    source = write(name, "Dear all,\nthis is a letter.\n")
    assert source in failure(source)


def test_empty_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "Standard input is empty" in failure("-")
