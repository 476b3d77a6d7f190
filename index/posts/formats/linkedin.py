"""LinkedIn: the CSV files of "Get a copy of your data"."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample


def _recognises(sample: Sample) -> bool:
    comments = sample.has("date", "link", "message") and not (sample.has("author") or sample.has("id"))
    shares = sample.has("date", "share_link", "share_commentary")
    return comments or shares


_TABLE = {
    "text": ("message", "share_commentary"), "created_at": ("date",), "url": ("link", "share_link"),
    "visibility": ("visibility",),
}  # fmt: skip


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    text = fields.get("text")
    if not text:
        return Left("a post without words")
    visibility = fields.get("visibility")
    return {
        **fields,
        "author": context.owner(lambda: _owner(context)),
        "text": _unquoted(text) if isinstance(text, str) else text,
        "visibility": None if visibility == "MEMBER_NETWORK" else visibility,
    }


def _unquoted(text: str) -> str:
    """LinkedIn sets each line of a post in quotes of its own, the first without one before it."""
    first, *rest = text.split("\n")
    if not rest or not all(line.startswith('"') for line in rest):
        return text
    lines = [line.removeprefix('"') for line in (first, *rest)]
    if all(line.endswith('"') or not line for line in lines[:-1]):
        lines = [line.removesuffix('"') for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_letters(sample: Sample) -> bool:
    messages = sample.has("conversation_id", "from", "to", "date", "content")
    return messages or sample.has("from", "to", "sent_at", "message", "direction")


_LETTERS = {"author": ("from",), "text": ("content", "message"), "created_at": ("date", "sent_at")}


def _letter(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    return {**fields, "visibility": "direct"}


def _owner(context: Context) -> Any:
    for row in csv.DictReader(io.StringIO(context.text_beside("Profile.csv"))):
        return f"{row.get('First Name') or ''} {row.get('Last Name') or ''}".strip()
    return None


FORMATS = (
    Format(
        "LinkedIn data",
        _recognises,
        _read,
        spellings=_TABLE,
        columns={"author": "Profile.csv, or --author"},
        archive=True,
        platform="LinkedIn",
        download="Settings → Data privacy → Get a copy of your data; the ZIP, `Comments.csv` or `Shares.csv`",
        command="analyst index Comments.csv --author you --out INDEX",
        leaves="Connections, reactions; messages unless `--include-private`. Likes are not in the export",
    ),
    Format("LinkedIn data", _is_letters, _letter, spellings=_LETTERS, archive=True),
)
