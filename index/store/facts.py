"""Analysed posts as Parquet, queried with DuckDB."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from index.entities.mentions import Mention
from index.phrases.keywords import Phrase
from index.store.corrected import Correction, corrected_columns

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from index.posts.record import Post

SENTIMENTS = ("negative", "neutral", "positive")
POSTS = pa.schema(
    [
        ("id", pa.string()),
        ("author", pa.string()),
        ("text", pa.string()),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("community", pa.string()),
        ("likes", pa.int64()),
        ("shares", pa.int64()),
        ("replies", pa.int64()),
        ("lang", pa.string()),
        ("url", pa.string()),
        ("reposted", pa.string()),
        ("visibility", pa.string()),
        ("bot", pa.bool_()),
        ("negative", pa.float32()),
        ("neutral", pa.float32()),
        ("positive", pa.float32()),
        ("sentiment", pa.string()),
    ]
)
MENTIONS = pa.schema(
    [
        ("post", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("type", pa.string()),
        ("canonical", pa.string()),
        ("negative", pa.float32()),
        ("neutral", pa.float32()),
        ("positive", pa.float32()),
    ]
)
PHRASES = pa.schema([("post", pa.string()), ("phrase", pa.string()), ("weight", pa.float32())])
TABLES = ("posts", "mentions", "phrases", "people")


class FactWriter:
    """Writes the three tables of analysed posts, a row group for each batch, in flat memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._writers = {
            name: pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd")
            for name, schema in (("posts", POSTS), ("mentions", MENTIONS), ("phrases", PHRASES))
        }

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """One batch of posts with what was read in each, as ``tables_of`` makes rows of it."""
        for name, writer in self._writers.items():
            writer.write_table(tables[name])

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


def tables_of(
    posts: Sequence[Post],
    sentiments: Sequence[Sequence[float]],
    mentions: Sequence[Iterable[Mention]],
    phrases: Sequence[Iterable[Phrase]],
) -> dict[str, pa.Table]:
    """Posts with what was read in each, as rows of the three tables."""
    rows = [_post_row(post, shares) for post, shares in zip(posts, sentiments, strict=True)]
    named = [
        {name: getattr(m, name) for name in ("start", "end", "text", "type", "canonical")}
        | {"post": post.id, **dict(zip(SENTIMENTS, m.tone, strict=True))}
        for post, found in zip(posts, mentions, strict=True)
        for m in found
    ]
    said = [
        {"post": post.id, "phrase": phrase.text, "weight": phrase.weight}
        for post, found in zip(posts, phrases, strict=True)
        for phrase in found
    ]
    return {
        "posts": pa.Table.from_pylist(rows, schema=POSTS),
        "mentions": pa.Table.from_pylist(named, schema=MENTIONS),
        "phrases": pa.Table.from_pylist(said, schema=PHRASES),
    }


def _post_row(post: Post, shares: Sequence[float]) -> dict[str, Any]:
    likeliest = max(range(3), key=lambda i: shares[i])
    return {
        "id": post.id,
        "author": post.author,
        "text": post.text,
        "created_at": post.created_at,
        "community": post.community,
        "likes": post.likes,
        "shares": post.shares,
        "replies": post.replies,
        "lang": post.lang,
        "url": post.url,
        "reposted": post.reposted,
        "visibility": post.visibility,
        "bot": post.bot,
        **{name: float(share) for name, share in zip(SENTIMENTS, shares, strict=True)},
        "sentiment": SENTIMENTS[likeliest],
    }


class Facts:
    """Read-only queries over the tables ``posts``, ``mentions``, ``phrases`` and ``people``. Safe to share between
    threads.

    ``numbered_posts`` has the posts with their place in the file, ``file_row_number``: to read few rows without
    unpacking all. What was corrected by hand stands in the place of what was read.
    """

    def __init__(self, folder: Path, corrections: Sequence[Correction] = ()) -> None:
        import duckdb

        self.corrections = tuple(corrections)

        self._connection = duckdb.connect(":memory:")
        self._lock = threading.Lock()
        self._kept = itertools.count()
        self._unused: deque[str] = deque()  # names of kept tables that nothing needs any more
        corrected = corrected_columns(self._connection, self.corrections)
        for table in TABLES:
            path = folder / f"{table}.parquet"
            if path.is_file():
                seen = corrected.get(table, "SELECT * FROM {}").format(f"read_parquet({_quoted(str(path))})")
                self._connection.execute(f"CREATE VIEW {table} AS {seen}")
        if (path := folder / "posts.parquet").is_file():
            source = f"read_parquet({_quoted(str(path))}, file_row_number = true)"
            seen = corrected.get("posts", "SELECT * FROM {}").format(source)
            self._connection.execute(f"CREATE VIEW numbered_posts AS {seen}")

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Values come in as ``parameters``, never in the text."""
        with self._lock:
            return self._cursor(sql, parameters).fetchall()

    def frame(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> pd.DataFrame:
        """The same as a data frame."""
        with self._lock:
            return self._cursor(sql, parameters).df()

    def keep(self, rows: pd.DataFrame, owner: object | None = None) -> str:
        """Keeps a table in memory beside the others, for queries to join; returns its name.

        It is there until ``drop``, or for as long as its ``owner`` lives where one is given.
        """
        name = f"kept_{next(self._kept)}"
        with self._lock:
            self._forget_unused()
            self._connection.register("rows_to_keep", rows)
            self._connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM rows_to_keep")
            self._connection.unregister("rows_to_keep")
        if owner is not None:
            # The garbage collector may call this at any moment, also inside a query: the lock is not taken here.
            weakref.finalize(owner, self._unused.append, name).atexit = False
        return name

    def drop(self, name: str) -> None:
        """Forgets what ``keep`` kept, before the next query."""
        self._unused.append(name)

    def _forget_unused(self) -> None:
        while self._unused:
            self._connection.execute(f"DROP TABLE {self._unused.popleft()}")

    def _cursor(self, sql: str, parameters: Sequence[Any] | dict[str, Any]) -> duckdb.DuckDBPyConnection:
        self._forget_unused()
        return self._connection.execute(sql, parameters)

    def close(self) -> None:
        self._connection.close()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
