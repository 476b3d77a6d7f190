"""What the tools of a conversation said, as values that an answer may repeat: taken from the cells of their lines, and
from the posts that they showed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agent.grounding.claims import Kind, claims, name_key, wording
from tools.result.evidence import Evidence
from tools.result.line import Cell, Line, Listing

ISO_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
SINGULAR = {"people": "person", "replies": "reply", "communities": "community"}
LISTED = {"people": "person", "posts": "post", "names": "name", "phrases": "phrase", "segments": "group"}
NAMED = ("handle", "name")
COUNTED = re.compile(r"\s*(?:of (?:the|these|those|all)\s+)?([a-z]{3,})\b", re.IGNORECASE)
ENGAGEMENT = re.compile(
    r"\s*(?:likes,? (?:and )?(?:replies|shares|comments)\b|engagements?\b|interactions?\b|in all\b)", re.I
)
TONE = re.compile(
    r"\s*(?:of (?:them|these|those|the posts) )?(?:(?:are|is|were|was) )?(positive|neutral|negative)\b", re.I
)
WAY = re.compile(r"\b(from|to)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Value:
    """Something that a tool said: a figure, date, handle or quotation.

    ``keys`` are its forms as ``claims`` writes them; ``number`` is exact where the cell knows more than it shows.
    ``subjects`` are the keys of what it is told of: the nearest name in its line, of a post its author and community;
    none if it is told of everything. ``label`` is the word beside it that tells it from its like ("positive", "from").
    """

    kind: Kind
    keys: tuple[str, ...]
    cell: Cell
    number: float | None = None
    percent: bool = False
    step: float = 1.0
    unit: str = ""
    subjects: frozenset[str] = frozenset()
    label: str = ""


@dataclass(frozen=True)
class Told:
    """One call with what came of it: ``number`` in the conversation, ``lines`` as they were shown.

    ``known`` is False for a tool that does not exist, whose answer is no source.
    """

    number: int
    tool: str
    lines: Sequence[Line] = ()
    evidence: Sequence[Evidence] = ()
    listing: Listing | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True

    @cached_property
    def by_text(self) -> dict[str, Line]:
        """Lines by their text, as quotations are compared: these may be copied whole."""
        return {wording(line.text): line for line in self.lines}

    @cached_property
    def values(self) -> list[Value]:
        """Every value that the lines hold, and sizes of what is listed."""
        found = [value for line in self.lines for value in _values(line)]
        found += [_date(Cell(each, "date", each, f"args.{key}")) for key, each in self.args.items() if _is_date(each)]
        if self.listing is not None:
            size, unit = len(self.listing.names), LISTED.get(self.listing.kind, "")
            cell = Cell(str(size), "count", size, "listing.names", unit)
            found.append(Value("figure", (str(size),), cell, float(size), unit=unit))
        return found

    @cached_property
    def subjects(self) -> dict[str, str]:
        """Names and handles that the lines hold, by their key, as they are written."""
        cells = [cell for line in self.lines for cell in line.cells if _is_subject(cell)]
        cells += [line.cells[0] for line in self.lines if line.role == "figure" and line.cells[0].format == "date"]
        return {subject_key(cell): cell.text for cell in cells if subject_key(cell)}

    @cached_property
    def names(self) -> frozenset[str]:
        """Handles without their sign, wherever a tool told them."""
        return frozenset(key.lstrip("@") for value in self.values if value.kind == "handle" for key in value.keys)

    @cached_property
    def quotable(self) -> list[tuple[Cell, str]]:
        """Texts that may stand in quotation marks, as quotations are compared: posts, and names that a tool told."""
        cells = [cell for line in self.lines for cell in line.cells if cell.format in ("quotation", "name")]
        shown = [Cell(post.text, "quotation", post.text, f"evidence.{n}.text") for n, post in enumerate(self.evidence)]
        texts = {cell.path or cell.text: cell for cell in [*shown, *cells]}
        return [(cell, wording(str(cell.value))) for cell in texts.values()]


def subject_key(cell: Cell) -> str:
    """How a name is compared, whatever its case and signs."""
    return name_key(str(cell.value)).lstrip("@")


def _is_subject(cell: Cell) -> bool:
    return cell.format in NAMED and cell.unit != "topic"


def _values(line: Line) -> Iterator[Value]:
    """The values of a line, each with the name that it is told of: the last one before it, or else the first."""
    named = [subject_key(cell) for cell in line.cells if _is_subject(cell)]
    if line.role == "figure" and line.cells[0].format == "date":  # a group of a time
        named = [subject_key(line.cells[0])]
    whole, at = frozenset(named if line.role == "post" else named[:1]), 0
    text = "".join(cell.text for cell in line.cells)
    for cell in line.cells:
        start, at = at, at + len(cell.text)
        if _is_subject(cell) and line.role != "post":
            whole = frozenset([subject_key(cell)])
        if cell.format == "handle":
            yield Value("handle", _local_too(name_key(str(cell.value))), cell)
        elif cell.format == "date":
            yield _date(cell, whole)
        elif cell.format in ("percent", "signed", "number", "count"):
            unit = cell.unit or counted(text, at)
            yield from _figures(cell, unit, whole, label_of(text, start, at))
        elif cell.format in ("words", "name"):
            yield from _in_words(cell, whole)


def _figures(cell: Cell, unit: str, subjects: frozenset[str], label: str) -> Iterator[Value]:
    """A figure as it is shown, and exactly."""
    share = cell.format == "percent"
    exact = float(cell.value) * (100 if share else 1)
    for claim in claims(cell.text)[0]:
        if claim.kind == "figure":
            yield Value("figure", claim.keys, cell, exact, share, claim.step, unit, subjects, label)


def _in_words(cell: Cell, subjects: frozenset[str]) -> Iterator[Value]:
    """Figures, dates and handles inside words that a tool wrote; of names the dates alone ("20:00 UTC")."""
    for claim in claims(cell.text)[0]:
        if claim.kind == "quote" or (cell.format == "name" and claim.kind != "date"):
            continue
        keys = tuple(form for key in claim.keys for form in _forms(claim.kind, key))
        unit, label = counted(cell.text, claim.end), label_of(cell.text, claim.start, claim.end)
        yield Value(claim.kind, keys, cell, claim.number, claim.percent, claim.step, unit, subjects, label)


def label_of(text: str, start: int, end: int) -> str:
    """The word beside a figure that tells it from its like: its tone behind it, "from" or "to" before it."""
    if tone := TONE.match(text[end:]):
        return tone[1].lower()
    way = WAY.search(text[:start])
    return way[1].lower() if way else ""


def _local_too(key: str) -> tuple[str, ...]:
    """``@bob@mast.social`` may be called ``@bob``."""
    return tuple(dict.fromkeys((key, "@" + key[1:].partition("@")[0])))


def _date(cell: Cell, subjects: frozenset[str] = frozenset()) -> Value:
    return Value("date", tuple(_forms("date", str(cell.value)[:10])), cell, subjects=subjects)


def _forms(kind: Kind, key: str) -> Iterator[str]:
    """A date may be said again as its year, its month, or its day without the year; a handle without its instance."""
    yield key
    if kind == "handle":
        yield from _local_too(key)[1:]
    parts = key.split("-")
    if kind == "date" and len(parts[0]) == 4:
        yield parts[0]
        if len(parts) == 3:
            yield from (f"{parts[0]}-{parts[1]}", f"{parts[1]}-{parts[2]}")


def counted(text: str, end: int) -> str:
    """What a figure that ends at ``end`` counts: the word behind it, in the singular; empty if none stands there."""
    if ENGAGEMENT.match(text[end:]):
        return "engagement"
    if match := COUNTED.match(text[end:]):
        word = match[1].lower()
        return SINGULAR.get(word, word[:-1] if word.endswith("s") and not word.endswith("ss") else word)
    return ""


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and ISO_DATE.fullmatch(value) is not None
