"""What the platforms put into their exports: X, Mastodon, Bluesky and Reddit, as rows that the readers understand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.posts.record import GONE

TWITTER = re.compile(r"^\s*window\.YTD\.\w+\.part\d+\s*=\s*")


def reddit_row(row: dict[str, Any]) -> dict[str, Any]:
    """Reddit keeps the text of submissions in two places."""
    title, body = row.get("title"), row.get("selftext")
    if "subreddit" not in row or "selftext" not in row or not title:
        return row
    return row | {"selftext": f"{title}\n{body}".strip() if isinstance(body, str) and body not in GONE else title}


def is_twitter(document: Any) -> bool:
    return isinstance(document, list) and any(isinstance(item, dict) and _is_tweet(item) for item in document[:1])


def _is_tweet(item: dict[str, Any]) -> bool:
    # Archives before 2019 have no wrapper around each tweet.
    bare = {"full_text", "id_str", "favorite_count"} <= item.keys() and "user" not in item
    return isinstance(item.get("tweet"), dict) or bare


def tweet_row(item: Any, owner: str) -> dict[str, Any] | str:
    if not isinstance(item, dict) or not _is_tweet(item):
        return f"not a tweet\n{json.dumps(item)}"
    tweet = item["tweet"] if isinstance(item.get("tweet"), dict) else item
    return {**tweet, "author": owner}


def twitter_owner(path: Path) -> str:
    """The account's name stands beside the tweets, in account.js."""
    account = path.with_name("account.js")
    if account.is_file():
        try:
            return json.loads(TWITTER.sub("", account.read_text(encoding="utf-8")))[0]["account"]["username"]
        except (ValueError, KeyError, IndexError, TypeError):
            pass
    return "archive_owner"


def mastodon_row(item: Any) -> dict[str, Any] | str:
    note = item.get("object") if isinstance(item, dict) else None
    if not isinstance(note, dict):
        return f"a boost or other activity, not a post\n{json.dumps(item)}"
    tags = [
        str(tag.get("name") or "")
        for tag in note.get("tag") or []
        if isinstance(tag, dict) and tag.get("type") == "Hashtag"
    ]
    return {
        "id": note.get("id"),
        "author": str(note.get("attributedTo") or item.get("actor") or "").rstrip("/").rpartition("/")[2],
        "text": _plain(str(note.get("content") or "")),
        "created_at": note.get("published"),
        "community": tags[0] if tags else None,
        "url": note.get("url") if isinstance(note.get("url"), str) else None,
        "lang": next(iter(note.get("contentMap") or {}), None),
    }


def _plain(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r"<br\s*/?>|</p>\s*<p>", "\n", markup)).strip()


def bluesky_rows(node: Any, owner: str = "") -> Iterator[dict[str, Any]]:
    """Post records anywhere in a repository export."""
    if isinstance(node, list):
        for item in node:
            yield from bluesky_rows(item, owner)
    elif isinstance(node, dict):
        owner = str(node.get("handle") or node.get("did") or owner)
        record = node.get("value") or node.get("record") or node
        if isinstance(record, dict) and record.get("$type") == "app.bsky.feed.post":
            uri = str(node.get("uri") or node.get("rkey") or node.get("cid") or record.get("createdAt") or "")
            author = node.get("author") or owner or uri.removeprefix("at://").partition("/")[0]
            yield {
                "id": uri,
                "author": author.get("handle") if isinstance(author, dict) else author,
                "text": record.get("text"),
                "created_at": record.get("createdAt"),
                "lang": next(iter(record.get("langs") or []), None),
                "likes": node.get("likeCount"),
                "shares": node.get("repostCount"),
                "replies": node.get("replyCount"),
            }
        else:
            for value in node.values():
                yield from bluesky_rows(value, owner)
