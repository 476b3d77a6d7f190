"""Reddit: the dumps of Pushshift and Arctic Shift, answers of its API, and the data that Reddit sends its users."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample
from index.posts.record import GONE

_BOT_WORDS = ("i am a bot, and this action was performed automatically", "^(i am a bot", "^i'm a bot")
_DEEPEST = 200  # answers to answers


def _is_reddit(sample: Sample) -> bool:
    if sample.header:
        return sample.has("subreddit", "author") and (
            sample.has("title") or sample.has("selftext") or sample.has("body")
        )
    return sample.share(lambda item: _is_thing(_bare(item)) or item.get("kind") == "Listing") > 0.5


def _is_thing(item: Mapping[str, Any]) -> bool:
    return "subreddit" in item and "author" in item and ("body" in item or "selftext" in item or "title" in item)


def _bare(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answers of the API wrap each thing: {"kind": "t1", "data": {…}}."""
    data = item.get("data")
    return data if isinstance(data, Mapping) and "kind" in item else item


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    thing = _bare(item)
    if item.get("kind") == "Listing":
        return [_row(inner) for inner in _with_answers({"replies": item})]
    if thing is not item or isinstance(thing.get("replies"), Mapping):
        found = [_row(inner) for inner in _with_answers(thing)]
        return found if len(found) != 1 else found[0]
    return _row(item)


def _with_answers(thing: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A comment and all answers below it."""
    waiting = [(thing, 0)]
    while waiting:
        this, depth = waiting.pop()
        if "body" in this or "title" in this:
            yield this
        replies = this.get("replies")
        inner = replies.get("data") if isinstance(replies, Mapping) else None
        children = inner.get("children") if isinstance(inner, Mapping) else None
        if isinstance(children, list) and depth < _DEEPEST:
            waiting += [(_bare(child), depth + 1) for child in children[::-1] if isinstance(child, Mapping)]


def _row(item: Mapping[str, Any]) -> Row | Left:
    get = item.get
    body = get("body")
    if body is None or body == "" or body in GONE:
        body = _submission(get("title"), get("selftext") or body, body)
    score = get("score")
    likes = get("ups") if score is None or score == "" else score
    created = get("created_utc")
    author = get("author")
    return {
        "id": get("id") or get("name"),
        "author": author,
        "text": body,
        "created_at": get("created") or get("date") if created is None else created,
        "community": get("subreddit"),
        "likes": get("likes") if likes is None else likes,
        "replies": get("num_comments"),
        "shares": get("num_crossposts") or None,
        "lang": get("lang"),
        "url": _address(get("permalink")) or get("url"),
        "bot": author == "AutoModerator" or (type(body) is str and "bot" in body and _is_bot(body)),
    }


def _submission(title: Any, selftext: Any, body: Any) -> Any:
    """Reddit keeps the text of submissions in two places. A body that a moderator removed leaves the title."""
    if not title or title in GONE:
        return selftext or body
    return f"{title}\n{selftext}".strip() if isinstance(selftext, str) and selftext not in GONE else title


def _address(permalink: Any) -> str | None:
    if not isinstance(permalink, str) or not permalink:
        return None
    return f"https://www.reddit.com{permalink}" if permalink.startswith("/") else permalink


def _is_bot(text: str) -> bool:
    return any(words in text[-300:].lower() for words in _BOT_WORDS)


def _is_own_data(sample: Sample) -> bool:
    return sample.has("id", "permalink", "date", "ip", "subreddit") and (sample.has("body") or sample.has("title"))


def _own(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    def owner() -> str:
        rows = csv.reader(io.StringIO(context.text_beside("statistics.csv")))
        return next((row[1] for row in rows if len(row) > 1 and row[0].strip().lower() == "account name"), "")

    return {
        "id": item.get("id"),
        "author": context.owner(owner),
        "text": _submission(item.get("title"), item.get("body"), item.get("body")),
        "created_at": item.get("date"),
        "community": item.get("subreddit"),
        "url": _address(item.get("permalink")),
    }


DUMP = Format(
    "Reddit posts and comments",
    _is_reddit,
    _read,
    columns={
        "id": "id", "author": "author", "text": "body, or title and selftext", "created_at": "created_utc",
        "community": "subreddit", "likes": "score", "replies": "num_comments", "url": "permalink",
    },
    platform="Reddit",
    download="A monthly or per-subreddit dump (Pushshift, Arctic Shift; `.zst` as it is), an answer of the API, a CSV "
    "of submissions or comments",
    command="analyst index RC_2024-01.zst RS_2024-01.zst --out INDEX",
    leaves="Removed and deleted bodies; a removed submission keeps its title. Bots are marked",
)  # fmt: skip
OWN = Format(
    "Reddit data request",
    _is_own_data,
    _own,
    columns={
        "id": "id", "author": "statistics.csv, or --author", "text": "title and body", "created_at": "date",
        "community": "subreddit", "url": "permalink",
    },
    platform="Reddit, your own data",
    download="reddit.com/settings/data-request; the ZIP or its `comments.csv` and `posts.csv`",
    command="analyst index export_you.zip --author you --out INDEX",
    leaves="Votes, saved posts, chats; likes are not in the export",
)  # fmt: skip
FORMATS = (DUMP, OWN)
