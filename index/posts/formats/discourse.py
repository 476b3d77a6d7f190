"""Discourse: a topic as its forum answers it (``/t/ID.json``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, is_true

_LIKE, _ORDINARY = 2, 1  # of the actions, the like; of the types of posts, what a person wrote


def _is_topic(item: Mapping[str, Any]) -> bool:
    stream = item.get("post_stream")
    return isinstance(stream, Mapping) and isinstance(stream.get("posts"), list)


def _recognises(sample: Sample) -> bool:
    return sample.share(_is_topic) > 0.5


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    return [_post(post, item) for post in item["post_stream"]["posts"] if isinstance(post, Mapping)]


def _post(post: Mapping[str, Any], topic: Mapping[str, Any]) -> Row | Left:
    if post.get("post_type", _ORDINARY) != _ORDINARY:
        return Left("a system line, not a post")
    if is_true(post.get("user_deleted")) or post.get("deleted_at"):
        return Left("deleted by its author or a moderator")
    actions = [each for each in post.get("actions_summary") or () if isinstance(each, Mapping)]
    likes = next((each.get("count") for each in actions if each.get("id") == _LIKE), 0)
    return {
        "id": post.get("id"), "author": post.get("username"), "text": post.get("cooked") or post.get("raw"),
        "created_at": post.get("created_at"), "likes": likes or 0, "replies": post.get("reply_count"),
        "community": topic.get("title"),
    }  # fmt: skip


FORMATS = (
    Format(
        "Discourse topic",
        _recognises,
        _read,
        columns={"id": "id", "author": "username", "text": "cooked", "created_at": "created_at",
                 "likes": "actions_summary", "replies": "reply_count", "community": "title"},
        whole=_is_topic,
        markup=True,
        platform="Discourse",
        download="A topic of the forum with `.json` behind its address (`/t/ID.json?print=true` has up to 1,000 posts)",
        command="analyst index topic.json --out INDEX",
        leaves="System lines and deleted posts; quoted posts stand in those that quote them",
    ),
)  # fmt: skip
