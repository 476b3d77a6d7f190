"""Lines made of cells: what a result says, told once for everybody who shows it.

A cell is either words or a value. A value knows its format and the path of the field that it stands for, so the text
that a model reads, HTML, Markdown, CSV and the sources of an answer are renderings of the same cells: no code reads
figures back out of prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

Role = Literal["lead", "person", "post", "figure", "note", "warning"]
"""``lead``: the sentence that answers the call. ``person``, ``post``, ``figure``: one item of what was found. ``note``:
how it was found. ``warning``: what limits it, which every rendering must show.
"""
Format = Literal["words", "gap", "percent", "signed", "number", "count", "date", "handle", "name", "quotation"]
"""How a value is written. ``gap`` parts the items of a long line, so that HTML can make a list of them."""
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def unbroken(text: str) -> str:
    """``text`` on one line, without doubled blanks and characters that steer a terminal or turn the writing round."""
    return _BREAKS.sub(" ", text)


def one_line(text: str) -> str:
    """``unbroken`` without blanks at the ends."""
    return unbroken(text).strip()


@dataclass(frozen=True)
class Cell:
    """A piece of a line.

    ``text`` is what is read. ``value`` is what it stands for and ``path`` the field of ``ToolResult.to_dict()`` that
    holds it, its parts joined by full stops; both are empty for mere words. ``unit`` names what a count counts.
    """

    text: str
    format: Format = "words"
    value: Any = None
    path: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        # A name with a line break in it must not split a line: the answer grammar copies whole lines.
        object.__setattr__(self, "text", unbroken(self.text))


@dataclass(frozen=True)
class Line:
    """One line of a result: its ``role`` and its ``cells``. ``place`` numbers the items of a list that has an order."""

    role: Role
    cells: tuple[Cell, ...]
    place: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(self.cells))  # MessagePack, in which talks are kept, has lists only

    @property
    def text(self) -> str:
        """The line as plain text, its number in front."""
        number = f"{self.place}. " if self.place is not None else ""
        return number + "".join(cell.text for cell in self.cells).strip()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Listing:
    """What a result lists, in its order, so that "the second one" is somebody: the ``kind`` and the ``names``."""

    kind: Literal["people", "posts", "names", "phrases", "segments", "themes", "communities", "times"]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))


GAP = Cell("; ", "gap")
Part = str | Cell | Iterable[Any]
"""What a line is put together from: words, a cell, or any sequence of parts."""


def line(role: Role, *parts: Part, place: int | None = None) -> Line:
    """A line of words, cells and sequences of them; words side by side become one cell."""
    cells: list[Cell] = []
    for cell in _flat(parts):
        if cells and cell.format == "words" == cells[-1].format and not cell.path and not cells[-1].path:
            cells[-1] = Cell(cells[-1].text + cell.text)
        elif cell.text:
            cells.append(cell)
    return Line(role, tuple(cells), place)


def lead(*parts: Part) -> Line:
    """The sentence that answers the call."""
    return line("lead", *parts)


def figure(*parts: Part, place: int | None = None) -> Line:
    """Figures of one thing."""
    return line("figure", *parts, place=place)


def note(*parts: Part) -> Line:
    """How something was found, or what belongs to all of it."""
    return line("note", *parts)


def warning(*parts: Part) -> Line:
    """What limits a result."""
    return line("warning", *parts)


def under(said: Line, field: str) -> Line:
    """A line of one result as it stands in another, which holds that result in its ``field``."""
    held = (replace(cell, path=f"{field}.{cell.path}") if cell.path else cell for cell in said.cells)
    return replace(said, cells=tuple(held))


def joined(items: Iterable[Part], between: Part = ", ", last: Part | None = None) -> list[Part]:
    """``items`` with ``between`` between them, before the last one ``last``."""
    found: list[Part] = []
    items = list(items)
    for number, item in enumerate(items):
        if number:
            found.append(last if last is not None and number == len(items) - 1 else between)
        found.append(item)
    return found


def listed(items: Iterable[Part]) -> list[Part]:
    """``a, b and c``."""
    return joined(items, ", ", " and ")


def escaped(key: str) -> str:
    """A key as a part of a path: full stops of its own are marked."""
    return key.replace("\\", "\\\\").replace(".", "\\.")


def _flat(parts: Iterable[Part]) -> Iterable[Cell]:
    for part in parts:
        if isinstance(part, str):
            yield Cell(part)
        elif isinstance(part, Cell):
            yield part
        else:
            yield from _flat(part)
