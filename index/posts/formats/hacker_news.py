"""Hacker News: answers of its API and of Algolia's search, and the table of BigQuery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, is_true
from index.posts.formats.plain import with_headline

_KINDS = {"story", "comment", "job", "poll", "pollopt"}


def _recognises(sample: Sample) -> bool:
    if sample.holds("object_id", "author", "story_title") or sample.holds(
        "object_id", "author", "num_comments", "_tags"
    ):
        return True
    if sample.share(_is_tree) > 0.5:
        return True
    return sample.holds("by", "id", "time", "type") and sample.share(lambda item: item.get("type") in _KINDS) > 0.5


def _is_tree(item: Mapping[str, Any]) -> bool:
    """An item with the answers to it, and to these, inside."""
    return {"created_at_i", "children", "type", "author"} <= item.keys() and isinstance(item["children"], list)


_FIELDS = {
    "id": ("id", "object_id"), "author": ("by", "author"), "text": ("text", "comment_text"), "story": ("story_text",),
    "title": ("title",), "created_at": ("time", "created_at_i", "created_at"), "likes": ("score", "points"),
    "replies": ("descendants", "num_comments"), "url": ("url",), "deleted": ("deleted",),
}  # fmt: skip


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if _is_tree(item):
        return _tree(item)
    if is_true(fields.get("deleted")):
        return Left("deleted by its author or a moderator")
    return {**fields, "text": with_headline(fields.get("title"), fields.get("text") or fields.get("story"))}


def _tree(item: Mapping[str, Any]) -> list[Row | Left]:
    found: list[Row | Left] = []
    waiting = [item]
    while waiting:
        this = waiting.pop()
        below = [child for child in this.get("children") or () if isinstance(child, Mapping)]
        waiting += below[::-1]
        if not this.get("author"):
            found.append(Left("deleted by its author or a moderator"))
            continue
        found.append({
            "id": this.get("id"), "author": this.get("author"), "url": this.get("url"), "likes": this.get("points"),
            "text": with_headline(this.get("title"), this.get("text")), "replies": len(below),
            "created_at": this.get("created_at_i") or this.get("created_at"),
        })  # fmt: skip
    return found


FORMATS = (
    Format(
        "Hacker News",
        _recognises,
        _read,
        spellings=_FIELDS,
        columns={"text": "title and text"},
        whole=_is_tree,
        markup=True,
        platform="Hacker News",
        download="Answers of the API (items), of Algolia (`search_by_date`; `items`, with all answers inside), or the "
        "table of BigQuery, as JSON, JSONL or CSV",
        command="analyst index hits.json --out INDEX",
        leaves="Deleted items. Comments have no points but in answers of Algolia's search",
    ),
)  # fmt: skip
