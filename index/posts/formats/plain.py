"""Any table or list of objects: columns and nested values are known by common names, or mapped by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.columns import SPELLINGS
from index.posts.formats.base import Context, Format, Found, Row
from index.posts.record import GONE


def _finish(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    """A headline belongs to its text, where the table holds both."""
    title, text = item.get(context.memo["title"]), fields.get("text")
    if isinstance(title, str) and title.strip():
        if not text or (isinstance(text, str) and text in GONE):
            fields["text"] = title
        elif isinstance(text, str) and not text.startswith(title):
            fields["text"] = f"{title}\n{text}"
    return fields


TITLED = _finish
PLAIN = Format(
    "rows of posts",
    lambda sample: True,
    spellings=SPELLINGS,
    markup=None,
    platform="Anything else",
    download="CSV, TSV, Excel, JSONL, JSON or Parquet, plain or packed (gzip, zstd, bzip2, xz, ZIP)",
    command="analyst index FILE --map text=body --map author=user.handle --out INDEX",
    leaves="Columns that no field of a post answers to; the report names them",
)
