"""Fields that no column is named for, told by what the cells hold: the only column of dates, authors in addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from index.posts.columns import Getter, getter, normal
from index.posts.formats.base import Format, Sample
from index.posts.record import FIELDS

_LOOKED_AT, _MADE_LOOKED_AT = 200, 50  # rows
_MADE = ("created_at", "community", "likes", "shares", "replies", "lang", "url")
_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))"
_DATE = re.compile(rf"{_DAY}(?:[T ,]+\d{{1,2}}:\d{{2}}.{{0,24}})?")
# Dates of something else than the post: of its author, or of the one who collected it.
_NOT_ITS_OWN = re.compile(
    r"user|author|account|profile|member|join|birth|born|collect|retriev|scrap|crawl|download|export|import|added|updat"
    r"|modif|edit|delet|seen|expir|start|end|until|since|due"
)
# Whose page it is that a post stands on, where its address says so.
_OWNERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(\w{1,30})/status(?:es)?/\d",
        r"https?://(?:www\.|m\.)?tiktok\.com/@([\w.]{1,40})/(?:video|photo)/\d",
        r"https?://(?:www\.)?threads\.(?:net|com)/@([\w.]{1,40})/post/",
        r"https?://bsky\.app/profile/([\w.:-]{1,200})/post/",
        r"https?://[\w.-]{3,100}/@([\w.@-]{1,100})/\d{6,}",
    )
)


def with_dates(
    columns: dict[str, str], form: Format, unused: Iterable[str], names: Sequence[str], sample: Sample
) -> dict[str, str]:
    """The columns with that of dates, where its name is none that is known but what it holds says it."""
    if "created_at" in form.spellings and not {"created_at", "clock"} & {*columns, *unused, *form.columns}:
        dated = dated_column(sample.items, names, columns.values())
        return {**columns, "created_at": dated} if dated else columns
    return columns


def made_fields(
    told: Mapping[str, str],
    items: Sequence[Mapping[str, Any]],
    rows: Callable[[Mapping[str, Any]], Sequence[Any]],
    looked_up: Iterable[str],
) -> dict[str, str]:
    """Fields that are read though no column is ``told`` for them, with the column that holds what they say: a format
    may take them from one of several.
    """
    looks = {column: getter(column) for column in sorted({*looked_up} - {told.get(name) for name in FIELDS})}
    made: dict[str, set[str]] = {}  # field → the columns that hold it in every row
    for item in items[:_MADE_LOOKED_AT]:
        for row in rows(item):
            for name in _MADE if isinstance(row, dict) else ():
                if name not in told and (value := row.get(name)) not in (None, ""):
                    same = {column for column, look in looks.items() if look(item) == value}
                    made[name] = made.get(name, same) & same
    return {name: min(columns, default="several columns") for name, columns in made.items()}


def dated_column(items: Sequence[Mapping[str, Any]], names: Iterable[str], taken: Iterable[str]) -> str | None:
    """The column of dates where exactly one holds nothing else, so that it is the posts' own, whatever the language of
    its name; None where there is none, or more than one.
    """
    used = set(taken)
    rows = items[:_LOOKED_AT]
    found = [
        name
        for name in names
        if name not in used and not _NOT_ITS_OWN.search(normal(name)) and _all_dates(rows, getter(name))
    ]
    return found[0] if len(found) == 1 else None


def _all_dates(rows: Sequence[Mapping[str, Any]], look: Getter) -> bool:
    filled = [value for row in rows if (value := look(row)) not in (None, "")]
    return 2 * len(filled) > len(rows) and all(map(_is_date, filled))


def _is_date(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) < 60 and _DATE.fullmatch(value.strip()) is not None
    return isinstance(value, (date, datetime))


def names_authors(column: str, sample: Sample) -> bool:
    """Whether the addresses of nearly all posts say whose they are."""
    look = getter(column)
    return sample.share(lambda item: author_in(look(item)) is not None) > 0.9


def author_in(address: Any) -> str | None:
    """The name that the address of a post holds, None where it holds none: ``https://x.com/ana/status/1``."""
    if not isinstance(address, str) or not address.startswith("http"):
        return None
    hits = (pattern.match(address) for pattern in _OWNERS)
    name = next((hit[1] for hit in hits if hit is not None), None)
    return None if name in ("i", "anyuser") else name  # x.com/i/status/… names nobody
