"""Sentiment140: the corpus of tweets that has no header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Row, Sample


def _is_row(item: Mapping[str, Any]) -> bool:
    cells = [str(cell) for cell in list(item.values())[-6:]]
    return len(cells) == 6 and cells[0] in ("0", "2", "4") and cells[1].isdecimal() and cells[2][-4:].isdecimal()


def _recognises(sample: Sample) -> bool:
    return ("column_6" in sample.header or sample.has("target", "ids", "flag", "user", "text")) and (
        sample.share(_is_row) > 0.9
    )


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    _, number, moment, _, author, text = list(item.values())[-6:]  # pandas numbers the rows before them
    return {"id": number, "author": author, "text": text, "created_at": moment}


FORMATS = (
    Format(
        "Sentiment140",
        _recognises,
        _read,
        columns={"id": "column_2", "created_at": "column_3", "author": "column_5", "text": "column_6"},
        platform="Sentiment140 (research corpus)",
        download="`training.1600000.processed.noemoticon.csv`, as it is or with a header",
        command="analyst index training.1600000.processed.noemoticon.csv --out INDEX",
        leaves="Its labels of tone; likes are not in it",
    ),
)  # fmt: skip
