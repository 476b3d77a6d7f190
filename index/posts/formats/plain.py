"""Any table or list of objects: columns and nested values are known by common names, or mapped by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from index.posts.columns import getter
from index.posts.formats.base import Context, Format, Found, Row, with_clock
from index.posts.record import GONE
from index.posts.spellings import CLOCKS, HEADLINES, SPELLINGS
from index.posts.text import plain_of

_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}([:.]\d{2})?(\.\d+)?\s*([ap]\.?\s?m\.?)?", re.IGNORECASE)


def finish_of(
    columns: Mapping[str, str], items: Sequence[Mapping[str, Any]], mapped: Mapping[str, str]
) -> tuple[Any, list[str]]:
    """What joins headlines to their texts and times to their days, None where the items have neither; and what people
    are told of it.
    """
    titled = "title" in columns and "text" in columns and "text" not in mapped and _own_titles(columns, items)
    clocked = "clock" in columns and "created_at" in columns and _apart(columns, items)
    if not (titled or clocked):
        return None, []

    def finish(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
        if titled:
            fields["text"] = with_headline(fields.get("title"), fields.get("text"), fields.get("author"))
        if clocked:
            fields["created_at"] = with_clock(fields.get("created_at"), fields.get("clock"))
        return fields

    told = [f"the headline ({columns['title']}) stands before each text"] if titled else []
    return finish, told + ([f"the time of day is that of {columns['clock']}"] if clocked else [])


def with_headline(title: Any, text: Any, author: Any = None) -> Any:
    """A headline belongs to its text. The name of the author in its place, as tools write for short posts, is none."""
    if not isinstance(title, str) or not title.strip() or title == author:
        return text
    if not text or (isinstance(text, str) and text in GONE):
        return title
    if not isinstance(text, str):
        return text
    bare = plain_of(text) if text.startswith("<") else text
    return text if bare.startswith(title.rstrip("…. ")) else f"{title}\n{text}"


def _own_titles(columns: Mapping[str, str], items: Sequence[Mapping[str, Any]]) -> bool:
    """Whether each post has a title of its own, and not that of the video or page that all stand under."""
    look = getter(columns["title"])
    said = [title for item in items if isinstance(title := look(item), str) and title.strip()]
    return len(said) >= 2 and len(set(said)) >= 0.9 * len(said)


def _apart(columns: Mapping[str, str], items: Sequence[Mapping[str, Any]]) -> bool:
    """Whether days and times of day stand in two columns."""
    day, clock = getter(columns["created_at"]), getter(columns["clock"])
    both = [(day(item), clock(item)) for item in items if day(item) and clock(item)]
    return bool(both) and all(
        _CLOCK.fullmatch(str(hour).strip()) and (":" not in str(date) or str(date).endswith(" 00:00:00"))
        for date, hour in both
    )


PLAIN = Format(
    "rows of posts",
    lambda sample: True,
    spellings={**SPELLINGS, "title": HEADLINES, "clock": CLOCKS},
    markup=None,
    wordless="",
    platform="Anything else",
    download="CSV, TSV, Excel, JSONL, JSON or Parquet, plain or packed (gzip, zstd, bzip2, xz, ZIP)",
    command="analyst index FILE --map text=body --map author=user.handle --out INDEX",
    leaves="Columns that no field of a post answers to; the report names them",
)
