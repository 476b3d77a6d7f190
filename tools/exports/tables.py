"""Any result as tables: one row an item, plain values in columns, read off the typed fields of the result.

The first table is what the result lists: people, posts, names, groups, brands, periods. A result that lists nothing, a
count or a profile, is one row of its figures; one that has words alone is its lines.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from tools.find_audience import FindAudience
from tools.library import Library
from tools.result.evidence import Evidence
from tools.result.result import ToolResult
from tools.selection.posts import evidence_posts

Value = str | int | float | bool | None
Row = dict[str, Value]
FIGURES, LINES, POSTS = "figures", "lines", "posts"
# The field that holds what a result lists; of those that are not here, and where the field is empty because nothing was
# to be grouped, the figures are all.
MAIN = {
    "find_audience": "people", "find_lookalikes": "people", "search_posts": POSTS, "summarize_themes": "themes",
    "analyze_sentiment": "groups", "extract_entities": "entities", "extract_keywords": "keywords",
    "compare_brands": "brands", "compare_periods": "periods", "measure_engagement": "groups", "rank": "groups",
    "list_segments": "segments", "write_brief": "audience people", "explain_method": LINES, "cannot_tell": LINES,
    "show_audience": "people", "compare_audiences": "audiences",
}  # fmt: skip
# Arguments, which every export states anyway, and what draws pictures.
LEFT_OUT = frozenset({*(item.name for item in fields(ToolResult)), "query", "filters", "asked", "lift_curve"})
POST_IDS = frozenset({"evidence", "opposing", "quotes", "typical_posts"})  # lists of ids, told as the posts' words
RENAMED = {"user": "handle"}
TOGETHER = {"Side": "periods", "Shift": "changes"}  # tables of fields that are records of one type
AUDIENCE = ("handle", "probability", "low", "high", "reasons", "against", "evidence", "quotes", "campaign", "interests")
DECIMALS = 4


@dataclass(frozen=True)
class Table:
    """Rows of plain values: text, numbers, yes or no, None for what is not known.

    ``wordy`` are the columns that hold several things or whole sentences, which a narrow rendering may leave out.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    wordy: frozenset[str] = frozenset()


def tables_of(library: Library, result: ToolResult) -> list[Table]:
    """All that a result holds: first what it lists, then its figures, its other lists, and the posts that prove it."""
    reader = _Reader(library, result)
    found = {table.name: table for table in reader.tables()}
    main = found.get(MAIN.get(result.tool, FIGURES)) or found[FIGURES]
    if not main.rows and main.name in _mappings(type(result)):
        main = found[FIGURES]  # nothing was to be grouped
    if not main.columns:
        main = found[LINES]
    others = [table for table in found.values() if table is not main and table.rows and table.columns]
    return [main, *(table for table in others if table.name != LINES)]


def main_table(library: Library, result: ToolResult) -> Table:
    """What a result lists, or its figures where it lists nothing."""
    return tables_of(library, result)[0]


class _Reader:
    """Reads the tables of one result, ids of posts as what these say."""

    def __init__(self, library: Library, result: ToolResult) -> None:
        self.library, self.result = library, result
        self._texts = {post.id: post.text for post in result.evidence}
        missing = sorted(set(_ids(result.to_dict())) - set(self._texts))
        if missing:
            self._texts |= {post.id: post.text for post in evidence_posts(library, missing)}

    def tables(self) -> Iterator[Table]:
        """Every table, some of them without rows."""
        result, alike = self.result, _alike(type(self.result))
        yield self._figures(alike)
        for name, hint in _hints(type(result)).items():
            value = getattr(result, name)
            if isinstance(value, ToolResult):
                table = main_table(self.library, value)
                yield replace(table, name=f"{name} {table.name}")
            elif isinstance(result, FindAudience) and name == "people":
                yield self._audience(result)
            elif (kind := _element(hint)) is not None:
                yield from self._records(name, kind, value)
            elif get_origin(hint) is dict:
                yield from _mapping(name, value)
        for kind, names in alike.items():
            rows = [{"of": name, **self._flat(kind, getattr(result, name))} for name in names]
            yield _table(
                TOGETHER.get(kind.__name__, f"{kind.__name__.casefold()}s"), ("of", *self._flat(kind, None)), rows
            )
        yield next(self._records(POSTS, Evidence, result.evidence))
        yield _table(LINES, ("line",), [{"line": line.text} for line in [result.headline, *result.lines]], {"line"})

    def _figures(self, alike: Mapping[type, list[str]]) -> Table:
        """Everything of the result that is told once, as one row."""
        row, wordy = Row(), set[str]()
        apart = {name for names in alike.values() for name in names}
        for name, hint in _hints(type(self.result)).items():
            value, kind = getattr(self.result, name), _record(hint)
            if name in apart or isinstance(value, ToolResult) or (kind and issubclass(kind, ToolResult)):
                continue
            if kind is not None:
                row |= self._flat(kind, value, f"{name}_")
            elif not _element(hint) and not (get_origin(hint) is dict and _is_deep(value)):
                row[RENAMED.get(name, name)] = self._value(name, value)
                wordy |= {name} if get_origin(hint) in (dict, list, tuple) else set()
        return _table(FIGURES, tuple(row), [row], wordy)

    def _records(self, name: str, kind: type, value: Any) -> Iterator[Table]:
        """A list of records, or records by their names; then what each of them holds of lists of its own."""
        named = isinstance(value, Mapping)
        items = list(value.items()) if named else list(enumerate(value, 1))
        first = "name" if named else "rank"
        rows = [{first: key, **self._flat(kind, record)} for key, record in items]
        yield _table(name, (first, *self._flat(kind, None)), rows, _wordy(kind))
        for inner, hint in _hints(kind).items():
            if (part := _element(hint)) is None:
                continue
            owner = next(iter(_hints(kind)))
            found = [
                {owner: self._value(owner, getattr(record, owner)), **row}
                for _, record in items
                for row in self._rows(part, getattr(record, inner))
            ]
            if found:
                yield _table(f"{name} {inner}", tuple(found[0]), found, _wordy(part))

    def _rows(self, kind: type, value: Any) -> Iterator[Row]:
        """Records within a record; the name of one is called ``of``, for their owner has a name, too."""
        items = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
        for key, record in items:
            yield {**({"of": key} if key is not None else {}), **self._flat(kind, record)}

    def _audience(self, result: FindAudience) -> Table:
        """People as they were always exported, with the words of the posts whose ids stand in ``evidence``."""
        about = {"campaign": result.query.campaign, "interests": "; ".join(result.query.interests)}
        rows: list[Row] = [
            {
                "handle": person.user,
                "probability": person.probability,
                "low": person.low,
                "high": person.high,
                "reasons": "; ".join(person.reasons),
                "against": "; ".join(person.against),
                "evidence": " ".join(person.evidence),
                "quotes": self._value("evidence", person.evidence),
                **about,
            }
            for person in result.people
        ]
        return _table("people", AUDIENCE, rows, {"reasons", "against", "evidence", "quotes", "interests"})

    def _flat(self, kind: type, record: Any, before: str = "") -> Row:
        """A record as columns, records within it side by side; None gives the columns alone."""
        row = Row()
        for name, hint in _hints(kind).items():
            value = getattr(record, name) if record is not None else None
            inner = _record(hint)
            if inner is not None:
                row |= self._flat(inner, value, f"{before}{name}_")
            else:
                row[before + RENAMED.get(name, name)] = self._value(name, value)
        return row

    def _value(self, name: str, value: Any) -> Value:
        """A field as a plain value; several things as text, with semicolons between them."""
        if name in POST_IDS and isinstance(value, (list, tuple)):
            return " ".join(f"“{text}”" for each in value if (text := self._texts.get(each)))
        if isinstance(value, Mapping):
            return "; ".join(f"{key} {self._value('', each)}" for key, each in value.items())
        if isinstance(value, (list, tuple)):
            return "; ".join(str(self._value("", each)) for each in value)
        if is_dataclass(value) and not isinstance(value, type):
            return self._value("", getattr(value, fields(value)[0].name))
        if isinstance(value, float):
            return float(round(value, DECIMALS)) if math.isfinite(value) else None
        return value if value is None or isinstance(value, (str, int)) else str(value)


def _table(name: str, columns: tuple[str, ...], rows: list[Row], wordy: Any = ()) -> Table:
    return Table(name, columns, [tuple(row.get(each) for each in columns) for row in rows], frozenset(wordy))


def _mapping(name: str, value: Mapping[Any, Any]) -> Iterator[Table]:
    """Figures by their names, and those of several kinds by the name of the kind."""
    if _is_deep(value):
        rows = [{"of": of, "name": key, "value": each} for of, inner in value.items() for key, each in inner.items()]
        yield _table(name, ("of", "name", "value"), _rounded(rows))
    elif value:
        yield _table(name, ("name", "value"), _rounded([{"name": key, "value": each} for key, each in value.items()]))


def _rounded(rows: list[Row]) -> list[Row]:
    return [
        {key: round(each, DECIMALS) if isinstance(each, float) else each for key, each in row.items()} for row in rows
    ]


def _is_deep(value: Any) -> bool:
    return bool(value) and isinstance(value, Mapping) and all(isinstance(each, Mapping) for each in value.values())


def _ids(plain: Any, name: str = "") -> Iterator[str]:
    """The ids of posts in the plain data of a result."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield from _ids(value, key)
    elif isinstance(plain, list):
        if name in POST_IDS and all(isinstance(each, str) for each in plain):
            yield from plain
        elif plain and isinstance(plain[0], dict):
            for each in plain:
                yield from _ids(each)


def _hints(kind: type) -> dict[str, Any]:
    """The fields of a record or a result and their types, without those that are left out."""
    return _hints_of(kind)


@cache
def _hints_of(kind: type) -> dict[str, Any]:
    found, results = get_type_hints(kind), issubclass(kind, ToolResult)
    return {item.name: found[item.name] for item in fields(kind) if not (results and item.name in LEFT_OUT)}  # type: ignore[arg-type]


def _record(hint: Any) -> type | None:
    """The type of a field that holds one record, or none; None for all other fields."""
    kinds = [each for each in (hint, *get_args(hint)) if isinstance(each, type) and is_dataclass(each)]
    return kinds[0] if kinds and get_origin(hint) not in (list, dict, tuple) else None


def _element(hint: Any) -> type | None:
    """The type of the records in a list or mapping; None for all other fields."""
    if get_origin(hint) not in (list, dict):
        return None
    kind = get_args(hint)[-1]
    return kind if isinstance(kind, type) and is_dataclass(kind) else None


def _alike(kind: type) -> dict[type, list[str]]:
    """Fields of one type of record, which make a table together: the two sides of a comparison."""
    found: dict[type, list[str]] = {}
    for name, hint in _hints(kind).items():
        if (record := _record(hint)) is not None and not issubclass(record, ToolResult):
            found.setdefault(record, []).append(name)
    return {record: names for record, names in found.items() if len(names) > 1}


def _mappings(kind: type) -> set[str]:
    return {name for name, hint in _hints(kind).items() if get_origin(hint) is dict}


def _wordy(kind: type) -> set[str]:
    several = {name for name, hint in _hints(kind).items() if get_origin(hint) in (list, dict, tuple)}
    return several | ({"text"} if kind is Evidence else set())
