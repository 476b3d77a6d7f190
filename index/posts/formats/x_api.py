"""X (Twitter): answers of its API as twarc keeps them, and what snscrape, Apify and other collectors write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, is_true, pick
from index.posts.spellings import SPELLINGS

_ID = ("id_str", "id", "rest_id", "tweet_id", "tweetId")
_AUTHOR = (
    "author.username", "author.userName", "author.screen_name", "user.username", "user.screen_name", "user.userName",
    "core.user_results.result.legacy.screen_name", "core.user_results.result.core.screen_name", "author.handle",
    "username", "author_username", "screen_name", "user.name", "author.name", "author_id", "user.id_str",
)  # fmt: skip
_TEXT = (
    "note_tweet.text", "note_tweet.note_tweet_results.result.text", "extended_tweet.full_text", "full_text",
    "rawContent", "content", "fullText", "legacy.full_text", "text", "renderedContent",
)  # fmt: skip
_TIME = ("created_at", "createdAt", "date", "legacy.created_at", "timestamp")
_LIKES = ("public_metrics.like_count", "favorite_count", "likeCount", "legacy.favorite_count", "likes")
_SHARES = ("public_metrics.retweet_count", "retweet_count", "retweetCount", "legacy.retweet_count", "retweets")
_REPLIES = ("public_metrics.reply_count", "reply_count", "replyCount", "legacy.reply_count", "replies")
_URL = ("url", "tweetUrl", "permalink", "twitterUrl")
_NOTICES = {"delete", "limit", "scrub_geo", "status_withheld", "user_withheld", "disconnect", "warning"}  # of a stream
_ORIGINAL = ("retweeted_status", "retweetedTweet", "retweeted_tweet", "retweet", "retweetedStatus")


def _is_page(item: Mapping[str, Any]) -> bool:
    """A page of the API: {"data": [tweets], "includes": {"users": […]}}."""
    data = item.get("data")
    listed = data if isinstance(data, list) else [data]
    return (
        bool(listed)
        and isinstance(listed[0], Mapping)
        and "text" in listed[0]
        and ("includes" in item or "meta" in item or "author_id" in listed[0])
    )


def _is_tweet(item: Mapping[str, Any]) -> bool:
    if str(item.get("_type", "")).startswith("snscrape.modules.twitter"):
        return True
    keys = item.keys()
    if "public_metrics" in keys or ("author_id" in keys and "text" in keys and "edit_history_tweet_ids" in keys):
        return "text" in keys
    if isinstance(item.get("legacy"), Mapping) and "rest_id" in keys:
        return "full_text" in item["legacy"]
    metrics = {"retweetCount", "retweet_count", "retweetedTweet", "favorite_count"} & keys
    person = isinstance(item.get("author"), Mapping) or isinstance(item.get("user"), Mapping)
    return bool(metrics) and person and pick(item, *_TEXT) is not None


def _recognises(sample: Sample) -> bool:
    return not sample.header and sample.share(lambda item: _is_tweet(item) or _is_page(item)) > 0.5


def _is_table(sample: Sample) -> bool:
    return any(sample.has(*names) for names in _TABLES)


# Tables of snscrape and twscrape, twint, GetOldTweets, the exporter of browsers, and X itself.
_TABLES = (
    ("raw_content", "rendered_content"), ("rendered_content", "retweet_count"),
    ("tweet", "retweets_count", "likes_count"),
    ("retweets", "favorites", "permalink", "text"), ("full_text", "favorite_count", "retweet_count"),
    ("post_id", "post_text", "impressions", "reposts"), ("tweet_id", "tweet_text", "impressions", "retweets"),
)  # fmt: skip
_TABLE = {**SPELLINGS, "original": ("retweeted_username", "user_rt", "retweeted_status.user.screen_name"),
          "is_retweet": ("is_retweet", "retweet")}  # fmt: skip


def _from_table(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    original = fields.get("original") or ("unknown" if is_true(fields.get("is_retweet")) else None)
    return {**fields, "reposted": original}


def _skips(sample: Sample) -> str:
    if sample.path.startswith("includes"):
        return "people and posts that the posts refer to"
    return "notes of the API" if sample.path in ("errors", "meta") else ""


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if _is_page(item):
        data = item["data"]
        listed = data if isinstance(data, list) else [data]
        people, posts = _included(item.get("includes"))
        return [_row(tweet, people, posts) if isinstance(tweet, Mapping) else Left("not a tweet") for tweet in listed]
    if "included" not in context.memo:
        context.memo["included"] = _included(context.head.get("includes"))
    return _row(item, *context.memo["included"])


def _included(includes: Any) -> tuple[dict[str, str], dict[str, Mapping[str, Any]]]:
    """Users' names and referred posts of a page, by their ids."""
    users, tweets = pick(includes, "users"), pick(includes, "tweets")
    people = [user for user in users if isinstance(user, Mapping)] if isinstance(users, list) else []
    posts = [tweet for tweet in tweets if isinstance(tweet, Mapping)] if isinstance(tweets, list) else []
    return (
        {str(user.get("id")): str(user.get("username") or user.get("name") or user.get("id")) for user in people},
        {str(tweet.get("id")): tweet for tweet in posts},
    )


def _row(item: Mapping[str, Any], people: Mapping[str, str], posts: Mapping[str, Mapping[str, Any]]) -> Row | Left:
    if item.get("type") in ("user", "mock_tweet") or item.get("noResults") or item.keys() & _NOTICES:
        return Left("not a tweet")
    text, reposted = pick(item, *_TEXT), None
    original = next((item[key] for key in _ORIGINAL if isinstance(item.get(key), Mapping)), None)
    if original is None:
        original = _referred(item, posts) or _in_answer(item)
    if original is not None:
        reposted = people.get(str(original.get("author_id"))) or pick(original, *_AUTHOR) or "unknown"
        text = pick(original, *_TEXT) or text  # the retweet's own text is cut off
    author = pick(item, *_AUTHOR[:-2]) or people.get(str(item.get("author_id"))) or pick(item, *_AUTHOR[-2:])
    reposted = reposted or item.get("retweeted_username")
    boosted = is_true(item.get("isRetweet", item.get("is-retweet"))) and not reposted
    return {
        "id": pick(item, *_ID),
        "author": author,
        "text": text,
        "created_at": pick(item, *_TIME),
        "likes": _count(item, _LIKES),
        "shares": _count(item, _SHARES),
        "replies": _count(item, _REPLIES),
        "lang": item.get("lang"),
        "url": pick(item, *_URL),
        "reposted": "unknown" if boosted and not str(text).startswith("RT @") else reposted,
        "visibility": "followers"
        if is_true(pick(item, "user.protected", "author.protected", "author.isProtected"))
        else None,
    }


def _referred(item: Mapping[str, Any], posts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    references = item.get("referenced_tweets")
    if not isinstance(references, list):
        return None
    for reference in references:
        if isinstance(reference, Mapping) and reference.get("type") == "retweeted":
            return posts.get(str(reference.get("id")), reference)
    return None


def _in_answer(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The retweeted post in what the page of X itself is answered."""
    found = pick(item, "legacy.retweeted_status_result.result.tweet", "legacy.retweeted_status_result.result")
    return found if isinstance(found, Mapping) else None


def _count(item: Mapping[str, Any], paths: tuple[str, ...]) -> Any:
    found = pick(item, *paths)
    return None if isinstance(found, (list, Mapping)) else found


FORMATS = (
    Format(
        "X posts of an API or scraper",
        _recognises,
        _read,
        columns={
            "id": "id", "author": "author.username", "text": "full_text, rawContent, note_tweet or text",
            "created_at": "created_at or date", "likes": "like_count or favorite_count", "shares": "retweet_count",
            "replies": "reply_count", "lang": "lang", "url": "url",
        },
        skips=_skips,
        whole=_is_page,
        platform="X (Twitter), collected",
        download="What the API, twarc (pages, flattened or as CSV), twscrape, snscrape, twint, Zeeschuimer or an Apify "
        "actor writes, and the tables of X Analytics: JSON, JSONL, CSV or Excel",
        command="analyst index tweets.jsonl --out INDEX",
        leaves="Quoted posts of others. Retweets are kept apart, with the name of whose words they are",
    ),
    Format("X posts of an API or scraper", _is_table, _from_table, spellings=_TABLE),
)  # fmt: skip
