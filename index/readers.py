"""Readers of export formats: each turns a file into rows, and rows into posts or rejects."""

from __future__ import annotations

import csv
import glob
import gzip
import html
import io
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from index.errors import AnalystError
from index.posts import REQUIRED, SPELLINGS, Post, Rejected, match_columns, post_from_row

Rows = Iterator[dict[str, Any] | str]  # a str is the reason why what stood there is no row
RAW_SHOWN = 300
_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".js": "json", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}  # fmt: skip
_TWITTER = re.compile(r"^\s*window\.YTD\.\w+\.part\d+\s*=\s*")
csv.field_size_limit(10_000_000)


class CountingFile(io.RawIOBase):
    """A binary file that reports how many bytes of it have been read."""

    def __init__(self, raw: IO[bytes], on_bytes: Callable[[int], None]) -> None:
        self._raw, self._on_bytes = raw, on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self._on_bytes(len(data))
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()


def expand(sources: Sequence[str]) -> list[str]:
    """Globs → files, in order; ``-`` stands for standard input. Raises AnalystError for what does not exist or is empty."""
    found: list[str] = []
    for source in sources:
        if source == "-":
            found.append(source)
            continue
        names = [source] if Path(source).exists() else sorted(glob.glob(source))
        if not names:
            raise AnalystError("There is no such file", where=source, todo="Check the path, or quote the pattern.")
        found += names
    for name in found:
        path = Path(name)
        if name != "-" and path.is_dir():
            raise AnalystError("This is a directory, not a file of posts", where=name, todo=f"Name its files: {name}/*")
        if name != "-" and path.stat().st_size == 0:
            raise AnalystError("The file is empty", where=name, todo="Export the posts again.")
    return list(dict.fromkeys(found))


def read_posts(
    sources: Sequence[str],
    *,
    columns: Mapping[str, str] | None = None,
    on_bytes: Callable[[int], None] = lambda count: None,
) -> Iterator[Post | Rejected]:
    """Posts and rejects of all ``sources`` in order, streaming.

    ``columns`` overrides the guessed columns, field → column. Raises AnalystError if a file cannot be read at all.
    """
    unknown = sorted(set(columns or {}) - set(SPELLINGS))
    if unknown:
        raise AnalystError(f"--map knows no field {unknown[0]!r}", todo=f"The fields are: {', '.join(SPELLINGS)}.")
    for source in expand(sources):
        yield from _read_one(source, columns or {}, on_bytes)


def _read_one(source: str, overrides: Mapping[str, str], on_bytes: Callable[[int], None]) -> Iterator[Post | Rejected]:
    rows = _rows(source, on_bytes)
    # Fields of JSON rows may come and go, so the columns are guessed from the first hundred.
    head = list(itertools.islice(rows, 100))
    names = list(dict.fromkeys(name for row in head if isinstance(row, dict) for name in row))
    columns = match_columns(names, overrides)
    _check_columns(source, head, names, columns)
    for number, row in enumerate(itertools.chain(head, rows), start=1):
        if isinstance(row, str):
            yield Rejected(source, number, row.partition("\n")[0], row.partition("\n")[2][:RAW_SHOWN])
            continue
        try:
            yield post_from_row(row, columns)
        except ValueError as error:
            raw = json.dumps(row, ensure_ascii=False, default=str)[:RAW_SHOWN]
            yield Rejected(source, number, str(error), raw)


def _check_columns(source: str, head: list[Any], names: list[str], columns: Mapping[str, str]) -> None:
    if not any(isinstance(row, dict) for row in head):
        raise AnalystError(
            "The file holds no rows of posts", where=source, todo="Readable are JSONL, CSV, Parquet and platform exports."
        )
    for field in (*REQUIRED, *columns):
        if columns.get(field) not in names:
            raise AnalystError(
                f"The file has no column for the {field} of a post; its columns are: {', '.join(map(str, names))}",
                where=source,
                todo=f"Say which one it is with `--map {field}=COLUMN`.",
            )


def _rows(source: str, on_bytes: Callable[[int], None]) -> Rows:
    """The rows of one file, by its name; standard input by its first character."""
    if source == "-":
        stream = io.BufferedReader(CountingFile(sys.stdin.buffer, on_bytes))
        head = stream.peek(64).lstrip()
        if not head:
            raise AnalystError("Standard input is empty", todo="Pipe posts into it, as JSONL or CSV.")
        return _jsonl(stream, source) if head[:1] == b"{" else _csv(stream, source)
    path = Path(source)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = next((_SUFFIXES[suffix] for suffix in reversed(suffixes) if suffix in _SUFFIXES), None)
    if kind is None:
        raise AnalystError(
            "This kind of file is not known",
            where=source,
            todo="Readable are .jsonl, .csv, .tsv, .parquet (each also .gz or .zst), .json exports and tweets.js.",
        )
    stream = _open(path, suffixes[-1], on_bytes)
    if kind == "parquet":
        return _parquet(stream, source)
    if kind == "csv":
        return _csv(stream, source, delimiter="\t" if ".tsv" in suffixes else None)
    return _jsonl(stream, source) if kind == "jsonl" else _json(stream, path)


def _open(path: Path, suffix: str, on_bytes: Callable[[int], None]) -> io.BufferedReader:
    try:
        counted = io.BufferedReader(CountingFile(path.open("rb"), on_bytes), buffer_size=1 << 20)
    except OSError as error:
        raise AnalystError(f"The file cannot be opened: {error.strerror}", where=str(path)) from error
    if suffix == ".gz":
        return io.BufferedReader(gzip.GzipFile(fileobj=counted))  # type: ignore[arg-type]
    if suffix == ".zst":
        import zstandard

        # Reddit dumps are packed with a window of 2 GB.
        return io.BufferedReader(zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(counted))
    return counted


def _lines(stream: IO[bytes], source: str) -> Iterator[str]:
    """Decoded lines; a file that is not text, or is cut off, ends in an AnalystError."""
    try:
        for number, line in enumerate(stream):
            if number == 0 and b"\0" in line:
                raise AnalystError("The file is not text", where=source, todo="Export the posts again as CSV or JSONL.")
            yield line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace")
    except (EOFError, OSError, ValueError) as error:
        raise AnalystError("The file is damaged or cut off", where=source, todo="Download it again.") from error
    except Exception as error:
        if type(error).__name__ != "ZstdError":
            raise
        raise AnalystError("The file is damaged or cut off", where=source, todo="Download it again.") from error


def _jsonl(stream: IO[bytes], source: str) -> Rows:
    for line in _lines(stream, source):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            yield f"not JSON\n{line}"
            continue
        yield _flatten(row) if isinstance(row, dict) else f"not an object\n{line}"


def _flatten(row: dict[str, Any]) -> dict[str, Any]:
    """Reddit submissions keep the text in two places."""
    if "selftext" in row and row.get("title"):
        return {**row, "selftext": f"{row['title']}\n{row['selftext'] or ''}".strip()}
    return row


def _csv(stream: IO[bytes], source: str, delimiter: str | None = None) -> Rows:
    lines = _lines(stream, source)
    first = next(lines, "")
    if delimiter is None:
        delimiter = max(",;\t", key=first.count)
    try:
        yield from _csv_rows(csv.DictReader(itertools.chain([first], lines), delimiter=delimiter))
    except csv.Error as error:
        raise AnalystError(f"The CSV cannot be read: {error}", where=source, todo="Export it again.") from error


def _csv_rows(reader: csv.DictReader[str]) -> Rows:
    for row in reader:
        if row.pop(None, None) is not None:  # type: ignore[call-overload]
            yield "more cells than columns\n" + str(list(row.values()))
        else:
            yield dict(row)


def _parquet(stream: IO[bytes], source: str) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(Path(source) if source.endswith(".parquet") else pa.BufferReader(stream.read()))
        for batch in file.iter_batches(batch_size=4096):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise AnalystError("The Parquet file cannot be read", where=source, todo="Export it again.") from error


def _json(stream: IO[bytes], path: Path) -> Rows:
    """A whole JSON document: a list of rows, or an archive of X, Mastodon or Bluesky."""
    text = _TWITTER.sub("", "".join(_lines(stream, str(path))), count=1)
    try:
        document = json.loads(text)
    except ValueError as error:
        # Many tools name JSON Lines ".json".
        if text.lstrip().startswith("{") and "\n{" in text:
            yield from _jsonl(io.BytesIO(text.encode()), str(path))
            return
        raise AnalystError(f"The file is not JSON: {error}", where=str(path), todo="Export it again.") from error
    if isinstance(document, dict) and "orderedItems" in document:
        yield from map(_mastodon, document["orderedItems"])
    elif _is_twitter(document):
        owner = _twitter_owner(path)
        yield from ({**item["tweet"], "author": owner} for item in document)
    elif bluesky := list(_bluesky(document, "")):
        yield from bluesky
    elif isinstance(document, list):
        yield from (row if isinstance(row, dict) else f"not an object\n{row}" for row in document)
    elif isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list) and value]
        yield from (lists[0] if lists else [document])


def _is_twitter(document: Any) -> bool:
    return isinstance(document, list) and bool(document) and isinstance(document[0], dict) and "tweet" in document[0]


def _twitter_owner(path: Path) -> str:
    """The account's name stands beside the tweets, in account.js."""
    account = path.with_name("account.js")
    if account.is_file():
        try:
            return json.loads(_TWITTER.sub("", account.read_text(encoding="utf-8")))[0]["account"]["username"]
        except (ValueError, KeyError, IndexError, TypeError):
            pass
    return "archive_owner"


def _mastodon(item: Any) -> dict[str, Any] | str:
    note = item.get("object") if isinstance(item, dict) else None
    if not isinstance(note, dict):
        return f"a boost or other activity, not a post\n{json.dumps(item)}"
    tags = [tag.get("name", "") for tag in note.get("tag") or [] if tag.get("type") == "Hashtag"]
    return {
        "id": note.get("id"),
        "author": str(note.get("attributedTo") or item.get("actor") or "").rstrip("/").rpartition("/")[2],
        "text": _plain(str(note.get("content") or "")),
        "created_at": note.get("published"),
        "community": tags[0] if tags else None,
        "url": note.get("url") if isinstance(note.get("url"), str) else None,
        "lang": next(iter(note.get("contentMap") or {}), None),
    }


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br\s*/?>|</p>\s*<p>", "\n", markup))).strip()


def _bluesky(node: Any, owner: str) -> Iterator[dict[str, Any]]:
    """Post records anywhere in a repository export."""
    if isinstance(node, list):
        for item in node:
            yield from _bluesky(item, owner)
    elif isinstance(node, dict):
        owner = str(node.get("handle") or node.get("did") or owner)
        record = node.get("value") or node.get("record") or node
        if isinstance(record, dict) and record.get("$type") == "app.bsky.feed.post":
            uri = str(node.get("uri") or node.get("rkey") or node.get("cid") or record.get("createdAt") or "")
            author = node.get("author") or owner or uri.removeprefix("at://").partition("/")[0]
            yield {
                "id": uri,
                "author": author.get("handle") if isinstance(author, dict) else author,
                "text": record.get("text"),
                "created_at": record.get("createdAt"),
                "lang": next(iter(record.get("langs") or []), None),
                "likes": node.get("likeCount"),
                "shares": node.get("repostCount"),
                "replies": node.get("replyCount"),
            }
        else:
            for value in node.values():
                yield from _bluesky(value, owner)
