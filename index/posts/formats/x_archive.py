"""X (Twitter): the archive that a user downloads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick

_MONTH = re.compile(r"tweets_\d{4}_\d\d")
_NO_POSTS = {
    "like": "liked posts of others", "likes": "liked posts of others", "account": "the account",
    "profile": "the profile", "follower": "followers", "following": "people followed",
    "direct_messages": "direct messages", "direct_messages_group": "direct messages", "block": "blocked people",
    "mute": "muted people", "deleted_tweets": "deleted posts", "deleted_tweet_headers": "deleted posts",
    "ad_impressions": "advertising", "ad_engagements": "advertising",
}  # fmt: skip


def _tweet(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The tweet of an item. Archives before 2019 have no wrapper around each tweet."""
    inner = item.get("tweet")
    if isinstance(inner, Mapping):
        return inner if "full_text" in inner or "text" in inner else None
    return item if {"full_text", "id_str", "favorite_count"} <= item.keys() and "user" not in item else None


def _recognises(sample: Sample) -> bool:
    return not sample.header and sample.share(lambda item: _tweet(item) is not None or "noteTweet" in item) >= 0.5


def _is_early(sample: Sample) -> bool:
    """A month of an archive from before 2019, which stands in a file of its own."""
    return _MONTH.fullmatch(sample.path) is not None and sample.share(lambda item: "text" in item) > 0.5


def _early(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    original = item.get("retweeted_status")
    boosted = original if isinstance(original, Mapping) else None
    return {
        "id": item.get("id_str") or item.get("id"),
        "author": context.author or pick(item, "user.screen_name") or context.owner(lambda: _early_owner(context)),
        "text": pick(boosted, "text") or item.get("text"),
        "created_at": item.get("created_at"),
        "reposted": (pick(boosted, "user.screen_name") or "unknown") if boosted else None,
    }


def _is_table(sample: Sample) -> bool:
    return sample.has("tweet_id", "timestamp", "text", "source", "retweeted_status_id")


_TABLE = {
    "id": ("tweet_id",), "text": ("text",), "created_at": ("timestamp",), "retweeted": ("retweeted_status_id",),
}  # fmt: skip


def _from_table(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    boosted = fields.get("retweeted") and not str(fields.get("text")).startswith("RT @")
    author = context.owner(lambda: _early_owner(context))
    return {**fields, "author": author, "reposted": "unknown" if boosted else None}


def _early_owner(context: Context) -> Any:
    return pick(context.beside("data/js/user_details.js", "../user_details.js"), "screen_name")


def _skips(sample: Sample) -> str:
    name = sample.path.rpartition(".")[2].replace("-", "_")
    if name in _NO_POSTS and sample.share(lambda item: len(item) == 1) > 0.5:
        return _NO_POSTS[name]
    return ""


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if isinstance(note := item.get("noteTweet"), Mapping):
        return _note(note, context)
    tweet = _tweet(item)
    if tweet is None:
        return Left("not a tweet")
    text = tweet.get("full_text") or tweet.get("text")
    return {
        "id": tweet.get("id_str") or tweet.get("id"),
        "author": context.owner(lambda: _username(context)),
        "text": _long_text(text, tweet, context),
        "created_at": tweet.get("created_at"),
        "likes": tweet.get("favorite_count"),
        "shares": tweet.get("retweet_count"),
        "lang": tweet.get("lang"),
        "visibility": None,
    }


def _username(context: Context) -> Any:
    around = pick(context.head, "account.0.account.username")
    return around or pick(context.beside("account.js", "account.json"), "0.account.username")


def _notes(context: Context) -> list[str]:
    """The whole texts of long tweets, which the archive keeps apart."""
    if "notes" not in context.memo:
        items = pick(context.head, "note-tweet", "note_tweet", "noteTweet", "noteTweets")
        items = items or context.beside("note-tweet.js", "note-tweet.json")
        whole = [pick(item, "noteTweet.core.text") for item in items] if isinstance(items, list) else []
        context.memo["notes"] = [text for text in whole if isinstance(text, str)]
    return context.memo["notes"]


def _long_text(text: Any, tweet: Mapping[str, Any], context: Context) -> Any:
    """A long tweet is cut off in its own place: "… https://t.co/…"."""
    if not isinstance(text, str) or "…" not in text:
        return text
    start = _start(text)
    whole = next((note for note in _notes(context) if len(start) > 40 and _start(note).startswith(start)), None)
    return whole or text


def _start(text: str) -> str:
    return " ".join(text.partition("…")[0].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").split())


def _note(note: Mapping[str, Any], context: Context) -> Found:
    text = pick(note, "core.text")
    if isinstance(text, str) and text in _completed(context):
        return Left("a long text that stands in its tweet already")
    return {
        "id": note.get("noteTweetId"),
        "author": context.owner(lambda: _username(context)),
        "text": text,
        "created_at": note.get("createdAt"),
    }


def _completed(context: Context) -> set[str]:
    """The long texts that the tweets beside take up."""
    if "completed" not in context.memo:
        names = ("tweets.js", "tweet.js", *(f"tweets-part{number}.js" for number in range(1, 10)))
        listed = [pick(context.head, "tweets", "tweet"), *(context.beside(name) for name in names)]
        tweets = [item for items in listed if isinstance(items, list) for item in items if isinstance(item, Mapping)]
        starts = {
            _start(str(text)) for item in tweets if "…" in str(text := pick(item, "tweet.full_text", "full_text"))
        }
        whole = " ".join
        context.memo["completed"] = {
            note
            for note in _notes_of(context)
            if any(len(s) > 40 and whole(note.split()).startswith(s) for s in starts)
        }
    return context.memo["completed"]


def _notes_of(context: Context) -> list[str]:
    around = pick(context.head, "note-tweet", "note_tweet", "noteTweet", "noteTweets")
    items = around or context.beside(context.source.name.replace("\\", "/").rpartition("/")[2])
    found = [pick(item, "noteTweet.core.text") for item in items] if isinstance(items, list) else []
    return [text for text in found if isinstance(text, str)]


_ARCHIVE = (
    Format(
        "X archive",
        _recognises,
        _read,
        columns={
            "id": "id_str", "author": "account.js, or --author", "text": "full_text, or the note tweet",
            "created_at": "created_at", "likes": "favorite_count", "shares": "retweet_count", "lang": "lang",
        },
        skips=_skips,
        archive=True,
        platform="X (Twitter), your own archive",
        download="Settings → Your account → Download an archive of your data; the ZIP, its `data` folder or "
        "`tweets.js`",
        command="analyst index twitter-2024.zip --out INDEX",
        leaves="Likes, direct messages, advertising. Retweets are kept apart; long tweets are whole",
    ),
)  # fmt: skip
FORMATS = (
    *_ARCHIVE,
    Format(
        "X archive", _is_early, _early, archive=True,
        columns={"id": "id_str", "author": "user.screen_name", "text": "text", "created_at": "created_at"},
    ),
    Format(
        "X archive", _is_table, _from_table, spellings=_TABLE, archive=True,
        columns={"author": "user_details.js, or --author"},
    ),
)  # fmt: skip
