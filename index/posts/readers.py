"""Readers of export formats: each turns a file into rows, and rows into posts or rejects."""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import io
import itertools
import json
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from index.errors import AnalystError
from index.posts.formats.archives import (
    TWITTER,
    bluesky_rows,
    is_twitter,
    mastodon_row,
    reddit_row,
    tweet_row,
    twitter_owner,
)
from index.posts.record import REQUIRED, SPELLINGS, Post, Rejected, match_columns, post_from_row

if TYPE_CHECKING:
    Stream = io.BufferedReader[Any]
Rows = Iterator[dict[str, Any] | str]  # a str is the reason why what stood there is no row
RAW_SHOWN = 300
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".js": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
_SEPARATOR = re.compile(r"^sep=(.)\s*$")  # a first line that Excel writes and reads
_PACKED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
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


class ZstdFile(io.RawIOBase):
    """A zstd stream. Unlike zstandard's own reader it reads all of its frames, and fails when the last is cut off."""

    def __init__(self, packed: IO[bytes], unpacker: Any) -> None:
        self._packed, self._unpacker = packed, unpacker
        self._frame: Any = None
        self._rest, self._ready = b"", memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            self._rest = self._rest or self._packed.read(1 << 16)
            if not self._rest:
                if self._frame is not None:
                    raise EOFError("the last frame is cut off")
                return 0
            self._frame = self._frame or self._unpacker.decompressobj()
            self._ready = memoryview(self._frame.decompress(self._rest))
            self._rest = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = None
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def expand(sources: Sequence[str]) -> list[str]:
    """Globs → files, in order; ``-`` is standard input. Raises AnalystError for what does not exist or is empty."""
    found: list[str] = []
    for source in sources:
        if source == "-":
            found.append(source)
            continue
        # A pattern may begin at the root, which Path.glob refuses; odd characters make Path.exists raise.
        names = [source] if os.path.exists(source) else sorted(glob.glob(source))  # noqa: PTH110, PTH207
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
    names, columns = columns_of(head, overrides)
    _check_columns(source, head, names, columns)
    for number, row in enumerate(itertools.chain(head, rows), start=1):
        if isinstance(row, str):
            yield Rejected(source, number, row.partition("\n")[0], row.partition("\n")[2][:RAW_SHOWN])
            continue
        try:
            yield post_from_row(row, columns)
        except ValueError as error:
            raw = json.dumps(row, ensure_ascii=False, default=str)[:RAW_SHOWN]
            yield Rejected(source, number, str(error), raw.encode("utf-8", "replace").decode())


def columns_of(rows: Sequence[dict[str, Any] | str], overrides: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The names of all columns of some rows, and field → column as far as they can be told."""
    names = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    # A column that is empty so far gives way to a filled one: Reddit writes "likes": null beside the score.
    filled = [name for name in names if any(isinstance(row, dict) and row.get(name) not in (None, "") for row in rows)]
    return names, match_columns(names, overrides) | match_columns(filled, overrides)


def read_rows(source: str) -> Rows:
    """The rows of one file as they stand, a str in place of one that cannot be read. Raises AnalystError as reading."""
    expand([source])
    return _rows(source, lambda size: None)


def _check_columns(source: str, head: list[Any], names: list[str], columns: Mapping[str, str]) -> None:
    if not any(isinstance(row, dict) for row in head):
        raise AnalystError(
            "The file holds no rows of posts",
            where=source,
            todo="Readable are JSONL, CSV, Parquet and platform exports.",
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
        stream: Stream = io.BufferedReader(CountingFile(sys.stdin.buffer, on_bytes))
        head = stream.peek(64).lstrip()
        if not head:
            raise AnalystError("Standard input is empty", todo="Pipe posts into it, as JSONL or CSV.")
        head = head.removeprefix(codecs.BOM_UTF8).lstrip()
        if head[:1] == b"[":
            return _json(stream, Path("standard input"))
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


def _open(path: Path, suffix: str, on_bytes: Callable[[int], None]) -> Stream:
    try:
        counted: Stream = io.BufferedReader(CountingFile(path.open("rb"), on_bytes), buffer_size=1 << 20)
    except OSError as error:
        raise AnalystError(f"The file cannot be opened: {error.strerror}", where=str(path)) from error
    if suffix == ".gz":
        return io.BufferedReader(gzip.GzipFile(fileobj=counted))  # type: ignore[arg-type]
    if suffix == ".zst":
        import zstandard

        # Reddit dumps are packed with a window of 2 GB.
        return io.BufferedReader(ZstdFile(counted, zstandard.ZstdDecompressor(max_window_size=2**31)))
    return counted


@contextmanager
def _undamaged(source: str) -> Iterator[None]:
    """What unpackers raise for a file that is damaged or cut off, as an AnalystError."""
    try:
        yield
    except (EOFError, OSError, zlib.error) as error:
        raise AnalystError("The file is damaged or cut off", where=source, todo="Download it again.") from error
    except Exception as error:
        if type(error).__name__ != "ZstdError":  # zstandard is only loaded for .zst
            raise
        raise AnalystError("The file is damaged or cut off", where=source, todo="Download it again.") from error


def _lines(stream: Stream, source: str) -> Iterator[str]:
    """Decoded lines; a file that is not text, or is cut off, ends in an AnalystError."""
    with _undamaged(source):
        _check_text(stream.peek(4096)[:4096], source)
        for number, line in enumerate(stream):
            yield _decoded(line.removeprefix(codecs.BOM_UTF8) if number == 0 else line)


def _decoded(line: bytes) -> str:
    """UTF-8, or else what Windows programs write."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _check_text(head: bytes, source: str) -> None:
    for magic, suffix in _PACKED.items():
        if head.startswith(magic):
            raise AnalystError(
                f"The file is packed, but its name does not end in {suffix}",
                where=source,
                todo=f"Add {suffix} to its name.",
            )
    if head.startswith(b"PK\x03\x04"):
        raise AnalystError(
            "The file is a ZIP archive or an Excel workbook", where=source, todo="Unpack it, or save the sheet as CSV."
        )
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise AnalystError("The file is text in UTF-16", where=source, todo="Save it again as UTF-8.")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if b"\0" in head or (controls > 0.03 * len(head) and not _is_utf8(head)):
        raise AnalystError("The file is not text", where=source, todo="Export the posts again as CSV or JSONL.")


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return True


def _jsonl(stream: Stream, source: str) -> Rows:
    for line in _lines(stream, source):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield f"not JSON\n{line}"
            continue
        yield reddit_row(row) if isinstance(row, dict) else f"not an object\n{line}"


def _csv(stream: Stream, source: str, delimiter: str | None = None) -> Rows:
    lines = itertools.dropwhile(lambda line: not line.strip(), _lines(stream, source))
    first = next(lines, "")
    if said := _SEPARATOR.match(first):
        delimiter, first = said[1], next(lines, "")
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


def _parquet(stream: Stream, source: str) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = source.lower().endswith(".parquet")
    with _undamaged(source):
        packed = b"" if plain else stream.read()
    try:
        file = pq.ParquetFile(Path(source) if plain else pa.BufferReader(packed))
        for batch in file.iter_batches(batch_size=4096):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise AnalystError("The Parquet file cannot be read", where=source, todo="Export it again.") from error


def _json(stream: Stream, path: Path) -> Rows:
    """A whole JSON document: a list of rows, or an archive of X, Mastodon or Bluesky."""
    text = TWITTER.sub("", "".join(_lines(stream, str(path))), count=1)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        # Many tools name JSON Lines ".json".
        if text.lstrip().startswith("{") and "\n{" in text:
            yield from _jsonl(io.BufferedReader(io.BytesIO(text.encode("utf-8", "replace"))), str(path))  # type: ignore[arg-type]
            return
        raise AnalystError(f"The file is not JSON: {error}", where=str(path), todo="Export it again.") from error
    if isinstance(document, dict) and isinstance(document.get("orderedItems"), list):
        yield from map(mastodon_row, document["orderedItems"])
    elif is_twitter(document):
        owner = twitter_owner(path)
        yield from (tweet_row(item, owner) for item in document)
    elif bluesky := list(bluesky_rows(document)):
        yield from bluesky
    else:
        yield from (reddit_row(row) if isinstance(row, dict) else f"not an object\n{row}" for row in _list_in(document))


def _list_in(document: Any) -> list[Any]:
    """The rows of a document: itself, its first list of objects, or the one object that it is."""
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        return next((rows for rows in lists if rows and isinstance(rows[0], dict)), [document])
    return document if isinstance(document, list) else []
