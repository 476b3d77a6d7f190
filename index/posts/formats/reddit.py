"""Reddit: the dumps of Pushshift and Arctic Shift, answers of its API, and the data that Reddit sends its users."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from index.posts.columns import normal
from index.posts.formats.base import Context, Format, Found, Left, Row, Sample
from index.posts.formats.plain import with_headline
from index.posts.record import GONE

_BOT_WORDS = ("i am a bot, and this action was performed automatically", "^(i am a bot", "^i'm a bot")
_DEEPEST = 200  # answers to answers
_PARENTS = frozenset(("link_id", "parent_id", "submission_id", "comment_id"))  # what only comments have
_PLACE = re.compile(r"/r/([\w-]+)")


def _is_reddit(sample: Sample) -> bool:
    return not sample.header and (
        sample.share(lambda item: _is_thing(_bare(item)) or item.get("kind") in ("Listing", "more")) > 0.5
    )


def _is_thing(item: Mapping[str, Any]) -> bool:
    return "subreddit" in item and "author" in item and ("body" in item or "selftext" in item or "title" in item)


def _is_table(sample: Sample) -> bool:
    titled, said = sample.has("title"), sample.has("body") or sample.has("selftext") or sample.has("comment")
    if sample.has("subreddit") and (sample.has("author") or sample.has("username")):
        return titled or said
    # What scripts for the dumps write, with the place in the link only.
    return sample.has("author", "score", "created", "link") and sample.share(_links_to_reddit) > 0.5


def _links_to_reddit(item: Mapping[str, Any]) -> bool:
    return "reddit.com/r/" in str(next((value for name, value in item.items() if normal(name) == "link"), ""))


_TABLE = {
    "id": ("id", "comment_id", "post_id", "submission_id", "name"), "author": ("author", "username", "user"),
    "body": ("body", "comment", "comment_body"), "title": ("title", "post_title", "submission_title"),
    "selftext": ("selftext", "self_text", "post_text", "text"), "score": ("score", "ups", "upvotes", "likes"),
    "created_utc": ("created_utc", "created", "date", "created_at", "timestamp"), "subreddit": ("subreddit",),
    "num_comments": ("num_comments", "comms_num", "comments"), "permalink": ("permalink", "link"), "url": ("url",),
    "lang": ("lang",), "num_crossposts": ("num_crossposts",),
}  # fmt: skip


def _from_table(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if not fields.get("subreddit"):
        place = _PLACE.search(str(fields.get("permalink") or ""))
        fields["subreddit"] = place[1] if place else None
    parents = dict.fromkeys(_PARENTS & {normal(name) for name in item})
    return _row({**parents, **{name: value for name, value in fields.items() if value != ""}})


def _is_collected(sample: Sample) -> bool:
    return sample.holds("community_name", "username", "body", "up_votes", "data_type")


def _collected(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    """What the collectors of Apify write."""
    if item.get("dataType") not in ("post", "comment"):
        return Left("a community or person, not a post")
    return _row({
        "id": item.get("id"), "author": item.get("username"), "title": item.get("title"), "body": None,
        "selftext": item.get("body"), "score": item.get("upVotes"), "created_utc": item.get("createdAt"),
        "subreddit": item.get("communityName"), "permalink": item.get("url"),
        "num_comments": item.get("numberOfComments", item.get("numberOfreplies")),
    })  # fmt: skip


def _is_thread(sample: Sample) -> bool:
    """A submission with its comments, as the bulk downloader keeps it."""
    return not sample.header and sample.share(_is_kept_thread) > 0.5


def _is_kept_thread(item: Mapping[str, Any]) -> bool:
    return {"title", "selftext", "author", "created_utc", "comments"} <= item.keys() and isinstance(
        item["comments"], list
    )


def _thread(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    found: list[Row | Left] = []
    waiting: list[Mapping[str, Any]] = [item]
    while waiting:
        this = waiting.pop()
        found.append(_row({"subreddit": item.get("subreddit"), **this}))
        below = this.get("comments") or this.get("replies")
        waiting += [inner for inner in below[::-1] if isinstance(inner, Mapping)] if isinstance(below, list) else []
    return found


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
    """A comment and all answers below it; in place of those that the answer keeps back, what stands for them."""
    waiting = [(thing, 0)]
    while waiting:
        this, depth = waiting.pop()
        if "body" in this or "title" in this or "children" in this:
            yield this
        replies = this.get("replies")
        inner = replies.get("data") if isinstance(replies, Mapping) else None
        children = inner.get("children") if isinstance(inner, Mapping) else None
        if isinstance(children, list) and depth < _DEEPEST:
            waiting += [(_bare(child), depth + 1) for child in children[::-1] if isinstance(child, Mapping)]


def _row(item: Mapping[str, Any]) -> Row | Left:
    get = item.get
    body = get("body")
    if body is None and isinstance(get("children"), list):
        return Left("comments that the answer of the API keeps back")
    if body is None or body == "" or body in GONE:
        body = _submission(get("title"), get("selftext") or body, body)
    elif get("title") and get("num_comments") is not None and not _PARENTS & item.keys():
        body = with_headline(get("title"), body, get("author"))  # a submission, whose text scripts call its body
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
    written = sample.has("id", "permalink", "date", "ip", "subreddit") and (sample.has("body") or sample.has("title"))
    letters = sample.has("id", "thread_id", "from", "to", "body")
    return written or letters or sample.has("message_id", "message", "channel_url", "conversation_type")


_OWN = {
    "id": ("id", "message_id"), "title": ("title", "subject"), "body": ("body", "message"),
    "created_at": ("date", "created_at"), "subreddit": ("subreddit",), "url": ("permalink",),
    "from": ("from", "username"), "to": ("to", "channel_url"),
}  # fmt: skip


def _own(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    def owner() -> str:
        rows = csv.reader(io.StringIO(context.text_beside("statistics.csv")))
        return next((row[1] for row in rows if len(row) > 1 and row[0].strip().lower() == "account name"), "")

    letter = "to" in fields
    return {
        "id": fields.get("id"),
        "author": fields.get("from") if letter else context.owner(owner),
        "text": _submission(fields.get("title"), fields.get("body"), fields.get("body")),
        "created_at": fields.get("created_at"),
        "community": fields.get("subreddit"),
        "url": _address(fields.get("url")),
        "visibility": "direct" if letter else None,
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
    "of submissions or comments, what the bulk downloader or an Apify actor keeps",
    command="analyst index RC_2024-01.zst RS_2024-01.zst --out INDEX",
    leaves="Removed and deleted bodies; a removed submission keeps its title. Bots are marked",
)  # fmt: skip
TABLE = replace(DUMP, recognises=_is_table, finish=_from_table, spellings=_TABLE, platform="")
COLLECTED = replace(DUMP, recognises=_is_collected, finish=_collected, platform="")
THREAD = replace(DUMP, recognises=_is_thread, finish=_thread, whole=_is_kept_thread, platform="")
OWN = Format(
    "Reddit data request",
    _is_own_data,
    _own,
    spellings=_OWN,
    archive=True,
    columns={
        "id": "id", "author": "statistics.csv, or --author", "text": "title and body", "created_at": "date",
        "community": "subreddit", "url": "permalink",
    },
    platform="Reddit, your own data",
    download="reddit.com/settings/data-request; the ZIP or its `comments.csv` and `posts.csv`",
    command="analyst index export_you.zip --author you --out INDEX",
    leaves="Votes, saved posts; messages and chats unless `--include-private`. Likes are not in the export",
)  # fmt: skip
FORMATS = (OWN, THREAD, DUMP, TABLE, COLLECTED)
