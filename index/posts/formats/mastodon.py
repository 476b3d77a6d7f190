"""Mastodon and its kin: the outbox of an archive, and statuses of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, first_text, pick, texts
from index.posts.text import plain_of

_PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")
_VISIBILITY = {"public": None, "unlisted": "unlisted", "private": "followers", "direct": "direct"}


def _recognises(sample: Sample) -> bool:
    if sample.header:
        return False
    if sample.path.endswith("orderedItems"):
        return True
    return sample.share(lambda item: _is_activity(item) or _is_status(item)) > 0.5


def _is_activity(item: Mapping[str, Any]) -> bool:
    return item.get("type") in ("Create", "Announce") and "actor" in item and "object" in item


def _is_status(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("account"), Mapping) and "content" in item and "visibility" in item


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if _is_status(item):
        return _status(item)
    note = item.get("object")
    if not isinstance(note, Mapping) or item.get("type") == "Announce":
        return Left("a boost or other activity, not a post")
    tags = note.get("tag")
    listed = [tag for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    names = [tag.get("name") for tag in listed if tag.get("type") == "Hashtag"]
    languages = note.get("contentMap")
    url = note.get("url")
    return {
        "id": note.get("id"),
        "author": _last(note.get("attributedTo")) or _last(item.get("actor")),
        "text": _text(note.get("summary"), note.get("content")),
        "created_at": note.get("published"),
        "community": first_text(names),
        "likes": _size(note.get("likes")),
        "shares": _size(note.get("shares")),
        "replies": _size(note.get("replies")),
        "url": url if isinstance(url, str) else None,
        "lang": next(iter(languages), None) if isinstance(languages, Mapping) else None,
        "visibility": _visibility({**item, **note}),
    }


def _visibility(note: Mapping[str, Any]) -> str | None:
    to, cc = ([value] if isinstance(value, str) else texts(value) for value in (note.get("to"), note.get("cc")))
    if any(name in to for name in _PUBLIC) or not (to or cc):
        return None
    if any(name in cc for name in _PUBLIC):
        return "unlisted"
    return "followers" if any(name.endswith("/followers") for name in (*to, *cc)) else "direct"


def _status(item: Mapping[str, Any]) -> Found:
    boosted = item.get("reblog")
    said = boosted if isinstance(boosted, Mapping) else item
    return {
        "id": item.get("uri") or item.get("id"),
        "author": pick(item, "account.acct", "account.username"),
        "text": _text(said.get("spoiler_text"), said.get("content")),
        "created_at": item.get("created_at"),
        "community": pick(said, "tags.0.name"),
        "likes": said.get("favourites_count"),
        "shares": said.get("reblogs_count"),
        "replies": said.get("replies_count"),
        "url": item.get("url"),
        "lang": said.get("language"),
        "reposted": pick(boosted, "account.acct", "account.username") if boosted else None,
        "visibility": _VISIBILITY.get(str(item.get("visibility"))),
        "bot": pick(item, "account.bot"),
    }


def _text(warning: Any, content: Any) -> str:
    """A content warning is the first line of what its author wrote."""
    said = plain_of(content) if isinstance(content, str) else ""
    return f"{warning}\n{said}".strip() if isinstance(warning, str) and warning else said


def _last(address: Any) -> str:
    name = address.get("id") if isinstance(address, Mapping) else address
    return name.rstrip("/").rpartition("/")[2] if isinstance(name, str) else ""


def _size(collection: Any) -> Any:
    return collection.get("totalItems") if isinstance(collection, Mapping) else None


FORMATS = (
    Format(
        "Mastodon",
        _recognises,
        _read,
        columns={
            "id": "object.id", "author": "object.attributedTo", "text": "object.summary and object.content as text",
            "created_at": "object.published", "community": "the first hashtag", "lang": "object.contentMap",
            "url": "object.url", "visibility": "object.to and object.cc",
        },
        archive=True,
        platform="Mastodon",
        download="Preferences → Import and export → Request your archive; the archive as it comes, unpacked, or its "
        "`outbox.json`; statuses of the API",
        command="analyst index archive-2024.tar.gz --out INDEX",
        leaves="Boosts of an archive, whose words it does not hold; posts for followers and direct ones unless "
        "`--include-private`. Likes are not in an archive",
    ),
)  # fmt: skip
