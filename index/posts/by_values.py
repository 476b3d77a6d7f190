"""Fields that no column is named for, told by what the cells hold: the only column of dates, authors in addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from index.posts.columns import Getter, getter, normal

_LOOKED_AT = 200  # rows
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


def author_in(address: Any) -> str | None:
    """The name that the address of a post holds, None where it holds none: ``https://x.com/ana/status/1``."""
    if not isinstance(address, str) or not address.startswith("http"):
        return None
    hits = (pattern.match(address) for pattern in _OWNERS)
    name = next((hit[1] for hit in hits if hit is not None), None)
    return None if name in ("i", "anyuser") else name  # x.com/i/status/… names nobody
