"""Bluesky: feeds of the API, records of a repository, lines of Jetstream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, first_text, pick

_POST = "app.bsky.feed.post"
_DEEPEST = 30


def _recognises(sample: Sample) -> bool:
    return (
        not sample.header
        and sample.share(_is_near) > 0.5
        and any(next(_records(item, {}), None) for item in sample.items)
    )


def _is_near(item: Mapping[str, Any]) -> bool:
    """Whether an item is of Bluesky, a post or not."""
    kind = pick(
        item, "$type", "value.$type", "record.$type", "post.record.$type", "commit.record.$type", "commit.collection"
    )
    return (isinstance(kind, str) and kind.startswith(("app.bsky.", "chat.bsky."))) or (
        next(_records(item, {}), None) is not None
    )


def _skips(sample: Sample) -> str:
    """A record of a repository that lies in a file of its own, and is no post."""
    records = sample.share(lambda item: str(item.get("$type", "")).startswith(("app.bsky.", "chat.bsky."))) > 0.5
    return "records that are no posts" if records and not _recognises(sample) else ""


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    by, moment = pick(item, "reason.by.handle", "reason.by.did"), pick(item, "reason.indexedAt", "reason.indexed_at")
    found = [_row(node, record, context, by, moment) for node, record in _records(item, context.head)]
    if not found:
        return Left("a like, a follow or another record that is no post")
    return found if len(found) > 1 else found[0]


def _records(item: Mapping[str, Any], head: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every post record inside an item with the object that holds it. Quoted posts, which hang in an embed, and the
    posts that are answered are others' and no part of it.
    """
    owner = pick(head, "handle", "did")
    waiting: list[tuple[Any, Any, int]] = [(item, owner, 0)]
    while waiting:
        node, owner, depth = waiting.pop()
        if isinstance(node, list) and depth < _DEEPEST:
            waiting += [(inner, owner, depth + 1) for inner in node[::-1]]
        if not isinstance(node, Mapping):
            continue
        owner = pick(node, "handle", "did") or owner
        record = next((node[key] for key in ("value", "record") if isinstance(node.get(key), Mapping)), node)
        if _POST in (record.get("$type"), record.get("py_type")) or (record is not node and _is_viewed(node, record)):
            yield ({"owner": owner, **node} if record is not node else {"owner": owner}), record
        elif depth < _DEEPEST:
            inner = [
                value
                for key, value in node.items()
                if key not in ("embed", "embeds", "reply", "parent", "root", "reason")
            ]
            waiting += [(value, owner, depth + 1) for value in inner[::-1] if isinstance(value, (list, Mapping))]


def _is_viewed(node: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """A post whose record does not say what it is, as in tables made of answers of the API."""
    return "text" in record and str(node.get("uri")).startswith("at://") and f"/{_POST}/" in str(node["uri"])


def _row(node: Mapping[str, Any], record: Mapping[str, Any], context: Context, by: Any, moment: Any) -> Row | Left:
    uri = node.get("uri")
    owner = node.get("owner")
    if not uri and node.get("rkey") and owner:
        uri = f"at://{owner}/{_POST}/{node['rkey']}"
    number = uri or node.get("rkey") or node.get("cid") or _file_name(context)
    whose = pick(node, "author.handle", "author.did") or first_text(node.get("author"))
    whose = (
        whose
        or owner
        or str(uri or "").removeprefix("at://").partition("/")[0]
        or context.owner(lambda: _owner(context))
    )
    return {
        "id": f"{number}#repost-{by}" if by else number,
        "author": by or whose,
        "text": record.get("text"),
        "created_at": moment if by and _is_moment(moment) else pick(record, "createdAt", "created_at"),
        "lang": first_text(record.get("langs")),
        "likes": node.get("likeCount", node.get("like_count")),
        "shares": node.get("repostCount", node.get("repost_count")),
        "replies": node.get("replyCount", node.get("reply_count")),
        "reposted": whose if by else None,
    }


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and value[:4].isdecimal()


def _owner(context: Context) -> str | None:
    """Whose repository it is, where its folder says so."""
    found = re.search(r"did[:_](?:plc|web)[:_][\w.%-]+", context.source.name)
    return found[0].replace("_", ":") if found else None


def _file_name(context: Context) -> str | None:
    """A record of a repository that lies in a file of its own is named by its key."""
    name = context.source.name.replace("\\", "/").rpartition("/")[2]
    return name.removesuffix(".json") if name.endswith(".json") and len(name) < 40 and context.path == "" else None


FORMATS = (
    Format(
        "Bluesky",
        _recognises,
        _read,
        columns={
            "id": "uri, or did and rkey", "author": "author.handle, did or --author", "text": "record.text",
            "created_at": "record.createdAt", "likes": "likeCount", "shares": "repostCount", "replies": "replyCount",
            "lang": "record.langs", "reposted": "author.handle, where reason is a repost",
        },
        skips=_skips,
        archive=True,
        whole=lambda document: document.get("$type") == _POST or isinstance(document.get("thread"), Mapping),
        platform="Bluesky",
        download="A feed of the API (`getAuthorFeed`, `searchPosts`), `listRecords`, a repository as JSON (goat, "
        "`records` folder), lines of Jetstream",
        command="analyst index author_feed.json --out INDEX",
        leaves="Likes and follows, quoted posts of others. Reposts are kept apart. A `.car` file is to be turned into "
        "JSON first",
    ),
)  # fmt: skip
