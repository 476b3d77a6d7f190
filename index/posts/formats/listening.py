"""Tools that watch brands: the CSV and Excel exports of Brandwatch, Meltwater and Talkwalker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Row, Sample, with_clock
from index.posts.formats.plain import with_headline

_SHARED = ("retweet", "repost", "share", "reshare")  # kinds of what only passes on others' words


def _is_brandwatch(sample: Sample) -> bool:
    return sample.holds("query_name", "date", "url") and (sample.holds("full_text") or sample.holds("snippet"))


# A mention has the figures of its own platform, the columns of all others are 0 or empty.
_FIGURES = {
    "likes": ("x_likes", "twitter_likes", "twitter_like_count", "instagram_likes", "facebook_likes", "reddit_score",
              "tiktok_likes", "youtube_likes", "linkedin_likes", "bluesky_likes", "threads_likes"),
    "shares": ("x_reposts", "twitter_retweets", "twitter_reposts", "facebook_shares", "tiktok_shares",
               "linkedin_shares", "bluesky_reposts", "threads_reposts"),
    "replies": ("x_replies", "twitter_replies", "x_reply_count", "twitter_reply_count", "facebook_comments",
                "instagram_comments", "reddit_comments", "tiktok_comments", "youtube_comments", "linkedin_comments",
                "bluesky_replies", "threads_replies"),
}  # fmt: skip
_BRANDWATCH = {
    "id": ("mention_id", "resource_id", "guid"), "author": ("author", "full_name"),
    "text": ("full_text",), "snippet": ("snippet",), "title": ("title",), "created_at": ("date",),
    "community": ("subreddit",), "domain": ("domain",), "likes": ("likes",), "shares": ("shares",),
    "replies": ("comments",), "lang": ("language",), "url": ("url", "original_url"),
    "kind": ("engagement_type", "thread_entry_type"), "original": ("thread_author",),
    **{f"{field}_{name}": (name,) for field, names in _FIGURES.items() for name in names},
}  # fmt: skip


def _brandwatch(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    author = fields.get("author") or fields.get("domain")
    text = with_headline(fields.get("title"), fields.get("text") or fields.get("snippet"), author)
    shared = str(fields.get("kind") or "").lower() in _SHARED
    figures = {field: _figure(fields, field) for field in _FIGURES}
    return {
        **fields, **figures, "id": fields.get("id") or fields.get("url"), "author": author, "text": text,
        "community": fields.get("community") or fields.get("domain"),
        "reposted": fields.get("original") if shared else None,
    }  # fmt: skip


def _figure(fields: Row, field: str) -> Any:
    said = [fields.get(field), *(fields.get(f"{field}_{name}") for name in _FIGURES[field])]
    told = [value for value in said if value not in (None, "")]
    return next((value for value in told if str(value) not in ("0", "0.0")), told[0] if told else None)


def _is_meltwater(sample: Sample) -> bool:
    hit = sample.holds("date", "hit_sentence") and (sample.holds("influencer") or sample.holds("source"))
    return hit or sample.holds("document_id", "hit_sentence", "source_name")


_MELTWATER = {
    "id": ("tweet_id", "document_id", "url"),
    "author": ("twitter_screen_name", "author_handle", "influencer", "author_name"), "created_at": ("date",),
    "clock": ("time",), "title": ("headline", "title"), "opening": ("opening_text",), "hit": ("hit_sentence",),
    "other": ("author_name",), "source": ("source", "source_name"), "likes": ("likes",),
    "reactions": ("reactions", "twitter_likes"), "shares": ("shares",), "reposts": ("reposts", "retweets"),
    "replies": ("replies",), "comments": ("comments",), "lang": ("language",), "url": ("url",),
    "kind": ("content_type",),
}  # fmt: skip


def _meltwater(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    title, opening, hit = (str(fields.get(name) or "").strip() for name in ("title", "opening", "hit"))
    parts = [title, opening if opening and hit not in opening and opening not in hit else "", hit or opening]
    if hit and hit in opening:
        parts[2] = opening
    number = fields.get("id")
    shared = str(fields.get("kind") or "").lower() in _SHARED
    text = "\n".join(dict.fromkeys(part for part in parts if part))
    return {
        **fields,
        "id": number.strip('"= ') if isinstance(number, str) else number,
        "author": fields.get("author") or fields.get("other") or fields.get("source"),
        "text": text,
        "created_at": with_clock(fields.get("created_at"), fields.get("clock")),
        "community": fields.get("source"),
        "likes": _told(fields, "likes", "reactions"),
        "shares": _told(fields, "reposts", "shares"),
        "replies": _told(fields, "replies", "comments"),
        "reposted": "unknown" if shared and not text.startswith("RT @") else None,
    }


def _told(fields: Row, *names: str) -> Any:
    """The first of these that says more than nothing."""
    return next((value for name in names if (value := fields.get(name)) not in (None, "")), None)


def _is_talkwalker(sample: Sample) -> bool:
    return sample.holds("published", "content", "extra_author_attributes.name")


_TALKWALKER = {
    "id": ("url",), "author": ("extra_author_attributes.short_name", "extra_author_attributes.name"),
    "other": ("extra_author_attributes.name", "extra_source_attributes.name", "domain_url"),
    "text": ("content", "content_snippet"), "title": ("title",), "created_at": ("published", "indexed"),
    "community": ("extra_source_attributes.name", "source_type"), "lang": ("lang",), "url": ("url",),
    "likes": ("article_extended_attributes.twitter_likes", "article_extended_attributes.facebook_likes",
              "article_extended_attributes.instagram_likes", "article_extended_attributes.likes", "likes"),
    "shares": ("article_extended_attributes.twitter_retweets", "article_extended_attributes.twitter_shares",
               "article_extended_attributes.facebook_shares", "shares"),
    "replies": ("article_extended_attributes.num_comments", "comments"),
}  # fmt: skip


def _talkwalker(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    author = fields.get("author") or fields.get("other")
    text = with_headline(fields.get("title"), fields.get("text"), author)
    return {**fields, "id": item.get("url"), "url": item.get("url"), "author": author, "text": text}


FORMATS = (
    Format(
        "Brandwatch mentions",
        _is_brandwatch,
        _brandwatch,
        spellings=_BRANDWATCH,
        columns={"text": "Title and Full Text, or Snippet"},
        markup=None,
        wordless="",
        platform="Brandwatch",
        download="Mentions → Download (CSV or Excel), as it is: the lines above the header are skipped",
        command="analyst index mentions.csv --out INDEX",
        leaves="The tool's own sentiment, reach and categories. Retweets are kept apart",
    ),
    Format(
        "Meltwater mentions",
        _is_meltwater,
        _meltwater,
        spellings=_MELTWATER,
        columns={"text": "Headline, Opening Text and Hit Sentence", "community": "Source"},
        markup=None,
        wordless="",
        platform="Meltwater",
        download="Explore → Export, CSV (UTF-16 with tabs as it comes) or Excel",
        command="analyst index export.csv --out INDEX",
        leaves="The tool's own sentiment, reach and key phrases. Reposts are kept apart",
    ),
    Format(
        "Talkwalker results",
        _is_talkwalker,
        _talkwalker,
        spellings=_TALKWALKER,
        columns={"text": "title and content"},
        markup=None,
        wordless="",
        platform="Talkwalker",
        download="Results → Export, CSV or Excel",
        command="analyst index results.csv --out INDEX",
        leaves="The tool's own sentiment, reach and engagement",
    ),
)  # fmt: skip
