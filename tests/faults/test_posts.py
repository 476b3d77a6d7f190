"""`analyst index` on files that are no posts, and on disks that are full."""

from __future__ import annotations

import errno
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chromadb.api.models.Collection import Collection as chroma
from chromadb.errors import InternalError

from index import build
from index.store.facts import FactWriter
from index.versions import writer
from tests.conftest import small_rows
from tests.faults.conftest import Ended

Run = Callable[..., Ended]
Write = Callable[..., str]
ROW = '{"id": "1", "author": "ana", "text": "hello"}\n'


def index(analyst: Run, source: str | Path, out: Path, *more: str) -> Ended:
    done = analyst("index", source, "--out", out, *more)
    assert not out.exists() and not list(out.parent.glob(f".{out.name}.*"))  # nothing half-made is left
    return done


def test_no_such_file(analyst: Run, tmp_path: Path) -> None:
    index(analyst, tmp_path / "posts.jsonl", tmp_path / "out").said("no such file", "posts.jsonl", "Check the path")


def test_an_empty_folder(analyst: Run, tmp_path: Path) -> None:
    index(analyst, tmp_path, tmp_path / "out").said("holds no files", str(tmp_path), "Name the folder")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b"", ["is empty", "a.jsonl", "Export"]),
        ("a.csv", b"id,author\n1,ana\n", ["no column for the text", "id, author", "--map text=COLUMN"]),
        ("a.csv", b"id,author,text\n", ["no rows of posts", "a.csv", "Readable are"]),
        ("a.csv", bytes(range(256)) * 20, ["not text", "a.csv", "CSV or JSONL"]),
        ("a.csv", b"PK\x03\x04 a workbook", ["Excel workbook", "a.csv", "CSV"]),
        ("a.xlsx", b"x", ["The workbook cannot be read", "a.xlsx", "CSV"]),
        ("a.jsonl", b'{"id": 1}\n' * 3, ["no column for the author", "--map author=COLUMN"]),
        ("a.jsonl", b"hello\n", ["no rows of posts", "a.jsonl"]),
        ("a.json", b'{"a": [', ["not JSON", "a.json", "Export"]),
        ("a.parquet", b"PAR1 and no more", ["Parquet", "a.parquet", "Export"]),
        ("a.jsonl", b'{"id": "", "author": "", "text": ""}\n', ["None of the rows is a post", "1 \u00d7", "--map"]),
    ],
)
def test_files_that_hold_no_posts(analyst: Run, tmp_path: Path, name: str, content: bytes, said: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    index(analyst, tmp_path / name, tmp_path / "out").said(*said)


@pytest.mark.parametrize("cut", [10, -20])
def test_a_packed_file_that_is_cut_off(analyst: Run, tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(ROW.encode() * 50)[:cut])
    index(analyst, tmp_path / "a.jsonl.gz", tmp_path / "out").said("damaged or cut off", "a.jsonl.gz", "again")


def test_a_field_that_no_post_has(analyst: Run, write: Write, tmp_path: Path) -> None:
    index(analyst, write("a.jsonl", ROW), tmp_path / "out", "--map", "colour=x").said("colour", "The fields are")


def test_a_file_that_may_not_be_read(analyst: Run, tmp_path: Path, locked: Path) -> None:
    done = analyst("index", locked / "a.jsonl", "--out", locked / "out")
    done.said("a.jsonl")


def test_an_empty_standard_input(analyst: Run, tmp_path: Path) -> None:
    done = analyst("index", "-", "--out", tmp_path / "out", typed="")
    done.said("Standard input is empty", "Pipe posts")
    assert not (tmp_path / "out").exists()


def test_a_target_that_is_no_index(analyst: Run, write: Write, tmp_path: Path) -> None:
    keep = tmp_path / "mine" / "letter.txt"
    keep.parent.mkdir()
    keep.write_text("dear")
    done = analyst("index", write("a.jsonl", ROW), "--out", keep.parent)
    done.said("is no index", "will not be overwritten", str(keep.parent), "--out")
    assert keep.read_text() == "dear"


def test_a_target_that_may_not_be_written(analyst: Run, write: Write, locked: Path, tmp_path: Path) -> None:
    done = analyst("index", "-", "--out", locked / "deep" / "out", typed=ROW)
    done.said("Permission denied", str(locked), "--out")


@pytest.mark.parametrize(
    ("holder", "name", "error", "said"),
    [
        (FactWriter, "add", OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (build, "write_profiles", duckdb.IOException("Could not write file: No space left on device"), "disk is full"),
        (chroma, "add", InternalError("database or disk is full"), "the disk is full"),
        (chroma, "add", InternalError("Error in compaction: Failed to apply logs"), "Chroma could not store vectors"),
        (writer, "sync_tree", OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk is full"),
        (writer, "sums", OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_full_disk(
    analyst: Run, write: Write, tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch,
    holder: Any, name: str, error: Exception, said: str,
) -> None:  # fmt: skip
    def full(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(holder, name, full)
    done = analyst("index", write("posts.jsonl", small_rows()), "--out", tmp_path / "out")
    done.said(said, str(tmp_path / "out"), "Free some space", "11 posts are analysed and kept")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["building", "index.lock"]
