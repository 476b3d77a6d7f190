"""YouTube: comments of youtube-comment-downloader, of the Data API, and of Google Takeout."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick
from index.posts.text import plain_of, text_of


def _is_download(sample: Sample) -> bool:
    if sample.header:
        return sample.has("cid", "text", "author", "votes")
    return sample.share(lambda item: {"cid", "text", "author", "votes"} <= item.keys()) > 0.5


_DOWNLOAD = {
    "id": ("cid",), "author": ("author",), "text": ("text",), "created_at": ("time_parsed", "time"),
    "likes": ("votes",), "replies": ("replies",),
}  # fmt: skip


def _is_api(sample: Sample) -> bool:
    return not sample.header and sample.share(lambda item: _snippet(item) is not None) > 0.5


def _snippet(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    snippet = pick(item, "snippet.topLevelComment.snippet") or item.get("snippet")
    return snippet if isinstance(snippet, Mapping) and ("textDisplay" in snippet or "textOriginal" in snippet) else None


def _api(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    thread, answers = item.get("snippet"), pick(item, "replies.comments")
    first = _comment(item, pick(item, "snippet.topLevelComment.id") or item.get("id"))
    if isinstance(first, dict) and isinstance(thread, Mapping):
        first["replies"] = thread.get("totalReplyCount")
    listed = answers if isinstance(answers, list) else []
    return [first, *(_comment(answer, answer.get("id")) for answer in listed if isinstance(answer, Mapping))]


def _comment(item: Mapping[str, Any], number: Any) -> Row | Left:
    snippet = _snippet(item)
    if snippet is None:
        return Left("not a comment")
    display = snippet.get("textDisplay")
    original = snippet.get("textOriginal")
    return {
        "id": number,
        "author": pick(snippet, "authorDisplayName", "authorChannelId.value"),
        "text": original or (plain_of(display) if isinstance(display, str) else display),
        "created_at": pick(snippet, "publishedAt", "updatedAt"),
        "likes": snippet.get("likeCount"),
        "community": pick(snippet, "videoId"),
    }


def _is_takeout(sample: Sample) -> bool:
    return sample.has("comment_id", "channel_id", "comment_text") or sample.has("live_chat_id", "channel_id")


def _takeout(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    channel = str(item.get("Channel ID") or "")
    if "channels" not in context.memo:
        table = context.text_beside("../channels/channel.csv") or context.text_beside("channel.csv")
        rows = csv.DictReader(io.StringIO(table))
        context.memo["channels"] = {
            str(row.get("Channel ID")): str(row.get("Channel Title (Original)") or row.get("Channel Title") or "")
            for row in rows
        }
    return {
        "id": pick(item, "Comment ID", "Live Chat ID"),
        "author": context.author or context.memo["channels"].get(channel) or channel,
        "text": _pieces(pick(item, "Comment Text", "Live Chat Text")),
        "created_at": pick(item, "Comment Create Timestamp", "Live Chat Create Timestamp"),
        "community": item.get("Video ID"),
    }


def _pieces(cell: Any) -> Any:
    """The text of a cell like ``{"text":"see "},{"text":"3:03"}``."""
    if not isinstance(cell, str) or not cell.lstrip().startswith("{"):
        return cell
    try:
        return text_of(json.loads(f"[{cell}]"))
    except (ValueError, RecursionError):
        return cell


FORMATS = (
    Format(
        "YouTube comments (downloader)",
        _is_download,
        spellings=_DOWNLOAD,
        platform="YouTube",
        download="`youtube-comment-downloader --url … --output comments.jsonl`",
        command="analyst index comments.jsonl --out INDEX",
        leaves="Pictures; “3 months ago” counts from the file's date where it has no exact time",
    ),
    Format(
        "YouTube comments (Data API)",
        _is_api,
        _api,
        columns={
            "id": "id", "author": "authorDisplayName", "text": "textOriginal, or textDisplay as text",
            "created_at": "publishedAt", "likes": "likeCount", "replies": "totalReplyCount", "community": "videoId",
        },
        platform="YouTube, Data API",
        download="`commentThreads.list` or `comments.list`, as JSON or JSONL",
        command="analyst index comment_threads.json --out INDEX",
        leaves="Nothing but pictures",
    ),
    Format(
        "YouTube comments (Takeout)",
        _is_takeout,
        _takeout,
        columns={
            "id": "Comment ID", "author": "channel.csv, --author or Channel ID", "text": "Comment Text",
            "created_at": "Comment Create Timestamp", "community": "Video ID",
        },
        platform="YouTube, your own comments",
        download="takeout.google.com, YouTube; the ZIP, its folder or `comments.csv`",
        command="analyst index takeout.zip --out INDEX",
        leaves="Videos, playlists, history; likes are not in the export",
    ),
)  # fmt: skip
