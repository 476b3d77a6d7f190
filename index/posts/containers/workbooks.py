"""Workbooks of Excel as rows: whatever a small file unpacks to, no more is held than a workbook of posts needs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from index.errors import AnalystError
from index.posts.containers.documents import Section
from index.posts.containers.streams import LONGEST_LINE, Content
from index.posts.containers.tables import header_of, rows_of

MOST_ROWS = 1 << 20  # that a sheet of Excel has
_LEAST_SIZE, _RATIO = 1 << 27, 100  # bytes that any workbook may unpack to, and how many for each of its own
_MOST_CELLS = 1 << 27  # of a sheet, empty ones between others among them
# What is held of a part while it is read, in twelfths of a byte or so: an element, what its attributes take, and what
# stays of a row or a shared string that was read.
_ELEMENT, _ATTRIBUTES, _ATTRIBUTE, _READ = 8, 16, 4, 1
_MOST_HELD = 1 << 23
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_GIVEN_UP = frozenset({f"{_MAIN} row", f"{_MAIN} si"})  # elements that openpyxl lets go of when they end


class _TooLarge(Exception):
    """A workbook that would take more memory or time than one of posts does."""


def workbook_of(content: Content) -> Iterator[Section]:
    """The sheets of an Excel workbook. Raises AnalystError if it cannot be read."""
    import warnings

    from openpyxl.reader.excel import ExcelReader

    name = content.source.name
    broken = AnalystError("The workbook cannot be read", where=name, todo="Save it again, or save the sheet as CSV.")
    large = AnalystError("The workbook unpacks to far more than posts do", where=name, todo="Save it as CSV.")
    source = content.kept
    try:
        with source.open() as file, zipfile.ZipFile(file) as archive:
            if sum(info.file_size for info in archive.infolist()) > max(_LEAST_SIZE, _RATIO * content.source.size):
                raise _TooLarge
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = ExcelReader(source.open(), read_only=True, data_only=True, keep_links=False)
            reader.archive = _Parts(source.open())
            reader.read()
    except _TooLarge as error:
        raise large from error
    except Exception as error:  # a damaged workbook fails in as many ways as it has parts
        raise broken from error
    sheets = reader.wb.worksheets
    for sheet in sheets:
        try:
            records = _told(_sheet(sheet), large, broken)
            above, header, rows = header_of(records, (), name)
        except AnalystError as error:
            if error in (large, broken):
                raise
            continue  # an empty sheet
        told = (f"sheet {sheet.title}", *([f"{above} lines above the header"] if above else []))
        yield Section(rows_of(rows, header), sheet.title if len(sheets) > 1 else "", header=tuple(header), told=told)


def _told(rows: Iterator[list[Any]], large: AnalystError, broken: AnalystError) -> Iterator[list[Any]]:
    """The rows; what ends them early is told."""
    try:
        yield from rows
    except _TooLarge as error:
        raise large from error
    except Exception as error:
        raise broken from error


def _sheet(sheet: Any) -> Iterator[list[Any]]:
    cells_seen = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True)):
        cells_seen += len(cells)
        if number >= MOST_ROWS or cells_seen > _MOST_CELLS:
            raise _TooLarge
        if any(cell is not None for cell in cells):
            yield [cell if cell is not None else "" for cell in cells]


class _Parts(zipfile.ZipFile):
    """The parts of a workbook, each of which is watched while it is read."""

    def open(self, *args: Any, **more: Any) -> Any:
        return io.BufferedReader(_Watched(super().open(*args, **more)), buffer_size=1 << 16)


class _Watched(io.RawIOBase):
    """A part of a workbook, parsed beside openpyxl: raises _TooLarge before what openpyxl holds of it fills the memory.

    A row is given up when it ends, but one row may be the whole of a part; parts that are read at once are held whole.
    """

    def __init__(self, part: IO[bytes]) -> None:
        self._part, self._fed = part, 0
        self._held, self._before = 0, [0]
        self._given_up = _GIVEN_UP
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse  # nothing in a workbook has one, but bombs of entities

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._part.read(len(buffer))
        buffer[: len(data)] = data
        self._fed += len(data)
        self._parser.Parse(data)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_LINE:  # a tag without end
            raise _TooLarge
        return len(data)

    def readall(self) -> bytes:
        self._given_up = frozenset()
        return super().readall()

    def close(self) -> None:
        self._part.close()
        super().close()

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name in self._given_up:
            self._before.append(self._held)
        self._held += _ELEMENT + (_ATTRIBUTES + _ATTRIBUTE * len(attributes) if attributes else 0)
        if self._held > _MOST_HELD:
            raise _TooLarge

    def _end(self, name: str) -> None:
        if name in self._given_up:
            self._held = self._before.pop() + _READ

    def _refuse(self, *_: Any) -> None:
        raise _TooLarge
