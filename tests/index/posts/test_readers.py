"""Files of every kind as posts and rejects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import AnalystError
from index.posts.readers import expand, read_posts
from index.posts.record import Post, Rejected
from index.posts.text import MARKED, SPOILT

Write = Callable[..., str]
ROWS = [{"id": 1, "author": "ana", "text": "hello"}, {"id": 2, "author": "ben", "text": "good\nmorning, all"}]
POSTS = [Post("1", "ana", "hello"), Post("2", "ben", "good\nmorning, all")]
CSV = 'id,author,text\n1,ana,hello\n2,ben,"good\nmorning, all"\n'


def read(*sources: str, **options: Any) -> list[Post]:
    """All posts; fails where a row is rejected."""
    rows = list(read_posts(sources, **options))
    assert not [row for row in rows if isinstance(row, Rejected)]
    return [row for row in rows if isinstance(row, Post)]


def rejects(*sources: str) -> list[tuple[int, str]]:
    return [(row.row, row.reason) for row in read_posts(sources) if isinstance(row, Rejected)]


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


CONTENT: dict[str, Any] = {
    "jsonl": ROWS,
    "ndjson": ROWS,
    "json": json.dumps(ROWS),
    "csv": CSV,
    "tsv": CSV.replace(",", "\t").replace("morning\t", "morning,"),
    "parquet": as_parquet(ROWS),
}


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
@pytest.mark.parametrize("kind", CONTENT)
def test_every_kind_in_every_packing(write: Write, kind: str, packing: str) -> None:
    assert read(write(f"posts.{kind}{packing}", CONTENT[kind])) == POSTS


@pytest.mark.parametrize("name", ["POSTS.CSV", "my.posts.v2.csv", "posts.CSV.GZ".lower()])
def test_names_with_dots_and_capitals(write: Write, name: str) -> None:
    assert read(write(name, CSV)) == POSTS


@pytest.mark.parametrize("content", [CSV, "".join(json.dumps(row) + "\n" for row in ROWS), json.dumps(ROWS)])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\n"])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, content: str, mark: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((mark + content).encode())))
    assert read("-") == POSTS


def test_globs_and_several_files_in_order(write: Write, tmp_path: Path) -> None:
    for name, row in [("b.jsonl", ROWS[1]), ("a.jsonl", ROWS[0]), ("c.csv", None)]:
        write(name, [row] if row else CSV.replace("\n1,", "\n3,"))
    assert [post.id for post in read(str(tmp_path / "*.jsonl"), str(tmp_path / "c.csv"))] == ["1", "2", "3", "2"]
    twice = [str(tmp_path / "a.jsonl"), str(tmp_path / "*.jsonl")]
    assert [Path(name).name for name in expand(twice)] == ["a.jsonl", "b.jsonl"]


def test_a_name_with_brackets_is_a_name_first(write: Write) -> None:
    assert read(write("posts[1].jsonl", ROWS)) == POSTS


def test_bytes_read_add_up_to_the_file(write: Write) -> None:
    for name in ("posts.csv", "posts.csv.gz", "posts.csv.zst"):
        counted: list[int] = []
        source = write(name, CSV)
        read(source, on_bytes=counted.append)
        assert sum(counted) == Path(source).stat().st_size


# Tables


def test_columns_can_be_mapped(write: Write) -> None:
    source = write("posts.csv", "nr,who,words,text\n1,ana,hello,no\n")
    assert read(source, columns={"id": "nr", "author": "who", "text": "words"}) == POSTS[:1]


@pytest.mark.parametrize(
    "content",
    [
        CSV.replace("morning, all", "morning, all").replace("id,author,text", "id;author;text")
        .replace("1,ana,", "1;ana;")
        .replace("2,ben,", "2;ben;"),
        "\ufeff" + CSV,
        "\n\n" + CSV,
        "sep=,\n" + CSV,
        CSV.replace("\n1,", "\r\n1,").replace("\n2,", "\r\n2,"),
        CSV.replace("id,author,text", "ID, Author , TEXT"),
    ],
    ids=["semicolons", "bom", "blank lines", "sep", "crlf", "header"],
)  # fmt: skip
def test_dialects_of_csv(write: Write, content: str) -> None:
    assert read(write("posts.csv", content)) == POSTS


def test_windows_bytes(write: Write) -> None:
    source = write("posts.csv", "id,author,text\n1,josé,café “ok” 5 €\n2,ana,".encode("cp1252") + "naïve\n".encode())
    assert [(post.author, post.text) for post in read(source)] == [("josé", "café “ok” 5 €"), ("ana", "naïve")]


def _is_kept(text: str) -> bool:
    """Whether a text is more than blanks, and none of what is mended: "Ã«", "&LT;"."""
    return bool(text.strip()) and SPOILT.search(text) is None and MARKED.search(text) is None and "&" not in text


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(_is_kept)))
def test_csv_holds_any_text(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "posts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "author", "text"])
        out.writerows([i, "ana", f"t {text}\nend"] for i, text in enumerate(texts))
        out.writerow(["end", "ana", "end"])
    assert [post.text for post in read(str(path))] == [*(f"t {text}\nend" for text in texts), "end"]


def test_bad_rows_are_counted_with_their_reason(write: Write) -> None:
    rows = [ROWS[0], {"id": 2, "text": "x"}, {"id": float("nan"), "author": "a", "text": "x"}, [1], "word", None]
    rows += [
        {"id": 3, "author": "[deleted]", "text": "[deleted]"},
        {"id": 4, "author": "a", "text": "x", "score": "many"},
    ]
    rows += [
        {"id": 5, "author": "a", "text": "x", "created_at": "soon"},
        {"id": 6, "author": "a", "text": "cut \ud83d"},
    ]
    source = write("posts.jsonl", rows)
    with Path(source).open("a", encoding="utf-8") as file:
        file.write('{"id": 7, "auth\n')
    assert rejects(source) == [
        (2, "no author"), (4, "not an object"), (5, "not an object"), (6, "not an object"),
        (7, "deleted by its author or a moderator"), (11, "not JSON"),
    ]  # fmt: skip


def test_rejects_show_the_row(write: Write) -> None:
    source = write("posts.csv", "id,author,text\n1,ana,hello\n2,ben\n3,cleo,one,two\n4,,x\n")
    bad = [row for row in read_posts([source]) if isinstance(row, Rejected)]
    assert [(row.source, row.row, row.reason) for row in bad] == [
        (source, 2, "no text"), (source, 3, "more cells than columns"), (source, 4, "no author"),
    ]  # fmt: skip
    assert all(part in row.raw for row, part in zip(bad, ["ben", "cleo", "x"], strict=True))


def test_parquet_of_pandas(write: Write) -> None:
    import pandas as pd

    frame = pd.DataFrame({"id": [1.0, None, 3.0], "author": ["ana", "ben", "cleo"], "text": ["a", "b", "c"]})
    frame["created_at"] = pd.Series([pd.Timestamp("2024-03-01T12:00"), pd.Timestamp("2024-03-02"), pd.NaT])
    sink = io.BytesIO()
    frame.to_parquet(sink)
    rows = list(read_posts([write("posts.parquet", sink.getvalue())]))
    assert rows[0] == Post("1", "ana", "a", datetime(2024, 3, 1, 12, tzinfo=UTC))
    assert isinstance(rows[1], Post) and rows[1].id.startswith("made-")
    assert isinstance(rows[2], Post)
    assert (rows[2].id, rows[2].created_at) == ("3", None)


def test_parquet_with_text_as_bytes(write: Write) -> None:
    rows = [{**row, "text": row["text"].encode()} for row in ROWS]  # type: ignore[attr-defined]
    assert read(write("posts.parquet", as_parquet(rows))) == POSTS


def test_several_zstd_frames_are_all_read(write: Write) -> None:
    import zstandard

    lines = [(json.dumps(row) + "\n").encode() for row in ROWS]
    source = write("posts.jsonl.zst", b"")
    Path(source).write_bytes(b"".join(zstandard.ZstdCompressor().compress(line) for line in lines))
    assert read(source) == POSTS


# JSON documents


@pytest.mark.parametrize(
    "document",
    [{"posts": ROWS}, {"columns": ["id", "author"], "total": 2, "data": ROWS}],
    ids=["wrapped", "first list of objects"],
)
def test_rows_inside_an_object(write: Write, document: Any) -> None:
    assert read(write("posts.json", json.dumps(document))) == POSTS


def test_json_lines_named_json(write: Write) -> None:
    assert read(write("posts.json", ROWS)) == POSTS


def test_a_json_list_with_other_things(write: Write) -> None:
    assert rejects(write("posts.json", json.dumps({"data": [ROWS[0], 7, "x"]}))) == [
        (2, "not an object"), (3, "not an object"),
    ]  # fmt: skip


@pytest.fixture
def bomb() -> Iterator[str]:
    yield "[" * 200_000


def test_deep_json_is_no_crash(write: Write, bomb: str) -> None:
    assert rejects(write("posts.jsonl", json.dumps(ROWS[0]) + "\n" + bomb + "\n")) == [(2, "not JSON")]


def test_a_column_that_means_something_else_can_be_left_out(write: Write) -> None:
    source = write("posts.csv", "id,author,text,score\n1,ana,hi,5\n")
    assert read(source)[0].likes == 5 and read(source, columns={"likes": ""})[0].likes is None
    tweet = {"id_str": "1", "full_text": "hi", "favorite_count": 11, "retweet_count": 2, "user": {"screen_name": "ana"}}
    source = write("tweets.json", json.dumps([tweet]))
    assert read(source)[0].likes == 11 and read(source, columns={"likes": ""})[0].likes is None
    with pytest.raises(AnalystError, match="no column for the text"):
        read(write("posts.csv", "id,author,text\n1,ana,hi\n"), columns={"text": ""})
