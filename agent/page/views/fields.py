"""Any result by its fields: single figures, then a table, chips or cards for each list or mapping of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from markupsafe import Markup

from agent.page.views.figures.tones import Tones, tones_of
from agent.page.views.html import TONES, part, render
from agent.page.views.shown import SAID
from tools.result.result import ToolResult
from tools.result.words import percent

# Numbers by these names are shares and read best as percent.
SHARES = frozenset(
    {
        *TONES,
        "probability",
        "voice",
        "earlier",
        "later",
        "nowhere",
        "others",
        "top_share",
        "below_zero",
        "known",
        "languages",
        "confidence",
        "drawn_in",
    }
)
LABELS = {
    "nowhere": "In no theme",
    "others": "In smaller themes",
    "found": "Themes found",
    "total": "Posts in all",
    "voice": "Share of voice",
    "likes_mean": "Likes a post, on average",
    "likes_median": "Likes: half get at most",
    "replies_mean": "Replies a post, on average",
    "replies_median": "Replies: half get at most",
    "entities": "Names that come up",
    "keywords": "Words that set these posts apart",
    "type": "Kind",
    "typical_people": "Typical people",
    "phrases": "Talks more about",
    "top_communities": "Largest communities",
    "top_brands": "Companies and products named most",
    "segments": "Groups",
    "known": "Posts with figures for",
    "earlier": "Share of voice, earlier half",
    "later": "Share of voice, later half",
    "value": "Counted",
    "whole": "Out of",
}
# What a mapping of numbers counts.
COUNTED = {
    "top_communities": ("Community", "Posts"),
    "communities": ("Community", "Posts"),
    "known": ("Kind", "Share of posts"),
    "languages": ("Language", "Share of posts"),
    "hours": ("Hour, UTC", "Posts"),
    "weekdays": ("Day", "Posts"),
}
PEOPLE = frozenset({"user", "handle", "typical_people"})
# Said elsewhere, or meant for programs.
LEFT_OUT = frozenset(
    {
        *SAID,
        "query",
        "shares",
        "typical_posts",
        "quotes",
        "top_engagement",
        "criterion",
        # Figures for programs: what they say stands beside them in counts and words.
        "mean",
        "margin",
        "tone_margin",
        "tone",
        "jaccard",
        "trend",
        "score",
        "weight",
        "lift",
        "low",
        "high",
        "z",
        "p",
        "stability",
        "silhouette",
        "trials",
        "groups_found",
        "tied",
        "considered",
        "at_least",
        "sources",
        "supporting",
        "opposing",
    }
)
WIDEST = 7  # columns; more of them stand as rows, or as a card for each record
SHOWN_ROWS = 200
SHOWN_CHIPS = 8  # of a list inside a table


@dataclass(frozen=True)
class Table:
    """Cells are text or markup of other templates; the first of each row names it."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Card:
    """A record that is too wide for a row."""

    name: str
    facts: list[tuple[str, str]]
    tones: Tones | None
    lists: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Block:
    """A part of the view: a heading, and one of the others."""

    heading: str = ""
    facts: Sequence[tuple[str, str]] = ()
    tones: Tones | None = None
    table: Table | None = None
    chips: Sequence[str] = ()
    cards: Sequence[Card] = ()


def fields_html(result: ToolResult, *, leave_out: Collection[str] = ()) -> Markup:
    """The view of any result."""
    return render("fields.html.j2", blocks=blocks_of(result, leave_out))


def blocks_of(result: ToolResult, leave_out: Collection[str] = ()) -> list[Block]:
    """The fields of a result as parts of its view: single figures, tones, then all that holds several things."""
    singles, blocks = list[tuple[str, str]](), list[Block]()
    for item in fields(result):
        value = getattr(result, item.name)
        if item.name in LEFT_OUT or item.name in leave_out or _is_empty(value):
            continue
        if _is_single(value):
            singles.append((label(item.name), _plain(item.name, value)))
        else:
            blocks += _blocks(item.name, value)
    tones = tones_of(getattr(result, "shares", None) or result)
    return [block for block in (Block(facts=singles), Block(tones=tones)) if block.facts or block.tones] + blocks


def _is_empty(value: Any) -> bool:
    return value is None or isinstance(value, bool) or value in ("", [], {}, ())


def _blocks(name: str, value: Any) -> list[Block]:
    """A field that holds several things."""
    if is_dataclass(value):
        pairs = [(label(f.name), _plain(f.name, v)) for f in fields(value) if _is_single(v := getattr(value, f.name))]
        return [Block(label(name), facts=pairs, tones=tones_of(value))]
    if isinstance(value, Mapping):
        return _mapping(name, value)
    if isinstance(value, (list, tuple)):
        if all(is_dataclass(item) for item in value):
            return [_records(label(name), [("", item) for item in value[:SHOWN_ROWS]])]
        if all(_is_single(item) for item in value):
            return [Block(label(name), chips=[_plain(name, item) for item in value[:SHOWN_ROWS]])]
    return []


def _mapping(name: str, value: Mapping[Any, Any]) -> list[Block]:
    items = list(value.items())[:SHOWN_ROWS]
    if all(is_dataclass(item) for _, item in items):
        return [_records(label(name), [(str(key), item) for key, item in items])]
    if all(isinstance(item, (int, float)) and not isinstance(item, bool) for _, item in items):
        top = 1 if name in SHARES else max((abs(item) for _, item in items), default=0) or 1
        rows = [[str(key), with_bar(_plain(name, item), abs(item), top)] for key, item in items]
        return [Block(table=Table(label(name), COUNTED.get(name, ("", label(name))), rows))]
    if all(_is_single(item) for _, item in items):
        return [Block(label(name), facts=[(str(key), _plain(name, item)) for key, item in items])]
    if all(isinstance(item, Mapping) for _, item in items):
        return [block for key, item in items for block in _mapping(f"{name} {key}", item)]
    return []


def with_bar(words: str, share: float, top: float) -> Markup:
    """A figure with its bar."""
    return part("figure", words, share, top)


def _records(caption: str, records: Sequence[tuple[str, Any]]) -> Block:
    """Records of one kind as a table; the first column is their key, or their first field."""
    names = [item.name for item in fields(records[0][1])]
    names = [name for name in names if any(_fits(name, getattr(record, name)) for _, record in records)]
    toned = all(name in names for name in TONES)
    first = ""
    if not records[0][0] and names:
        records = [(_plain(names[0], getattr(record, names[0])), record) for _, record in records]
        first, names = label(names[0]), names[1:]
    several = [name for name in names if any(isinstance(getattr(record, name), (list, tuple)) for _, record in records)]
    wide = len(names) > WIDEST or len(several) > 1
    if wide:
        return Block(caption, cards=[_card(key, record, names) for key, record in records])
    heads = [first, *map(label, names), *(["Tone"] if toned else [])]
    return Block(table=Table(caption, heads, [_row(key, record, names, toned) for key, record in records]))


def _row(key: str, record: Any, names: list[str], toned: bool) -> list[str]:
    cells = [_cell(name, getattr(record, name)) for name in names]
    return [key, *cells, *([part("tone_bar", [getattr(record, tone) for tone in TONES])] if toned else [])]


def _card(key: str, record: Any, names: list[str]) -> Card:
    values = {name: getattr(record, name) for name in names}
    singles = [(label(name), _plain(name, value)) for name, value in values.items() if _is_single(value)]
    lists = [(label(name), _several(name, value)) for name, value in values.items() if isinstance(value, (list, tuple))]
    tones = tones_of(record) or tones_of(getattr(record, "shares", None))
    return Card(key, singles, tones, [each for each in lists if each[1]])


def _fits(name: str, value: Any) -> bool:
    return name not in LEFT_OUT and (_is_single(value) or (isinstance(value, (list, tuple)) and bool(value)))


def _is_single(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def label(name: str) -> str:
    """A field in words."""
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def _cell(name: str, value: Any) -> str:
    return part("chips", _several(name, value)) if isinstance(value, (list, tuple)) else _plain(name, value)


def _several(name: str, values: Sequence[Any]) -> list[str]:
    """A list inside a record in words; of records their first fields."""
    items = [getattr(item, fields(item)[0].name) if is_dataclass(item) else item for item in values[:SHOWN_CHIPS]]
    return [_plain(name, item) for item in items if _is_single(item)]


def _plain(name: str, value: Any) -> str:
    """A value in words, by the name of its field."""
    if value is None:
        return "–"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "–"
        if name in SHARES or name.startswith("share") or name.endswith("share"):
            return percent(value)
        return f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if name == "year" else f"{value:,}"
    return f"@{value}" if name in PEOPLE else str(value)
