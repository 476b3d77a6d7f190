"""Tables as rows: CSV in all its dialects."""

from __future__ import annotations

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import AnalystError
from index.posts.columns import normal
from index.posts.containers.documents import Section
from index.posts.containers.streams import LONGEST_LINE, Content, OnBytes
from index.posts.spellings import SPELLINGS

csv.field_size_limit(LONGEST_LINE)
_SEPARATOR = re.compile(r"sep=(.)\s*$")  # a first line that Excel writes and reads
_HEAD = 60  # lines by which a dialect is told
_HEAD_SIZE = 1 << 20
_CELLS_LOOKED_AT = 300
_LONGEST_CELL_LINES = 2_000  # lines inside one quoted cell
_SWALLOWED = 20
_ESCAPED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
_DATA = re.compile(r"[\d.,:/\-+ ]+|.{60,}|https?://.*|\S+@\S+|.*\s\S+\s\S+\s\S+\s\S+\s.*", re.DOTALL)
KNOWN = frozenset(itertools.chain.from_iterable(SPELLINGS.values())) | {
    "query_id", "full_text", "comment_number_(id)", "nickname", "user_@", "comment_text", "page_type", "sentiment",
    "reach", "country", "video_id", "price", "permalink", "ip", "authorid", "attachments", "hit_sentence", "comment",
}  # fmt: skip

Mends = deque[int]  # sizes of records whose quotes were at odds with their cells


@dataclass(frozen=True)
class Dialect:
    """How a table is written. ``escaped`` says that quotes inside cells are ``\\"``."""

    delimiter: str
    escaped: bool = False


def csv_of(content: Content, on_bytes: OnBytes, names: Sequence[str] = ()) -> Section:
    """The rows of a CSV file as name → cell. ``names`` are its columns where it has no header."""
    decoded = content.decoded
    every = (decoded(line) for line in content.lines(on_bytes))
    lines = itertools.dropwhile(lambda line: not line.strip(), every)
    head = _beginning(lines)
    said = ""
    if head and (found := _SEPARATOR.match(head[0])):
        said, head = found[1], head[1:]
    if not head:
        raise _no_rows(content.source.name)
    dialect = _dialect(head, said)
    records = _records(itertools.chain(head, lines), dialect, deque(maxlen=0))
    above, header, records = header_of(records, names, content.source.name)
    told = [{"\t": "tabs", "|": "pipes", ";": "semicolons", ",": "commas"}.get(dialect.delimiter, dialect.delimiter)]
    if above:
        told.append(f"{above} lines above the header")
    if dialect.escaped:
        told.append('\\" for quotes')
    return Section(rows_of(records, header), header=tuple(header), told=tuple(told), european=dialect.delimiter == ";")


def _beginning(lines: Iterator[str]) -> list[str]:
    head: list[str] = []
    size = 0
    for line in itertools.islice(lines, _HEAD):
        head.append(line)
        size += len(line)
        if size > _HEAD_SIZE:
            break
    return head


def _no_rows(name: str) -> AnalystError:
    return AnalystError(
        "The file holds no rows of posts", where=name, todo="Readable are JSONL, CSV, Parquet and platform exports."
    )


def _dialect(head: list[str], said: str) -> Dialect:
    """The delimiter with which most of the first lines have the same number of cells, more than one."""
    first = said or max(",;\t|", key=head[0].count)
    escaped = any('\\"' in line for line in head) and _mends(head, Dialect(first, True)) < _mends(head, Dialect(first))
    if said:
        return Dialect(said, escaped)

    def evenness(delimiter: str) -> tuple[float, int]:
        dialect = Dialect(delimiter, escaped)
        widths = [len(cells) for cells in _records(iter(head), dialect, deque(maxlen=0)) if not isinstance(cells, str)]
        wide = [width for width in widths if width > 1]
        if not wide:
            return 0.0, 0
        usual = max(set(wide), key=wide.count)
        return wide.count(usual) / len(widths), usual

    scores = {delimiter: evenness(delimiter) for delimiter in ",;\t|"}
    best = max(scores, key=lambda sign: (round(scores[sign][0], 1), sign in head[0], scores[sign][1]))
    return Dialect(best if scores[best][0] else first, escaped)


def _mends(head: list[str], dialect: Dialect) -> int:
    """How many of the first records have quotes that are at odds with their cells."""
    mended: Mends = deque()
    for _ in _records(iter(head), dialect, mended):
        pass
    return len(mended)


class _TooLong(Exception):
    """A record that runs over more lines than a quoted cell does."""


def _records(lines: Iterator[str], dialect: Dialect, mended: Mends) -> Iterator[list[str] | str]:
    """The cells of each record; a str says why what stood there is none. A quote that is never closed, or that closes
    where no cell ends, belongs to the text: it never swallows the records behind it.
    """
    waiting: list[str] = []  # lines to read again
    used: list[str] = []  # lines of the record that is being read
    most, width = _LONGEST_CELL_LINES, 0

    def feed() -> Iterator[str]:
        while (line := waiting.pop() if waiting else next(lines, None)) is not None:
            used.append(line)
            if len(used) > most or len(line) >= LONGEST_LINE:
                raise _TooLong
            yield _ESCAPED.sub(r'\1""', line) if dialect.escaped and "\\" in line else line

    reader = csv.reader(feed(), delimiter=dialect.delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
            swallowed = len(used) > _SWALLOWED and _swallowed(used, len(cells), dialect)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            swallowed = True
            most = max(20, most // 2) if isinstance(error, _TooLong) else most  # many such quotes cost no more
        if swallowed:
            mended.append(len(used))
            if len(used[0]) >= LONGEST_LINE:
                yield "a line longer than any post\n" + used[0][:200]
                _skip_rest(used[-1], lines)
                waiting += used[:0:-1]
            else:
                cells = _by_itself(used[0], dialect, width)
                waiting += used[:0:-1]
                yield cells
            reader = csv.reader(feed(), delimiter=dialect.delimiter, strict=True)
        elif cells:
            width = width or len(cells)
            yield cells
        used.clear()


def _skip_rest(line: str, lines: Iterator[str]) -> None:
    while line and not line.endswith("\n"):
        line = next(lines, "")


def _by_itself(line: str, dialect: Dialect, width: int) -> list[str]:
    """The cells of one line whose quotes are at odds: by the quotes that are right, else as they stand."""
    bare = line.rstrip("\r\n")
    try:
        cells = next(csv.reader([bare], delimiter=dialect.delimiter), [])
    except csv.Error:
        cells = []
    return cells if len(cells) == width and width > 1 else bare.split(dialect.delimiter)


def _swallowed(taken: list[str], width: int, dialect: Dialect) -> bool:
    """Whether a record over many lines looks like many records between two stray quotes."""
    inner = taken[1:-1]
    alike = sum(line.count(dialect.delimiter) == width - 1 for line in inner)
    return width > 2 and alike > 0.9 * len(inner)


def header_of(
    records: Iterator[list[str] | str], names: Sequence[str], where: str
) -> tuple[int, list[str], Iterator[list[str] | str]]:
    """(lines above the header, the header, the records behind it). Tools write a few lines about the export first."""
    if names:
        return 0, list(names), records
    head = list(itertools.islice(records, 30))
    rows = [cells if isinstance(cells, list) else [] for cells in head]
    if not rows:
        raise _no_rows(where)
    widths = [len(cells) for cells in rows if len(cells) > 1]
    usual = max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 1
    known = [_known(cells) for cells in rows]
    first = next((place for place, cells in enumerate(rows) if len(cells) >= usual), 0)
    filled = [sum(bool(str(cell).strip()) for cell in cells) for cells in rows]
    if filled[first] == 1 and max(filled) > 2:  # a title over a sheet, as wide as the sheet
        first = next(place for place, cells in enumerate(filled) if cells >= max(filled) - 1)
    best = max(range(len(rows)), key=lambda place: (known[place], -place))
    place = best if known[best] >= 2 and known[best] > known[first] and best > first else first
    if known[place] == 0 and not _is_numbering(rows[place]) and _is_data(rows[place]) and usual > 1:
        return 0, [f"column_{number}" for number in range(1, usual + 1)], itertools.chain(head, records)
    if _is_numbering(rows[place]):
        return (
            place,
            [f"column_{number}" for number in range(1, usual + 1)],
            itertools.chain(head[place + 1 :], records),
        )
    header = [str(name).strip().strip("\ufeff") for name in rows[place]]
    return place, _distinct(header), itertools.chain(head[place + 1 :], records)


def _known(cells: list[str]) -> int:
    return sum(normal(cell) in KNOWN for cell in map(str, cells[:_CELLS_LOOKED_AT]) if 0 < len(cell) < 60)


def _is_data(cells: list[str]) -> bool:
    """Whether a first row holds data instead of names of columns."""
    filled = [str(cell).strip() for cell in cells if str(cell).strip()]
    return bool(filled) and sum(_DATA.fullmatch(cell) is not None for cell in filled) * 2 >= len(filled)


def _is_numbering(cells: list[str]) -> bool:
    """Whether a header only counts the columns, as pandas does where it was given none: ",0,1,2"."""
    filled = [str(cell).strip() for cell in cells if str(cell).strip()]
    return len(filled) > 1 and filled == [str(number) for number in range(len(filled))]


def _distinct(header: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for place, name in enumerate(header, start=1):
        name = name or f"column_{place}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def rows_of(records: Iterator[list[str] | str], header: list[str]) -> Iterator[Any]:
    width = len(header)
    for cells in records:
        if len(cells) == width and not isinstance(cells, str):
            yield dict(zip(header, cells, strict=True))
        elif isinstance(cells, str):
            yield cells
        elif len(cells) < width:
            yield dict(itertools.zip_longest(header, cells))
        elif any(str(cell).strip() for cell in cells[width:]):
            yield "more cells than columns\n" + str(cells)
        else:
            yield dict(zip(header, cells, strict=False))
