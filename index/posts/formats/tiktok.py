"""TikTok: comments of a video as the exporters of browsers write them, and the data that TikTok sends its users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Row, Sample


def _recognises(sample: Sample) -> bool:
    return sample.has("nickname", "comment_text", "likes") and any("user @" in name.lower() for name in sample.header)


_TABLE = {
    "author": ("user_@", "nickname"), "text": ("comment_text",), "created_at": ("time", "date"), "likes": ("likes",),
    "replies": ("number_of_replies",), "url": ("comment_url", "user_url"),
}  # fmt: skip


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    # The exporter numbers the comments of each video from 1.
    number = next((value for name, value in item.items() if "(ID)" in name or name == "Comment ID"), None)
    url = fields.get("url")
    return {**fields, "id": f"{context.memo['scope']}/{number}", "url": None if "/@" in str(url) else url}


def _is_own(sample: Sample) -> bool:
    return "comment" in sample.path.lower() and sample.share(lambda item: "date" in item and "comment" in item) > 0.5


def _own(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    return {
        "author": context.owner(lambda: None), "text": item.get("comment"), "created_at": item.get("date"),
        "url": item.get("url"),
    }  # fmt: skip


FORMATS = (
    Format(
        "TikTok comments (CSV)",
        _recognises,
        _read,
        spellings=_TABLE,
        columns={"id": "the file and Comment Number (ID)"},
        platform="TikTok",
        download="A comment exporter (exportcomments, browser extensions) run on one video",
        command="analyst index Comments.csv --out INDEX",
        leaves="Pictures, profile addresses",
    ),
    Format(
        "TikTok data request",
        _is_own,
        _own,
        columns={"author": "--author", "text": "comment", "created_at": "date", "url": "url"},
        platform="TikTok, your own data",
        download="Settings → Account → Download your data, format JSON",
        command="analyst index user_data.json --author you --out INDEX",
        leaves="Browsing history, likes, messages",
    ),
)  # fmt: skip
