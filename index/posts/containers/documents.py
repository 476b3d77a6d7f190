"""JSON as sections of items: lines, documents with lists in them, and documents too large to be held whole."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from index.errors import AnalystError
from index.posts.containers.streams import LONGEST_LINE, Content, OnBytes, undamaged

Bad = str  # why something is no item, and behind a line break its beginning
ASSIGNMENT = re.compile(r"\s*(?:window\.|var\s+|const\s+|let\s+)?([\w.$]+)\s*=\s*(?=[\[{])")
_DEEPEST = 5  # objects inside objects in which lists are looked for
_HELD = 1 << 25  # bytes of a document that is held whole
_CHUNK = 1 << 20
_SHOWN = 300
_BLANKS = " \t\r\n\ufeff"
_decoder = json.JSONDecoder(parse_int=lambda digits: _number(digits))


@dataclass
class Section:
    """Rows that belong together: one list of a document, all lines of a file, one sheet.

    ``path`` says where it stands, "chats.list"; ``head`` is what stands around it, as far as it is known; ``header``
    are the columns of a table, empty for JSON.
    """

    items: Iterator[Any]
    path: str = ""
    head: Mapping[str, Any] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    told: tuple[str, ...] = ()  # what was met on the way: the sign between columns, lines above the header
    european: bool = False


def loads(data: bytes, decoded: Callable[[bytes], str]) -> Any:
    """A JSON value. Raises ValueError, or RecursionError, if it is none. NaN, lone halves of emoji and numbers of any
    size are read, as Python writes them.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(decoded(data), parse_int=_number)


def _number(digits: str) -> int | float:
    """A number of any length; no count is as long as Python refuses to read."""
    return int(digits) if len(digits) < 300 else float("inf")


def lines_of(content: Content, on_bytes: OnBytes) -> Section:
    """JSON Lines; a line that is no object is a str that says so."""
    return Section(_lines(content, on_bytes))


def _lines(content: Content, on_bytes: OnBytes) -> Iterator[Any]:
    decoded = content.decoded
    cut = False  # inside a line that is longer than any post
    for line in content.lines(on_bytes):
        if cut or len(line) >= LONGEST_LINE:
            if not cut:
                yield "a line longer than any post\n" + decoded(line[:_SHOWN])
            cut = not line.endswith(b"\n")
            continue
        if line.isspace():
            continue
        try:
            item = orjson.loads(line)
        except orjson.JSONDecodeError:
            try:
                item = json.loads(decoded(line).lstrip("\x1e").rstrip().removesuffix(","), parse_int=_number)
            except (ValueError, RecursionError):
                yield "not JSON\n" + decoded(line[:_SHOWN])
                continue
        yield item if isinstance(item, dict) else "not an object\n" + decoded(line[:_SHOWN])


def is_lines(content: Content) -> bool:
    """Whether a file that begins with an object or list holds one on each line."""
    head = content.head.lstrip()
    if head[:1] != b"{":
        return False
    first, _, rest = head.partition(b"\n")
    if not rest.strip() and content.whole:
        return False
    if len(first) > len(head) - 2 and not content.whole:  # the first line goes on behind the sample: pages of an API
        lines = content.lines()
        first = next(lines, b"")
        if not next(lines, b"").lstrip().startswith(b"{"):
            return False
    try:
        loads(first, content.decoded)
    except (ValueError, RecursionError):
        return b"\n{" in rest and first.rstrip().endswith(b"}")
    return True


def document_of(content: Content, on_bytes: OnBytes, is_post: Callable[[Any], bool]) -> Iterator[Section]:
    """The sections of a JSON document, or of several behind each other. Raises AnalystError if it is no JSON at all."""
    with undamaged(content.source.name), content.open(on_bytes) as stream:
        start = stream.read(_HELD + 1)
        text = _text(content, start)
        name, text = _assigned(text)
        if len(start) <= _HELD:
            try:
                document = loads(text.encode("utf-8", "surrogatepass"), lambda data: text)
            except (ValueError, RecursionError):
                pass
            else:
                yield from _sections(document, name, is_post)
                return
        yield from _Walk(text, _more(content, stream), content.source.name).sections(name, is_post)


def _text(content: Content, data: bytes) -> str:
    if content.encoding != "utf-8":
        return data.decode(content.encoding, errors="replace").lstrip("\ufeff")
    return content.decoded(data.removeprefix(b"\xef\xbb\xbf"))


def _more(content: Content, stream: Any) -> Iterator[str]:
    """Further text behind the beginning, in pieces."""
    encoding = content.encoding if content.encoding != "utf-8" else "utf-8"
    reader = io.TextIOWrapper(stream, encoding.replace("utf-16", "utf-16-le"), errors="replace")
    while piece := reader.read(_CHUNK):
        yield piece


def _assigned(text: str) -> tuple[str, str]:
    """("tweets", the JSON) of "window.YTD.tweets.part0 = [ … ]"."""
    found = ASSIGNMENT.match(text[:300])
    if found is None:
        return "", text
    names = [
        part for part in found[1].split(".") if part not in ("YTD", "window") and not re.fullmatch(r"part\d+", part)
    ]
    return names[-1] if names else "", text[found.end() :].rstrip().rstrip(";")


def _sections(document: Any, name: str, is_post: Callable[[Any], bool]) -> Iterator[Section]:
    """Every list of objects in a document; the document itself where it is one post."""
    if isinstance(document, dict) and is_post(document):
        yield Section(iter([document]), name)
        return
    if isinstance(document, dict) and (columns := _by_column(document)):
        yield Section(iter(columns), name)
        return
    found = list(_lists(document, name, {}, 0))
    if not found and isinstance(document, dict) and document:
        inner = [value for value in document.values() if isinstance(value, dict)]
        if len(inner) == len(document) and is_post(inner[0]):  # posts under their ids
            yield Section(iter([{"id": key, **value} for key, value in document.items()]), name)
        else:
            yield Section(iter([document]), name)
    yield from found


def _by_column(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table that pandas wrote by its columns, {"text": {"0": …, "1": …}}, or apart from their names; none
    where it is no such table.
    """
    names, rows = document.get("columns"), document.get("data")
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return [dict(zip(map(str, names), row, strict=False)) for row in rows]
    columns = list(document.values())
    if len(columns) < 2 or not all(isinstance(column, dict) and column for column in columns):
        return []
    keys = list(columns[0])
    if not all(key.isdecimal() for key in keys) or any(list(column) != keys for column in columns):
        return []
    return [{name: column[key] for name, column in document.items()} for key in keys]


def _lists(value: Any, path: str, head: Mapping[str, Any], depth: int) -> Iterator[Section]:
    if isinstance(value, list):
        if value and all(isinstance(item, list) for item in value[:50]) and depth < _DEEPEST:
            if all(isinstance(cell, str | int | float | None) for row in value[:50] for cell in row):
                yield Section(({str(place): cell for place, cell in enumerate(row)} for row in value), path, head)
                return
            for item in value:
                yield from _lists(item, path, head, depth + 1)
        elif any(isinstance(item, dict) for item in value[:50]) or (value and depth == 0):
            yield Section(_items(value), path, head)
    elif isinstance(value, dict) and depth < _DEEPEST:
        around = {**head, **value} if head else value
        for key, inner in value.items():
            if isinstance(inner, (list, dict)):
                yield from _lists(inner, f"{path}.{key}" if path else str(key), around, depth + 1)


def _items(values: list[Any]) -> Iterator[Any]:
    for item in values:
        yield item if isinstance(item, dict) else f"not an object\n{str(item)[:_SHOWN]}"


class _Walk:
    """Reads a document from its beginning and gives the items of its lists one by one, so that it is never whole in
    memory. What breaks off gives its items up to there and then says so.
    """

    def __init__(self, text: str, more: Iterator[str], name: str) -> None:
        self._text, self._more, self._name = text, more, name
        self._place = 0
        self._met = False

    def sections(self, path: str, is_post: Callable[[Any], bool]) -> Iterator[Section]:
        while start := self._peek():
            if start == "{" and self._at_post(is_post):
                items = self._items("")
                yield Section(items, path)
                for _ in items:  # what nobody wanted stands before what follows
                    pass
            elif start in ("[", "{"):
                yield from self._value(path, {}, 0)
            elif self._met:
                yield Section(iter([f"not JSON from here on\n{self._text[self._place : self._place + _SHOWN]}"]), path)
                return
            else:
                raise AnalystError("The file is not JSON", where=self._name, todo="Export it again.")

    def _value(self, path: str, head: dict[str, Any], depth: int) -> Iterator[Section]:
        if self._peek() == "[":
            items = self._list()
            yield Section(items, path, head)
            for _ in items:  # what nobody wanted stands before what follows
                pass
        else:
            yield from self._object(path, dict(head), depth)

    def _object(self, path: str, head: dict[str, Any], depth: int) -> Iterator[Section]:
        self._place += 1
        while (sign := self._peek()) not in ("}", ""):
            if sign == ",":
                self._place += 1
                continue
            key = self._decode()
            if not isinstance(key, str) or self._peek() != ":":
                raise self._broken()
            self._place += 1
            inner = f"{path}.{key}" if path else key
            if (self._peek() == "[" and self._after_bracket() == "{") or (self._peek() == "{" and depth < 2):
                yield from self._value(inner, head, depth + 1)
            else:
                head[key] = self._decode()
        self._place += 1

    def _after_bracket(self) -> str:
        """The first sign inside the list that begins here; the place stays."""
        ahead = self._place + 1
        while True:
            while ahead < len(self._text) and self._text[ahead] in _BLANKS:
                ahead += 1
            if ahead < len(self._text):
                return self._text[ahead]
            ahead -= self._place
            if not self._refill(0):
                return ""

    def _at_post(self, is_post: Callable[[Any], bool]) -> bool:
        """Whether a post begins here, so that others may follow behind it, as ``jq`` writes them over several lines."""
        try:
            return bool(is_post(_decoder.raw_decode(self._text, self._place)[0]))
        except (ValueError, RecursionError):
            return False

    def _list(self) -> Iterator[Any]:
        self._place += 1
        return self._items("]")

    def _items(self, closing: str) -> Iterator[Any]:
        """Up to the sign ``closing``, or to the end of the file where it is empty."""
        while (sign := self._peek()) not in (closing, ""):
            if sign == ",":
                self._place += 1
                continue
            try:
                item = self._decode()
            except AnalystError:
                if not self._met:
                    raise
                yield f"the file breaks off or is not JSON from here on\n{self._text[self._place :][:_SHOWN]}"
                self._text, self._place, self._more = "", 0, iter(())
                return
            self._met = True
            yield item if isinstance(item, dict) else f"not an object\n{str(item)[:_SHOWN]}"
        if sign == closing:
            self._place += len(closing)
        elif not self._met:
            raise self._broken()
        else:
            yield "the file breaks off here\n"

    def _peek(self) -> str:
        """The next sign that is no blank, "" at the end."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _BLANKS:
                self._place += 1
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._refill(0):
                return ""

    def _refill(self, wanted: int) -> bool:
        pieces, size = [self._text[self._place :]], 0
        while size <= wanted and (piece := next(self._more, "")):
            pieces.append(piece)
            size += len(piece)
        self._text, self._place = "".join(pieces), 0
        return size > 0

    def _decode(self) -> Any:
        """The value that begins here."""
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._place)
                if end < len(self._text) or not self._refill(0):
                    self._place = end
                    return value
                # A number at the end of what is read may go on: decode again with more.
            except RecursionError as error:
                raise self._broken() from error
            except ValueError as error:
                held = len(self._text) - self._place
                if held > LONGEST_LINE or not self._refill(held):
                    raise self._broken() from error

    def _broken(self) -> AnalystError:
        return AnalystError("The file is not JSON, or breaks off", where=self._name, todo="Export it again.")
