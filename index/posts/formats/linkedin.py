"""LinkedIn: the CSV files of "Get a copy of your data"."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample


def _recognises(sample: Sample) -> bool:
    comments = sample.has("date", "link", "message") and not (sample.has("author") or sample.has("id"))
    shares = sample.has("date", "share_link", "share_commentary")
    return comments or shares or sample.has("conversation_id", "from", "to", "date", "content")


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if "CONTENT" in item:
        return {
            "author": item.get("FROM"), "text": item.get("CONTENT"), "created_at": item.get("DATE"),
            "visibility": "direct",
        }  # fmt: skip
    text = item.get("Message") or item.get("ShareCommentary")
    if not text:
        return Left("a post without words")
    return {
        "author": context.owner(lambda: _owner(context)),
        "text": text,
        "created_at": item.get("Date"),
        "url": item.get("Link") or item.get("ShareLink"),
    }


def _owner(context: Context) -> Any:
    for row in csv.DictReader(io.StringIO(context.text_beside("Profile.csv"))):
        return f"{row.get('First Name') or ''} {row.get('Last Name') or ''}".strip()
    return None


FORMATS = (
    Format(
        "LinkedIn data",
        _recognises,
        _read,
        columns={
            "author": "Profile.csv, or --author", "text": "Message, or ShareCommentary", "created_at": "Date",
            "url": "Link",
        },
        platform="LinkedIn",
        download="Settings → Data privacy → Get a copy of your data; the ZIP, `Comments.csv` or `Shares.csv`",
        command="analyst index Comments.csv --author you --out INDEX",
        leaves="Connections, reactions; messages unless `--include-private`. Likes are not in the export",
    ),
)  # fmt: skip
